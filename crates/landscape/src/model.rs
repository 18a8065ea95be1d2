//! The function seen from one point, to second order, along its surface and in the Hessian's own axes.

use autodiff::{Evaluator, Geometry};

use crate::criteria::Criteria;
use crate::inertia::zero_tolerance;
use crate::spectrum::{Eigen, FirstOrder};

/// Rounding errors that reach a gradient add up like a random walk; this many standard steps are allowed.
const FLOOR_FACTOR: f64 = 10.0;

/// Value, gradient and eigen-decomposed Hessian on the surface at one point.
///
/// Keeps one matrix, the eigenvectors, and takes two while it is made. So a search that holds one model lets go of its
/// eigenvectors before it makes the next, and never needs more than two.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub f: f64,
    /// Length of the gradient on the surface.
    pub grad_norm: f64,
    /// The gradient along each eigenvector, `(m,)`.
    pub slopes: Vec<f64>,
    /// The Hessian on the surface.
    pub eigen: Eigen,
    /// Below this the gradient cannot be told from zero, see `rounding_floor`.
    grad_floor: f64,
    /// `max(1, |x|)`, the length that step caps and rounding are measured against.
    pub scale: f64,
}

impl Model {
    /// `None` when value, gradient or Hessian are not finite. Costs one gradient and one Hessian.
    pub fn at(eval: &mut Evaluator, x: &[f64]) -> Option<Self> {
        let ahead = Self::ahead(eval, x)?;
        Self::of(ahead, eval, x)
    }

    /// What is known before the Hessian; `None` when the point or the value is not finite. Costs one gradient.
    pub fn ahead(eval: &mut Evaluator, x: &[f64]) -> Option<FirstOrder> {
        let ahead = x.iter().all(|x| x.is_finite()).then(|| FirstOrder::at(eval, x))?;
        ahead.f.is_finite().then_some(ahead)
    }

    /// The model at `x`, where value and gradient are those `ahead`. Costs one Hessian.
    pub fn of(ahead: FirstOrder, eval: &mut Evaluator, x: &[f64]) -> Option<Self> {
        let geometry = *eval.objective().geometry();
        let hess = ahead.tangent_hessian(eval, x);
        let FirstOrder { f, grad } = ahead;
        let tangent_grad = geometry.to_tangent(x, &grad);
        let grad_floor = rounding_floor(&geometry, x, &hess);
        let eigen = Eigen::of(hess, tangent_grad.len())?;
        let slopes = in_eigen_axes(&eigen, &tangent_grad);
        let (grad_norm, scale) = (norm(&slopes), norm(x).max(1.0));
        (grad_norm.is_finite() && scale.is_finite()).then_some(Model { f, grad_norm, slopes, eigen, grad_floor, scale })
    }

    /// `|H|`, the largest absolute eigenvalue.
    pub fn hess_norm(&self) -> f64 {
        self.eigen.norm()
    }

    /// The zero tolerance of the eigenvalues here.
    pub fn zero_tol(&self, criteria: &Criteria) -> f64 {
        zero_tolerance(&self.eigen.values, criteria)
    }

    /// Test of size: `|g|^2 <= grad_sq_tol` or `|g| <= grad_rel_tol max(1, |H|)`.
    pub fn has_small_gradient(&self, criteria: &Criteria) -> bool {
        self.grad_norm * self.grad_norm <= criteria.grad_sq_tol || self.grad_norm <= self.relative_grad_tol(criteria)
    }

    /// The bound for a badly scaled loss, `grad_rel_tol max(1, |H|)`.
    pub fn relative_grad_tol(&self, criteria: &Criteria) -> f64 {
        criteria.grad_rel_tol * self.hess_norm().max(1.0)
    }

    /// The rounding floor of the gradient.
    pub fn grad_floor(&self) -> f64 {
        self.grad_floor
    }

    /// `|Hg| / (|H| |g|)` between 0 and 1 for the gradient given along the eigenvectors; 0 when H is 0, else 1 when
    /// the gradient is.
    pub fn flat_ratio(&self, slopes: &[f64]) -> f64 {
        let (hess_norm, grad_norm) = (self.hess_norm(), norm(slopes));
        if hess_norm == 0.0 {
            return 0.0;
        }
        let bent: Vec<f64> =
            slopes.iter().zip(&self.eigen.values).map(|(s, lambda)| s * (lambda / hess_norm)).collect();
        if grad_norm == 0.0 { 1.0 } else { norm(&bent) / grad_norm }
    }

    /// The least-norm Newton step for the gradient `slopes`, along the eigenvectors: `-slope / lambda` where
    /// `|lambda| > cut`, nothing elsewhere.
    pub fn newton_step(&self, slopes: &[f64], cut: f64) -> Vec<f64> {
        let component = |(&slope, &lambda): (&f64, &f64)| if lambda.abs() > cut { -slope / lambda } else { 0.0 };
        slopes.iter().zip(&self.eigen.values).map(component).collect()
    }

