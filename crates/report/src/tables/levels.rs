//! Table `levels`: the distinct levels of the certified critical points, and how often each was found.

use super::heading;
use crate::draws::without_counted;
use crate::folder::{Folder, ProblemRuns, Run};
use crate::rows::{Class, CriticalRow};
use crate::table::{Block, Cell, Table, accounting, names};

/// Levels nearer than this, in units of the level or of 1, are one: polished points of one level differ by rounding and by
/// the square of their gradient only.
const SAME: f64 = 1e-8;

/// Levels of a problem that people see: the lowest; the CSV has all.
const SHOWN: usize = 12;

/// The points of one class at one level.
struct Line<'a> {
    class: Class,
    points: Vec<(&'a Run, &'a CriticalRow)>,
}

impl Line<'_> {
    fn extent(&self, of: impl Fn(&CriticalRow) -> Option<f64>) -> [Option<f64>; 2] {
        let values = || self.points.iter().filter_map(|(_, point)| of(point));
        [values().reduce(f64::min), values().reduce(f64::max)]
    }

    fn runs(&self) -> usize {
        let mut keys: Vec<&str> = self.points.iter().map(|(run, _)| run.row.run_key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }

    fn csv_row(&self, problem: &str, number: usize) -> Vec<Cell> {
        let [lo, hi] = self.extent(|point| point.level);
        let mut row = vec![Cell::text(problem), Cell::text(self.class.as_str()), Cell::count(number)];
        row.extend([self.points.len(), self.runs()].map(Cell::count));
        row.extend([lo, hi, lo.zip(hi).map(|(lo, hi)| hi - lo)].map(Cell::optional));
        row.extend(self.extent(|point| point.n_neg.map(|count| count as f64)).map(Cell::optional));
        row.extend(self.extent(|point| point.n_zero.map(|count| count as f64)).map(Cell::optional));
        row.extend(self.extent(|point| point.lambda_min).map(Cell::optional));
        row
    }

    fn row(&self) -> Vec<Cell> {
        let [lo, hi] = self.extent(|point| point.level);
        let [index_lo, index_hi] = self.extent(|point| point.n_neg.map(|count| count as f64));
        let index = index_lo.zip(index_hi).map_or(Cell::Empty, |(lo, hi)| {
            if lo == hi { Cell::Integer(lo as u64) } else { Cell::Text(format!("{lo}..{hi}")) }
        });
        let mut row = vec![Cell::text(self.class.as_str()), Cell::optional(lo)];
        row.push(Cell::optional(lo.zip(hi).map(|(lo, hi)| hi - lo)));
        row.extend([self.points.len(), self.runs()].map(Cell::count));
        row.extend([index, Cell::optional(self.extent(|point| point.lambda_min)[0])]);
        row
    }
}

/// Of each class from the lowest level up, minima first.
fn lines<'a>(problem: &'a ProblemRuns<'a>) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = Vec::new();
    for class in Class::ALL.into_iter().filter(|class| class.is_critical()) {
        let points = problem.runs().flat_map(|run| run.points.iter().map(move |point| (run, point)));
        let mut points: Vec<(f64, &Run, &CriticalRow)> = points
            .filter(|(_, point)| point.class == class)
            .filter_map(|(run, point)| Some((point.level.filter(|level| level.is_finite())?, run, point)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut last = f64::NEG_INFINITY;
        for (level, run, point) in points {
            if level - last > SAME * level.abs().max(1.0) {
                lines.push(Line { class, points: Vec::new() });
            }
            lines.last_mut().expect("a line was opened").points.push((run, point));
            last = level;
        }
    }
    lines
}

/// `None` when no critical point is certified.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let (folder, left_out) = without_counted(folder);
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for problem in folder.problems() {
        let lines = lines(&problem);
        if lines.is_empty() {
            continue;
        }
        let planned: Vec<(&str, usize)> = problem.methods.iter().map(|m| (m.label, m.runs.len())).collect();
        let mut number = (Class::Minimum, 0);
        for line in &lines {
            number = if line.class == number.0 { (line.class, number.1 + 1) } else { (line.class, 1) };
            rows.push(line.csv_row(problem.label, number.1));
        }
        let hidden = lines.len().saturating_sub(SHOWN);
        blocks.push(Block {
            heading: heading(problem.label, &planned),
            header: names(&["class", "level", "width", "points", "runs", "index", "least eigenvalue"]),
            rows: lines.iter().take(SHOWN).map(Line::row).collect(),
            keys: 2,
            unit: 1,
            footer: if hidden > 0 { vec![format!("and {hidden} more in the CSV file")] } else { Vec::new() },
        });
    }
    let all = || folder.runs.iter().flat_map(|run| &run.points);
    let certified = all().filter(|point| point.class.is_critical()).count();
    (!blocks.is_empty()).then(|| Table {
        name: "levels".to_string(),
        title: "Distinct levels of the certified critical points".to_string(),
        notes: names(&[
            "Points of one class whose levels agree to 1e-8 are one row, whatever found them; width: how far they differ.",
            "Different points of equal level, such as mirror images, are not told apart.",
        ]),
        header: header(),
        rows,
        blocks,
        footer: std::iter::once(accounting(
            ("certificates", all().count()),
            &[("critical", certified), ("not", all().count() - certified)],
        ))
        .chain(left_out)
        .collect(),
    })
}

/// Columns of the CSV.
pub(crate) fn header() -> Vec<String> {
    names(&[
        "problem",
        "class",
        "number",
        "n_points",
        "n_runs",
        "level",
        "level_hi",
        "width",
        "index",
        "index_hi",
        "n_zero",
        "n_zero_hi",
        "lambda_min",
        "lambda_min_hi",
    ])
}
