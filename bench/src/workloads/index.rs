//! W7: how many eigenvalues of a symmetric matrix are negative.

use super::eigenvalues::eigenvalues;
use crate::input::symmetric_matrix;
use crate::{Job, Params};

/// The result is that one number.
pub fn prepare(params: &Params) -> Job {
    let (n, repeats) = (params.count("n"), params.count("repeats"));
    let matrix = symmetric_matrix(n);
    Box::new(move |_| {
        let mut index = 0;
        for _ in 0..repeats {
            // From the spectrum, for want of a factorisation.
            index = eigenvalues(&matrix, n).iter().filter(|&&lambda| lambda < 0.0).count();
        }
        vec![index as f64]
    })
}
