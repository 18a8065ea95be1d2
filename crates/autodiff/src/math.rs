//! Own elementary functions on `f64`: equal bits on every machine, lane width and code path, with stated errors.
//!
//! Only `+ - * /`, square root, [`f64::mul_add`], bit operations and selects are used. Each of these is
//! correctly rounded or exact by IEEE 754 and is never contracted or reordered by the compiler, so one call,
//! a lane of a vectorised loop and a machine without fused multiply-add (where `mul_add` is slow, not
//! different) give the same bits. Each function is written once, over the crate's vectors: the public ones are
//! those of one number, the lane executor uses those of a register.
//!
//! There are no lookups, and branches only where a whole vector takes the shorter way to the same bits. The
//! exception is the sine and cosine of arguments from [`TRIG_FAST_LIMIT`] on, which need integers of several
//! words: the fast kernel runs for all lanes, then [`sin_large`] or [`cos_large`] for every large lane alone.
//!
//! Infinities, zeros of both signs, subnormal arguments and results, and overflow follow IEEE 754. A NaN
//! argument gives a NaN; which of the many NaN bit patterns is not specified.
//!
//! Polynomial coefficients: minimax (Remez exchange in 240-bit arithmetic) for the relative error of the
//! result, then rounded to `f64`. Method: Muller, Elementary Functions, 3rd ed. 2016, chapters 3, 4 and 11.

pub(crate) mod exponential;
pub(crate) mod logarithm;
pub(crate) mod trigonometry;
mod turns;

use crate::vector::Double;

pub use trigonometry::{TRIG_FAST_LIMIT, cos_large, sin_cos_large, sin_large, trig_needs_large};

/// Largest error of each function over its whole domain, in units in the last place of the exact result.
///
/// The unit of a result y is the distance of neighbouring `f64` numbers in the binade of the exact y, the
/// smallest subnormal number for subnormal results.
///
/// Tested, not proved: `tests/math.rs` compares samples of every binade and of every hard neighbourhood with 128-bit
/// arithmetic, among them the worst arguments of a search over 6 10^7 draws or more per function; the bounds lie
/// 7 to 12 percent above what was found (square root: exact by IEEE 754).
///
/// [`powi`] is not in the list: its bound grows with the power and is stated there.
pub const MAX_ULP: &[(&str, f64)] = &[
    ("exp", 0.9),
    ("ln", 0.95),
    ("sin", 0.9),
    ("cos", 0.9),
    ("tanh", 1.6),
    ("sqrt", 0.5),
    ("logistic", 1.6),
    ("softplus", 1.9),
];

/// e^x; infinite above 709.79, subnormal below -708.39 and 0 below -745.14.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exponential::exp(x)
}

/// Natural logarithm; -inf at both zeros, NaN below.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    logarithm::ln(x)
}

/// Sine of an angle in radians, odd bit for bit; NaN for infinities.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    trigonometry::sin(x)
}

/// Cosine of an angle in radians, even bit for bit; NaN for infinities.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    trigonometry::cos(x)
}

/// [`sin`] and [`cos`] of one angle for little more than the price of one; equal bits.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    trigonometry::sin_cos(x)
}

/// [`sin`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn sin_fast(x: f64) -> f64 {
    trigonometry::sin_fast(x)
}

/// [`cos`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn cos_fast(x: f64) -> f64 {
    trigonometry::cos_fast(x)
}

/// [`sin_cos`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn sin_cos_fast(x: f64) -> (f64, f64) {
    trigonometry::sin_cos_fast(x)
}

/// Hyperbolic tangent, odd bit for bit.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    exponential::tanh(x)
}

/// Logistic function 1 / (1 + e^-x).
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    exponential::logistic(x)
}

/// ln(1 + e^x); tends to e^x on the left and to x on the right.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    logarithm::softplus(x)
}

/// Square root, correctly rounded; NaN below 0, `-0` for `-0`.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Integer power x^n by repeated squaring; 1 for n = 0, also for a NaN or infinite x.
///
/// The bits of |n| are read from the lowest: `square` runs through x, x^2, x^4, ..., and the result is the
/// product, taken from the lowest bit up, of the squares whose bit is set (x^13 = (x * x^4) * x^8). A negative
/// power is the reciprocal of the positive one. [`crate::Scalar::powi`] multiplies in the same order.
///
/// Error: at most |n| - 1 ulp for n > 0 and |n| ulp for n < 0 while |n| < 2^20, as long as neither x^|n| nor a
/// square on the way leaves the normal range (each factor x counts one rounding of 2^-53 at most).
#[inline(always)]
pub fn powi(x: f64, n: i32) -> f64 {
    let mut rest = n.unsigned_abs();
    let mut square = x;
    let mut result = 1.0;
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        rest >>= 1;
        if rest > 0 {
            square *= square;
        }
    }
    if n < 0 { 1.0 / result } else { result }
}

/// Value of the polynomial with at most 16 coefficients, lowest first, by Estrin's scheme (1960).
///
/// Neighbours (c0, c1) become c0 + c1 x, neighbours of these are joined with x^2, then with x^4 and x^8: a quarter
/// less time for [`exp`] than with Horner's rule, because the length of the chain of operations counts more than
/// their number. Written without a loop, which not every profile would unroll (three times the time where not).
#[inline(always)]
fn polynomial<V: Double, const N: usize>(x: V, coefficients: &[f64; N]) -> V {
    const { assert!(0 < N && N <= 16) };
    let x2 = x * x;
    let powers = [x, x2, x2 * x2];
    if N > 8 {
        let (lower, upper) = coefficients.split_at(8);
        eight(powers, upper).mul_add(powers[2] * powers[2], eight(powers, lower))
    } else {
        eight(powers, coefficients)
    }
}

/// The polynomial of at most 8 coefficients, given x, x^2 and x^4.
#[inline(always)]
fn eight<V: Double>(powers: [V; 3], c: &[f64]) -> V {
    if c.len() > 4 { four(powers, &c[4..]).mul_add(powers[2], four(powers, &c[..4])) } else { four(powers, c) }
}

/// The polynomial of at most 4 coefficients.
#[inline(always)]
fn four<V: Double>(powers: [V; 3], c: &[f64]) -> V {
    if c.len() > 2 { two(powers[0], &c[2..]).mul_add(powers[1], two(powers[0], &c[..2])) } else { two(powers[0], c) }
}

/// The polynomial of 1 or 2 coefficients.
#[inline(always)]
fn two<V: Double>(x: V, c: &[f64]) -> V {
    if c.len() > 1 { V::splat(c[1]).mul_add(x, V::splat(c[0])) } else { V::splat(c[0]) }
}

/// Adding and subtracting 1.5 * 2^52 rounds a number below 2^51 to the nearest integer (ties to even); in
/// between, the low bits of the sum are that integer in two's complement.
const ROUND: f64 = 6755399441055744.0;

/// Bits of 1.0: the exponent field of 2^0.
const ONE: u64 = 1023 << 52;

/// The exponent field with the sign bit above it.
const EXPONENT: u64 = 0xFFF << 52;

/// The sign bit.
const SIGN: u64 = 1 << 63;
