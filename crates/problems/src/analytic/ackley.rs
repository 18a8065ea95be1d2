//! Ackley's function: a deep funnel in a nearly flat plain of ripples.

use crate::prelude::*;

/// `f(x) = -20 exp(-0.2 sqrt(|x|^2 / n)) - exp(sum cos(2 pi x_i) / n) + 20 + e` on [-32.768, 32.768]^n.
///
/// D. H. Ackley (1987), in n dimensions Baeck (1996). The least value 0 is taken at 0, where f has a kink like that of
/// |x|: no gradient exists there (the formula's is NaN), so 0 is not listed as a critical point.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ackley {
    dim: usize,
}

impl Default for Ackley {
    fn default() -> Self {
        Ackley { dim: 2 }
    }
}

impl Problem for Ackley {
    const NAME: &'static str = "ackley";
    const ABOUT: &'static str = "a funnel -20 exp(-0.2 rms x) with ripples; least value 0 at a kink (Ackley 1987)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal", "nonsmooth"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let n = self.dim as f64;
        let funnel = ((S::dot(x, x) / n).sqrt() * -0.2).exp() * -20.0;
        let ripples = (S::sum(x.iter().map(|&x| (x * std::f64::consts::TAU).cos())) / n).exp();
        funnel - ripples + (20.0 + std::f64::consts::E)
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -32.768, 32.768)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: true }
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(0.0))
    }
}
