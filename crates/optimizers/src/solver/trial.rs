//! What solvers without gradients share: how a trial value counts, random directions, and the Metropolis rule.

use crate::oracle::Oracle;
use crate::vector::norm;
use autodiff::{Stream, math};

/// The value of a trial point for comparisons: one that is not finite, minus infinity included, is worse than all others.
pub(crate) fn comparable(f: f64) -> f64 {
    if f.is_finite() { f } else { f64::INFINITY }
}

/// Puts `direction` (dim,) on a uniformly random unit vector, on a surface of the tangent space at `x` (dim,).
pub(crate) fn draw_direction(oracle: &Oracle<'_>, x: &[f64], random: &mut Stream, direction: &mut [f64]) {
    loop {
        direction.iter_mut().for_each(|d| *d = random.normal());
        oracle.project(x, direction);
        let length = norm(direction);
        // Normal numbers are all exactly 0 with probability 2^-53 in one dimension: then there is no direction.
        if length > 0.0 {
            direction.iter_mut().for_each(|d| *d /= length);
            return;
        }
    }
}

/// Whether a change of the value by `rise` is accepted at `temperature >= 0` (Metropolis et al. 1953): always when it is
/// not above 0, else with probability `exp(-rise / temperature)`. Draws one number when the value rises.
pub(crate) fn metropolis(rise: f64, temperature: f64, random: &mut Stream) -> bool {
    rise <= 0.0 || (temperature > 0.0 && random.uniform(0.0, 1.0) < math::exp(-rise / temperature))
}
