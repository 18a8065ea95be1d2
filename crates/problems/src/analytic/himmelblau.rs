//! Himmelblau's function: four minima of value 0, four saddles and a maximum.

use crate::prelude::*;

/// `f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2`.
///
/// D. M. Himmelblau, Applied Nonlinear Programming (1972). All nine critical points are listed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Himmelblau {}

/// (x, y, f, index), by Newton's method with 50 digits.
const POINTS: [(f64, f64, f64, usize); 9] = [
    (3.0, 2.0, 0.0, 0),
    (-2.805118086952745, 3.131312518250573, 0.0, 0),
    (-3.779310253377747, -3.2831859912861696, 0.0, 0),
    (3.5844283403304917, -1.8481265269644036, 0.0, 0),
    (3.385154183607021, 0.07385187983774928, 13.31192627040559, 1),
    (0.08667750455539636, 2.884254701174776, 67.71915008752615, 1),
    (-3.0730257507643897, -0.08135304428796751, 104.0151629175581, 1),
    (-0.12796134673068008, -1.9537149802445763, 178.33723920192747, 1),
    (-0.2708445906673476, -0.9230385564799815, 181.6165215225827, 2),
];

impl Problem for Himmelblau {
    const NAME: &'static str = "himmelblau";
    const ABOUT: &'static str = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2: 4 minima, 4 saddles, 1 maximum (Himmelblau 1972)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["multimodal", "saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1", "instance = 2"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        (x.square() + y - 11.0).square() + (x + y.square() - 7.0).square()
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -5.0, 5.0)
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[4, 4, 1]))
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS.iter().map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], value, n_neg)).collect()
    }
    fn euler(&self) -> Option<i64> {
        Some(1)
    }
}
