//! Gradient descent from many starts in lockstep: the timed part of W1 and W2.

use autodiff::Objective;
use rayon::prelude::*;

/// Points that one task carries: the evaluator's widest block of lanes.
const BLOCK: usize = 32;

/// `steps` times `x -= step_size * gradient(x)` at each of the `points` (k x dim); the end points.
pub fn descend(objective: &Objective, points: &[f64], steps: usize, step_size: f64) -> Vec<f64> {
    let mut points = points.to_vec();
    points.par_chunks_mut(BLOCK * objective.dim()).for_each(|xs| {
        let mut at = objective.evaluator();
        let (mut values, mut grads) = (vec![0.0; xs.len() / objective.dim()], vec![0.0; xs.len()]);
        for _ in 0..steps {
            at.gradients(xs, &mut values, &mut grads);
            xs.iter_mut().zip(&grads).for_each(|(x, grad)| *x -= step_size * grad);
        }
    });
    points
}
