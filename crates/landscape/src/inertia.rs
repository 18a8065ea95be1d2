//! How many eigenvalues of a Hessian are negative, zero and positive, with a stated zero.

use crate::criteria::Criteria;
use crate::spectrum::spectral_norm;
use symmetric::{count_below, signs};

/// Counts of eigenvalue signs; by Sylvester's law they do not depend on the coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inertia {
    /// Below `-zero_tol`: the index of the point.
    pub n_neg: usize,
    /// Within the tolerance: no sign can be stated.
    pub n_zero: usize,
    /// Above `zero_tol`.
    pub n_pos: usize,
}

/// Counts the signs of `spectrum`; an eigenvalue that is not a number has no sign and counts as zero.
///
/// ```
/// let counts = landscape::inertia(&[-2.0, 1e-17, 10.0], 1e-14);
/// assert_eq!((counts.n_neg, counts.n_zero, counts.n_pos), (1, 1, 1));
/// ```
pub fn inertia(spectrum: &[f64], zero_tol: f64) -> Inertia {
    let n_neg = spectrum.iter().filter(|&&lambda| lambda < -zero_tol).count();
    let n_pos = spectrum.iter().filter(|&&lambda| lambda > zero_tol).count();
    Inertia { n_neg, n_zero: spectrum.len() - n_neg - n_pos, n_pos }
}

/// `c n eps max|lambda|`: what rounding can do to an eigenvalue of an `n x n` matrix, with the safety factor
/// `c` = `zero_tol_factor`. `spectrum` ascending.
pub fn zero_tolerance(spectrum: &[f64], criteria: &Criteria) -> f64 {
    criteria.zero_tol_factor * spectrum.len() as f64 * f64::EPSILON * spectral_norm(spectrum)
}

/// Counts of eigenvalues of the symmetric `matrix` (n x n) below `-zero_tol`, within it and above it, from two
/// factorisations, without eigenvalues; `None` when a number is not finite. See [`count_below`].
///
/// ```
/// let counts = landscape::inertia_of(&[0.0, 1.0, 1.0, 0.0], 2, 0.5).unwrap();
/// assert_eq!((counts.n_neg, counts.n_zero, counts.n_pos), (1, 0, 1));
/// ```
pub fn inertia_of(matrix: &[f64], n: usize, zero_tol: f64) -> Option<Inertia> {
    let n_neg = count_below(matrix, n, -zero_tol)?;
    let above = signs(matrix, n, zero_tol)?;
    let not_above = (above.n_neg + above.n_zero).max(n_neg);
    Some(Inertia { n_neg, n_zero: not_above - n_neg, n_pos: n - not_above })
}
