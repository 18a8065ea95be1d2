//! One start, one attempt: the run ends when the attempt does.

use crate::config::Config;
use crate::strategy::Strategy;
use serde::{Deserialize, Serialize};

/// One descent from the shared start, until it converges, fails, or the budget is spent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Single {}

impl Config for Single {
    const NAME: &'static str = "single";
    const ABOUT: &'static str = "One descent from the shared start, until it converges or the budget is spent.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Strategy for Single {}
