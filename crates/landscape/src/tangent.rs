//! The Hessian on the surface as a product with vectors: second order without a matrix.

use autodiff::{Evaluator, Geometry};

use crate::model::{grad_norm_at, norm};

/// Value, gradient and Hessian on the surface at one point; the Hessian only as a map of vectors.
///
/// Vectors are coordinates (m,) in the orthonormal basis of the tangent space that [`crate::tangent_spectrum`] uses: m =
/// dim on flat space and dim - 1 on a sphere, where the map is `P (H - (x.g / |x|^2) I) P` and has no zero eigenvalue along
/// x. A product costs one Hessian-vector product, about two gradients, and memory of a few vectors.
///
/// ```
/// use autodiff::{Objective, Scalar};
/// let f = Objective::formula(2, |x| x[0].square() * 1.5 - x[0] * x[1]);
/// let mut eval = f.evaluator();
/// let mut hessian = landscape::TangentHessian::at(&mut eval, &[1.0, 2.0]);
/// let mut product = [0.0; 2];
/// hessian.multiply(&[1.0, 1.0], &mut product);
/// assert_eq!(product, [2.0, -1.0]);
/// assert_eq!(hessian.grad(), [1.0, -1.0]);
/// ```
pub struct TangentHessian<'e, 'o> {
    eval: &'e mut Evaluator<'o>,
    x: Vec<f64>,
    f: f64,
    grad: Vec<f64>,
    /// What the bending of the surface takes off the diagonal.
    shift: f64,
    product: Vec<f64>,
}

impl<'e, 'o> TangentHessian<'e, 'o> {
    /// The function around `x` (dim,), a point of the surface. Costs one gradient.
    pub fn at(eval: &'e mut Evaluator<'o>, x: &[f64]) -> Self {
        let geometry = *eval.objective().geometry();
        let mut grad = vec![0.0; x.len()];
        let f = eval.gradient(x, &mut grad);
        let shift = match geometry {
            Geometry::Flat => 0.0,
            Geometry::Sphere { .. } => dot(x, &grad) / dot(x, x),
        };
        let grad = geometry.to_tangent(x, &grad);
        TangentHessian { eval, x: x.to_vec(), f, grad, shift, product: vec![0.0; x.len()] }
    }

    /// Dimension m of the tangent space.
    pub fn size(&self) -> usize {
        self.grad.len()
    }

    /// Value at the point.
    pub fn value(&self) -> f64 {
        self.f
    }

    /// Gradient on the surface (m,).
    pub fn grad(&self) -> &[f64] {
        &self.grad
    }

    /// Whether value and gradient are numbers.
    pub(crate) fn is_finite(&self) -> bool {
        self.f.is_finite() && self.grad.iter().all(|g| g.is_finite())
    }

    /// `out <- H v` (m,).
    pub fn multiply(&mut self, v: &[f64], out: &mut [f64]) {
        let geometry = *self.eval.objective().geometry();
        if geometry == Geometry::Flat {
            return self.eval.hvp(&self.x, v, out);
        }
        let direction = geometry.from_tangent(&self.x, v);
        self.eval.hvp(&self.x, &direction, &mut self.product);
        self.product.iter_mut().zip(&direction).for_each(|(product, v)| *product -= self.shift * v);
        out.copy_from_slice(&geometry.to_tangent(&self.x, &self.product));
    }

    /// The point reached by the step (m,), on the surface.
    pub(crate) fn moved(&self, step: &[f64]) -> Vec<f64> {
        let geometry = self.eval.objective().geometry();
        let step = geometry.from_tangent(&self.x, step);
        let mut moved: Vec<f64> = self.x.iter().zip(&step).map(|(x, p)| x + p).collect();
        geometry.retract(&mut moved);
        moved
    }

    /// Length of the gradient on the surface at another point. Costs one gradient.
    pub(crate) fn grad_norm_at(&mut self, y: &[f64]) -> f64 {
        grad_norm_at(self.eval, y)
    }

    /// `max(1, |x|)`, the length that steps are measured against.
    pub(crate) fn scale(&self) -> f64 {
        norm(&self.x).max(1.0)
    }
}

/// Numbers summed side by side.
const LANES: usize = 8;

/// `a . b`, in one written-out order: eight running sums, so that long vectors are read at the speed of memory.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a, b) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.0.iter().zip(b.0) {
        for k in 0..LANES {
            sums[k] += a[k] * b[k];
        }
    }
    let rest: f64 = a.1.iter().zip(b.1).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// `y <- y + factor x`.
pub(crate) fn add(y: &mut [f64], factor: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += factor * x);
}
