//! The control: a surface without any critical point, on which gradient-norm minimisers still "converge".

use crate::prelude::*;

/// `f(x, y) = x^3 / 3 + x + y^2 / 2`: the gradient `(x^2 + 1, y)` is never zero, but its length has a minimum
/// at 0, where the gradient lies in the kernel of the Hessian (gradient-flat; Frye et al. 2021).
///
/// A finder that reports a critical point here is broken. f has no lower bound.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoCriticalPoint {}

impl Problem for NoCriticalPoint {
    const NAME: &'static str = "no_critical_point";
    const ABOUT: &'static str =
        "x^3/3 + x + y^2/2, a control without critical points, gradient-flat at 0 (after Frye et al. 2021)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["control", "2d"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[0] * (x[0].square() / 3.0 + 1.0) + x[1].square() * 0.5
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -2.0, 2.0)
    }
}
