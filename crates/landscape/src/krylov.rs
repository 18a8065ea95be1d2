//! The Lanczos process with full re-orthogonalisation: an orthonormal basis in which a symmetric map is tridiagonal.

use crate::tangent::{add, dot};
use symmetric::eigenvectors;

/// A new direction shorter than this many spacings of the numbers at the size of the map is rounding: the basis spans an
/// invariant subspace.
const BREAKDOWN: f64 = 10.0;

/// `A V = V T + beta_k v_{k+1} e_k^T` after k steps, with `V = (v_1 .. v_k)` orthonormal to rounding.
///
/// `w = A v_j - beta_{j-1} v_{j-1}`, `alpha_j = v_j . w`, `w <- (I - V V^T)^2 w`, `beta_j = |w|`, `v_{j+1} = w / beta_j`
/// (Lanczos 1950). The square is "twice is enough" (Kahan and Parlett): without it the basis loses orthogonality as soon as
/// an eigenvalue has converged, and copies of that eigenvalue appear. Memory: (k + 1) n numbers; k products and about
/// 4 k^2 n operations.
pub(crate) struct Krylov {
    n: usize,
    /// `v_1 .. v_{k+1}`, one after another; the last is missing when the subspace is invariant.
    basis: Vec<f64>,
    pub alphas: Vec<f64>,
    pub betas: Vec<f64>,
    norm: f64,
}

impl Krylov {
    /// Begins at `start` (n,), which has a length.
    pub fn new(start: &[f64]) -> Self {
        let length = dot(start, start).sqrt();
        let basis = start.iter().map(|a| a / length).collect();
        Krylov { n: start.len(), basis, alphas: vec![], betas: vec![], norm: 0.0 }
    }

    /// Number of steps taken.
    pub fn len(&self) -> usize {
        self.alphas.len()
    }

    /// Whether no step is left to take: the basis spans an invariant subspace.
    pub fn is_complete(&self) -> bool {
        self.basis.len() == self.len() * self.n
    }

    /// Takes one step; false when the product is not finite, and then nothing is left to use.
    pub fn extend(&mut self, apply: &mut impl FnMut(&[f64], &mut [f64])) -> bool {
        assert!(!self.is_complete(), "an invariant subspace has no further direction");
        let (n, k) = (self.n, self.len());
        let mut w = vec![0.0; n];
        let last = &self.basis[k * n..];
        apply(last, &mut w);
        if k > 0 {
            add(&mut w, -self.betas[k - 1], &self.basis[(k - 1) * n..k * n]);
        }
        let alpha = dot(last, &w);
        remove(&self.basis, n, &mut w);
        let beta = dot(&w, &w).sqrt();
        if !(alpha.is_finite() && beta.is_finite()) {
            return false;
        }
        let before = self.betas.last().copied().unwrap_or(0.0);
        self.norm = self.norm.max(alpha.abs() + beta + before);
        self.alphas.push(alpha);
        if k + 1 == n || beta <= breakdown(self.norm, n) {
            self.betas.push(0.0);
        } else {
            self.betas.push(beta);
            self.basis.extend(w.iter().map(|w| w / beta));
        }
        true
    }

    /// `sum_j y_j v_j` for `y` (k,).
    pub fn combine(&self, y: &[f64]) -> Vec<f64> {
        combination(&self.basis, self.n, y)
    }

    /// Eigenvalues, ascending, and eigenvectors (rows) of T (k x k).
    pub fn ritz(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        tridiagonal_eigen(&self.alphas, &self.betas[..self.len() - 1])
    }
}

/// Eigenvalues, ascending, and unit eigenvectors (rows) of the tridiagonal matrix with these entries on and beside its
/// diagonal.
pub(crate) fn tridiagonal_eigen(alphas: &[f64], betas: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let k = alphas.len();
    let mut matrix = vec![0.0; k * k];
    for (i, alpha) in alphas.iter().enumerate() {
        matrix[i * k + i] = *alpha;
    }
    for (i, beta) in betas.iter().enumerate() {
        matrix[(i + 1) * k + i] = *beta;
        matrix[i * k + i + 1] = *beta;
    }
    eigenvectors(&matrix, k)
}

/// Below this a direction of a map of size `norm` on n numbers is rounding.
pub(crate) fn breakdown(norm: f64, n: usize) -> f64 {
    BREAKDOWN * (n as f64).sqrt() * f64::EPSILON * norm
}

/// Takes the span of `basis` (vectors (n,) one after another) out of `w`, twice; returns the coefficients.
pub(crate) fn remove(basis: &[f64], n: usize, w: &mut [f64]) -> Vec<f64> {
    let mut total = vec![0.0; basis.len() / n];
    for _ in 0..2 {
        let shares: Vec<f64> = basis.chunks_exact(n).map(|v| dot(v, w)).collect();
        for ((v, share), total) in basis.chunks_exact(n).zip(&shares).zip(&mut total) {
            add(w, -share, v);
            *total += share;
        }
    }
    total
}

/// `sum_j y_j v_j` over vectors (n,) that stand one after another.
pub(crate) fn combination(basis: &[f64], n: usize, y: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for (v, y) in basis.chunks_exact(n).zip(y) {
        add(&mut sum, *y, v);
    }
    sum
}
