//! Table `plateaus`: how much of their budget the runs of each method spend where the gradient is small and the Hessian
//! still has a negative eigenvalue.

use super::{heading, lines_of};
use crate::estimators::{Share, quantile};
use crate::folder::{Folder, Run};
use crate::format;
use crate::table::{Block, Cell, Table, accounting, names};

const QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];

/// One (problem, method).
struct Line<'a> {
    method: &'a str,
    /// Gradient-equivalents on plateaus, by recorded run.
    dwell: Vec<f64>,
    /// Runs whose last point is on one.
    ended_there: usize,
    /// What the recorded runs spent.
    cost: f64,
}

/// The cost between two points of one attempt counts as a whole when both are on a plateau, and half when one of them is.
fn dwell(run: &Run) -> f64 {
    let pairs = run.curve.windows(2).filter(|pair| pair[0].restart == pair[1].restart);
    let flag = |flag: Option<u8>| f64::from(flag.unwrap_or(0));
    pairs.map(|pair| (pair[1].cost - pair[0].cost) * 0.5 * (flag(pair[0].plateau) + flag(pair[1].plateau))).sum()
}

/// Whether plateaus were looked for in this run.
fn is_recorded(run: &Run) -> bool {
    run.curve.first().is_some_and(|point| point.plateau.is_some())
}

impl<'a> Line<'a> {
    fn of(method: &'a str, runs: &[&Run]) -> Option<Self> {
        let runs: Vec<&Run> = runs.iter().copied().filter(|run| is_recorded(run)).collect();
        let ends = || runs.iter().filter_map(|run| run.curve.last());
        (!runs.is_empty()).then(|| Line {
            method,
            dwell: runs.iter().map(|run| dwell(run)).collect(),
            ended_there: ends().filter(|end| end.plateau == Some(1)).count(),
            cost: ends().map(|end| end.cost).sum(),
        })
    }

    /// Runs that were on a plateau at all.
    fn share(&self) -> Share {
        let count = self.dwell.iter().filter(|dwell| **dwell > 0.0).count();
        Share { count, planned: self.dwell.len(), missing: 0 }
    }

    fn of_cost(&self) -> Option<f64> {
        (self.cost > 0.0).then(|| self.dwell.iter().sum::<f64>() / self.cost)
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let share = self.share();
        let (lo, hi) = share.interval();
        let mut row = vec![Cell::text(problem), Cell::text(self.method)];
        row.extend([self.dwell.len(), share.count].map(Cell::count));
        row.extend([share.estimate(), lo, hi].map(Cell::Real));
        row.extend(QUANTILES.map(|p| Cell::optional(quantile(&self.dwell, p))));
        row.extend([Cell::optional(quantile(&self.dwell, 1.0)), Cell::optional(self.of_cost())]);
        row.push(Cell::count(self.ended_there));
        row
    }

    fn row(&self) -> Vec<Cell> {
        let mut row = vec![Cell::text(self.method), Cell::count(self.dwell.len())];
        row.push(Cell::Text(format::share(&self.share())));
        row.extend(QUANTILES.map(|p| Cell::optional(quantile(&self.dwell, p))));
        row.push(self.of_cost().map_or(Cell::Empty, |share| Cell::Text(format::probability(share))));
        row.push(Cell::count(self.ended_there));
        row
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "n_recorded",
        "n_on_plateau",
        "share",
        "share_lo",
        "share_hi",
        "dwell_q10",
        "dwell_q50",
        "dwell_q90",
        "dwell_max",
        "share_of_cost",
        "n_end_there",
    ])
}

/// `None` when plateaus were not looked for.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let recorded = folder.runs.iter().filter(|run| is_recorded(run)).count();
    if recorded == 0 {
        return None;
    }
    let lines = lines_of(folder, Line::of);
    let block = |(problem, lines): &(&str, Vec<Line>)| {
        let counts: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.dwell.len())).collect();
        Block {
            heading: heading(problem, &counts),
            header: names(&["method", "runs", "ever on one", "10 %", "median", "90 %", "of cost", "end there"]),
            rows: lines.iter().map(Line::row).collect(),
            keys: 1,
            unit: 1,
            footer: Vec::new(),
        }
    };
    Some(Table {
        name: "plateaus".to_string(),
        title: "Cost spent on plateaus: small gradient, and a direction that leads down".to_string(),
        notes: names(&[
            "On a plateau: gradient norm at most the set share of the greatest recorded in the attempt, and least eigenvalue below minus the set share of the greatest absolute one ([record] plateaus).",
            "Quantiles over the recorded runs of the cost on plateaus, in gradient-equivalents; each crossing is known to half the spacing of the points.",
            "Of cost: share of all that these runs spent. End there: runs whose last point is on one, so that their time is a lower bound.",
        ]),
        header: header(),
        rows: lines.iter().flat_map(|(problem, lines)| lines.iter().map(|line| line.csv_row(problem))).collect(),
        blocks: lines.iter().map(block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("looked at", recorded), ("not", folder.runs.len() - recorded)],
        )],
    })
}
