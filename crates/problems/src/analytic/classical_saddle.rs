//! The classical saddle of Dauphin et al., with an optional wall that gives descent somewhere to end.

use crate::prelude::*;

/// `f(x, y) = 5 x^2 - y^2 + wall y^4`: a saddle of index 1 at 0, value 0.
///
/// Dauphin et al. (2014), figure 2, without the wall. With `wall > 0` there are two minima
/// `(0, +-1 / sqrt(2 wall))` of value `-1 / (4 wall)`; without it f has no lower bound.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassicalSaddle {
    wall: f64,
}

impl Problem for ClassicalSaddle {
    const NAME: &'static str = "classical_saddle";
    const ABOUT: &'static str = "5 x^2 - y^2 + wall y^4, index 1 at 0; two minima when wall > 0 (Dauphin et al. 2014)";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("wall", "strength of the quartic wall: 0 for none (f has then no lower bound), or 0.01 to 1e6")];
    const TAGS: &'static [&'static str] = &["saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["wall = 1", "wall = 0.02", "wall = 1\ninstance = 2"];

    fn check(&self) -> Result<(), String> {
        // Below 0.01 the minima would lie outside the domain.
        if self.wall == 0.0 { Ok(()) } else { in_range("wall", self.wall, 0.01, 1e6) }
    }
    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let y_squared = x[1].square();
        x[0].square() * 5.0 - y_squared + y_squared.square() * self.wall
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -10.0, 10.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(2)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let mut points = vec![KnownPoint::nondegenerate(vec![0.0, 0.0], 0.0, 1)];
        if self.wall > 0.0 {
            let y = 1.0 / (2.0 * self.wall).sqrt();
            let value = -0.25 / self.wall;
            points.extend([y, -y].map(|y| KnownPoint::nondegenerate(vec![0.0, y], value, 0)));
        }
        points
    }
}
