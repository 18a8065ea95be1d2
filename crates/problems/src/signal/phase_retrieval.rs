//! Phase retrieval: a vector from the squares of random inner products with it.

use std::sync::OnceLock;

use crate::prelude::*;

/// `f(x) = 1/(4 m) sum_k ((a_k . x)^2 - (a_k . z)^2)^2` for real normal a_k and a hidden z of length 1; every measurement is
/// a data row.
///
/// Sun, Qu and Wright (2018, for complex data; the real case is alike): with m of the order of n log^3 n measurements the
/// only minima are z and -z; every other critical point has a falling direction. As m grows, the saddles are near the
/// sphere x.z = 0, |x|^2 = 1/3, f = 2/3, and z is the falling direction. 0 is a local maximum: its Hessian is
/// `-1/m sum (a_k . z)^2 a_k a_k^T`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhaseRetrieval {
    dim: usize,
    measurements: usize,
    seed: u64,
    #[serde(skip)]
    drawn: OnceLock<(Arc<Rows>, Vec<f64>)>,
}

impl Default for PhaseRetrieval {
    fn default() -> Self {
        PhaseRetrieval { dim: 5, measurements: 60, seed: 0, drawn: OnceLock::new() }
    }
}

impl PhaseRetrieval {
    /// Rows of a_k and (a_k . z)^2; the hidden z.
    fn drawn(&self) -> &(Arc<Rows>, Vec<f64>) {
        self.drawn.get_or_init(|| {
            let parts = [self.dim as u64, self.measurements as u64, self.seed].map(|part| part.to_string());
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
            let z = stream.on_sphere(self.dim, 1.0);
            let mut cells = Vec::new();
            for _ in 0..self.measurements {
                let a: Vec<f64> = (0..self.dim).map(|_| stream.normal()).collect();
                cells.extend_from_slice(&a);
                cells.push(f64::dot(&a, &z).square());
            }
            (Arc::new(Rows::new(self.dim + 1, cells)), z)
        })
    }
}

impl Problem for PhaseRetrieval {
    const NAME: &'static str = "phase_retrieval";
    const ABOUT: &'static str =
        "a vector from squares of random inner products; with enough only +-z are minima (Sun, Qu and Wright 2018)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables n, 1 to 1000"),
        ("measurements", "number of measurements m, at least dim, at most 100000"),
        ("seed", "which draw, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["dim", "measurements", "seed"];
    const TAGS: &'static [&'static str] = &["saddle", "random", "data"];
    const CASES: &'static [&'static str] = &["dim = 1\nmeasurements = 4", "dim = 8\nmeasurements = 200\nseed = 2"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 1000)?;
        in_range("measurements", self.measurements as f64, self.dim as f64, 100_000.0)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(&self.drawn().0))
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let (a, y) = (&row[..self.dim], row[self.dim]);
        (S::dot(a, x).square() - y).square() * 0.25
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -2.0, 2.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim)
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![(self.dim as f64).sqrt().recip(); self.dim] }
    }
    /// +-z; and 0, where the Hessian is negative definite because the a_k span the space.
    fn known_points(&self) -> Vec<KnownPoint> {
        let (rows, z) = self.drawn();
        let count = rows.count();
        let at_zero = (0..count).map(|k| rows.row(k)[self.dim].square()).sum::<f64>() * 0.25 / count as f64;
        let mirrored = z.iter().map(|z| -z).collect();
        vec![
            KnownPoint::nondegenerate(z.clone(), 0.0, 0),
            KnownPoint::nondegenerate(mirrored, 0.0, 0),
            KnownPoint::nondegenerate(vec![0.0; self.dim], at_zero, self.dim),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("seed {}", self.seed)
    }
}
