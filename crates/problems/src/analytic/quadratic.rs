//! A bowl with a chosen condition number: the one surface on which every rate is known.

use crate::prelude::*;
use autodiff::math;

/// `f(x) = 1/2 sum_i lambda_i x_i^2`, `lambda_i = condition^(i / (n - 1))`, i = 0 .. n - 1; minimum `f(0) = 0`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quadratic {
    dim: usize,
    condition: f64,
}

impl Default for Quadratic {
    fn default() -> Self {
        Quadratic { dim: 2, condition: 100.0 }
    }
}

impl Problem for Quadratic {
    const NAME: &'static str = "quadratic";
    const ABOUT: &'static str =
        "1/2 sum lambda_i x_i^2 with lambda from 1 to `condition`, evenly spaced in the logarithm";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables n, 1 to 10000"),
        ("condition", "largest over smallest eigenvalue, 1 to 1e16 (without effect for dim = 1)"),
    ];
    const TAGS: &'static [&'static str] = &["convex", "separable"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 5\ncondition = 1e6", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)?;
        in_range("condition", self.condition, 1.0, 1e16)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let step = math::ln(self.condition) / (self.dim - 1).max(1) as f64;
        S::sum(x.iter().enumerate().map(|(i, x)| x.square() * (0.5 * math::exp(step * i as f64))))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -1.0, 1.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim)
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[1]))
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![KnownPoint::nondegenerate(vec![0.0; self.dim], 0.0, 0)]
    }
}
