//! Michalewicz's function: narrow valleys in a plain, steeper as m grows.

use crate::prelude::*;
use autodiff::math;

/// `f(x) = -sum_i sin(x_i) sin^(2 m)(i x_i^2 / pi)` on [0, pi]^n, m = 10.
///
/// Z. Michalewicz, Genetic Algorithms + Data Structures (1992). Separable, n! valleys; least value -1.8013034 for n = 2,
/// -4.6876582 for n = 5, -9.6601517 for n = 10. The global minimum is listed, found axis by axis to rounding.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Michalewicz {
    dim: usize,
    m: u32,
}

impl Default for Michalewicz {
    fn default() -> Self {
        Michalewicz { dim: 2, m: 10 }
    }
}

impl Michalewicz {
    /// Where the term of axis i (from 1) is least, and the term there.
    fn axis(&self, i: usize) -> (f64, f64) {
        use std::f64::consts::PI;
        let (i, power) = (i as f64, 2 * self.m as i32);
        let term = |x: f64| -math::sin(x) * math::powi(math::sin(i * x * x / PI), power);
        let slope = |x: f64| {
            let (s, c) = math::sin_cos(i * x * x / PI);
            let inner = f64::from(power) * math::sin(x) * c * (2.0 * i * x / PI);
            -math::powi(s, power - 1) * (math::cos(x) * s + inner)
        };
        // The narrowest valley is about 1 / (i sqrt m) wide: this grid meets each of them often.
        let count = 400 * (i as usize + 1) * (self.m as usize).isqrt().max(1);
        let at = |k: usize| PI * k as f64 / count as f64;
        let best = (1..count).min_by(|&a, &b| term(at(a)).total_cmp(&term(at(b)))).expect("a grid of many points");
        let (mut left, mut right) = (at(best - 1), at(best + 1));
        loop {
            let middle = 0.5 * (left + right);
            if middle <= left || middle >= right {
                return (left, term(left));
            }
            if slope(middle) < 0.0 {
                left = middle;
            } else {
                right = middle;
            }
        }
    }
}

impl Problem for Michalewicz {
    const NAME: &'static str = "michalewicz";
    const ABOUT: &'static str =
        "-sum sin(x_i) sin^2m(i x_i^2/pi): narrow valleys in a plain, m = 10 (Michalewicz 1992)";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("dim", "number of variables n, 1 to 100"), ("m", "steepness of the valleys, 1 to 100")];
    const TAGS: &'static [&'static str] = &["multimodal", "separable"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 10", "dim = 3\nm = 1", "instance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 100)?;
        in_range("m", f64::from(self.m), 1.0, 100.0)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let term = |(i, &x): (usize, &S)| {
            let valley = (x.square() * ((i + 1) as f64 / std::f64::consts::PI)).sin();
            x.sin() * valley.powi(2 * self.m as i32)
        };
        -S::sum(x.iter().enumerate().map(term))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, 0.0, std::f64::consts::PI)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let axes: Vec<(f64, f64)> = (1..=self.dim).map(|i| self.axis(i)).collect();
        let x = axes.iter().map(|(x, _)| *x).collect();
        vec![KnownPoint::nondegenerate(x, axes.iter().map(|(_, term)| term).sum(), 0)]
    }
}
