//! Table `success`: how often each method reached each quality, and at what cost.

use super::{INCOMPLETE_NOTE, heading, listed};
use crate::estimators::{Outcome, Runtime, Share, median};
use crate::folder::{Folder, ProblemRuns, Run, gaps};
use crate::format;
use crate::rows::Status;
use crate::table::{Block, Cell, Table, accounting, names};

/// Statuses of runs that did not reach the target, in the order of the accounting line.
const FAILURES: [(Status, &str); 7] = [
    (Status::Converged, "converged"),
    (Status::Stalled, "stalled"),
    (Status::Budget, "budget"),
    (Status::Diverged, "diverged"),
    (Status::Nan, "nan"),
    (Status::Panic, "panic"),
    (Status::Missing, "missing"),
];

const HEADER: [&str; 22] = [
    "problem",
    "method",
    "gap",
    "n_planned",
    "n_reached",
    "n_converged",
    "n_stalled",
    "n_budget",
    "n_diverged",
    "n_nan",
    "n_panic",
    "n_missing",
    "share",
    "share_lo",
    "share_hi",
    "interval",
    "exact_lo",
    "exact_hi",
    "ert",
    "cost_spent",
    "n_cost_unknown",
    "cost_median",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// One (problem, method, gap).
struct Quality {
    gap: f64,
    share: Share,
    /// Runs that did not reach the gap, by `FAILURES`.
    failed: [usize; FAILURES.len()],
    runtime: Runtime,
    /// Panicked runs that failed at an unknown cost: charged nothing, so the running time is a lower bound.
    cost_unknown: usize,
    /// Costs of the hits, in plan order.
    hit_costs: Vec<f64>,
}

impl Quality {
    fn of(runs: &[&Run], gap: f64) -> Self {
        let hit = |run: &Run| run.hits.iter().find(|(g, _)| *g == gap).and_then(|(_, cost)| *cost);
        let hit_costs: Vec<f64> = runs.iter().filter_map(|run| hit(run)).collect();
        let failed = FAILURES
            .map(|(status, _)| runs.iter().filter(|run| hit(run).is_none() && run.row.status == status).count());
        let missing = runs.iter().filter(|run| run.row.status == Status::Missing).count();
        let charged = runs.iter().map(|run| Outcome { hit: hit(run), cost: run.row.cost.unwrap_or(0.0) });
        Quality {
            gap,
            share: Share { count: hit_costs.len(), planned: runs.len(), missing },
            failed,
            runtime: Runtime::of(charged),
            cost_unknown: runs
                .iter()
                .filter(|run| hit(run).is_none() && run.row.status == Status::Panic && run.row.cost.is_none())
                .count(),
            hit_costs,
        }
    }

    /// The running time as people see it.
    fn ert_cell(&self) -> Cell {
        match self.runtime.ert() {
            ert if ert.is_infinite() => Cell::AtLeast(self.runtime.spent),
            ert if self.cost_unknown > 0 => Cell::AtLeast(ert),
            ert => Cell::Real(ert),
        }
    }

    fn csv_row(&self, problem: &str, method: &str) -> Vec<Cell> {
        let (lo, hi) = self.share.interval();
        let exact = self.share.exact_interval();
        let mut row = vec![Cell::text(problem), Cell::text(method), Cell::Real(self.gap)];
        row.extend([self.share.planned, self.share.count].map(Cell::count));
        row.extend(self.failed.map(Cell::count));
        row.extend([self.share.estimate(), lo, hi].map(Cell::Real));
        row.push(Cell::text(self.share.interval_kind()));
        row.extend([exact.map(|(lo, _)| lo), exact.map(|(_, hi)| hi)].map(Cell::optional));
        row.extend([self.runtime.ert(), self.runtime.spent].map(Cell::Real));
        row.push(Cell::count(self.cost_unknown));
        row.push(Cell::optional(median(&self.hit_costs)));
        row
    }
}

/// A method of a problem, its gaps from easy to hard.
struct Line<'a> {
    method: &'a str,
    qualities: Vec<Quality>,
}

impl Line<'_> {
    /// Runs that diverged, met a NaN or panicked before the smallest gap.
    fn broken(&self) -> usize {
        let is_broken = |status| matches!(status, Status::Diverged | Status::Nan | Status::Panic);
        let hardest = self.qualities.last().map_or([0; FAILURES.len()], |quality| quality.failed);
        FAILURES.iter().zip(hardest).filter(|((status, _), _)| is_broken(*status)).map(|(_, count)| count).sum()
    }
}

