//! `[stop]`: when a run ends before its budget does.

use super::count_of;
use crate::diagnostic::Findings;
use crate::tree::{Pair, Section};
use serde::Serialize;

/// When a run ends before its budget does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stop {
    /// A gradient norm at or below this ends a run as converged.
    pub grad_norm: f64,
    /// A value above this ends a run as diverged.
    pub f_above: f64,
    /// A coordinate above this in size ends a run as diverged.
    pub x_above: f64,
    /// When a run without progress ends; absent from keys where it is not given, so that runs from before keep theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall: Option<Stall>,
    /// Epochs without a new least held-out loss after which a run ends, on problems that hold data out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// A run stalls when its least value falls by no more than a share of its size within a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stall {
    /// Gradient-equivalents.
    pub window: u64,
    /// Share of the size of the value.
    pub decrease: f64,
}

impl Default for Stop {
    fn default() -> Self {
        Self { grad_norm: 1e-8, f_above: 1e12, x_above: 1e8, stall: None, patience: None }
    }
}

/// What `stall = {}` means: no part in a million in a hundred gradients.
const DEFAULT_STALL: Stall = Stall { window: 100, decrease: 1e-6 };

/// `[stop]`.
pub(super) fn stop(pairs: &[Pair], findings: &mut Findings) -> Stop {
    let mut section = Section::new("[stop]", pairs);
    let mut stop = Stop::default();
    stop.grad_norm = section.positive("grad_norm", stop.grad_norm, findings);
    stop.f_above = section.positive("f_above", stop.f_above, findings);
    stop.x_above = section.positive("x_above", stop.x_above, findings);
    if let Some((pairs, _)) = section.table("stall", findings) {
        stop.stall = Some(stall(pairs, findings));
    }
    stop.patience = count_of(&mut section, "patience", findings);
    section.finish(findings);
    stop
}

/// `[stop] stall`.
fn stall(pairs: &[Pair], findings: &mut Findings) -> Stall {
    let mut section = Section::new("`stall`", pairs);
    let window = section.integer("window", 1, DEFAULT_STALL.window, findings);
    let decrease = section.number("decrease", findings).map_or(DEFAULT_STALL.decrease, |(decrease, node)| {
        if decrease < 0.0 {
            findings.add(&node.span, format!("`decrease` is a share of the value, got {decrease}"), "give 0 or more");
        }
        decrease
    });
    section.finish(findings);
    Stall { window, decrease }
}
