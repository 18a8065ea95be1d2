//! An independent oracle: numbers that carry two exact directional derivatives and the mixed second one.

use std::ops::{Add, Div, Mul, Neg, Sub};

use autodiff::Scalar;

/// `v + a e1 + b e2 + ab e1 e2` with `e1^2 = e2^2 = 0` (Fike and Alonso 2011). Evaluating f at `x + u e1 + w e2`
/// gives f(x), u.g, w.g and u.H w, without a graph, and with the elementary functions of the standard library.
#[derive(Clone, Copy, Debug)]
pub struct HyperDual {
    pub v: f64,
    pub a: f64,
    pub b: f64,
    pub ab: f64,
}

impl HyperDual {
    /// A function with value f, first derivative f1 and second derivative f2 at `self.v`.
    fn chain(self, f: f64, f1: f64, f2: f64) -> Self {
        HyperDual { v: f, a: f1 * self.a, b: f1 * self.b, ab: f1 * self.ab + f2 * self.a * self.b }
    }
}

impl Neg for HyperDual {
    type Output = Self;
    fn neg(self) -> Self {
        HyperDual { v: -self.v, a: -self.a, b: -self.b, ab: -self.ab }
    }
}
impl Add for HyperDual {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        HyperDual { v: self.v + o.v, a: self.a + o.a, b: self.b + o.b, ab: self.ab + o.ab }
    }
}
impl Sub for HyperDual {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}
impl Mul for HyperDual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        HyperDual {
            v: self.v * o.v,
            a: self.v * o.a + self.a * o.v,
            b: self.v * o.b + self.b * o.v,
            ab: self.v * o.ab + self.a * o.b + self.b * o.a + self.ab * o.v,
        }
    }
}
impl Div for HyperDual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let r = o.v.recip();
        self * o.chain(r, -r * r, 2.0 * r * r * r)
    }
}

macro_rules! with_number {
    ($trait:ident, $method:ident) => {
        impl $trait<f64> for HyperDual {
            type Output = Self;
            fn $method(self, number: f64) -> Self {
                self.$method(Self::constant(number))
            }
        }
    };
}
with_number!(Add, add);
with_number!(Sub, sub);
with_number!(Mul, mul);
with_number!(Div, div);

fn logistic(z: f64) -> f64 {
    if z < 0.0 { z.exp() / (1.0 + z.exp()) } else { 1.0 / (1.0 + (-z).exp()) }
}

impl Scalar for HyperDual {
    fn constant(value: f64) -> Self {
        HyperDual { v: value, a: 0.0, b: 0.0, ab: 0.0 }
    }
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }
    fn sqrt(self) -> Self {
        let s = self.v.sqrt();
        self.chain(s, 0.5 / s, -0.25 / (s * self.v))
    }
    fn exp(self) -> Self {
        let e = self.v.exp();
        self.chain(e, e, e)
    }
    fn ln(self) -> Self {
        self.chain(self.v.ln(), self.v.recip(), -self.v.powi(-2))
    }
    fn sin(self) -> Self {
        let (sin, cos) = self.v.sin_cos();
        self.chain(sin, cos, -sin)
    }
    fn cos(self) -> Self {
        let (sin, cos) = self.v.sin_cos();
        self.chain(cos, -sin, -cos)
    }
    fn tanh(self) -> Self {
        let (t, slope) = (self.v.tanh(), self.v.cosh().powi(-2));
        self.chain(t, slope, -2.0 * t * slope)
    }
    fn logistic(self) -> Self {
        let (s, rest) = (logistic(self.v), logistic(-self.v));
        self.chain(s, s * rest, s * rest * (rest - s))
    }
    fn softplus(self) -> Self {
        let (s, rest) = (logistic(self.v), logistic(-self.v));
        self.chain(self.v.max(0.0) + (-self.v.abs()).exp().ln_1p(), s, s * rest)
    }
    fn lt(self, other: Self) -> Self {
        Self::constant(f64::from(u8::from(self.v < other.v)))
    }
    fn select(self, then: Self, otherwise: Self) -> Self {
        if self.v != 0.0 { then } else { otherwise }
    }
}
