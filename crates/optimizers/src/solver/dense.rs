//! How large a problem may be for solvers that keep a dense Hessian.

use autodiff::Objective;

/// Two matrices of `4096 x 4096` take a quarter of a GiB; decomposing one takes a minute.
const MOST_VARIABLES: usize = 4096;

/// Matrices of dim x dim at a time: the Hessian and its factor, or two sets of eigenvectors, one made of the other.
const MATRICES: usize = 2;

/// Refuses a problem with more variables than a dense Hessian is good for.
pub(crate) fn suits_dense(objective: &Objective) -> Result<(), String> {
    let dim = objective.dim();
    if dim <= MOST_VARIABLES {
        return Ok(());
    }
    let memory = (MATRICES * 8) as f64 * (dim as f64).powi(2) / f64::from(1 << 30);
    Err(format!(
        "it keeps a dense Hessian, for {dim} variables {MATRICES} matrices of {dim} x {dim}, {memory:.1} GiB, and each \
         costs as much as {dim} gradients; the limit is {MOST_VARIABLES} variables; use newton_cg or \
         trust_region_newton (Hessian-vector products), or lbfgs (gradients)"
    ))
}
