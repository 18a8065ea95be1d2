//! Picture `success_by_cost`: which share of targets was reached at which cost, the ECDF of the first hits.

use super::quality::share_axis;
use super::{Part, Picture, Source, beside, kind};
use crate::estimators::clustered_wilson;
use crate::folder::{Run, gaps};
use crate::table::{Cell, names};
use plot::{Axis, Layer, Panel};

/// Points per factor of 10.
const PER_DECADE: i32 = 10;
const LEVEL: f64 = 0.95;
/// Bands that an eye tells apart in one panel.
const MOST_BANDS: usize = 7;
/// Intervals at the ends of lines stand so far to the left, in pixels, so that the frame does not cut them.
const ROOM: f64 = 10.0;

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
    let (mut parts, mut never) = (Vec::new(), 0);
    for problem in source.problems() {
        let targets = gaps(problem.runs()).len();
        let methods = problem.methods.iter().filter(|method| method.is_descent());
        let spent = methods.clone().flat_map(|method| &method.runs).filter_map(|run| run.row.cost).fold(0.0, f64::max);
        let axis = Axis::log("cost in gradient-equivalents");
        let mut panel = Panel::new(axis, share_axis("share of (run, target) pairs")).title(problem.label);
        let (mut is_empty, mut rows) = (true, Vec::new());
        let count = methods.clone().count();
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
            // Bands of many methods would hide each other: theirs are drawn where they end, one beside the other.
            let uncertain = match count <= MOST_BANDS {
                true => Layer::step_band(&band).series(i),
                false => Layer::intervals(band.last().copied().into_iter().collect())
                    .series(i)
                    .shifted(beside(i, count) - ROOM),
            };
            panel = panel.layer(uncertain).layer(Layer::steps(&line).series(i).named(method.label));
        }
        let is_reached = problem.runs().any(|run| run.hits.iter().any(|(_, hit)| hit.is_some()));
        never += usize::from(!is_empty && !is_reached);
        if !is_empty && is_reached {
            parts.push(Part { kind: kind(problem.label), panels: vec![panel], rows });
        }
    }
    let mut notes = names(&[
        "Over all planned runs and all gaps of the problem; pairs never reached stay in the denominator.",
        "A run that has ended costs nothing more: its line goes on to the greatest cost of any run.",
        "Bands: pointwise 95 % intervals with runs, not pairs, as independent; of many methods at the end of their lines only.",
    ]);
    if never > 0 {
        let problems = if never == 1 { "problem has" } else { "problems have" };
        notes.push(format!("{never} {problems} no panel: there no run reached any target."));
    }
    Picture::of(
        "success_by_cost",
        "Which share of the targets was reached at which cost",
        notes,
        names(&["problem", "method", "cost", "share", "share_lo", "share_hi"]),
        parts,
    )
}
