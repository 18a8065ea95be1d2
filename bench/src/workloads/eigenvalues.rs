//! W7: eigenvalues of a symmetric matrix.

use nalgebra::DMatrix;

use crate::input::symmetric_matrix;
use crate::{Job, Params};

/// The result is the eigenvalues in ascending order.
pub fn prepare(params: &Params) -> Job {
    let (n, repeats) = (params.count("n"), params.count("repeats"));
    let matrix = symmetric_matrix(n);
    Box::new(move |_| {
        let mut spectrum = Vec::new();
        for _ in 0..repeats {
            spectrum = eigenvalues(&matrix, n);
        }
        spectrum
    })
}

/// Ascending.
pub fn eigenvalues(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut spectrum = DMatrix::from_row_slice(n, n, matrix).symmetric_eigenvalues().as_slice().to_vec();
    spectrum.sort_by(f64::total_cmp);
    spectrum
}
