//! Down the steepest descent to the minimum it leads to, with the Hessian's help on stiff stretches.

use autodiff::{Evaluator, math};
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::finder::HAND_OVER;
use crate::model::{Model, norm};
use crate::polish::{Polished, polish};

/// The first radius, as a share of `max(1, |x|)`.
const FIRST_RADIUS: f64 = 0.1;

/// A radius below this share says that the function is not smooth here.
const LEAST_RADIUS: f64 = 1e-12;

/// Doublings and halvings that bracket and find the time of a step.
const TIME_STEPS: usize = 60;

/// How a descent follows the flow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flow {
    /// Largest error of a step, as a share of its length: how far the slopes that it did not foresee would have led
    /// aside.
    pub accuracy: f64,
    /// Steps at most, each with one Hessian.
    pub steps: usize,
}

impl Default for Flow {
    fn default() -> Self {
        Flow { accuracy: 0.05, steps: 1000 }
    }
}

/// Where a descent ended.
#[derive(Clone, Debug)]
pub struct Descent {
    /// The end, polished where the flow arrived; what it is, the certificate says.
    pub point: Polished,
    /// Whether the flow came to rest before `steps` ran out.
    pub has_arrived: bool,
    /// Steps of the flow.
    pub steps: usize,
    /// Length of the way, by straight steps.
    pub length: f64,
    /// Gradients evaluated, those of the polish included.
    pub n_gradients: u64,
    /// Hessians evaluated, those of the polish included.
    pub n_hessians: u64,
}

/// Follows the steepest descent `dx/dt = -grad f` from `x` (dim,) until it comes to rest, and polishes there.
///
/// Each step solves the flow of the local quadratic model exactly (Page and McIver 1988): along an eigenvector with
/// slope s and eigenvalue lambda,
///
/// `p(t) = -s (1 - exp(-lambda t)) / lambda`, after which the slope is `s exp(-lambda t)`.
///
/// The time is as long as `|p|` stays within a radius. The true slopes after the step miss those by d, which along the
/// whole step would have led aside by `e = d (1 - exp(-lambda t)) / lambda`; the radius falls when `|e| > accuracy |p|`
/// or f rose, and grows when |e| is less than a quarter of that. Stiff valleys cost no small steps, near the minimum
/// the step is Newton's, and a quadratic function is solved in one. The basins are those of the flow, not of a descent
/// with long steps.
pub fn flow_down(eval: &mut Evaluator, x: &[f64], criteria: &Criteria, settings: &Flow) -> Descent {
    flow_seen(eval, x, criteria, settings, &mut |_| {})
}

/// The same; `seen` is shown the point after every step.
pub(crate) fn flow_seen(
    eval: &mut Evaluator,
    x: &[f64],
    criteria: &Criteria,
    settings: &Flow,
    seen: &mut dyn FnMut(&[f64]),
) -> Descent {
    let mut here = x.to_vec();
    let (mut steps, mut length, mut has_arrived) = (0, 0.0, false);
    let (mut n_gradients, mut n_hessians) = (1, 1);
    let mut model = Model::at(eval, &here);
    let mut radius = model.as_ref().map_or(0.0, |model| FIRST_RADIUS * model.scale);
    while let Some(now) = &model
        && steps < settings.steps
    {
        radius = radius.min(criteria.step_cap * now.scale);
        let FlowStep { p, slopes: foreseen, reach } = quadratic_flow(now, radius);
        let size = norm(&p);
        let lowest = now.eigen.values.first().copied().unwrap_or(0.0);
        let is_near_minimum = lowest >= -now.zero_tol(criteria) && size <= HAND_OVER * now.scale && size < radius;
        if is_near_minimum || size <= f64::EPSILON * now.scale {
            has_arrived = true;
            break;
        }
        if radius <= LEAST_RADIUS * now.scale {
            break;
        }
        let next = now.moved(eval, &here, &p);
        let slopes = now.slopes_at(eval, &here, &next);
        n_gradients += 1;
        let aside =
            slopes.iter().zip(&foreseen).zip(&reach).map(|((after, foreseen), reach)| (after - foreseen) * reach);
        let error = norm(&aside.collect::<Vec<_>>()) / size;
        if error > settings.accuracy || error.is_nan() {
            radius = 0.5 * size.min(radius);
            continue;
        }
        (n_gradients, n_hessians) = (n_gradients + 1, n_hessians + 1);
        let ahead = Model::ahead(eval, &next).filter(|ahead| ahead.f <= now.f + f64::EPSILON * now.f.abs());
        let Some(ahead) = ahead else {
            radius = 0.5 * size.min(radius);
            continue;
        };
        // The eigenvectors here make room for those there.
        drop(model);
        model = Model::of(ahead, eval, &next);
        if model.is_none() {
            model = Model::at(eval, &here);
            radius = 0.5 * size.min(radius);
            continue;
        }
        if error < 0.25 * settings.accuracy {
            radius *= 2.0;
        }
        here = next;
        seen(&here);
        length += size;
        steps += 1;
    }
    drop(model);
    let point = polish(eval, &here, criteria).since(x);
    Descent {
        has_arrived,
        steps,
        length,
        n_gradients: n_gradients + point.n_gradients,
        n_hessians: n_hessians + point.n_hessians,
        point,
    }
}

