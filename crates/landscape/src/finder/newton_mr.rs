//! The finder `newton_mr`: Newton steps of minimum residual from Hessian-vector products, descending in `|g|`.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::minres::{Limits, least_residual};
use super::{Departure, Described, Finder, HAND_OVER, Spent, check_iterations};
use crate::criteria::Criteria;
use crate::model::{cap, norm};
use crate::newton_sampler::Found;
use crate::tangent::{TangentHessian, dot};

/// Share of the predicted decrease that the line search asks for.
const ARMIJO: f64 = 1e-4;

/// Halvings of a step before the search gives up.
const HALVINGS: usize = 30;

/// A residual with `|H r|` below this share of `|H| |r|` is in the kernel.
const KERNEL: f64 = 1e-8;

/// Newton-MR (Roosta, Liu, Xu and Mahoney 2018, arXiv 1810.00303; recommended as a finder by Frye et al. 2021).
///
/// `p = argmin |H p + g|` by MINRES to a relative residual of `residual` or within `products` Hessian-vector products, of
/// least norm where H is singular; then `x <- x + a p` with the first a = 1, 1/2, 1/4, ... for which
/// `|g(x + a p)|^2 <= |g|^2 + 2e-4 a <p, H g>`. No Hessian is formed: memory `products` times dim.
///
/// Solving the systems well does harm far from the goal: on the linear autoencoder (4 inputs, 2 units) 40 of 40 searches end at
/// critical points with `residual = 0.5` and 14 with 1e-3, whose steps follow nearly singular directions into valleys of
/// `|g|`. The polish makes up for the accuracy.
///
/// **Sampling bias.** `|g|` falls at every step, so a search ends in the valley of `|g|` it starts in: at a critical
/// point of about the index of its start, or at a local minimum of `|g|` that is no critical point (a gradient-flat point,
/// where the certificate refuses it). High saddles are found from high starts only; descend first for low ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewtonMr {
    /// Where it sets out.
    #[serde(flatten)]
    pub departure: Departure,
    /// Relative residual at which a system counts as solved.
    pub residual: f64,
    /// Hessian-vector products per system, at most.
    pub products: usize,
    /// Largest number of steps.
    pub iterations: usize,
}

impl Default for NewtonMr {
    fn default() -> Self {
        NewtonMr { departure: Departure::default(), residual: 0.5, products: 100, iterations: 200 }
    }
}

impl Described for NewtonMr {
    const NAME: &'static str = "newton_mr";
    const ABOUT: &'static str = "Newton steps of minimum residual by MINRES with a line search on |g|^2, no Hessian formed; \
        stays in the valley of |g| it starts in, gradient-flat points included (Roosta et al. 2018).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("residual", "relative residual |Hp+g|/|g| at which a system is solved, between 0 and 1"),
        ("products", "Hessian-vector products per system, at most, >= 1"),
        ("iterations", "largest number of Newton steps, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        self.departure.check()?;
        check_iterations(self.iterations)?;
        if !(0.0 < self.residual && self.residual < 1.0) {
            let residual = self.residual;
            return Err(format!(
                "residual = {residual}: a share of |g| to leave; give one between 0 and 1 such as 0.5"
            ));
        }
        if self.products == 0 {
            return Err("products = 0: a system is not solved without products; give 1 or more".to_string());
        }
        Ok(())
    }
}

impl Finder for NewtonMr {
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
        let limits = Limits { residual: self.residual, kernel: KERNEL, products: self.products };
        while spent.steps < self.iterations {
            spent.gradients += 1;
            let Some(next) = step(eval, &x, &limits, criteria, &mut spent) else { break };
            x = next;
            spent.steps += 1;
        }
        spent.finish(eval, &x, &origin, criteria)
    }
}

/// The next point, unless the step is short or nothing lowers `|g|`.
fn step(eval: &mut Evaluator, x: &[f64], limits: &Limits, criteria: &Criteria, spent: &mut Spent) -> Option<Vec<f64>> {
    let mut hessian = TangentHessian::at(eval, x);
    let grad = hessian.grad().to_vec();
    let grad_norm = norm(&grad);
    if !hessian.is_finite() || grad_norm == 0.0 {
        return None;
    }
    let (mut p, products) = least_residual(&grad, |v, out| hessian.multiply(v, out), limits)?;
    let mut bent = vec![0.0; grad.len()];
    hessian.multiply(&grad, &mut bent);
    spent.gradients += products as u64 + 1;
    let scale = hessian.scale();
    if norm(&p) <= HAND_OVER * scale {
        return None;
    }
    cap(&mut p, criteria.step_cap * scale);
    let slope = 2.0 * dot(&p, &bent);
    let mut share = 1.0;
    for _ in 0..HALVINGS {
        let scaled: Vec<f64> = p.iter().map(|p| share * p).collect();
        let next = hessian.moved(&scaled);
        spent.gradients += 1;
        let after = hessian.grad_norm_at(&next);
        if after * after <= grad_norm * grad_norm + ARMIJO * share * slope {
            return Some(next);
        }
        share *= 0.5;
    }
    None
}
