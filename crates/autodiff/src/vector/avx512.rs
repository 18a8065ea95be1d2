//! Registers of 512 bits, with AVX-512 (F, DQ and VL).
//!
//! SAFETY, for every intrinsic here: the processor has them, because the only way to a value of these types is through
//! [`super::with_double_width`], which is called where [`super::has_double_width`] holds. (Called from code that is compiled without
//! them, an intrinsic would be slow, not wrong.)

use std::arch::x86_64::*;
use std::mem::transmute;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Sub};

use super::{Bits, Double, Vector};
use crate::math::{exponential, logarithm, trigonometry};

/// Eight `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x8(__m512d);

/// Sixteen `f32`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x16(__m512);

/// Eight patterns of 64 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct U64x8(__m512i);

/// A register's numbers anywhere in memory, as in [`super::avx`].
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
    F64x8: Add add _mm512_add_pd, Sub sub _mm512_sub_pd, Mul mul _mm512_mul_pd, Div div _mm512_div_pd;
    F32x16: Add add _mm512_add_ps, Sub sub _mm512_sub_ps, Mul mul _mm512_mul_ps, Div div _mm512_div_ps;
    U64x8: BitAnd bitand _mm512_and_si512, BitOr bitor _mm512_or_si512, BitXor bitxor _mm512_xor_si512;
}

/// Implements negation and what of [`Vector`] is intrinsics alone, by these.
macro_rules! basics {
    ($real:ty, $lanes:literal: $set1:ident $fmadd:ident $fnmadd:ident $sqrt:ident $cmp:ident $move:ident $blend:ident) => {
        type Element = $real;
        const LANES: usize = $lanes;
        const REGISTERS: usize = 32;

        #[inline(always)]
        fn splat(x: $real) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $set1(x) })
        }
        #[inline(always)]
        fn from_f64(x: f64) -> Self {
            Self::splat(x as $real)
        }
        #[inline(always)]
        unsafe fn load(from: *const $real) -> Self {
            // SAFETY: the caller promises as many readable numbers.
            unsafe { (*from.cast::<Unaligned<Self>>()).0 }
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut $real) {
            // SAFETY: the caller promises as many writable numbers.
            unsafe { *to.cast() = Unaligned(self) }
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, addend: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $fmadd(self.0, factor.0, addend.0) })
        }
        #[inline(always)]
        fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $fnmadd(self.0, factor.0, addend.0) })
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $sqrt(self.0) })
        }
        #[inline(always)]
        fn lt(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $move($cmp::<_CMP_LT_OQ>(self.0, other.0), $set1(1.0)) })
        }
        #[inline(always)]
        fn select(self, then: Self, otherwise: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { $blend($cmp::<_CMP_NEQ_UQ>(self.0, $set1(0.0)), otherwise.0, then.0) })
        }
    };
}

impl Neg for F64x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_xor_pd(self.0, _mm512_set1_pd(-0.0)) })
    }
}

impl Neg for F32x16 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_xor_ps(self.0, _mm512_set1_ps(-0.0)) })
    }
}

/// Implements functions of one vector by the crate's own, which are written over [`Double`].
macro_rules! functions {
    ($($module:ident: $($function:ident),*;)*) => { $($(
        #[inline(always)]
        fn $function(self) -> Self {
            $module::$function(self)
        }
    )*)* };
}

impl Vector for F64x8 {
    basics!(f64, 8: _mm512_set1_pd _mm512_fmadd_pd _mm512_fnmadd_pd _mm512_sqrt_pd
        _mm512_cmp_pd_mask _mm512_maskz_mov_pd _mm512_mask_blend_pd);

    functions! {
        exponential: exp, tanh, logistic;
        logarithm: ln, softplus;
        trigonometry: sin, cos;
    }

    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        trigonometry::sin_cos(self)
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f64, slots: *const u32, to: *mut f64, stride: usize) {
        // SAFETY: the caller's promise, and see the module.
        unsafe {
            for k in [0, 2, 4, 6] {
                // Numbers k and k + 1 of rows i, i + 2, i + 4 and i + 6, put together on the way from memory.
                let pair = |i: usize| (*from.add(*slots.add(i) as usize + k).cast::<Unaligned<__m128d>>()).0;
                let pairs = |i: usize| {
                    let all = _mm512_castpd128_pd512(pair(i));
                    let all = _mm512_insertf64x2::<1>(all, pair(i + 2));
                    let all = _mm512_insertf64x2::<2>(all, pair(i + 4));
                    _mm512_insertf64x2::<3>(all, pair(i + 6))
                };
                let (even, odd) = (pairs(0), pairs(1));
                Self(_mm512_unpacklo_pd(even, odd)).store(to.add(k * stride));
                Self(_mm512_unpackhi_pd(even, odd)).store(to.add((k + 1) * stride));
            }
        }
    }
}

/// Implements functions of one vector by the crate's own in double precision.
macro_rules! wide_functions {
    ($($module:ident: $($function:ident),*;)*) => { $($(
        #[inline(always)]
        fn $function(self) -> Self {
            let [low, high] = self.widen();
            Self::narrow([$module::$function(low), $module::$function(high)])
        }
    )*)* };
}

