//! The spherical 3-spin of W6: its start points, and its couplings for the peers.

use autodiff::Objective;
use problems::Instance;

use crate::input::{Purpose, uniform};

/// The problem with this many spins.
pub fn spherical_spin(dim: usize) -> Instance {
    super::instance("spherical_spin", &format!("p = 3\ndim = {dim}"))
}

/// Start points (count x dim) on the sphere `|x|^2 = dim`.
pub fn starts(dim: usize, count: usize) -> Vec<f64> {
    let mut starts = uniform(Purpose::Start, 0, count * dim);
    starts.chunks_exact_mut(dim).for_each(retract);
    starts
}

/// Scales `x` back to the sphere `|x|^2 = dim`.
pub fn retract(x: &mut [f64]) {
    let scale = (x.len() as f64 / dot(x, x)).sqrt();
    x.iter_mut().for_each(|x| *x *= scale);
}

/// Inner product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Third derivatives (dim x dim x dim) of the spin's energy `1/6 sum T_ijk x_i x_j x_k`, for peers to start from: the
/// Hessian of a cubic form is linear, so its value at the k-th unit vector is the k-th slice.
pub fn coupling_tensor(dim: usize) -> Vec<f64> {
    let objective: Objective = spherical_spin(dim).objective;
    let mut at = objective.evaluator();
    let mut tensor = vec![0.0; dim * dim * dim];
    for (k, slice) in tensor.chunks_exact_mut(dim * dim).enumerate() {
        let mut unit = vec![0.0; dim];
        unit[k] = 1.0;
        at.hessian(&unit, slice);
    }
    tensor
}
