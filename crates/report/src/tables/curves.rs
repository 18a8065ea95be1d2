//! Table `curves`: how the loss of the runs of each method falls with cost, as quantiles over runs.

use super::heading;
use crate::estimators::quantile;
use crate::folder::{Folder, MethodRuns, Run};
use crate::format::significant;
use crate::table::{Block, Cell, Table, accounting, names};

/// Costs per factor of 10 in the CSV.
const PER_DECADE: i32 = 10;

/// Lower end, middle and upper end of the ribbons.
const QUANTILES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// The recorded runs of one method at one cost.
struct Line {
    cost: f64,
    running: usize,
    loss: [Option<f64>; QUANTILES.len()],
    held_out: [Option<f64>; QUANTILES.len()],
    grad_norm: Option<f64>,
}

/// What a curve shows: the gap, or the level where there is no reference.
fn loss(run: &Run, i: usize) -> f64 {
    run.curve[i].gap.unwrap_or(run.curve[i].level)
}

/// The last point of a run at or before `cost`; `None` before its first.
fn at(run: &Run, cost: f64) -> Option<usize> {
    run.curve.partition_point(|point| point.cost <= cost).checked_sub(1)
}

impl Line {
    fn of(runs: &[&Run], cost: f64) -> Self {
        let here: Vec<(&Run, usize)> = runs.iter().filter_map(|run| at(run, cost).map(|i| (*run, i))).collect();
        let over = |value: &dyn Fn(&Run, usize) -> Option<f64>| {
            let values: Vec<f64> = here.iter().filter_map(|(run, i)| value(run, *i)).collect();
            QUANTILES.map(|p| quantile(&values, p))
        };
        let ends = runs.iter().filter_map(|run| run.curve.last());
        Line {
            cost,
            running: ends.filter(|end| end.cost > cost).count(),
            loss: over(&|run, i| Some(loss(run, i))),
            held_out: over(&|run, i| run.curve[i].f_held_out),
            grad_norm: over(&|run, i| Some(run.curve[i].grad_norm))[2],
        }
    }
}

/// `10^(j/10)` from the first cost recorded to the last one, both rounded outwards.
fn costs(runs: &[&Run]) -> Vec<(i32, f64)> {
    let points = || runs.iter().flat_map(|run| &run.curve).map(|point| point.cost).filter(|cost| *cost > 0.0);
    let (first, last) = (points().fold(f64::INFINITY, f64::min), points().fold(0.0, f64::max));
    let step = f64::from(PER_DECADE);
    let number = |cost: f64| step * cost.log10();
    // Ten to a thousandth of a step is no step.
    let (from, to) = ((number(first) + 1e-3).floor() as i32, (number(last) - 1e-3).ceil() as i32);
    (from..=to)
        .map(|j| (j, 10f64.powi(j.div_euclid(PER_DECADE)) * 10f64.powf(f64::from(j.rem_euclid(PER_DECADE)) / step)))
        .collect()
}

/// `None` when no run has a curve.
pub(crate) fn table<'a>(folder: &'a Folder) -> Option<Table> {
    let recorded = folder.runs.iter().filter(|run| !run.curve.is_empty()).count();
    if recorded == 0 {
        return None;
    }
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for problem in folder.problems() {
        let of = |method: &MethodRuns<'a>| -> Vec<&'a Run> {
            method.runs.iter().copied().filter(|run| !run.curve.is_empty()).collect()
        };
        let methods = problem.methods.iter().map(|method| (method.label, of(method)));
        let methods: Vec<(&str, Vec<&Run>)> = methods.filter(|(_, runs)| !runs.is_empty()).collect();
        if methods.is_empty() {
            continue;
        }
        let has_gap = methods.iter().all(|(_, runs)| runs.iter().all(|run| run.curve[0].gap.is_some()));
        let quantity = if has_gap { "gap" } else { "level" };
        let mut shown = Vec::new();
        for (method, runs) in &methods {
            let grid = costs(runs);
            for (i, (j, cost)) in grid.iter().enumerate() {
                let line = Line::of(runs, *cost);
                rows.push(csv_row(problem.label, method, quantity, runs.len(), &line));
                if j.rem_euclid(PER_DECADE) == 0 || i + 1 == grid.len() {
                    shown.push((*method, line));
                }
            }
        }
        let counts: Vec<(&str, usize)> = methods.iter().map(|(method, runs)| (*method, runs.len())).collect();
        blocks.push(block(&heading(problem.label, &counts), quantity, &shown));
    }
    Some(Table {
        name: "curves".to_string(),
        title: "How the loss falls with cost: quantiles over the recorded runs".to_string(),
        notes: names(&[
            "Cost in gradient-equivalents; of each run its last recorded point at or before it, so a run that has ended stays where it ended.",
            "Median [10 %, 90 %] of the gap (of the level where there is no reference); each number is that of a run.",
            "running: runs that go on after this cost. |g|: median gradient norm.",
        ]),
        header: header(),
        rows,
        blocks,
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with a curve", recorded), ("without", folder.runs.len() - recorded)],
        )],
    })
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    let mut header = names(&["problem", "method", "quantity", "n_recorded", "cost", "n_running"]);
    header.extend(QUANTILES.map(|p| format!("q{:.0}", 100.0 * p)));
    header.extend(QUANTILES.map(|p| format!("held_out_q{:.0}", 100.0 * p)));
    header.push("grad_norm_median".to_string());
    header
}

fn csv_row(problem: &str, method: &str, quantity: &str, recorded: usize, line: &Line) -> Vec<Cell> {
    let mut row = vec![Cell::text(problem), Cell::text(method), Cell::text(quantity), Cell::count(recorded)];
    row.extend([Cell::Real(line.cost), Cell::count(line.running)]);
    row.extend(line.loss.map(Cell::optional));
    row.extend(line.held_out.map(Cell::optional));
    row.push(Cell::optional(line.grad_norm));
    row
}

fn block(heading: &str, quantity: &str, lines: &[(&str, Line)]) -> Block {
    let has_held_out = lines.iter().any(|(_, line)| line.held_out[2].is_some());
    let mut header = names(&["method", "cost", "running", quantity]);
    header.extend(has_held_out.then(|| "held-out loss".to_string()));
    header.push("|g|".to_string());
    let rows = lines
        .iter()
        .map(|(method, line)| {
            let mut row = vec![Cell::text(*method), Cell::Real(line.cost), Cell::count(line.running)];
            row.push(ribbon(&line.loss));
            row.extend(has_held_out.then(|| ribbon(&line.held_out)));
            row.push(Cell::optional(line.grad_norm));
            row
        })
        .collect();
    Block { heading: heading.to_string(), header, rows, keys: 2, unit: 1, footer: Vec::new() }
}

/// `0.28 [0.12,0.5]`.
fn ribbon(quantiles: &[Option<f64>; QUANTILES.len()]) -> Cell {
    match quantiles {
        [Some(lo), _, Some(middle), _, Some(hi)] => {
            Cell::Text(format!("{} [{},{}]", significant(*middle), significant(*lo), significant(*hi)))
        }
        _ => Cell::Empty,
    }
}
