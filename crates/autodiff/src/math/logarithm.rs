//! ln and softplus: one kernel for ln(1 + f), with f near 0.

use super::exponential::{LN2_HI, LN2_LO, exp_of_minus_abs};
use super::{EXPONENT, ONE, polynomial};
use crate::vector::{Bits, Double};

/// (ln((1 + s) / (1 - s)) - 2 s) / s^3 as a polynomial in s^2, |s| <= 3 - 2 sqrt(2); relative error of the
/// logarithm below 2^-59.
const TAIL: [f64; 7] = [
    0.6666666666666734,
    0.399999999994163,
    0.285714287420325,
    0.2222219860889521,
    0.18183562510466345,
    0.15314095964284488,
    0.14795505584216995,
];

/// Bits of sqrt(1/2): mantissas are taken in [sqrt(1/2), sqrt(2)).
const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;

/// k ln 2 + ln(1 + f) for f in [sqrt(1/2) - 1, sqrt(2) - 1].
///
/// ln(1 + f) = f - (f^2/2 - s (f^2/2 + s^2 tail(s^2))) with s = f / (2 + f) (the arrangement of FDLIBM's
/// `e_log.c`, Sun 1993); the sum k ln 2 + f is kept in two words.
#[inline(always)]
fn sum<V: Double>(k: V, f: V) -> V {
    let s = f / (V::splat(2.0) + f);
    let z = s * s;
    let half_square = V::splat(0.5) * f * f;
    let tail = z.mul_add(polynomial(z, &TAIL), half_square);
    let bend = s.mul_add(tail, k.mul_add(V::splat(LN2_LO), -half_square));
    let multiple = k * V::splat(LN2_HI);
    let upper = multiple + f;
    upper + (((multiple - upper) + f) + bend)
}

/// (k, f) with x = 2^k (1 + f) and f as in [`sum`], for positive normal x.
#[inline(always)]
fn split<V: Double>(x: V) -> (V, V) {
    // 2^52 + 1023 and its bits' upper part: turns a biased exponent into a number.
    const TWO_52: u64 = 0x4330 << 48;
    const TWO_52_BIASED: f64 = 4503599627370496.0 + 1023.0;

    let one = V::Bits::splat(ONE);
    let bits = x.to_bits();
    let split = bits.minus(V::Bits::splat(SQRT_HALF)).plus(one);
    let m = V::from_bits(bits.minus(split & V::Bits::splat(EXPONENT)).plus(one));
    let k = V::from_bits(split.right::<52>() | V::Bits::splat(TWO_52)) - V::splat(TWO_52_BIASED);
    (k, m - V::splat(1.0))
}

/// Natural logarithm; -inf at both zeros, NaN below.
///
/// The branch is for speed only: a fifth of the time would go into what most vectors do not need.
#[inline(always)]
pub(crate) fn ln<V: Double>(x: V) -> V {
    const TWO_54: f64 = 18014398509481984.0;

    if V::all(x.reaches(V::splat(f64::MIN_POSITIVE))) & V::all(x.below(V::splat(f64::INFINITY))) {
        let (k, f) = split(x);
        return sum(k, f);
    }
    let zero = V::splat(0.0);
    let tiny = x.below(V::splat(f64::MIN_POSITIVE));
    let (k, f) = split(V::choose(tiny, x * V::splat(TWO_54), x));
    let y = sum(k - V::choose(tiny, V::splat(54.0), zero), f);

    let y = V::choose(x.below(V::splat(f64::INFINITY)), y, x);
    let outside = V::choose(x.reaches(zero), V::splat(f64::NEG_INFINITY), V::splat(f64::NAN));
    V::choose(zero.reaches(x), outside, y)
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + E), E = e^-|x|; tends to e^x on the left and to x on the right.
#[inline(always)]
pub(crate) fn softplus<V: Double>(x: V) -> V {
    const SPLIT: f64 = std::f64::consts::SQRT_2 - 1.0;
    let zero = V::splat(0.0);
    let e = exp_of_minus_abs(x);
    // 1 + E above sqrt(2) is taken as 2 (1 + (E - 1) / 2).
    let upper = V::splat(SPLIT).below(e);
    let k = V::choose(upper, V::splat(1.0), zero);
    let f = V::choose(upper, V::splat(0.5).mul_add(e, V::splat(-0.5)), e);
    V::choose(x.below(zero), zero, x) + sum(k, f)
}
