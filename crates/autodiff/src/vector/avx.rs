//! Registers of 256 bits, with AVX2 and fused multiply-add.
//!
//! SAFETY, for every intrinsic here: the processor has AVX2 and FMA, because the only way to a value of these types
//! is through [`super::with_widest`], which checks. (Called from code that is compiled without them, an intrinsic
//! would be slow, not wrong.)

use std::arch::x86_64::*;
use std::mem::transmute;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Sub};

use super::{Bits, Double, Vector};
use crate::math::{exponential, logarithm, trigonometry};

/// Four `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x4(__m256d);

/// Eight `f32`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x8(__m256);

/// Four patterns of 64 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct U64x4(__m256i);

/// A register's numbers anywhere in memory. (The development profile checks the overlap of what the intrinsics for
/// unaligned memory and `read_unaligned` copy, at a quarter of the time of [`exponential::exp`].)
#[repr(C, packed)]
struct Unaligned<T>(T);

/// Implements operators by intrinsics.
macro_rules! operators {
    ($($vector:ident: $($operator:ident $method:ident $intrinsic:ident),*;)*) => { $($(
        impl $operator for $vector {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: see the module.
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    )*)* };
}

operators! {
    F64x4: Add add _mm256_add_pd, Sub sub _mm256_sub_pd, Mul mul _mm256_mul_pd, Div div _mm256_div_pd;
    F32x8: Add add _mm256_add_ps, Sub sub _mm256_sub_ps, Mul mul _mm256_mul_ps, Div div _mm256_div_ps;
    U64x4: BitAnd bitand _mm256_and_si256, BitOr bitor _mm256_or_si256, BitXor bitxor _mm256_xor_si256;
}

impl Neg for F64x4 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_xor_pd(self.0, _mm256_set1_pd(-0.0)) })
    }
}

impl Neg for F32x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_xor_ps(self.0, _mm256_set1_ps(-0.0)) })
    }
}

impl Vector for F64x4 {
    type Element = f64;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set1_pd(x) })
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::splat(x)
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller promises four readable numbers.
        Self(unsafe { (*from.cast::<Unaligned<__m256d>>()).0 })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller promises four writable numbers.
        unsafe { *to.cast() = Unaligned(self.0) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fnmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_and_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0), _mm256_set1_pd(1.0)) })
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let mask = _mm256_cmp_pd::<_CMP_NEQ_UQ>(self.0, _mm256_setzero_pd());
            _mm256_blendv_pd(otherwise.0, then.0, mask)
        })
    }
    #[inline(always)]
    fn exp(self) -> Self {
        exponential::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        logarithm::ln(self)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        trigonometry::sin(self)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        trigonometry::cos(self)
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        trigonometry::sin_cos(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        exponential::tanh(self)
    }
    #[inline(always)]
    fn logistic(self) -> Self {
        exponential::logistic(self)
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        logarithm::softplus(self)
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f64, slots: *const u32, to: *mut f64, stride: usize) {
        // SAFETY: the caller's promise, and see the module.
        unsafe {
            for k in [0, 2] {
                // Numbers k and k + 1 of rows i and i + 2, put together on the way from memory.
                let pair = |i: usize| (*from.add(*slots.add(i) as usize + k).cast::<Unaligned<__m128d>>()).0;
                let pairs = |i: usize| _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(pair(i)), pair(i + 2));
                let (even, odd) = (pairs(0), pairs(1));
                Self(_mm256_unpacklo_pd(even, odd)).store(to.add(k * stride));
                Self(_mm256_unpackhi_pd(even, odd)).store(to.add((k + 1) * stride));
            }
        }
    }
}

impl F32x8 {
    /// The lanes in double precision.
    #[inline(always)]
    fn widen(self) -> [F64x4; 2] {
        // SAFETY: see the module.
        unsafe {
            [
                F64x4(_mm256_cvtps_pd(_mm256_castps256_ps128(self.0))),
                F64x4(_mm256_cvtps_pd(_mm256_extractf128_ps::<1>(self.0))),
            ]
        }
    }
    /// The lanes rounded to single precision.
    #[inline(always)]
    fn narrow([low, high]: [F64x4; 2]) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set_m128(_mm256_cvtpd_ps(high.0), _mm256_cvtpd_ps(low.0)) })
    }
}

