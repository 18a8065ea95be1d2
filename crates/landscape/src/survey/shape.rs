//! What surveys of the shape of a surface hand over: ways, places of slices, basins and passes, as plain data.

use super::paths::Way;
use super::slices::Directions;
use crate::path::Barrier;

/// A way that a survey followed.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyedPath {
    /// Which.
    pub way: Way,
    /// Where it begins and ends, numbers of the survey's points; `None` for the start.
    pub ends: [Option<usize>; 2],
    /// Its length, in the units of x.
    pub length: f64,
    /// Its highest place; the height is 0 when it counts as none.
    pub barrier: Barrier,
    /// `(t, f)` along it, t from 0 to 1.
    pub samples: Vec<(f64, f64)>,
    /// Whether f never rises along it; asked of the way from a start only.
    pub is_monotone: Option<bool>,
    /// Certified transition states along a band.
    pub transitions: Option<usize>,
}

/// What a place of a slice belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlicePart {
    /// The line along the first direction.
    Line,
    /// The plane.
    Plane,
    /// The descent that led to the point, as the plane sees it.
    Descent,
}

impl SlicePart {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            SlicePart::Line => "line",
            SlicePart::Plane => "plane",
            SlicePart::Descent => "descent",
        }
    }
}

/// A place of a slice.
#[derive(Clone, Debug, PartialEq)]
pub struct SlicePoint {
    /// What the slice is laid along.
    pub directions: Directions,
    /// What it belongs to.
    pub part: SlicePart,
    /// Coordinate along the first direction.
    pub a: f64,
    /// Coordinate along the second; `None` on a line.
    pub b: Option<f64>,
    /// The true value: at the place, or at the point of the descent.
    pub f: f64,
    /// The value of the plane below a point of the descent.
    pub f_below: Option<f64>,
    /// How far the point of the descent is from the plane.
    pub off_plane: Option<f64>,
}

/// A minimum, the point of the same number, and the starts that led to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurveyedBasin {
    /// Starts that ended there.
    pub count: u64,
    /// Starts in all.
    pub starts: u64,
    /// Starts in all that ended at no certified minimum.
    pub unassigned: u64,
    /// The exact share of the start law, where it is known.
    pub share: Option<f64>,
}

/// A saddle of index 1 with the minima that its two descents end at, numbers of the survey's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveyedPass {
    /// The saddle.
    pub point: usize,
    /// The minima, the smaller number first; equal when a minimum is joined to its own copy.
    pub ends: [usize; 2],
}
