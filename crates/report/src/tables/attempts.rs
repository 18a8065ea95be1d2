//! Table `attempts`: how many starts the runs with restarts made, how long they lasted, and how they ended.

use super::{heading, lines_of};
use crate::estimators::{median, quantile};
use crate::folder::{Folder, Run};
use crate::rows::{AttemptRow, Status};
use crate::table::{Block, Cell, Table, accounting, names};

const QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];

/// How an attempt can end, as in the file.
const ENDS: [(Status, &str, &str); 5] = [
    (Status::Converged, "converged", "conv."),
    (Status::Stalled, "stalled", "stalled"),
    (Status::Budget, "budget", "cut off"),
    (Status::Diverged, "diverged", "div."),
    (Status::Nan, "nan", "nan"),
];

/// One (problem, method).
struct Line<'a> {
    method: &'a str,
    /// Attempts by run.
    per_run: Vec<f64>,
    attempts: Vec<&'a AttemptRow>,
}

impl<'a> Line<'a> {
    fn of(method: &'a str, runs: &[&'a Run]) -> Option<Self> {
        let runs: Vec<&Run> = runs.iter().copied().filter(|run| !run.attempts.is_empty()).collect();
        (!runs.is_empty()).then(|| Line {
            method,
            per_run: runs.iter().map(|run| run.attempts.len() as f64).collect(),
            attempts: runs.iter().flat_map(|run| &run.attempts).collect(),
        })
    }

    fn ended(&self, status: Status) -> usize {
        self.attempts.iter().filter(|attempt| attempt.status == status).count()
    }

    fn over(&self, value: impl Fn(&AttemptRow) -> f64) -> [Option<f64>; QUANTILES.len()] {
        let values: Vec<f64> = self.attempts.iter().map(|attempt| value(attempt)).collect();
        QUANTILES.map(|p| quantile(&values, p))
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let mut row = vec![Cell::text(problem), Cell::text(self.method)];
        row.extend([self.per_run.len(), self.attempts.len()].map(Cell::count));
        row.push(Cell::optional(median(&self.per_run)));
        row.extend(self.over(|attempt| attempt.cost).map(Cell::optional));
        row.extend(self.over(|attempt| attempt.f_end).map(Cell::optional));
        row.extend(ENDS.map(|(status, ..)| Cell::count(self.ended(status))));
        row
    }

    fn row(&self, used: &[usize]) -> Vec<Cell> {
        let mut row = vec![Cell::text(self.method), Cell::optional(median(&self.per_run))];
        row.push(Cell::optional(self.over(|attempt| attempt.cost)[1]));
        row.extend(used.iter().map(|i| Cell::count(self.ended(ENDS[*i].0))));
        row.extend(self.over(|attempt| attempt.f_end).map(Cell::optional));
        row
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    let mut header = names(&["problem", "method", "n_runs", "n_attempts", "attempts_per_run_median"]);
    header
        .extend(["cost", "f_end"].into_iter().flat_map(|name| QUANTILES.map(|p| format!("{name}_q{:.0}", 100.0 * p))));
    header.extend(ENDS.map(|(_, word, _)| format!("n_{word}")));
    header
}

/// `None` when no run has attempts on record.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let recorded = folder.runs.iter().filter(|run| !run.attempts.is_empty()).count();
    if recorded == 0 {
        return None;
    }
    let lines = lines_of(folder, Line::of);
    let all = || lines.iter().flat_map(|(_, lines)| lines);
    let ended: Vec<(&str, usize)> =
        ENDS.iter().map(|(status, word, _)| (*word, all().map(|line| line.ended(*status)).sum())).collect();
    let used: Vec<usize> = (0..ENDS.len()).filter(|i| ended[*i].1 > 0).collect();
    let block = |(problem, lines): &(&str, Vec<Line>)| {
        let counts: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.per_run.len())).collect();
        let mut header = names(&["method", "starts", "cost"]);
        header.extend(used.iter().map(|i| ENDS[*i].2.to_string()));
        header.extend(names(&["f 10 %", "median f", "f 90 %"]));
        Block {
            heading: heading(problem, &counts),
            header,
            rows: lines.iter().map(|line| line.row(&used)).collect(),
            keys: 1,
            unit: 1,
            footer: Vec::new(),
        }
    };
    Some(Table {
        name: "attempts".to_string(),
        title: "The starts of runs with restarts: how many, how long, how they ended".to_string(),
        notes: names(&[
            "One start with what follows it is an attempt; n counts runs. Starts: per run; cost: of an attempt, in gradient-equivalents; both medians.",
            "Counts of attempts by how they ended (cut off: by their cutoff or the budget); quantiles of the loss f there over all attempts.",
        ]),
        header: header(),
        rows: lines.iter().flat_map(|(problem, lines)| lines.iter().map(|line| line.csv_row(problem))).collect(),
        blocks: lines.iter().map(block).collect(),
        footer: vec![
            accounting(
                ("planned", folder.runs.len()),
                &[("with attempts", recorded), ("without", folder.runs.len() - recorded)],
            ),
            accounting(("attempts", all().map(|line| line.attempts.len()).sum()), &ended),
        ],
    })
}
