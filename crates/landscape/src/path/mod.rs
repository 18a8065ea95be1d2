//! Ways between two points of a surface: straight, bent, relaxed; what the function does along them.

mod barrier;
mod between;
mod bezier;
mod elastic_band;
mod fire;
mod interpolation;
mod segment;

pub use barrier::{Barrier, barrier};
pub use between::{Between, between};
pub use bezier::{BentPath, Bezier, Quadratic, bezier};
pub use elastic_band::{Band, BandState, Pass, elastic_band};
pub use interpolation::{Interpolation, interpolation};
pub use segment::Segment;

use autodiff::Evaluator;

/// Points evaluated together.
const BATCH: usize = 64;

/// A way over the surface, from t = 0 to t = 1.
pub trait Curve {
    /// Numbers of a point.
    fn dim(&self) -> usize;

    /// The point at `t` between 0 and 1 into `out` (dim,).
    fn point(&self, t: f64, out: &mut [f64]);
}

/// Values of the function at the places `ts` of a curve, evaluated in batches.
pub fn values_along(eval: &mut Evaluator, curve: &dyn Curve, ts: &[f64]) -> Vec<f64> {
    let dim = curve.dim();
    let mut points = vec![0.0; dim * ts.len().min(BATCH)];
    let mut values = vec![0.0; ts.len()];
    for (ts, values) in ts.chunks(BATCH).zip(values.chunks_mut(BATCH)) {
        for (t, point) in ts.iter().zip(points.chunks_exact_mut(dim)) {
            curve.point(*t, point);
        }
        eval.values(&points[..ts.len() * dim], values);
    }
    values
}

/// `count` places from 0 to 1, both among them, equally far apart.
pub fn grid(count: usize) -> Vec<f64> {
    assert!(count >= 2, "a grid has two ends");
    (0..count).map(|i| i as f64 / (count - 1) as f64).collect()
}
