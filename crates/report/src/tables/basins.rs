//! Table `basins`: the share of starts that each minimum drains, and how much was never seen.

use super::lines_of;
use crate::estimators::LEVEL;
use crate::estimators::{Share, clopper_pearson};
use crate::folder::{Folder, Run};
use crate::format;
use crate::shape_rows::BasinRow;
use crate::table::{Block, Cell, Table, accounting, names};

/// Minima of a run that people see; the CSV has all.
const MOST_SHOWN: usize = 12;

/// One minimum of one run.
struct Line<'a> {
    method: &'a str,
    replicate: u64,
    /// 1 is the lowest.
    number: usize,
    row: &'a BasinRow,
    /// Estimated mass of what was not seen in the run.
    unseen: Option<f64>,
    minima: usize,
}

impl<'a> Line<'a> {
    fn of(method: &'a str, run: &'a Run) -> Vec<Self> {
        let unseen = unseen(&run.basins);
        let line = |(i, row)| Line {
            method,
            replicate: run.row.replicate,
            number: i + 1,
            row,
            unseen,
            minima: run.basins.len(),
        };
        run.basins.iter().enumerate().map(line).collect()
    }

    fn share(&self) -> Share {
        Share { count: self.row.starts as usize, planned: self.row.n_starts as usize, missing: 0 }
    }

    /// Distance from the exact volume in standard errors of a share of that size.
    fn z(&self) -> Option<f64> {
        let (volume, n) = (self.row.volume?, self.row.n_starts as f64);
        let error = (volume * (1.0 - volume) / n).sqrt();
        (error > 0.0).then(|| (self.share().estimate() - volume) / error)
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let share = self.share();
        let (lo, hi) = share.interval();
        let exact = clopper_pearson(share.count, share.planned, LEVEL);
        let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::Integer(self.replicate)];
        row.extend([Cell::count(self.number), Cell::text(&self.row.place), Cell::Real(self.row.level)]);
        row.extend([self.row.starts, self.row.n_starts, self.row.n_unassigned].map(Cell::Integer));
        row.extend([share.estimate(), lo, hi, exact.0, exact.1].map(Cell::Real));
        row.extend([self.row.volume, self.z(), self.unseen].map(Cell::optional));
        row.push(Cell::count(self.minima));
        row
    }

    fn row(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.method),
            Cell::Integer(self.replicate),
            Cell::count(self.number),
            Cell::text(&self.row.place),
            Cell::Real(self.row.level),
            Cell::Text(format::share(&self.share())),
            Cell::optional(self.row.volume),
            Cell::optional(self.z()),
        ]
    }
}

/// Good and Turing's estimate of the mass of all minima that no start reached: those reached once over the starts that
/// arrived. `None` when none arrived.
fn unseen(basins: &[BasinRow]) -> Option<f64> {
    let arrived: u64 = basins.iter().map(|basin| basin.starts).sum();
    let once = basins.iter().filter(|basin| basin.starts == 1).count();
    (arrived > 0).then(|| once as f64 / arrived as f64)
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "replicate",
        "minimum",
        "place",
        "level",
        "n_reached",
        "n_starts",
        "n_unassigned",
        "share",
        "share_lo",
        "share_hi",
        "exact_lo",
        "exact_hi",
        "volume",
        "z",
        "unseen",
        "n_minima",
    ])
}

/// `None` when no basins were counted.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let counted = folder.runs.iter().filter(|run| !run.basins.is_empty()).count();
    if counted == 0 {
        return None;
    }
    let problems = lines_of(folder, |method, runs| {
        let lines: Vec<Vec<Line>> =
            runs.iter().map(|run| Line::of(method, run)).filter(|lines| !lines.is_empty()).collect();
        (!lines.is_empty()).then_some(lines)
    });
    let every =
        || problems.iter().flat_map(|(problem, methods)| methods.iter().flatten().map(move |runs| (*problem, runs)));
    Some(Table {
        name: "basins".to_string(),
        title: "Share of the starts that lead to each minimum".to_string(),
        notes: names(&[
            "Minima from the lowest, copies up to the declared symmetries being one unless the method says otherwise; share of the starts, [Wilson 95 % interval].",
            "Volume: the exact share, where it is known; z: distance from it in standard errors.",
            "Unseen (below each run): Good and Turing's estimate of the mass of minima that no start reached.",
        ]),
        header: header(),
        rows: every().flat_map(|(problem, lines)| lines.iter().map(move |line| line.csv_row(problem))).collect(),
        blocks: every().map(|(problem, lines)| block(problem, lines)).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with basins", counted), ("without", folder.runs.len() - counted)],
        )],
    })
}

/// The minima of one run.
fn block(problem: &str, lines: &[Line]) -> Block {
    let first = &lines[0];
    let mut footer = vec![accounting(
        ("starts", first.row.n_starts as usize),
        &[
            ("at minima", lines.iter().map(|line| line.row.starts as usize).sum()),
            ("elsewhere", first.row.n_unassigned as usize),
        ],
    )];
    let unseen = first.unseen.map_or_else(String::new, |share| format!("; unseen {}", format::probability(share)));
    footer[0] += &format!("; {} minima{unseen}", lines.len());
    if lines.len() > MOST_SHOWN {
        footer.push(format!("({} higher minima are in the CSV)", lines.len() - MOST_SHOWN));
    }
    Block {
        heading: problem.to_string(),
        header: names(&["method", "replicate", "minimum", "place", "level", "share", "volume", "z"]),
        rows: lines.iter().take(MOST_SHOWN).map(Line::row).collect(),
        keys: 3,
        unit: 1,
        footer,
    }
}
