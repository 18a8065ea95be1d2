//! sin and cos: reduction modulo the quarter turn, two kernels on [-pi/4, pi/4], choice by quadrant.

use super::turns::quarter_turns;
use super::{ROUND, SIGN, polynomial};
use crate::vector::{Bits, Double};

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

/// What is smaller is no angle's r but for no quarter turns, where the sine is r and the cosine 1. Its powers stay normal
/// numbers, which subnormal ones would interrupt the processor for.
const TINY: f64 = 1.0 / (1u128 << 100) as f64;

/// An angle r + r_lo, |r| <= pi/4 nearly, plus n quarter turns (n modulo 4).
struct Angle<V: Double> {
    r: V,
    r_lo: V,
    n: V::Bits,
}

/// The angle |x|, for |x| below [`TRIG_FAST_LIMIT`] (Cody and Waite 1980, with fused multiply-add).
///
/// The first difference is exact, because both terms are multiples of 2^-53 and the result is below 1; the
/// second is kept in two words. No `f64` here is nearer to a multiple of pi/2 than 2^-60.5, so the relative error
/// of r + r_lo is below 2^-56.
#[inline(always)]
fn reduce<V: Double>(x: V) -> Angle<V> {
    let x = x.abs();
    let shifted = x.mul_add(V::splat(std::f64::consts::FRAC_2_PI), V::splat(ROUND));
    let n = shifted - V::splat(ROUND);
    let [first, second, third] = FRAC_PI_2;
    let upper = n.neg_mul_add(V::splat(first), x);
    let lower = n * V::splat(second);
    let r = upper - lower;
    let r_lo = n.neg_mul_add(V::splat(third), (upper - r) - lower);
    Angle { r, r_lo, n: shifted.to_bits() }
}

/// The angle |x| for every finite x from [`TRIG_FAST_LIMIT`] on.
fn reduce_large(x: f64) -> Angle<f64> {
    let (r, r_lo, n) = quarter_turns(x.abs());
    Angle { r, r_lo, n }
}

impl<V: Double> Angle<V> {
    /// sin and cos of r + r_lo.
    #[inline(always)]
    fn kernels(&self) -> (V, V) {
        let Angle { r, r_lo, .. } = *self;
        let size = r.abs().at_least(V::splat(TINY));
        let (z, half) = (size * size, V::splat(0.5) * size);
        let s = (z * r).mul_add(polynomial(z, &SIN), r_lo.neg_mul_add(half * size, r_lo));
        // 1 - r^2/2 in two words, the rounding of r^2 included.
        let one = V::splat(1.0);
        let top = half.neg_mul_add(size, one);
        let top_lo = half.neg_mul_add(size, one - top);
        let c = (z * z).mul_add(polynomial(z, &COS), r_lo.neg_mul_add(r, top_lo));
        (r + s, top + c)
    }

    /// Sine of the angle, negated when `x` is negative.
    #[inline(always)]
    fn sin(&self, (s, c): (V, V), x: V) -> V {
        let sign = V::Bits::splat(SIGN);
        let y = V::choose(V::odd(self.n), c, s);
        V::from_bits(y.to_bits() ^ (self.n.left::<62>() & sign) ^ (x.to_bits() & sign))
    }

    /// Cosine of the angle.
    #[inline(always)]
    fn cos(&self, (s, c): (V, V)) -> V {
        let y = V::choose(V::odd(self.n), s, c);
        let turned = self.n.plus(V::Bits::splat(1));
        V::from_bits(y.to_bits() ^ (turned.left::<62>() & V::Bits::splat(SIGN)))
    }
}

/// Whether `x` is beyond the fast reduction ([`TRIG_FAST_LIMIT`]); false for NaN, true for infinities.
#[inline(always)]
pub fn trig_needs_large(x: f64) -> bool {
    x.abs() >= TRIG_FAST_LIMIT
}

/// Whether a lane is beyond the fast reduction.
#[inline(always)]
fn any_large<V: Double>(x: V) -> bool {
    V::any(x.abs().reaches(V::splat(TRIG_FAST_LIMIT)))
}

/// `fast`, with the lanes of the large x replaced by `full`.
#[cold]
#[inline(never)]
fn with_large<V: Double>(x: V, fast: V, full: fn(f64) -> f64) -> V {
    x.zip(fast, |x, fast| if trig_needs_large(x) { full(x) } else { fast })
}

/// Sine of an angle in radians, odd bit for bit; NaN for infinities.
#[inline(always)]
pub(crate) fn sin<V: Double>(x: V) -> V {
    let y = sin_fast(x);
    if any_large(x) { with_large(x, y, sin_large) } else { y }
}

/// Cosine of an angle in radians, even bit for bit; NaN for infinities.
#[inline(always)]
pub(crate) fn cos<V: Double>(x: V) -> V {
    let y = cos_fast(x);
    if any_large(x) { with_large(x, y, cos_large) } else { y }
}

/// [`sin`] and [`cos`] of one angle for little more than the price of one; equal bits.
#[inline(always)]
pub(crate) fn sin_cos<V: Double>(x: V) -> (V, V) {
    let (s, c) = sin_cos_fast(x);
    if any_large(x) { (with_large(x, s, sin_large), with_large(x, c, cos_large)) } else { (s, c) }
}

/// [`sin`] where no lane is large (meaningless elsewhere), without a branch.
#[inline(always)]
pub(crate) fn sin_fast<V: Double>(x: V) -> V {
    let angle = reduce(x);
    angle.sin(angle.kernels(), x)
}

/// [`cos`] where no lane is large (meaningless elsewhere), without a branch.
#[inline(always)]
pub(crate) fn cos_fast<V: Double>(x: V) -> V {
    let angle = reduce(x);
    angle.cos(angle.kernels())
}

/// [`sin_cos`] where no lane is large (meaningless elsewhere), without a branch.
#[inline(always)]
pub(crate) fn sin_cos_fast<V: Double>(x: V) -> (V, V) {
    let angle = reduce(x);
    let kernels = angle.kernels();
    (angle.sin(kernels, x), angle.cos(kernels))
}

/// [`super::sin`] where [`trig_needs_large`] is true.
#[cold]
#[inline(never)]
pub fn sin_large(x: f64) -> f64 {
    sin_cos_large(x).0
}

/// [`super::cos`] where [`trig_needs_large`] is true.
#[cold]
#[inline(never)]
pub fn cos_large(x: f64) -> f64 {
    sin_cos_large(x).1
}

/// [`super::sin_cos`] where [`trig_needs_large`] is true.
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
