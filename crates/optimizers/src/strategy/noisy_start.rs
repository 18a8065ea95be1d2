//! Noise on the start point and on the gradient early in the run, then noise-free descent.

use crate::config::{Config, check_not_negative};
use crate::strategy::Strategy;
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Noise at the start: `x0 + start_sigma z`, then steps with `g + sigma_t z`, `z` standard normal.
///
/// With `t = 0, 1, ...` the step number and `W` the window in steps, for `t < W`:
///
/// ```text
/// decay = "power"     sigma_t^2 = eta / (1 + t)^gamma      (Neelakantan et al. 2015, arXiv 1511.06807)
/// decay = "linear"    sigma_t   = sqrt(eta) (1 - t / W)    (annealing to zero; gamma is not used)
/// ```
///
/// and `sigma_t = 0` exactly from step `W` on. `W` is `window` times the steps the whole budget allows, rounded
/// down. The convergence test waits until the noise is off. Noise acts on the gradient, so a rule scales it by
/// its learning rate; a Langevin step `x <- x - lr g + s sqrt(lr) z` is `eta = s^2 / lr`.
///
/// Literature: `gamma` 0.55 and `eta` one of 0.01, 0.3, 1 (default: the middle one), over the whole run. The
/// default window, 0.6, ends the noise before the run ends, so that the end point is one of noise-free descent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoisyStart {
    /// Standard deviation of the noise on each coordinate of the start point, `>= 0`, in units of x.
    pub start_sigma: f64,
    /// Variance of the gradient noise at step 0, `>= 0`, in squared units of the gradient.
    pub eta: f64,
    /// Exponent of the power decay, `>= 0`.
    pub gamma: f64,
    /// Share of the budget during which the gradient is noisy, in `[0, 1]`.
    pub window: f64,
    /// How the noise falls within the window.
    pub decay: Decay,
}

/// How the gradient noise falls within its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// `sigma_t^2 = eta / (1 + t)^gamma`.
    Power,
    /// `sigma_t = sqrt(eta) (1 - t / W)`.
    Linear,
}

impl Default for NoisyStart {
    fn default() -> Self {
        Self { start_sigma: 0.1, eta: 0.3, gamma: 0.55, window: 0.6, decay: Decay::Power }
    }
}

impl Config for NoisyStart {
    const NAME: &'static str = "noisy_start";
    const ABOUT: &'static str = "Noise on the start point and a decaying noise on the gradient early in the run, then none (Neelakantan et al. 2015, arXiv 1511.06807).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("start_sigma", "standard deviation of the noise on each coordinate of the start point, >= 0"),
        ("eta", "variance of the noise on each coordinate of the gradient at step 0, >= 0; literature 0.01, 0.3, 1"),
        ("gamma", "exponent of the power decay, sigma_t^2 = eta / (1 + t)^gamma, >= 0"),
        ("window", "share of the budget with a noisy gradient, 0 to 1; exactly no noise after it"),
        ("decay", "\"power\", or \"linear\": sigma_t = sqrt(eta) (1 - t / window steps)"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("start_sigma", self.start_sigma)?;
        check_not_negative("eta", self.eta)?;
        check_not_negative("gamma", self.gamma)?;
        if (0.0..=1.0).contains(&self.window) {
            return Ok(());
        }
        Err(format!(
            "window = {}: it is a share of the budget; give a number from 0 (no gradient noise) to 1",
            self.window
        ))
    }
}

impl Strategy for NoisyStart {
    fn start_sigma(&self) -> f64 {
        self.start_sigma
    }

    fn gradient_sigma(&self, step: u64, run_steps: u64) -> f64 {
        let window_steps = (self.window * run_steps as f64).floor();
        let t = step as f64;
        if t >= window_steps {
            return 0.0;
        }
        match self.decay {
            Decay::Power => (self.eta * math::exp(-self.gamma * math::ln(1.0 + t))).sqrt(),
            Decay::Linear => self.eta.sqrt() * (1.0 - t / window_steps),
        }
    }
}
