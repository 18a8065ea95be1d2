//! The learning rate falls along half a cosine.

use crate::config::Config;
use crate::schedule::{Schedule, check_warmup};
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Cosine annealing (Loshchilov & Hutter 2017, arXiv 1608.03983): `last + (1 - last) (1 + cos(pi t / steps)) / 2`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cosine {
    /// Factor at the end, in `[0, 1]`.
    pub last: f64,
    /// Share of the steps during which the factor rises linearly to 1, in `[0, 1]`.
    pub warmup: f64,
}

impl Default for Cosine {
    fn default() -> Self {
        Self { last: 0.0, warmup: 0.0 }
    }
}

impl Config for Cosine {
    const NAME: &'static str = "cosine";
    const ABOUT: &'static str =
        "The learning rate along half a cosine to the share `last` (Loshchilov & Hutter 2017, arXiv 1608.03983).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("last", "factor at the end of the steps, 0 <= last <= 1"),
        ("warmup", "share of the steps of a linear warm-up before it, 0 to 1"),
    ];

    fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.last) {
            return Err(format!("last = {}: the factor at the end is a share; give 0 <= last <= 1", self.last));
        }
        check_warmup(self.warmup)
    }
}

impl Schedule for Cosine {
    fn warmup(&self) -> f64 {
        self.warmup
    }

    fn decay(&self, t: u64, steps: u64) -> f64 {
        let angle = std::f64::consts::PI * (t as f64 / steps as f64);
        self.last + (1.0 - self.last) * 0.5 * (1.0 + math::sin_cos(angle).1)
    }
}
