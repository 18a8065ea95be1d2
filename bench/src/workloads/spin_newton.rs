//! W6, second part: Newton's iteration on the sphere for the spherical 3-spin.

use autodiff::Evaluator;
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::spin::{dot, retract, spherical_spin, starts};
use crate::{Job, Params};

/// The result is the end points.
pub fn prepare(params: &Params) -> Job {
    let (dim, iterations) = (params.count("dim"), params.count("iterations"));
    let objective = spherical_spin(dim).objective;
    let starts = starts(dim, params.count("seeds"));
    Box::new(move |_| {
        let mut points = starts.clone();
        points.par_chunks_exact_mut(dim).for_each_init(
            || objective.evaluator(),
            |at, x| {
                for _ in 0..iterations {
                    iterate(at, x);
                }
            },
        );
        points
    })
}

/// One Newton step: with the multiplier `m = x.g / |x|^2`, solves the bordered system
/// `[H - m I, x; x^T, 0] [d; *] = [m x - g; 0]` for the tangent step d, adds it and scales back.
fn iterate(at: &mut Evaluator, x: &mut [f64]) {
    let n = x.len();
    let (mut grad, mut hess) = (vec![0.0; n], vec![0.0; n * n]);
    at.gradient(x, &mut grad);
    at.hessian(x, &mut hess);
    let multiplier = dot(x, &grad) / n as f64;
    let bordered = DMatrix::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
        (true, true) => hess[i * n + j] - if i == j { multiplier } else { 0.0 },
        (true, false) => x[i],
        (false, true) => x[j],
        (false, false) => 0.0,
    });
    let right = DVector::from_fn(n + 1, |i, _| if i < n { multiplier * x[i] - grad[i] } else { 0.0 });
    let step = bordered.lu().solve(&right).expect("a regular system: a singular one has probability 0");
    x.iter_mut().zip(step.iter()).for_each(|(x, d)| *x += d);
    retract(x);
}
