//! Independent starts one after another, each with a fixed cutoff, until the budget is spent.

use crate::config::Config;
use crate::strategy::Strategy;
use serde::{Deserialize, Serialize};

/// Multi-restart with a fixed cutoff (Luby, Sinclair & Zuckerman 1993: some fixed cutoff is optimal).
///
/// Each attempt may spend `cutoff` gradient-equivalents and ends earlier when it converges. Then the rule
/// starts afresh at the next draw of the start law; restart 0 is the start all methods share. With success
/// probability `p` per attempt, `R` attempts succeed with probability `1 - (1 - p)^R`.
///
/// An attempt that diverges or meets a NaN is a failed attempt, not a failed run: it is counted, what it spent
/// stays spent, and the run goes on with the next start. Such a run ends with status `budget`; only when
/// *every* attempt failed does it end with the failure of the attempt reported. The end point of the run is
/// that of its best attempt: one that did not fail, of those the one that ended lowest, of equals the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultiRestart {
    /// Gradient-equivalents per attempt, at least 1.
    pub cutoff: u64,
}

impl Default for MultiRestart {
    fn default() -> Self {
        Self { cutoff: 100 }
    }
}

impl Config for MultiRestart {
    const NAME: &'static str = "multi_restart";
    const ABOUT: &'static str =
        "Independent starts with a fixed cutoff each, until the budget is spent (Luby, Sinclair & Zuckerman 1993).";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("cutoff", "gradient-equivalents per attempt, >= 1; an attempt also ends when it converges")];

    fn check(&self) -> Result<(), String> {
        if self.cutoff >= 1 {
            return Ok(());
        }
        Err("cutoff = 0: an attempt needs at least one gradient; give cutoff >= 1, such as a tenth of the budget"
            .into())
    }
}

impl Strategy for MultiRestart {
    fn restarts(&self) -> bool {
        true
    }

    fn attempt_budget(&self, _restart: u64) -> u64 {
        self.cutoff
    }
}
