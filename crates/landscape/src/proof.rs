//! Proof of a critical point: that one exists in a small box, that it is the only one there, and its index.

mod frame;
mod system;

use autodiff::{Encloser, Interval};

pub(crate) use frame::Frame;
use system::System;

use crate::inertia::Inertia;

/// Boxes are tried with the radius that the Newton step asks for, then with so many times that.
const RADII: [f64; 3] = [1.0, 8.0, 64.0];

/// What could be proved about a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// In the box of all y with `|y_i - x_i| <= radius` lies exactly one critical point.
    Proved {
        /// How far along an axis the critical point may be from x.
        radius: f64,
        /// Signs of the Hessian's eigenvalues at every point of the box, so at the critical one (of the Riemannian
        /// Hessian on a sphere, at the critical one); none is zero.
        inertia: Inertia,
        /// Holds the value at the critical point.
        value: Interval,
    },
    /// Nothing is shown, neither that there is a critical point nor that there is none.
    NotProved {
        /// Which step failed, with its numbers.
        why: String,
    },
}

impl Proof {
    /// Whether a critical point is proved.
    pub fn is_proved(&self) -> bool {
        matches!(self, Proof::Proved { .. })
    }

    fn not(why: impl Into<String>) -> Self {
        Proof::NotProved { why: why.into() }
    }
}

/// Tries to prove a critical point at `x` (dim,), given to rounding: polish it first.
///
/// Krawczyk's operator (1969) on the equations `F = 0`, with the box X around x, bounds J(X) of their derivatives and
/// `C`, an approximate inverse of `J(x)`:
///
/// ```text
/// K(X) = x - C F(x) + (I - C J(X)) (X - x);   K(X) inside X => exactly one zero of F in X
/// ```
///
/// (existence by Brouwer's theorem, uniqueness because `|I - C J| < 1` in a norm; Neumaier, Interval Methods for Systems
/// of Equations, 1990, ch. 5). The index: with rows v_k of approximate eigenvectors divided by `sqrt|lambda_k|`, let
/// `B = V J(X) V^T`. When every matrix in B is strictly diagonally dominant, V and every matrix in J(X) are nonsingular,
/// and by Sylvester's law the signs of B's diagonal are those of the eigenvalues all over the box. Everything is computed
/// with outward rounding; what that rests on is said at [`Interval`].
///
/// On flat space F is the gradient. On the sphere `|x| = R` it is that of `f - mu (|x|^2 - R^2)/2` in (x, mu):
/// `F = (g - mu x, (R^2 - |x|^2)/2)` with `J = [[H - mu I, -x], [-x^T, 0]]`. In the directions (tangent, radial, mu) J is
/// `[[T, b, 0], [b^T, c, -R], [0, -R, 0]]` with T the Riemannian Hessian at a critical point; eliminating b and c with
/// the last row leaves T and `[[0, -R], [-R, 0]]`: one negative and one positive eigenvalue more. mu ranges over bounds of
/// `x.g / R^2` on the box, the only multipliers there are, so uniqueness is that of the point.
///
/// A degenerate point is never proved, nor one on a family of equivalent points (`zero_modes`, the zero eigenvalues that
/// declared symmetries account for, enters the message only): its Hessian is singular. On a slice across the family, a
/// vanishing gradient of the restriction would do, `T_x` being the tangent of the family and g orthogonal to it; but that
/// argument needs the generators of the symmetry, and only their number is declared. A kink in the box is not passed over
/// either.
///
/// Memory: four N x N matrices of numbers, as a bound is two of them: bounds of J, the rows v_k, and C.
/// [`too_large_to_prove`](crate::too_large_to_prove) says up to which N. The work is N passes over the recorded
/// function and about 3 N^3 products of bounds for each box.
///
/// ```
/// use autodiff::{Objective, Scalar};
/// use landscape::{Proof, prove};
/// let f = Objective::formula(2, |x| x[0].square() * (x[0].square() - 2.0) + x[1].square());
/// let Proof::Proved { radius, inertia, .. } = prove(&mut f.encloser(), &[1.0, 1e-9], 0) else { panic!() };
/// assert!(radius < 1e-8 && inertia.n_neg == 0);
/// // f = x^3/3 + x has no critical point, and its gradient is least at 0.
/// let control = Objective::formula(1, |x| x[0].powi(3) / 3.0 + x[0]);
/// assert!(!prove(&mut control.encloser(), &[0.0], 0).is_proved());
/// ```
pub fn prove(encloser: &mut Encloser, x: &[f64], zero_modes: usize) -> Proof {
    assert_eq!(x.len(), encloser.objective().dim(), "a point of the objective's dimension");
    if x.iter().any(|x| !x.is_finite()) {
        return Proof::not("the point is not finite");
    }
    let mut system = System::new(encloser);
    let Some(centre) = system.centre(x) else {
        return Proof::not("the function is not defined, or has a kink, at the point");
    };
    let at_centre = system.point(&centre);
    if !system.enclose(&at_centre) {
        return Proof::not("the function is not defined, or has a kink, at the point");
    }
    let frame = match Frame::of(&system.jacobian, system.size()) {
        Ok(frame) => frame,
        Err(n_zero) => return Proof::not(singular(n_zero, zero_modes)),
    };
    let residual = system.residual.clone();
    let step = frame.solve(&residual);
    let newton = step.iter().fold(0.0, |most: f64, step| most.max(step.mag()));
    let size = x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let least = (4.0 * f64::EPSILON * size).max(1e-100);
    let mut why = String::new();
    for factor in RADII {
        let radius = factor * (2.0 * newton + least);
        if !radius.is_finite() {
            break;
        }
        let Some(region) = system.region(&centre, radius) else {
            why = format!("the function is not defined, or has a kink, within {radius:.1e} of the point");
            break;
        };
        if !system.enclose(&region) {
            why = format!("the function is not defined, or has a kink, within {radius:.1e} of the point");
            break;
        }
        let Some(signs) = frame.signs_on(&system.jacobian) else {
            why = format!(
                "the Hessian may be singular within {radius:.1e} of the point, where a critical point would have to lie{}",
                by_symmetry(zero_modes)
            );
            continue;
        };
        let image = frame.krawczyk(&centre, &residual, &system.jacobian, &region);
        if image.iter().zip(&region).all(|(image, region)| image.is_inside(*region)) {
            let radius = farthest(&image[..x.len()], x);
            return Proof::Proved { radius, inertia: system.on_surface(signs), value: system.value(&centre, &region) };
        }
        why = format!(
            "the box of radius {radius:.1e} is not mapped into itself: the Newton step is {newton:.1e} long, and the curvature changes too much over it or is too uncertain"
        );
    }
    Proof::not(why)
}

/// Largest distance along an axis from `x` to the image, in which the zero lies; the image is part of the box where it is
/// the only one.
fn farthest(image: &[Interval], x: &[f64]) -> f64 {
    let distances = image.iter().zip(x).map(|(&image, &x)| (image - Interval::point(x)).mag());
    distances.fold(0.0, f64::max)
}

fn singular(n_zero: usize, zero_modes: usize) -> String {
    let which = if n_zero == 1 { "one eigenvalue is".to_string() } else { format!("{n_zero} eigenvalues are") };
    format!("the Hessian is singular to rounding at the point: {which} zero{}", by_symmetry(zero_modes))
}

fn by_symmetry(zero_modes: usize) -> String {
    match zero_modes {
        0 => String::new(),
        _ => format!(" (the declared symmetries give {zero_modes} zero eigenvalues: such points are not isolated)"),
    }
}
