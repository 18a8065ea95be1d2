//! All that separates two solutions: as they are, after matching their units, and around the obstacle.

use autodiff::{Evaluator, Stream};

use super::{Barrier, BentPath, Bezier, Segment, barrier, bezier};
use crate::matching::Symmetry;

/// Two points and the ways between them.
#[derive(Clone, Debug)]
pub struct Between {
    /// Length of the straight way from one to the other.
    pub distance: f64,
    /// The barrier on it.
    pub raw: Barrier,
    /// The copy of the second point nearest to the first (dim,), see [`Symmetry::nearest`].
    pub copy: Vec<f64>,
    /// Length of the straight way to that copy.
    pub matched_distance: f64,
    /// The barrier on it.
    pub matched: Barrier,
    /// The path of least mean loss between the two points as they are, with its barrier.
    pub bent: BentPath,
}

/// Measures the three barriers between `from` and `to` (dim,): raw, after matching, along an optimised curve.
///
/// A raw barrier between two networks may come from nothing but another numbering of their units; the matched one is
/// free of that. A barrier that is left along the curve is one that no quadratic curve found here goes around.
///
/// # Errors
/// Opposite points of a sphere.
pub fn between(
    eval: &mut Evaluator,
    from: &[f64],
    to: &[f64],
    symmetry: &Symmetry,
    settings: &Bezier,
    stream: &mut Stream,
) -> Result<Between, String> {
    let geometry = *eval.objective().geometry();
    let distance = Segment::new(&geometry, from, to)?.length();
    let bent = bezier(eval, from, to, settings, stream)?;
    let copy = symmetry.nearest(from, to);
    let way = Segment::new(&geometry, from, &copy)?;
    let (matched_distance, matched) = (way.length(), barrier(eval, &way, settings.samples));
    Ok(Between { distance, raw: bent.straight, matched_distance, matched, bent, copy })
}
