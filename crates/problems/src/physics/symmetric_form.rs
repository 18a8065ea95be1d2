//! A symmetric matrix as a surface: 1/2 x^T M x, whose Hessian is M everywhere.

use autodiff::{Scalar, Stream};

/// Largest matrix: it is recorded entry by entry.
pub(super) const MOST_DIM: usize = 1000;

/// `1/2 x^T M x` for a symmetric M (dim x dim, row-major): each pair once.
pub(super) fn half_form<S: Scalar>(matrix: &[f64], x: &[S]) -> S {
    let n = x.len();
    let row = |i: usize| {
        // The diagonal's half here, the pairs below it whole.
        S::weighted_sum(&matrix[i * n..][..i], &x[..i]) + x[i] * (0.5 * matrix[i * n + i])
    };
    let rows: Vec<S> = (0..n).map(row).collect();
    S::dot(x, &rows)
}

/// A Wigner matrix: symmetric, entries normal with variance 1/n off the diagonal and 2/n on it; its spectrum fills
/// [-2, 2] (Wigner 1955).
pub(super) fn wigner(n: usize, stream: &mut Stream) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    let sd = (n as f64).sqrt().recip();
    for i in 0..n {
        for j in 0..i {
            let entry = sd * stream.normal();
            matrix[i * n + j] = entry;
            matrix[j * n + i] = entry;
        }
        matrix[i * n + i] = std::f64::consts::SQRT_2 * sd * stream.normal();
    }
    matrix
}
