//! ln and softplus: one kernel for ln(1 + f), with f near 0.

use super::exponential::{LN2_HI, LN2_LO, exp_of_minus_abs};
use super::{EXPONENT, ONE, polynomial};

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
fn sum(k: f64, f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let half_square = 0.5 * f * f;
    let tail = z.mul_add(polynomial(z, &TAIL), half_square);
    let bend = s.mul_add(tail, k.mul_add(LN2_LO, -half_square));
    let multiple = k * LN2_HI;
    let upper = multiple + f;
    upper + (((multiple - upper) + f) + bend)
}

/// Natural logarithm; -inf at both zeros, NaN below.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const TWO_54: f64 = 18014398509481984.0;
    // 2^52 + 1023 and its bits' upper part: turns a biased exponent into a number.
    const TWO_52: u64 = 0x4330 << 48;
    const TWO_52_BIASED: f64 = 4503599627370496.0 + 1023.0;

    let tiny = x < f64::MIN_POSITIVE;
    let bits = (if tiny { x * TWO_54 } else { x }).to_bits();
    let split = bits.wrapping_sub(SQRT_HALF).wrapping_add(ONE);
    let m = f64::from_bits(bits.wrapping_sub(split & EXPONENT).wrapping_add(ONE));
    let k = f64::from_bits((split >> 52) | TWO_52) - TWO_52_BIASED;
    let y = sum(k - if tiny { 54.0 } else { 0.0 }, m - 1.0);

    let y = if x < f64::INFINITY { y } else { x };
    let outside = if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    if x <= 0.0 { outside } else { y }
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + E), E = e^-|x|; tends to e^x on the left and to x on the right.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    const SPLIT: f64 = std::f64::consts::SQRT_2 - 1.0;
    let e = exp_of_minus_abs(x);
    // 1 + E above sqrt(2) is taken as 2 (1 + (E - 1) / 2).
    let upper = e > SPLIT;
    let k = if upper { 1.0 } else { 0.0 };
    let f = if upper { 0.5f64.mul_add(e, -0.5) } else { e };
    (if x < 0.0 { 0.0 } else { x }) + sum(k, f)
}
