//! The files with any number of rows per run: their names, their columns, and the rows of one run in each.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// A file with any number of rows per run, in the order they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// First hits of targets.
    Hits,
    /// Starts of runs that restart.
    Attempts,
    /// Certificates.
    Critical,
    /// Points along a run.
    Curves,
    /// Data rows at the end of a run.
    Examples,
    /// Critical points of each index that a survey counted.
    Counts,
    /// Eigenvalues of Hessians.
    Spectrum,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; COUNT] =
        [Part::Hits, Part::Attempts, Part::Critical, Part::Curves, Part::Examples, Part::Counts, Part::Spectrum];

    /// The name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Part::Hits => "hits.csv",
            Part::Attempts => "attempts.csv",
            Part::Critical => "critical.csv",
            Part::Curves => "curves.csv",
            Part::Examples => "examples.csv",
            Part::Counts => "counts.csv",
            Part::Spectrum => "spectrum.csv",
        }
    }

    /// Its columns after the run key.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Part::Hits => &["gap", "cost"],
            Part::Attempts => &["restart", "f_start", "f_end", "cost", "status"],
            Part::Critical => &CRITICAL_COLUMNS,
            Part::Curves => &CURVE_COLUMNS,
            Part::Examples => &["row", "loss", "fitted"],
            Part::Counts => &["index", "found", "expected", "expected_se", "euler", "most"],
            Part::Spectrum => &["at", "n", "kind", "position", "value", "error", "theory"],
        }
    }

    /// Whether every experiment has the file, if only its header; the others are there when they have a row.
    pub fn is_always_there(self) -> bool {
        matches!(self, Part::Hits | Part::Attempts | Part::Critical)
    }
}

/// Number of files.
const COUNT: usize = 7;

const CURVE_COLUMNS: [&str; 17] = [
    "restart",
    "iterations",
    "cost",
    "f",
    "level",
    "gap",
    "grad_norm",
    "step_length",
    "path_length",
    "from_start",
    "lr_factor",
    "sigma_gradient",
    "sigma_weights",
    "f_held_out",
    "lambda_min",
    "lambda_max",
    "plateau",
];

const CRITICAL_COLUMNS: [&str; 26] = [
    "at",
    "cost",
    "f",
    "level",
    "grad_norm_before",
    "grad_norm",
    "polish_iterations",
    "polish_distance",
    "n",
    "n_neg",
    "n_zero",
    "n_pos",
    "zero_modes",
    "index_fraction",
    "theory",
    "lambda_min",
    "lambda_max",
    "zero_tol",
    "contraction",
    "flat_ratio",
    "mr_residual",
    "class",
    "flips",
    "reason",
    "proof",
    "searches",
];

/// The rows of one run in every file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows([Vec<Vec<String>>; COUNT]);

impl Index<Part> for Rows {
    type Output = Vec<Vec<String>>;

    fn index(&self, part: Part) -> &Self::Output {
        &self.0[part as usize]
    }
}

impl IndexMut<Part> for Rows {
    fn index_mut(&mut self, part: Part) -> &mut Self::Output {
        &mut self.0[part as usize]
    }
}
