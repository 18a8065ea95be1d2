//! What the elementary functions need beyond [`Vector`]: bits, masks and choices in double precision.

use std::ops::{BitAnd, BitOr, BitXor};

use super::Vector;

/// Patterns of 64 bits side by side.
pub(crate) trait Bits: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> {
    /// `bits` in every lane.
    fn splat(bits: u64) -> Self;
    /// Shifted left by `N` places.
    fn left<const N: i32>(self) -> Self;
    /// Shifted right by `N` places; zeros come in.
    fn right<const N: i32>(self) -> Self;
    /// Sum modulo 2^64.
    fn plus(self, other: Self) -> Self;
    /// Difference modulo 2^64.
    fn minus(self, other: Self) -> Self;
}

/// A vector of `f64` that the elementary functions are written over.
pub(crate) trait Double: Vector<Element = f64> {
    /// The lanes' bit patterns.
    type Bits: Bits;
    /// Yes or no for every lane.
    type Mask: Copy;

    /// The lanes' bit patterns.
    fn to_bits(self) -> Self::Bits;
    /// The numbers of these bit patterns.
    fn from_bits(bits: Self::Bits) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// `bound` where it is below `self`, else `self`, also where that is NaN.
    fn at_most(self, bound: Self) -> Self;
    /// `bound` where it is above `self`, else `self`, also where that is NaN.
    fn at_least(self, bound: Self) -> Self;
    /// Where `self < other`; no for NaN.
    fn below(self, other: Self) -> Self::Mask;
    /// Where `self >= other`; no for NaN.
    fn reaches(self, other: Self) -> Self::Mask;
    /// Where the lowest bit is set.
    fn odd(bits: Self::Bits) -> Self::Mask;
    /// `then` where the mask says yes, else `otherwise`.
    fn choose(mask: Self::Mask, then: Self, otherwise: Self) -> Self;
    /// Whether all lanes say yes.
    fn all(mask: Self::Mask) -> bool;
    /// Whether any lane says yes.
    fn any(mask: Self::Mask) -> bool;
    /// `function` of every pair of lanes, one after the other.
    fn zip(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self;
}
