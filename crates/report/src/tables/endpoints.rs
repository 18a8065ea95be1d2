//! Table `endpoints`: at what kind of point each method stops.

use super::{INCOMPLETE_NOTE, count_class, heading};
use crate::estimators::{Share, median};
use crate::folder::{Folder, MethodRuns, Run};
use crate::format;
use crate::rows::{At, Class, CriticalRow, Status};
use crate::table::{Block, Cell, Table, accounting, names};

/// One (problem, method).
struct Line<'a> {
    method: &'a str,
    planned: usize,
    missing: usize,
    /// Certificates by `Class::ALL`.
    classes: [usize; Class::ALL.len()],
    grad_norm_before: Option<f64>,
    /// Verdicts that change at 10 or 1/10 times the tolerance.
    flips: usize,
}

impl<'a> Line<'a> {
    fn of(method: &MethodRuns<'a>) -> Self {
        let stops: Vec<&CriticalRow> =
            method.runs.iter().flat_map(|run| run.points.iter().filter(|point| point.at == At::Stop)).collect();
        let norms: Vec<f64> = stops.iter().filter_map(|point| point.grad_norm_before).collect();
        Line {
            method: method.label,
            planned: method.runs.len(),
            missing: method.runs.iter().filter(|run| run.row.status == Status::Missing).count(),
            classes: Class::ALL.map(|class| count_class(stops.iter().copied(), class)),
            grad_norm_before: median(&norms),
            flips: stops.iter().filter(|point| point.flips.is_some_and(|flips| flips > 0)).count(),
        }
    }

    /// Runs without a certificate at their stop.
    fn none(&self) -> usize {
        self.planned - self.classes.iter().sum::<usize>()
    }

    fn minima(&self) -> Share {
        Share { count: self.classes[Class::Minimum as usize], planned: self.planned, missing: self.missing }
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let share = self.minima();
        let (lo, hi) = share.interval();
        let exact = share.exact_interval();
        let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::count(self.planned)];
        row.extend(self.classes.map(Cell::count));
        row.extend([self.none(), self.missing].map(Cell::count));
        row.extend([share.estimate(), lo, hi].map(Cell::Real));
        row.push(Cell::text(share.interval_kind()));
        row.extend([exact.map(|(lo, _)| lo), exact.map(|(_, hi)| hi)].map(Cell::optional));
        row.push(Cell::optional(self.grad_norm_before));
        row.push(Cell::count(self.flips));
        row
    }
}

/// `None` when no run has a certificate at its stop.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let has_stop = |run: &Run| run.cell.is_descent() && run.points.iter().any(|point| point.at == At::Stop);
    if !folder.runs.iter().any(has_stop) {
        return None;
    }
    let problems: Vec<(&str, Vec<Line>)> = folder
        .problems()
        .iter()
        .map(|problem| {
            let descents = problem.methods.iter().filter(|method| method.is_descent());
            (problem.label, descents.map(Line::of).collect::<Vec<Line>>())
        })
        .filter(|(_, lines)| !lines.is_empty())
        .collect();

    let lines = || problems.iter().flat_map(|(_, lines)| lines);
    let planned: usize = lines().map(|line| line.planned).sum();
    let mut parts: Vec<(&str, usize)> =
        Class::ALL.iter().enumerate().map(|(i, class)| (class.as_str(), lines().map(|l| l.classes[i]).sum())).collect();
    parts.push(("none", lines().map(Line::none).sum()));
    // Columns that are zero throughout only cost a reader space; the accounting line has them.
    let used: Vec<usize> = (0..parts.len()).filter(|i| parts[*i].1 > 0).collect();

    let flips: usize = lines().map(|line| line.flips).sum();
    let certificates: usize = parts[..Class::ALL.len()].iter().map(|(_, count)| count).sum();

    let mut footer = vec![
        accounting(("planned", planned), &parts),
        "(none: no certificate, because the run broke or is missing)".to_string(),
        format!(
            "Flips: {flips} of {certificates} verdicts change at 10 or 1/10 times the tolerance on zero eigenvalues."
        ),
    ];
    let finders = folder.runs.len() - planned;
    if finders > 0 {
        footer.push(format!("Not in this table: {finders} planned runs of critical-point finders."));
    }
    let mut notes = names(&[
        "The point where a run stops is polished without noise and certified: counts by class.",
        "Share: minima among the n planned runs, [Wilson 95 % interval].",
        "|g|: gradient norm where the run stopped, before polishing.",
    ]);
    if lines().any(|line| line.missing > 0) {
        notes.push(INCOMPLETE_NOTE.to_string());
    }
    Some(Table {
        name: "endpoints".to_string(),
        title: "Where the runs of each method stop: minimum, saddle or neither".to_string(),
        notes,
        header: header(),
        rows: problems.iter().flat_map(|(label, lines)| lines.iter().map(|line| line.csv_row(label))).collect(),
        blocks: problems.iter().map(|(label, lines)| block(label, lines, &used)).collect(),
        footer,
    })
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    let mut header = names(&["problem", "method", "n_planned"]);
    header.extend(Class::ALL.iter().map(|class| format!("n_{}", class.as_str().replace('-', "_"))));
    header.extend(names(&[
        "n_none",
        "n_missing",
        "minimum_share",
        "share_lo",
        "share_hi",
        "interval",
        "exact_lo",
        "exact_hi",
        "grad_norm_before_median",
        "n_flips",
    ]));
    header
}

/// `used`: which of the classes (and `none`, last) get a column.
fn block(problem: &str, lines: &[Line], used: &[usize]) -> Block {
    const SHORT: [&str; Class::ALL.len() + 1] =
        ["min", "saddle", "max", "degen.", "flat", "not crit.", "at inf.", "none"];
    let mut header = names(&["method"]);
    header.extend(used.iter().map(|i| SHORT[*i].to_string()));
    header.extend(names(&["share of minima", "median |g|"]));
    let rows = lines
        .iter()
        .map(|line| {
            let mut row = vec![Cell::text(line.method)];
            row.extend(used.iter().map(|i| Cell::count(*line.classes.get(*i).unwrap_or(&line.none()))));
            row.push(Cell::Text(format::share(&line.minima())));
            row.push(Cell::optional(line.grad_norm_before));
            row
        })
        .collect();
    let planned: Vec<(&str, usize)> = lines.iter().map(|line| (line.method, line.planned)).collect();
    Block { heading: heading(problem, &planned), header, rows, keys: 1, unit: 1, footer: Vec::new() }
}
