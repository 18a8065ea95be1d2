//! The mixed spherical spin glass: several p at once, weighted.

use std::sync::OnceLock;

use super::SphericalSpin;
use crate::prelude::*;

/// `H(s) = sum_p a_p H_p(s)` on `|s|^2 = N`, H_p the pure p-spin model with independent couplings: covariance
/// `E H(s) H(s') = N xi(s.s' / N)`, `xi(q) = sum a_p^2 q^p`.
///
/// Auffinger and Ben Arous (2013). `weights` are a_2, a_3, ...; f = H is extensive, its level the energy per spin.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MixedSpin {
    weights: Vec<f64>,
    dim: usize,
    instance: u64,
    #[serde(skip)]
    parts: OnceLock<Vec<(f64, SphericalSpin)>>,
}

impl Default for MixedSpin {
    fn default() -> Self {
        MixedSpin { weights: vec![1.0, 1.0], dim: 10, instance: 0, parts: OnceLock::new() }
    }
}

impl MixedSpin {
    /// The pure models whose weight is not 0.
    fn parts(&self) -> &[(f64, SphericalSpin)] {
        self.parts.get_or_init(|| {
            let weights = self.weights.iter().copied().enumerate().filter(|(_, weight)| *weight != 0.0);
            weights.map(|(i, weight)| (weight, SphericalSpin::of(i + 2, self.dim, self.instance))).collect()
        })
    }
}

impl Problem for MixedSpin {
    const NAME: &'static str = "mixed_spin";
    const ABOUT: &'static str =
        "spherical spin glass with several p, xi(q) = sum a_p^2 q^p (Auffinger and Ben Arous 2013)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("weights", "a_2, a_3, ..., up to a_12, each 0 to 1e3, not all 0"),
        ("dim", "number of spins N, at least 2, with at most 500000 couplings for each p"),
        ("instance", "which draw of the couplings, 0, 1, 2, ...; those of the pure models of this number"),
    ];
    const LABEL: &'static [&'static str] = &["weights", "dim", "instance"];
    const TAGS: &'static [&'static str] = &["random", "saddle", "sphere"];
    const CASES: &'static [&'static str] = &["weights = [0.0, 1.0, 0.5]\ndim = 6\ninstance = 2"];

    fn check(&self) -> Result<(), String> {
        for &weight in &self.weights {
            in_range("weights", weight, 0.0, 1e3)?;
        }
        if self.parts().is_empty() {
            return Err(format!("weights = {:?} is refused: give a_2, a_3, ..., not all of them 0", self.weights));
        }
        self.parts().iter().try_for_each(|(_, part)| part.check())
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        S::sum(self.parts().iter().map(|(weight, part)| part.value(x, row) * *weight))
    }
    fn domain(&self) -> Domain {
        let radius = (self.dim as f64).sqrt();
        Domain::cube(self.dim, -radius, radius)
    }
    fn symmetry(&self) -> Symmetry {
        if self.parts().iter().any(|(_, part)| part.is_odd()) { Symmetry::None } else { Symmetry::even(self.dim) }
    }
    fn is_odd(&self) -> bool {
        self.parts().iter().all(|(_, part)| part.is_odd())
    }
    fn start(&self) -> StartLaw {
        StartLaw::Sphere
    }
    fn geometry(&self) -> Geometry {
        Geometry::Sphere { radius: (self.dim as f64).sqrt() }
    }
    fn loss_scale(&self) -> f64 {
        self.dim as f64
    }
}
