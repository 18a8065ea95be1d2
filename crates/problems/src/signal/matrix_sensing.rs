//! Matrix sensing: a low-rank matrix from random linear measurements of it.

use std::sync::OnceLock;

use crate::prelude::*;

/// `f(U) = 1/(4 m) sum_k (<A_k, U U^T> - y_k)^2`, U (n x r, row-major), A_k symmetric with entries N(0, 1) on and N(0, 1/2) off
/// the diagonal, `y_k = <A_k, Z Z^T>` for a hidden Z (n x rank) of entries N(0, 1/n); every measurement is a data row.
///
/// Bhojanapalli, Neyshabur and Srebro (2016): with enough measurements every local minimum is global, value 0; with few
/// there are others.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatrixSensing {
    n: usize,
    r: usize,
    rank: usize,
    measurements: usize,
    seed: u64,
    #[serde(skip)]
    drawn: OnceLock<(Arc<Rows>, Vec<f64>)>,
}

impl Default for MatrixSensing {
    fn default() -> Self {
        MatrixSensing { n: 5, r: 2, rank: 2, measurements: 60, seed: 0, drawn: OnceLock::new() }
    }
}

impl MatrixSensing {
    /// Rows of the lower triangle of A_k (off the diagonal twice) and y_k; the hidden Z.
    fn drawn(&self) -> &(Arc<Rows>, Vec<f64>) {
        self.drawn.get_or_init(|| {
            let parts = [self.n, self.rank, self.measurements].map(|part| part.to_string());
            let seed = self.seed.to_string();
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2], &seed]);
            let sd = (self.n as f64).sqrt().recip();
            let hidden: Vec<f64> = (0..self.n * self.rank).map(|_| sd * stream.normal()).collect();
            let products = self.products(&hidden, self.rank);
            let mut cells = Vec::new();
            for _ in 0..self.measurements {
                // Off the diagonal both entries together: twice a number of variance 1/2.
                let row: Vec<f64> = self
                    .pairs()
                    .map(|(i, j)| stream.normal() * if i == j { 1.0 } else { std::f64::consts::SQRT_2 })
                    .collect();
                cells.extend_from_slice(&row);
                cells.push(f64::dot(&row, &products));
            }
            (Arc::new(Rows::new(products.len() + 1, cells)), hidden)
        })
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        (0..self.n).flat_map(|i| (0..=i).map(move |j| (i, j)))
    }

    /// The lower triangle of U U^T.
    fn products<S: Scalar>(&self, x: &[S], columns: usize) -> Vec<S> {
        let rows: Vec<&[S]> = x.chunks_exact(columns).collect();
        self.pairs().map(|(i, j)| S::dot(rows[i], rows[j])).collect()
    }
}

impl Problem for MatrixSensing {
    const NAME: &'static str = "matrix_sensing";
    const ABOUT: &'static str =
        "a low-rank matrix from random measurements; no bad minima when there are enough (Bhojanapalli et al. 2016)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("n", "size of the matrix, 1 to 50"),
        ("r", "columns of U, 1 to n"),
        ("rank", "rank of the hidden matrix, 1 to n"),
        ("measurements", "number of measurements m, 1 to 100000"),
        ("seed", "which draw, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["n", "r", "measurements"];
    const TAGS: &'static [&'static str] = &["saddle", "random", "data"];
    const CASES: &'static [&'static str] = &["n = 3\nr = 1\nrank = 1\nmeasurements = 20\nseed = 3", "n = 4\nr = 3"];

    fn check(&self) -> Result<(), String> {
        in_range("n", self.n as f64, 1.0, 50.0)?;
        in_range("r", self.r as f64, 1.0, self.n as f64)?;
        in_range("rank", self.rank as f64, 1.0, self.n as f64)?;
        in_range("measurements", self.measurements as f64, 1.0, 100_000.0)
    }
    fn dim(&self) -> usize {
        self.n * self.r
    }
    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(&self.drawn().0))
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let products = self.products(x, self.r);
        (S::dot(&row[..products.len()], &products) - row[products.len()]).square() * 0.25
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -3.0, 3.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim())
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![(self.n as f64).sqrt().recip(); self.dim()] }
    }
    /// U Q is as good as U for every orthogonal Q (r x r); at a U of the rank of the hidden matrix, columns that carry nothing
    /// do not turn among themselves.
    fn zero_modes(&self) -> usize {
        let k = self.rank.min(self.r);
        k * (k - 1) / 2 + k * (self.r - k)
    }
    /// The hidden matrix itself when U has its shape, or columns of 0 beside it.
    fn known_points(&self) -> Vec<KnownPoint> {
        if self.r < self.rank {
            return vec![];
        }
        let hidden = self.drawn().1.chunks_exact(self.rank);
        let x =
            hidden.flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0.0, self.r - self.rank))).collect();
        vec![KnownPoint { x, value: 0.0, n_neg: 0, n_zero: None }]
    }
    fn reference(&self) -> Option<Reference> {
        Some(if self.r >= self.rank { Reference::minimum(0.0) } else { Reference::bound(0.0) })
    }
    fn fingerprint(&self) -> String {
        format!("seed {}", self.seed)
    }
}
