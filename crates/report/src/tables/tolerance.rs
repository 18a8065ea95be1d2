//! Table `tolerance`: what a bound on the gradient alone would have called critical, and what the certificate said.

use super::{heading, lines_of};
use crate::estimators::Share;
use crate::folder::{Folder, Run};
use crate::format;
use crate::rows::{CriticalRow, Status};
use crate::table::{Block, Cell, Table, accounting, names};

/// Bounds on `|g|^2`, from that of the early searches of networks to that of the certificate and below it.
const BOUNDS: [f64; 7] = [1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16];

/// The searches of one (problem, method).
struct Line<'a> {
    method: &'a str,
    planned: usize,
    missing: usize,
    /// Where those that ended somewhere did.
    ends: Vec<&'a CriticalRow>,
}

impl<'a> Line<'a> {
    fn of(method: &'a str, runs: &[&'a Run]) -> Option<Self> {
        let is_search = |run: &&Run| run.cell.strategy == "finder";
        runs.iter().all(is_search).then(|| Line {
            method,
            planned: runs.len(),
            missing: runs.iter().filter(|run| run.row.status == Status::Missing).count(),
            ends: runs.iter().flat_map(|run| &run.points).collect(),
        })
    }

    /// Searches that ended with `|g|^2` within the bound, and how many of these are certified as critical.
    fn within(&self, bound: f64) -> (Share, usize) {
        let is_within = |end: &&&CriticalRow| end.grad_norm.is_some_and(|g| g * g <= bound);
        let share =
            Share { count: self.ends.iter().filter(is_within).count(), planned: self.planned, missing: self.missing };
        (share, self.ends.iter().filter(is_within).filter(|end| end.class.is_critical()).count())
    }

    fn csv_rows(&self, problem: &str) -> impl Iterator<Item = Vec<Cell>> {
        BOUNDS.iter().map(move |&bound| {
            let (share, certified) = self.within(bound);
            let (lo, hi) = share.interval();
            let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::Real(bound)];
            row.extend([share.planned, share.missing, share.count].map(Cell::count));
            row.extend([share.estimate(), lo, hi].map(Cell::Real));
            row.push(Cell::count(certified));
            row
        })
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "grad_sq",
        "n_planned",
        "n_missing",
        "n_within",
        "share",
        "share_lo",
        "share_hi",
        "n_certified",
    ])
}

/// `None` without finders.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let problems = lines_of(folder, Line::of);
    if problems.is_empty() {
        return None;
    }
    let searches: usize = problems.iter().flat_map(|(_, lines)| lines).map(|line| line.planned).sum();
    Some(Table {
        name: "tolerance".to_string(),
        title: "What a small gradient alone would have called critical".to_string(),
        notes: names(&[
            "Searches of a finder that ended, after the polish, with a squared gradient |g|^2 within the bound, and how many of \
             these ends are certified as critical points. The others are places where a search that asks only for a \
             small gradient reports a critical point that is not there.",
        ]),
        header: header(),
        rows: problems
            .iter()
            .flat_map(|(problem, lines)| lines.iter().flat_map(|line| line.csv_rows(problem)))
            .collect(),
        blocks: problems.iter().map(|(problem, lines)| block(problem, lines)).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("searches", searches), ("other runs", folder.runs.len() - searches)],
        )],
    })
}

fn block(problem: &str, lines: &[Line]) -> Block {
    let planned: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.planned)).collect();
    let row = |line: &Line, bound: f64| {
        let (share, certified) = line.within(bound);
        let mut row = vec![Cell::text(line.method), Cell::Real(bound), Cell::Text(format::share(&share))];
        row.extend([share.count, certified].map(Cell::count));
        row
    };
    Block {
        heading: heading(problem, &planned),
        header: names(&["method", "|g|^2 <=", "share", "within", "certified"]),
        rows: lines.iter().flat_map(|line| BOUNDS.map(|bound| row(line, bound))).collect(),
        keys: 2,
        unit: 1,
        footer: Vec::new(),
    }
}
