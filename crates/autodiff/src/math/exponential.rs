//! exp, tanh and logistic: one reduction to e^x = (hi + lo) 2^k, then the arithmetic of each function.

use super::{EXPONENT, ONE, ROUND, SIGN, polynomial};

/// (e^r - 1 - r) / r^2 for |r| <= ln(2)/2; relative error of e^r below 2^-60.
const TAIL: [f64; 11] = [
    0.5,
    0.16666666666666682,
    0.041666666666666095,
    0.008333333333317004,
    0.0013888888889113501,
    0.00019841269896462164,
    2.4801586931055788e-05,
    2.7557234781660286e-06,
    2.755757784395163e-07,
    2.511206542924876e-08,
    2.0827938939200587e-09,
];

/// Upper part of ln 2, 42 bits: its product with any k here is exact.
pub(super) const LN2_HI: f64 = 0.6931471805598903;
/// ln 2 - [`LN2_HI`].
pub(super) const LN2_LO: f64 = 5.497923018708371e-14;

/// e^x > `f64::MAX` from here on.
const OVERFLOW: f64 = 710.0;
/// e^x rounds to 0 from here down.
const UNDERFLOW: f64 = -746.0;

/// e^x = (hi + lo) 2^k with hi in [0.70, 1.42], |lo| at most half an ulp of hi.
pub(super) struct Parts {
    pub(super) hi: f64,
    pub(super) lo: f64,
    /// k + [`ROUND`]: the low 12 bits are k in two's complement.
    shifted: f64,
}

/// The reduction x = k ln 2 + r and the sum e^r = 1 + r + r^2 tail(r), in two words; NaN for a NaN.
///
/// `x` is finite (|x| < 800). hi + lo - 1 keeps its relative accuracy when x is near 0.
#[inline(always)]
pub(super) fn parts(x: f64) -> Parts {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let upper = k.mul_add(-LN2_HI, x); // exact: both are multiples of one unit and nearly cancel
    let lower = k * LN2_LO;
    let r = upper - lower;
    let r_lo = (upper - r) - lower;
    let correction = (r * r).mul_add(polynomial(r, &TAIL), r_lo);
    let sum = 1.0 + r;
    let rest = ((1.0 - sum) + r) + correction;
    let hi = sum + rest;
    Parts { hi, lo: (sum - hi) + rest, shifted }
}

impl Parts {
    /// 2^k as two factors of about 2^(k/2): their product may leave the range of `f64`, they do not, so that
    /// the last multiplication is the only rounding of a subnormal result.
    #[inline(always)]
    pub(super) fn scales(&self) -> (f64, f64) {
        let bits = self.shifted.to_bits();
        let half = (bits << 51) & EXPONENT; // floor(k / 2) in the exponent field
        let other = (bits << 52).wrapping_sub(half);
        (f64::from_bits(half.wrapping_add(ONE)), f64::from_bits(other.wrapping_add(ONE)))
    }

    /// 2^k, for k in the normal range.
    #[inline(always)]
    fn scale(&self) -> f64 {
        f64::from_bits((self.shifted.to_bits() << 52).wrapping_add(ONE))
    }
}

/// The smaller of x and `bound`; NaN for a NaN x.
#[inline(always)]
fn at_most(x: f64, bound: f64) -> f64 {
    if x > bound { bound } else { x }
}

/// e^-|x|'s parts: |x| is bounded where the value has long rounded to 0.
#[inline(always)]
pub(super) fn parts_of_minus_abs(x: f64) -> Parts {
    parts(-at_most(x.abs(), -UNDERFLOW))
}

/// e^x; infinite above 709.79, subnormal below -708.39 and 0 below -745.14.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = at_most(x, OVERFLOW);
    let x = if x < UNDERFLOW { UNDERFLOW } else { x };
    let e = parts(x);
    let (half, other) = e.scales();
    e.hi * half * other
}

/// Hyperbolic tangent, odd bit for bit: with E = e^(-2|x|) it is (1 - E) / (1 + E).
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    // tanh rounds to 1 from 19.07 on.
    const ONE_FROM: f64 = 20.0;
    let e = parts(-2.0 * at_most(x.abs(), ONE_FROM));
    let scale = e.scale();
    let (hi, lo) = (e.hi * scale, e.lo * scale);
    let y = quotient(difference(1.0, hi, lo), difference(1.0, -hi, -lo));
    f64::from_bits(y.to_bits() | (x.to_bits() & SIGN))
}

/// Logistic function 1 / (1 + e^-x): with E = e^-|x| it is 1 / (1 + E) for x >= 0 and E / (1 + E) below.
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    let e = parts_of_minus_abs(x);
    let (half, other) = e.scales();
    let below = x < 0.0;
    let top = if below { (e.hi, e.lo) } else { (1.0, 0.0) };
    let bottom = difference(1.0, -(e.hi * half * other), -(e.lo * half * other));
    let y = quotient(top, bottom);
    // The numerator was taken without its 2^k: a tiny quotient is scaled, and rounded, once.
    y * (if below { half } else { 1.0 }) * (if below { other } else { 1.0 })
}

/// a - (hi + lo) in two words, for a = 1 and |hi| <= 1.
#[inline(always)]
fn difference(a: f64, hi: f64, lo: f64) -> (f64, f64) {
    let sum = a - hi;
    (sum, ((a - sum) - hi) - lo)
}

/// Quotient of two numbers of two words each, rounded: one division, then one correction by the remainder.
#[inline(always)]
fn quotient(top: (f64, f64), bottom: (f64, f64)) -> f64 {
    let inverse = 1.0 / bottom.0;
    let q = top.0 * inverse;
    let remainder = q.mul_add(-bottom.0, top.0) + q.mul_add(-bottom.1, top.1);
    remainder.mul_add(inverse, q)
}
