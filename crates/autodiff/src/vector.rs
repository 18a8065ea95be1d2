//! Numbers side by side: one trait for a register, an array or a single number, and the way to run code on the widest.
//!
//! Code over lanes is written once, generic over [`Vector`], and run by [`with_widest`]. Every implementation of one
//! element type gives the same bits in every lane (of a NaN, neither sign nor payload is specified).
//!
//! In single precision, `+ - * /`, square root and fused multiply-add are those of `f32`. The elementary functions
//! are computed in `f64` and rounded once, so their error is below 0.500001 units in the last place.

#[cfg(target_arch = "x86_64")]
mod avx;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod double;
mod portable;
mod scalar;
#[cfg(test)]
mod tests;

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::machine::vector_unit;

pub(crate) use double::{Bits, Double};
pub(crate) use portable::Portable;

/// Some numbers side by side: one register, an array, or one number.
pub(crate) trait Vector:
    Copy + Neg<Output = Self> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// `f64` or `f32`.
    type Element: Copy + Default + PartialEq + AddAssign + 'static;
    /// Numbers in one vector.
    const LANES: usize;
    /// Vectors that the machine keeps at hand.
    const REGISTERS: usize = 16;

    /// `x` in every lane.
    fn splat(x: Self::Element) -> Self;
    /// `x`, rounded to the element type, in every lane.
    fn from_f64(x: f64) -> Self;
    /// The [`Vector::LANES`] numbers at `from`, at any alignment.
    ///
    /// # Safety
    /// They are readable.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// Writes the [`Vector::LANES`] numbers to `to`, at any alignment.
    ///
    /// # Safety
    /// They are writable.
    unsafe fn store(self, to: *mut Self::Element);

    /// `self * factor + addend` with one rounding.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `-(self * factor) + addend` with one rounding.
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// 1 where `self < other`, else 0 (0 for NaN).
    fn lt(self, other: Self) -> Self;
    /// `then` where `self` is not 0 (a NaN is not 0), else `otherwise`.
    fn select(self, then: Self, otherwise: Self) -> Self;

    /// [`crate::math::exp`] of every lane.
    fn exp(self) -> Self;
    /// [`crate::math::ln`] of every lane.
    fn ln(self) -> Self;
    /// [`crate::math::sin`] of every lane.
    fn sin(self) -> Self;
    /// [`crate::math::cos`] of every lane.
    fn cos(self) -> Self;
    /// [`crate::math::sin_cos`] of every lane.
    fn sin_cos(self) -> (Self, Self);
    /// [`crate::math::tanh`] of every lane.
    fn tanh(self) -> Self;
    /// [`crate::math::logistic`] of every lane.
    fn logistic(self) -> Self;
    /// [`crate::math::softplus`] of every lane.
    fn softplus(self) -> Self;

    /// Transposes a square of [`Vector::LANES`] vectors: lane k of the vector at `from + slots[i]` goes to
    /// `to + k * stride + i`.
    ///
    /// # Safety
    /// `slots` has [`Vector::LANES`] positions, all that is read and written exists, and nothing written is read later.
    #[inline(always)]
    unsafe fn transpose(from: *const Self::Element, slots: *const u32, to: *mut Self::Element, stride: usize) {
        for i in 0..Self::LANES {
            for k in 0..Self::LANES {
                // SAFETY: the caller's promise.
                unsafe { *to.add(k * stride + i) = *from.add(*slots.add(i) as usize + k) };
            }
        }
    }
}

/// Code over vectors, for [`with_widest`] to compile for the vector unit.
pub(crate) trait Work {
    /// What the work gives back.
    type Output;
    /// Does the work. Mark it, and every function and closure it hands vectors to, `#[inline(always)]`: what is not
    /// inlined is compiled for the plain machine, many times slower (never wrong).
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) -> Self::Output;
}

/// Runs `work` with the widest vectors of this machine, or with the portable ones; equal bits.
pub(crate) fn with_widest<W: Work>(portable: bool, work: W) -> W::Output {
    if portable || !vector_unit() {
        return work.run::<Portable<f64, 4>, Portable<f32, 8>>();
    }
    // SAFETY: the CPU has what the function is compiled for.
    unsafe { with_vector_unit(work) }
}

/// # Safety
/// [`vector_unit`] holds.
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2,fma"))]
unsafe fn with_vector_unit<W: Work>(work: W) -> W::Output {
    work.run::<Widest64, Widest32>()
}

/// Runs `work` with vectors of twice that width where the machine has AVX-512, else as [`with_widest`]; equal bits.
pub(crate) fn with_double_width<W: Work>(portable: bool, work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if !portable && has_double_width() {
        // SAFETY: the CPU has what the function is compiled for.
        return unsafe { with_512_bits(work) };
    }
    with_widest(portable, work)
}

/// Whether [`with_512_bits`] may be called.
#[cfg(target_arch = "x86_64")]
fn has_double_width() -> bool {
    use std::arch::is_x86_feature_detected as has;
    vector_unit() && has!("avx512f") && has!("avx512dq") && has!("avx512vl")
}

/// # Safety
/// [`has_double_width`] holds.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
unsafe fn with_512_bits<W: Work>(work: W) -> W::Output {
    work.run::<avx512::F64x8, avx512::F32x16>()
}

#[cfg(target_arch = "x86_64")]
use avx::{F32x8 as Widest32, F64x4 as Widest64};
#[cfg(not(target_arch = "x86_64"))]
type Widest64 = Portable<f64, 4>;
#[cfg(not(target_arch = "x86_64"))]
type Widest32 = Portable<f32, 8>;
