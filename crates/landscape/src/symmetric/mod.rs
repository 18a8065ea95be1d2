//! Dense symmetric matrices: eigenvalues, eigenvectors, signs of eigenvalues and linear systems, on one thread.
//!
//! Every sum has one written-out order and every product with it is `mul_add`, so the numbers are the same bits on
//! any number of threads and with or without the vector unit.

mod back;
mod compact;
mod implicit;
mod pair;
mod product;
mod rank_update;
mod reflector;
mod root_free;
mod rotations;
mod rows;
mod tridiagonal;
mod vector;

use autodiff::{vector_unit, vectorised};

use rotations::Turned;
use rows::Lower;
use tridiagonal::Tridiagonal;

/// Eigenvalues, ascending, of the symmetric matrix `matrix` (n x n); `None` when an entry is not finite.
///
/// Only the lower triangle is used. Householder reduction to tridiagonal form and root-free QL: each eigenvalue is
/// off by a small multiple of `n eps max|lambda|`, whatever its own size. 4 n^3 / 3 operations.
///
/// ```
/// // A path of three masses between two walls: 2 - 2 cos(k pi / 4).
/// let path = [2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0];
/// let exact = [2.0 - 2f64.sqrt(), 2.0, 2.0 + 2f64.sqrt()];
/// for (lambda, exact) in landscape::eigenvalues(&path, 3).unwrap().iter().zip(exact) {
///     assert!((lambda - exact).abs() < 1e-15);
/// }
/// ```
pub fn eigenvalues(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    eigenvalues_on(vector_unit(), matrix, n)
}

/// Eigenvalues, ascending, and unit eigenvectors: row `k` (n,) of the second belongs to value `k`. `None` when an
/// entry is not finite or the solver gives up.
pub fn eigenvectors(matrix: &[f64], n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    eigenvectors_on(vector_unit(), matrix, n)
}

fn eigenvalues_on(vector_unit: bool, matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    dispatch(
        vector_unit,
        #[inline(always)]
        || {
            let Lower { mut rows, scale } = Lower::of(matrix, n)?;
            let Tridiagonal { mut diagonal, mut beside, .. } = tridiagonal::reduce(&mut rows, n);
            let is_solved = root_free::eigenvalues(&mut diagonal, &mut beside);
            diagonal.sort_unstable_by(f64::total_cmp);
            unscale(&mut diagonal, scale);
            is_solved.then_some(diagonal)
        },
    )
}

fn eigenvectors_on(vector_unit: bool, matrix: &[f64], n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    dispatch(
        vector_unit,
        #[inline(always)]
        || {
            let Lower { mut rows, scale } = Lower::of(matrix, n)?;
            let Tridiagonal { mut diagonal, mut beside, taus } = tridiagonal::reduce(&mut rows, n);
            let mut vectors = Turned::identity(n);
            if !implicit::eigenvectors(&mut diagonal, &mut beside, &mut vectors) {
                return None;
            }
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| diagonal[a].total_cmp(&diagonal[b]));
            let mut values: Vec<f64> = order.iter().map(|&k| diagonal[k]).collect();
            unscale(&mut values, scale);
            Some((values, back::transform(&rows, &taus, &vectors, &order)))
        },
    )
}

fn unscale(values: &mut [f64], scale: f64) {
    values.iter_mut().for_each(|value| *value /= scale);
}

/// The vectorised form, or the portable one of the same bits.
fn dispatch<R>(vector_unit: bool, work: impl FnOnce() -> R) -> R {
    if vector_unit { vectorised(work) } else { work() }
}
