//! Elementary functions of an interval, with their first and second derivatives.

use super::{Interval, above, below};
use crate::graph::Unary;
use crate::math;

/// Share of a computed result by which it may be off: `2^-50`, 4 units in the last place or more; the largest bound in
/// [`math::MAX_ULP`] is 1.9.
const SLACK: f64 = f64::EPSILON * 4.0;

/// The same for subnormal results, whose unit does not shrink: 16 units.
const LEAST_SLACK: f64 = 8e-323;

/// From here on angles have no useful quadrant.
const LARGE_ANGLE: f64 = 1e15;

/// Where a function is evaluated on an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// Defined and smooth on all of it.
    Smooth,
    /// Not defined, or not differentiable, somewhere on it.
    Leaves,
}

/// An upper bound of a value that was computed as `y`.
fn upper(y: f64) -> f64 {
    if y == f64::INFINITY {
        return y;
    }
    // A result of -infinity stands for numbers near the largest ones.
    let y = y.max(f64::MIN);
    above(above(y + y.abs() * SLACK) + LEAST_SLACK)
}

/// A lower bound of a value that was computed as `y`.
fn lower(y: f64) -> f64 {
    -upper(-y)
}

/// Values of a growing function with results in `[least, most]`.
fn growing(x: Interval, f: fn(f64) -> f64, least: f64, most: f64) -> Interval {
    Interval { lo: lower(f(x.lo)).max(least), hi: upper(f(x.hi)).min(most) }
}

fn exp(x: Interval) -> Interval {
    growing(x, math::exp, 0.0, f64::INFINITY)
}

fn logistic(x: Interval) -> Interval {
    growing(x, math::logistic, 0.0, 1.0)
}

fn tanh(x: Interval) -> Interval {
    growing(x, math::tanh, -1.0, 1.0)
}

/// `s(x) s(-x)` with the logistic function s: even, falling with |x|, so its bounds are at the ends of |x|.
fn logistic_slope(x: Interval) -> Interval {
    let at = |u: f64| logistic(Interval::point(u)) * logistic(Interval::point(-u));
    Interval { lo: if x.is_bounded() { at(x.mag()).lo.max(0.0) } else { 0.0 }, hi: at(x.mig()).hi.min(0.25) }
}

/// Cosine of `x - phase` quarter turns.
///
/// The greatest value 1 is taken where `(x - phase pi/2) / 2 pi` is whole, the least where that plus 1/2 is. An
/// enclosure of this quotient, with pi enclosed by two neighbouring numbers, tells where surely neither happens; then the
/// bounds are at the ends.
fn wave(x: Interval, f: fn(f64) -> f64, phase: f64) -> Interval {
    let full = Interval { lo: -1.0, hi: 1.0 };
    if x.mag() > LARGE_ANGLE {
        return full;
    }
    let pi = Interval { lo: std::f64::consts::PI, hi: std::f64::consts::PI.next_up() };
    let turns = (x / pi - Interval::point(0.5 * phase)) * 0.5;
    let holds_whole = |turns: Interval| turns.lo.ceil() <= turns.hi.floor();
    let ends = [f(x.lo), f(x.hi)];
    let hi = if holds_whole(turns) { 1.0 } else { upper(ends[0].max(ends[1])).min(1.0) };
    let lo = if holds_whole(turns + Interval::point(0.5)) { -1.0 } else { lower(ends[0].min(ends[1])).max(-1.0) };
    Interval { lo, hi }
}

fn sin(x: Interval) -> Interval {
    wave(x, math::sin, 1.0)
}

fn cos(x: Interval) -> Interval {
    wave(x, math::cos, 0.0)
}

impl Unary {
    /// Values on `x`, and whether the function is smooth there.
    pub(crate) fn enclose(self, x: Interval) -> (Interval, Domain) {
        let y = match self {
            Unary::Neg => -x,
            Unary::Frozen => x,
            Unary::Exp => exp(x),
            Unary::Sin => sin(x),
            Unary::Cos => cos(x),
            Unary::Tanh => tanh(x),
            Unary::Logistic => logistic(x),
            Unary::Softplus => growing(x, math::softplus, 0.0, f64::INFINITY),
            Unary::Sqrt => {
                let hi = if x.hi > 0.0 { above(x.hi.sqrt()) } else { 0.0 };
                let lo = if x.lo > 0.0 { below(x.lo.sqrt()) } else { 0.0 };
                return match x.lo > 0.0 {
                    true => (Interval { lo, hi }, Domain::Smooth),
                    false if x.lo == 0.0 => (Interval { lo, hi }, Domain::Leaves),
                    false => (Interval::ENTIRE, Domain::Leaves),
                };
            }
            Unary::Ln if x.lo > 0.0 => growing(x, math::ln, f64::NEG_INFINITY, f64::INFINITY),
            Unary::Ln => return (Interval::ENTIRE, Domain::Leaves),
        };
        (y, Domain::Smooth)
    }

    /// First and second derivative on `x`, where the values are `y`.
    ///
    /// Written so that a number of `x` enters as seldom as it can: `tanh' = 4 s(2x) s(-2x)` instead of `1 - tanh^2`.
    pub(crate) fn derivatives(self, x: Interval, y: Interval) -> (Interval, Interval) {
        match self {
            Unary::Neg => (Interval::point(-1.0), Interval::ZERO),
            Unary::Frozen => (Interval::ZERO, Interval::ZERO),
            Unary::Sqrt => {
                let slope = Interval::point(0.5) / y;
                (slope, -(slope / x) * 0.5)
            }
            Unary::Exp => (y, y),
            Unary::Ln => (Interval::ONE / x, -(Interval::ONE / x.square())),
            Unary::Sin => (cos(x), -y),
            Unary::Cos => (-sin(x), -y),
            Unary::Tanh => {
                let slope = logistic_slope(x + x) * 4.0;
                (slope, slope * y * -2.0)
            }
            Unary::Logistic => {
                let slope = logistic_slope(x);
                (slope, -(slope * tanh(x * 0.5)))
            }
            Unary::Softplus => (logistic(x), logistic_slope(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_of_waves_are_found() {
        use std::f64::consts::{FRAC_PI_2, PI, TAU};
        for k in [-1000.0, -3.0, 0.0, 1.0, 7.0, 1e6] {
            let turn = k * TAU;
            let at = |a: f64, b: f64| Interval::new(turn + a, turn + b);
            assert_eq!(cos(at(-0.1, 0.1)).hi, 1.0);
            assert_eq!(cos(at(PI - 0.1, PI + 0.1)).lo, -1.0);
            assert_eq!(sin(at(FRAC_PI_2 - 0.1, FRAC_PI_2 + 0.1)).hi, 1.0);
            assert_eq!(sin(at(-FRAC_PI_2 - 0.1, -FRAC_PI_2 + 0.1)).lo, -1.0);
            assert!(cos(at(0.5, 1.0)).hi < 0.88 && cos(at(0.5, 1.0)).lo > 0.54, "nothing between the ends");
            assert!(sin(at(0.5, 1.0)).hi < 0.842 && sin(at(0.5, 1.0)).lo > 0.479);
        }
        assert_eq!(cos(Interval::new(0.0, 7.0)), Interval::new(-1.0, 1.0));
        assert_eq!(sin(Interval::ENTIRE), Interval::new(-1.0, 1.0));
        assert_eq!(cos(Interval::point(1e300)), Interval::new(-1.0, 1.0));
    }
}
