//! Interval arithmetic with outward rounding: sets of real numbers that provably hold a result.
//!
//! What a bound rests on:
//!
//! - `+ - * /` and square root: IEEE 754 rounds these to nearest, so the number next to a result, outwards, is a bound of
//!   the exact one. A sum that the error-free transform of Knuth (1969) finds exact is not widened. Proved.
//! - exp, ln, sin, cos, tanh, logistic and softplus ([`functions`]): the errors in [`crate::math::MAX_ULP`] are tested on
//!   hard and random arguments, **not proved**. They are widened here to `2^-50 |y|`, at least twice what is stated.
//! - Constants are the `f64` numbers of the recorded graph: what is enclosed is the function that the graph means in
//!   real arithmetic, with its constants as rounded when it was recorded (`2.0 * PI` is a rational number there).

mod functions;

pub(crate) use functions::Domain;

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A closed interval of real numbers, never empty; an infinite end means that there is no bound on that side.
///
/// ```
/// use autodiff::Interval;
/// let x = Interval::new(-1.0, 2.0);
/// assert!((x * x).contains(-2.0)); // two numbers, each from x
/// let square = x.square(); // one number from x
/// assert!(square.contains(0.0) && square.contains(4.0) && !square.contains(-1e-300));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    lo: f64,
    hi: f64,
}

impl Interval {
    /// All real numbers; also what an operation gives where it has no bound.
    pub const ENTIRE: Interval = Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY };
    /// The number 0.
    pub const ZERO: Interval = Interval::point(0.0);
    /// The number 1.
    pub const ONE: Interval = Interval::point(1.0);

    /// The numbers from `lo` to `hi`.
    ///
    /// # Panics
    /// When there is no real number between them.
    pub fn new(lo: f64, hi: f64) -> Self {
        assert!(lo <= hi && lo < f64::INFINITY && hi > f64::NEG_INFINITY, "no real number from {lo} to {hi}");
        Interval { lo, hi }
    }

    /// One finite number.
    pub const fn point(x: f64) -> Self {
        Interval { lo: x, hi: x }
    }

    /// All numbers within `radius` >= 0 of `centre`.
    pub fn around(centre: f64, radius: f64) -> Self {
        Interval::point(centre) + Interval::new(-radius, radius)
    }

    /// Lower end.
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// Upper end.
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// A number near the middle, inside, finite.
    pub fn mid(self) -> f64 {
        match (self.lo == f64::NEG_INFINITY, self.hi == f64::INFINITY) {
            (true, true) => 0.0,
            (true, false) => f64::MIN.min(self.hi),
            (false, true) => f64::MAX.max(self.lo),
            (false, false) => (0.5 * self.lo + 0.5 * self.hi).clamp(self.lo, self.hi),
        }
    }

    /// Distance of the ends, rounded up.
    pub fn width(self) -> f64 {
        (Interval::point(self.hi) - Interval::point(self.lo)).hi
    }

    /// Largest absolute value.
    pub fn mag(self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// Smallest absolute value.
    pub fn mig(self) -> f64 {
        if self.contains(0.0) { 0.0 } else { self.lo.abs().min(self.hi.abs()) }
    }

    /// Whether both ends are finite.
    pub fn is_bounded(self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// Whether `x` is one of the numbers.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// Whether every number of `self` is one of `other`.
    pub fn is_subset_of(self, other: Self) -> bool {
        other.lo <= self.lo && self.hi <= other.hi
    }

    /// Whether every number of `self` lies between the ends of `other`, none of which it reaches.
    pub fn is_inside(self, other: Self) -> bool {
        other.lo < self.lo && self.hi < other.hi
    }

    /// The numbers of both; `None` when there are none.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        (lo <= hi).then_some(Interval { lo, hi })
    }

    /// The shortest interval with the numbers of both.
    pub fn hull(self, other: Self) -> Self {
        Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// The squares of the numbers.
    pub fn square(self) -> Self {
        let (mig, mag) = (self.mig(), self.mag());
        Interval { lo: below(mig * mig).max(0.0), hi: if mag == 0.0 { 0.0 } else { above(mag * mag) } }
    }

    /// Whether it is the number 0 and nothing else.
    pub(crate) fn is_zero(self) -> bool {
        self.lo == 0.0 && self.hi == 0.0
    }
}

/// A lower bound of a number that rounds to `x`.
#[inline]
fn below(x: f64) -> f64 {
    x.next_down()
}

/// An upper bound of a number that rounds to `x`.
#[inline]
fn above(x: f64) -> f64 {
    x.next_up()
}

/// `a + b` rounded to nearest and what that leaves out, exactly (Knuth 1969); NaN where a step overflows.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// A lower bound of `a + b`, neither +infinity.
#[inline]
fn sum_below(a: f64, b: f64) -> f64 {
    let (sum, rest) = two_sum(a, b);
    if rest >= 0.0 { sum } else { below(sum) }
}

/// An upper bound of `a + b`, neither -infinity.
#[inline]
fn sum_above(a: f64, b: f64) -> f64 {
    let (sum, rest) = two_sum(a, b);
    if rest <= 0.0 { sum } else { above(sum) }
}

impl Neg for Interval {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Interval { lo: -self.hi, hi: -self.lo }
    }
}

impl Add for Interval {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Interval { lo: sum_below(self.lo, other.lo), hi: sum_above(self.hi, other.hi) }
    }
}

impl Sub for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    /// The least and the largest of the four products of ends. No bound where 0 meets an infinite end: what has no
    /// bound may be undefined, and 0 times that is not 0.
    #[inline]
    fn mul(self, other: Self) -> Self {
        if (self.is_zero() && other.is_bounded()) || (other.is_zero() && self.is_bounded()) {
            return Interval::ZERO;
        }
        let (a, b) = (self.lo * other.lo, self.lo * other.hi);
        let (c, d) = (self.hi * other.lo, self.hi * other.hi);
        if a.is_nan() || b.is_nan() || c.is_nan() || d.is_nan() {
            return Interval::ENTIRE;
        }
        Interval { lo: below(a.min(b).min(c.min(d))), hi: above(a.max(b).max(c.max(d))) }
    }
}

impl Div for Interval {
    type Output = Self;
    /// No bound when 0 is among the divisors.
    #[inline]
    fn div(self, other: Self) -> Self {
        if other.contains(0.0) {
            return Interval::ENTIRE;
        }
        if self.is_zero() && other.is_bounded() {
            return Interval::ZERO;
        }
        let (a, b) = (self.lo / other.lo, self.lo / other.hi);
        let (c, d) = (self.hi / other.lo, self.hi / other.hi);
        if a.is_nan() || b.is_nan() || c.is_nan() || d.is_nan() {
            return Interval::ENTIRE;
        }
        Interval { lo: below(a.min(b).min(c.min(d))), hi: above(a.max(b).max(c.max(d))) }
    }
}

impl Mul<f64> for Interval {
    type Output = Self;
    #[inline]
    fn mul(self, factor: f64) -> Self {
        self * Interval::point(factor)
    }
}
