//! One start, one attempt: the run ends when the attempt does.

use crate::config::Config;
use crate::strategy::{Start, Strategy};
use serde::{Deserialize, Serialize};

/// One descent from the shared start, until it converges, fails, or the budget is spent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Single {
    /// Where the start comes from.
    pub start: Start,
}

impl Config for Single {
    const NAME: &'static str = "single";
    const ABOUT: &'static str = "One descent from the shared start, until it converges or the budget is spent.";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("start", "\"law\", the problem's start law, or \"data\", weights derived from its data")];

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Strategy for Single {
    fn start(&self) -> Start {
        self.start
    }
}
