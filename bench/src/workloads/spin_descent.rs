//! W6, first part: value and gradient of the spherical 3-spin at many points, in steps along the sphere.

use autodiff::{Objective, Points, vectorised};
use rayon::prelude::*;

use super::spin::{spherical_spin, starts};
use crate::{Job, Params};

/// The result is the end points, then the sums of the energies on the way (so that no side can leave out the value).
pub fn prepare(params: &Params) -> Job {
    let (dim, steps, step_size) = (params.count("dim"), params.count("steps"), params.real("step_size"));
    let objective = spherical_spin(dim).objective;
    let starts = starts(dim, params.count("seeds"));
    let block = objective_points(&objective).width();
    Box::new(move |_| {
        let mut points = starts.clone();
        let mut sums = vec![0.0; starts.len() / dim];
        let blocks = points.par_chunks_mut(block * dim).with_max_len(1).zip(sums.par_chunks_mut(block));
        blocks.for_each(|(xs, sums)| descend(&objective, xs, sums, steps, step_size));
        points.append(&mut sums);
        points
    })
}

fn objective_points(objective: &Objective) -> Points<'_> {
    objective.points(Points::WIDEST)
}

/// Gradient steps on the sphere: subtracts the gradient's tangent part, scales back. All points at once, coordinate by
/// coordinate, as they lie in the lanes.
fn descend(objective: &Objective, xs: &mut [f64], sums: &mut [f64], steps: usize, step_size: f64) {
    let dim = objective.dim();
    let mut lanes = objective_points(objective);
    let width = lanes.width();
    xs.chunks_exact(dim).enumerate().for_each(|(lane, x)| lanes.set(lane, x));
    // Lanes without a point stay on the sphere, too.
    (sums.len()..width).for_each(|lane| lanes.set(lane, &xs[..dim]));
    let (mut radial, mut square) = (vec![0.0; width], vec![0.0; width]);
    for _ in 0..steps {
        lanes.evaluate();
        sums.iter_mut().zip(lanes.values()).for_each(|(sum, value)| *sum += value);
        let (x, grad) = lanes.x_and_gradient();
        vectorised(
            #[inline(always)]
            || {
                radial.fill(0.0);
                square.fill(0.0);
                for (x, grad) in x.chunks_exact(width).zip(grad.chunks_exact(width)) {
                    radial.iter_mut().zip(x.iter().zip(grad)).for_each(|(sum, (x, g))| *sum = x.mul_add(*g, *sum));
                }
                radial.iter_mut().for_each(|sum| *sum /= dim as f64);
                for (x, grad) in x.chunks_exact_mut(width).zip(grad.chunks_exact(width)) {
                    for ((x, g), (radial, square)) in x.iter_mut().zip(grad).zip(radial.iter().zip(&mut square)) {
                        *x -= step_size * (*g - radial * *x);
                        *square = x.mul_add(*x, *square);
                    }
                }
                square.iter_mut().for_each(|square| *square = (dim as f64 / *square).sqrt());
                for x in x.chunks_exact_mut(width) {
                    x.iter_mut().zip(&square).for_each(|(x, scale)| *x *= scale);
                }
            },
        );
    }
    let x = lanes.x_mut();
    for (lane, to) in xs.chunks_exact_mut(dim).enumerate() {
        to.iter_mut().zip(x[lane..].iter().step_by(width)).for_each(|(to, x)| *to = *x);
    }
}
