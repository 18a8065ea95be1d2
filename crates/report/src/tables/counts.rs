//! Table `counts`: how many critical points of each index there are, against theory, over the draws of a surface.

use crate::draws::{Pooled, pooled};
use crate::estimators::Mean;
use crate::folder::{Folder, MethodRuns, Run};
use crate::rows::Status;
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 15] = [
    "problem",
    "method",
    "index",
    "n_draws",
    "n_missing",
    "mean",
    "mean_se",
    "expected",
    "expected_se",
    "z",
    "found_max",
    "most",
    "n_euler",
    "euler_share",
    "n_settled",
];

/// Run keys of wrong sums that are written out.
const KEYS_SHOWN: usize = 5;

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// Surveys that may count critical points by index; one that is missing has no rows to tell.
fn may_count(method: &MethodRuns) -> bool {
    method.runs.iter().any(|run| run.cell.strategy == "survey" && !super::is_of_matrices(run))
}

/// Points of one index, or of all.
struct Line {
    index: Option<usize>,
    mean: Mean,
    expected: Option<(f64, f64)>,
    found_max: u64,
}

impl Line {
    /// Of the numbers found and expected in each draw.
    fn of(index: Option<usize>, found: &[u64], expected: Option<(f64, f64)>) -> Option<Self> {
        let numbers: Vec<f64> = found.iter().map(|&count| count as f64).collect();
        let (mean, found_max) = (Mean::of(&numbers)?, found.iter().copied().max()?);
        Some(Line { index, mean, expected, found_max })
    }

    /// Distance from theory in standard errors of both.
    fn z(&self) -> Option<f64> {
        let (expected, expected_se) = self.expected?;
        let distance = self.mean.mean - expected;
        match self.mean.standard_error? {
            // A number that never varied, such as 0 for a rare index, does not say how uncertain it is.
            0.0 => (distance == 0.0).then_some(0.0),
            se => Some(distance / se.hypot(expected_se)),
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let index = self.index.map_or(Cell::text("all"), Cell::count);
        let (expected, expected_se) = self.expected.unzip();
        let mut cells = vec![index, Cell::Real(self.mean.mean), Cell::optional(self.mean.standard_error)];
        cells.extend([expected, expected_se, self.z()].map(Cell::optional));
        cells.push(Cell::Integer(self.found_max));
        cells
    }
}

/// All lines of a method on the draws of a surface.
struct Count<'f> {
    pooled: Pooled<'f>,
    lines: Vec<Line>,
    draws: usize,
    missing: usize,
    settled: usize,
    most: Option<u64>,
    /// Draws whose sum of signs is known beforehand; run keys of those where it is wrong.
    euler: (usize, Vec<&'f str>),
}

impl<'f> Count<'f> {
    fn of(pooled: Pooled<'f>) -> Option<Self> {
        let counted: Vec<&'f Run> = pooled.runs().filter(|run| !run.counts.is_empty()).collect();
        let indices = counted.iter().map(|run| run.counts.len()).max()?;
        let found = |run: &Run, index: usize| run.counts.get(index).map_or(0, |row| row.found);
        let mut lines = Vec::new();
        for index in 0..indices {
            let numbers: Vec<u64> = counted.iter().map(|run| found(run, index)).collect();
            lines.push(Line::of(Some(index), &numbers, expected(&counted, index))?);
        }
        let totals: Vec<u64> = counted.iter().map(|run| run.counts.iter().map(|row| row.found).sum()).collect();
        // Errors of the parts are not independent; together they are at most their sum.
        let whole = lines.iter().map(|line| line.expected);
        let whole = whole.reduce(|a, b| a.zip(b).map(|(a, b)| (a.0 + b.0, a.1 + b.1))).flatten();
        lines.push(Line::of(None, &totals, whole)?);
        let declared = counted.iter().filter_map(|run| Some((*run, run.counts.first()?.euler?)));
        let euler: Vec<(&Run, bool)> = declared.map(|(run, euler)| (run, signed_sum(run) == euler)).collect();
        let wrong = euler.iter().filter(|(_, is_right)| !is_right).map(|(run, _)| run.row.run_key.as_str());
        Some(Count {
            draws: counted.len(),
            missing: pooled.runs().filter(|run| run.row.status == Status::Missing).count(),
            settled: counted.iter().filter(|run| run.row.status == Status::Converged).count(),
            most: counted.iter().find_map(|run| run.counts.first()?.most),
            euler: (euler.len(), wrong.collect()),
            lines,
            pooled,
        })
    }