/// A step of the model's flow, along the eigenvectors.
struct FlowStep {
    p: Vec<f64>,
    /// The slopes after it.
    slopes: Vec<f64>,
    /// How far a slope of one leads during it: `(1 - exp(-lambda t)) / lambda`.
    reach: Vec<f64>,
}

/// The longest step within `radius`.
fn quadratic_flow(model: &Model, radius: f64) -> FlowStep {
    let axes = || model.slopes.iter().zip(&model.eigen.values);
    let displacement = |t: f64| -> Vec<f64> {
        // A slope of zero stays where it is, even on top of a ridge.
        axes().map(|(&s, &lambda)| if s == 0.0 { 0.0 } else { -s * t * decay(lambda * t) }).collect()
    };
    // From the time scale of the steepest curvature, longer until the radius is passed or everything has decayed.
    let mut high = 1.0 / model.hess_norm().max(f64::MIN_POSITIVE);
    let mut low = 0.0;
    for _ in 0..2 * TIME_STEPS {
        if norm(&displacement(high)) > radius {
            break;
        }
        (low, high) = (high, 4.0 * high);
        if !high.is_finite() {
            break;
        }
    }
    // The latest time within the radius, or long after all has decayed.
    let is_within = |t: f64| norm(&displacement(t)) <= radius;
    if !is_within(high) || !high.is_finite() {
        for _ in 0..TIME_STEPS {
            let middle = 0.5 * (low + high);
            if is_within(middle) { low = middle } else { high = middle }
        }
    }
    let slopes = axes().map(|(&s, &lambda)| if s == 0.0 { 0.0 } else { s * math::exp(-lambda * low) }).collect();
    let reach = model.eigen.values.iter().map(|lambda| low * decay(lambda * low)).collect();
    FlowStep { p: displacement(low), slopes, reach }
}

/// `(1 - exp(-z)) / z`, 1 at 0.
fn decay(z: f64) -> f64 {
    if z.abs() >= 1.0 {
        return (1.0 - math::exp(-z)) / z;
    }
    if z == 0.0 {
        return 1.0;
    }
    // 1 - exp(-z) = 2 t / (1 + t) with t = tanh(z / 2): nothing cancels.
    let t = math::tanh(0.5 * z);
    2.0 * t / (z * (1.0 + t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_is_that_of_the_series_and_of_the_standard_library() {
        for z in [-30.0f64, -1.0, -0.99, -1e-3, -1e-9, 1e-300, 1e-12, 1e-4, 0.5, 1.0, 7.0, 800.0] {
            let exact = -(-z).exp_m1() / z;
            assert!((decay(z) - exact).abs() <= 4.0 * f64::EPSILON * exact, "{z}: {} {exact}", decay(z));
        }
        assert_eq!((decay(0.0), decay(f64::INFINITY)), (1.0, 0.0));
    }
}
