//! Whether a function has a Hessian at a point at all.

use autodiff::{Evaluator, Stream};

use crate::model::norm;

/// Distance to each side at which gradients are compared, relative to `max(1, |x|)`; and a tenth of it.
const REACH: f64 = 1e-7;

/// Directions that are tried.
const DIRECTIONS: usize = 3;

/// Jumps below this share of `max(1, |f|) / max(1, |x|)`, the size of a slope, are rounding.
const LEAST_JUMP: f64 = 1e-9;

/// Length of the jump that the gradient makes at `x` (dim,), the greatest of some random directions; `None` where it makes
/// none. Costs twelve gradients.
///
/// `|g(x + h d) - g(x - h d)|` falls with h where f is twice differentiable and does not where x lies on a kink: it
/// counts as one when a tenth of h leaves more than half. Kinks nearer than `h = 1e-7 max(1, |x|)` count as well.
///
/// ```
/// use autodiff::{Objective, Scalar, Stream};
/// let f = Objective::formula(1, |x| x[0].abs() * 1.5 + x[0].square());
/// let mut jump = |x| landscape::gradient_jump(&mut f.evaluator(), &[x], &mut Stream::new(1, "kink", &[]));
/// assert!((jump(0.0).unwrap() - 3.0).abs() < 1e-6);
/// assert_eq!(jump(0.1), None);
/// ```
pub fn gradient_jump(eval: &mut Evaluator, x: &[f64], stream: &mut Stream) -> Option<f64> {
    let geometry = *eval.objective().geometry();
    let scale = norm(x).max(1.0);
    let (mut ahead, mut behind) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let mut f = 0.0;
    let mut difference = |direction: &[f64], reach: f64, f: &mut f64| {
        let beside = |sign: f64| {
            let mut y: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + sign * reach * d).collect();
            geometry.retract(&mut y);
            y
        };
        *f = eval.gradient(&beside(1.0), &mut ahead);
        eval.gradient(&beside(-1.0), &mut behind);
        norm(&ahead.iter().zip(&behind).map(|(a, b)| a - b).collect::<Vec<f64>>())
    };
    let mut greatest: Option<f64> = None;
    for _ in 0..DIRECTIONS {
        let mut direction = stream.on_sphere(x.len(), 1.0);
        geometry.project(x, &mut direction);
        let far = difference(&direction, REACH * scale, &mut f);
        let near = difference(&direction, 0.1 * REACH * scale, &mut f);
        if near > 0.5 * far && near > LEAST_JUMP * f.abs().max(1.0) / scale {
            greatest = Some(greatest.unwrap_or(0.0).max(near));
        }
    }
    greatest
}
