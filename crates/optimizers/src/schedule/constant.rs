//! The learning rate as it is.

use crate::config::Config;
use crate::schedule::{Schedule, check_warmup};
use serde::{Deserialize, Serialize};

/// Factor 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constant {
    /// Share of the steps during which the factor rises linearly to 1, in `[0, 1]`.
    pub warmup: f64,
}

impl Default for Constant {
    fn default() -> Self {
        Self { warmup: 0.0 }
    }
}

impl Config for Constant {
    const NAME: &'static str = "constant";
    const ABOUT: &'static str = "The learning rate as given, after an optional warm-up.";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("warmup", "share of the steps of a linear warm-up before it, 0 to 1")];

    fn check(&self) -> Result<(), String> {
        check_warmup(self.warmup)
    }
}

impl Schedule for Constant {
    fn warmup(&self) -> f64 {
        self.warmup
    }

    fn decay(&self, _t: u64, _steps: u64) -> f64 {
        1.0
    }

    fn is_constant(&self) -> bool {
        self.warmup == 0.0
    }
}
