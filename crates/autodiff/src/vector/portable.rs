//! An array of numbers as a vector: what machines without a vector unit run, with the bits of those that have one.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::Vector;

/// `N` numbers, each computed on its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable<S, const N: usize>([S; N]);

impl<S: Vector<Element = S>, const N: usize> Portable<S, N> {
    #[inline(always)]
    fn map(mut self, function: impl Fn(S) -> S) -> Self {
        self.0.iter_mut().for_each(|x| *x = function(*x));
        self
    }
    #[inline(always)]
    fn zip(mut self, other: Self, function: impl Fn(S, S) -> S) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(x, y)| *x = function(*x, y));
        self
    }
    #[inline(always)]
    fn zip3(mut self, y: Self, z: Self, function: impl Fn(S, S, S) -> S) -> Self {
        self.0.iter_mut().zip(y.0).zip(z.0).for_each(|((x, y), z)| *x = function(*x, y, z));
        self
    }
}

impl<S: Vector<Element = S>, const N: usize> Neg for Portable<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

impl<S: Vector<Element = S>, const N: usize> Add for Portable<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |x, y| x + y)
    }
}

impl<S: Vector<Element = S>, const N: usize> Sub for Portable<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |x, y| x - y)
    }
}

impl<S: Vector<Element = S>, const N: usize> Mul for Portable<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |x, y| x * y)
    }
}

impl<S: Vector<Element = S>, const N: usize> Div for Portable<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(other, |x, y| x / y)
    }
}

impl<S: Vector<Element = S> + Default + PartialEq + AddAssign + 'static, const N: usize> Vector for Portable<S, N> {
    type Element = S;
    const LANES: usize = N;

    #[inline(always)]
    fn splat(x: S) -> Self {
        Self([x; N])
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self([S::from_f64(x); N])
    }
    #[inline(always)]
    unsafe fn load(from: *const S) -> Self {
        // SAFETY: the caller promises N readable numbers.
        Self(unsafe { from.cast::<[S; N]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut S) {
        // SAFETY: the caller promises N writable numbers.
        unsafe { to.cast::<[S; N]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self.zip3(factor, addend, S::mul_add)
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        self.zip3(factor, addend, S::neg_mul_add)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(S::sqrt)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        self.zip(other, S::lt)
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        self.zip3(then, otherwise, S::select)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.map(S::exp)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.map(S::ln)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.map(S::sin)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.map(S::cos)
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (mut sin, mut cos) = (self, self);
        for lane in 0..N {
            (sin.0[lane], cos.0[lane]) = self.0[lane].sin_cos();
        }
        (sin, cos)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        self.map(S::tanh)
    }
    #[inline(always)]
    fn logistic(self) -> Self {
        self.map(S::logistic)
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        self.map(S::softplus)
    }
}
