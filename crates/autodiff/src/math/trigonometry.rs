//! sin and cos: reduction modulo the quarter turn, two kernels on [-pi/4, pi/4], choice by quadrant.

use super::turns::quarter_turns;
use super::{ROUND, SIGN, polynomial};

/// The fast reduction holds below this argument, [`sin_large`] and its relatives from it on: 2^22.
pub const TRIG_FAST_LIMIT: f64 = 4194304.0;

/// (sin r - r) / r^3 as a polynomial in r^2, |r| <= pi/4; relative error of the sine below 2^-57.8.
const SIN: [f64; 6] = [
    -0.1666666666666663,
    0.00833333333332184,
    -0.00019841269829358528,
    2.7557313538514234e-06,
    -2.5050734389257543e-08,
    1.58954332893452e-10,
];

/// (cos r - 1 + r^2/2) / r^4 as a polynomial in r^2, |r| <= pi/4; relative error of the cosine below 2^-63.9.
const COS: [f64; 6] = [
    0.041666666666666595,
    -0.0013888888888873342,
    2.4801587289002052e-05,
    -2.7557314217021147e-07,
    2.087570539225706e-09,
    -1.135874897734262e-11,
];

/// pi/2 in three words of 53, 31 and 53 bits: 2^22 times the second is exact.
const FRAC_PI_2: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.12323399409214e-17, 1.6446256936324258e-26];

/// An angle r + r_lo, |r| <= pi/4 nearly, plus n quarter turns (n modulo 4).
struct Angle {
    r: f64,
    r_lo: f64,
    n: u64,
}

/// The angle |x|, for |x| below [`TRIG_FAST_LIMIT`] (Cody and Waite 1980, with fused multiply-add).
///
/// The first difference is exact, because both terms are multiples of 2^-53 and the result is below 1; the
/// second is kept in two words. No `f64` here is nearer to a multiple of pi/2 than 2^-60.5, so the relative error
/// of r + r_lo is below 2^-56.
#[inline(always)]
fn reduce(x: f64) -> Angle {
    let x = x.abs();
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, ROUND);
    let n = shifted - ROUND;
    let upper = n.mul_add(-FRAC_PI_2[0], x);
    let lower = n * FRAC_PI_2[1];
    let r = upper - lower;
    let r_lo = n.mul_add(-FRAC_PI_2[2], (upper - r) - lower);
    Angle { r, r_lo, n: shifted.to_bits() }
}

/// The angle |x| for every finite x from [`TRIG_FAST_LIMIT`] on.
fn reduce_large(x: f64) -> Angle {
    let (r, r_lo, n) = quarter_turns(x.abs());
    Angle { r, r_lo, n }
}

impl Angle {
    /// sin and cos of r + r_lo.
    #[inline(always)]
    fn kernels(&self) -> (f64, f64) {
        let Angle { r, r_lo, .. } = *self;
        let z = r * r;
        let half_r = 0.5 * r;
        let s = (z * r).mul_add(polynomial(z, &SIN), r_lo.mul_add(-(half_r * r), r_lo));
        // 1 - r^2/2 in two words, the rounding of r^2 included.
        let top = half_r.mul_add(-r, 1.0);
        let top_lo = half_r.mul_add(-r, 1.0 - top);
        let c = (z * z).mul_add(polynomial(z, &COS), r_lo.mul_add(-r, top_lo));
        (r + s, top + c)
    }

    /// Sine of the angle, negated when `x` is negative.
    #[inline(always)]
    fn sin(&self, (s, c): (f64, f64), x: f64) -> f64 {
        let y = if self.n & 1 == 0 { s } else { c };
        f64::from_bits(y.to_bits() ^ ((self.n << 62) & SIGN) ^ (x.to_bits() & SIGN))
    }

    /// Cosine of the angle.
    #[inline(always)]
    fn cos(&self, (s, c): (f64, f64)) -> f64 {
        let y = if self.n & 1 == 0 { c } else { s };
        f64::from_bits(y.to_bits() ^ ((self.n.wrapping_add(1) << 62) & SIGN))
    }
}

/// Whether `x` is beyond the fast reduction ([`TRIG_FAST_LIMIT`]); false for NaN, true for infinities.
#[inline(always)]
pub fn trig_needs_large(x: f64) -> bool {
    x.abs() >= TRIG_FAST_LIMIT
}

/// Sine of an angle in radians, odd bit for bit; NaN for infinities.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    if trig_needs_large(x) { sin_large(x) } else { sin_fast(x) }
}

/// Cosine of an angle in radians, even bit for bit; NaN for infinities.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    if trig_needs_large(x) { cos_large(x) } else { cos_fast(x) }
}

/// [`sin`] and [`cos`] of one angle for little more than the price of one; equal bits.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    if trig_needs_large(x) { sin_cos_large(x) } else { sin_cos_fast(x) }
}

/// [`sin`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn sin_fast(x: f64) -> f64 {
    let angle = reduce(x);
    angle.sin(angle.kernels(), x)
}

/// [`cos`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn cos_fast(x: f64) -> f64 {
    let angle = reduce(x);
    angle.cos(angle.kernels())
}

/// [`sin_cos`] where [`trig_needs_large`] is false (meaningless elsewhere), without a branch.
#[inline(always)]
pub fn sin_cos_fast(x: f64) -> (f64, f64) {
    let angle = reduce(x);
    let kernels = angle.kernels();
    (angle.sin(kernels, x), angle.cos(kernels))
}

/// [`sin`] where [`trig_needs_large`] is true.
#[cold]
#[inline(never)]
pub fn sin_large(x: f64) -> f64 {
    sin_cos_large(x).0
}

/// [`cos`] where [`trig_needs_large`] is true.
#[cold]
#[inline(never)]
pub fn cos_large(x: f64) -> f64 {
    sin_cos_large(x).1
}

/// [`sin_cos`] where [`trig_needs_large`] is true.
#[cold]
#[inline(never)]
pub fn sin_cos_large(x: f64) -> (f64, f64) {
    if x.is_infinite() {
        return (f64::NAN, f64::NAN);
    }
    let angle = reduce_large(x);
    let kernels = angle.kernels();
    (angle.sin(kernels, x), angle.cos(kernels))
}
