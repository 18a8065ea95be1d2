//! The `peaks` surface that plotting programs show, upside down so that descents find hills as wells.

use problems::prelude::*;

/// `f(x, y) = s (-3 (1 - x)^2 exp(-x^2 - (y + 1)^2) + 10 (x/5 - x^3 - y^5) exp(-x^2 - y^2) + 1/3 exp(-(x + 1)^2 - y^2))`
/// on [-3, 3]^2, s = `scale`: MATLAB's `peaks` times -1. Three minima.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Peaks {
    scale: f64,
}

impl Default for Peaks {
    fn default() -> Self {
        Peaks { scale: 1.0 }
    }
}
/// (x, y, f, index) for scale 1: the nine critical points with |f| > 1e-3, by Newton's method with 40 digits.
const POINTS: [(f64, f64, f64, usize); 9] = [
    (-0.009317581959954116, 1.5813679629389998, -8.106213589442337, 0),
    (-0.46002451803438665, -0.6291965087168009, -3.7765809985322067, 0),
    (1.285684697241304, -0.004847559075593672, -3.592489918002754, 0),
    (-0.2659375568372457, 0.4667399937262694, -0.7882934626789642, 1),
    (0.4163233216785082, -0.3941450984024246, -0.4085479245941372, 1),
    (1.0982728343350927, 0.8544609795247524, -2.2491916615269307, 1),
    (-1.3473962443682108, 0.20451886609700518, 3.04984940280026, 2),
    (0.22827892055636909, -1.6255349574999964, 6.551133332835837, 2),
    (0.2964455538468321, 0.32019624766683435, 0.06493586825552689, 2),
];

impl Problem for Peaks {
    const NAME: &'static str = "peaks";
    const ABOUT: &'static str = "MATLAB's peaks upside down: three Gaussian wells of different depth";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("scale", "factor of f, 1e-3 to 1e3")];
    const TAGS: &'static [&'static str] = &["multimodal", "saddle", "2d"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &["scale = 2.5", "instance = 1"];

    fn check(&self) -> Result<(), String> {
        in_range("scale", self.scale, 1e-3, 1e3)
    }
    fn dim(&self) -> usize {
        2
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (x, y) = (x[0], x[1]);
        let bell = |u: S, v: S| (-u.square() - v.square()).exp();
        let left = (-x + 1.0).square() * bell(x, y + 1.0) * -3.0;
        let middle = (x * 0.2 - x.powi(3) - y.powi(5)) * bell(x, y) * 10.0;
        let right = bell(x + 1.0, y) * (1.0 / 3.0);
        (left + middle + right) * self.scale
    }
    fn domain(&self) -> Domain {
        Domain::cube(2, -3.0, 3.0)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        POINTS
            .iter()
            .map(|&(x, y, value, n_neg)| KnownPoint::nondegenerate(vec![x, y], self.scale * value, n_neg))
            .collect()
    }
}
