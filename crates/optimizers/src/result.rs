//! What is known about a run when it has ended; numbers going bad are a status here, never an error.

use std::fmt;

/// How a run, or one attempt of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The gradient norm of the whole objective is at most `grad_tol`.
    Converged,
    /// No progress any more, by the declared rule, on held-out data, or by the method's own test.
    Stalled,
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
            Self::Stalled => "stalled",
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

/// Evaluations that a method was charged for. With b of m rows per gradient (b = m for the whole objective) they cost
/// `n_f / 2 + n_grad b / m + 2 n_hvp + dim n_hess` gradient-equivalents together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values without a gradient.
    pub n_f: u64,
    /// Gradients, of the whole objective or of minibatches; the value comes with each.
    pub n_grad: u64,
    /// Hessian-vector products.
    pub n_hvp: u64,
    /// Hessians.
    pub n_hess: u64,
}

/// One run. Every value of f and gradient norm here is of the whole objective, without noise; costs are in
/// gradient-equivalents. A value that was never finite is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// How it ended.
    pub status: Status,
    /// Why it ended, in words with the numbers.
    pub reason: String,
    /// What was spent: `units / (2 row_count)`.
    pub cost: f64,
    /// The same exactly, in units of half a row-gradient.
    pub units: u64,
    /// What it was spent on.
    pub counts: Counts,
    /// Steps taken, of a solver: iterates accepted after the start; over all attempts.
    pub iterations: u64,
    /// Starts after the first.
    pub restarts: u64,
    /// Steps on which noise was drawn, over all attempts.
    pub noisy_steps: u64,
    /// Sum of the squared Euclidean norms of all noise drawn, on starts, gradients and weights.
    pub noise_energy: f64,
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
