//! W7: eigenvalues of a symmetric matrix.

use crate::input::symmetric_matrix;
use crate::{Job, Params};

/// The result is the eigenvalues in ascending order.
pub fn prepare(params: &Params) -> Job {
    let (n, repeats) = (params.count("n"), params.count("repeats"));
    let matrix = symmetric_matrix(n);
    Box::new(move |_| {
        let mut spectrum = Vec::new();
        for _ in 0..repeats {
            spectrum = landscape::eigenvalues(&matrix, n).expect("finite entries");
        }
        spectrum
    })
}
