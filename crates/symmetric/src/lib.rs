//! Dense symmetric matrices: eigenvalues, eigenvectors, signs of eigenvalues and linear systems, on one thread.
//!
//! Every sum has one written-out order and every product with it is `mul_add`, so the numbers are the same bits on
//! any number of threads and with or without the vector unit.
//!
//! A matrix that is given away (a `Vec`) is worked on where it lies, one that is lent (a slice) is copied first. So with the
//! matrix itself, eigenvalues, signs and systems take one n x n matrix and eigenvectors two, whose values are in the memory of
//! the matrix in the end, and all of them some 200 n numbers: the rows that are collected before the matrix is updated.

mod back;
mod compact;
mod factor;
mod implicit;
mod pair;
mod product;
mod rank_update;
mod reflector;
mod root_free;
mod rotations;
mod rows;
mod solve;
mod tridiagonal;
mod vector;

use std::borrow::Cow;

use autodiff::{vector_unit, vectorised};

use factor::Factor;
pub use factor::Signs;
use rotations::Turned;
use rows::Lower;
use tridiagonal::Tridiagonal;

/// An n x n matrix of zeros, row after row, with the room that lets it be worked on where it lies: another `Vec` moves once.
pub fn zeros(n: usize) -> Vec<f64> {
    let mut cells = vec![0.0; rows::room(n)];
    cells.truncate(n * n);
    cells
}

/// Eigenvalues, ascending, of the symmetric matrix `matrix` (n x n); `None` when an entry is not finite.
///
/// Only the lower triangle is used. Householder reduction to tridiagonal form and root-free QL: each eigenvalue is
/// off by a small multiple of `n eps max|lambda|`, whatever its own size. 4 n^3 / 3 operations.
///
/// ```
/// // A path of three masses between two walls: 2 - 2 cos(k pi / 4).
/// let path = [2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0];
/// let exact = [2.0 - 2f64.sqrt(), 2.0, 2.0 + 2f64.sqrt()];
/// for (lambda, exact) in symmetric::eigenvalues(&path, 3).unwrap().iter().zip(exact) {
///     assert!((lambda - exact).abs() < 1e-15);
/// }
/// ```
pub fn eigenvalues<'a>(matrix: impl Into<Cow<'a, [f64]>>, n: usize) -> Option<Vec<f64>> {
    eigenvalues_on(vector_unit(), own(matrix.into(), n), n)
}

/// Eigenvalues, ascending, and unit eigenvectors: row `k` (n,) of the second belongs to value `k`. `None` when an
/// entry is not finite or the solver gives up.
///
/// Implicit QL turns the identity into the eigenvectors of the tridiagonal form, and the reflectors that led to that form
/// turn these on: two matrices.
pub fn eigenvectors<'a>(matrix: impl Into<Cow<'a, [f64]>>, n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    eigenvectors_on(vector_unit(), own(matrix.into(), n), n)
}

/// How many eigenvalues of the symmetric `matrix` (n x n) are below `shift`; `None` when a number is not finite.
///
/// By Sylvester's law these are the negative pivots of `A - shift I = L D L^T` (Bunch and Kaufman 1977), at a fifth
/// of the price of the eigenvalues. Only the lower triangle is used. The count is that of a matrix within about
/// `n eps max|lambda - shift|` of this one (the bound is a small multiple of `n^2` of these, never met in practice;
/// Higham, Accuracy and Stability, 11.4), so it is exact when no eigenvalue is as close as that to `shift`. A pivot
/// is exactly 0 only for a matrix that is singular to the last bit; a small one says nothing of its own.
///
/// ```
/// // Eigenvalues -1 and 1.
/// assert_eq!(symmetric::count_below(&[0.0, 1.0, 1.0, 0.0], 2, 0.5), Some(1));
/// ```
pub fn count_below<'a>(matrix: impl Into<Cow<'a, [f64]>>, n: usize, shift: f64) -> Option<usize> {
    Some(signs(matrix, n, shift)?.n_neg)
}

/// Signs of the eigenvalues of `matrix - shift I` for a symmetric `matrix` (n x n); `None` when a number is not finite.
/// See [`count_below`].
pub fn signs<'a>(matrix: impl Into<Cow<'a, [f64]>>, n: usize, shift: f64) -> Option<Signs> {
    signs_on(vector_unit(), own(matrix.into(), n), n, shift)
}

