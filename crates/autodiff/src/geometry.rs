//! The surface a problem lives on, and derivatives along it: flat space or a sphere.

use crate::points::Points;

/// Where the points of a problem live. Tangent vectors, gradient and Hessian below are those of the surface
/// (Riemannian); on flat space they are the ordinary ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Geometry {
    /// All of R^dim.
    Flat,
    /// The sphere `|x| = radius` around the origin.
    Sphere {
        /// Distance from the origin, positive.
        radius: f64,
    },
}

impl Geometry {
    /// Dimension of the tangent space at a point of R^dim.
    pub fn tangent_dim(&self, dim: usize) -> usize {
        match self {
            Geometry::Flat => dim,
            Geometry::Sphere { .. } => dim - 1,
        }
    }

    /// Projects `v` (dim,) to the tangent space at `x`; turns a gradient of R^dim into that of the surface.
    pub fn project(&self, x: &[f64], v: &mut [f64]) {
        if let Geometry::Sphere { .. } = self {
            let share = dot(x, v) / dot(x, x);
            for (v, x) in v.iter_mut().zip(x) {
                *v -= share * x;
            }
        }
    }

    /// Puts `x` back on the surface after a tangent step was added to it.
    pub fn retract(&self, x: &mut [f64]) {
        if let Geometry::Sphere { radius } = self {
            let scale = radius / dot(x, x).sqrt();
            for x in x {
                *x *= scale;
            }
        }
    }

    /// [`Geometry::project`] for `width` points side by side (all dim x width, see [`crate::Points`]), the same bits.
    pub fn project_lanes(&self, width: usize, x: &[f64], v: &mut [f64]) {
        if let Geometry::Sphere { .. } = self {
            let (mut shares, squares) = (lane_dots(width, x, v), lane_dots(width, x, x));
            shares[..width].iter_mut().zip(&squares).for_each(|(share, square)| *share /= square);
            for (v, x) in v.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                v.iter_mut().zip(x).zip(&shares).for_each(|((v, x), share)| *v -= share * x);
            }
        }
    }

    /// [`Geometry::retract`] for `width` points side by side (dim x width), the same bits.
    pub fn retract_lanes(&self, width: usize, x: &mut [f64]) {
        if let Geometry::Sphere { radius } = self {
            let mut scales = lane_dots(width, x, x);
            scales[..width].iter_mut().for_each(|scale| *scale = radius / scale.sqrt());
            for x in x.chunks_exact_mut(width) {
                x.iter_mut().zip(&scales).for_each(|(x, scale)| *x *= scale);
            }
        }
    }

    /// Coordinates (m,) of the tangent part of `v` (dim,) in an orthonormal basis of the tangent space at `x`.
    ///
    /// On the sphere the basis is columns 2.. of the Householder reflection that maps the first axis to +-x/|x|.
    pub fn to_tangent(&self, x: &[f64], v: &[f64]) -> Vec<f64> {
        match self {
            Geometry::Flat => v.to_vec(),
            Geometry::Sphere { .. } => {
                let mut v = v.to_vec();
                Reflection::to_first_axis(x).apply(&mut v);
                v.remove(0);
                v
            }
        }
    }

    /// The vector (dim,) whose tangent coordinates at `x` are `c` (m,).
    pub fn from_tangent(&self, x: &[f64], c: &[f64]) -> Vec<f64> {
        match self {
            Geometry::Flat => c.to_vec(),
            Geometry::Sphere { .. } => {
                let mut v = Vec::with_capacity(c.len() + 1);
                v.push(0.0);
                v.extend_from_slice(c);
                Reflection::to_first_axis(x).apply(&mut v);
                v
            }
        }
    }

    /// Hessian (m x m, row-major, symmetric) of the function restricted to the surface, in the basis of
    /// [`Geometry::to_tangent`], from gradient (dim,) and Hessian (dim x dim) in R^dim, in whose place it comes.
    ///
    /// Sphere: `P (H - (x.g / |x|^2) I) P`, the shift being the curvature of the surface itself.
    pub fn tangent_hessian(&self, x: &[f64], grad: &[f64], mut hess: Vec<f64>) -> Vec<f64> {
        let n = x.len();
        assert_eq!((grad.len(), hess.len()), (n, n * n), "gradient and Hessian of one function");
        if let Geometry::Sphere { .. } = self {
            let shift = dot(x, grad) / dot(x, x);
            let reflection = Reflection::to_first_axis(x);
            for (i, row) in hess.chunks_exact_mut(n).enumerate() {
                row[i] -= shift;
                reflection.apply(row);
            }
            reflection.apply_left(&mut hess);
            // The first row and column are the direction away from the surface. Each entry moves to where nothing is left to
            // be read: both entries of a pair are averaged first.
            for i in 1..n {
                for j in 1..i {
                    let mean = 0.5 * (hess[i * n + j] + hess[j * n + i]);
                    hess[i * n + j] = mean;
                    hess[j * n + i] = mean;
                }
            }
            for i in 1..n {
                hess.copy_within(i * n + 1..(i + 1) * n, (i - 1) * (n - 1));
            }
            hess.truncate((n - 1) * (n - 1));
        }
        hess
    }
}

/// The Householder reflection `I - w w^T / half_square` that maps x to a multiple of the first axis.
struct Reflection {
    w: Vec<f64>,
    half_square: f64,
}

impl Reflection {
    fn to_first_axis(x: &[f64]) -> Self {
        let norm = dot(x, x).sqrt();
        let mut w: Vec<f64> = x.iter().map(|x| x / norm).collect();
        let first = w[0];
        // The sign that adds, so that nothing cancels: half_square >= 1.
        w[0] += 1f64.copysign(first);
        Reflection { half_square: 1.0 + first.abs(), w }
    }

    fn apply(&self, v: &mut [f64]) {
        let share = dot(&self.w, v) / self.half_square;
        for (v, w) in v.iter_mut().zip(&self.w) {
            *v -= share * w;
        }
    }

    /// Reflects every column of a square row-major matrix.
    fn apply_left(&self, matrix: &mut [f64]) {
        let n = self.w.len();
        let mut shares = vec![0.0; n];
        for (row, w) in matrix.chunks_exact(n).zip(&self.w) {
            for (share, a) in shares.iter_mut().zip(row) {
                *share += w * a;
            }
        }
        for (row, w) in matrix.chunks_exact_mut(n).zip(&self.w) {
            for (a, share) in row.iter_mut().zip(&shares) {
                *a -= share / self.half_square * w;
            }
        }
    }
}

/// The scalar product of each of `width` pairs of vectors side by side, summed coordinate by coordinate like [`dot`].
fn lane_dots(width: usize, a: &[f64], b: &[f64]) -> [f64; Points::WIDEST] {
    // What an iterator's sum begins with.
    let mut sums = [-0.0; Points::WIDEST];
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
