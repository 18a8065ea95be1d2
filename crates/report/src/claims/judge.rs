//! Whether a claim holds, and why.

use super::claim::{Cells, Claim, Expected, Over, Relation, Tolerance};
use super::columns::{column_range, number};
use super::measure::{Measured, cell, measure};
use super::pairs::{Contrast, contrast};
use crate::folder::Folder;
use crate::format::{difference, significant};
use crate::table::Table;

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
    /// Of "no difference" between two rows.
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
    let distance = value - expected;
    let [shown, wanted] = [value, expected].map(significant);
    (judgement.holds, judgement.reason) = match claim.relation {
        Relation::Below => (value < expected, format!("{shown} against less than {wanted}")),
        Relation::Above => (value > expected, format!("{shown} against more than {wanted}")),
        Relation::AtMost => (value <= expected, format!("{shown} against at most {wanted}")),
        Relation::AtLeast => (value >= expected, format!("{shown} against at least {wanted}")),
        Relation::Equals => {
            let (width, unit) = match (claim.tolerance, judgement.se) {
                (Tolerance::Absolute(width), _) => (Some(width), String::new()),
                (Tolerance::StandardErrors(count), Some(se)) => {
                    (Some(count * se), format!(", {} standard errors", significant(count)))
                }
                (Tolerance::StandardErrors(_), None) => (None, String::new()),
            };
            match width {
                None => (false, "no standard error is known here".to_string()),
                // Infinities are equal, though their distance is not a number.
                Some(_) if value == expected => (true, format!("{shown} as expected")),
                Some(width) if covers_range(claim, expected, width) => {
                    (false, format!("with so few runs the tolerance, {}{unit}, allows every value", significant(width)))
                }
                Some(width) => (
                    distance.abs() <= width,
                    format!(
                        "{shown} is {} from {wanted}; allowed are {}{unit}",
                        significant(distance),
                        significant(width)
                    ),
                ),
            }
        }
    };
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
    judgement.p = p;
    judgement.se = se;
    judgement.z = se.and_then(|se| z_score(measured.value - other.value, se));
    match claim.relation {
        Relation::Below | Relation::Above => {
            let value = measured.value - other.value;
            let is_right = if claim.relation == Relation::Below { value < 0.0 } else { value > 0.0 };
            let Some(p) = p else {
                judgement.reason = "nothing says how uncertain the difference is, so it may be chance".to_string();
                return judgement;
            };
            judgement.holds = is_right && p < 0.05;
            let ends = interval.map_or_else(String::new, |ends| {
                let [lo, hi] = [ends.0, ends.1].map(significant);
                format!(" [{lo},{hi}]")
            });
            let size = if measured.uncertainty.share.is_some() {
                interval.map_or_else(|| significant(value), |ends| difference(value, ends))
            } else {
                significant(value) + &ends
            };
            let p = if p < 1e-4 { "p < 1e-4".to_string() } else { format!("p = {}", significant(p)) };
            judgement.reason = format!("difference {size}, {p} ({test})");
        }
        _ => decide(claim, measured.value, other.value, &mut judgement),
    }
    judgement
}
