//! Orthogonal tensor decomposition on the sphere: every critical point is a choice of axes and signs.

use crate::analytic::separable::MOST_POINTS;
use crate::frame::orthonormal;
use crate::prelude::*;

/// `f(x) = -sum_i (a_i . x)^4` on `|x| = 1`, a_1 ... a_n orthonormal and random: the best rank-one part of an orthogonal
/// fourth-order tensor.
///
/// Ge, Huang, Jin and Yuan (2015), the function for which "strict saddle" was coined: in the coordinates `y_i = a_i . x`
/// the critical points have k coordinates `+-1/sqrt(k)` and the others 0, value `-1/k`, index k - 1, and no zero
/// eigenvalue (at k = 1 all n - 1 are positive): C(n, k) 2^k points of index k - 1, (3^n - 1) in all; the 2 n minima are
/// the +-a_i.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TensorDecomposition {
    dim: usize,
    seed: u64,
}

impl Default for TensorDecomposition {
    fn default() -> Self {
        TensorDecomposition { dim: 4, seed: 0 }
    }
}

impl TensorDecomposition {
    fn axes(&self) -> Vec<Vec<f64>> {
        let mut stream = Stream::new(0, "instance", &[Self::NAME, &self.dim.to_string(), &self.seed.to_string()]);
        orthonormal(self.dim, self.dim, &mut stream)
    }
}

impl Problem for TensorDecomposition {
    const NAME: &'static str = "tensor_decomposition";
    const ABOUT: &'static str =
        "-sum (a_i . x)^4 on the sphere, 3^n - 1 critical points, 2 n minima, all global (Ge et al. 2015)";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("dim", "number of variables n, 2 to 100"), ("seed", "which axes, 0, 1, 2, ...")];
    const TAGS: &'static [&'static str] = &["saddle", "random", "sphere"];
    const CASES: &'static [&'static str] = &["dim = 2", "dim = 6\nseed = 1", "dim = 12"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 2, 100)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        -S::sum(self.axes().iter().map(|a| S::weighted_sum(a, x).square().square()))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -1.0 - 1e-12, 1.0 + 1e-12)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim)
    }
    fn start(&self) -> StartLaw {
        StartLaw::Sphere
    }
    fn geometry(&self) -> Geometry {
        Geometry::Sphere { radius: 1.0 }
    }
    fn counts(&self) -> Option<Counts> {
        // C(n, k) 2^k for k = 1 .. n.
        let mut count = 1.0;
        let next = |k: usize| {
            count *= 2.0 * (self.dim + 1 - k) as f64 / k as f64;
            f64::round(count)
        };
        Some(Counts { by_index: (1..=self.dim).map(next).collect(), is_exact: true })
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let (n, axes) = (self.dim, self.axes());
        let point = |signs: &[f64]| {
            let k = signs.iter().filter(|s| **s != 0.0).count();
            let mut x = vec![0.0; n];
            for (sign, axis) in signs.iter().zip(&axes) {
                x.iter_mut().zip(axis).for_each(|(x, a)| *x += sign * a / (k as f64).sqrt());
            }
            KnownPoint::nondegenerate(x, -1.0 / k as f64, k - 1)
        };
        let all = u32::try_from(n).ok().and_then(|n| 3usize.checked_pow(n)).filter(|&count| count <= MOST_POINTS);
        match all {
            Some(count) => {
                let sign = |number: usize, i: usize| (number / 3usize.pow(i as u32) % 3) as f64 - 1.0;
                let signs = |number: usize| (0..n).map(|i| sign(number, i)).collect::<Vec<f64>>();
                (0..count)
                    .map(signs)
                    .filter(|signs| signs.iter().any(|s| *s != 0.0))
                    .map(|signs| point(&signs))
                    .collect()
            }
            // The first k axes, all signs positive.
            None => (1..=n).map(|k| point(&(0..n).map(|i| f64::from(u8::from(i < k))).collect::<Vec<f64>>())).collect(),
        }
    }
}
