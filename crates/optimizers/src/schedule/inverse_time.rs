//! The learning rate falls like 1/t.

use crate::config::{Config, check_not_negative};
use crate::schedule::{Schedule, check_warmup};
use serde::{Deserialize, Serialize};

/// Inverse time: `1 / (1 + rate t)`, the decay under which stochastic gradients converge (Robbins & Monro 1951).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InverseTime {
    /// Growth of the divisor per step, `>= 0`.
    pub rate: f64,
    /// Share of the steps during which the factor rises linearly to 1, in `[0, 1]`.
    pub warmup: f64,
}

impl Default for InverseTime {
    fn default() -> Self {
        Self { rate: 0.01, warmup: 0.0 }
    }
}

impl Config for InverseTime {
    const NAME: &'static str = "inverse_time";
    const ABOUT: &'static str = "The learning rate over 1 + rate t (Robbins & Monro 1951).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("rate", "growth of the divisor per step, >= 0; 1/rate steps halve the learning rate"),
        ("warmup", "share of the steps of a linear warm-up before it, 0 to 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("rate", self.rate)?;
        check_warmup(self.warmup)
    }
}

impl Schedule for InverseTime {
    fn warmup(&self) -> f64 {
        self.warmup
    }

    fn decay(&self, t: u64, _steps: u64) -> f64 {
        1.0 / (1.0 + self.rate * t as f64)
    }
}
