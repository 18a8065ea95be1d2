//! exp, tanh and logistic: one reduction of the argument, then the arithmetic of each function.

use super::{EXPONENT, ONE, ROUND, SIGN, polynomial};
use crate::vector::{Bits, Double};

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
/// e^x and e^-x are normal numbers below it.
const NORMAL: f64 = 708.0;

/// x = k ln 2 + r with |r| <= ln(2)/2, and e^r - 1 = r + r^2 tail(r).
struct Reduced<V> {
    r: V,
    square: V,
    tail: V,
    /// k + [`ROUND`]: the low 12 bits are k in two's complement.
    shifted: V,
}

/// Reduction (Cody and Waite 1980) of x, |x| < 800; NaN for a NaN.
#[inline(always)]
fn reduce<V: Double>(x: V) -> Reduced<V> {
    let shifted = x.mul_add(V::splat(std::f64::consts::LOG2_E), V::splat(ROUND));
    let k = shifted - V::splat(ROUND);
    let upper = k.neg_mul_add(V::splat(LN2_HI), x); // exact: both are multiples of one unit and nearly cancel
    let r = k.neg_mul_add(V::splat(LN2_LO), upper);
    Reduced { r, square: r * r, tail: polynomial(r, &TAIL), shifted }
}

impl<V: Double> Reduced<V> {
    /// e^r; 1 + r is kept in two words.
    #[inline(always)]
    fn exp_of_rest(&self) -> V {
        let sum = V::splat(1.0) + self.r;
        let sum_lo = (V::splat(1.0) - sum) + self.r;
        sum + self.square.mul_add(self.tail, sum_lo)
    }

    /// e^x where that is a normal number: k is added to the exponent.
    #[inline(always)]
    fn exp_normal(&self) -> V {
        V::from_bits(self.exp_of_rest().to_bits().plus(self.shifted.to_bits().left::<52>()))
    }

    /// e^x, also where that is subnormal or infinite.
    ///
    /// 2^k comes as two factors of about 2^(k/2): their product may leave the range of `f64`, they do not, so that
    /// the last multiplication is the only rounding of a subnormal result.
    #[inline(always)]
    fn exp(&self) -> V {
        let y = self.exp_of_rest();
        let bits = self.shifted.to_bits();
        let half = bits.left::<51>() & V::Bits::splat(EXPONENT); // floor(k / 2) in the exponent field
        let other = bits.left::<52>().minus(half);
        let one = V::Bits::splat(ONE);
        y * V::from_bits(half.plus(one)) * V::from_bits(other.plus(one))
    }

    /// e^x - 1 in two words, for x <= 0 and k in the normal range.
    #[inline(always)]
    fn exp_minus_one(&self) -> (V, V) {
        let p = self.square.mul_add(self.tail, self.r);
        let scale = V::from_bits(self.shifted.to_bits().left::<52>().plus(V::Bits::splat(ONE)));
        let start = scale - V::splat(1.0);
        let sum = scale.mul_add(p, start);
        (sum, scale.mul_add(p, start - sum))
    }
}

/// e^x; infinite above 709.79, subnormal below -708.39 and 0 below -745.14.
#[inline(always)]
pub(crate) fn exp<V: Double>(x: V) -> V {
    if V::all(x.abs().below(V::splat(NORMAL))) {
        return reduce(x).exp_normal();
    }
    reduce(x.at_most(V::splat(OVERFLOW)).at_least(V::splat(UNDERFLOW))).exp()
}

/// e^-|x|.
#[inline(always)]
pub(super) fn exp_of_minus_abs<V: Double>(x: V) -> V {
    let size = x.abs();
    if V::all(size.below(V::splat(NORMAL))) {
        return reduce(-size).exp_normal();
    }
    reduce(-size.at_most(V::splat(-UNDERFLOW))).exp()
}

/// Hyperbolic tangent, odd bit for bit: -t / (2 + t) with t = e^(-2|x|) - 1.
#[inline(always)]
pub(crate) fn tanh<V: Double>(x: V) -> V {
    const ONE_FROM: f64 = 20.0; // tanh rounds to 1 from 19.07 on
    let (t, t_lo) = reduce(V::splat(-2.0) * x.abs().at_most(V::splat(ONE_FROM))).exp_minus_one();
    let (sum, sum_lo) = two_words(V::splat(2.0), t);
    let y = quotient((-t, -t_lo), (sum, sum_lo + t_lo));
    V::from_bits(y.to_bits() | (x.to_bits() & V::Bits::splat(SIGN)))
}

/// Logistic function 1 / (1 + e^-x): with E = e^-|x| it is 1 / (1 + E) for x >= 0 and E / (1 + E) below.
#[inline(always)]
pub(crate) fn logistic<V: Double>(x: V) -> V {
    let (zero, one) = (V::splat(0.0), V::splat(1.0));
    let e = exp_of_minus_abs(x);
    quotient((V::choose(x.below(zero), e, one), zero), two_words(one, e))
}

/// a + b in two words, for |a| >= |b|.
#[inline(always)]
fn two_words<V: Double>(a: V, b: V) -> (V, V) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// (top + top_lo) / (sum + sum_lo): one division, then a correction by the remainder. What remains is the rounding of
/// the result.
#[inline(always)]
fn quotient<V: Double>((top, top_lo): (V, V), (sum, sum_lo): (V, V)) -> V {
    let inverse = V::splat(1.0) / sum;
    let q = top * inverse;
    let remainder = q.neg_mul_add(sum, top) + q.neg_mul_add(sum_lo, top_lo);
    remainder.mul_add(inverse, q)
}
