//! The strategy: how one run spends its budget over starts.

pub mod multi_restart;
pub mod noisy_start;
pub mod single;

use crate::noise::Noise;
use crate::settings::Stall;
use serde::{Deserialize, Serialize};

/// How a run spends its budget. Every answer is a function of the restart number alone, so a strategy has no running
/// state; the loop keeps the counts.
///
/// An *attempt* is the part of a run that belongs to one start. Attempt 0 begins at the start that all methods
/// share. An attempt ends when it converges, stalls, diverges, meets a NaN, or has spent what it may.
pub trait Strategy: Send + Sync {
    /// Whether an attempt that ended is followed by another start while the budget allows a step.
    fn restarts(&self) -> bool {
        false
    }

    /// Gradient-equivalents that attempt `restart` may spend, at least 1; the run's budget limits it too.
    fn attempt_budget(&self, _restart: u64) -> u64 {
        u64::MAX
    }

    /// When an attempt ends for lack of progress, besides what the settings say.
    fn stall(&self) -> Option<Stall> {
        None
    }

    /// Noise that belongs to the strategy, added to that of the method.
    fn noise(&self) -> Vec<Noise> {
        vec![]
    }

    /// Which law the starts are drawn from.
    fn start(&self) -> Start {
        Start::Law
    }
}

/// Which law the starts of a run are drawn from. The caller draws them: [`crate::Seeds::start`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The start law of the problem.
    #[default]
    Law,
    /// The problem's second law, derived from its data.
    Data,
}
