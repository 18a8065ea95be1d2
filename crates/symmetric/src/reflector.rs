//! Householder's reflection, which maps all but the last entry of a vector to zero.

use super::vector::dot;

/// Vectors shorter than this are zero: their squares have left the range of numbers. Matrices have entries near 1 or
/// at least above 2^-200, so the error is far below their rounding.
const NOTHING: f64 = f64::from_bits((1023 - 960) << 52); // 2^-960, a square

/// Turns the first `k` entries of `x` into the vector `v` of `H = I - tau v v^T` with `H x = (0, .., 0, beta)`.
///
/// `v` ends with `v[k - 1] = 1` and zeros, to the end of `x`; returns `(beta, tau)`. With
/// `alpha = x[k-1]`: `beta = -sign(alpha) |x|`, `tau = (beta - alpha) / beta`, `v = x / (alpha - beta)`.
/// `H = I` (`tau` = 0) when there is nothing to map to zero (Golub and Van Loan, Matrix Computations, 5.1).
#[inline(always)]
pub(super) fn reflect(x: &mut [f64], k: usize) -> (f64, f64) {
    let alpha = x[k - 1];
    x[k - 1..].fill(0.0);
    let square = dot(x, x);
    if square <= NOTHING {
        x.fill(0.0);
        x[k - 1] = 1.0;
        return (alpha, 0.0);
    }
    let beta = -alpha.mul_add(alpha, square).sqrt().copysign(alpha);
    let shrink = 1.0 / (alpha - beta);
    x.iter_mut().for_each(|x| *x *= shrink);
    x[k - 1] = 1.0;
    (beta, (beta - alpha) / beta)
}

/// `w <- tau y - (tau^2 / 2) (y . v) v` in place of `y = A v`, zero from `k` on: the vector with
/// `H A H = A - v w^T - w v^T`.
#[inline(always)]
pub(super) fn finish_pair(v: &[f64], w: &mut [f64], k: usize, tau: f64) {
    w[k..].fill(0.0);
    let half = -0.5 * tau * tau * dot(v, w);
    for (w, v) in w.iter_mut().zip(v) {
        *w = half.mul_add(*v, tau * *w);
    }
}
