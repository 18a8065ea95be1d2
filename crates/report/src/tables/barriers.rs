//! Table `barriers`: how high the ways over each surface go above their ends.

use super::{heading, lines_of};
use crate::estimators::{LEVEL, Share, median, median_interval, quantile};
use crate::folder::{Folder, Run};
use crate::format;
use crate::rows::{At, Class, Status};
use crate::shape_rows::PathRow;
use crate::table::{Block, Cell, Table, accounting, names};

/// The ways in reading order.
const WAYS: [&str; 5] = ["start_to_end", "straight", "matched", "bezier", "band"];

/// The way that others are compared with.
const STRAIGHT: &str = "straight";

/// One way of one (problem, method).
struct Line<'a> {
    method: &'a str,
    way: &'static str,
    planned: usize,
    missing: usize,
    /// Runs that followed it, with their row.
    followed: Vec<(&'a Run, &'a PathRow)>,
}

/// The row of a run about a way.
fn path<'a>(run: &'a Run, way: &str) -> Option<&'a PathRow> {
    run.paths.iter().find(|path| path.way == way)
}

/// Whether a named end is certified as a minimum; a start is not asked.
fn is_minimum(run: &Run, name: &str) -> bool {
    let at = At::try_from(name.to_string()).ok();
    name == "start" || run.points.iter().any(|point| Some(point.at) == at && point.class == Class::Minimum)
}

impl<'a> Line<'a> {
    fn of(method: &'a str, runs: &[&'a Run], way: &'static str) -> Option<Self> {
        let followed: Vec<_> = runs.iter().filter_map(|run| Some((*run, path(run, way)?))).collect();
        (!followed.is_empty()).then(|| Line {
            method,
            way,
            planned: runs.len(),
            missing: runs.iter().filter(|run| run.row.status == Status::Missing).count(),
            followed,
        })
    }

    fn barriers(&self) -> Vec<f64> {
        self.followed.iter().map(|(_, path)| path.barrier).collect()
    }

    fn share(&self, counts: impl Fn(&Run, &PathRow) -> bool) -> Share {
        let count = self.followed.iter().filter(|(run, path)| counts(run, path)).count();
        Share { count, planned: self.followed.len(), missing: 0 }
    }

    fn with_barrier(&self) -> Share {
        self.share(|_, path| path.barrier > 0.0)
    }

    /// Among runs that followed the straight way, too.
    fn lower(&self) -> Option<Share> {
        let pairs = || self.followed.iter().filter_map(|(run, row)| Some((row.barrier, path(run, STRAIGHT)?.barrier)));
        let is_between = !matches!(self.way, "start_to_end" | STRAIGHT) && pairs().count() > 0;
        let count = pairs().filter(|(barrier, straight)| barrier < straight).count();
        is_between.then(|| Share { count, planned: pairs().count(), missing: 0 })
    }

    fn monotone(&self) -> Option<Share> {
        let is_asked = self.followed.iter().any(|(_, path)| path.monotone.is_some());
        is_asked.then(|| self.share(|_, path| path.monotone == Some(1)))
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let barriers = self.barriers();
        let interval = median_interval(&barriers, LEVEL);
        let lengths: Vec<f64> = self.followed.iter().map(|(_, path)| path.length).collect();
        let minima = self.share(|run, path| is_minimum(run, &path.from) && is_minimum(run, &path.to));
        let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::text(self.way)];
        row.extend([self.planned, self.missing, self.followed.len()].map(Cell::count));
        // Without `[critical]` no end has a certificate.
        let has_certificates = self.followed.iter().any(|(run, _)| !run.points.is_empty());
        row.push(if has_certificates { Cell::count(minima.count) } else { Cell::Empty });
        row.push(Cell::optional(median(&barriers)));
        row.extend([interval.map(|ends| ends.0), interval.map(|ends| ends.1)].map(Cell::optional));
        row.extend([0.1, 0.9].map(|p| Cell::optional(quantile(&barriers, p))));
        for share in [Some(self.with_barrier()), self.lower(), self.monotone()] {
            match share {
                Some(share) => {
                    let (lo, hi) = share.interval();
                    row.push(Cell::count(share.planned));
                    row.extend([share.estimate(), lo, hi].map(Cell::Real));
                }
                None => row.extend(vec![Cell::Empty; 4]),
            }
        }
        row.push(Cell::optional(median(&lengths)));
        row
    }

    fn row(&self) -> Vec<Cell> {
        let barriers = self.barriers();
        let share = |share: Option<Share>| share.map_or(Cell::Empty, |share| Cell::Text(format::share(&share)));
        let mut row = vec![Cell::text(self.method), Cell::text(self.way), Cell::count(self.followed.len())];
        row.push(Cell::optional(median(&barriers)));
        row.extend([0.1, 0.9].map(|p| Cell::optional(quantile(&barriers, p))));
        row.extend([share(Some(self.with_barrier())), share(self.lower()), share(self.monotone())]);
        row
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "way",
        "n_planned",
        "n_missing",
        "n_followed",
        "n_between_minima",
        "barrier",
        "barrier_lo",
        "barrier_hi",
        "barrier_q10",
        "barrier_q90",
        "n_ways",
        "share_barrier",
        "share_barrier_lo",
        "share_barrier_hi",
        "n_paired",
        "share_lower",
        "share_lower_lo",
        "share_lower_hi",
        "n_from_start",
        "share_monotone",
        "share_monotone_lo",
        "share_monotone_hi",
        "length",
    ])
}

/// `None` when no way was followed.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let followed = folder.runs.iter().filter(|run| !run.paths.is_empty()).count();
    if followed == 0 {
        return None;
    }
    let problems: Vec<(&str, Vec<Line>)> = lines_of(folder, |method, runs| {
        let lines: Vec<Line> = WAYS.into_iter().filter_map(|way| Line::of(method, runs, way)).collect();
        (!lines.is_empty()).then_some(lines)
    })
    .into_iter()
    .map(|(problem, lines)| (problem, lines.into_iter().flatten().collect()))
    .collect();
    let block = |(problem, lines): &(&str, Vec<Line>)| {
        let mut planned: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.planned)).collect();
        planned.dedup();
        Block {
            heading: heading(problem, &planned),
            header: names(&["method", "way", "ways", "barrier", "10 %", "90 %", "> 0", "below straight", "falls"]),
            rows: lines.iter().map(Line::row).collect(),
            keys: 2,
            unit: 1,
            footer: Vec::new(),
        }
    };
    Some(Table {
        name: "barriers".to_string(),
        title: "Barriers along ways from starts to ends and between ends".to_string(),
        notes: names(&[
            "Barrier: the greatest loss along the way less that of its higher end, as a level; median and quantiles over the runs that followed it.",
            "Ways: start_to_end is the line from a start to the end of its descent; the others join the ends of two descents: straight, to the nearest copy (matched), along the Bezier curve of least mean loss, along an elastic band.",
            "> 0: share with a barrier; below straight: share lower than the straight way of the same run; falls: share along which the loss never rises; each with its Wilson 95 % interval.",
        ]),
        header: header(),
        rows: problems.iter().flat_map(|(problem, lines)| lines.iter().map(|line| line.csv_row(problem))).collect(),
        blocks: problems.iter().map(block).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with ways", followed), ("without", folder.runs.len() - followed)],
        )],
    })
}
