//! What is kept of one finished run: the cells of its rows, as text, exactly as the result files hold them.

use crate::figure;
use crate::part::Rows;
use optimizers::Counts;
use serde::{Deserialize, Serialize};

/// Columns of `cells.csv`: what the runs of one problem by one method have in common. The first two name the cell in
/// `runs.csv`, too.
pub const CELL_COLUMNS: [&str; 10] =
    ["problem", "method", "revision", "params", "dim", "scale", "reference", "optimizer", "strategy", "method_params"];

/// Columns of `runs.csv` that the plan fixes, the first ones.
pub const PLANNED_COLUMNS: [&str; 4] = ["run_key", "problem", "method", "replicate"];

/// Columns of `runs.csv` that the run measured, the last ones.
pub const MEASURED_COLUMNS: [&str; 19] = [
    "status",
    "reason",
    "cost",
    "iterations",
    "restarts",
    "n_f",
    "n_grad",
    "n_hvp",
    "n_hess",
    "noisy_steps",
    "noise_energy",
    "f_start",
    "f_best",
    "gap_best",
    "cost_at_best",
    "f_final",
    "f_held_out",
    "grad_norm",
    "x_hash",
];

/// The status of a run that is planned and not done.
pub const MISSING: &str = "missing";

/// The status of a run whose problem or method code panicked.
pub const PANIC: &str = "panic";

/// The status of a run that met a value or gradient that is not a number.
pub const NAN: &str = "nan";

/// One finished run, as text: a row read back from a file is the row that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The key of the run.
    pub key: String,
    /// The cells of [`MEASURED_COLUMNS`].
    pub run: Vec<String>,
    /// Its rows in the other files.
    pub rows: Rows,
    /// Milliseconds of its block divided by the runs of the block; empty when unknown.
    pub wall_ms: String,
}

impl Record {
    /// The row of a run that has no measurements, only a status with a reason.
    pub fn empty(key: &str, status: &str, reason: &str) -> Self {
        let mut run = vec![String::new(); MEASURED_COLUMNS.len()];
        run[0] = status.to_string();
        run[1] = reason.to_string();
        Self { key: key.to_string(), run, rows: Rows::default(), wall_ms: String::new() }
    }

    /// How the run ended.
    pub fn status(&self) -> &str {
        &self.run[0]
    }

    /// What the other cells do not say of that, in words.
    pub fn reason(&self) -> &str {
        &self.run[1]
    }

    /// Whether the run counts as failed, so that it is named on the screen.
    pub fn failed(&self) -> bool {
        matches!(self.status(), PANIC | NAN)
    }

    /// Whether nothing is left to do for this run. A panic is tried again: it says that code is
    /// broken, and the mended code gives the same key.
    pub fn is_done(&self) -> bool {
        !matches!(self.status(), PANIC | MISSING)
    }
}

/// The measured cells of a run, under their columns' names.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// `status`.
    pub status: &'static str,
    /// `reason`: what the other cells do not say.
    pub reason: String,
    /// `cost`, gradient-equivalents.
    pub cost: f64,
    /// `iterations`.
    pub iterations: u64,
    /// `restarts`.
    pub restarts: u64,
    /// `n_f`, `n_grad`, `n_hvp`, `n_hess`.
    pub counts: Counts,
    /// `noisy_steps`; empty for a finder.
    pub noisy_steps: Option<u64>,
    /// `noise_energy`; empty for a finder.
    pub noise_energy: Option<f64>,
    /// `f_start`.
    pub f_start: Option<f64>,
    /// `f_best`.
    pub f_best: Option<f64>,
    /// `gap_best`.
    pub gap_best: Option<f64>,
    /// `cost_at_best`.
    pub cost_at_best: Option<f64>,
    /// `f_final`.
    pub f_final: Option<f64>,
    /// `f_held_out`; empty where no data are held out.
    pub f_held_out: Option<f64>,
    /// `grad_norm`.
    pub grad_norm: Option<f64>,
    /// `x_hash`.
    pub x_hash: String,
}

impl Measured {
    /// The cells in the order of [`MEASURED_COLUMNS`].
    pub fn cells(&self) -> Vec<String> {
        let cells = [
            self.status.to_string(),
            one_line(&self.reason),
            figure::float(self.cost),
            self.iterations.to_string(),
            self.restarts.to_string(),
            self.counts.n_f.to_string(),
            self.counts.n_grad.to_string(),
            self.counts.n_hvp.to_string(),
            self.counts.n_hess.to_string(),
            self.noisy_steps.map_or_else(String::new, |n| n.to_string()),
            figure::optional(self.noise_energy),
            figure::optional(self.f_start),
            figure::optional(self.f_best),
            figure::optional(self.gap_best),
            figure::optional(self.cost_at_best),
            figure::optional(self.f_final),
            figure::optional(self.f_held_out),
            figure::optional(self.grad_norm),
            self.x_hash.clone(),
        ];
        const { assert!(MEASURED_COLUMNS.len() == 19) };
        cells.to_vec()
    }
}

/// A reason without line breaks.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