/// `None` when no run has a target.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    let mut hardest = HardestTotals::default();
    for problem in folder.problems() {
        let lines = lines(&problem);
        if lines.is_empty() {
            continue;
        }
        for line in &lines {
            rows.extend(line.qualities.iter().map(|quality| quality.csv_row(problem.label, line.method)));
            hardest.add(line.qualities.last().expect("a problem in the table has a gap"));
        }
        blocks.push(block(problem.label, &lines));
    }
    if blocks.is_empty() {
        return None;
    }
    let mut notes = names(&[
        "Per method: share of its n planned runs that came within the gap of the reference level, [Wilson 95 % interval].",
        "ERT: cost of all runs up to hit or stop, divided by the number of hits (COCO: a failed run is charged its own \
         cost), in gradient-equivalents; > marks a lower bound (no hit, so the estimate is infinite, or a panicked run \
         of unknown cost).",
    ]);
    if hardest.missing() > 0 {
        notes.push(format!("{INCOMPLETE_NOTE} Their ERT is that of the finished runs."));
    }
    Some(Table {
        name: "success".to_string(),
        title: "How often each method reached each quality".to_string(),
        notes,
        header: header(),
        rows,
        blocks,
        footer: hardest.footer(folder.runs.len()),
    })
}

/// The methods of a problem that have targets; none for a problem without targets.
fn lines<'a>(problem: &ProblemRuns<'a>) -> Vec<Line<'a>> {
    let gaps = gaps(problem.runs());
    if gaps.is_empty() {
        return Vec::new();
    }
    problem
        .methods
        .iter()
        .filter(|method| method.is_descent())
        .map(|method| Line {
            method: method.label,
            qualities: gaps.iter().map(|gap| Quality::of(&method.runs, *gap)).collect(),
        })
        .collect()
}

/// One row per gap, two columns per method: what a reader compares stands side by side.
fn block(problem: &str, lines: &[Line]) -> Block {
    let mut header = names(&["gap"]);
    header.extend(lines.iter().flat_map(|line| [line.method.to_string(), "ERT".to_string()]));
    let gaps = lines[0].qualities.iter().map(|quality| quality.gap);
    let rows = gaps
        .enumerate()
        .map(|(i, gap)| {
            let mut row = vec![Cell::Text(format::gap(gap))];
            for quality in lines.iter().map(|line| &line.qualities[i]) {
                row.extend([Cell::Text(format::share(&quality.share)), quality.ert_cell()]);
            }
            row
        })
        .collect();
    let planned: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.qualities[0].share.planned)).collect();
    // Runs that broke are the first thing to know about a method.
    let broken: Vec<(&str, usize)> =
        lines.iter().map(|line| (line.method, line.broken())).filter(|(_, count)| *count > 0).collect();
    let mut footer = Vec::new();
    if !broken.is_empty() {
        footer.push(format!("diverged, NaN or panicked: {}", listed(&broken)));
    }
    Block { heading: heading(problem, &planned), header, rows, keys: 1, unit: 2, footer }
}

/// Every run of the table with respect to the smallest gap of its problem.
#[derive(Default)]
struct HardestTotals {
    planned: usize,
    reached: usize,
    failed: [usize; FAILURES.len()],
}

impl HardestTotals {
    fn add(&mut self, quality: &Quality) {
        self.planned += quality.share.planned;
        self.reached += quality.share.count;
        for (total, count) in self.failed.iter_mut().zip(quality.failed) {
            *total += count;
        }
    }

    fn missing(&self) -> usize {
        FAILURES.iter().zip(self.failed).filter(|((status, _), _)| *status == Status::Missing).map(|(_, n)| n).sum()
    }

    fn footer(&self, all_runs: usize) -> Vec<String> {
        let mut parts = vec![("reached", self.reached)];
        parts.extend(FAILURES.iter().zip(self.failed).map(|((_, name), count)| (*name, count)));
        let mut footer = vec![
            accounting(("planned", self.planned), &parts),
            "(reached: the smallest gap of the problem; converged: stopped at a critical point without reaching it)"
                .to_string(),
        ];
        let others = all_runs - self.planned;
        if others > 0 {
            footer.push(format!(
                "Not in this table: {others} planned runs without targets (critical-point finders, problems without a \
                 reference level)."
            ));
        }
        footer
    }
}
