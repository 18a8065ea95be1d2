//! How high a way goes above its ends.

use autodiff::Evaluator;

use super::{Curve, grid, values_along};

/// Golden-section steps on a maximum between two places of the grid: the bracket shrinks to 2e-7 of its width, which a
/// smooth maximum feels as 4e-14 of its height above the grid.
const GOLDEN_STEPS: usize = 32;

/// `(sqrt 5 - 1) / 2`
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The highest place of a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barrier {
    /// `max_t f(x(t)) - max(f(x(0)), f(x(1)))`, at least 0; infinite when f is not finite somewhere on the grid.
    pub height: f64,
    /// `max_t f(x(t))`, the ends included.
    pub top: f64,
    /// Where, between 0 and 1; the first such place.
    pub at: f64,
    /// f at both ends.
    pub ends: [f64; 2],
    /// Values evaluated.
    pub n_values: u64,
}

/// The barrier along a way: the maximum over a grid of `samples` places (typically 51), each peak of the grid refined
/// between its neighbours by golden section.
///
/// The refinement finds a maximum that is alone between two neighbours of a peak; a peak narrower than a step of the
/// grid can be missed, so a barrier is a lower bound, exact for a function as smooth as the grid is fine. (Some authors
/// subtract the mean of the ends instead; `top` and `ends` have what is needed for that.)
pub fn barrier(eval: &mut Evaluator, curve: &dyn Curve, samples: usize) -> Barrier {
    let ts = grid(samples);
    let values = values_along(eval, curve, &ts);
    let last = samples - 1;
    let ends = [values[0], values[last]];
    if let Some(i) = values.iter().position(|value| !value.is_finite()) {
        return Barrier { height: f64::INFINITY, top: f64::INFINITY, at: ts[i], ends, n_values: samples as u64 };
    }
    let (mut top, mut at, mut n_values) = (f64::NEG_INFINITY, 0.0, samples as u64);
    let mut point = vec![0.0; curve.dim()];
    for i in 0..samples {
        let (left, right) = (i.saturating_sub(1), (i + 1).min(last));
        if values[i] < values[left] || values[i] < values[right] {
            continue;
        }
        let mut value = |t: f64| {
            n_values += 1;
            curve.point(t, &mut point);
            eval.value(&point)
        };
        for (t, f) in [(ts[i], values[i]), golden(&mut value, ts[left], ts[right])] {
            if f > top {
                (top, at) = (f, t);
            }
        }
    }
    Barrier { height: top - ends[0].max(ends[1]), top, at, ends, n_values }
}

/// The maximum between `low` and `high`, and where (Kiefer 1953).
fn golden(value: &mut impl FnMut(f64) -> f64, mut low: f64, mut high: f64) -> (f64, f64) {
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut f_left, mut f_right) = (value(left), value(right));
    for _ in 0..GOLDEN_STEPS {
        if f_left >= f_right {
            (high, right, f_right) = (right, left, f_left);
            left = high - GOLDEN * (high - low);
            f_left = value(left);
        } else {
            (low, left, f_left) = (left, right, f_right);
            right = low + GOLDEN * (high - low);
            f_right = value(right);
        }
    }
    if f_left >= f_right { (left, f_left) } else { (right, f_right) }
}
