//! How sure the sign of a small eigenvalue is, where the critical point is known only up to rounding.

use autodiff::Evaluator;

use crate::model::{Model, grad_norm_at};
use crate::polish::Polished;
use crate::spectrum::tangent_spectrum;

/// An eigenvalue above this many times `sqrt(g |H| / scale)` is taken for sure, g the gradient that is not told from zero: its
/// sign could be wrong only where the third derivative is a thousand times `|H| / scale`, `scale = max(1, |x|)`.
const SURE: f64 = 30.0;

/// Points farther away than this share of `max(1, |x|)` are not asked.
const FARTHEST: f64 = 1e-3;

/// A gradient below this many times its rounding floor, or the point's own, is not told from zero: the floor does not see the
/// numbers that cancel inside the function.
const INDISTINCT: f64 = 10.0;

/// The two places asked on each side do not show all of the change: of that of a fourth power at least .84.
const CHANGE_FACTOR: f64 = 2.0;

/// The change of eigenvalues outside `zero_tol`, yet small, among the points whose gradient cannot be told from zero: any of
/// these may be the critical point, so an eigenvalue that is smaller than its change has no sign. 0 where none is small.
///
/// Where the Hessian is singular at the critical point, the gradient grows with the square of the distance or more slowly, and
/// a gradient at its rounding floor leaves a distance of 1e-8 or, at a fourth power, 1e-5: eigenvalues of 1e-8 and 1e-10 which
/// are zero at the point itself. (For a gradient `t d^2 / 2` this is the condition of Newton and Kantorovich, `lambda^2 > 2 t |g|`.)
/// Along each eigenvector of a small eigenvalue, on both sides, the distance is doubled while the gradient stays
/// indistinct; the eigenvalues there and halfway there are compared with those at the point. Costs nothing where no eigenvalue is
/// small; else, for each such vector, up to 60 gradients and four Hessians.
pub(crate) fn doubt(eval: &mut Evaluator, point: &Polished, model: &Model, zero_tol: f64) -> f64 {
    let lambdas = &model.eigen.values;
    let indistinct = INDISTINCT * model.grad_norm.max(model.grad_floor());
    let sure = SURE * (indistinct * model.hess_norm() / model.scale).sqrt();
    let small: Vec<usize> = (0..lambdas.len()).filter(|&k| lambdas[k].abs() <= sure).collect();
    let in_doubt: Vec<usize> = small.iter().copied().filter(|&k| lambdas[k].abs() > zero_tol).collect();
    if in_doubt.is_empty() {
        return 0.0;
    }
    let mut most = 0.0f64;
    for k in small {
        for side in [-1.0, 1.0] {
            let at = |length: f64| {
                let mut step = vec![0.0; lambdas.len()];
                step[k] = side * length;
                step
            };
            // At this distance an eigenvalue that is small adds no more than the floor to the gradient.
            let mut length = indistinct / sure;
            while 2.0 * length <= FARTHEST * model.scale {
                let farther = model.moved(eval, &point.x, &at(2.0 * length));
                let is_indistinct = grad_norm_at(eval, &farther) <= indistinct;
                if !is_indistinct {
                    break;
                }
                length *= 2.0;
            }
            for share in [1.0, 0.5] {
                let there = model.moved(eval, &point.x, &at(share * length));
                let changed = tangent_spectrum(eval, &there);
                let changes = in_doubt.iter().map(|&i| (changed[i] - lambdas[i]).abs());
                most = changes.fold(most, f64::max);
            }
        }
    }
    CHANGE_FACTOR * most
}
