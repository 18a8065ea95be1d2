//! The evidence for calling a point critical, and what kind of critical point it is.

use autodiff::Evaluator;

use crate::class::Class;
use crate::criteria::Criteria;
use crate::doubt::doubt;
use crate::inertia::{Inertia, inertia};
use crate::model::{Model, norm};
use crate::polish::Polished;
use crate::probe::{Probe, at_point, beside_point};

/// A least-norm step that leaves more than this share of the gradient says that the gradient is in the kernel of
/// the Hessian (Frye et al. 2021 use the same cut).
const KERNEL_SHARE: f64 = 0.9;

/// A journey with more than this share of its length along zero directions grew along them.
const RUNAWAY_SHARE: f64 = 0.7;

/// A polish that ends with a step of more than this share of `max(1, |x|)` along zero directions went where the function is
/// nothing but rounding: towards a critical point, even a degenerate one, steps shrink.
const LONG_STEP: f64 = 0.1;

/// Where the zero tolerance is more than this share of `max(1, |H|)`, it is not rounding: the Hessian has no limit.
const NO_LIMIT: f64 = 0.1;

/// What is known about a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Value of the function.
    pub f: f64,
    /// Length of the gradient on the surface.
    pub grad_norm: f64,
    /// Below this a gradient cannot be told from zero: `10 eps sqrt(sum_j |H e_j|^2 (x_j^2 + 1/n))`, what rounding the
    /// coordinates and the numbers computed from them does to it.
    pub grad_floor: f64,
    /// Largest absolute eigenvalue of the Hessian on the surface.
    pub hess_norm: f64,
    /// Factor by which one further full Newton step reduces `|g|`: from the point itself while `|g|` is above its
    /// floor, else from a point just beside it. NaN when there is no step to take (the Hessian is zero).
    pub contraction: f64,
    /// Smallest `|Hg| / (|H| |g|)` on the way in; that of the probing step when the whole way was below the floor.
    pub flat_ratio: f64,
    /// `|Hp + g| / |g|` of that Newton step.
    pub mr_residual: f64,
    /// Eigenvalues within this have no sign.
    pub zero_tol: f64,
    /// Counts of the signs.
    pub inertia: Inertia,
    /// Smallest eigenvalue.
    pub lambda_min: f64,
    /// Largest eigenvalue.
    pub lambda_max: f64,
    /// The verdict.
    pub class: Class,
    /// How many of the two other tolerances, ten times and a tenth of `zero_tol`, change the verdict (0 for a point
    /// that is not critical at any of them).
    pub flips: usize,
    /// What the figures here do not say: of a critical point what was special about the tests, mostly nothing; of any other
    /// the test that it failed.
    pub reason: String,
}

