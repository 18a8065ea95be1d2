//! The logarithm of a sum of exponentials: convex, quadratic near its minimum, linear far out.

use crate::prelude::*;

/// `f(x) = t ln sum_i (exp(x_i / t) + exp(-x_i / t))`, a smooth form of max |x_i| with temperature t.
///
/// Convex (Boyd and Vandenberghe 2004, section 3.1.5); minimum `f(0) = t ln 2n`, where the Hessian is `I / (n t)`. The
/// condition number grows without bound away from it, so step sizes that suit the minimum crawl far out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSumExp {
    dim: usize,
    temperature: f64,
}

impl Default for LogSumExp {
    fn default() -> Self {
        LogSumExp { dim: 2, temperature: 1.0 }
    }
}

impl Problem for LogSumExp {
    const NAME: &'static str = "log_sum_exp";
    const ABOUT: &'static str =
        "t ln sum 2 cosh(x_i/t), the smooth maximum of |x_i|: convex, linear far out (Boyd and Vandenberghe 2004)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables n, 1 to 10000"),
        ("temperature", "t, in units of x, 1e-3 to 1e3: the smaller, the nearer to max |x_i|"),
    ];
    const TAGS: &'static [&'static str] = &["convex"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5\ntemperature = 0.5", "instance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)?;
        in_range("temperature", self.temperature, 1e-3, 1e3)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        // Shifted by the largest |x_i|, so nothing overflows; the shift cancels, so derivatives need not see it.
        let sizes = x.iter().map(|&x| x.abs());
        let largest = sizes.reduce(S::max).expect("dim >= 1").frozen();
        let terms = x.iter().flat_map(|&x| [x - largest, -x - largest]).map(|x| (x / self.temperature).exp());
        S::sum(terms).ln() * self.temperature + largest
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -5.0, 5.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: true }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let value = self.temperature * autodiff::math::ln(2.0 * self.dim as f64);
        vec![KnownPoint::nondegenerate(vec![0.0; self.dim], value, 0)]
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[1]))
    }
}
