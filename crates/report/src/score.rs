//! How good a configuration is: one number with an interval, and an order that also decides ties.

use std::cmp::Ordering;

use crate::estimators::{Outcome, Runtime, Share, median, median_interval};
use crate::folder::Run;
use crate::rows::Status;

/// Two-sided confidence of the interval.
const LEVEL: f64 = 0.95;

/// Running times within this factor are as good.
pub(crate) const FACTOR: f64 = 2.0;

/// What makes a configuration the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Criterion {
    /// Share of planned runs that came within the target gap; more is better.
    Success { target: f64 },
    /// Median over the planned runs of the best gap; less is better.
    Gap,
}

/// The score of one configuration on one problem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Score {
    criterion: Criterion,
    /// The share, or the median gap.
    pub value: f64,
    /// Its 95 % interval: Wilson, or of order statistics; `None` for too few runs.
    pub interval: Option<(f64, f64)>,
    /// Expected running time to the target; infinite without a success, and without a target.
    pub ert: f64,
    median_gap: f64,
    /// Planned runs that diverged, met a NaN, panicked or are missing.
    pub failed: usize,
}

impl Score {
    /// Of all planned runs of a configuration. For the median a failed run is as bad as can be (`inf`), whatever it had
    /// seen before it failed; a target reached before a failure counts, as in the table `success`.
    pub fn of(criterion: Criterion, runs: &[&Run]) -> Self {
        let is_failed =
            |run: &&&Run| matches!(run.row.status, Status::Diverged | Status::Nan | Status::Panic | Status::Missing);
        // Without a reference the level orders just as well.
        let gap = |run: &&Run| match run.row.gap_best.or(run.level_best()) {
            Some(gap) if !is_failed(&run) && !gap.is_nan() => gap,
            _ => f64::INFINITY,
        };
        let gaps: Vec<f64> = runs.iter().map(gap).collect();
        let median_gap = median(&gaps).unwrap_or(f64::INFINITY);
        let failed = runs.iter().filter(is_failed).count();
        let (value, interval, ert) = match criterion {
            Criterion::Gap => (median_gap, median_interval(&gaps, LEVEL), f64::INFINITY),
            Criterion::Success { target } => {
                let hit = |run: &Run| run.hits.iter().find(|(gap, _)| *gap == target).and_then(|(_, cost)| *cost);
                let outcomes = runs.iter().map(|run| Outcome { hit: hit(run), cost: run.row.cost.unwrap_or(0.0) });
                let runtime = Runtime::of(outcomes);
                let missing = runs.iter().filter(|run| run.row.status == Status::Missing).count();
                let share = Share { count: runtime.successes, planned: runs.len(), missing };
                (share.estimate(), Some(share.interval()), runtime.ert())
            }
        };
        Self { criterion, value, interval, ert, median_gap, failed }
    }

    /// `Less` for the better one. Success: the greater share, then the shorter running time, then the smaller median gap.
    /// Gap: the smaller median, then fewer failures.
    pub fn rank(&self, other: &Self) -> Ordering {
        let by_share = || other.value.total_cmp(&self.value);
        let by_gap = || self.median_gap.total_cmp(&other.median_gap);
        match self.criterion {
            Criterion::Success { .. } => by_share().then(self.ert.total_cmp(&other.ert)).then_with(by_gap),
            Criterion::Gap => by_gap().then(self.failed.cmp(&other.failed)),
        }
    }

    /// Whether this score is within the interval of the best one, so that the runs at hand do not tell the two apart, and,
    /// where a target is reached, at most [`FACTOR`] times as expensive. Without any success nothing is as good.
    pub fn is_as_good_as(&self, best: &Self) -> bool {
        match self.criterion {
            Criterion::Success { .. } => {
                let is_within = self.value >= best.interval.map_or(best.value, |(lo, _)| lo);
                self.value > 0.0 && is_within && self.ert <= FACTOR * best.ert
            }
            Criterion::Gap => self.value.is_finite() && self.value <= best.interval.map_or(best.value, |(_, hi)| hi),
        }
    }
}
