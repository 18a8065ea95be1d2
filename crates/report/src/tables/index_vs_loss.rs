//! Table `index_vs_loss`: index fraction of critical points against their level, beside theory where there is one.

use std::ops::Range;

use super::count_class;
use crate::draws::without_counted;
use crate::estimators::{Mean, pearson};
use crate::folder::{Folder, ProblemRuns};
use crate::format::significant;
use crate::rows::{Class, CriticalRow};
use crate::table::{Block, Cell, Table, accounting, names};

/// At most this many bins per problem: they fit on a screen together.
const MAX_BINS: usize = 8;
/// Points per bin below which a mean with its error says little.
const POINTS_PER_BIN: usize = 5;
/// Levels closer than this, relative to 1 plus the greatest level, are one critical value: a polished point has its
/// loss to about n eps, and nothing here is resolved finer.
const SAME_LEVEL: f64 = 1e-9;

const HEADER: [&str; 13] = [
    "problem",
    "bin",
    "n_points",
    "level_lo",
    "level_hi",
    "level_mean",
    "index_mean",
    "index_se",
    "n_theory",
    "theory_mean",
    "deviation_mean",
    "deviation_rms",
    "correlation",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// One critical point.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub level: f64,
    pub index_fraction: f64,
    pub theory: Option<f64>,
}

/// Points of one bin, or of a whole problem.
struct Bin {
    points: usize,
    level: (f64, f64),
    level_mean: f64,
    index: Mean,
    /// Points that theory speaks about.
    n_theory: usize,
    theory: Option<f64>,
    /// Index fraction minus theory.
    deviation: Option<Mean>,
}

impl Bin {
    /// Of points in ascending order of level; `None` for no points.
    fn of(points: &[Point]) -> Option<Self> {
        let column = |value: fn(&Point) -> f64| points.iter().map(value).collect::<Vec<f64>>();
        let theory: Vec<f64> = points.iter().filter_map(|point| point.theory).collect();
        let deviation: Vec<f64> =
            points.iter().filter_map(|point| Some(point.index_fraction - point.theory?)).collect();
        Some(Bin {
            points: points.len(),
            level: (points.first()?.level, points.last()?.level),
            level_mean: Mean::of(&column(|point| point.level))?.mean,
            index: Mean::of(&column(|point| point.index_fraction))?,
            n_theory: theory.len(),
            theory: Mean::of(&theory).map(|mean| mean.mean),
            deviation: Mean::of(&deviation),
        })
    }

    /// `-1.61 .. -1.18`, or the mean of a single critical value.
    fn range(&self) -> String {
        let (lo, hi) = self.level;
        let ends = [lo, hi].map(significant);
        if ends[0] == ends[1] || is_same_level(lo, hi, lo.abs().max(hi.abs())) {
            significant(self.level_mean)
        } else {
            ends.join(" .. ")
        }
    }

    fn csv_row(&self, problem: &str, name: Cell, correlation: Option<f64>) -> Vec<Cell> {
        let mut row = vec![Cell::text(problem), name, Cell::count(self.points)];
        row.extend([self.level.0, self.level.1, self.level_mean, self.index.mean].map(Cell::Real));
        row.push(Cell::optional(self.index.standard_error));
        row.push(Cell::count(self.n_theory));
        row.push(Cell::optional(self.theory));
        row.extend([self.deviation.map(|d| d.mean), self.deviation.map(|d| d.rms)].map(Cell::optional));
        row.push(Cell::optional(correlation));
        row
    }
}

/// The points of one problem, binned.
struct Curve<'a> {
    problem: &'a str,
    bins: Vec<Bin>,
    whole: Bin,
    correlation: Option<f64>,
}

impl<'a> Curve<'a> {
    /// `None` for a problem without usable points.
    fn of(problem: &ProblemRuns<'a>) -> Option<Self> {
        // Plan order, then a stable sort: equal levels keep an order that does not depend on the file.
        let mut points: Vec<Point> = problem.runs().flat_map(|run| &run.points).filter_map(certified).collect();
        points.sort_by(|a, b| a.level.total_cmp(&b.level));
        let levels: Vec<f64> = points.iter().map(|point| point.level).collect();
        let ranges = bins(&levels);
        let pairs: Vec<(f64, f64)> = points.iter().map(|point| (point.level, point.index_fraction)).collect();
        Some(Curve {
            problem: problem.label,
            whole: Bin::of(&points)?,
            // One critical value: its rounding noise correlates with nothing.
            correlation: if ranges.len() > 1 { pearson(&pairs) } else { None },
            bins: ranges.into_iter().filter_map(|range| Bin::of(&points[range])).collect(),
        })
    }
}

/// A point that enters the curve: a certified minimum, strict saddle or maximum at a finite level.
pub(crate) fn certified(point: &CriticalRow) -> Option<Point> {
    let level = point.level.filter(|level| level.is_finite())?;
    let index_fraction = point.index_fraction?;
    has_index(point).then_some(Point { level, index_fraction, theory: point.theory })
}

