//! Noise on the start point and on the gradient early in the run, then noise-free descent.

use crate::config::{Config, check_not_negative};
use crate::noise::{Decay, Noise, On, check_window};
use crate::strategy::Strategy;
use serde::{Deserialize, Serialize};

/// Noise at the start: `x0 + start_sigma z`, then steps with `g + sigma_t z`, `z` standard normal, `sigma_t` as in
/// [`Noise`]: both noises under one name, in one run from one start.
///
/// With `eta = 0` it is noise on the start and noise-free descent from there.
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
        ("decay", "\"power\", \"linear\": sigma_t = sqrt(eta) (1 - t / window steps), or \"none\""),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("start_sigma", self.start_sigma)?;
        check_not_negative("eta", self.eta)?;
        check_not_negative("gamma", self.gamma)?;
        check_window(self.window)
    }
}

impl Strategy for NoisyStart {
    fn noise(&self) -> Vec<Noise> {
        let Self { start_sigma, eta, gamma, window, decay } = *self;
        // The square root of a rounded square is the number itself, so the start keeps its declared deviation.
        let on_start = Noise { on: On::Start, eta: start_sigma * start_sigma, ..Noise::default() };
        vec![on_start, Noise { on: On::Gradient, eta, decay, gamma, window }]
    }
}
