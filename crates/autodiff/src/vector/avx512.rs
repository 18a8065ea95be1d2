//! Registers of 512 bits, with AVX-512 (F, DQ and VL).
//!
//! SAFETY, for every intrinsic here: the processor has them, because the only way to a value of these types is through
//! [`super::with_eight`], which is called where [`super::eight_at_once`] holds. (Called from code that is compiled without
//! them, an intrinsic would be slow, not wrong.)

use std::arch::x86_64::*;
use std::mem::transmute;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Sub};

use super::avx::F64x4;
use super::{Bits, Double, Vector};
use crate::math::{exponential, logarithm, trigonometry};

/// Eight `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x8(__m512d);

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
    U64x8: BitAnd bitand _mm512_and_si512, BitOr bitor _mm512_or_si512, BitXor bitxor _mm512_xor_si512;
}

impl Neg for F64x8 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_xor_pd(self.0, _mm512_set1_pd(-0.0)) })
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
    type Element = f64;
    const LANES: usize = 8;

    functions! {
        exponential: exp, tanh, logistic;
        logarithm: ln, softplus;
        trigonometry: sin, cos;
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_set1_pd(x) })
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::splat(x)
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller promises eight readable numbers.
        Self(unsafe { (*from.cast::<Unaligned<__m512d>>()).0 })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller promises eight writable numbers.
        unsafe { *to.cast() = Unaligned(self.0) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_fnmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe { _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0), _mm512_set1_pd(1.0)) })
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        // SAFETY: see the module.
        Self(unsafe {
            let mask = _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(self.0, _mm512_setzero_pd());
            _mm512_mask_blend_pd(mask, otherwise.0, then.0)
        })
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        trigonometry::sin_cos(self)
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f64, slots: *const u32, to: *mut f64, stride: usize) {
        // SAFETY: the caller's promise: four squares of half the size.
        unsafe {
            for (i, k) in [(0, 0), (0, 4), (4, 0), (4, 4)] {
                F64x4::transpose(from.add(k), slots.add(i), to.add(k * stride + i), stride);
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
