//! One number as a vector of one lane.

use super::{Bits, Double, Vector};
use crate::math;

impl Vector for f64 {
    type Element = f64;
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller promises a readable number.
        unsafe { from.read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller promises a writable number.
        unsafe { to.write_unaligned(self) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        f64::mul_add(self, factor, addend)
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        f64::mul_add(-self, factor, addend)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        if self < other { 1.0 } else { 0.0 }
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        if self != 0.0 { then } else { otherwise }
    }
    #[inline(always)]
    fn exp(self) -> Self {
        math::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        math::ln(self)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        math::sin(self)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        math::cos(self)
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        math::sin_cos(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        math::tanh(self)
    }
    #[inline(always)]
    fn logistic(self) -> Self {
        math::logistic(self)
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        math::softplus(self)
    }
}

impl Vector for f32 {
    type Element = f32;
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        x
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller promises a readable number.
        unsafe { from.read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller promises a writable number.
        unsafe { to.write_unaligned(self) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        f32::mul_add(self, factor, addend)
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        f32::mul_add(-self, factor, addend)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        if self < other { 1.0 } else { 0.0 }
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        if self != 0.0 { then } else { otherwise }
    }
    #[inline(always)]
    fn exp(self) -> Self {
        math::exp(self.into()) as f32
    }
    #[inline(always)]
    fn ln(self) -> Self {
        math::ln(self.into()) as f32
    }
    #[inline(always)]
    fn sin(self) -> Self {
        math::sin(self.into()) as f32
    }
    #[inline(always)]
    fn cos(self) -> Self {
        math::cos(self.into()) as f32
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = math::sin_cos(self.into());
        (sin as f32, cos as f32)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        math::tanh(self.into()) as f32
    }
    #[inline(always)]
    fn logistic(self) -> Self {
        math::logistic(self.into()) as f32
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        math::softplus(self.into()) as f32
    }
}

impl Bits for u64 {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        bits
    }
    #[inline(always)]
    fn left<const N: i32>(self) -> Self {
        self << N
    }
    #[inline(always)]
    fn right<const N: i32>(self) -> Self {
        self >> N
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
}

impl Double for f64 {
    type Bits = u64;
    type Mask = bool;

    #[inline(always)]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        f64::abs(self)
    }
    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        if bound < self { bound } else { self }
    }
    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        if bound > self { bound } else { self }
    }
    #[inline(always)]
    fn below(self, other: Self) -> bool {
        self < other
    }
    #[inline(always)]
    fn reaches(self, other: Self) -> bool {
        self >= other
    }
    #[inline(always)]
    fn odd(bits: u64) -> bool {
        bits & 1 == 1
    }
    #[inline(always)]
    fn choose(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }
    #[inline(always)]
    fn all(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        function(self, other)
    }
}
