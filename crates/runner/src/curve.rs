//! What is recorded along a run: the rows of `curves.csv`, measured at no charge while the run goes by.

use crate::config::{Curves, Plateaus};
use crate::experiment::{Surface, built};
use crate::figure::{float, optional};
use autodiff::Evaluator;
use landscape::extreme_eigenvalues;
use optimizers::Sight;
use std::cell::RefCell;

/// Records the runs of one block.
pub struct Recorder<'a> {
    surface: &'a Surface,
    curves: Curves,
    inner: RefCell<Inner<'a>>,
}

struct Inner<'a> {
    /// Points by run of the block.
    runs: Vec<Vec<Point>>,
    eval: Evaluator<'a>,
    held_out: Option<Evaluator<'a>>,
}

/// One point of a curve.
struct Point {
    restart: u64,
    /// The cells before `plateau`.
    cells: Vec<String>,
    grad_norm: f64,
    /// Least and greatest eigenvalue, where they are asked for.
    ends: Option<(f64, f64)>,
}

impl<'a> Recorder<'a> {
    /// For a block of `count` runs.
    pub fn new(surface: &'a Surface, curves: Curves, count: usize) -> Self {
        let instance = built(surface);
        let inner = Inner {
            runs: (0..count).map(|_| Vec::new()).collect(),
            eval: instance.objective.evaluator(),
            held_out: instance.held_out.as_ref().map(|objective| objective.evaluator()),
        };
        Self { surface, curves, inner: RefCell::new(inner) }
    }

    /// Takes note of one point of a run.
    pub fn look(&self, run: usize, sight: &Sight<'_>) {
        let Inner { runs, eval, held_out } = &mut *self.inner.borrow_mut();
        let scale = built(self.surface).loss_scale;
        let grad_norm = norm(sight.grad);
        let ends = self.curves.wants_spectrum().then(|| extreme_eigenvalues(eval, sight.x));
        let level = sight.f / scale;
        let gap = self.surface.reference.map(|reference| (sight.f - reference) / scale);
        let held_out = held_out.as_mut().map(|eval| eval.value(sight.x));
        let cells = vec![
            sight.restart.to_string(),
            sight.iterations.to_string(),
            float(sight.cost),
            float(sight.f),
            float(level),
            optional(gap),
            float(grad_norm),
            float(sight.step_length),
            float(sight.path_length),
            float(sight.from_start),
            optional(sight.in_force.map(|step| step.lr_factor)),
            optional(sight.in_force.map(|step| step.sigma_gradient)),
            optional(sight.in_force.map(|step| step.sigma_weights)),
            optional(held_out),
            optional(ends.map(|(least, _)| least)),
            optional(ends.map(|(_, greatest)| greatest)),
        ];
        runs[run].push(Point { restart: sight.restart, cells, grad_norm, ends });
    }

    /// The rows of every run.
    pub fn into_rows(self) -> Vec<Vec<Vec<String>>> {
        let plateaus = self.curves.plateaus;
        let rows = |points: Vec<Point>| {
            let flags: Vec<String> = match plateaus {
                None => vec![String::new(); points.len()],
                Some(plateaus) => on_plateau(&points, plateaus),
            };
            points.into_iter().zip(flags).map(|(point, flag)| [point.cells, vec![flag]].concat()).collect()
        };
        self.inner.into_inner().runs.into_iter().map(rows).collect()
    }
}

/// 1 for each point with `|g| <= gradient G` and `lambda_min < -curvature max |lambda|`, G being the greatest finite
/// gradient norm among the points of the same attempt; else 0.
fn on_plateau(points: &[Point], plateaus: Plateaus) -> Vec<String> {
    let greatest = |restart: u64| {
        let norms = points.iter().filter(|point| point.restart == restart).map(|point| point.grad_norm);
        norms.filter(|norm| norm.is_finite()).fold(0.0, f64::max)
    };
    let mut attempt = (u64::MAX, 0.0);
    let flag = |point: &Point| {
        if attempt.0 != point.restart {
            attempt = (point.restart, greatest(point.restart));
        }
        let is_flat = point.grad_norm <= plateaus.gradient * attempt.1;
        let falls = point.ends.is_some_and(|(least, most)| least < -plateaus.curvature * least.abs().max(most.abs()));
        u8::from(is_flat && falls).to_string()
    };
    points.iter().map(flag).collect()
}

/// Euclidean norm.
fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}
