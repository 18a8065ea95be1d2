//! One logistic neuron with exponentially many minima.

use crate::prelude::*;

/// `f(w) = sum_i (0.9 - s(w_i))^2 + (0.9 - s(-w_i / 100))^2`, s the logistic function: one neuron without bias, squared error
/// over the 2 d examples `e_i` and `-e_i / 100`, all with target 0.9.
///
/// Auer, Herbster and Warmuth (1995): a single neuron can have exponentially many minima. The examples lie on the axes, so
/// the error is a sum over coordinates with two wells each: 2^d minima, of values `0.164309 j + 0.81 (d - j)` with j
/// coordinates in the good well, C(d, j) of each. The other well, at w = -219.7, is flat (curvature 1.6e-6), so descent
/// looks stuck long before it is there.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuerNeuron {
    dim: usize,
}

impl Default for AuerNeuron {
    fn default() -> Self {
        AuerNeuron { dim: 2 }
    }
}

/// Critical points of one coordinate, value and index (40 digits).
const AXIS: [(f64, f64, usize); 3] = [
    (2.0874734413415994, 0.16430853679303428, 0),
    (-6.843950182763672, 0.9546945435625959, 1),
    (-219.72245773362195, 0.81, 0),
];

impl Problem for AuerNeuron {
    const NAME: &'static str = "auer_neuron";
    const ABOUT: &'static str = "one logistic neuron with 2^d minima (Auer, Herbster and Warmuth 1995)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of inputs d, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["network", "multimodal", "separable"];
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 10"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let error = |z: S| (z.logistic() - 0.9).square();
        S::sum(x.iter().map(|&w| error(w) + error(w * -0.01)))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -300.0, 100.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: false }
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![10.0; self.dim] }
    }
    fn counts(&self) -> Option<Counts> {
        Some(separable_counts(self.dim, 2, 1))
    }
    /// All 3^d up to 6 inputs, the 2^d minima of 7 to 12; beyond, the three with all weights equal.
    fn known_points(&self) -> Vec<KnownPoint> {
        let [good, _, bad] = AXIS;
        if (7..=12).contains(&self.dim) { separable(self.dim, &[good, bad]) } else { separable(self.dim, &AXIS) }
    }
}
