//! The Goldstein-Price function: four minima between 3 and 840, values up to a million.

use crate::prelude::*;

/// `f = [1 + (x + y + 1)^2 (19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2)] [30 + (2 x - 3 y)^2 (18 - 32 x + 12 x^2 + 48 y -
/// 36 x y + 27 y^2)]` on [-2, 2]^2.
///
/// Goldstein and Price, Mathematics of Computation 25 (1971). The nine critical points that Newton's method meets from a
/// grid of the box are listed: minima 3, 30, 84 and 840.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoldsteinPrice {}

/// (x, y, f, index), by Newton's method with 40 digits.
const POINTS: [(f64, f64, f64, usize); 9] = [
    (0.0, -1.0, 3.0, 0),
    (-0.6, -0.4, 30.0, 0),
    (1.8, 0.2, 84.0, 0),
    (1.2, 0.8, 840.0, 0),
    (-0.4, -0.6, 35.0, 1),
    (1.2, -0.2, 99.0, 1),
    (1.4, 0.6, 980.0, 1),
    (0.6, 0.4, 990.0, 1),
    (0.8, 0.2, 1155.0, 2),
];

impl Problem for GoldsteinPrice {
    const NAME: &'static str = "goldstein_price";
    const ABOUT: &'static str =
        "product of two quartics on [-2, 2]^2: minima 3, 30, 84, 840 (Goldstein and Price 1971)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["multimodal", "saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        let (xx, yy, xy) = (x.square(), y.square(), x * y);
        let first = x * -14.0 + xx * 3.0 - y * 14.0 + xy * 6.0 + yy * 3.0 + 19.0;
        let second = x * -32.0 + xx * 12.0 + y * 48.0 - xy * 36.0 + yy * 27.0 + 18.0;
        ((x + y + 1.0).square() * first + 1.0) * ((x * 2.0 - y * 3.0).square() * second + 30.0)
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -2.0, 2.0)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS.iter().map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], value, n_neg)).collect()
    }
}
