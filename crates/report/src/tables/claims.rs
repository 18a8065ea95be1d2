//! Table `claims`: what the experiment claims of its tables, what was measured, and the verdict.

use crate::claims::{Expected, Judged, Judgement, Kind, Relation, Tolerance, in_words, is_share};
use crate::folder::Folder;
use crate::format::{figure, probability, with_interval};
use crate::rows::Status;
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 27] = [
    "id",
    "text",
    "kind",
    "source",
    "table",
    "cells",
    "quantity",
    "over",
    "measured",
    "measured_lo",
    "measured_hi",
    "se",
    "relation",
    "expected",
    "than",
    "tolerance",
    "tolerance_se",
    "z",
    "difference_lo",
    "difference_hi",
    "p",
    "verdict",
    "reason",
    "first_half",
    "first_half_verdict",
    "second_half",
    "second_half_verdict",
];

/// The word for a verdict.
fn word(holds: bool) -> &'static str {
    if holds { "holds" } else { "fails" }
}

/// `None` when nothing is claimed.
pub(crate) fn table(claims: &[Judged], folder: &Folder) -> Option<Table> {
    if claims.is_empty() {
        return None;
    }
    let blocks = [Kind::Theory, Kind::Empirical].into_iter().filter_map(|kind| {
        let claims: Vec<&Judged> = claims.iter().filter(|judged| judged.claim.kind == kind).collect();
        (!claims.is_empty()).then(|| block(kind.as_str(), &claims))
    });
    let mut notes = names(&[
        "[95 % interval] of the measured value; z: its distance from the expected one in standard errors.",
        "Halves: the same on the first and on the second half of the replicates, two disjoint ranges of seeds. An empirical claim holds when it holds on all runs and on both halves; for a theory the halves are only shown.",
    ]);
    let missing = folder.runs.iter().filter(|run| run.row.status == Status::Missing).count();
    if missing > 0 {
        notes.push(format!("Not final: {missing} of the {} planned runs are missing.", folder.runs.len()));
    }
    let held = claims.iter().filter(|judged| judged.holds()).count();
    Some(Table {
        name: "claims".to_string(),
        title: "What is claimed, what was measured, and whether the claim holds".to_string(),
        notes,
        header: names(&HEADER),
        rows: claims.iter().map(csv_row).collect(),
        blocks: blocks.collect(),
        footer: vec![accounting(("claims", claims.len()), &[("hold", held), ("fail", claims.len() - held)])],
    })
}

fn csv_row(judged: &Judged) -> Vec<Cell> {
    let (claim, whole) = (&judged.claim, &judged.whole);
    let mut row: Vec<Cell> = [&claim.id, &claim.text].map(Cell::text).to_vec();
    row.push(Cell::text(claim.kind.as_str()));
    row.extend([&claim.source, &claim.table].map(Cell::text));
    row.push(Cell::Text(in_words(&claim.cells)));
    row.push(Cell::text(&claim.quantity));
    row.push(claim.over.map_or(Cell::Empty, |over| Cell::text(over.as_str())));
    row.push(Cell::optional(whole.measured));
    row.extend([whole.interval.map(|(lo, _)| lo), whole.interval.map(|(_, hi)| hi), whole.se].map(Cell::optional));
    row.push(Cell::text(claim.relation.as_str()));
    row.push(Cell::optional(whole.expected));
    row.push(match &claim.expected {
        Expected::Value(_) => Cell::Empty,
        Expected::Theory(column) => Cell::text(column),
        Expected::Than(cells) => Cell::Text(in_words(cells)),
    });
    row.extend(match (claim.relation, claim.tolerance) {
        (Relation::Equals, Tolerance::Absolute(width)) => [Cell::Real(width), Cell::Empty],
        (Relation::Equals, Tolerance::StandardErrors(count)) => [Cell::Empty, Cell::Real(count)],
        _ => [Cell::Empty, Cell::Empty],
    });
    row.push(Cell::optional(whole.z));
    row.extend([whole.difference.map(|(lo, _)| lo), whole.difference.map(|(_, hi)| hi), whole.p].map(Cell::optional));
    row.extend([word(judged.holds()), &judged.reason()].map(Cell::text));
    row.extend(judged.halves.iter().flat_map(|half| [Cell::optional(half.measured), Cell::text(word(half.holds))]));
    row
}

fn block(heading: &str, claims: &[&Judged]) -> Block {
    let notes = claims.iter().map(|judged| {
        let source = match judged.claim.source.as_str() {
            "" => String::new(),
            source => format!(" Source: {source}."),
        };
        let verdict = if judged.holds() { "Holds" } else { "Fails" };
        format!("{}: {}. {verdict}: {}.{source}", judged.claim.id, judged.claim.text, judged.reason())
    });
    Block {
        heading: heading.to_string(),
        header: names(&["claim", "verdict", "measured", "expected", "z", "half 1", "half 2"]),
        rows: claims.iter().map(|judged| shown(judged)).collect(),
        keys: 2,
        unit: 1,
        footer: notes.collect(),
    }
}

/// A claim as people see it.
fn shown(judged: &Judged) -> Vec<Cell> {
    let (claim, whole) = (&judged.claim, &judged.whole);
    let is_share = is_share(&claim.table, &claim.quantity) && claim.over.is_none();
    let number = |value: Option<f64>| match value {
        None => "-".to_string(),
        Some(value) if is_share && (0.0..=1.0).contains(&value) => probability(value),
        Some(value) => figure(value),
    };
    let measured = match (whole.measured, whole.interval) {
        (Some(value), Some(ends)) if is_share => with_interval(value, ends),
        (value, Some((lo, hi))) => format!("{} [{},{}]", number(value), figure(lo), figure(hi)),
        (value, None) => number(value),
    };
    let half = |half: &Judgement| {
        // A survey made once has no halves.
        let is_shown = half.measured.is_some() || judged.claim.kind == Kind::Empirical;
        let mark = if half.holds || !is_shown { "" } else { " fails" };
        Cell::Text(format!("{}{mark}", number(half.measured)))
    };
    let mut row = vec![Cell::text(&claim.id), Cell::text(word(judged.holds())), Cell::Text(measured)];
    row.push(Cell::Text(format!("{} {}", claim.relation.sign(), number(whole.expected))));
    row.push(whole.z.map_or(Cell::Empty, |z| Cell::Text(format!("{z:.2}"))));
    row.extend(judged.halves.each_ref().map(half));
    row
}
