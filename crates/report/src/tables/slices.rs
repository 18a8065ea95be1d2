//! Table `slices`: what the planes through a point show, and how wrong the descent would be drawn on them.

use super::lines_of;
use crate::estimators::median;
use crate::folder::{Folder, Run};
use crate::shape_rows::SliceRow;
use crate::table::{Block, Cell, Table, accounting, names};

/// One plane of one run.
struct Line<'a> {
    method: &'a str,
    replicate: u64,
    directions: &'a str,
    places: Vec<&'a SliceRow>,
    descent: Vec<&'a SliceRow>,
}

impl<'a> Line<'a> {
    /// The planes of a run, in the order of its rows.
    fn of(method: &'a str, run: &'a Run) -> Vec<Self> {
        let mut lines: Vec<Line> = vec![];
        for row in &run.slices {
            if lines.last().is_none_or(|line| line.directions != row.directions) {
                let (directions, replicate) = (row.directions.as_str(), run.row.replicate);
                lines.push(Line { method, replicate, directions, places: vec![], descent: vec![] });
            }
            let line = lines.last_mut().expect("one was pushed");
            match row.part.as_str() {
                "descent" => line.descent.push(row),
                _ => line.places.push(row),
            }
        }
        lines
    }

    fn extremes(&self) -> (f64, f64) {
        let levels = self.places.iter().map(|place| place.level);
        levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), level| (lo.min(level), hi.max(level)))
    }

    /// The level in the middle: where the descent ended, the last of its points.
    fn middle(&self) -> Option<f64> {
        self.descent.last().map(|end| end.level)
    }

    /// Share of the places that are lower than the middle.
    fn below(&self) -> Option<f64> {
        let middle = self.middle()?;
        let below = self.places.iter().filter(|place| place.level < middle).count();
        Some(below as f64 / self.places.len() as f64)
    }

    /// Median distance of the descent from the plane.
    fn off_plane(&self) -> Option<f64> {
        median(&self.descent.iter().filter_map(|point| point.off_plane).collect::<Vec<f64>>())
    }

    /// The greatest distance, in levels, between the height of the descent and that of the plane below it.
    fn misdrawn(&self) -> Option<f64> {
        let off = |point: &&SliceRow| {
            let scale = if point.level == 0.0 { 1.0 } else { point.f / point.level };
            Some((point.f - point.f_below?).abs() / scale)
        };
        self.descent.iter().filter_map(off).reduce(f64::max)
    }

    fn cells(&self) -> Vec<Cell> {
        let (lo, hi) = self.extremes();
        vec![
            Cell::text(self.method),
            Cell::Integer(self.replicate),
            Cell::text(self.directions),
            Cell::count(self.places.len()),
            Cell::Real(lo),
            Cell::Real(hi),
            Cell::optional(self.middle()),
            Cell::optional(self.below()),
            Cell::optional(self.off_plane()),
            Cell::optional(self.misdrawn()),
        ]
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "replicate",
        "directions",
        "n_places",
        "level_least",
        "level_greatest",
        "level_middle",
        "share_below",
        "off_plane",
        "misdrawn",
    ])
}

/// `None` when nothing was sliced.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let sliced = folder.runs.iter().filter(|run| !run.slices.is_empty()).count();
    if sliced == 0 {
        return None;
    }
    let problems: Vec<(&str, Vec<Line>)> = lines_of(folder, |method, runs| {
        let lines: Vec<Line> = runs.iter().flat_map(|run| Line::of(method, run)).collect();
        (!lines.is_empty()).then_some(lines)
    })
    .into_iter()
    .map(|(problem, lines)| (problem, lines.into_iter().flatten().collect()))
    .collect();
    let block = |(problem, lines): &(&str, Vec<Line>)| Block {
        heading: (*problem).to_string(),
        header: names(&[
            "method",
            "replicate",
            "directions",
            "places",
            "least level",
            "greatest",
            "middle",
            "below it",
            "off plane",
            "misdrawn",
        ]),
        rows: lines.iter().map(Line::cells).collect(),
        keys: 3,
        unit: 1,
        footer: Vec::new(),
    };
    let with_problem = |problem: &str, line: &Line| [vec![Cell::text(problem)], line.cells()].concat();
    Some(Table {
        name: "slices".to_string(),
        title: "Lines and planes through the end of a descent".to_string(),
        notes: names(&[
            "Levels over all places of a line and a plane, and in the middle, where the descent ended; below it: share of the places that are lower.",
            "Off plane: median distance of the descent's points from the plane. Misdrawn: the greatest error, in levels, of a picture that draws them on the plane instead of at their own loss.",
        ]),
        header: header(),
        rows: problems
            .iter()
            .flat_map(|(problem, lines)| lines.iter().map(|line| with_problem(problem, line)))
            .collect(),
        blocks: problems.iter().map(block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with slices", sliced), ("without", folder.runs.len() - sliced)],
        )],
    })
}
