//! The learning rate falls by the same factor in every step.

use crate::config::Config;
use crate::schedule::{Schedule, check_factor, check_warmup};
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Exponential decay: `last^(t / steps)`; as `torch.optim.lr_scheduler.ExponentialLR` with `gamma = last^(1 / steps)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exponential {
    /// Factor at the end, `0 < last <= 1`.
    pub last: f64,
    /// Share of the steps during which the factor rises linearly to 1, in `[0, 1]`.
    pub warmup: f64,
}

impl Default for Exponential {
    fn default() -> Self {
        Self { last: 0.01, warmup: 0.0 }
    }
}

impl Config for Exponential {
    const NAME: &'static str = "exponential";
    const ABOUT: &'static str = "The learning rate falls by one factor per step, to the share `last` at the end.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("last", "factor at the end of the steps, 0 < last <= 1"),
        ("warmup", "share of the steps of a linear warm-up before it, 0 to 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_factor("last", self.last)?;
        check_warmup(self.warmup)
    }
}

impl Schedule for Exponential {
    fn warmup(&self) -> f64 {
        self.warmup
    }

    fn decay(&self, t: u64, steps: u64) -> f64 {
        math::exp(t as f64 / steps as f64 * math::ln(self.last))
    }
}
