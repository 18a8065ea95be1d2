//! The Mueller-Brown surface: three minima and the two saddles on the path between them.

use crate::prelude::*;

/// `f(x, y) = sum_k A_k exp(a_k (x - x_k)^2 + b_k (x - x_k)(y - y_k) + c_k (y - y_k)^2)`, four terms.
///
/// Mueller and Brown, Theoretica Chimica Acta 53 (1979): the test of every method that looks for transition states. All
/// five critical points of the box [-1.5, 1.2] x [-0.2, 2] are listed: minima -146.70, -108.17, -80.77.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MuellerBrown {}

/// (x, y, f, index), by Newton's method with 40 digits.
const POINTS: [(f64, f64, f64, usize); 5] = [
    (-0.5582236346330243, 1.4417258418046686, -146.69951720995402, 0),
    (0.6234994049308765, 0.028037758528685664, -108.16672411685235, 0),
    (-0.050010822998206056, 0.4666941048719721, -80.76781812965903, 0),
    (0.212486582000662, 0.2929883251073678, -72.24894011232522, 1),
    (-0.8220015587327321, 0.6243128028148713, -40.664843508657405, 1),
];

/// (A, a, b, c, x, y) of each term.
const TERMS: [[f64; 6]; 4] = [
    [-200.0, -1.0, 0.0, -10.0, 1.0, 0.0],
    [-100.0, -1.0, 0.0, -10.0, 0.0, 0.5],
    [-170.0, -6.5, 11.0, -6.5, -0.5, 1.5],
    [15.0, 0.7, 0.6, 0.7, -1.0, 1.0],
];

impl Problem for MuellerBrown {
    const NAME: &'static str = "mueller_brown";
    const ABOUT: &'static str =
        "four Gaussian terms: 3 minima and 2 saddles, the test of transition-state search (Mueller and Brown 1979)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["multimodal", "saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        let term = |[height, a, b, c, x_k, y_k]: [f64; 6]| {
            let (x, y) = (x - x_k, y - y_k);
            (x.square() * a + x * y * b + y.square() * c).exp() * height
        };
        S::sum(TERMS.map(term))
    }
    fn domain(&self) -> Domain {
        Domain { lower: vec![-1.5, -0.2], upper: vec![1.2, 2.0] }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS.iter().map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], value, n_neg)).collect()
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[3, 2, 0]))
    }
}
