//! One further Newton step: from the point itself while its gradient is above rounding, else from just beside it.

use autodiff::Evaluator;

use crate::criteria::Criteria;
use crate::model::{Model, norm};
use crate::polish::Polished;

/// Displacements tried, as shares of `max(1, |x|)`. Curvature of third order spoils long ones, rounding short ones.
const DISPLACEMENTS: [f64; 3] = [1e-7, 1e-8, 1e-9];

/// Beside the point the step is taken on eigenvalues above this share of `|H|` only: on smaller ones it would
/// multiply rounding errors, not answer the displacement.
const WELL_CONDITIONED: f64 = 1e-8; // about the square root of the spacing of floating-point numbers

/// The outcome of one Newton step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    /// `|g|` before over `|g|` after; infinite when nothing is left.
    pub contraction: f64,
    /// `|Hp + g| / |g|` of the step.
    pub mr_residual: f64,
    /// `|Hg| / (|H| |g|)` where the step began.
    pub flat_ratio: f64,
}

/// A full Newton step on the range from the point itself. `None` when the range is empty.
pub(crate) fn at_point(eval: &mut Evaluator, point: &Polished, model: &Model, criteria: &Criteria) -> Option<Probe> {
    let cut = model.zero_tol(criteria);
    step_from(eval, &point.x, model, &model.slopes, &vec![0.0; model.slopes.len()], cut)
}

/// The best Newton step from points displaced by 1e-7 to 1e-9 of `max(1, |x|)` along all eigenvectors equally, with
/// alternating signs; at each distance the worse of the two sides. Eigenvectors without a sign (`zero_tol`) and
/// ill-conditioned ones are left out; `None` when none remain.
///
/// At a polished point one further step only stirs rounding errors; this one has a gradient to remove. It shows
/// that gradient and Hessian fit each other around the point. It does not show that the gradient vanishes *at* the
/// point: a small gradient in the kernel survives a step unnoticed beside the larger one that was removed, which is
/// why the certificate also wants `|g|` at the point itself at its rounding floor.
pub(crate) fn beside_point(eval: &mut Evaluator, point: &Polished, model: &Model, zero_tol: f64) -> Option<Probe> {
    let cut = zero_tol.max(WELL_CONDITIONED * model.hess_norm());
    let lambdas = &model.eigen.values;
    let rank = lambdas.iter().filter(|lambda| lambda.abs() > cut).count();
    let mut best: Option<Probe> = None;
    for share in DISPLACEMENTS {
        let each = share * model.scale / (rank as f64).sqrt();
        let mut from_side = |each: f64| {
            let signed = |(k, lambda): (usize, &f64)| match lambda.abs() > cut {
                true if k % 2 == 0 => each,
                true => -each,
                false => 0.0,
            };
            let displacement: Vec<f64> = lambdas.iter().enumerate().map(signed).collect();
            let displaced = model.moved(eval, &point.x, &displacement);
            let slopes = model.slopes_at(eval, &point.x, &displaced);
            step_from(eval, &point.x, model, &slopes, &displacement, cut)
        };
        let (one, other) = (from_side(each)?, from_side(-each)?);
        let worse = if one.contraction <= other.contraction { one } else { other };
        if best.is_none_or(|best| worse.contraction > best.contraction) {
            best = Some(worse);
        }
    }
    best
}

/// The step answering `slopes`, found at `displacement` from the point; all along the eigenvectors at the point.
fn step_from(
    eval: &mut Evaluator,
    x: &[f64],
    model: &Model,
    slopes: &[f64],
    displacement: &[f64],
    cut: f64,
) -> Option<Probe> {
    if !model.eigen.values.iter().any(|lambda| lambda.abs() > cut) {
        return None;
    }
    let step = model.newton_step(slopes, cut);
    let target: Vec<f64> = step.iter().zip(displacement).map(|(p, d)| p + d).collect();
    let landed = model.moved(eval, x, &target);
    let left = norm(&model.slopes_at(eval, x, &landed));
    Some(Probe {
        contraction: if left == 0.0 { f64::INFINITY } else { norm(slopes) / left },
        mr_residual: model.mr_residual(slopes, cut),
        flat_ratio: model.flat_ratio(slopes),
    })
}
