//! The monkey saddle: a critical point whose Hessian says nothing.

use crate::prelude::*;

/// `f(x, y) = x^3 - 3 x y^2`: one critical point, at 0, where the Hessian is zero; three valleys leave it.
///
/// Dauphin et al. (2014), figure 2. f has no lower bound.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonkeySaddle {}

impl Problem for MonkeySaddle {
    const NAME: &'static str = "monkey_saddle";
    const ABOUT: &'static str = "x^3 - 3 x y^2, degenerate at 0: the Hessian is zero there (Dauphin et al. 2014)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    const TAGS: &'static [&'static str] = &["saddle", "degenerate", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["instance = 1"];

    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[0] * (x[0].square() - x[1].square() * 3.0)
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -2.0, 2.0)
    }
    fn is_odd(&self) -> bool {
        true
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![KnownPoint { x: vec![0.0, 0.0], value: 0.0, n_neg: 0, n_zero: Some(2) }]
    }
}
