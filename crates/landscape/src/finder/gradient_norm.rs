//! The finder `gradient_norm`: gradient descent on `|g|^2 / 2`, the baseline that is known to be bad.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::{Departure, Described, Finder, Spent, check_iterations};
use crate::criteria::Criteria;
use crate::model::{cap, norm};
use crate::newton_sampler::Found;
use crate::tangent::{TangentHessian, dot};

/// Share of the predicted decrease that the line search asks for.
const ARMIJO: f64 = 1e-4;

/// Halvings of a step before the search gives up.
const HALVINGS: usize = 60;

/// The search ends when `|g|` has fallen to this share of what it was at the departure.
const FALL: f64 = 1e-6;

/// Gradient-norm minimisation (as in Pennington and Bahri 2017 and others; its failure shown by Frye et al. 2021).
///
/// `x <- x - a H g` with backtracking from twice the last a until `|g|^2` falls by `2e-4 a |H g|^2`; one Hessian-vector product
/// and one or more gradients per step, no Hessian until the polish.
///
/// **Sampling bias.** It converges as slowly as the *square* of the condition number demands, so what it hands in is decided by
/// `iterations` and by the polish; and it ends at local minima of `|g|` that are no critical points, which loose tolerances
/// would count. It is here for comparison: the share that the certificate refuses is the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GradientNorm {
    /// Where it sets out.
    #[serde(flatten)]
    pub departure: Departure,
    /// Largest number of steps.
    pub iterations: usize,
}

impl Default for GradientNorm {
    fn default() -> Self {
        GradientNorm { departure: Departure::default(), iterations: 1000 }
    }
}

impl Described for GradientNorm {
    const NAME: &'static str = "gradient_norm";
    const ABOUT: &'static str = "Gradient descent on |g|^2/2, a baseline known to end at gradient-flat points that are not \
        critical (Frye et al. 2021).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("iterations", "largest number of steps, >= 1")];

    fn check(&self) -> Result<(), String> {
        self.departure.check()?;
        check_iterations(self.iterations)
    }
}

impl Finder for GradientNorm {
    fn search(
        &self,
        eval: &mut Evaluator,
        mut x: Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        criteria: &Criteria,
    ) -> Found {
        let (origin, mut spent) = (x.clone(), Spent::default());
        self.departure.depart(eval, &mut x, replicate, noise, &mut spent);
        let (mut rate, mut first) = (f64::NAN, f64::NAN);
        while spent.steps < self.iterations {
            let mut hessian = TangentHessian::at(eval, &x);
            let grad = hessian.grad().to_vec();
            let mut bent = vec![0.0; grad.len()];
            hessian.multiply(&grad, &mut bent);
            spent.gradients += 2;
            let (grad_norm, steepness) = (norm(&grad), dot(&bent, &bent));
            if first.is_nan() {
                (first, rate) = (grad_norm, grad_norm * grad_norm / steepness);
            }
            if !hessian.is_finite() || steepness == 0.0 || grad_norm <= FALL * first {
                break;
            }
            let Some(next) = step(&mut hessian, &bent, grad_norm, &mut rate, criteria, &mut spent) else { break };
            x = next;
            spent.steps += 1;
        }
        spent.finish(eval, &x, &origin, criteria)
    }
}

/// The next point; none when nothing lowers `|g|`.
fn step(
    hessian: &mut TangentHessian,
    bent: &[f64],
    grad_norm: f64,
    rate: &mut f64,
    criteria: &Criteria,
    spent: &mut Spent,
) -> Option<Vec<f64>> {
    *rate *= 2.0;
    for _ in 0..HALVINGS {
        let mut p: Vec<f64> = bent.iter().map(|b| -*rate * b).collect();
        cap(&mut p, criteria.step_cap * hessian.scale());
        let next = hessian.moved(&p);
        spent.gradients += 1;
        let after = hessian.grad_norm_at(&next);
        // -p . H g is a |H g|^2, less where the step was capped.
        if after * after <= grad_norm * grad_norm + 2.0 * ARMIJO * dot(&p, bent) {
            return Some(next);
        }
        *rate *= 0.5;
    }
    None
}
