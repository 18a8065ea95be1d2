//! Schwefel's function: the best well is far from the next best ones.

use crate::prelude::*;

/// `f(x) = 418.9829 n - sum x_i sin(sqrt |x_i|)` on [-500, 500]^n.
///
/// H.-P. Schwefel, Numerical Optimization of Computer Models (1981). The published constant leaves a least value of
/// `1.2727566e-5 n`, at 420.968746 in each coordinate. Seven minima and seven maxima per axis inside the box. At
/// x_i = 0 the second derivative is infinite and the formula's gradient NaN; f has no other points of this kind.
/// Outside the box f falls without bound, so a run that leaves it can have a negative gap.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schwefel {
    dim: usize,
}

impl Default for Schwefel {
    fn default() -> Self {
        Schwefel { dim: 2 }
    }
}

/// Critical points of one axis: (x, 418.9829 - x sin sqrt|x|, index), from the roots of `tan s = -s / 2`, x = +-s^2 (40
/// digits).
const AXIS: [(f64, f64, usize); 14] = [
    (5.239199300195525, 415.0375983747157, 0),
    (-5.239199300195525, 422.9282016252843, 1),
    (25.877417347618685, 443.06586022306834, 1),
    (-25.877417347618685, 394.89993977693166, 0),
    (65.54786509015155, 355.34791804844554, 0),
    (-65.54786509015155, 482.61788195155447, 1),
    (124.82935642021526, 541.8590735139159, 1),
    (-124.82935642021526, 296.10672648608414, 0),
    (203.81425264889447, 217.1396821181392, 0),
    (-203.81425264889447, 620.8261178818608, 1),
    (302.52493561191176, 719.5274526579958, 1),
    (-302.52493561191176, 118.43834734200419, 0),
    (420.96874635998205, 1.2727566293725214e-5, 0),
    (-420.96874635998205, 837.9657872724337, 1),
];

impl Problem for Schwefel {
    const NAME: &'static str = "schwefel";
    const ABOUT: &'static str =
        "418.9829 n - sum x_i sin sqrt|x_i|: 7^n minima, the best far from the second best (Schwefel 1981)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal", "separable"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        S::sum(x.iter().map(|&x| x * x.abs().sqrt().sin())) * -1.0 + 418.9829 * self.dim as f64
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -500.0, 500.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: 1, flips: false }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        separable(self.dim, &AXIS)
    }
}
