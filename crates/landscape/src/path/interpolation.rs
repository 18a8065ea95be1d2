//! Whether the loss falls all along the straight way from start to end of a run.

use autodiff::Evaluator;

use super::{Segment, grid, values_along};
use crate::model::norm;

/// The loss on the straight way from a start to an end (Goodfellow, Vinyals and Saxe 2015; Frankle 2020; Lucas et al.
/// 2021).
#[derive(Clone, Debug, PartialEq)]
pub struct Interpolation {
    /// f at the places `i / (alphas - 1)` of the way.
    pub values: Vec<f64>,
    /// No value is more than the tolerance above the one before: the property of monotone linear interpolation. The
    /// share of runs that have it is the statistic of Lucas et al.
    pub is_monotone: bool,
    /// Share of the steps between neighbouring places that do not rise by more than the tolerance.
    pub falling_share: f64,
    /// Largest rise `max_(i < j) f_j - f_i`, at least 0: the obstacle a walker would have to climb at worst.
    pub max_bump: f64,
    /// Place between 0 and 1 where that rise ends; 0 when there is none.
    pub bump_at: f64,
    /// Place of the largest value, the first if there are several.
    pub highest_at: f64,
    /// `|end - start| / |start|`, the distance travelled; along the sphere, for a sphere. Infinite from the origin.
    pub relative_distance: f64,
}

/// Evaluates f at `alphas` (typically 51) places of the way; `tolerance` (typically 1e-9), in the units of f, is the
/// rise between neighbours that counts as none.
pub fn interpolation(eval: &mut Evaluator, way: &Segment, alphas: usize, tolerance: f64) -> Interpolation {
    let ts = grid(alphas);
    let values = values_along(eval, way, &ts);
    // A value that is not a number is no fall.
    let falling = values.windows(2).filter(|pair| pair[1] - pair[0] <= tolerance).count();
    let (mut lowest, mut highest, mut highest_at) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    let (mut max_bump, mut bump_at) = (0.0, 0.0);
    for (&t, &f) in ts.iter().zip(&values) {
        lowest = f64::min(lowest, f);
        if f - lowest > max_bump {
            (max_bump, bump_at) = (f - lowest, t);
        }
        if f > highest {
            (highest, highest_at) = (f, t);
        }
    }
    Interpolation {
        is_monotone: falling == alphas - 1,
        falling_share: falling as f64 / (alphas - 1) as f64,
        max_bump,
        bump_at,
        highest_at,
        relative_distance: way.length() / norm(way.start()),
        values,
    }
}
