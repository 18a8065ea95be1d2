//! Noise-free refinement: Newton's method to the critical point nearby, whatever its index.

use autodiff::Evaluator;

use crate::criteria::Criteria;
use crate::model::{Model, cap, grad_norm_at, norm};
use crate::trail::Trail;

/// A trial that leaves more than this share of `|g|` sends the search on to the damped steps.
const GOOD_TRIAL: f64 = 0.9;

/// Damping tried, as shares of `|H|`. More than 1 serves where the third derivative, which the damped step leaves
/// out, outweighs the second.
const DAMPINGS: [f64; 15] = [1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3, 1e4];

/// A refined point, how it was reached and what that cost.
#[derive(Clone, Debug)]
pub struct Polished {
    /// The point (dim,).
    pub x: Vec<f64>,
    /// Steps taken.
    pub iterations: usize,
    /// Straight distance from where the polish began.
    pub distance: f64,
    /// Length of the gradient on the surface where the polish began; NaN when it was not finite.
    pub grad_norm_before: f64,
    /// The same at the point.
    pub grad_norm: f64,
    /// `max(1, |x|)` at the point over the same where the polish, or the search before it, began.
    pub growth: f64,
    /// Smallest gradient-flat indicator `|Hg| / (|H| |g|)` on the way, while the gradient was above its rounding
    /// floor; `None` when it never was.
    pub flat_ratio: Option<f64>,
    /// Gradients evaluated.
    pub n_gradients: u64,
    /// Hessians evaluated, each point's once: the one that is formed again where the last trial was no better, so that two
    /// points' eigenvectors are never kept, is not counted.
    pub n_hessians: u64,
    /// Where growth is measured from.
    pub(crate) origin: Vec<f64>,
    pub(crate) trail: Trail,
    /// The way of the search that led to where the polish began, if it kept one.
    pub(crate) search: Trail,
    /// The function around the point; `None` when it is not finite there.
    pub(crate) model: Option<Model>,
}

/// Refines `x` (dim,) by Newton steps on the range of the Hessian; `|g|` falls at every step.
///
/// In the axes of the Hessian on the surface, with slopes `s` and eigenvalues `lambda`, the step is
/// `p = -s / lambda` where `|lambda|` exceeds the zero tolerance and 0 elsewhere (the least-norm step), shortened
/// to `step_cap max(1, |x|)`. It is a descent direction of `|g|` at every index: `g.Hp = -|g_range|^2`. Where it
/// leaves more than nine tenths of `|g|` (an eigenvalue that is tiny but not zero makes it too long), the damped
/// steps `-s lambda / (lambda^2 + mu^2)` are tried with growing `mu`. So no step ever raises `|g|`, and the point
/// reached is that nearby and not one across a ridge of `|g|`; at a local minimum of `|g|` that is no critical
/// point the polish stops, and the certificate says so.
///
/// It ends when nothing lowers `|g|`, when it is below its rounding floor and no longer halves, when it is small and
/// the point runs away (farther out the function is nothing but rounding errors), when `stall_window` steps together
/// do not halve it (nor reveal a gradient-flat point), when steps are shorter than the spacing of floating-point
/// numbers, or at `polish_iterations`. Takes the memory of two Hessians and keeps one, the eigenvectors. Never fails: a point where the function is not finite comes back as it is.
///
/// ```
/// use autodiff::{Objective, Scalar};
/// // 5 x^2 - y^2 has its only critical point, a saddle, in the origin.
/// let saddle = Objective::formula(2, |x| x[0].square() * 5.0 - x[1].square());
/// let point = landscape::polish(&mut saddle.evaluator(), &[0.3, -0.2], &Default::default());
/// assert!(point.x.iter().all(|x| x.abs() < 1e-15));
/// assert_eq!(point.grad_norm_before, (3.0f64 * 3.0 + 0.4 * 0.4).sqrt());
/// ```
pub fn polish(eval: &mut Evaluator, x: &[f64], criteria: &Criteria) -> Polished {
    let mut here = x.to_vec();
    let mut trail = Trail::default();
    let mut cost = Cost { gradients: 1, hessians: 1 };
    let Some(mut model) = Model::at(eval, &here) else {
        return Polished {
            x: here,
            iterations: 0,
            distance: 0.0,
            grad_norm_before: f64::NAN,
            grad_norm: f64::NAN,
            growth: 1.0,
            flat_ratio: None,
            n_gradients: cost.gradients,
            n_hessians: cost.hessians,
            origin: x.to_vec(),
            trail,
            search: Trail::default(),
            model: None,
        };
    };
    let grad_norm_before = model.grad_norm;
    let mut iterations = 0;
    let mut first_damping = 0;
    trail.visit(&model);
    while iterations < criteria.polish_iterations && model.grad_norm > 0.0 {
        let Some(trial) = lower_gradient(eval, &here, &model, criteria, &mut first_damping, &mut cost) else { break };
        cost.gradients += 1;
        cost.hessians += 1;
        model.eigen.forget_vectors();
        let next = Model::at(eval, &trial.x);
        let Some(next) = next.filter(|next| next.grad_norm < model.grad_norm) else {
            // Not finite, or better by less than the rounding of the sum: back to the point before, the same to the bit.
            model = Model::at(eval, &here).expect("the model that was there before");
            break;
        };
        let length = norm(&trial.step);
        let bent: Vec<f64> = trial.step.iter().zip(&model.eigen.values).map(|(p, lambda)| p * lambda).collect();
        trail.step(length, norm(&bent), &model, &next);
        trail.visit(&next);
        iterations += 1;
        let at_floor = next.grad_norm <= next.grad_floor() && next.grad_norm > 0.5 * model.grad_norm;
        (here, model) = (trial.x, next);
        let has_escaped = model.has_small_gradient(criteria) && trail.is_escaping();
        if at_floor || has_escaped || length <= f64::EPSILON * model.scale || !trail.is_progressing(criteria) {
            break;
        }
    }
    let moved: Vec<f64> = here.iter().zip(x).map(|(a, b)| a - b).collect();
    Polished {
        iterations,
        distance: norm(&moved),
        grad_norm_before,
        grad_norm: model.grad_norm,
        growth: model.scale / norm(x).max(1.0),
        flat_ratio: trail.flat_ratio,
        n_gradients: cost.gradients,
        n_hessians: cost.hessians,
        origin: x.to_vec(),
        trail,
        search: Trail::default(),
        model: Some(model),
        x: here,
    }
}

