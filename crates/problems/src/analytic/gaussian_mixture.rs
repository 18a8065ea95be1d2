//! Wells of one width and different depths at random places: a landscape with a chosen number of minima.

use std::sync::OnceLock;

use crate::prelude::*;

/// `f(x) = -sum_k h_k exp(-|x - c_k|^2 / (2 width^2)) + confinement / 2 |x|^2`, `wells` wells with depths h_k uniform in
/// [1/2, 1] and centres c_k uniform in [-1, 1]^n, drawn from `seed`.
///
/// A usual random test surface (Gallagher and Yuan 2006). The sum of the depths bounds f from below; with wells that do not
/// overlap the least value is near the largest depth.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianMixture {
    dim: usize,
    wells: usize,
    width: f64,
    confinement: f64,
    seed: u64,
    #[serde(skip)]
    drawn: OnceLock<Vec<Well>>,
}

#[derive(Clone)]
struct Well {
    depth: f64,
    centre: Vec<f64>,
}

impl Default for GaussianMixture {
    fn default() -> Self {
        GaussianMixture { dim: 2, wells: 10, width: 0.2, confinement: 0.1, seed: 0, drawn: OnceLock::new() }
    }
}

impl GaussianMixture {
    fn drawn(&self) -> &[Well] {
        self.drawn.get_or_init(|| {
            let parts = [self.dim as u64, self.wells as u64, self.seed].map(|part| part.to_string());
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
            let well = |_| Well {
                depth: stream.uniform(0.5, 1.0),
                centre: (0..self.dim).map(|_| stream.uniform(-1.0, 1.0)).collect(),
            };
            (0..self.wells).map(well).collect()
        })
    }
}

impl Problem for GaussianMixture {
    const NAME: &'static str = "gaussian_mixture";
    const ABOUT: &'static str = "wells of random depth at random places, as many as wanted (Gallagher and Yuan 2006)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables n, 1 to 1000"),
        ("wells", "number of wells, 1 to 10000"),
        ("width", "standard deviation of a well, in units of x, 1e-3 to 1e3"),
        ("confinement", "curvature of the bowl that holds everything together, 0 to 1e3"),
        ("seed", "which draw of the wells, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["dim", "wells", "seed"];
    const TAGS: &'static [&'static str] = &["multimodal", "random"];
    const CASES: &'static [&'static str] = &["dim = 5\nwells = 30\nseed = 3", "confinement = 0.0"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 1000)?;
        in_range("wells", self.wells as f64, 1.0, 10_000.0)?;
        in_range("width", self.width, 1e-3, 1e3)?;
        in_range("confinement", self.confinement, 0.0, 1e3)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let well = |Well { depth, centre }: &Well| {
            let square = S::sum(x.iter().zip(centre).map(|(&x, &c)| (x - c).square()));
            (square * (-0.5 / (self.width * self.width))).exp() * -*depth
        };
        let wells = S::sum(self.drawn().iter().map(well));
        if self.confinement > 0.0 { S::dot(x, x) * (0.5 * self.confinement) + wells } else { wells }
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -1.5, 1.5)
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(-self.drawn().iter().map(|well| well.depth).sum::<f64>()))
    }
}
