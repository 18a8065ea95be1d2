//! Griewank's function: a bowl with ripples that fade as the dimension grows.

use crate::prelude::*;

/// `f(x) = |x|^2 / 4000 - prod cos(x_i / sqrt(i)) + 1` on [-600, 600]^n; least value `f(0) = 0`.
///
/// A. O. Griewank, Journal of Optimization Theory and Applications 34 (1981). The ripples' share falls with n, so it gets
/// easier in high dimension (Locatelli 2003). Only the global minimum is listed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Griewank {
    dim: usize,
}

impl Default for Griewank {
    fn default() -> Self {
        Griewank { dim: 2 }
    }
}

impl Problem for Griewank {
    const NAME: &'static str = "griewank";
    const ABOUT: &'static str =
        "|x|^2/4000 - prod cos(x_i/sqrt i) + 1: a bowl with ripples, easier as n grows (Griewank 1981)";
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
        let wave = |(i, &x): (usize, &S)| (x / ((i + 1) as f64).sqrt()).cos();
        let ripples = x.iter().enumerate().map(wave).reduce(|product, wave| product * wave).expect("dim >= 1");
        S::dot(x, x) / 4000.0 - ripples + 1.0
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -600.0, 600.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![KnownPoint::nondegenerate(vec![0.0; self.dim], 0.0, 0)]
    }
}
