//! Table `spread`: how the numbers of runs vary over the runs of each method, so how alike its end points are.

use super::{heading, lines_of};
use crate::draws::{MOST_DRAWS, without_draw};
use crate::estimators::{Deviation, Mean, quantile};
use crate::folder::{Folder, Run};
use crate::table::{Block, Cell, Table, accounting, names};
use std::collections::HashMap;

/// What varies: a column of `runs.csv`, the level of `f_best`, or `n_unfitted` for the data rows that a run does not fit at its end.
type Column = (&'static str, fn(&Run) -> Option<f64>);

const COLUMNS: [Column; 9] = [
    ("f_start", |run| run.row.f_start),
    ("level_best", |run| run.level_best()),
    ("gap_best", |run| run.row.gap_best),
    ("f_final", |run| run.row.f_final),
    ("f_held_out", |run| run.row.f_held_out),
    ("cost", |run| run.row.cost),
    ("iterations", |run| run.row.iterations.map(|count| count as f64)),
    ("restarts", |run| run.row.restarts.map(|count| count as f64)),
    ("n_unfitted", unfitted),
];

/// What people see; the CSV has all.
const SHOWN: [&str; 3] = ["level_best", "f_held_out", "n_unfitted"];

fn unfitted(run: &Run) -> Option<f64> {
    let count = run.examples.iter().filter(|example| example.fitted == 0).count();
    (!run.examples.is_empty()).then_some(count as f64)
}

/// One column of the runs of one (problem, method).
struct Line<'a> {
    method: &'a str,
    column: &'static str,
    /// Of the problem: rows of one number of coordinates can be taken together.
    dim: usize,
    planned: usize,
    /// Finite values.
    values: Vec<f64>,
}

impl<'a> Line<'a> {
    /// `None` for a finder, whose end is a point of any index and no quality.
    fn all(method: &'a str, runs: &[&Run]) -> Option<Vec<Self>> {
        let runs: Vec<&Run> = runs.iter().copied().filter(|run| run.cell.is_descent()).collect();
        let line = |(column, value): &Column| Line {
            method,
            column,
            dim: runs.first().map_or(0, |run| run.cell.dim),
            planned: runs.len(),
            values: runs.iter().filter_map(|run| value(run)).filter(|value| value.is_finite()).collect(),
        };
        let lines: Vec<Line> = COLUMNS.iter().map(line).filter(|line| !line.values.is_empty()).collect();
        (!lines.is_empty()).then_some(lines)
    }

    /// Mean, its standard error, standard deviation, its standard error, least value, quantiles, greatest value.
    fn statistics(&self) -> [Cell; 9] {
        let (mean, deviation) = (Mean::of(&self.values), Deviation::of(&self.values));
        [
            mean.map(|mean| mean.mean),
            mean.and_then(|mean| mean.standard_error),
            deviation.map(|deviation| deviation.deviation),
            deviation.and_then(|deviation| deviation.standard_error),
            self.values.iter().copied().reduce(f64::min),
            quantile(&self.values, 0.1),
            quantile(&self.values, 0.5),
            quantile(&self.values, 0.9),
            quantile(&self.values, 1.0),
        ]
        .map(Cell::optional)
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::text(self.column)];
        row.extend([self.dim, self.planned, self.values.len()].map(Cell::count));
        row.extend(self.statistics());
        row
    }

    fn row(&self) -> Vec<Cell> {
        let [mean, se, sd, _, least, _, median, _, greatest] = self.statistics();
        let mut row = vec![Cell::text(self.method), Cell::text(self.column), Cell::count(self.values.len())];
        row.extend([mean, se, sd, least, median, greatest]);
        row
    }
}

/// `None` when no run has numbers.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let problems = lines_of(folder, Line::all);
    if problems.is_empty() {
        return None;
    }
    let shown = |lines: &Vec<Vec<Line>>| -> Vec<Vec<Cell>> {
        lines.iter().flatten().filter(|line| SHOWN.contains(&line.column)).map(Line::row).collect()
    };
    let block = |(problem, lines): &(&str, Vec<Vec<Line>>)| Block {
        heading: heading(problem, &lines.iter().map(|line| (line[0].method, line[0].planned)).collect::<Vec<_>>()),
        header: names(&["method", "of", "n", "mean", "s.e.", "sd", "least", "median", "greatest"]),
        rows: shown(lines),
        keys: 2,
        unit: 1,
        footer: Vec::new(),
    };
    let mut draws: HashMap<String, usize> = HashMap::new();
    let mut is_shown = |problem: &str| {
        let count = draws.entry(without_draw(problem)).or_default();
        *count += 1;
        *count <= MOST_DRAWS
    };
    let blocks: Vec<Block> = problems
        .iter()
        .filter(|(_, lines)| !shown(lines).is_empty())
        .filter(|(problem, _)| is_shown(problem))
        .map(block)
        .collect();
    let mut notes = names(&[
        "Over the n runs of a method with a finite number: mean, its standard error, standard deviation, extremes.",
        "level_best: least level of a run; f_held_out: loss on held-out data; n_unfitted: data rows not fitted.",
    ]);
    if draws.values().any(|count| *count > MOST_DRAWS) {
        notes.push(format!(
            "Of a surface with many draws the first {MOST_DRAWS} are shown; the CSV has all, the table draws takes them together."
        ));
    }
    let measured =
        folder.runs.iter().filter(|run| run.cell.is_descent() && COLUMNS.iter().any(|(_, value)| value(run).is_some()));
    let measured = measured.count();
    Some(Table {
        name: "spread".to_string(),
        title: "How much the descents of each method differ".to_string(),
        notes,
        header: header(),
        rows: problems
            .iter()
            .flat_map(|(problem, lines)| lines.iter().flatten().map(|line| line.csv_row(problem)))
            .collect(),
        blocks,
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with numbers", measured), ("without", folder.runs.len() - measured)],
        )],
    })
}

/// Columns of the CSV.
pub(crate) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "of",
        "dim",
        "n_planned",
        "n_measured",
        "mean",
        "mean_se",
        "sd",
        "sd_se",
        "least",
        "q10",
        "q50",
        "q90",
        "greatest",
    ])
}