impl Polished {
    /// The same, with growth measured from an earlier point (dim,) of the same journey, such as the start of the
    /// run that led to the polish: a network whose weights ran away in training is at infinity, too.
    pub fn since(self, origin: &[f64]) -> Self {
        let growth = norm(&self.x).max(1.0) / norm(origin).max(1.0);
        Polished { growth, origin: origin.to_vec(), ..self }
    }
}

struct Cost {
    gradients: u64,
    hessians: u64,
}

/// A step along the eigenvectors and where it leads.
struct Trial {
    step: Vec<f64>,
    x: Vec<f64>,
    grad_norm: f64,
}

/// A step that lowers `|g|`: Newton's if it is good, else the first good damped one, else the best of all.
fn lower_gradient(
    eval: &mut Evaluator,
    x: &[f64],
    model: &Model,
    criteria: &Criteria,
    first_damping: &mut usize,
    cost: &mut Cost,
) -> Option<Trial> {
    let longest = criteria.step_cap * model.scale;
    let mut attempt = |mut step: Vec<f64>| {
        cap(&mut step, longest);
        let moved = model.moved(eval, x, &step);
        cost.gradients += 1;
        Trial { grad_norm: grad_norm_at(eval, &moved), x: moved, step }
    };
    let is_good = |trial: &Trial| trial.grad_norm <= GOOD_TRIAL * model.grad_norm;
    let mut best = attempt(model.newton_step(&model.slopes, model.zero_tol(criteria)));
    if !is_good(&best) && model.grad_norm > model.grad_floor() {
        for (i, share) in DAMPINGS.iter().enumerate().skip(*first_damping) {
            let trial = attempt(model.damped_step(share * model.hess_norm()));
            keep_better(&mut best, trial);
            if is_good(&best) {
                // The next search starts a hundred times lower, so that the damping can fade again.
                *first_damping = i.saturating_sub(2);
                break;
            }
        }
        if !is_good(&best) && best.grad_norm.is_finite() {
            let stretch = best_length(model, &best).clamp(0.01, 100.0);
            let trial = attempt(best.step.iter().map(|p| stretch * p).collect());
            keep_better(&mut best, trial);
        }
    }
    (best.grad_norm < model.grad_norm).then_some(best)
}

/// By what factor to stretch the step of `trial` so that `|g|^2` along it is least, by the parabola through its value
/// and slope at the start, `2 g.Hp`, and its value at the end. Leads into minima of `|g|` that are no critical points.
fn best_length(model: &Model, trial: &Trial) -> f64 {
    let bent = model.slopes.iter().zip(&model.eigen.values).zip(&trial.step).map(|((s, lambda), p)| s * lambda * p);
    let slope = 2.0 * bent.sum::<f64>();
    let rise = (trial.grad_norm - model.grad_norm) * (trial.grad_norm + model.grad_norm);
    if rise > slope { -slope / (2.0 * (rise - slope)) } else { 2.0 }
}

/// A trial that is not a number is never the better one.
fn keep_better(best: &mut Trial, trial: Trial) {
    if trial.grad_norm < best.grad_norm || best.grad_norm.is_nan() {
        *best = trial;
    }
}
