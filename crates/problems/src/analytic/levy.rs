//! Levy's function: ripples on a bowl, the last coordinate with a ripple of its own.

use crate::prelude::*;

/// With `w_i = 1 + (x_i - 1) / 4`, on [-10, 10]^n:
///
/// ```text
/// f = sin^2(pi w_1) + sum_(i < n) (w_i - 1)^2 (1 + 10 sin^2(pi w_i + 1)) + (w_n - 1)^2 (1 + sin^2(2 pi w_n))
/// ```
///
/// Levy and Montalvo, SIAM Journal on Scientific and Statistical Computing 6 (1985). Least value 0 at (1, ..., 1).
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Levy {
    dim: usize,
}

impl Default for Levy {
    fn default() -> Self {
        Levy { dim: 2 }
    }
}

impl Problem for Levy {
    const NAME: &'static str = "levy";
    const ABOUT: &'static str = "ripples sin^2 on a bowl around (1, ..., 1), least value 0 (Levy and Montalvo 1985)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        use std::f64::consts::{PI, TAU};
        let w: Vec<S> = x.iter().map(|&x| (x - 1.0) * 0.25 + 1.0).collect();
        let (last, rest) = w.split_last().expect("dim >= 1");
        // sin(pi w) = -sin(pi (w - 1)), which is 0 at the minimum without rounding.
        let first = ((w[0] - 1.0) * PI).sin().square();
        let middle = rest.iter().map(|&w| (w - 1.0).square() * ((w * PI + 1.0).sin().square() * 10.0 + 1.0));
        let end = (*last - 1.0).square() * (((*last - 1.0) * TAU).sin().square() + 1.0);
        S::sum(std::iter::once(first).chain(middle).chain(std::iter::once(end)))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -10.0, 10.0)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![KnownPoint::nondegenerate(vec![1.0; self.dim], 0.0, 0)]
    }
}
