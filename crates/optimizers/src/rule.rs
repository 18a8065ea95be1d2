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

use crate::runs::Runs;
use autodiff::Scalar;
use serde::{Deserialize, Serialize};

/// An update rule: its parameters, what it remembers, and its step.
///
/// A rule steps many runs at once, side by side, and has no memory of its own: what it remembers of each run is kept for
/// it, given its first values at every start, and handed to each step. It knows no surface: on a sphere the loop hands it
/// the gradient projected to the tangent space and moves the point back on the surface after the step (velocities and
/// running means are not transported).
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

    /// What it remembers of a run from step to step, as before the first step.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Moves the runs one step. The length of the step of a run is `lr` times the factor of its schedule.
    fn step(&self, runs: &mut Runs<'_>);

    /// Whether a gradient within the tolerance at the current point ends the attempt: not for a rule whose own noise
    /// has yet to try the point. `numbers` are those it remembers of the run.
    fn may_converge(&self, numbers: &[f64]) -> bool {
        let _ = numbers;
        true
    }
}

/// What a rule remembers of one run, by its first values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Vectors (dim,), such as a velocity: the first value of every coordinate, for each vector.
    pub vectors: Vec<f64>,
    /// Single numbers.
    pub numbers: Vec<f64>,
}

impl Memory {
    /// Vectors only.
    pub fn of_vectors<const V: usize>(first: [f64; V]) -> Self {
        Self { vectors: first.to_vec(), numbers: vec![] }
    }
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
    #[inline(always)]
    pub(crate) fn root<S: Scalar>(self, v: S, eps: f64) -> S {
        match self {
            Self::Torch => v.sqrt() + eps,
            Self::Optax => (v + eps).sqrt(),
        }
    }
}
