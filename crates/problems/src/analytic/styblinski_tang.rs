//! The Styblinski-Tang function: two wells of different depth in every coordinate.

use crate::prelude::*;

/// `f(x) = 1/2 sum_i (x_i^4 - 16 x_i^2 + 5 x_i)` on [-5, 5]^n; global minimum `-39.16616570377141 n`.
///
/// M. A. Styblinski and T.-S. Tang, Neural Networks 3 (1990). 3^n critical points; for dim > 8 only those with
/// equal coordinates are listed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StyblinskiTang {
    dim: usize,
}

impl Default for StyblinskiTang {
    fn default() -> Self {
        StyblinskiTang { dim: 2 }
    }
}

/// Roots of `4 x^3 - 32 x + 5` with half the quartic there, and index (Newton, 50 digits).
const AXIS: [(f64, f64, usize); 3] = [
    (-2.903534027771177, -39.16616570377141, 0),
    (0.1567312567803401, 0.19561235905535806, 1),
    (2.746802770990837, -25.02944665528394, 0),
];

impl Problem for StyblinskiTang {
    const NAME: &'static str = "styblinski_tang";
    const ABOUT: &'static str =
        "1/2 sum x_i^4 - 16 x_i^2 + 5 x_i: a deep and a shallow well per axis (Styblinski and Tang 1990)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal", "separable"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 12", "dim = 4\ninstance = 3"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        S::sum(x.iter().map(|&x| x * (x * (x.square() - 16.0) + 5.0))) * 0.5
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -5.0, 5.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: false }
    }
    fn counts(&self) -> Option<Counts> {
        Some(separable_counts(self.dim, 2, 1))
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        separable(self.dim, &AXIS)
    }
    fn basin_share(&self, minimum: &[f64]) -> Option<f64> {
        separable_share(minimum, &AXIS, &self.domain())
    }

    fn euler(&self) -> Option<i64> {
        Some(1)
    }
}
