//! Picture `success_by_cost`: which share of targets was reached at which cost, the ECDF of the first hits.

use super::quality::share_axis;
use super::{Part, Picture, Source, kind};
use crate::estimators::clustered_wilson;
use crate::folder::{Run, gaps};
use crate::table::{Cell, names};
use plot::{Axis, Layer, Panel};

/// Points per factor of 10.
const PER_DECADE: i32 = 10;
const LEVEL: f64 = 0.95;

/// The share of targets reached by one run at or before a cost.
fn reached(run: &Run, cost: f64, targets: usize) -> f64 {
    let count = run.hits.iter().filter(|(_, hit)| hit.is_some_and(|hit| hit <= cost)).count();
    count as f64 / targets as f64
}

/// `10^(j/10)` from below the first hit of these runs to a greatest cost.
fn costs(runs: &[&Run], last: f64) -> Vec<f64> {
    let hits = runs.iter().flat_map(|run| run.hits.iter().filter_map(|(_, cost)| *cost)).filter(|cost| *cost > 0.0);
    let first = hits.fold(f64::INFINITY, f64::min);
    if last <= 0.0 {
        return Vec::new();
    }
    let step = f64::from(PER_DECADE);
    let number = |cost: f64| step * cost.log10();
    let (from, to) = (number(first.min(last)).floor() as i32 - 1, number(last).ceil() as i32);
    (from..=to)
        .map(|j| 10f64.powi(j.div_euclid(PER_DECADE)) * 10f64.powf(f64::from(j.rem_euclid(PER_DECADE)) / step))
        .collect()
}

/// `None` without targets.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for problem in source.problems() {
        let targets = gaps(problem.runs()).len();
        let methods = problem.methods.iter().filter(|method| method.is_descent());
        let spent = methods.clone().flat_map(|method| &method.runs).filter_map(|run| run.row.cost).fold(0.0, f64::max);
        let axis = Axis::log("cost in gradient-equivalents");
        let mut panel = Panel::new(axis, share_axis("share of (run, target) pairs")).title(problem.label);
        let (mut is_empty, mut rows) = (true, Vec::new());
        for (i, method) in methods.enumerate().filter(|_| targets > 0) {
            let mut points = Vec::new();
            for cost in costs(&method.runs, spent) {
                let shares: Vec<f64> = method.runs.iter().map(|run| reached(run, cost, targets)).collect();
                let share = shares.iter().sum::<f64>() / shares.len() as f64;
                let (lo, hi) = clustered_wilson(&shares, targets, LEVEL);
                let head = [problem.label, method.label].map(Cell::text);
                rows.push(head.into_iter().chain([cost, share, lo, hi].map(Cell::Real)).collect());
                points.push([cost, share, lo, hi]);
            }
            is_empty &= points.is_empty();
            let band: Vec<[f64; 3]> = points.iter().map(|&[x, _, lo, hi]| [x, lo, hi]).collect();
            let line: Vec<[f64; 2]> = points.iter().map(|&[x, y, ..]| [x, y]).collect();
            panel =
                panel.layer(Layer::step_band(&band).series(i)).layer(Layer::steps(&line).series(i).named(method.label));
        }
        if !is_empty {
            parts.push(Part { kind: kind(problem.label), panels: vec![panel], rows });
        }
    }
    Picture::of(
        "success_by_cost",
        "Which share of the targets was reached at which cost",
        names(&[
            "Over all planned runs and all gaps of the problem; pairs never reached stay in the denominator.",
            "A run that has ended costs nothing more: its line goes on to the greatest cost of any run.",
            "Bands: pointwise 95 % intervals with runs, not pairs, as independent.",
        ]),
        names(&["problem", "method", "cost", "share", "share_lo", "share_hi"]),
        parts,
    )
}