    fn euler_share(&self) -> Option<f64> {
        let (known, wrong) = (self.euler.0, self.euler.1.len());
        (known > 0).then(|| (known - wrong) as f64 / known as f64)
    }

    fn csv_rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.lines.iter().map(|line| {
            let mut row = vec![Cell::text(&self.pooled.problem), Cell::text(self.pooled.method)];
            let mut cells = line.cells();
            row.push(cells.remove(0));
            row.extend([self.draws, self.missing].map(Cell::count));
            row.extend(cells);
            let of_all = line.index.is_none();
            row.push(self.most.filter(|_| of_all).map_or(Cell::Empty, Cell::Integer));
            row.push(if of_all { Cell::count(self.euler.0) } else { Cell::Empty });
            row.push(Cell::optional(self.euler_share().filter(|_| of_all)));
            row.push(if of_all { Cell::count(self.settled) } else { Cell::Empty });
            row
        })
    }

    fn block(&self) -> Block {
        let (known, wrong) = &self.euler;
        let mut footer = vec![format!("settled: {} of {}", self.settled, self.draws)];
        if *known > 0 {
            let right = known - wrong.len();
            footer.push(format!("sum of (-1)^index as topology has it: {right} of {known}"));
        }
        if !wrong.is_empty() {
            let more = if wrong.len() > KEYS_SHOWN { ", ..." } else { "" };
            let keys = wrong[..wrong.len().min(KEYS_SHOWN)].join(", ");
            footer.push(format!("!! points are missing or counted twice in {}: {keys}{more}", wrong.len()));
        }
        if let (Some(most), Some(all)) = (self.most, self.lines.last()) {
            let broken = if all.found_max > most { " !! broken" } else { "" };
            footer.push(format!("most points in a draw: {}; there cannot be more than {most}{broken}", all.found_max));
        }
        let draws = if self.draws == 1 { "1 surface".to_string() } else { format!("{} draws", self.draws) };
        Block {
            heading: format!("{}, {} ({draws})", self.pooled.problem, self.pooled.method),
            header: names(&["index", "mean", "se", "theory", "se", "z", "most"]),
            rows: self.lines.iter().map(Line::cells).collect(),
            keys: 1,
            unit: 1,
            footer,
        }
    }
}

/// Mean over the draws of what theory expects, with its error; `None` unless it does for all of them.
fn expected(counted: &[&Run], index: usize) -> Option<(f64, f64)> {
    let rows: Option<Vec<(f64, f64)>> = counted
        .iter()
        .map(|run| run.counts.get(index).and_then(|row| Some((row.expected?, row.expected_se.unwrap_or(0.0)))))
        .collect();
    let rows = rows?;
    let mean = |of: fn(&(f64, f64)) -> f64| Mean::of(&rows.iter().map(of).collect::<Vec<f64>>());
    Some((mean(|row| row.0)?.mean, mean(|row| row.1)?.mean))
}

/// `sum (-1)^index` over the points found.
fn signed_sum(run: &Run) -> i64 {
    run.counts.iter().map(|row| if row.index % 2 == 0 { row.found as i64 } else { -(row.found as i64) }).sum()
}

/// `None` when nothing was counted.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let counts: Vec<Count> = pooled(folder, may_count).into_iter().filter_map(Count::of).collect();
    if counts.is_empty() {
        return None;
    }
    let counted: usize = counts.iter().map(|count| count.draws).sum();
    Some(Table {
        name: "counts".to_string(),
        title: "Critical points of each index, counted".to_string(),
        notes: names(&[
            "Mean: critical points of the index per surface, over the draws of a random one (its parameter instance or seed); se: \
             standard error of the mean.",
            "Theory: what is expected, exactly (se 0) or as a mean over the law of the draws; z: mean - theory in standard \
             errors of both. The errors of theory are added up for all indices, which makes that z too small if anything.",
            "Most: the greatest number found on one surface.",
        ]),
        header: header(),
        rows: counts.iter().flat_map(Count::csv_rows).collect(),
        blocks: counts.iter().map(Count::block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("counted", counted), ("other runs", folder.runs.len() - counted)],
        )],
    })
}
