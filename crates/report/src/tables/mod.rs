//! The tables, one file each.

mod attempts;
mod barriers;
mod basins;
mod claims;
mod comparison;
mod connections;
mod counts;
mod curves;
mod draws;
mod endpoints;
mod examples;
mod index_vs_loss;
mod levels;
mod listed;
mod matrix_signs;
mod optimum;
mod plateaus;
mod restarts;
mod sensitivity;
mod signs;
mod slices;
mod spectrum;
mod spread;
mod success;
mod tolerance;

use crate::draws::without_draw;
use crate::estimators::{Outcome, Share};
use crate::folder::{Folder, Run};
use crate::format;
use crate::rows::{Class, CriticalRow, Status};
use crate::table::{Cell, Table};

pub(crate) use claims::table as claims;
pub(crate) use comparison::pairs;
pub(crate) use index_vs_loss::certified;
pub(crate) use matrix_signs::is_of_matrices;
pub(crate) use sensitivity::table as sensitivity;
/// One of the tables: its name, the columns of its CSV, and what makes it.
pub(crate) struct Maker {
    /// File name without extension.
    pub name: &'static str,
    /// Column names.
    pub header: fn() -> Vec<String>,
    /// `None` when the folder has no rows for it.
    pub table: fn(&Folder) -> Option<Table>,
    /// The runs it is about: where only some are recorded, the halves of the replicates are halves of these.
    pub counts: fn(&Run) -> bool,
    /// What the halves are taken of: the runs of one method on the problems of which this makes one label.
    pub cell: fn(&str) -> String,
}

/// A table of all runs.
const fn of_all(name: &'static str, header: fn() -> Vec<String>, table: fn(&Folder) -> Option<Table>) -> Maker {
    Maker { name, header, table, counts: |_| true, cell: str::to_string }
}

/// A table of the runs that have a curve.
const fn of_curves(name: &'static str, header: fn() -> Vec<String>, table: fn(&Folder) -> Option<Table>) -> Maker {
    Maker { name, header, table, counts: |run| !run.curve.is_empty(), cell: str::to_string }
}

/// A table of the runs of one survey.
const fn of_survey(
    name: &'static str,
    header: fn() -> Vec<String>,
    table: fn(&Folder) -> Option<Table>,
    counts: fn(&Run) -> bool,
) -> Maker {
    Maker { name, header, table, counts, cell: str::to_string }
}

/// A table that takes all draws of a random surface together.
const fn of_draws(
    name: &'static str,
    header: fn() -> Vec<String>,
    table: fn(&Folder) -> Option<Table>,
    counts: fn(&Run) -> bool,
) -> Maker {
    Maker { name, header, table, counts, cell: without_draw }
}

/// Every table of a folder of runs, in reading order.
pub(crate) const MAKERS: &[Maker] = &[
    of_all("success", success::header, success::table),
    of_all("spread", spread::header, spread::table),
    of_all("comparison", comparison::header, comparison::table),
    of_all("restarts", restarts::header, restarts::table),
    of_all("attempts", attempts::header, attempts::table),
    of_curves("curves", curves::header, curves::table),
    of_curves("plateaus", plateaus::header, plateaus::table),
    of_all("examples", examples::header, examples::table),
    of_all("endpoints", endpoints::header, endpoints::table),
    of_all("levels", levels::header, levels::table),
    of_all("signs", signs::header, signs::table),
    of_all("tolerance", tolerance::header, tolerance::table),
    of_all("index_vs_loss", index_vs_loss::header, index_vs_loss::table),
    of_draws("counts", counts::header, counts::table, |run| !run.counts.is_empty()),
    of_all("listed", listed::header, listed::table),
    of_draws("matrix_signs", matrix_signs::header, matrix_signs::table, |run| !run.counts.is_empty()),
    of_draws("optimum", optimum::header, optimum::table, |run| run.cell.optimizer == "optimum"),
    of_draws("draws", draws::header, draws::table, |_| true),
    of_survey("barriers", barriers::header, barriers::table, |run| run.cell.optimizer == "paths"),
    of_survey("slices", slices::header, slices::table, |run| run.cell.optimizer == "slices"),
    of_survey("basins", basins::header, basins::table, |run| run.cell.optimizer == "basins"),
    of_survey("connections", connections::header, connections::table, |run| run.cell.optimizer == "connections"),
    of_draws("spectrum", spectrum::header, spectrum::table, |run| !run.spectrum.is_empty()),
];

