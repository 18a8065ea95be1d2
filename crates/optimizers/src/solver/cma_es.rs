//! CMA-ES: a normal distribution that learns mean, step size and covariance from the ranks of its samples.

mod evolution;

use crate::config::{Config, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::comparable;
use autodiff::{Objective, Stream};
use evolution::Evolution;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Variables beyond which the eigen-decompositions take longer than most functions.
const MAX_DIM: usize = 1000;

/// The (mu/mu_w, lambda)-CMA-ES with negative weights (Hansen 2016, arXiv 1604.00772), its strategy parameters
/// at the defaults of table 1. With `y_k = C^(1/2) z_k`, `z_k` standard normal, ranked by `f(mean + sigma y_k)`, `<.>` the
/// sum weighted over the best `mu`, and `E` the mean norm of a normal vector:
///
/// ```text
/// mean    <- mean + sigma <y>
/// p_sigma <- (1 - c_sigma) p_sigma + sqrt(c_sigma (2 - c_sigma) mu_eff) <z>
/// sigma   <- sigma exp(c_sigma / d_sigma (|p_sigma| / E - 1))
/// p_c     <- (1 - c_c) p_c + h sqrt(c_c (2 - c_c) mu_eff) <y>
/// C       <- (1 + c_1 (1 - h) c_c (2 - c_c) - c_1 - c_mu sum w) C + c_1 p_c p_c^T + c_mu sum_k w_k y_k y_k^T
/// ```
///
/// `h` is 0 while `p_sigma` is long, else 1; a `y_k` of negative weight is scaled to `|C^(-1/2) y_k|^2 = dim`. The root is
/// renewed every `max(1, floor(1 / (10 dim (c_1 + c_mu))))` generations. The mean begins at the start; `sigma` should be about
/// a third of the distance to where the minimum may be.
///
/// A generation costs `lambda / 2` gradients; the start is valued once more, and the best point so far is the iterate. Only
/// ranks count: a rising transformation of f changes no sample, and a value that is not finite ranks last. An attempt
/// ends as stalled when all deviations are below 1e-12 of the first, C has a condition beyond 1e14, or the best value of
/// `10 + ceil(30 dim / lambda)` generations is the same (the tutorial's section B.3, those criteria that only ranks enter).
/// At most 1000 variables. On a sphere every sample is put back on the surface before it is valued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CmaEs {
    /// First standard deviation per coordinate, `> 0`, in units of x.
    pub sigma: f64,
    /// Samples per generation `lambda`, at least 2; 0 means `4 + floor(3 ln dim)`.
    pub population: usize,
}

impl Default for CmaEs {
    fn default() -> Self {
        Self { sigma: 0.5, population: 0 }
    }
}

impl Config for CmaEs {
    const NAME: &'static str = "cma_es";
    const ABOUT: &'static str = "Evolution strategy with covariance matrix adaptation, at the defaults of its tutorial (Hansen 2016, arXiv 1604.00772).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("sigma", "first standard deviation per coordinate, > 0, in units of x; a third of the way to the minimum"),
        ("population", "samples per generation, >= 2; 0 = 4 + floor(3 ln dim)"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("sigma", self.sigma)?;
        if self.population == 1 {
            return Err("population = 1: one sample has no rank; give population >= 2, or 0 for the default".into());
        }
        Ok(())
    }
}

impl Solver for CmaEs {
    fn suits(&self, objective: &Objective) -> Result<(), String> {
        let dim = objective.dim();
        if dim <= MAX_DIM {
            return Ok(());
        }
        Err(format!(
            "it decomposes a {dim} x {dim} matrix as it goes; the limit is {MAX_DIM} variables; use lbfgs, or \
             simulated_annealing where there is no gradient"
        ))
    }

    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let mut evolution = Evolution::new(x, self.sigma, self.population);
        let mut values = vec![0.0; evolution.constants.lambda];
        let mut sample = vec![0.0; x.len()];
        let mut f = oracle.value(x)?;
        loop {
            oracle.accept(x, f, None)?;
            for (k, value) in values.iter_mut().enumerate() {
                evolution.ask(k, random, &mut sample);
                oracle.retract(&mut sample);
                *value = comparable(oracle.value(&sample)?);
                if *value < f {
                    f = *value;
                    x.copy_from_slice(&sample);
                }
            }
            evolution.tell(&values);
            if let Some(why) = evolution.end() {
                oracle.accept(x, f, None)?;
                return Err(oracle.give_up(&why));
            }
        }
    }
}
