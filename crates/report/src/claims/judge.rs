//! Whether a claim holds, and why.

use super::claim::{Cells, Claim, Expected, Over, Relation, Tolerance};
use super::columns::{column_range, number};
use super::measure::{Measured, cell, measure};
use super::pairs::{Contrast, contrast};
use crate::folder::Folder;
use crate::format::{difference, figure, probability};
use crate::table::Table;

/// A difference is taken for chance when p is not below this.
const LIKELY_CHANCE: f64 = 0.05;

/// What became of a claim on the rows of a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Judgement {
    pub measured: Option<f64>,
    pub interval: Option<(f64, f64)>,
    /// Standard error that the tolerance and z are in.
    pub se: Option<f64>,
    pub expected: Option<f64>,
    /// Distance from what is expected in standard errors.
    pub z: Option<f64>,
    /// 95 % interval of the difference from another row.
    pub difference: Option<(f64, f64)>,
    /// Of "no difference" from it.
    pub p: Option<f64>,
    pub holds: bool,
    /// Why it holds or fails.
    pub reason: String,
}

impl Judgement {
    fn failed(reason: String) -> Self {
        Judgement { reason, ..Judgement::default() }
    }
}

/// Judges `claim` by `table`, the one it names, made of `folder`.
pub(crate) fn judge(claim: &Claim, table: Option<&Table>, folder: &Folder) -> Judgement {
    let Some(table) = table else {
        return Judgement::failed(format!("there is no table `{}` here", claim.table));
    };
    let measured = match measure(table, claim, &claim.cells) {
        Ok(measured) => measured,
        Err(reason) => return Judgement::failed(reason),
    };
    let mut judgement =
        Judgement { measured: Some(measured.value), interval: measured.uncertainty.interval, ..Judgement::default() };
    let expected = match &claim.expected {
        Expected::Value(value) => Ok(*value),
        Expected::Theory(column) => theory(table, &measured, column),
        Expected::Than(cells) => return against_row(claim, table, folder, &measured, cells, judgement),
    };
    match expected {
        Ok(expected) => against_number(claim, &measured, expected, judgement),
        Err(reason) => {
            judgement.reason = reason;
            judgement
        }
    }
}

/// The number in another column of the measured row.
fn theory(table: &Table, measured: &Measured, column: &str) -> Result<f64, String> {
    let row = measured.row.ok_or("several rows have no one theory")?;
    let cell = cell(table, row, column).ok_or_else(|| format!("table `{}` has no column `{column}`", table.name))?;
    number(cell).filter(|value| !value.is_nan()).ok_or_else(|| format!("the cell `{column}` holds no number"))
}

fn against_number(claim: &Claim, measured: &Measured, expected: f64, mut judgement: Judgement) -> Judgement {
    judgement.expected = Some(expected);
    judgement.se = match measured.uncertainty.share {
        // The score test: the error that the share would have if the expected one were right.
        Some((_, n)) => Some((expected * (1.0 - expected) / n as f64).sqrt()).filter(|se| !se.is_nan()),
        None => measured.uncertainty.se,
    };
    judgement.z = judgement.se.and_then(|se| z_score(measured.value - expected, se));
    decide(claim, measured.value, expected, &mut judgement);
    judgement
}

/// Distance in standard errors; no number where the error is zero or unknown, as it is for an infinite end of an interval.
fn z_score(distance: f64, se: f64) -> Option<f64> {
    let z = distance / se;
    if distance == 0.0 && se == 0.0 { Some(0.0) } else { Some(z).filter(|z| z.is_finite() && se.is_finite()) }
}

/// By the numbers as they are.
fn decide(claim: &Claim, value: f64, expected: f64, judgement: &mut Judgement) {
    let [shown, wanted] = [value, expected].map(figure);
    (judgement.holds, judgement.reason) = match claim.relation {
        Relation::Below => (value < expected, format!("{shown} for less than {wanted}")),
        Relation::Above => (value > expected, format!("{shown} for more than {wanted}")),
        Relation::AtMost => (value <= expected, format!("{shown} for at most {wanted}")),
        Relation::AtLeast => (value >= expected, format!("{shown} for at least {wanted}")),
        Relation::Equals => within(claim, value, expected, judgement.se),
    };
}

/// Whether the value is as near to the expected one as the tolerance asks for.
fn within(claim: &Claim, value: f64, expected: f64, se: Option<f64>) -> (bool, String) {
    let [shown, wanted] = [value, expected].map(figure);
    // Infinities are equal, though their distance is not a number.
    if value == expected {
        return (true, format!("{shown} as expected"));
    }
    let (width, unit) = match (claim.tolerance, se) {
        (Tolerance::Absolute(width), _) => (width, String::new()),
        (Tolerance::StandardErrors(count), Some(se)) => (count * se, format!(" ({count} standard errors)")),
        (Tolerance::StandardErrors(_), None) => return (false, "no standard error is known here".to_string()),
    };
    let allowed = figure(width) + &unit;
    if covers_range(claim, expected, width) {
        return (false, format!("with so few runs the tolerance of {allowed} allows every value"));
    }
    let side = if value < expected { "below" } else { "above" };
    let distance = (value - expected).abs();
    (distance <= width, format!("{shown} is {} {side} {wanted}, allowed is {allowed}", figure(distance)))
}

/// Whether every value that the quantity can have is within `width`: then nothing was tested.
fn covers_range(claim: &Claim, expected: f64, width: f64) -> bool {
    let (lo, hi) = match claim.over {
        Some(Over::Sum | Over::Count) => (0.0, f64::INFINITY),
        _ => column_range(&claim.quantity),
    };
    lo >= expected - width && hi <= expected + width
}

fn against_row(
    claim: &Claim,
    table: &Table,
    folder: &Folder,
    measured: &Measured,
    differing: &Cells,
    mut judgement: Judgement,
) -> Judgement {
    let mut cells = claim.cells.clone();
    cells.extend(differing.clone());
    let other = match measure(table, claim, &cells) {
        Ok(other) => other,
        Err(reason) => {
            judgement.reason = reason;
            return judgement;
        }
    };
    judgement.expected = Some(other.value);
    let Contrast { interval, se, p, test } = contrast(table, folder, &claim.quantity, measured, &other);
    let value = measured.value - other.value;
    (judgement.difference, judgement.p, judgement.se) = (interval, p, se);
    judgement.z = se.and_then(|se| z_score(value, se));
    let is_right = match claim.relation {
        Relation::Below => value < 0.0,
        Relation::Above => value > 0.0,
        Relation::Equals | Relation::AtMost | Relation::AtLeast => {
            decide(claim, measured.value, other.value, &mut judgement);
            return judgement;
        }
    };
    let (Some(p), Some(ends)) = (p, interval) else {
        judgement.reason = "nothing says how uncertain the difference is, so it may be chance".to_string();
        return judgement;
    };
    let size = match measured.uncertainty.share {
        Some(_) => difference(value, ends),
        None => format!("{} [{},{}]", figure(value), figure(ends.0), figure(ends.1)),
    };
    judgement.holds = is_right && p < LIKELY_CHANCE;
    judgement.reason = format!("difference {size}, {} ({test})", p_in_words(p));
    judgement
}

fn p_in_words(p: f64) -> String {
    if p < 1e-4 { "p < 1e-4".to_string() } else { format!("p = {}", probability(p)) }
}