/// Tests a polished point; `zero_modes` is the number of zero eigenvalues that declared symmetries account for.
///
/// A point is critical when all of these hold (after Frye et al., Neural Computation 33, 2021):
///
/// 1. `|g|^2 <= grad_sq_tol`, or `|g| <= grad_rel_tol max(1, |H|)`.
/// 2. The gradient is at its rounding floor, where a further step could only stir rounding errors, **or** one
///    further full Newton step on the range of H reduces it more than `contraction_min` times, leaving unexplained
///    at most the share `mr_residual_max`. This finds the false points: next to a gradient-flat one, `|g|` may be
///    as small as you like, but it is neither rounding nor does it contract.
/// 3. At the floor, the same step from just beside the point, on either side, contracts too: gradient and Hessian
///    fit each other.
/// 4. The point did not run away while gradient and curvature vanished ([`Class::AtInfinity`]): neither polish nor, where that
///    had nothing to do, Newton's search before it ended in steps that kept their length; polish did not end with a long one
///    along zero directions, and `|x|` did not grow more than `growth_max` times along those.
///
/// Signs are counted outside `zero_tol = zero_tol_factor n eps |H|`. Where the polish came in slowly, as it does
/// only where H is singular, the tolerance is at least the change that H has still before it at the limit: both
/// eigenvalues of the monkey saddle vanish with the distance to it, and neither has a sign. It is at least twice the change
/// that small eigenvalues undergo among the points whose gradient cannot be told from zero, too.
///
/// A point that is not critical is gradient-flat when `|Hg| / (|H| |g|) < flat_ratio_min`, or when no Newton step
/// could remove more than a tenth of the gradient. Never fails; costs at most twelve gradients, and more (see `doubt`) where an
/// eigenvalue is small and not zero.
pub fn certify(eval: &mut Evaluator, point: &Polished, zero_modes: usize, criteria: &Criteria) -> Certificate {
    let Some(model) = &point.model else { return not_finite(eval, point) };
    let next_step = model.newton_step(&model.slopes, model.zero_tol(criteria));
    let drift = point.trail.hessian_drift(norm(&next_step), criteria.contraction_min);
    let zero_tol = model.zero_tol(criteria).max(drift);
    let is_small = model.has_small_gradient(criteria);
    let zero_tol = if is_small { zero_tol.max(doubt(eval, point, model, zero_tol)) } else { zero_tol };
    let signs = inertia(&model.eigen.values, zero_tol);
    let (grad_floor, is_at_floor) = (model.grad_floor(), model.grad_norm <= model.grad_floor());
    let probe =
        if is_at_floor { beside_point(eval, point, model, zero_tol) } else { at_point(eval, point, model, criteria) };
    let judged = match runaway(eval, point, model, zero_tol, criteria) {
        Some(why) => Err((Class::AtInfinity, why)),
        None => judge(point, model, probe, is_at_floor, criteria),
    };
    let (class, reason) = match judged {
        Ok(remark) => {
            let jumps = zero_tol > NO_LIMIT * model.hess_norm().max(1.0);
            let jump = jumps.then(|| {
                format!(
                    "the function is not smooth here: among points whose gradient cannot be told from zero its Hessian changes by \
                     about {zero_tol:.1e}, and |H| is {:.1e}",
                    model.hess_norm()
                )
            });
            let remarks: Vec<String> = [Some(remark), jump].into_iter().flatten().filter(|r| !r.is_empty()).collect();
            (Class::of_critical(signs, zero_modes), remarks.join("; "))
        }
        Err(verdict) => verdict,
    };
    let differs = |factor: &&f64| {
        let signs = inertia(&model.eigen.values, zero_tol * **factor);
        class.is_critical() && Class::of_critical(signs, zero_modes) != class
    };
    Certificate {
        f: model.f,
        grad_norm: model.grad_norm,
        grad_floor,
        hess_norm: model.hess_norm(),
        contraction: probe.map_or(f64::NAN, |probe| probe.contraction),
        flat_ratio: point.flat_ratio.or(probe.map(|probe| probe.flat_ratio)).unwrap_or(f64::NAN),
        mr_residual: probe.map_or(f64::NAN, |probe| probe.mr_residual),
        zero_tol,
        inertia: signs,
        lambda_min: model.eigen.values.first().copied().unwrap_or(f64::NAN),
        lambda_max: model.eigen.values.last().copied().unwrap_or(f64::NAN),
        class,
        flips: [10.0, 0.1].iter().filter(differs).count(),
        reason,
    }
}

/// Why a point with a small gradient is not finite, if it is not.
fn runaway(eval: &Evaluator, point: &Polished, model: &Model, zero_tol: f64, criteria: &Criteria) -> Option<String> {
    if !model.has_small_gradient(criteria) {
        return None;
    }
    if point.trail.is_escaping() {
        let moved = point.distance;
        return Some(format!("polish runs away ({moved:.1} so far, no end) while gradient and curvature vanish"));
    }
    if point.trail.is_empty() && point.search.is_escaping() {
        // The search went on to where the function is nothing but rounding, and left the polish nothing to do.
        return Some("the search ran away while gradient and curvature vanished".to_string());
    }
    let journey: Vec<f64> = point.x.iter().zip(&point.origin).map(|(x, origin)| x - origin).collect();
    let has_grown = point.growth > criteria.growth_max;
    let share = point.trail.last_share();
    let is_long = share > LONG_STEP;
    if !(has_grown || is_long) || model.share_in_kernel(eval, &point.x, &journey, zero_tol) <= RUNAWAY_SHARE {
        return None;
    }
    Some(if has_grown {
        format!("|x| grew {:.0} times, along directions in which gradient and curvature have vanished", point.growth)
    } else {
        format!(
            "polish ended with a step of {share:.1} |x|, along directions in which gradient and curvature then vanished"
        )
    })
}

