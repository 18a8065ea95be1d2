//! Claims of an experiment: their labels against the plan, and `claims.csv`, from which `report` judges them.

use crate::config::{At, Claim, ClaimTable, Curves, Expected, Tolerance};
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

/// What a plan says about rows that are not there yet.
pub struct Planned<'a> {
    /// The problems.
    pub surfaces: &'a [Surface],
    /// Problems by methods.
    pub cells: &'a [Cell],
    /// What is recorded along runs.
    pub curves: Option<Curves>,
    /// Whether the losses of data rows are.
    pub examples: bool,
}

/// Tables that will not be made, labels and targets that no row will have: found before anything runs.
pub fn check(claims: &[ClaimTable], planned: &Planned, findings: &mut Findings) {
    // Some tables take all draws of a random surface together.
    let pooled: Vec<String> = planned.surfaces.iter().map(|surface| report::without_draw(&surface.label)).collect();
    let mut problems: Vec<&str> = planned.surfaces.iter().map(|surface| surface.label.as_str()).collect();
    problems.extend(pooled.iter().map(String::as_str).filter(|label| !problems.contains(label)).collect::<Vec<_>>());
    let mut methods: Vec<&str> = planned.cells.iter().map(|cell| cell.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    for claim in claims {
        if let Some(key) = planned.lacks(claim.table.text) {
            let what = format!("table `{}` needs {key}, which this file does not have", claim.table.text);
            findings.add(claim.table.span(), what, "add it, or claim something of another table");
        }
        for pair in claim.cells.iter().chain(claim.than) {
            let known = match pair.key.as_str() {
                "problem" => &problems,
                "method" | "baseline" => &methods,
                _ => continue,
            };
            if let Some(label) = pair.node.plain().as_str()
                && !known.contains(&label)
            {
                let what = format!("no {} of this file has the label \"{label}\"", pair.key);
                findings.add(&pair.node.span, what, suggestion(label, known));
            }
        }
        check_gap(claim, planned.surfaces, findings);
    }
}

impl Planned<'_> {
    /// The key of the experiment file without which a table is not made, if it is absent.
    fn lacks(&self, table: &str) -> Option<&'static str> {
        let (is_there, key) = match table {
            "curves" => (self.curves.is_some(), "`curves` in [record]"),
            "plateaus" => (self.curves.is_some_and(|curves| curves.plateaus.is_some()), "`plateaus` in [record]"),
            "examples" => (self.examples, "`examples` in [record]"),
            "endpoints" => (
                self.surfaces.iter().any(|surface| surface.at.contains(&At::Stop)),
                "[critical] with \"stop\" among `at`",
            ),
            _ => return None,
        };
        (!is_there).then_some(key)
    }
}

/// A `gap` is one of the targets of the problem that the claim is about.
fn check_gap(claim: &ClaimTable, surfaces: &[Surface], findings: &mut Findings) {
    let pair = |pairs: &'_ [Pair], key: &str| pairs.iter().find(|pair| pair.key == key).cloned();
    for (pairs, otherwise) in [(claim.cells, None), (claim.than, Some(claim.cells))] {
        let Some(gap) = pair(pairs, "gap").filter(|pair| pair.node.number().is_some()) else { continue };
        let problem = pair(pairs, "problem").or_else(|| pair(otherwise?, "problem"));
        let label = problem.and_then(|pair| pair.node.plain().as_str().map(String::from));
        let asked: Vec<&Surface> =
            surfaces.iter().filter(|surface| label.as_ref().is_none_or(|label| surface.label == *label)).collect();
        let mut targets: Vec<f64> = asked.iter().flat_map(|surface| surface.gaps.iter().copied()).collect();
        // A label that no problem has is a finding of its own.
        if !asked.is_empty() && !targets.iter().any(|target| Some(*target) == gap.node.number()) {
            targets.sort_by(f64::total_cmp);
            targets.dedup();
            let targets: Vec<String> = targets.into_iter().map(float).collect();
            findings.add(&gap.node.span, "no target of this problem", format!("its gaps: {}", targets.join(", ")));
        }
    }
}
