//! Rastrigin's function: a bowl covered with a regular lattice of 11^dim minima.

use crate::prelude::*;

/// `f(x) = 10 n + sum_i (x_i^2 - 10 cos 2 pi x_i)` on [-5.12, 5.12]^n; global minimum `f(0) = 0`.
///
/// L. A. Rastrigin, Systems of Extremal Control (1974). Each axis has 11 minima and 10 maxima, so there are
/// `C(n, k) 10^k 11^(n-k)` critical points of index k; for dim > 2 those with equal coordinates are listed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rastrigin {
    dim: usize,
}

impl Default for Rastrigin {
    fn default() -> Self {
        Rastrigin { dim: 2 }
    }
}

/// Roots of `2 x + 20 pi sin 2 pi x` with x >= 0, and f there: minima and maxima in turn (Newton, 50 digits).
const AXIS: [(f64, f64); 11] = [
    (0.0, 0.0),
    (0.5025460365546747, 20.251272990990113),
    (0.9949586376523348, 0.9949590570932914),
    (1.5076407318703584, 22.26145888480592),
    (1.9899122337085495, 3.9798311905540875),
    (2.512743318200085, 26.28184117751223),
    (2.984855701039481, 8.95460124148701),
    (3.517859138170441, 32.312440977260394),
    (3.9797838603007536, 15.91924379246153),
    (4.522993659584519, 40.35329019383896),
    (4.974691390895051, 24.873722934542226),
];

/// Minima and maxima of one axis, both signs, with the value there.
fn axis() -> Vec<(f64, f64, usize)> {
    let mirrored = AXIS.iter().enumerate().flat_map(|(i, &(x, value))| {
        let is_maximum = i % 2;
        [(x, value, is_maximum), (-x, value, is_maximum)].into_iter().take(if i == 0 { 1 } else { 2 })
    });
    mirrored.collect()
}

impl Problem for Rastrigin {
    const NAME: &'static str = "rastrigin";
    const ABOUT: &'static str = "10 n + sum x_i^2 - 10 cos 2 pi x_i, a lattice of 11^n minima (Rastrigin 1974)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal", "separable"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 10", "instance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        S::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0 + 10.0))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -5.12, 5.12)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: true }
    }
    fn counts(&self) -> Option<Counts> {
        Some(separable_counts(self.dim, 11, 10))
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        separable(self.dim, &axis())
    }
    fn basin_share(&self, minimum: &[f64]) -> Option<f64> {
        separable_share(minimum, &axis(), &self.domain())
    }
}
