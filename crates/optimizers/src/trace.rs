//! A run that is watched: every iterate is shown as it comes, by the loop that runs all others.

use crate::method::Method;
use crate::result::RunResult;
use crate::run::watched;
use crate::settings::{Seeds, Settings};
use autodiff::Objective;
use std::cell::RefCell;

/// One iterate of a run: a start, the point after a step of a rule, or one that a solver accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Iterate<'i> {
    /// Position of the run in its block.
    pub run: usize,
    /// Number of the attempt.
    pub restart: u64,
    /// Steps of this attempt so far; 0 at its start.
    pub step: u64,
    /// The point, `(dim,)`.
    pub x: &'i [f64],
    /// Numbers of the data rows of the minibatch that led here, ascending; none at a start, nor where the whole objective
    /// was used.
    pub rows: &'i [u32],
}

/// [`crate::run_block`] that ends every attempt after `steps` steps, or iterates accepted after its start, and shows each
/// iterate to `see`. A run ended so has the status of a budget, and a schedule or a noise takes `steps` for the steps that
/// the budget allows, where that allows as many.
///
/// It is the same loop: apart from `steps`, results are those of `run_block`, bit for bit.
///
/// # Panics
/// As [`crate::run_block`]; and when `steps` is 0.
pub fn trace_block<'a>(
    objective: &Objective,
    method: &Method,
    settings: &Settings<'_>,
    seeds: Vec<Seeds<'a>>,
    steps: u64,
    see: &mut dyn FnMut(Iterate<'_>),
) -> Vec<RunResult> {
    assert!(steps >= 1, "a trace needs a step at least");
    // Shared, so that the terms of a block can hold it.
    let see = RefCell::new(see);
    watched(objective, method, settings, seeds, Show { steps, see: Some(&|iterate| see.borrow_mut()(iterate)) }, None)
}

/// Who watches, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Show<'w> {
    /// Steps of an attempt at most.
    pub(crate) steps: u64,
    see: Option<&'w dyn Fn(Iterate<'_>)>,
}

impl Show<'_> {
    /// Nobody, and the budget alone limits the steps.
    pub(crate) fn nobody() -> Self {
        Self { steps: u64::MAX, see: None }
    }

    pub(crate) fn is_watching(&self) -> bool {
        self.see.is_some()
    }

    pub(crate) fn show(&self, iterate: Iterate<'_>) {
        if let Some(see) = self.see {
            see(iterate);
        }
    }
}
