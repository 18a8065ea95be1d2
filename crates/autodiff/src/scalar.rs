//! The arithmetic a loss is written over; every interpreter of a loss is one implementation of it.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::math;

/// A number a loss can be computed with: `f64`, or the recording scalar [`crate::Sym`].
///
/// There is no ordering: a piecewise function uses [`Scalar::lt`] and [`Scalar::select`], so that every lane of
/// a batch takes its own branch. Both branches are evaluated; where the branch not taken has a singular
/// derivative, select its *argument* first (`0 * inf` in a discarded branch is still NaN in the gradient).
pub trait Scalar:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// A number that does not depend on the inputs.
    fn constant(value: f64) -> Self;
    /// `self * factor + addend` with one rounding.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// e to the power `self`.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Sine of an angle in radians.
    fn sin(self) -> Self;
    /// Cosine of an angle in radians.
    fn cos(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Logistic function `1 / (1 + exp(-self))`.
    fn logistic(self) -> Self;
    /// `ln(1 + exp(self))`, without overflow.
    fn softplus(self) -> Self;
    /// 1 where `self < other`, else 0 (0 for NaN); its derivative is 0.
    fn lt(self, other: Self) -> Self;
    /// `then` where `self` is not 0, else `otherwise`.
    fn select(self, then: Self, otherwise: Self) -> Self;

    /// The same number, taken for a constant by derivatives: for a shift of which the function does not depend at all,
    /// so that its derivatives, which cancel, are not computed.
    fn frozen(self) -> Self {
        self
    }

    /// `self * self`.
    fn square(self) -> Self {
        self * self
    }

    /// Integer power by repeated squaring; `powi(0)` is 1, a negative power is the reciprocal of the positive one.
    fn powi(self, n: i32) -> Self {
        let mut rest = n.unsigned_abs();
        let mut base = self;
        let mut result: Option<Self> = None;
        while rest > 0 {
            if rest & 1 == 1 {
                result = Some(result.map_or(base, |r| r * base));
            }
            rest >>= 1;
            if rest > 0 {
                base = base * base;
            }
        }
        match (result, n < 0) {
            (None, _) => Self::constant(1.0),
            (Some(r), false) => r,
            (Some(r), true) => Self::constant(1.0) / r,
        }
    }

    /// `max(0, self)`, NaN for NaN; the derivative at 0 is 0, as in the networks' literature.
    fn relu(self) -> Self {
        // Below the least positive number means not positive; a NaN is not below.
        self.lt(Self::constant(f64::from_bits(1))).select(Self::constant(0.0), self)
    }

    /// Absolute value; the derivative at 0 is 1.
    fn abs(self) -> Self {
        self.lt(Self::constant(0.0)).select(-self, self)
    }

    /// The larger of two numbers (the first when equal).
    fn max(self, other: Self) -> Self {
        self.lt(other).select(other, self)
    }

    /// Sum from left to right; 0 for no terms.
    fn sum(terms: impl IntoIterator<Item = Self>) -> Self {
        terms.into_iter().reduce(|a, b| a + b).unwrap_or_else(|| Self::constant(0.0))
    }

    /// Inner product of two slices of one length, fused from left to right; 0 for empty slices.
    fn dot(a: &[Self], b: &[Self]) -> Self {
        assert_eq!(a.len(), b.len(), "inner product of two lengths");
        let mut pairs = a.iter().zip(b);
        let Some((&first, &other)) = pairs.next() else {
            return Self::constant(0.0);
        };
        pairs.fold(first * other, |sum, (&a, &b)| a.mul_add(b, sum))
    }

    /// `sum_i weights_i x_i` with constant weights, fused from left to right; 0 for none.
    fn weighted_sum(weights: &[f64], x: &[Self]) -> Self {
        assert_eq!(weights.len(), x.len(), "weights of another number of terms");
        let mut pairs = weights.iter().zip(x);
        let Some((&weight, &first)) = pairs.next() else {
            return Self::constant(0.0);
        };
        pairs.fold(first * weight, |sum, (&weight, &x)| Self::constant(weight).mul_add(x, sum))
    }
}

impl Scalar for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        f64::mul_add(self, factor, addend)
    }
    fn sqrt(self) -> Self {
        math::sqrt(self)
    }
    fn exp(self) -> Self {
        math::exp(self)
    }
    fn ln(self) -> Self {
        math::ln(self)
    }
    fn sin(self) -> Self {
        math::sin(self)
    }
    fn cos(self) -> Self {
        math::cos(self)
    }
    fn tanh(self) -> Self {
        math::tanh(self)
    }
    fn logistic(self) -> Self {
        math::logistic(self)
    }
    fn softplus(self) -> Self {
        math::softplus(self)
    }
    fn lt(self, other: Self) -> Self {
        if self < other { 1.0 } else { 0.0 }
    }
    fn select(self, then: Self, otherwise: Self) -> Self {
        if self != 0.0 { then } else { otherwise }
    }
}
