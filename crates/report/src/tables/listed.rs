//! Table `listed`: critical points known from theory, and how many of them were found as they are listed.

use crate::folder::{Folder, Run};
use crate::rows::{ListedRow, Status};
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 10] = [
    "problem",
    "method",
    "n_surveys",
    "n_missing",
    "n_listed",
    "n_found",
    "recall",
    "n_same_signs",
    "n_elsewhere",
    "distance_max",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// One method on one problem; all its surveys together.
struct Line<'f> {
    method: &'f str,
    surveys: usize,
    missing: usize,
    listed: usize,
    found: usize,
    same_signs: usize,
    elsewhere: usize,
    distance_max: Option<f64>,
}

impl<'f> Line<'f> {
    fn of(method: &'f str, runs: &[&'f Run]) -> Option<Self> {
        let rows = || runs.iter().flat_map(|run| &run.listed);
        rows().next()?;
        let count = |is: fn(&ListedRow) -> bool| rows().filter(|row| is(row)).count();
        Some(Line {
            method,
            surveys: runs.len(),
            missing: runs.iter().filter(|run| run.row.status == Status::Missing).count(),
            listed: count(|row| row.number.is_some()),
            found: count(|row| row.number.is_some() && row.f_found.is_some()),
            same_signs: count(ListedRow::agrees),
            elsewhere: count(|row| row.number.is_none()),
            distance_max: rows().filter_map(|row| row.distance).reduce(f64::max),
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let recall = (self.listed > 0).then(|| self.found as f64 / self.listed as f64);
        let mut cells: Vec<Cell> = [self.surveys, self.missing, self.listed, self.found].map(Cell::count).to_vec();
        cells.push(Cell::optional(recall));
        cells.extend([self.same_signs, self.elsewhere].map(Cell::count));
        cells.push(Cell::optional(self.distance_max));
        cells
    }
}

/// `None` when no survey compared with a list.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let problems = super::lines_of(folder, Line::of);
    if problems.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    let mut blocks = Vec::new();
    for (problem, lines) in &problems {
        for line in lines {
            rows.push([vec![Cell::text(*problem), Cell::text(line.method)], line.cells()].concat());
        }
        blocks.push(Block {
            heading: (*problem).to_string(),
            header: names(&[
                "method",
                "surveys",
                "missing",
                "listed",
                "found",
                "recall",
                "same signs",
                "elsewhere",
                "distance",
            ]),
            rows: lines.iter().map(|line| [vec![Cell::text(line.method)], line.cells()].concat()).collect(),
            keys: 1,
            unit: 1,
            footer: Vec::new(),
        });
    }
    let shown: usize = problems.iter().flat_map(|(_, lines)| lines).map(|line| line.surveys).sum();
    Some(Table {
        name: "listed".to_string(),
        title: "Critical points known from theory, found again".to_string(),
        notes: names(&[
            "Listed: points that the problem lists; found: those of them that were found; same signs: with the index and nullity \
             listed. Counted over all surveys of the method.",
            "Elsewhere: points found that are not in the list; distance: the greatest between a value found and the nearest \
             one in the list.",
            "Points on families (with zero eigenvalues) are known by value alone.",
        ]),
        header: header(),
        rows,
        blocks,
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("shown", shown), ("other runs", folder.runs.len() - shown)],
        )],
    })
}
