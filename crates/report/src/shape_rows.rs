//! The columns of the files in which surveys tell the shape of a surface: ways, slices, basins, passes, merging basins.

use serde::Deserialize;

use crate::rows::Row;

/// A way over the surface.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PathRow {
    /// The run.
    pub run_key: String,
    /// `start_to_end`, `straight`, `matched`, `bezier` or `band`.
    pub way: String,
    /// Where it begins: `start`, or the point of `critical.csv` with this `at`.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// In the units of x.
    pub length: f64,
    /// Loss at its ends.
    pub f_from: f64,
    /// Loss at its ends.
    pub f_to: f64,
    /// The greatest loss along it.
    pub f_top: f64,
    /// Where, from 0 to 1.
    pub top_at: f64,
    /// How far that is above the higher end, as a level; 0 when it counts as none.
    pub barrier: f64,
    /// 1 when the loss never rises along it, else 0; of the way from a start only.
    pub monotone: Option<u8>,
    /// Certified transition states along a band.
    pub transitions: Option<u64>,
}

impl Row for PathRow {
    const FILE: &'static str = "paths.csv";
    const COLUMNS: &'static [&'static str] = &[
        "run_key",
        "way",
        "from",
        "to",
        "length",
        "f_from",
        "f_to",
        "f_top",
        "top_at",
        "barrier",
        "monotone",
        "transitions",
    ];
}

/// A place along a way.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProfileRow {
    /// The run.
    pub run_key: String,
    /// As in `paths.csv`.
    pub way: String,
    /// From 0 to 1.
    pub t: f64,
    /// Loss there.
    pub f: f64,
    /// The same as a level.
    pub level: f64,
}

impl Row for ProfileRow {
    const FILE: &'static str = "profiles.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "way", "t", "f", "level"];
}

/// A place of a line or a plane, or a point of the descent to the middle of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SliceRow {
    /// The run.
    pub run_key: String,
    /// `filter`, `eigen`, `principal` or `coordinates`.
    pub directions: String,
    /// `line`, `plane` or `descent`.
    pub part: String,
    /// Coordinate along the first direction.
    pub a: f64,
    /// Coordinate along the second; `None` on a line.
    pub b: Option<f64>,
    /// Loss at the place, of a descent at its own point.
    pub f: f64,
    /// The same as a level.
    pub level: f64,
    /// Loss of the plane below a point of the descent.
    pub f_below: Option<f64>,
    /// How far a point of the descent is from the plane.
    pub off_plane: Option<f64>,
}

impl Row for SliceRow {
    const FILE: &'static str = "slices.csv";
    const COLUMNS: &'static [&'static str] =
        &["run_key", "directions", "part", "a", "b", "f", "level", "f_below", "off_plane"];
}

/// A minimum and the starts that led to it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BasinRow {
    /// The run.
    pub run_key: String,
    /// The point of `critical.csv` with this `at`.
    pub minimum: String,
    /// Its first coordinates, rounded.
    pub place: String,
    /// Loss there.
    pub f: f64,
    /// The same as a level.
    pub level: f64,
    /// Starts that led to it.
    pub starts: u64,
    /// Starts in all; the same in every row of a run.
    pub n_starts: u64,
    /// Starts in all that reached no certified minimum; the same in every row of a run.
    pub n_unassigned: u64,
    /// The exact mass of the basin under the start law.
    pub volume: Option<f64>,
}

impl Row for BasinRow {
    const FILE: &'static str = "basins.csv";
    const COLUMNS: &'static [&'static str] =
        &["run_key", "minimum", "place", "f", "level", "starts", "n_starts", "n_unassigned", "volume"];
}

/// A saddle of index 1 and the minima it joins.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ConnectionRow {
    /// The run.
    pub run_key: String,
    /// The point of `critical.csv` with this `at`.
    pub saddle: String,
    /// Loss there.
    pub f: f64,
    /// The same as a level.
    pub level: f64,
    /// A minimum, as `saddle` is named; `found k` is node k of `merges.csv`.
    pub first: String,
    /// The other one.
    pub second: String,
}

impl Row for ConnectionRow {
    const FILE: &'static str = "connections.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "saddle", "f", "level", "first", "second"];
}

/// A minimum, or a basin that forms where others merge.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MergeRow {
    /// The run.
    pub run_key: String,
    /// 1, 2, ...: minima from the lowest, then basins by height.
    pub node: u64,
    /// First coordinates of a minimum, rounded; empty for others.
    pub place: String,
    /// Of the minimum, or of the pass at which the basin forms.
    pub level: f64,
    /// The basin that it becomes part of.
    pub parent: Option<u64>,
    /// Minima in it.
    pub minima: u64,
}

impl Row for MergeRow {
    const FILE: &'static str = "merges.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "node", "place", "level", "parent", "minima"];
}