impl F32x16 {
    /// The lanes in double precision.
    #[inline(always)]
    fn widen(self) -> [F64x8; 2] {
        // SAFETY: see the module.
        unsafe {
            [
                F64x8(_mm512_cvtps_pd(_mm512_castps512_ps256(self.0))),
                F64x8(_mm512_cvtps_pd(_mm512_extractf32x8_ps::<1>(self.0))),
            ]
        }
    }
    /// The lanes rounded to single precision.
    #[inline(always)]
    fn narrow([low, high]: [F64x8; 2]) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let low = _mm512_castps256_ps512(_mm512_cvtpd_ps(low.0));
            _mm512_insertf32x8::<1>(low, _mm512_cvtpd_ps(high.0))
        })
    }
}

impl Vector for F32x16 {
    basics!(f32, 16: _mm512_set1_ps _mm512_fmadd_ps _mm512_fnmadd_ps _mm512_sqrt_ps
        _mm512_cmp_ps_mask _mm512_maskz_mov_ps _mm512_mask_blend_ps);

    wide_functions! {
        exponential: exp, tanh, logistic;
        logarithm: ln, softplus;
        trigonometry: sin, cos;
    }

    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let [(sin_low, cos_low), (sin_high, cos_high)] = {
            let [low, high] = self.widen();
            [trigonometry::sin_cos(low), trigonometry::sin_cos(high)]
        };
        (Self::narrow([sin_low, sin_high]), Self::narrow([cos_low, cos_high]))
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, slots: *const u32, to: *mut f32, stride: usize) {
        // SAFETY: the caller's promise, and see the module.
        unsafe {
            for k in [0, 4, 8, 12] {
                // Numbers k to k + 3 of rows i, i + 4, i + 8 and i + 12, put together on the way from memory.
                let four = |i: usize| (*from.add(*slots.add(i) as usize + k).cast::<Unaligned<__m128>>()).0;
                let fours = |i: usize| {
                    let all = _mm512_castps128_ps512(four(i));
                    let all = _mm512_insertf32x4::<1>(all, four(i + 4));
                    let all = _mm512_insertf32x4::<2>(all, four(i + 8));
                    _mm512_insertf32x4::<3>(all, four(i + 12))
                };
                let (a, b, c, d) = (fours(0), fours(1), fours(2), fours(3));
                let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                let to = to.add(k * stride);
                Self(_mm512_shuffle_ps::<0b01_00_01_00>(ab_low, cd_low)).store(to);
                Self(_mm512_shuffle_ps::<0b11_10_11_10>(ab_low, cd_low)).store(to.add(stride));
                Self(_mm512_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high)).store(to.add(2 * stride));
                Self(_mm512_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high)).store(to.add(3 * stride));
            }
        }
    }
}

impl Bits for U64x8 {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_set1_epi64(bits.cast_signed()) })
    }
    #[inline(always)]
    fn left<const N: i32>(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_sllv_epi64(self.0, _mm512_set1_epi64(N.into())) })
    }
    #[inline(always)]
    fn right<const N: i32>(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_srlv_epi64(self.0, _mm512_set1_epi64(N.into())) })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_add_epi64(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_sub_epi64(self.0, other.0) })
    }
}

impl Double for F64x8 {
    type Bits = U64x8;
    /// A bit for each lane.
    type Mask = __mmask8;

    #[inline(always)]
    fn to_bits(self) -> U64x8 {
        // SAFETY: see the module.
        U64x8(unsafe { _mm512_castpd_si512(self.0) })
    }
    #[inline(always)]
    fn from_bits(bits: U64x8) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_castsi512_pd(bits.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_andnot_pd(_mm512_set1_pd(-0.0), self.0) })
    }
    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        // SAFETY: see the module. (Of two equal numbers or a NaN, the instruction returns the second.)
        Self(unsafe { _mm512_min_pd(bound.0, self.0) })
    }
    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_max_pd(bound.0, self.0) })
    }
    #[inline(always)]
    fn below(self, other: Self) -> __mmask8 {
        // SAFETY: see the module.
        unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn reaches(self, other: Self) -> __mmask8 {
        // SAFETY: see the module.
        unsafe { _mm512_cmp_pd_mask::<_CMP_GE_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn odd(bits: U64x8) -> __mmask8 {
        // SAFETY: see the module.
        unsafe { _mm512_test_epi64_mask(bits.0, _mm512_set1_epi64(1)) }
    }
    #[inline(always)]
    fn choose(mask: __mmask8, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_mask_blend_pd(mask, otherwise.0, then.0) })
    }
    #[inline(always)]
    fn all(mask: __mmask8) -> bool {
        mask == 0xFF
    }
    #[inline(always)]
    fn any(mask: __mmask8) -> bool {
        mask != 0
    }
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        // SAFETY: eight numbers are eight numbers.
        let (mut x, y) = unsafe { (transmute::<__m512d, [f64; 8]>(self.0), transmute::<__m512d, [f64; 8]>(other.0)) };
        x.iter_mut().zip(y).for_each(|(x, y)| *x = function(*x, y));
        // SAFETY: as above.
        Self(unsafe { transmute::<[f64; 8], __m512d>(x) })
    }
}
