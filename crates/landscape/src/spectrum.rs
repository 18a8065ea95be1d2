//! Eigenvalues and eigenvectors of the Hessian on the surface, guarded against matrices no solver can take.

use autodiff::Evaluator;

use symmetric::{eigenvalues, eigenvectors, zeros};

/// Eigenvalues of a symmetric matrix in ascending order with their eigenvectors.
#[derive(Clone, Debug)]
pub(crate) struct Eigen {
    /// Ascending, `(m,)`.
    pub values: Vec<f64>,
    /// Row `k` (m,) belongs to `values[k]`; `(m, m)`.
    vectors: Vec<f64>,
}

impl Eigen {
    /// Decomposition of a symmetric `m x m` matrix, in its memory and that of one more; `None` when an entry is not finite or the solver gives up.
    ///
    /// Householder tridiagonalisation and implicit QL: each eigenvalue is off by a small multiple of
    /// `m eps max|lambda|`, whatever its own size.
    pub fn of(matrix: Vec<f64>, m: usize) -> Option<Self> {
        let (values, vectors) = eigenvectors(matrix, m)?;
        Some(Eigen { values, vectors })
    }

    /// Lets go of the eigenvectors, a matrix; the values stay.
    pub fn forget_vectors(&mut self) {
        self.vectors = vec![];
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

/// Value and gradient (dim,) of R^dim at a point.
pub(crate) struct FirstOrder {
    pub f: f64,
    pub grad: Vec<f64>,
}

impl FirstOrder {
    /// Costs one gradient.
    pub fn at(eval: &mut Evaluator, x: &[f64]) -> Self {
        let mut grad = vec![0.0; x.len()];
        FirstOrder { f: eval.gradient(x, &mut grad), grad }
    }

    /// Hessian on the surface at the same `x`: `m x m`, row-major, in an orthonormal basis of the tangent space, with room to
    /// be decomposed where it lies.
    pub fn tangent_hessian(&self, eval: &mut Evaluator, x: &[f64]) -> Vec<f64> {
        let mut hess = zeros(x.len());
        eval.hessian(x, &mut hess);
        eval.objective().geometry().tangent_hessian(x, &self.grad, hess)
    }
}

/// Eigenvalues, ascending, of the Hessian on the surface at `x` (dim,): `dim` of them, `dim - 1` on a sphere.
///
/// All NaN when the Hessian is not finite there. Takes the memory of one matrix of this size.
pub fn tangent_spectrum(eval: &mut Evaluator, x: &[f64]) -> Vec<f64> {
    let m = eval.objective().geometry().tangent_dim(x.len());
    let hess = FirstOrder::at(eval, x).tangent_hessian(eval, x);
    eigenvalues(hess, m).unwrap_or_else(|| vec![f64::NAN; m])
}
