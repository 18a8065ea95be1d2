//! Independent double wells: the simplest surface with critical points of every index.

use crate::prelude::*;

/// `f(x) = 1/4 sum_i (x_i^2 - 1)^2`: 3^n critical points, every coordinate -1, 0 or 1; index and 4 f both count
/// the zeros. For dim > 8 only the points with equal coordinates are listed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DoubleWell {
    dim: usize,
}

impl Default for DoubleWell {
    fn default() -> Self {
        DoubleWell { dim: 2 }
    }
}

/// (x, value, index) of one axis.
const AXIS: [(f64, f64, usize); 3] = [(-1.0, 0.0, 0), (0.0, 0.25, 1), (1.0, 0.0, 0)];

impl Problem for DoubleWell {
    const NAME: &'static str = "double_well";
    const ABOUT: &'static str =
        "1/4 sum (x_i^2 - 1)^2, independent double wells with C(n, k) 2^(n-k) points of index k";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal", "separable", "saddle"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 4", "dim = 9", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        S::sum(x.iter().map(|x| (x.square() - 1.0).square())) * 0.25
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -2.0, 2.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: true }
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
