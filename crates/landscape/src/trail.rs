//! What the way to a point tells about the point: flat stretches, slow convergence, escape to infinity.

use crate::criteria::Criteria;
use crate::model::Model;

/// Steps looked back on for slow convergence.
const SLOW_STEPS: usize = 5;

/// Steps looked back on for an escape.
const ESCAPE_STEPS: usize = 6;

/// The latest step of an escape is at least this share of the longest of those looked back on. Towards a minimum
/// like x^k Newton's steps shrink by (k - 2)/(k - 1) each, to less than this share in five steps for k up to 11.
const ESCAPE_STEP_SHARE: f64 = 0.6;

/// During an escape the curvature along the way falls to this share over the steps looked back on. It falls to
/// exp(-5) = 0.007 for exp(-x), where steps are of length 1, and to about as much for powers of 1/x.
const ESCAPE_CURVATURE_FALL: f64 = 0.05;

/// Each step of an escape is at least this share of the longest: steps that are cut to a share of `max(1, |x|)` grow 1.4 times
/// each, while those of a search that settles after a long step are far shorter.
const ESCAPE_LEAST_STEP: f64 = 0.1;

/// Together the steps of an escape cover at least this share of `max(1, |x|)`: what stays where it is does not run away.
const ESCAPE_GROUND: f64 = 0.01;

/// Slow convergence is a geometric series; one that shrinks by less than this is summed as if it shrank by it.
const SLOWEST_RATIO: f64 = 0.95;

/// The true remainder of the series is known up to about this factor.
const REMAINDER_FACTOR: f64 = 2.0;

/// One accepted step of a polish.
#[derive(Clone, Debug)]
struct Step {
    length: f64,
    /// `max(1, |x|)` after the step.
    scale: f64,
    /// Whether the step began above the rounding floor; below it, steps stir rounding errors.
    is_above_floor: bool,
    grad_norm_ratio: f64,
    /// `|Hg| / (|H| |g|)` after the step.
    flat_ratio: f64,
    /// `|H p| / |p|` before the step.
    curvature: f64,
    /// Largest change of an eigenvalue, in ascending order, during the step; at most the change of H (Weyl).
    hess_change: f64,
}

/// The accepted steps of a polish, or those of a search before it, and the flattest point among its iterates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    steps: Vec<Step>,
    /// Smallest `|Hg| / (|H| |g|)` over iterates whose gradient was above its rounding floor.
    pub flat_ratio: Option<f64>,
}

impl Trail {
    /// Notes an iterate.
    pub fn visit(&mut self, model: &Model) {
        if model.grad_norm > model.grad_floor() {
            let ratio = model.flat_ratio(&model.slopes);
            self.flat_ratio = Some(self.flat_ratio.map_or(ratio, |least| least.min(ratio)));
        }
    }

    /// Notes the accepted step `p` between two iterates, by the lengths of `p` and of `Hp`.
    pub fn step(&mut self, length: f64, bent_length: f64, before: &Model, after: &Model) {
        let changes = before.eigen.values.iter().zip(&after.eigen.values).map(|(a, b)| (a - b).abs());
        self.steps.push(Step {
            length,
            scale: after.scale,
            is_above_floor: before.grad_norm > before.grad_floor(),
            grad_norm_ratio: after.grad_norm / before.grad_norm,
            flat_ratio: after.flat_ratio(&after.slopes),
            curvature: bent_length / length,
            hess_change: changes.fold(0.0, f64::max),
        });
    }

    /// Whether no step was accepted.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the last `stall_window` steps, if so many have been made, either halved `|g|` or lowered the
    /// gradient-flat indicator to a half on the way to the level at which the point is known to be gradient-flat.
    pub fn is_progressing(&self, criteria: &Criteria) -> bool {
        let Some(last) = last(&self.steps, criteria.stall_window) else { return true };
        let (before, now) = (last[0].flat_ratio, last[last.len() - 1].flat_ratio);
        let grad_norm_ratio: f64 = last.iter().map(|step| step.grad_norm_ratio).product();
        grad_norm_ratio <= 0.5 || (before >= criteria.flat_ratio_min && now <= 0.5 * before)
    }

    /// How much the Hessian can still change before the critical point is reached, when Newton's method came in
    /// slowly (its last five steps each reduced `|g|` by less than `contraction_min`); 0 when it came in fast.
    ///
    /// Newton is slow exactly where the Hessian is singular at the limit. There the steps form a geometric series,
    /// the ratio of which is that of the next step, `next_length`, to the last; so do the changes of the Hessian.
    pub fn hessian_drift(&self, next_length: f64, contraction_min: f64) -> f64 {
        let Some(last) = last(&self.steps, SLOW_STEPS) else { return 0.0 };
        if last.iter().any(|step| step.grad_norm_ratio * contraction_min <= 1.0) {
            return 0.0;
        }
        let last = &last[SLOW_STEPS - 1];
        let ratio = (next_length / last.length).min(SLOWEST_RATIO);
        REMAINDER_FACTOR * last.hess_change * ratio / (1.0 - ratio)
    }

    /// The last step as a share of `max(1, |x|)` after it; 0 without steps.
    pub fn last_share(&self) -> f64 {
        self.steps.last().map_or(0.0, |step| step.length / step.scale)
    }

    /// Whether the point ran away: over the last six steps that count the steps were about as long, did not shrink, and covered
    /// ground, while the curvature along the way fell with the gradient, wherever the origin is. Steps towards a finite point shrink, even a
    /// degenerate one. Steps below the rounding floor count while they halve `|g|`, as they do far out.
    pub fn is_escaping(&self) -> bool {
        let counts = |step: &Step| step.is_above_floor || step.grad_norm_ratio <= 0.5;
        let end = self.steps.iter().rposition(counts).map_or(0, |i| i + 1);
        let Some(last) = last(&self.steps[..end], ESCAPE_STEPS) else { return false };
        let longest = last.iter().map(|step| step.length).fold(0.0, f64::max);
        let (first, latest) = (&last[0], &last[ESCAPE_STEPS - 1]);
        let is_steady = last.iter().all(|step| step.length >= ESCAPE_LEAST_STEP * longest);
        let ground: f64 = last.iter().map(|step| step.length).sum();
        is_steady
            && ground >= ESCAPE_GROUND * latest.scale
            && latest.length >= ESCAPE_STEP_SHARE * longest
            && latest.curvature <= ESCAPE_CURVATURE_FALL * first.curvature
    }
}

fn last(steps: &[Step], count: usize) -> Option<&[Step]> {
    steps.len().checked_sub(count).map(|first| &steps[first..])
}
