//! Beale's function: one minimum at the end of a curved valley, between flat corners.

use crate::prelude::*;

/// `f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2` on [-4.5, 4.5]^2.
///
/// E. M. L. Beale (1958). The minimum 0 lies at (3, 1/2); the three critical points that Newton's method meets from a
/// grid of the box are listed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Beale {}

/// (x, y, f, index), by Newton's method with 40 digits.
const POINTS: [(f64, f64, f64, usize); 3] =
    [(3.0, 0.5, 0.0, 0), (0.10053793732415836, -2.644513585023125, 9.86451228475556, 1), (0.0, 1.0, 14.203125, 1)];

impl Problem for Beale {
    const NAME: &'static str = "beale";
    const ABOUT: &'static str =
        "sum of (c_i - x + x y^i)^2, i = 1 .. 3: minimum 0 at (3, 1/2), flat for large |x y| (Beale 1958)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        let rest = |c: f64, power: i32| (x * (y.powi(power) - 1.0) + c).square();
        rest(1.5, 1) + rest(2.25, 2) + rest(2.625, 3)
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -4.5, 4.5)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS.iter().map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], value, n_neg)).collect()
    }
}
