//! What the steps of several solvers have in common.

use crate::vector::norm;

/// By how much two equal values may differ through rounding alone: `10 eps max(1, |f|)`, the allowance of Conn, Gould
/// and Toint (Trust-Region Methods, 2000, 17.4.2). Below it a fall of f is not seen, and a step of the right size is
/// taken on trust.
pub(crate) fn rounding(f: f64) -> f64 {
    10.0 * f64::EPSILON * f.abs().max(1.0)
}

/// Steps shorter than this do not move `x` (dim,).
pub(crate) fn spacing(x: &[f64]) -> f64 {
    f64::EPSILON * norm(x).max(f64::MIN_POSITIVE)
}

/// Clips every coordinate of `step` to `[-cap, cap]`; a `cap` of 0 clips nothing.
pub(crate) fn clip(step: &mut [f64], cap: f64) {
    if cap > 0.0 {
        step.iter_mut().for_each(|p| *p = p.clamp(-cap, cap));
    }
}

/// `to <- to + share v`, both (dim,).
pub(crate) fn add_scaled(to: &mut [f64], share: f64, v: &[f64]) {
    to.iter_mut().zip(v).for_each(|(to, v)| *to += share * v);
}
