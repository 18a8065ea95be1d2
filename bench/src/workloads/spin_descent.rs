//! W6, first part: value and gradient of the spherical 3-spin at many points, in steps along the sphere.

use autodiff::Objective;
use rayon::prelude::*;

use super::spin::{dot, retract, spherical_spin, starts};
use crate::{Job, Params};

/// Points that one task carries: the evaluator's widest block of lanes.
const BLOCK: usize = 32;

/// The result is the end points, then the sums of the energies on the way (so that no side can leave out the value).
pub fn prepare(params: &Params) -> Job {
    let (dim, steps, step_size) = (params.count("dim"), params.count("steps"), params.real("step_size"));
    let objective = spherical_spin(dim).objective;
    let starts = starts(dim, params.count("seeds"));
    Box::new(move |_| {
        let mut points = starts.clone();
        let mut sums = vec![0.0; starts.len() / dim];
        let blocks = points.par_chunks_mut(BLOCK * dim).zip(sums.par_chunks_mut(BLOCK));
        blocks.for_each(|(xs, sums)| descend(&objective, xs, sums, steps, step_size));
        points.append(&mut sums);
        points
    })
}

/// Gradient steps on the sphere: subtracts the gradient's tangent part, scales back.
fn descend(objective: &Objective, xs: &mut [f64], sums: &mut [f64], steps: usize, step_size: f64) {
    let dim = objective.dim();
    let mut at = objective.evaluator();
    let (mut values, mut grads) = (vec![0.0; sums.len()], vec![0.0; xs.len()]);
    for _ in 0..steps {
        at.gradients(xs, &mut values, &mut grads);
        sums.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value);
        for (x, grad) in xs.chunks_exact_mut(dim).zip(grads.chunks_exact(dim)) {
            let radial = dot(x, grad) / dim as f64;
            x.iter_mut().zip(grad).for_each(|(x, g)| *x -= step_size * (g - radial * *x));
            retract(x);
        }
    }
}
