//! The update rule: what a gradient does to the point, and nothing else.

pub mod adagrad;
pub mod adam;
pub mod adamw;
pub mod gradient_descent;
pub mod momentum;
pub mod nesterov;
pub mod perturbed_gd;
pub mod rmsprop;
pub mod sgd;
pub mod sgld;
pub mod sign_sgd;

use autodiff::Stream;
use serde::{Deserialize, Serialize};

/// The parameters of an update rule; makes a fresh state for each run.
///
/// A rule sees one point as a plain slice `(dim,)` and acts on its elements. It knows no surface: on a
/// sphere the loop hands it the gradient projected to the tangent space and moves the point back on the
/// surface after the step (velocities and running means are not transported).
pub trait Rule: Send + Sync {
    /// Data rows per step; 0 means the whole objective.
    fn batch(&self) -> usize {
        0
    }

    /// Whether the rows of a batch are drawn independently of each other and of all before, instead of without
    /// replacement within an epoch.
    fn draws_with_replacement(&self) -> bool {
        false
    }

    /// State of one run over `dim` coordinates, as before the first step.
    fn state(&self, dim: usize) -> Box<dyn RuleState>;
}

/// What a step may know besides the point and the gradient there.
#[derive(Debug)]
pub struct StepInfo<'a> {
    /// Value at the point: of the whole objective, or of the minibatch when `is_minibatch`.
    pub f: f64,
    /// Steps before this one in this attempt: 0, 1, ...
    pub t: u64,
    /// What the schedule multiplies the learning rate by: 1 without one.
    pub lr_factor: f64,
    /// Whether value and gradient are those of a minibatch.
    pub is_minibatch: bool,
    /// Randomness of the rule's own.
    pub random: &'a mut Stream,
}

/// Where a small number keeps the division by a root finite: the two libraries differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `sqrt(v) + eps`.
    Torch,
    /// `sqrt(v + eps)`.
    Optax,
}

impl Form {
    #[inline]
    pub(crate) fn root(self, v: f64, eps: f64) -> f64 {
        match self {
            Self::Torch => v.sqrt() + eps,
            Self::Optax => (v + eps).sqrt(),
        }
    }
}

/// The state of a rule in one run. All memory is allocated when it is made; a step allocates nothing.
pub trait RuleState: Send {
    /// Moves `x` one step, given the gradient there; both `(dim,)`. The length of the step is `lr info.lr_factor`.
    fn step(&mut self, x: &mut [f64], grad: &[f64], info: &mut StepInfo<'_>);

    /// Whether a gradient within the tolerance at the current point ends the attempt: not for a rule whose own noise
    /// has yet to try the point.
    fn may_converge(&self) -> bool {
        true
    }

    /// Back to the state before the first step: what a restart begins with.
    fn reset(&mut self);
}
