//! The finder `gauss_newton`: Levenberg-Marquardt on `|g|^2 / 2`.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::{Departure, Described, Finder, HAND_OVER, Spent, check_iterations};
use crate::criteria::Criteria;
use crate::model::{Model, cap, grad_norm_at, norm};
use crate::newton_sampler::Found;

/// Failed trials at one point before the search gives up: the damping then exceeds `|H|` by 2^(1 + 2 + .. + 15).
const TRIALS: usize = 15;

/// Damped Gauss-Newton for `g(x) = 0` (Levenberg 1944, Marquardt 1963, damping after Nielsen 1999).
///
/// `p = -(H^2 + mu^2)^-1 H g`, in the axes of the Hessian `-s lambda / (lambda^2 + mu^2)`. A trial that lowers `|g|^2` by the share rho > 0 of
/// what the linear model predicts is taken and `mu^2 <- mu^2 max(1/3, 1 - (2 rho - 1)^3)`; otherwise `mu^2` is doubled, then
/// multiplied by 4, 8, .... It begins at `mu = damping |H|`.
///
/// **Sampling bias.** As of every method that lowers `|g|`: it ends in the valley of `|g|` it starts in, which may be a
/// gradient-flat point. Damping makes steps along flat directions short, so points next to singular Hessians are reached where
/// Newton's method is thrown out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GaussNewton {
    /// Where it sets out.
    #[serde(flatten)]
    pub departure: Departure,
    /// First damping, as a share of `|H|`.
    pub damping: f64,
    /// Largest number of steps, each with one Hessian.
    pub iterations: usize,
}

impl Default for GaussNewton {
    fn default() -> Self {
        GaussNewton { departure: Departure::default(), damping: 1e-2, iterations: 200 }
    }
}

impl Described for GaussNewton {
    const NAME: &'static str = "gauss_newton";
    const ABOUT: &'static str = "Damped Gauss-Newton on |g|^2/2 (Levenberg-Marquardt); stays in the valley of |g| it starts \
        in, gradient-flat points included, and comes near singular Hessians (Levenberg 1944, Marquardt 1963).";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("damping", "first damping as a share of |H|, > 0"), ("iterations", "largest number of steps, >= 1")];

    fn check(&self) -> Result<(), String> {
        self.departure.check()?;
        check_iterations(self.iterations)?;
        if !(self.damping > 0.0 && self.damping.is_finite()) {
            let damping = self.damping;
            return Err(format!("damping = {damping}: a positive share of |H|; give one such as 0.01"));
        }
        Ok(())
    }
}

impl Finder for GaussNewton {
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
        let mut damping = Damping { square: f64::NAN, growth: 2.0 };
        while spent.steps < self.iterations {
            spent.gradients += 1;
            spent.hessians += 1;
            let Some(model) = Model::at(eval, &x) else { break };
            if damping.square.is_nan() {
                damping.square = (self.damping * model.hess_norm()).powi(2);
            }
            let Some(next) = step(eval, &x, &model, &mut damping, criteria, &mut spent) else { break };
            x = next;
            spent.steps += 1;
        }
        spent.finish(eval, &x, &origin, criteria)
    }
}

/// `mu^2`, and what the next failure multiplies it by.
struct Damping {
    square: f64,
    growth: f64,
}

fn step(
    eval: &mut Evaluator,
    x: &[f64],
    model: &Model,
    damping: &mut Damping,
    criteria: &Criteria,
    spent: &mut Spent,
) -> Option<Vec<f64>> {
    let before = model.grad_norm * model.grad_norm;
    for _ in 0..TRIALS {
        let mut p = model.damped_step(damping.square.sqrt());
        if p.iter().any(|p| !p.is_finite()) || norm(&p) == 0.0 {
            return None;
        }
        let is_short = norm(&p) <= HAND_OVER * model.scale;
        cap(&mut p, criteria.step_cap * model.scale);
        let left = |((s, lambda), p): ((&f64, &f64), &f64)| (s + lambda * p).powi(2);
        let predicted = before - model.slopes.iter().zip(&model.eigen.values).zip(&p).map(left).sum::<f64>();
        let next = model.moved(eval, x, &p);
        spent.gradients += 1;
        let share = (before - grad_norm_at(eval, &next).powi(2)) / predicted;
        if share > 0.0 {
            damping.square *= (1.0 - (2.0 * share - 1.0).powi(3)).max(1.0 / 3.0);
            damping.growth = 2.0;
            return (!is_short).then_some(next);
        }
        damping.square *= damping.growth;
        damping.growth *= 2.0;
    }
    None
}
