//! The six-hump camel: fifteen critical points, all known.

use crate::prelude::*;

/// `f(x, y) = (4 - 2.1 x^2 + x^4 / 3) x^2 + x y + (4 y^2 - 4) y^2` on [-3, 3] x [-2, 2].
///
/// Dixon and Szego, Towards Global Optimisation 2 (1978). Even: every point has its mirror image. All critical points are
/// listed: 6 minima, 7 saddles, 2 maxima; outside, f grows like x^6 / 3 + 4 y^4.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SixHumpCamel {}

/// (x, y, f, index), by Newton's method with 40 digits.
const POINTS: [(f64, f64, f64, usize); 15] = [
    (0.08984201310031806, -0.7126564030207396, -1.0316284534898774, 0),
    (-0.08984201310031806, 0.7126564030207396, -1.0316284534898774, 0),
    (1.703606714969981, -0.7960835686726251, -0.21546382438371764, 0),
    (-1.703606714969981, 0.7960835686726251, -0.21546382438371764, 0),
    (-1.6071047529201972, -0.5686514548841314, 2.1042503103112584, 0),
    (1.6071047529201972, 0.5686514548841314, 2.1042503103112584, 0),
    (0.0, 0.0, 0.0, 1),
    (1.1092053368047865, -0.7682680925095399, 0.5437186009781851, 1),
    (-1.1092053368047865, 0.7682680925095399, 0.5437186009781851, 1),
    (-1.6380679841897785, -0.22867406904439408, 2.2293571975307147, 1),
    (1.6380679841897785, 0.22867406904439408, 2.2293571975307147, 1),
    (-1.2960702671671092, -0.6050843880386585, 2.22947081802986, 1),
    (1.2960702671671092, 0.6050843880386585, 2.22947081802986, 1),
    (-1.2302298765166526, -0.16233458445899496, 2.496295351023577, 2),
    (1.2302298765166526, 0.16233458445899496, 2.496295351023577, 2),
];

impl Problem for SixHumpCamel {
    const NAME: &'static str = "six_hump_camel";
    const ABOUT: &'static str =
        "x^2 (4 - 2.1 x^2 + x^4/3) + x y + 4 y^2 (y^2 - 1): 6 minima, 7 saddles, 2 maxima (Dixon and Szego 1978)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["multimodal", "saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        let (xx, yy) = (x.square(), y.square());
        (xx * (xx / 3.0 - 2.1) + 4.0) * xx + x * y + (yy * 4.0 - 4.0) * yy
    }
    fn domain(&self) -> Domain {
        Domain { lower: vec![-3.0, -2.0], upper: vec![3.0, 2.0] }
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(2)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS.iter().map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], value, n_neg)).collect()
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[6, 7, 2]))
    }
    fn euler(&self) -> Option<i64> {
        Some(1)
    }
}
