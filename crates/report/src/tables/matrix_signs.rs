//! Table `matrix_signs`: how often a random symmetric matrix has k negative eigenvalues, against its size.

use crate::draws::{Pooled, pooled};
use crate::folder::{Folder, MethodRuns, Run};
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 12] = [
    "problem",
    "method",
    "n",
    "index",
    "n_draws",
    "n_found",
    "share",
    "expected",
    "z",
    "independent",
    "large_n",
    "rate",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// The run counts matrices, not critical points.
pub(crate) fn is_of_matrices(run: &Run) -> bool {
    run.cell.optimizer == "matrix_signs"
}

fn are_ones(method: &MethodRuns) -> bool {
    method.runs.iter().any(|run| is_of_matrices(run) && !run.counts.is_empty())
}

/// Matrices of one size with k negative eigenvalues.
struct Line {
    index: usize,
    found: u64,
    share: f64,
    expected: Option<f64>,
    /// Distance from it in the standard errors that it implies.
    z: Option<f64>,
    /// As if signs were thrown like coins.
    independent: f64,
    /// `exp(-(ln 3 / 4) n^2)`, of definite matrices.
    large: Option<f64>,
    /// `-ln share / n^2`, of definite matrices.
    rate: Option<f64>,
}

/// All matrices of one size.
struct Size<'f> {
    pooled: Pooled<'f>,
    n: usize,
    draws: u64,
    lines: Vec<Line>,
}

impl<'f> Size<'f> {
    fn of(pooled: Pooled<'f>) -> Option<Self> {
        let counted: Vec<&Run> = pooled.runs().filter(|run| !run.counts.is_empty()).collect();
        let n = counted.first()?.counts.len() - 1;
        let draws: u64 = counted.iter().flat_map(|run| &run.counts).map(|row| row.found).sum();
        let mut coins = 0.5f64.powi(n as i32);
        let mut lines = Vec::new();
        for index in 0..=n {
            let rows: Vec<_> = counted.iter().filter_map(|run| run.counts.get(index)).collect();
            let found: u64 = rows.iter().map(|row| row.found).sum();
            let expected: Option<f64> = rows.iter().map(|row| row.expected).sum();
            let expected = expected.map(|count| count / draws as f64);
            let share = found as f64 / draws as f64;
            let se = expected.map(|p| (p * (1.0 - p) / draws as f64).sqrt()).filter(|se| *se > 0.0);
            let is_definite = index == 0 || index == n;
            lines.push(Line {
                index,
                found,
                share,
                expected,
                z: expected.zip(se).map(|(p, se)| (share - p) / se),
                independent: coins,
                large: is_definite.then(|| (-0.25 * 3f64.ln() * (n * n) as f64).exp()),
                rate: (is_definite && found > 0).then(|| -share.ln() / (n * n) as f64),
            });
            coins *= (n - index) as f64 / (index + 1) as f64;
        }
        Some(Size { n, draws, lines, pooled })
    }

    fn csv_rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.lines.iter().map(|line| {
            let mut row = vec![Cell::text(&self.pooled.problem), Cell::text(self.pooled.method)];
            row.extend([self.n, line.index].map(Cell::count));
            row.extend([self.draws, line.found].map(Cell::Integer));
            row.push(Cell::Real(line.share));
            row.extend([line.expected, line.z, Some(line.independent), line.large, line.rate].map(Cell::optional));
            row
        })
    }

    fn block(&self) -> Block {
        let rows = self.lines.iter().map(|line| {
            let mut row = vec![Cell::count(line.index), Cell::Integer(line.found), Cell::Real(line.share)];
            row.extend([line.expected, line.z, Some(line.independent), line.large, line.rate].map(Cell::optional));
            row
        });
        Block {
            heading: format!("{}, {} ({} matrices)", self.pooled.problem, self.pooled.method, self.draws),
            header: names(&["negative", "found", "share", "theory", "z", "coins", "large n", "rate"]),
            rows: rows.collect(),
            keys: 1,
            unit: 1,
            footer: Vec::new(),
        }
    }
}

/// `None` when no matrices were drawn.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let sizes: Vec<Size> = pooled(folder, are_ones).into_iter().filter_map(Size::of).collect();
    if sizes.is_empty() {
        return None;
    }
    let runs = |size: &Size| size.pooled.runs().filter(|run| !run.counts.is_empty()).count();
    let counted: usize = sizes.iter().map(runs).sum();
    Some(Table {
        name: "matrix_signs".to_string(),
        title: "Signs of the eigenvalues of random symmetric matrices".to_string(),
        notes: names(&[
            "Share: of the matrices drawn, those with so many negative eigenvalues; theory: its probability where it is \
             known; z: share - theory in standard errors.",
            "Coins: as if each eigenvalue had its sign by itself, C(n, k) / 2^n. Large n: exp(-n^2 ln 3 / 4), the leading \
             behaviour for definite matrices. Rate: -ln(share) / n^2, which tends to ln 3 / 4 = 0.275.",
        ]),
        header: header(),
        rows: sizes.iter().flat_map(Size::csv_rows).collect(),
        blocks: sizes.iter().map(Size::block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("counted", counted), ("other runs", folder.runs.len() - counted)],
        )],
    })
}
