//! The equations whose zeros are the critical points: the gradient, or that of the Lagrangian on a sphere.

use autodiff::{Encloser, Geometry, Interval};

use crate::inertia::Inertia;

/// Bounds of the equations and their derivatives; unknowns are x, on a sphere followed by the multiplier mu.
pub(super) struct System<'e, 'o> {
    encloser: &'e mut Encloser<'o>,
    /// Radius of the sphere.
    sphere: Option<f64>,
    grad: Vec<Interval>,
    value: Interval,
    /// Bounds of F (size,).
    pub residual: Vec<Interval>,
    /// Bounds of its derivatives (size x size), symmetric.
    pub jacobian: Vec<Interval>,
}

impl<'e, 'o> System<'e, 'o> {
    pub fn new(encloser: &'e mut Encloser<'o>) -> Self {
        let n = encloser.objective().dim();
        let sphere = match *encloser.objective().geometry() {
            Geometry::Flat => None,
            Geometry::Sphere { radius } => Some(radius),
        };
        System {
            encloser,
            sphere,
            grad: vec![Interval::ZERO; n],
            value: Interval::ENTIRE,
            residual: vec![],
            jacobian: vec![],
        }
    }

    /// Number of unknowns.
    pub fn size(&self) -> usize {
        self.grad.len() + usize::from(self.sphere.is_some())
    }

    /// The unknowns at `x` (dim,); `None` where the function is not smooth.
    pub fn centre(&mut self, x: &[f64]) -> Option<Vec<f64>> {
        let mut centre = x.to_vec();
        if self.sphere.is_some() {
            let multiplier = self.multiplier(&self.point(x))?.mid();
            centre.push(multiplier);
        }
        Some(centre)
    }

    /// A point as a box.
    pub fn point(&self, x: &[f64]) -> Vec<Interval> {
        x.iter().map(|&x| Interval::point(x)).collect()
    }

    /// The box of `radius` around the unknowns, with room for every multiplier there is on it.
    pub fn region(&mut self, centre: &[f64], radius: f64) -> Option<Vec<Interval>> {
        let n = self.grad.len();
        let mut region: Vec<Interval> = centre.iter().map(|&c| Interval::around(c, radius)).collect();
        if self.sphere.is_some() {
            let spread = (self.multiplier(&region[..n])? - Interval::point(centre[n])).mag();
            region[n] = Interval::around(centre[n], spread.max(radius) * 1.01);
        }
        Some(region)
    }

    /// Bounds of `x.g / R^2` on a box (dim,).
    fn multiplier(&mut self, x: &[Interval]) -> Option<Interval> {
        let radius = Interval::point(self.sphere?);
        let is_smooth = self.encloser.gradient(x, &mut self.grad).is_smooth;
        let product = x.iter().zip(&self.grad).fold(Interval::ZERO, |sum, (&x, &g)| sum + x * g);
        let multiplier = product / radius.square();
        (is_smooth && multiplier.is_bounded()).then_some(multiplier)
    }

    /// Fills residual and Jacobian with their bounds on a box of unknowns; false where the function is not smooth.
    pub fn enclose(&mut self, region: &[Interval]) -> bool {
        let n = self.grad.len();
        let x = &region[..n];
        self.jacobian.resize(self.size() * self.size(), Interval::ZERO);
        let bound = self.encloser.hessian(x, &mut self.grad, &mut self.jacobian[..n * n]);
        self.value = bound.value;
        match self.sphere {
            None => self.residual.clone_from(&self.grad),
            Some(radius) => {
                let (m, mu) = (n + 1, region[n]);
                let squares = x.iter().fold(Interval::ZERO, |sum, x| sum + x.square());
                self.residual.clear();
                self.residual.extend(self.grad.iter().zip(x).map(|(&g, &x)| g - mu * x));
                self.residual.push((Interval::point(radius).square() - squares) * 0.5);
                // The Hessian's rows, from the last, to where those of the larger matrix are.
                for i in (1..n).rev() {
                    self.jacobian.copy_within(i * n..(i + 1) * n, i * m);
                }
                self.jacobian[n * m + n] = Interval::ZERO;
                for (i, &x) in x.iter().enumerate() {
                    self.jacobian[i * m + i] = self.jacobian[i * m + i] - mu;
                    self.jacobian[i * m + n] = -x;
                    self.jacobian[n * m + i] = -x;
                }
            }
        }
        bound.is_smooth && self.residual.iter().chain(&self.jacobian).all(|bound| bound.is_bounded())
    }

    /// Bounds of f at the zero in the box enclosed last: its values there, and with the multiplier mu of the centre c (0 on
    /// flat space) `f(c) + mu (R^2 - |c|^2)/2 + (g(X) - mu X) (X - c)`, the Lagrangian, which equals f on the sphere.
    pub fn value(&mut self, centre: &[f64], region: &[Interval]) -> Interval {
        let n = self.grad.len();
        let c = self.point(&centre[..n]);
        let mut value = self.encloser.value(&c).value;
        let mu = Interval::point(centre.get(n).copied().unwrap_or(0.0));
        if let Some(radius) = self.sphere {
            let squares = c.iter().fold(Interval::ZERO, |sum, c| sum + c.square());
            value = value + mu * (Interval::point(radius).square() - squares) * 0.5;
        }
        for ((&c, &x), &g) in c.iter().zip(region).zip(&self.grad) {
            value = value + (g - mu * x) * (x - c);
        }
        value.intersection(self.value).unwrap_or(self.value)
    }

    /// Signs on the surface from those of the system.
    pub fn on_surface(&self, signs: Inertia) -> Inertia {
        match self.sphere {
            None => signs,
            Some(_) => Inertia { n_neg: signs.n_neg - 1, n_pos: signs.n_pos - 1, ..signs },
        }
    }
}
