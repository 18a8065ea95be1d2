//! Eigenvalues and eigenvectors of the Hessian on the surface, guarded against matrices no solver can take.

use autodiff::Evaluator;
use nalgebra::{DMatrix, SymmetricEigen};

/// QR sweeps allowed per row; two or three are usual. The solver has no limit of its own and would never return
/// from a matrix with a NaN in it.
const SWEEPS_PER_ROW: usize = 60;

/// Eigenvalues of a symmetric matrix in ascending order with their eigenvectors.
#[derive(Clone, Debug)]
pub(crate) struct Eigen {
    /// Ascending, `(m,)`.
    pub values: Vec<f64>,
    /// Column `k` belongs to `values[k]`.
    pub vectors: DMatrix<f64>,
}

impl Eigen {
    /// Decomposition of a symmetric `m x m` matrix; `None` when an entry is not finite or the solver gives up.
    ///
    /// Householder tridiagonalisation and implicit QR: each eigenvalue is off by a small multiple of
    /// `m eps max|lambda|`, whatever its own size.
    pub fn of(matrix: Vec<f64>, m: usize) -> Option<Self> {
        assert_eq!(matrix.len(), m * m, "a square matrix");
        if matrix.iter().any(|a| !a.is_finite()) {
            return None;
        }
        if m == 0 {
            return Some(Eigen { values: vec![], vectors: DMatrix::zeros(0, 0) });
        }
        let matrix = DMatrix::from_vec(m, m, matrix);
        let solved = SymmetricEigen::try_new(matrix, f64::EPSILON, SWEEPS_PER_ROW * m + 100)?;
        let mut order: Vec<usize> = (0..m).collect();
        order.sort_by(|&a, &b| solved.eigenvalues[a].total_cmp(&solved.eigenvalues[b]));
        let values = order.iter().map(|&k| solved.eigenvalues[k]).collect();
        let columns: Vec<_> = order.iter().map(|&k| solved.eigenvectors.column(k)).collect();
        Some(Eigen { values, vectors: DMatrix::from_columns(&columns) })
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
    let tangent = eval.objective().geometry().tangent_hessian(x, &grad, &hess);
    (f, grad, tangent)
}

/// Eigenvalues, ascending, of the Hessian on the surface at `x` (dim,): `dim` of them, `dim - 1` on a sphere.
///
/// All NaN when the Hessian is not finite there.
pub fn tangent_spectrum(eval: &mut Evaluator, x: &[f64]) -> Vec<f64> {
    let m = eval.objective().geometry().tangent_dim(x.len());
    let (_, _, hess) = tangent_hessian(eval, x);
    Eigen::of(hess, m).map_or_else(|| vec![f64::NAN; m], |eigen| eigen.values)
}
