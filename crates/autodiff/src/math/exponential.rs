//! exp, tanh and logistic: one reduction of the argument, then the arithmetic of each function.

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

/// x = k ln 2 + r with |r| <= ln(2)/2, and e^r - 1 = r + r^2 tail(r).
struct Reduced {
    r: f64,
    square: f64,
    tail: f64,
    /// k + [`ROUND`]: the low 12 bits are k in two's complement.
    shifted: f64,
}

/// Reduction (Cody and Waite 1980) of x, |x| < 800; NaN for a NaN.
#[inline(always)]
fn reduce(x: f64) -> Reduced {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let upper = k.mul_add(-LN2_HI, x); // exact: both are multiples of one unit and nearly cancel
    let r = k.mul_add(-LN2_LO, upper);
    Reduced { r, square: r * r, tail: polynomial(r, &TAIL), shifted }
}

impl Reduced {
    /// e^x, also where that is subnormal or infinite.
    ///
    /// 1 + r is kept in two words. 2^k comes as two factors of about 2^(k/2): their product may leave the range
    /// of `f64`, they do not, so that the last multiplication is the only rounding of a subnormal result.
    #[inline(always)]
    fn exp(&self) -> f64 {
        let sum = 1.0 + self.r;
        let sum_lo = (1.0 - sum) + self.r;
        let y = sum + self.square.mul_add(self.tail, sum_lo);
        let bits = self.shifted.to_bits();
        let half = (bits << 51) & EXPONENT; // floor(k / 2) in the exponent field
        let other = (bits << 52).wrapping_sub(half);
        y * f64::from_bits(half.wrapping_add(ONE)) * f64::from_bits(other.wrapping_add(ONE))
    }

    /// e^x - 1 in two words, for x <= 0 and k in the normal range.
    #[inline(always)]
    fn exp_minus_one(&self) -> (f64, f64) {
        let p = self.square.mul_add(self.tail, self.r);
        let scale = f64::from_bits((self.shifted.to_bits() << 52).wrapping_add(ONE));
        let start = scale - 1.0;
        let sum = scale.mul_add(p, start);
        (sum, scale.mul_add(p, start - sum))
    }
}

/// The smaller of x and `bound`; NaN for a NaN x.
#[inline(always)]
fn at_most(x: f64, bound: f64) -> f64 {
    if x > bound { bound } else { x }
}

/// e^x; infinite above 709.79, subnormal below -708.39 and 0 below -745.14.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = at_most(x, OVERFLOW);
    reduce(if x < UNDERFLOW { UNDERFLOW } else { x }).exp()
}

/// e^-|x|.
#[inline(always)]
pub(super) fn exp_of_minus_abs(x: f64) -> f64 {
    reduce(-at_most(x.abs(), -UNDERFLOW)).exp()
}

/// Hyperbolic tangent, odd bit for bit: -t / (2 + t) with t = e^(-2|x|) - 1.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    const ONE_FROM: f64 = 20.0; // tanh rounds to 1 from 19.07 on
    let (t, t_lo) = reduce(-2.0 * at_most(x.abs(), ONE_FROM)).exp_minus_one();
    let y = quotient((-t, -t_lo), (2.0, t, t_lo));
    f64::from_bits(y.to_bits() | (x.to_bits() & SIGN))
}

/// Logistic function 1 / (1 + e^-x): with E = e^-|x| it is 1 / (1 + E) for x >= 0 and E / (1 + E) below.
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    let e = exp_of_minus_abs(x);
    quotient((if x < 0.0 { e } else { 1.0 }, 0.0), (1.0, e, 0.0))
}

/// (top + top_lo) / (a + b + b_lo) for |a| >= |b|: one division, then a correction by the remainder, in which the
/// rounding of a + b counts too. What remains is the rounding of the result.
#[inline(always)]
fn quotient((top, top_lo): (f64, f64), (a, b, b_lo): (f64, f64, f64)) -> f64 {
    let sum = a + b;
    let sum_lo = ((a - sum) + b) + b_lo;
    let inverse = 1.0 / sum;
    let q = top * inverse;
    let remainder = q.mul_add(-sum, top) + q.mul_add(-sum_lo, top_lo);
    remainder.mul_add(inverse, q)
}
