//! Independent starts one after another, each with a cutoff, until the budget is spent.

use crate::config::{Config, check_not_negative};
use crate::settings::Stall;
use crate::strategy::{Start, Strategy};
use serde::{Deserialize, Serialize};

/// Multi-restart. Each attempt ends when it converges, or when `until` says:
///
/// ```text
/// until = "fixed"   after `cutoff` gradient-equivalents (some fixed cutoff is optimal)
/// until = "luby"    after `cutoff` times 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8, ... (within a factor
///                   O(log) of the optimum without knowing it; both: Luby, Sinclair & Zuckerman 1993)
/// until = "stall"   when its least f has not fallen by more than the share `decrease` of its size within `cutoff`
///                   gradient-equivalents
/// ```
///
/// Then the method starts afresh at the next draw of the start law; restart 0 is the start all methods share. With
/// success probability `p` per attempt, `R` attempts succeed with probability `1 - (1 - p)^R`.
///
/// An attempt that diverges or meets a NaN is a failed attempt, not a failed run: it is counted, what it spent
/// stays spent, and the run goes on with the next start. Such a run ends with status `budget`; only when
/// *every* attempt failed does it end with the failure of the attempt reported. The end point of the run is
/// that of its best attempt: one that did not fail, of those the one that ended lowest, of equals the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultiRestart {
    /// Gradient-equivalents, at least 1; per attempt, or without progress.
    pub cutoff: u64,
    /// When an attempt ends.
    pub until: Until,
    /// Relative decrease that counts as progress, `>= 0`.
    pub decrease: f64,
    /// Where the starts come from.
    pub start: Start,
}

/// When an attempt of a multi-restart ends, unless it converges before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// After the cutoff.
    #[default]
    Fixed,
    /// After the cutoff times Luby's sequence.
    Luby,
    /// When it makes no progress.
    Stall,
}

impl Default for MultiRestart {
    fn default() -> Self {
        Self { cutoff: 100, until: Until::Fixed, decrease: 1e-3, start: Start::Law }
    }
}

impl Config for MultiRestart {
    const NAME: &'static str = "multi_restart";
    const ABOUT: &'static str =
        "Independent starts with a cutoff each, until the budget is spent (Luby, Sinclair & Zuckerman 1993).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("cutoff", "gradient-equivalents per attempt, >= 1; an attempt also ends when it converges"),
        (
            "until",
            "\"fixed\": that many; \"luby\": times 1, 1, 2, 1, 1, 2, 4, ...; \"stall\": when that many brought no progress",
        ),
        ("decrease", "until = \"stall\" only: share of |f| by which the least f must fall to count as progress, >= 0"),
        ("start", "\"law\", the problem's start law, or \"data\", weights derived from its data"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("decrease", self.decrease)?;
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

    fn attempt_budget(&self, restart: u64) -> u64 {
        match self.until {
            Until::Fixed => self.cutoff,
            Until::Luby => self.cutoff.saturating_mul(luby(restart + 1)),
            Until::Stall => u64::MAX,
        }
    }

    fn stall(&self) -> Option<Stall> {
        (self.until == Until::Stall).then_some(Stall { window: self.cutoff, decrease: self.decrease })
    }

    fn start(&self) -> Start {
        self.start
    }
}

/// Term `i` = 1, 2, ... of 1, 1, 2, 1, 1, 2, 4, ...: `2^(k-1)` when `i = 2^k - 1`, else term `i - 2^(k-1) + 1` with
/// `2^(k-1) <= i < 2^k - 1`.
fn luby(mut i: u64) -> u64 {
    loop {
        let k = u64::BITS - i.leading_zeros(); // 2^(k-1) <= i < 2^k
        let half = 1 << (k - 1);
        if i == half + (half - 1) {
            return half;
        }
        i -= half - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::luby;

    #[test]
    fn lubys_sequence_is_that_of_the_paper() {
        let first: Vec<u64> = (1..=31).map(luby).collect();
        let paper = [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8, 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8, 16];
        assert_eq!(first, paper);
    }
}