/// What is special about the evidence that the point is critical, or what it is instead and why.
fn judge(
    point: &Polished,
    model: &Model,
    probe: Option<Probe>,
    is_at_floor: bool,
    criteria: &Criteria,
) -> Result<String, (Class, String)> {
    let (grad_norm, grad_floor) = (model.grad_norm, model.grad_floor());
    let relative_tol = model.relative_grad_tol(criteria);
    if !model.has_small_gradient(criteria) {
        let why = format!("|g| = {grad_norm:.1e} is above {relative_tol:.1e} and polish left it there");
        return Err(not_critical(model, probe, criteria, why));
    }
    match probe {
        _ if !is_at_floor && !probe.is_some_and(|probe| passes(probe, criteria)) => {
            let why = match probe {
                Some(Probe { contraction, mr_residual, .. }) => format!(
                    "|g| = {grad_norm:.1e} is above its rounding floor {grad_floor:.1e} but a Newton step reduces it only {contraction:.1e} times (MR residual {mr_residual:.1e})"
                ),
                None => format!("|g| = {grad_norm:.1e} is not zero while the Hessian is"),
            };
            return Err(not_critical(model, probe, criteria, why));
        }
        Some(probe) if !passes(probe, criteria) => {
            let why = format!(
                "gradient and Hessian do not fit each other: a Newton step from beside the point reduces |g| only {:.1e} times (MR residual {:.1e})",
                probe.contraction, probe.mr_residual
            );
            return Err((Class::NotCritical, why));
        }
        _ => {}
    }
    let is_flat = point.flat_ratio.is_some_and(|ratio| ratio < criteria.flat_ratio_min);
    let remarks =
        [(!is_at_floor, "|g| is above its rounding floor"), (is_flat, "came through a gradient-flat stretch")];
    let remarks: Vec<&str> = remarks.into_iter().filter(|(holds, _)| *holds).map(|(_, remark)| remark).collect();
    Ok(remarks.join("; "))
}

fn passes(probe: Probe, criteria: &Criteria) -> bool {
    probe.contraction > criteria.contraction_min && probe.mr_residual <= criteria.mr_residual_max
}

/// Gradient-flat or merely not critical.
fn not_critical(model: &Model, probe: Option<Probe>, criteria: &Criteria, why: String) -> (Class, String) {
    let ratio = model.flat_ratio(&model.slopes);
    let is_in_kernel = probe.is_none_or(|probe| probe.mr_residual > KERNEL_SHARE);
    if ratio < criteria.flat_ratio_min || is_in_kernel {
        (
            Class::GradientFlat,
            format!("{why}; the gradient is in the kernel of the Hessian (|Hg|/(|H||g|) = {ratio:.1e})"),
        )
    } else {
        (Class::NotCritical, why)
    }
}

fn not_finite(eval: &Evaluator, point: &Polished) -> Certificate {
    let m = eval.objective().geometry().tangent_dim(point.x.len());
    Certificate {
        f: f64::NAN,
        grad_norm: point.grad_norm,
        grad_floor: f64::NAN,
        hess_norm: f64::NAN,
        contraction: f64::NAN,
        flat_ratio: f64::NAN,
        mr_residual: f64::NAN,
        zero_tol: f64::NAN,
        inertia: Inertia { n_neg: 0, n_zero: m, n_pos: 0 },
        lambda_min: f64::NAN,
        lambda_max: f64::NAN,
        class: Class::NotCritical,
        flips: 0,
        reason: "value, gradient or Hessian is not finite here, or the eigenvalues could not be found".to_string(),
    }
}
