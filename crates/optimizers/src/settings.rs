//! What a run is given from outside: its budget and thresholds, its starts and its random streams.

use autodiff::{Objective, Stream};

/// Budget, stopping thresholds and what to log; the same for every run of a block.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// Budget per run in gradient-equivalents (see [`crate::run_block`]), at least 1. It is never exceeded, and a run
    /// that ends by it has less left than the evaluation it would have made next.
    pub budget: u64,
    /// A point is converged when the Euclidean norm of the gradient, on a surface of its tangential part, is at
    /// most this.
    pub grad_tol: f64,
    /// Values above this mean divergence.
    pub f_above: f64,
    /// A coordinate beyond this in size means divergence.
    pub x_above: f64,
    /// When a run that no longer makes progress ends; `None`: never.
    pub stall: Option<Stall>,
    /// When a run ends because the loss on held-out data no longer falls; `None`: never.
    pub early_stop: Option<EarlyStop<'a>>,
    /// Values of f whose first hit (`f <= target`) is logged, in any order.
    pub targets: Vec<f64>,
    /// Costs at which the current point is kept: the first point with cost >= moment; in any order.
    pub moments: Vec<u64>,
    /// Whether values and gradients over data rows are computed in single precision; points stay in double.
    pub single_precision: bool,
}

/// An attempt stalls when within `window` gradient-equivalents its least f has not fallen by more than the share
/// `decrease` of its size: `f < mark - decrease |mark|` sets the mark anew, and the window counts from there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    /// Gradient-equivalents, at least 1.
    pub window: u64,
    /// Relative decrease, at least 0.
    pub decrease: f64,
}

/// Early stopping (Prechelt 1998): an attempt ends when the loss on data that no step uses has not reached a new
/// least value for `patience` epochs. It is measured wherever the whole objective is, at no charge.
#[derive(Clone, Copy, Debug)]
pub struct EarlyStop<'a> {
    /// The loss on the held-out data, in the same variables.
    pub held_out: &'a Objective,
    /// Epochs (gradient-equivalents), at least 1.
    pub patience: u64,
}

impl Settings<'_> {
    /// Panics on settings that no run can be judged by: a mistake of the caller.
    pub(crate) fn assert_usable(&self) {
        assert!(self.budget >= 1, "a run needs a budget of at least one gradient");
        let thresholds = [self.grad_tol, self.f_above, self.x_above, self.stall.map_or(0.0, |stall| stall.decrease)];
        assert!(!thresholds.iter().any(|t| t.is_nan()), "a threshold is NaN: {thresholds:?}");
        assert!(!self.targets.iter().any(|t| t.is_nan()), "a target is NaN: {:?}", self.targets);
        assert!(self.stall.is_none_or(|stall| stall.window >= 1), "a run must be given a gradient before it stalls");
        assert!(self.early_stop.is_none_or(|stop| stop.patience >= 1), "patience for an epoch at least");
    }
}

/// Where one run begins and the randomness it may use.
pub struct Seeds<'a> {
    /// Start point `(dim,)` of a restart number; restart 0 is the start that all methods share.
    pub start: Box<dyn Fn(u64) -> Vec<f64> + 'a>,
    /// Draws the noise on start points, gradients and weights.
    pub noise: Stream,
    /// Draws the order of the data rows.
    pub batches: Stream,
    /// Draws whatever the rule or solver itself leaves to chance.
    pub random: Stream,
}
