//! The random-matrix model of a network's Hessian: a positive part and a Wigner part that grows with the loss.

use std::sync::OnceLock;

use super::symmetric_form::{MOST_DIM, half_form, wigner};
use crate::prelude::*;

/// `f(x) = 1/2 x^T H x` with `H = J J^T / m + sqrt(2 eps) W`: J (n x m) of standard normal numbers, m = n / phi rounded, W a
/// Wigner matrix with entries of variance 1/n; the Hessian is H at every point, so this is for spectra.
///
/// Pennington and Bahri (2017): H at loss eps, phi parameters per data value. Negative eigenvalues appear above
/// `eps_c = (1 - 20 phi - 8 phi^2 + (1 + 8 phi)^(3/2)) / 16` as n grows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WishartWigner {
    dim: usize,
    phi: f64,
    eps: f64,
    seed: u64,
    #[serde(skip)]
    matrix: OnceLock<Vec<f64>>,
}

impl Default for WishartWigner {
    fn default() -> Self {
        WishartWigner { dim: 20, phi: 0.25, eps: 0.1, seed: 0, matrix: OnceLock::new() }
    }
}

impl WishartWigner {
    /// m, the number of columns of J.
    fn rank(&self) -> usize {
        ((self.dim as f64 / self.phi).round() as usize).max(1)
    }

    fn matrix(&self) -> &[f64] {
        self.matrix.get_or_init(|| {
            let (n, m) = (self.dim, self.rank());
            let parts = [n.to_string(), m.to_string(), self.seed.to_string()];
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
            let scale = (2.0 * self.eps).sqrt();
            let mut matrix: Vec<f64> = wigner(n, &mut stream).iter().map(|entry| scale * entry).collect();
            let jacobian: Vec<f64> = (0..n * m).map(|_| stream.normal()).collect();
            let rows: Vec<&[f64]> = jacobian.chunks_exact(m).collect();
            for i in 0..n {
                for j in 0..=i {
                    let product: f64 = rows[i].iter().zip(rows[j]).map(|(a, b)| a * b).sum();
                    matrix[i * n + j] += product / m as f64;
                    matrix[j * n + i] = matrix[i * n + j];
                }
            }
            matrix
        })
    }
}

impl Problem for WishartWigner {
    const NAME: &'static str = "wishart_wigner";
    const ABOUT: &'static str =
        "1/2 x^T H x, H = Wishart + sqrt(2 eps) Wigner, a network's Hessian at loss eps (Pennington and Bahri 2017)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of parameters n, 1 to 1000"),
        ("phi", "parameters per data value, 0.01 to 1"),
        ("eps", "loss, 0 to 1e3"),
        ("seed", "which draw of the matrices, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["dim", "phi", "eps", "seed"];
    const TAGS: &'static [&'static str] = &["random", "saddle", "spectrum"];
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 30\nphi = 0.5\neps = 0.0\nseed = 4"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, MOST_DIM)?;
        in_range("phi", self.phi, 0.01, 1.0)?;
        in_range("eps", self.eps, 0.0, 1e3)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        half_form(self.matrix(), x)
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -1.0, 1.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim)
    }
    fn random_matrix(&self) -> Option<RandomMatrix> {
        Some(RandomMatrix::WishartWigner { phi: self.dim as f64 / self.rank() as f64, eps: self.eps })
    }
}
