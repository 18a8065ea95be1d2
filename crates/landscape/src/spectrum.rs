//! Eigenvalues and eigenvectors of the Hessian on the surface, guarded against matrices no solver can take.

use autodiff::Evaluator;

use symmetric::{eigenvalues, eigenvectors};

/// Eigenvalues of a symmetric matrix in ascending order with their eigenvectors.
#[derive(Clone, Debug)]
pub(crate) struct Eigen {
    /// Ascending, `(m,)`.
    pub values: Vec<f64>,
    /// Row `k` (m,) belongs to `values[k]`; `(m, m)`.
    vectors: Vec<f64>,
}

impl Eigen {
    /// Decomposition of a symmetric `m x m` matrix; `None` when an entry is not finite or the solver gives up.
    ///
    /// Householder tridiagonalisation and implicit QL: each eigenvalue is off by a small multiple of
    /// `m eps max|lambda|`, whatever its own size.
    pub fn of(matrix: &[f64], m: usize) -> Option<Self> {
        let (values, vectors) = eigenvectors(matrix, m)?;
        Some(Eigen { values, vectors })
    }

    /// The unit eigenvector (m,) of `values[k]`.
    pub fn vector(&self, k: usize) -> &[f64] {
        &self.vectors[k * self.values.len()..][..self.values.len()]
    }

    /// Largest absolute eigenvalue, the spectral norm.
    pub fn norm(&self) -> f64 {
        spectral_norm(&self.values)
    }
}

/// Largest absolute value among ascending eigenvalues; 0 for none.
pub(crate) fn spectral_norm(ascending: &[f64]) -> f64 {
    match ascending {
        [] => 0.0,
        [first, ..] => first.abs().max(ascending[ascending.len() - 1].abs()),
    }
}

/// Hessian on the surface at `x`: `m x m`, row-major, in an orthonormal basis of the tangent space; with the value
/// and the gradient (dim,) of R^dim.
pub(crate) fn tangent_hessian(eval: &mut Evaluator, x: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
    let (mut grad, mut hess) = (vec![0.0; x.len()], vec![0.0; x.len() * x.len()]);
    let f = eval.gradient(x, &mut grad);
    eval.hessian(x, &mut hess);
    let tangent = eval.objective().geometry().tangent_hessian(x, &grad, hess);
    (f, grad, tangent)
}

/// Eigenvalues, ascending, of the Hessian on the surface at `x` (dim,): `dim` of them, `dim - 1` on a sphere.
///
/// All NaN when the Hessian is not finite there.
pub fn tangent_spectrum(eval: &mut Evaluator, x: &[f64]) -> Vec<f64> {
    let m = eval.objective().geometry().tangent_dim(x.len());
    let (_, _, hess) = tangent_hessian(eval, x);
    eigenvalues(&hess, m).unwrap_or_else(|| vec![f64::NAN; m])
}
