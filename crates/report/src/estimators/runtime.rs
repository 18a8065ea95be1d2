//! Expected running time as COCO defines it.

use super::resample::{Resample, percentiles};
use super::share::LEVEL;

/// What one run contributes to the expected running time of one target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Cost of the first hit; `None` when the target was not reached.
    pub hit: Option<f64>,
    /// Cost of the whole run.
    pub cost: f64,
}

/// Cost that the runs of a cell spent on one target, and how many reached it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runtime {
    /// Cost of every run up to its hit, or to its stop when there was none.
    pub spent: f64,
    /// Runs that reached the target.
    pub successes: usize,
}

impl Runtime {
    /// Adds up the runs of a cell, in the order given.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut runtime = Runtime { spent: 0.0, successes: 0 };
        for outcome in outcomes {
            runtime.spent += outcome.hit.unwrap_or(outcome.cost);
            runtime.successes += usize::from(outcome.hit.is_some());
        }
        runtime
    }

    /// `ERT = (sum of T_i over successes + sum of b_i over failures) / successes`; infinite without a success, and then
    /// `spent` bounds it from below. Every failure is charged its own cost `b_i`.
    ///
    /// Source: COCO, "Averaging Runtime" in its performance assessment; Auger and Hansen (2005); Price (1997).
    ///
    /// ```
    /// use report::estimators::{Outcome, Runtime};
    /// let ert = Runtime::of([Outcome { hit: Some(10.0), cost: 50.0 }, Outcome { hit: None, cost: 90.0 }]).ert();
    /// assert_eq!(ert, 100.0); // (10 + 90) / 1
    /// ```
    pub fn ert(&self) -> f64 {
        // 0/0 (no runs at all) would be NaN: nothing reached it, so it is infinite as well.
        if self.successes == 0 { f64::INFINITY } else { self.spent / self.successes as f64 }
    }
}

/// 95 % percentile interval of the ERT: the n pairs (hit, cost) are drawn with replacement `draws` times. A draw without
/// a success counts as infinite, so the upper end may be.
///
/// # Panics
/// No runs or no draws.
pub fn ert_interval(outcomes: &[Outcome], draws: usize, random: &mut Resample) -> (f64, f64) {
    let ert = |sample: &[usize]| Runtime::of(sample.iter().map(|i| outcomes[*i])).ert();
    percentiles(random.bootstrap(outcomes.len(), draws, ert), LEVEL)
}
