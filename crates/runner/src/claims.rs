//! Claims of an experiment: their labels against the plan, and `claims.csv`, from which `report` judges them.

use crate::config::{Claim, ClaimTable, Expected, Tolerance};
use crate::diagnostic::{Findings, suggestion};
use crate::experiment::{Cell, Surface};
use crate::figure::float;
use crate::params::canonical;
use crate::tree::Pair;

/// The file in the result folder; not there without claims.
pub const FILE: &str = "claims.csv";

/// Its columns.
const COLUMNS: [&str; 14] = [
    "id",
    "text",
    "kind",
    "source",
    "table",
    "cells",
    "quantity",
    "over",
    "relation",
    "value",
    "theory",
    "than",
    "tolerance",
    "tolerance_se",
];

/// The bytes of the file: one row per claim.
pub fn csv(claims: &[Claim]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "writing to memory cannot fail";
    writer.write_record(COLUMNS).expect(in_memory);
    for claim in claims {
        writer.write_record(row(claim)).expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

fn row(claim: &Claim) -> [String; COLUMNS.len()] {
    let (mut value, mut theory, mut than) = (String::new(), String::new(), String::new());
    match &claim.expected {
        Expected::Value(number) => value = float(*number),
        Expected::Theory(column) => theory = column.clone(),
        Expected::Than(cells) => than = canonical(cells),
    }
    let (mut tolerance, mut tolerance_se) = (String::new(), String::new());
    match claim.tolerance {
        Some(Tolerance::Absolute(width)) => tolerance = float(width),
        Some(Tolerance::StandardErrors(count)) => tolerance_se = float(count),
        None => {}
    }
    [
        claim.id.clone(),
        claim.text.clone(),
        claim.kind.as_str().to_string(),
        claim.source.clone(),
        claim.table.clone(),
        canonical(&claim.cells),
        claim.quantity.clone(),
        claim.over.map_or("", |over| over.as_str()).to_string(),
        claim.relation.as_str().to_string(),
        value,
        theory,
        than,
        tolerance,
        tolerance_se,
    ]
}

/// Problems and methods are named as in the tables, so a slip in a label is found before anything runs.
pub fn check_labels(claims: &[ClaimTable], surfaces: &[Surface], cells: &[Cell], findings: &mut Findings) {
    let problems: Vec<&str> = surfaces.iter().map(|surface| surface.label.as_str()).collect();
    let mut methods: Vec<&str> = cells.iter().map(|cell| cell.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    let mut check = |pair: &Pair, what: &str, known: &[&str]| {
        if let Some(label) = pair.node.plain().as_str()
            && !known.contains(&label)
        {
            let help = suggestion(label, known);
            findings.add(&pair.node.span, format!("no {what} has the label \"{label}\" here"), help);
        }
    };
    // This table takes the draws of a random surface together.
    let pooled: Vec<String> = problems.iter().map(|label| report::pooled_label(label)).collect();
    let pooled: Vec<&str> = pooled.iter().map(String::as_str).collect();
    let pairs = claims
        .iter()
        .flat_map(|table| table.cells.iter().chain(table.than).map(|pair| (table.claim.table.as_str(), pair)));
    for (table, pair) in pairs {
        match pair.key.as_str() {
            "problem" if table == "spectrum" => check(pair, "problem", &pooled),
            "problem" => check(pair, "problem", &problems),
            "method" | "baseline" => check(pair, "method", &methods),
            _ => {}
        }
    }
}
