//! The Dixon-Price function: a chain in which every variable fixes the next.

use crate::prelude::*;

/// `f(x) = (x_1 - 1)^2 + sum_(i = 2 .. n) i (2 x_i^2 - x_(i-1))^2` on [-10, 10]^n.
///
/// Dixon and Price (1989). Least value 0 at `x_i = 2^(-(2^i - 2) / 2^i)`; the sign of the last variable is free, so there
/// are two global minima for n >= 2.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DixonPrice {
    dim: usize,
}

impl Default for DixonPrice {
    fn default() -> Self {
        DixonPrice { dim: 2 }
    }
}

impl Problem for DixonPrice {
    const NAME: &'static str = "dixon_price";
    const ABOUT: &'static str =
        "(x_1 - 1)^2 + sum i (2 x_i^2 - x_(i-1))^2: a curved chain, two global minima (Dixon and Price 1989)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 1 to 10000")];
    const TAGS: &'static [&'static str] = &["multimodal"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["dim = 5", "dim = 3\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let link = |(i, pair): (usize, &[S])| (pair[1].square() * 2.0 - pair[0]).square() * (i + 2) as f64;
        S::sum(std::iter::once((x[0] - 1.0).square()).chain(x.windows(2).enumerate().map(link)))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -10.0, 10.0)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        // x_i = sqrt(x_(i-1) / 2), from x_1 = 1.
        let mut x = vec![1.0f64];
        while x.len() < self.dim {
            x.push((0.5 * x[x.len() - 1]).sqrt());
        }
        let mut mirrored = x.clone();
        mirrored[self.dim - 1] *= -1.0;
        let both = if self.dim == 1 { vec![x] } else { vec![x, mirrored] };
        both.into_iter().map(|x| KnownPoint::nondegenerate(x, 0.0, 0)).collect()
    }
}
