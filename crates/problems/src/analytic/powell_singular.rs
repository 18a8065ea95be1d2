//! Powell's singular function: a minimum whose Hessian has rank half of n.

use crate::prelude::*;

/// `f(x) = sum over blocks of four: (a + 10 b)^2 + 5 (c - d)^2 + (b - 2 c)^4 + 10 (a - d)^4` on [-4, 5]^n.
///
/// M. J. D. Powell, Computer Journal 5 (1962). The only minimum is 0, where half of the eigenvalues vanish: Newton's method
/// converges only linearly there, and its type cannot be told from the Hessian.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PowellSingular {
    dim: usize,
}

impl Default for PowellSingular {
    fn default() -> Self {
        PowellSingular { dim: 4 }
    }
}

impl Problem for PowellSingular {
    const NAME: &'static str = "powell_singular";
    const ABOUT: &'static str =
        "blocks (a + 10 b)^2 + 5 (c - d)^2 + (b - 2 c)^4 + 10 (a - d)^4: a minimum with half the rank (Powell 1962)";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("dim", "number of variables n, a multiple of 4, 4 to 10000")];
    const TAGS: &'static [&'static str] = &["convex", "degenerate"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 8", "instance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 4, 10_000)?;
        if self.dim.is_multiple_of(4) {
            return Ok(());
        }
        Err(format!("dim = {} is refused: the function is a sum over blocks of 4; give a multiple of 4", self.dim))
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let block = |x: &[S]| {
            let [a, b, c, d] = [x[0], x[1], x[2], x[3]];
            let squares = (b * 10.0 + a).square() + (c - d).square() * 5.0;
            squares + (b - c * 2.0).powi(4) + (a - d).powi(4) * 10.0
        };
        S::sum(x.chunks_exact(4).map(block))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -4.0, 5.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim())
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![KnownPoint { x: vec![0.0; self.dim], value: 0.0, n_neg: 0, n_zero: Some(self.dim / 2) }]
    }
    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[1]))
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(0.0))
    }
}