    /// `|Hp + g| / |g|` for that step: the share of the gradient that no Newton step can remove. 0 for g = 0.
    pub fn mr_residual(&self, slopes: &[f64], cut: f64) -> f64 {
        let whole = norm(slopes);
        let left = |(&slope, &lambda): (&f64, &f64)| if lambda.abs() > cut { 0.0 } else { slope };
        let left: Vec<f64> = slopes.iter().zip(&self.eigen.values).map(left).collect();
        if whole == 0.0 { 0.0 } else { norm(&left) / whole }
    }

    /// Share, between 0 and 1, of a vector (dim,) along the surface that lies along eigenvectors within `zero_tol`.
    pub fn share_in_kernel(&self, eval: &Evaluator, x: &[f64], vector: &[f64], zero_tol: f64) -> f64 {
        let along = in_eigen_axes(&self.eigen, &eval.objective().geometry().to_tangent(x, vector));
        let flat = |(&a, &lambda): (&f64, &f64)| if lambda.abs() <= zero_tol { a } else { 0.0 };
        let in_kernel: Vec<f64> = along.iter().zip(&self.eigen.values).map(flat).collect();
        if norm(&along) == 0.0 { 0.0 } else { norm(&in_kernel) / norm(&along) }
    }

    /// The step that lowers `|g|` with damping `mu`: `-slope lambda / (lambda^2 + mu^2)`, Gauss-Newton on |g|^2/2
    /// (Levenberg 1944), in which nearly flat directions hardly move.
    pub fn damped_step(&self, mu: f64) -> Vec<f64> {
        let component = |(&slope, &lambda): (&f64, &f64)| -slope * lambda / (lambda * lambda + mu * mu);
        self.slopes.iter().zip(&self.eigen.values).map(component).collect()
    }

    /// The vector (dim,) of a step given along the eigenvectors at `x`, where this model was made.
    pub fn ambient(&self, eval: &Evaluator, x: &[f64], step: &[f64]) -> Vec<f64> {
        let mut coordinates = vec![0.0; step.len()];
        for (k, &share) in step.iter().enumerate() {
            if share != 0.0 {
                for (c, v) in coordinates.iter_mut().zip(self.eigen.vector(k)) {
                    *c += share * v;
                }
            }
        }
        eval.objective().geometry().from_tangent(x, &coordinates)
    }

    /// The point reached from `x`, where this model was made, by a step given along the eigenvectors.
    pub fn moved(&self, eval: &Evaluator, x: &[f64], step: &[f64]) -> Vec<f64> {
        let ambient = self.ambient(eval, x, step);
        let mut moved: Vec<f64> = x.iter().zip(&ambient).map(|(x, step)| x + step).collect();
        eval.objective().geometry().retract(&mut moved);
        moved
    }

    /// The gradient on the surface at a point `y` close to `x`, along the eigenvectors at `x`.
    pub fn slopes_at(&self, eval: &mut Evaluator, x: &[f64], y: &[f64]) -> Vec<f64> {
        let geometry = *eval.objective().geometry();
        let mut grad = vec![0.0; y.len()];
        eval.gradient(y, &mut grad);
        geometry.project(y, &mut grad);
        in_eigen_axes(&self.eigen, &geometry.to_tangent(x, &grad))
    }
}

/// What rounding can do to a gradient: `10 eps sqrt(sum_j |H e_j|^2 (x_j^2 + 1/n))`.
///
/// Rounding coordinate `x_j`, or a product with it, moves the gradient by `eps |x_j|` times column j of the Hessian;
/// such errors add up like a random walk. `1/n` stands for the numbers of order one in the function itself. Large
/// coordinates that the function does not feel (saturated units of a network) do not count, unlike in the simpler
/// bound `eps |H| |x|`, which would call their small but real gradients rounding. On a sphere the Hessian is that in
/// tangent coordinates and all coordinates count as of equal size. `hess` (m x m).
fn rounding_floor(geometry: &Geometry, x: &[f64], hess: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean_square = x.iter().map(|x| x * x).sum::<f64>() / n;
    let m = geometry.tangent_dim(x.len());
    let square = |j: usize| if *geometry == Geometry::Flat { x[j] * x[j] } else { mean_square };
    let column = |j: usize| hess[j * m..][..m].iter().map(|h| h * h).sum::<f64>() * (square(j) + 1.0 / n);
    FLOOR_FACTOR * f64::EPSILON * (0..m).map(column).sum::<f64>().sqrt()
}

/// Length of the gradient on the surface at `x`; NaN or infinite when the gradient is. Costs one gradient.
pub(crate) fn grad_norm_at(eval: &mut Evaluator, x: &[f64]) -> f64 {
    let mut grad = vec![0.0; x.len()];
    eval.gradient(x, &mut grad);
    eval.objective().geometry().project(x, &mut grad);
    norm(&grad)
}

/// Shortens `step` to `longest` when it is longer.
pub(crate) fn cap(step: &mut [f64], longest: f64) {
    let length = norm(step);
    if length > longest {
        step.iter_mut().for_each(|s| *s *= longest / length);
    }
}

/// Euclidean length.
pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|a| a * a).sum::<f64>().sqrt()
}

fn in_eigen_axes(eigen: &Eigen, coordinates: &[f64]) -> Vec<f64> {
    let along = |k: usize| eigen.vector(k).iter().zip(coordinates).map(|(v, c)| v * c).sum();
    (0..coordinates.len()).map(along).collect()
}
