//! The Gaussian orthogonal ensemble as a surface: a random symmetric matrix for a Hessian.

use std::sync::OnceLock;

use super::symmetric_form::{MOST_DIM, half_form, wigner};
use crate::prelude::*;

/// `f(x) = 1/2 x^T M x`, M from the Gaussian orthogonal ensemble, entries of variance 1/N off and 2/N on the diagonal, plus
/// `strength` on the first `spikes` diagonal entries: the Hessian is M at every point, so this is for spectra.
///
/// The spectrum is the semicircle on [-2, 2] (Wigner 1955). All N eigenvalues are positive with probability 1/2, 0.146447,
/// 0.024921 for N = 1, 2, 3, about exp(-N^2 ln 3 / 4) for large N (Dean and Majumdar 2006), far from 2^-N. A spike of
/// strength theta > 1 gives an outlier at theta + 1/theta (Baik, Ben Arous and Peche 2005); the ensemble is invariant
/// under rotations, so spikes along the axes are as good as any.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Goe {
    dim: usize,
    spikes: usize,
    strength: f64,
    seed: u64,
    #[serde(skip)]
    matrix: OnceLock<Vec<f64>>,
}

impl Default for Goe {
    fn default() -> Self {
        Goe { dim: 10, spikes: 0, strength: 2.0, seed: 0, matrix: OnceLock::new() }
    }
}

impl Goe {
    fn matrix(&self) -> &[f64] {
        self.matrix.get_or_init(|| {
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &self.dim.to_string(), &self.seed.to_string()]);
            let mut matrix = wigner(self.dim, &mut stream);
            (0..self.spikes).for_each(|i| matrix[i * self.dim + i] += self.strength);
            matrix
        })
    }
}

impl Problem for Goe {
    const NAME: &'static str = "goe";
    const ABOUT: &'static str =
        "1/2 x^T M x, M from the Gaussian orthogonal ensemble, semicircle on [-2, 2]; with spikes (Wigner 1955)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "size N of the matrix, 1 to 1000"),
        ("spikes", "number of diagonal entries that are raised, 0 to dim"),
        ("strength", "by how much, -1e6 to 1e6; from 1 on each gives an outlier"),
        ("seed", "which draw of the matrix, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["dim", "seed"];
    const TAGS: &'static [&'static str] = &["random", "saddle", "spectrum"];
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 30\nspikes = 2\nseed = 4"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, MOST_DIM)?;
        in_range("spikes", self.spikes as f64, 0.0, self.dim as f64)?;
        in_range("strength", self.strength, -1e6, 1e6)
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
    /// Without spikes.
    fn ensemble(&self) -> Option<Ensemble> {
        (self.spikes == 0).then_some(Ensemble::Orthogonal { n: self.dim })
    }
    fn random_matrix(&self) -> Option<RandomMatrix> {
        Some(RandomMatrix::Goe { spikes: self.spikes, strength: self.strength })
    }
}
