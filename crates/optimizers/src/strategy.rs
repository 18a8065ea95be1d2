//! The strategy: how one run spends its budget over starts and noise.

pub mod multi_restart;
pub mod noisy_start;
pub mod single;

/// How a run spends its budget. Every answer is a function of the restart or step number alone, so a strategy
/// has no running state; the loop keeps the counts.
///
/// An *attempt* is the part of a run that belongs to one start. Attempt 0 begins at the start that all methods
/// share. An attempt ends when it converges, diverges, meets a NaN, or has spent what it may.
pub trait Strategy: Send + Sync {
    /// Whether an attempt that ended is followed by another start while the budget allows a step.
    fn restarts(&self) -> bool {
        false
    }

    /// Gradient-equivalents that attempt `restart` may spend, at least 1; the run's budget limits it too.
    fn attempt_budget(&self, _restart: u64) -> u64 {
        u64::MAX
    }

    /// Standard deviation of the normal noise added to each coordinate of a start point.
    fn start_sigma(&self) -> f64 {
        0.0
    }

    /// Standard deviation of the normal noise added to each coordinate of the gradient at step `step`
    /// (0, 1, ...) of a run whose budget allows `run_steps` steps. Exactly 0 means: no noise is drawn, and
    /// the convergence test applies.
    fn gradient_sigma(&self, _step: u64, _run_steps: u64) -> f64 {
        0.0
    }
}