/// Every table that has rows, in reading order.
pub(crate) fn all(folder: &Folder) -> Vec<Table> {
    some(folder, |_| true)
}

/// The tables with a name that is `wanted`, as far as they have rows.
pub(crate) fn some(folder: &Folder, wanted: impl Fn(&str) -> bool) -> Vec<Table> {
    MAKERS.iter().filter(|maker| wanted(maker.name)).filter_map(|maker| (maker.table)(folder)).collect()
}

/// Cost of the run's first point within the gap.
pub(crate) fn hit(run: &Run, gap: f64) -> Option<f64> {
    run.hits.iter().find(|(g, _)| *g == gap).and_then(|(_, cost)| *cost)
}

/// What the runs contribute to a running time; a run of unknown cost has cost 0.
pub(crate) fn outcomes(runs: &[&Run], gap: f64) -> Vec<Outcome> {
    runs.iter().map(|run| Outcome { hit: hit(run, gap), cost: run.row.cost.unwrap_or(0.0) }).collect()
}

/// Share of the planned runs that came within the gap.
fn reached(runs: &[&Run], gap: f64) -> Share {
    Share {
        count: runs.iter().filter(|run| hit(run, gap).is_some()).count(),
        planned: runs.len(),
        missing: runs.iter().filter(|run| run.row.status == Status::Missing).count(),
    }
}

/// How many of the points have this class.
fn count_class<'a>(points: impl IntoIterator<Item = &'a CriticalRow>, class: Class) -> usize {
    points.into_iter().filter(|point| point.class == class).count()
}

/// A p-value; below a ten-thousandth only that.
fn p_cell(p: f64) -> Cell {
    if p < 1e-4 { Cell::text("<1e-4") } else { Cell::Text(format::probability(p)) }
}

/// A running time; where it is infinite, what was spent bounds it from below.
fn ert_cell(ert: f64, spent: f64) -> Cell {
    if ert.is_infinite() { Cell::AtLeast(spent) } else { Cell::Real(ert) }
}

/// Marks cells that lack runs.
const INCOMPLETE_NOTE: &str =
    "* = runs are missing: [missing counted as failure, missing dropped] instead of an estimate.";

/// What `of` makes of every method (label and runs), problem by problem; problems of which it makes nothing are left out.
fn lines_of<'f, L>(folder: &'f Folder, of: impl Fn(&'f str, &[&'f Run]) -> Option<L>) -> Vec<(&'f str, Vec<L>)> {
    let lines = folder.problems().into_iter().map(|problem| {
        let lines = problem.methods.iter().filter_map(|method| of(method.label, &method.runs));
        (problem.label, lines.collect::<Vec<L>>())
    });
    lines.filter(|(_, lines)| !lines.is_empty()).collect()
}

/// `problem (n = 50 per method)`, or each method's own count where they differ.
fn heading(problem: &str, planned: &[(&str, usize)]) -> String {
    let n = planned[0].1;
    if planned.iter().all(|(_, count)| *count == n) {
        format!("{problem} (n = {n} per method)")
    } else {
        format!("{problem} (n: {})", listed(planned))
    }
}

/// `sgd 3, adam 1`.
fn listed(counts: &[(&str, usize)]) -> String {
    counts.iter().map(|(method, count)| format!("{method} {count}")).collect::<Vec<String>>().join(", ")
}
