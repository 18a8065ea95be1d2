//! W6, second part: Newton's iteration on the sphere for the spherical 3-spin.

use autodiff::Evaluator;
use rayon::prelude::*;

use super::spin::{dot, retract, spherical_spin, starts};
use crate::{Job, Params};

/// Points that one task carries: what Hessians are computed for at once.
const BLOCK: usize = 16;

/// The result is the end points.
pub fn prepare(params: &Params) -> Job {
    let (dim, iterations) = (params.count("dim"), params.count("iterations"));
    let objective = spherical_spin(dim).objective;
    let starts = starts(dim, params.count("seeds"));
    Box::new(move |_| {
        let mut points = starts.clone();
        points.par_chunks_mut(BLOCK * dim).with_max_len(1).for_each(|xs| {
            let mut at = objective.evaluator();
            let mut room = Room::new(xs.len(), dim);
            for _ in 0..iterations {
                iterate(&mut at, xs, &mut room);
            }
        });
        points
    })
}

struct Room {
    values: Vec<f64>,
    grads: Vec<f64>,
    hessians: Vec<f64>,
    /// Bordered matrix and right-hand side.
    bordered: Vec<f64>,
    right: Vec<f64>,
}

impl Room {
    fn new(len: usize, dim: usize) -> Self {
        let of = |len| vec![0.0; len];
        Room {
            values: of(len / dim),
            grads: of(len),
            hessians: of(len * dim),
            bordered: of((dim + 1) * (dim + 1)),
            right: of(dim + 1),
        }
    }
}

/// One Newton step of each point: with the multiplier `m = x.g / |x|^2`, solves the bordered system
/// `[H - m I, x; x^T, 0] [d; *] = [m x - g; 0]` for the tangent step d, adds it and scales back.
fn iterate(at: &mut Evaluator, xs: &mut [f64], room: &mut Room) {
    let Room { values, grads, hessians, bordered, right } = room;
    let n = xs.len() / values.len();
    at.gradients(xs, values, grads);
    at.hessians(xs, hessians);
    for ((x, grad), hess) in xs.chunks_exact_mut(n).zip(grads.chunks_exact(n)).zip(hessians.chunks_exact(n * n)) {
        let multiplier = dot(x, grad) / n as f64;
        // The lower triangle is all that is read.
        for (i, row) in hess.chunks_exact(n).enumerate() {
            bordered[i * (n + 1)..][..=i].copy_from_slice(&row[..=i]);
            bordered[i * (n + 2)] -= multiplier;
            right[i] = multiplier * x[i] - grad[i];
        }
        bordered[n * (n + 1)..][..n].copy_from_slice(x);
        (bordered[n * (n + 2)], right[n]) = (0.0, 0.0);
        let step =
            landscape::solve(&**bordered, n + 1, right).expect("a regular system: a singular one has probability 0");
        x.iter_mut().zip(&step).for_each(|(x, d)| *x += d);
        retract(x);
    }
}
