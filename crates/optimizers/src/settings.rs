//! What a run is given from outside: its budget and thresholds, its starts and its random streams.

use autodiff::Stream;

/// Budget, stopping thresholds and what to log; the same for every run of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Budget per run in gradient-equivalents (one gradient of the whole objective = `row_count` row-gradients),
    /// at least 1. It is never exceeded, and a run that ends by it has less than one step's cost left.
    pub budget: u64,
    /// A point is converged when the Euclidean norm of the gradient, on a surface of its tangential part, is at
    /// most this.
    pub grad_tol: f64,
    /// Values above this mean divergence.
    pub f_above: f64,
    /// A coordinate beyond this in size means divergence.
    pub x_above: f64,
    /// Values of f whose first hit (`f <= target`) is logged, in any order.
    pub targets: Vec<f64>,
    /// Costs at which the current point is kept: the first point with cost >= moment; in any order.
    pub moments: Vec<u64>,
    /// Whether values and gradients over data rows are computed in single precision; points stay in double.
    pub single_precision: bool,
}

impl Settings {
    /// Panics on settings that no run can be judged by: a mistake of the caller.
    pub(crate) fn assert_usable(&self) {
        assert!(self.budget >= 1, "a run needs a budget of at least one gradient");
        let thresholds = [self.grad_tol, self.f_above, self.x_above];
        assert!(!thresholds.iter().any(|t| t.is_nan()), "a threshold is NaN: {thresholds:?}");
        assert!(!self.targets.iter().any(|t| t.is_nan()), "a target is NaN: {:?}", self.targets);
    }
}

/// Where one run begins and the randomness it may use.
pub struct Seeds<'a> {
    /// Start point `(dim,)` of a restart number; restart 0 is the start that all methods share.
    pub start: Box<dyn Fn(u64) -> Vec<f64> + 'a>,
    /// Draws the noise on start points and gradients.
    pub noise: Stream,
    /// Draws the order of the data rows.
    pub batches: Stream,
}
