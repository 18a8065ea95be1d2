//! W4: the exact Hessian of a network's mean loss over all digits.

use super::digits::{network, starts};
use crate::{Job, Params};

/// The result is the Hessian at one random network, row by row.
pub fn prepare(params: &Params) -> Job {
    let hidden = params.count("hidden");
    let objective = network(hidden).objective;
    let x = starts(hidden, 1);
    Box::new(move |_| {
        let mut at = objective.evaluator().on_all_threads();
        let mut hess = vec![0.0; x.len() * x.len()];
        at.hessian(&x, &mut hess);
        hess
    })
}