impl Vector for F32x8 {
    type Element = f32;
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set1_ps(x) })
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::splat(x as f32)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller promises eight readable numbers.
        Self(unsafe { (*from.cast::<Unaligned<__m256>>()).0 })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller promises eight writable numbers.
        unsafe { *to.cast() = Unaligned(self.0) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_fnmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_sqrt_ps(self.0) })
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_and_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(self.0, other.0), _mm256_set1_ps(1.0)) })
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let mask = _mm256_cmp_ps::<_CMP_NEQ_UQ>(self.0, _mm256_setzero_ps());
            _mm256_blendv_ps(otherwise.0, then.0, mask)
        })
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([exponential::exp(low), exponential::exp(high)])
    }
    #[inline(always)]
    fn ln(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([logarithm::ln(low), logarithm::ln(high)])
    }
    #[inline(always)]
    fn sin(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([trigonometry::sin(low), trigonometry::sin(high)])
    }
    #[inline(always)]
    fn cos(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([trigonometry::cos(low), trigonometry::cos(high)])
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let [low, high] = self.widen();
        let ((sin_low, cos_low), (sin_high, cos_high)) = (trigonometry::sin_cos(low), trigonometry::sin_cos(high));
        (Self::narrow([sin_low, sin_high]), Self::narrow([cos_low, cos_high]))
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([exponential::tanh(low), exponential::tanh(high)])
    }
    #[inline(always)]
    fn logistic(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([exponential::logistic(low), exponential::logistic(high)])
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        let [low, high] = self.widen();
        Self::narrow([logarithm::softplus(low), logarithm::softplus(high)])
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, slots: *const u32, to: *mut f32, stride: usize) {
        // SAFETY: the caller's promise, and see the module.
        unsafe {
            for k in [0, 4] {
                // Numbers k to k + 3 of rows i and i + 4, put together on the way from memory.
                let four = |i: usize| (*from.add(*slots.add(i) as usize + k).cast::<Unaligned<__m128>>()).0;
                let fours = |i: usize| _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(four(i)), four(i + 4));
                let (a, b, c, d) = (fours(0), fours(1), fours(2), fours(3));
                let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
                let to = to.add(k * stride);
                Self(_mm256_shuffle_ps::<0b01_00_01_00>(ab_low, cd_low)).store(to);
                Self(_mm256_shuffle_ps::<0b11_10_11_10>(ab_low, cd_low)).store(to.add(stride));
                Self(_mm256_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high)).store(to.add(2 * stride));
                Self(_mm256_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high)).store(to.add(3 * stride));
            }
        }
    }
}

impl Bits for U64x4 {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_set1_epi64x(bits.cast_signed()) })
    }
    #[inline(always)]
    fn left<const N: i32>(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_slli_epi64::<N>(self.0) })
    }
    #[inline(always)]
    fn right<const N: i32>(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_srli_epi64::<N>(self.0) })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_add_epi64(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_sub_epi64(self.0, other.0) })
    }
}

impl Double for F64x4 {
    type Bits = U64x4;
    /// The sign bit of a lane is its answer.
    type Mask = __m256d;

    #[inline(always)]
    fn to_bits(self) -> U64x4 {
        // SAFETY: see the module.
        U64x4(unsafe { _mm256_castpd_si256(self.0) })
    }
    #[inline(always)]
    fn from_bits(bits: U64x4) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_castsi256_pd(bits.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) })
    }
    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        // SAFETY: see the module. (Of two equal numbers or a NaN, the instruction returns the second.)
        Self(unsafe { _mm256_min_pd(bound.0, self.0) })
    }
    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_max_pd(bound.0, self.0) })
    }
    #[inline(always)]
    fn below(self, other: Self) -> __m256d {
        // SAFETY: see the module.
        unsafe { _mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn reaches(self, other: Self) -> __m256d {
        // SAFETY: see the module.
        unsafe { _mm256_cmp_pd::<_CMP_GE_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn odd(bits: U64x4) -> __m256d {
        Self::from_bits(bits.left::<63>()).0
    }
    #[inline(always)]
    fn choose(mask: __m256d, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm256_blendv_pd(otherwise.0, then.0, mask) })
    }
    #[inline(always)]
    fn all(mask: __m256d) -> bool {
        // SAFETY: see the module.
        unsafe { _mm256_movemask_pd(mask) == 0b1111 }
    }
    #[inline(always)]
    fn any(mask: __m256d) -> bool {
        // SAFETY: see the module.
        unsafe { _mm256_movemask_pd(mask) != 0 }
    }
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        // SAFETY: four numbers are four numbers.
        let (mut x, y) = unsafe { (transmute::<__m256d, [f64; 4]>(self.0), transmute::<__m256d, [f64; 4]>(other.0)) };
        x.iter_mut().zip(y).for_each(|(x, y)| *x = function(*x, y));
        // SAFETY: as above.
        Self(unsafe { transmute::<[f64; 4], __m256d>(x) })
    }
}
