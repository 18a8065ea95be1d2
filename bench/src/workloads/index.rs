//! W7: how many eigenvalues of a symmetric matrix are negative.

use crate::input::symmetric_matrix;
use crate::{Job, Params};

/// The result is that one number.
pub fn prepare(params: &Params) -> Job {
    let (n, repeats) = (params.count("n"), params.count("repeats"));
    let matrix = symmetric_matrix(n);
    Box::new(move |_| {
        let mut index = 0;
        for _ in 0..repeats {
            index = landscape::count_below(&matrix, n, 0.0).expect("finite entries");
        }
        vec![index as f64]
    })
}