/// Solves `A x = rhs` for a symmetric `matrix` (n x n), definite or not, with `rhs` (n,); `None` when it is singular
/// to the last bit or a number is not finite. Only the lower triangle is used.
///
/// ```
/// // Zero diagonal, so Gaussian elimination without exchanges would fail.
/// assert_eq!(symmetric::solve(&[0.0, 2.0, 2.0, 0.0], 2, &[2.0, 4.0]), Some(vec![2.0, 1.0]));
/// ```
pub fn solve<'a>(matrix: impl Into<Cow<'a, [f64]>>, n: usize, rhs: &[f64]) -> Option<Vec<f64>> {
    solve_on(vector_unit(), own(matrix.into(), n), n, rhs)
}

/// Makes `diagonal` (n,) the eigenvalues, ascending, of the tridiagonal matrix with `beside[k]` at `(k, k + 1)`; false when it
/// gives up. Entries of order one; destroys `beside` (n,), the last of which is 0.
pub fn tridiagonal_eigenvalues(diagonal: &mut [f64], beside: &mut [f64]) -> bool {
    dispatch(
        vector_unit(),
        #[inline(always)]
        || {
            let is_solved = root_free::eigenvalues(diagonal, beside);
            diagonal.sort_unstable_by(f64::total_cmp);
            is_solved
        },
    )
}

/// A matrix to work on: that itself when it was given away, else a copy with room.
fn own(matrix: Cow<[f64]>, n: usize) -> Vec<f64> {
    match matrix {
        Cow::Owned(matrix) => matrix,
        Cow::Borrowed(matrix) => {
            let mut copy = Vec::with_capacity(rows::room(n));
            copy.extend_from_slice(matrix);
            copy
        }
    }
}

fn signs_on(vector_unit: bool, matrix: Vec<f64>, n: usize, shift: f64) -> Option<Signs> {
    dispatch(
        vector_unit,
        #[inline(always)]
        || Some(Factor::of(matrix, n, shift)?.signs()),
    )
}

fn solve_on(vector_unit: bool, matrix: Vec<f64>, n: usize, rhs: &[f64]) -> Option<Vec<f64>> {
    assert_eq!(rhs.len(), n, "one right-hand side");
    dispatch(
        vector_unit,
        #[inline(always)]
        || {
            let mut x = rhs.to_vec();
            let is_solved = Factor::of(matrix, n, 0.0)?.solve(&mut x);
            (is_solved && x.iter().all(|x| x.is_finite())).then_some(x)
        },
    )
}

fn eigenvalues_on(vector_unit: bool, matrix: Vec<f64>, n: usize) -> Option<Vec<f64>> {
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

fn eigenvectors_on(vector_unit: bool, matrix: Vec<f64>, n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
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
            back::transform(&rows, &taus, &mut vectors);
            // The reflectors have done their work.
            let mut out = rows.into_cells();
            out.truncate(n * n);
            for (k, out) in out.chunks_exact_mut(n.max(1)).enumerate() {
                vectors.copy_row(order[k], out);
            }
            Some((values, out))
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

#[cfg(test)]
mod tests {
    use super::*;
    use autodiff::Stream;

    /// The portable form is what machines without AVX2 and FMA run. On such a machine the test says nothing.
    #[test]
    fn the_portable_form_gives_the_same_bits() {
        let bits = |numbers: &[f64]| numbers.iter().map(|a| a.to_bits()).collect::<Vec<_>>();
        // One piece, four rows and neighbours, a block that is not full, one that is, several.
        for n in [1, 2, 3, 5, 17, 64, 67, 96, 97, 131, 170] {
            let mut stream = Stream::new(7, "portable", &[&n.to_string()]);
            let mut matrix = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..=i {
                    matrix[i * n + j] = stream.normal();
                    matrix[j * n + i] = matrix[i * n + j];
                }
            }
            let run = |vector: bool| {
                let (values, vectors) = eigenvectors_on(vector, matrix.clone(), n).unwrap();
                let solution = solve_on(vector, matrix.clone(), n, &matrix[..n]).unwrap();
                let only_values = eigenvalues_on(vector, matrix.clone(), n).unwrap();
                [values, vectors, solution, only_values].map(|numbers| bits(&numbers))
            };
            assert!(run(vector_unit()) == run(false), "n = {n}");
        }
    }
}
