//! The learning rate falls in steps.

use crate::config::Config;
use crate::schedule::{Schedule, check_factor, check_warmup};
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Step decay: `gamma^floor(t / E)`, `E = max(1, floor(every steps))`, as `torch.optim.lr_scheduler.StepLR` with
/// `step_size = E`.
///
/// Typical: `gamma` 0.1 after each third of the steps; the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Factor of each fall, `0 < gamma <= 1`.
    pub gamma: f64,
    /// Share of the steps between two falls, in `(0, 1]`.
    pub every: f64,
    /// Share of the steps during which the factor rises linearly to 1, in `[0, 1]`.
    pub warmup: f64,
}

impl Default for Step {
    fn default() -> Self {
        Self { gamma: 0.1, every: 1.0 / 3.0, warmup: 0.0 }
    }
}

impl Config for Step {
    const NAME: &'static str = "step";
    const ABOUT: &'static str = "The learning rate times gamma after every share of the steps, as torch's StepLR.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("gamma", "factor of each fall, 0 < gamma <= 1"),
        ("every", "share of the steps between two falls, 0 < every <= 1"),
        ("warmup", "share of the steps of a linear warm-up before it, 0 to 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_factor("gamma", self.gamma)?;
        check_factor("every", self.every)?;
        check_warmup(self.warmup)
    }
}

impl Schedule for Step {
    fn warmup(&self) -> f64 {
        self.warmup
    }

    fn decay(&self, t: u64, steps: u64) -> f64 {
        let every = ((self.every * steps as f64).floor() as u64).max(1);
        math::exp((t / every) as f64 * math::ln(self.gamma))
    }
}
