//! What is known about a run when it has ended; numbers going bad are a status here, never an error.

use std::fmt;

/// How a run, or one attempt of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The gradient norm of the whole objective is at most `grad_tol`.
    Converged,
    /// The budget (of an attempt: its cutoff or the budget) does not allow another step.
    Budget,
    /// f or a coordinate passed its threshold.
    Diverged,
    /// f, the gradient or the point is not a number.
    Nan,
}

impl Status {
    /// The word used in result files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Budget => "budget",
            Self::Diverged => "diverged",
            Self::Nan => "nan",
        }
    }

    /// Whether the numbers went bad.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Diverged | Self::Nan)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One run. Every value of f and gradient norm here is of the whole objective, without noise; costs are in
/// gradient-equivalents. A value that was never finite is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// How it ended.
    pub status: Status,
    /// Why it ended, in words with the numbers.
    pub reason: String,
    /// What was spent: `n_row_grads / row_count`.
    pub cost: f64,
    /// Row-gradients spent, exactly.
    pub n_row_grads: u64,
    /// Steps taken, over all attempts.
    pub iterations: u64,
    /// Starts after the first.
    pub restarts: u64,
    /// f at the first start (after noise on it).
    pub f_start: f64,
    /// Least f seen in the run.
    pub f_best: f64,
    /// The first point with `f_best`, `(dim,)`.
    pub x_best: Vec<f64>,
    /// Cost at which `f_best` was first seen.
    pub cost_at_best: f64,
    /// f at `x_final`.
    pub f_final: f64,
    /// End point, `(dim,)`; with restarts the end point of the best attempt.
    pub x_final: Vec<f64>,
    /// Norm of the (tangential) gradient at `x_final`.
    pub grad_norm: f64,
    /// Cost of the first hit of each target, in the order of the settings; `None` when never hit.
    pub hits: Vec<Option<f64>>,
    /// Points kept at the moments that were reached, by rising moment.
    pub snapshots: Vec<Snapshot>,
    /// Every attempt, in order; one without restarts.
    pub attempts: Vec<Attempt>,
}

/// The current point at a declared moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The declared cost.
    pub moment: u64,
    /// The cost it was kept at: the first that is not below the moment.
    pub cost: f64,
    /// The point, `(dim,)`.
    pub x: Vec<f64>,
}

/// The part of a run that belongs to one start.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// f at its start.
    pub f_start: f64,
    /// f at its end.
    pub f_end: f64,
    /// What it spent, in gradient-equivalents.
    pub cost: f64,
    /// How it ended.
    pub status: Status,
}
