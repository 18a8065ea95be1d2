//! Table `optimum`: the exact least value, and what it costs to know it by trying all candidates.

use crate::draws::{Pooled, pooled};
use crate::estimators::Mean;
use crate::folder::{Folder, Run};
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 12] = [
    "problem",
    "method",
    "dim",
    "n_draws",
    "n_missing",
    "n_zero",
    "zero_share",
    "least_mean",
    "tried_mean",
    "tried_se",
    "tried_least",
    "tried_most",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

fn is_optimum(run: &Run) -> bool {
    run.cell.optimizer == "optimum"
}

/// All draws of one problem.
struct Line<'f> {
    pooled: Pooled<'f>,
    dim: usize,
    missing: usize,
    /// Least values, one per draw.
    least: Vec<f64>,
    /// Candidates tried, one per draw.
    tried: Vec<f64>,
}

impl<'f> Line<'f> {
    fn of(pooled: Pooled<'f>) -> Option<Self> {
        let dim = pooled.runs().next()?.cell.dim;
        let known: Vec<(f64, f64)> =
            pooled.runs().filter_map(|run| Some((run.row.f_best?, run.row.n_f? as f64))).collect();
        let missing = pooled.runs().count() - known.len();
        let (least, tried) = known.into_iter().unzip();
        Some(Line { pooled, dim, missing, least, tried })
    }

    fn cells(&self) -> Vec<Cell> {
        let zero = self.least.iter().filter(|least| **least == 0.0).count();
        let share = (!self.least.is_empty()).then(|| zero as f64 / self.least.len() as f64);
        let tried = Mean::of(&self.tried);
        let extent = [f64::min, f64::max].map(|of| self.tried.iter().copied().reduce(of));
        let mut cells = [self.dim, self.least.len(), self.missing, zero].map(Cell::count).to_vec();
        cells.extend([share, Mean::of(&self.least).map(|mean| mean.mean)].map(Cell::optional));
        cells.extend([tried.map(|mean| mean.mean), tried.and_then(|mean| mean.standard_error)].map(Cell::optional));
        cells.extend(extent.map(|count| count.map_or(Cell::Empty, |count| Cell::Integer(count as u64))));
        cells
    }

    fn block(&self) -> Block {
        let cells = self.cells();
        Block {
            heading: format!("{}, {}", self.pooled.problem, self.pooled.method),
            header: names(&["draws", "optimum 0", "mean", "tried, mean", "se", "least", "most"]),
            rows: vec![[1, 3, 5, 6, 7, 8, 9].map(|i| cells[i].clone()).to_vec()],
            keys: 0,
            unit: 1,
            footer: Vec::new(),
        }
    }
}

/// `None` where no optimum was asked for.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let lines: Vec<Line> = pooled(folder, |method| method.runs.iter().any(|run| is_optimum(run)))
        .into_iter()
        .filter_map(Line::of)
        .collect();
    let known: usize = lines.iter().map(|line| line.least.len()).sum();
    let row =
        |line: &Line| [vec![Cell::text(&line.pooled.problem), Cell::text(line.pooled.method)], line.cells()].concat();
    (!lines.is_empty()).then(|| Table {
        name: "optimum".to_string(),
        title: "The exact optimum, by trying all candidates".to_string(),
        notes: names(&[
            "Draws: problems that differ in the parameter seed or instance only. Optimum 0: draws whose least loss is 0; mean: \
             of the least loss.",
            "Tried: candidates tried until the optimum was sure, each at half a gradient: all of them unless one with loss 0 \
             was met.",
        ]),
        header: header(),
        rows: lines.iter().map(row).collect(),
        blocks: lines.iter().map(Line::block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("known", known), ("other runs", folder.runs.len() - known)],
        )],
    })
}