/// The index says what kind of point it is; at a degenerate one it does not.
fn has_index(point: &CriticalRow) -> bool {
    matches!(point.class, Class::Minimum | Class::Saddle | Class::Maximum)
}

/// Two neighbouring levels, `lo <= hi`, of a problem whose greatest level in size is `greatest`.
fn is_same_level(lo: f64, hi: f64, greatest: f64) -> bool {
    hi - lo <= SAME_LEVEL * (1.0 + greatest)
}

/// Bins over ascending levels: one per critical value when there are few of them, else about equal counts, never
/// splitting a critical value.
fn bins(levels: &[f64]) -> Vec<Range<usize>> {
    let greatest = levels.iter().fold(0.0, |m: f64, level| m.max(level.abs()));
    let mut values: Vec<Range<usize>> = Vec::new();
    for i in 0..levels.len() {
        match values.last_mut() {
            Some(value) if is_same_level(levels[i - 1], levels[i], greatest) => value.end = i + 1,
            _ => values.push(i..i + 1),
        }
    }
    if values.len() <= MAX_BINS {
        return values;
    }
    let count = (levels.len() / POINTS_PER_BIN).clamp(1, MAX_BINS);
    // A critical value goes to the bin that holds its middle point.
    let bin_of = |value: &Range<usize>| (value.start + value.end - 1) * count / (2 * levels.len());
    let mut merged: Vec<Range<usize>> = Vec::new();
    let mut last_bin = None;
    for value in values {
        let bin = bin_of(&value);
        match merged.last_mut() {
            Some(range) if last_bin == Some(bin) => range.end = value.end,
            _ => merged.push(value),
        }
        last_bin = Some(bin);
    }
    merged
}

/// `None` when no problem has a usable point.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let (folder, left_out) = without_counted(folder);
    let problems = folder.problems();
    let curves: Vec<Curve> = problems.iter().filter_map(Curve::of).collect();
    if curves.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    for Curve { problem, bins, whole, correlation } in &curves {
        let numbered = bins.iter().zip(1..);
        rows.extend(numbered.map(|(bin, i)| bin.csv_row(problem, Cell::Integer(i), None)));
        rows.push(whole.csv_row(problem, Cell::text("all"), *correlation));
    }
    let all = || folder.runs.iter().flat_map(|run| &run.points);
    let shown: usize = curves.iter().map(|curve| curve.whole.points).sum();
    let mut parts = vec![("shown", shown)];
    for class in [Class::Degenerate, Class::GradientFlat, Class::NotCritical, Class::AtInfinity] {
        parts.push((class.as_str(), count_class(all(), class)));
    }
    parts.push(("no finite level", all().filter(|p| has_index(p) && certified(p).is_none()).count()));
    let mut notes = names(&[
        "Critical points that are minima, strict saddles (whatever their zeros) or maxima, sorted by level (loss over the problem's scale): one line \
         per critical value when there are at most 8 of them, else about equally many points per line.",
        "Index: mean share of negative eigenvalues; se: its standard error, the points taken as independent.",
    ]);
    if curves.iter().any(|curve| curve.whole.n_theory > 0) {
        notes
            .push("Theory: its mean at the same levels; dev, rms: mean and root mean square of index - theory.".into());
    }
    Some(Table {
        name: "index_vs_loss".to_string(),
        title: "Index fraction of critical points against loss".to_string(),
        notes,
        header: header(),
        rows,
        blocks: curves.iter().map(block).collect(),
        footer: [
            accounting(("certificates", all().count()), &parts),
            "(only shown points enter means and correlation)".to_string(),
        ]
        .into_iter()
        .chain(left_out)
        .collect(),
    })
}

fn block(curve: &Curve) -> Block {
    let with_theory = curve.whole.n_theory > 0;
    let mut header = names(&["level", "points", "mean level", "index", "se"]);
    if with_theory {
        header.extend(names(&["theory", "dev", "rms"]));
    }
    let rows = curve
        .bins
        .iter()
        .map(|bin| {
            let mut row = vec![
                Cell::Text(bin.range()),
                Cell::count(bin.points),
                Cell::Real(bin.level_mean),
                Cell::Real(bin.index.mean),
                Cell::optional(bin.index.standard_error),
            ];
            if with_theory {
                row.extend(
                    [bin.theory, bin.deviation.map(|d| d.mean), bin.deviation.map(|d| d.rms)].map(Cell::optional),
                );
            }
            row
        })
        .collect();
    let mut footer = Vec::new();
    if let Some(correlation) = curve.correlation {
        footer.push(format!(
            "correlation of level and index {} (n = {})",
            significant(correlation),
            curve.whole.points
        ));
    }
    if let Some(deviation) = curve.whole.deviation {
        footer.push(format!("rms deviation from theory {} (n = {})", significant(deviation.rms), curve.whole.n_theory));
    }
    Block { heading: curve.problem.to_string(), header, rows, keys: 1, unit: 1, footer }
}
