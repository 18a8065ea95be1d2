//! Table `signs`: how the signs of the Hessian's eigenvalues split over the kinds of critical point.

use super::count_class;
use crate::draws::without_counted;
use crate::estimators::{Mean, median};
use crate::folder::{Folder, ProblemRuns};
use crate::rows::{Class, CriticalRow};
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 10] = [
    "problem",
    "class",
    "n_points",
    "level_median",
    "n_eigenvalues",
    "negative_mean",
    "zero_mean",
    "positive_mean",
    "index_min",
    "index_max",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// The certificates of one class at one problem.
struct Line {
    class: Class,
    points: usize,
    level: Option<f64>,
    /// Absent for classes that are not critical points.
    signs: Option<Signs>,
}

struct Signs {
    eigenvalues: u64,
    /// Mean share of negative, zero and positive eigenvalues.
    shares: [f64; 3],
    index: (u64, u64),
}

impl Signs {
    /// Of certified points, whose counts are all present; `None` for no points.
    fn of(points: &[&CriticalRow]) -> Option<Self> {
        let counts: Vec<[u64; 4]> = points.iter().filter_map(|p| Some([p.n?, p.n_neg?, p.n_zero?, p.n_pos?])).collect();
        let share = |i: usize| {
            let shares: Vec<f64> = counts.iter().map(|c| c[i] as f64 / c[0] as f64).collect();
            Mean::of(&shares).map(|mean| mean.mean)
        };
        Some(Signs {
            eigenvalues: counts.first()?[0],
            shares: [share(1)?, share(2)?, share(3)?],
            index: (counts.iter().map(|c| c[1]).min()?, counts.iter().map(|c| c[1]).max()?),
        })
    }
}

/// `None` when there is no certificate at all.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let (folder, left_out) = without_counted(folder);
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for problem in folder.problems() {
        let lines = lines(&problem);
        if !lines.is_empty() {
            rows.extend(lines.iter().map(|line| csv_row(problem.label, line)));
            blocks.push(block(problem.label, &lines));
        }
    }
    if blocks.is_empty() {
        return None;
    }
    let all = || folder.runs.iter().flat_map(|run| &run.points);
    let certified = folder.runs.iter().filter(|run| !run.points.is_empty()).count();
    let parts = Class::ALL.map(|class| (class.as_str(), count_class(all(), class)));
    Some(Table {
        name: "signs".to_string(),
        title: "Signs of the Hessian's eigenvalues at minima, saddles and maxima".to_string(),
        notes: names(&[
            "All certificates of a problem, whatever found the point (start, moment, stop or finder); a point found by \
             many runs counts many times.",
            "Negative, zero, positive: mean share of the eigenvalues, over certified critical points only; index: least \
             to greatest number of negative ones.",
        ]),
        header: header(),
        rows,
        blocks,
        footer: [
            accounting(("certificates", all().count()), &parts),
            "(gradient-flat, not-critical and at-infinity are not critical points: no signs)".to_string(),
            accounting(
                ("planned", folder.runs.len()),
                &[("with a certificate", certified), ("without", folder.runs.len() - certified)],
            ),
        ]
        .into_iter()
        .chain(left_out)
        .collect(),
    })
}

/// The classes that occur at a problem.
fn lines(problem: &ProblemRuns) -> Vec<Line> {
    Class::ALL
        .into_iter()
        .filter_map(|class| {
            let points: Vec<&CriticalRow> =
                problem.runs().flat_map(|run| &run.points).filter(|point| point.class == class).collect();
            let levels: Vec<f64> = points.iter().filter_map(|point| point.level).collect();
            (!points.is_empty()).then(|| Line {
                class,
                points: points.len(),
                level: median(&levels),
                signs: if class.is_critical() { Signs::of(&points) } else { None },
            })
        })
        .collect()
}

fn csv_row(problem: &str, line: &Line) -> Vec<Cell> {
    let mut row = vec![Cell::text(problem), Cell::text(line.class.as_str()), Cell::count(line.points)];
    row.push(Cell::optional(line.level));
    match &line.signs {
        Some(signs) => {
            row.push(Cell::Integer(signs.eigenvalues));
            row.extend(signs.shares.map(Cell::Real));
            row.extend([signs.index.0, signs.index.1].map(Cell::Integer));
        }
        None => row.extend(vec![Cell::Empty; 6]),
    }
    row
}

fn block(problem: &str, lines: &[Line]) -> Block {
    let eigenvalues = lines.iter().find_map(|line| line.signs.as_ref()).map(|signs| signs.eigenvalues);
    let heading = match eigenvalues {
        Some(n) => format!("{problem} ({n} eigenvalues)"),
        None => format!("{problem} (no critical point)"),
    };
    let rows = lines
        .iter()
        .map(|line| {
            let mut row = vec![Cell::text(line.class.as_str()), Cell::count(line.points), Cell::optional(line.level)];
            match &line.signs {
                Some(Signs { shares, index: (lo, hi), .. }) => {
                    row.extend(shares.map(Cell::Real));
                    row.push(if lo == hi { Cell::Integer(*lo) } else { Cell::Text(format!("{lo}..{hi}")) });
                }
                None => row.extend(vec![Cell::Empty; 4]),
            }
            row
        })
        .collect();
    Block {
        heading,
        header: names(&["class", "points", "median level", "negative", "zero", "positive", "index"]),
        rows,
        keys: 1,
        unit: 1,
        footer: Vec::new(),
    }
}
