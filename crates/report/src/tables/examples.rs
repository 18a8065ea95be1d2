//! Table `examples`: which data rows are fitted at the end of every run, of some, and of none.

use super::{heading, lines_of};
use crate::estimators::{Mean, Share, median};
use crate::folder::{Folder, Run};
use crate::format::{self, significant};
use crate::table::{Block, Cell, Table, accounting, names};

/// Rows named for people; the CSV has all.
const WORST: usize = 5;

/// One data row of one (problem, method).
struct Example {
    row: usize,
    fitted: Share,
    losses: Vec<f64>,
}

/// One (problem, method).
struct Line<'a> {
    method: &'a str,
    runs: usize,
    examples: Vec<Example>,
    /// Share of rows that are not fitted, by run.
    unfitted: Vec<f64>,
}

impl<'a> Line<'a> {
    fn of(method: &'a str, runs: &[&Run]) -> Option<Self> {
        let runs: Vec<&Run> = runs.iter().copied().filter(|run| !run.examples.is_empty()).collect();
        let rows = runs.iter().map(|run| run.examples.len()).max()?;
        let example = |row: usize| {
            let of = || runs.iter().filter_map(|run| run.examples.get(row));
            let count = of().filter(|example| example.fitted == 1).count();
            Example {
                row,
                fitted: Share { count, planned: of().count(), missing: 0 },
                losses: of().map(|example| example.loss).collect(),
            }
        };
        let unfitted = |run: &&Run| {
            run.examples.iter().filter(|example| example.fitted == 0).count() as f64 / run.examples.len() as f64
        };
        Some(Line {
            method,
            runs: runs.len(),
            examples: (0..rows).map(example).collect(),
            unfitted: runs.iter().map(unfitted).collect(),
        })
    }

    /// Rows fitted in no run, in some, in all.
    fn counts(&self) -> [usize; 3] {
        let is_never = |example: &&Example| example.fitted.count == 0;
        let is_always = |example: &&Example| example.fitted.count == example.fitted.planned;
        let (never, always) =
            (self.examples.iter().filter(is_never).count(), self.examples.iter().filter(is_always).count());
        [never, self.examples.len() - never - always, always]
    }

    /// Seldom fitted first, then the greater median loss, then the lower number.
    fn worst(&self) -> Vec<&Example> {
        let mut examples: Vec<&Example> = self.examples.iter().collect();
        let loss = |example: &Example| median(&example.losses).unwrap_or(0.0);
        examples.sort_by(|a, b| {
            let by_share = (a.fitted.count * b.fitted.planned).cmp(&(b.fitted.count * a.fitted.planned));
            by_share.then(loss(b).total_cmp(&loss(a))).then(a.row.cmp(&b.row))
        });
        examples.into_iter().take(WORST).filter(|example| example.fitted.count < example.fitted.planned).collect()
    }

    fn csv_rows(&self, problem: &str) -> impl Iterator<Item = Vec<Cell>> {
        self.examples.iter().map(move |Example { row, fitted, losses }| {
            let (lo, hi) = fitted.interval();
            let mut cells = vec![Cell::text(problem), Cell::text(self.method), Cell::count(*row)];
            cells.extend([fitted.planned, fitted.count].map(Cell::count));
            cells.extend([fitted.estimate(), lo, hi].map(Cell::Real));
            cells.push(Cell::optional(median(losses)));
            cells
        })
    }

    fn row(&self) -> Vec<Cell> {
        let mut row = vec![Cell::text(self.method), Cell::count(self.runs), Cell::count(self.examples.len())];
        row.extend(self.counts().map(Cell::count));
        row.push(Cell::optional(Mean::of(&self.unfitted).map(|mean| mean.mean)));
        row.push(Cell::optional(Mean::of(&self.unfitted).and_then(|mean| mean.standard_error)));
        row
    }

    fn worst_rows(&self) -> String {
        let one = |example: &&Example| {
            let loss = median(&example.losses).map_or_else(String::new, significant);
            format!("row {} in {} (loss {loss})", example.row, format::share(&example.fitted))
        };
        let list: Vec<String> = self.worst().iter().map(one).collect();
        let list = if list.is_empty() { "none, every row is fitted in every run".to_string() } else { list.join("; ") };
        format!("Fitted least often by {}: {list}.", self.method)
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&["problem", "method", "row", "n_runs", "n_fitted", "share", "share_lo", "share_hi", "loss_median"])
}

/// `None` when no run has losses of rows.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let recorded = folder.runs.iter().filter(|run| !run.examples.is_empty()).count();
    if recorded == 0 {
        return None;
    }
    let lines = lines_of(folder, Line::of);
    let block = |(problem, lines): &(&str, Vec<Line>)| {
        let counts: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.runs)).collect();
        Block {
            heading: heading(problem, &counts),
            header: names(&["method", "runs", "rows", "never", "at times", "always", "unfitted", "s.e."]),
            rows: lines.iter().map(Line::row).collect(),
            keys: 1,
            unit: 1,
            footer: lines.iter().map(Line::worst_rows).collect(),
        }
    };
    Some(Table {
        name: "examples".to_string(),
        title: "Which data rows are fitted at the end of all runs, of some, of none".to_string(),
        notes: names(&[
            "Fitted: the row's own loss at the end point is at most the threshold of [record] examples; ln 2 unless the file says otherwise, where the label has probability 1/2.",
            "Unfitted: share of the rows per run, mean over runs with its standard error.",
            "Shares of a row: runs that fit it, [Wilson 95 % interval]; a row that n runs never fit may still be fitted with the upper end's probability.",
        ]),
        header: header(),
        rows: lines.iter().flat_map(|(problem, lines)| lines.iter().flat_map(|line| line.csv_rows(problem))).collect(),
        blocks: lines.iter().map(block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with losses of rows", recorded), ("without", folder.runs.len() - recorded)],
        )],
    })
}
