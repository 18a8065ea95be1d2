//! Noise on the start, on the gradient or on the weights, with its decay.

use crate::config::{Config, check_not_negative};
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Isotropic normal noise, one independent draw per coordinate: `x0 + sigma_0 z` on the start, `g + sigma_t z` on the
/// gradient, or `x + sigma_t z` on the weights after a step.
///
/// With `t = 0, 1, ...` the number of the step in its attempt and `W` the window in steps, for `t < W`:
///
/// ```text
/// decay = "none"      sigma_t   = sqrt(eta)
/// decay = "power"     sigma_t^2 = eta / (1 + t)^gamma      (Neelakantan et al. 2015, arXiv 1511.06807)
/// decay = "linear"    sigma_t   = sqrt(eta) (1 - t / W)    (annealing to zero)
/// ```
///
/// and `sigma_t = 0` exactly from step `W` on. `W` is `window` times the steps that the budget of the attempt allows,
/// rounded down. The convergence test waits until the noise is off. Noise on the gradient is scaled by the rule like the
/// gradient: with plain descent a Langevin step `x <- x - lr g + s sqrt(lr) z` is `eta = s^2 / lr`.
///
/// Literature: `gamma` 0.55 and `eta` one of 0.01, 0.3, 1 (default: the middle one), over the whole run. The
/// default window, 0.6, ends the noise before the run ends, so that the end point is one of noise-free descent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Noise {
    /// What it is added to.
    pub on: On,
    /// Variance per coordinate at step 0, `>= 0`, in squared units of what it is added to.
    pub eta: f64,
    /// How it falls within the window.
    pub decay: Decay,
    /// Exponent of the power decay, `>= 0`.
    pub gamma: f64,
    /// Share of the budget during which there is noise, in `[0, 1]`.
    pub window: f64,
}

/// What noise is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Every start point, once; decay and window are not used.
    Start,
    /// The gradient of every step.
    Gradient,
    /// The point after every step.
    Weights,
}

/// How noise falls within its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// It does not.
    None,
    /// `sigma_t^2 = eta / (1 + t)^gamma`.
    Power,
    /// `sigma_t = sqrt(eta) (1 - t / W)`.
    Linear,
}

impl Default for Noise {
    fn default() -> Self {
        Self { on: On::Gradient, eta: 0.3, decay: Decay::Power, gamma: 0.55, window: 0.6 }
    }
}

impl Config for Noise {
    const NAME: &'static str = "noise";
    const ABOUT: &'static str = "Normal noise on the start, on the gradient or on the weights, decaying within a window (Neelakantan et al. 2015, arXiv 1511.06807).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("on", "\"start\", \"gradient\" or \"weights\" (the point after each step)"),
        ("eta", "variance per coordinate at step 0, >= 0; literature for gradients 0.01, 0.3, 1"),
        (
            "decay",
            "\"power\": sigma_t^2 = eta / (1 + t)^gamma; \"linear\": sigma_t = sqrt(eta) (1 - t / window steps); \"none\"",
        ),
        ("gamma", "exponent of the power decay, >= 0"),
        ("window", "share of the budget with noise, 0 to 1; exactly no noise after it"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("eta", self.eta)?;
        check_not_negative("gamma", self.gamma)?;
        check_window(self.window)
    }
}

/// `0 <= window <= 1`.
pub(crate) fn check_window(window: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&window) {
        return Ok(());
    }
    Err(format!("window = {window}: it is a share of the budget; give a number from 0 (no noise) to 1"))
}

impl Noise {
    /// Standard deviation at step `t` of an attempt whose budget allows `steps` steps. Exactly 0 means that nothing is
    /// drawn.
    pub fn sigma(&self, t: u64, steps: u64) -> f64 {
        let window_steps = (self.window * steps as f64).floor();
        let t = t as f64;
        if t >= window_steps {
            return 0.0;
        }
        match self.decay {
            Decay::None => self.eta.sqrt(),
            Decay::Power => (self.eta * math::exp(-self.gamma * math::ln(1.0 + t))).sqrt(),
            Decay::Linear => self.eta.sqrt() * (1.0 - t / window_steps),
        }
    }

    /// Standard deviation on a start point.
    pub fn start_sigma(&self) -> f64 {
        self.eta.sqrt()
    }
}
