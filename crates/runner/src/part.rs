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
    /// Listed critical points and what became of them in a survey.
    Listed,
    /// Ways over the surface that a survey followed.
    Paths,
    /// Places along those ways.
    Profiles,
    /// Places of lines and planes that a survey looked at.
    Slices,
    /// Minima, with the starts that led to them.
    Basins,
    /// Saddles of index 1 with the minima they join.
    Connections,
    /// How the basins of minima merge as the level rises.
    Merges,
    /// Eigenvalues of Hessians.
    Spectrum,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; COUNT] = [
        Part::Hits,
        Part::Attempts,
        Part::Critical,
        Part::Curves,
        Part::Examples,
        Part::Counts,
        Part::Listed,
        Part::Paths,
        Part::Profiles,
        Part::Slices,
        Part::Basins,
        Part::Connections,
        Part::Merges,
        Part::Spectrum,
    ];

    /// The name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Part::Hits => "hits.csv",
            Part::Attempts => "attempts.csv",
            Part::Critical => "critical.csv",
            Part::Curves => "curves.csv",
            Part::Examples => "examples.csv",
            Part::Counts => "counts.csv",
            Part::Listed => "listed.csv",
            Part::Paths => "paths.csv",
            Part::Profiles => "profiles.csv",
            Part::Slices => "slices.csv",
            Part::Basins => "basins.csv",
            Part::Connections => "connections.csv",
            Part::Merges => "merges.csv",
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
            Part::Listed => &LISTED_COLUMNS,
            Part::Paths => &PATH_COLUMNS,
            Part::Profiles => &["way", "t", "f", "level"],
            Part::Slices => &["directions", "part", "a", "b", "f", "level", "f_below", "off_plane"],
            Part::Basins => &["minimum", "place", "f", "level", "starts", "n_starts", "n_unassigned", "volume"],
            Part::Connections => &["saddle", "f", "level", "first", "second"],
            Part::Merges => &["node", "place", "level", "parent", "minima"],
            Part::Spectrum => &["at", "n", "kind", "position", "value", "error", "theory"],
        }
    }

    /// Whether every experiment has the file, if only its header; the others are there when they have a row.
    pub fn is_always_there(self) -> bool {
        matches!(self, Part::Hits | Part::Attempts | Part::Critical)
    }
}

/// Number of files.
const COUNT: usize = 14;

const LISTED_COLUMNS: [&str; 9] =
    ["number", "f", "n_neg", "n_zero", "f_found", "n_neg_found", "n_zero_found", "distance", "searches"];

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

const PATH_COLUMNS: [&str; 11] =
    ["way", "from", "to", "length", "f_from", "f_to", "f_top", "top_at", "barrier", "monotone", "transitions"];

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
