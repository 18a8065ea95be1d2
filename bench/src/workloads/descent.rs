//! Gradient descent from many starts in lockstep: the timed part of W1 and W2.

use autodiff::{Objective, Points, vectorised};
use rayon::prelude::*;

/// `steps` times `x -= step_size * gradient(x)` at each of the `points` (k x dim); the end points. The value is not asked
/// for, so it is not computed, here or by the peers.
pub fn descend(objective: &Objective, points: &[f64], steps: usize, step_size: f64) -> Vec<f64> {
    let dim = objective.dim();
    let block = objective.points_without_values(Points::WIDEST).expect("a formula").width();
    let mut points = points.to_vec();
    points.par_chunks_mut(block * dim).with_max_len(1).for_each(|xs| {
        let mut lanes = objective.points_without_values(block).expect("a formula");
        xs.chunks_exact(dim).enumerate().for_each(|(lane, x)| lanes.set(lane, x));
        for _ in 0..steps {
            lanes.evaluate();
            let (x, grad) = lanes.x_and_gradient();
            vectorised(
                #[inline(always)]
                || x.iter_mut().zip(grad).for_each(|(x, g)| *x = (-step_size).mul_add(*g, *x)),
            );
        }
        let width = lanes.width();
        let x = lanes.x_mut();
        for (lane, to) in xs.chunks_exact_mut(dim).enumerate() {
            to.iter_mut().zip(x[lane..].iter().step_by(width)).for_each(|(to, x)| *to = *x);
        }
    });
    points
}
