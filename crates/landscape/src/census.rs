//! All critical points in a box, with proof that none is missing: interval branch and prune.

mod gather;
mod search;

use autodiff::{Geometry, Interval, Objective};
use rayon::prelude::*;

use crate::criteria::Criteria;
use crate::inertia::Inertia;
use search::{Outcome, Search};

/// How much work a census may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Boxes looked at; what is left then is undecided.
    pub boxes: usize,
    /// A box narrower than this share of the whole, along every axis, is not divided further.
    pub smallest: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { boxes: 5_000_000, smallest: 1e-7 }
    }
}

/// The critical points in a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Census {
    /// Proved points inside, by index, then by value.
    pub points: Vec<ProvedPoint>,
    /// Proved points so close to the boundary of the box that they may be on either side.
    pub on_boundary: Vec<ProvedPoint>,
    /// Where nothing is shown: a critical point may be there or not. Everywhere else there is none but the proved ones.
    pub undecided: Vec<Undecided>,
    /// Boxes looked at.
    pub n_boxes: usize,
    /// Whether the limit on boxes ended the search.
    pub is_cut_short: bool,
}

/// A proved nondegenerate critical point.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvedPoint {
    /// An approximation (dim,).
    pub x: Vec<f64>,
    /// The point differs from it by at most this along every axis.
    pub radius: f64,
    /// Holds the value there.
    pub value: Interval,
    /// Signs of the Hessian's eigenvalues, none of them zero.
    pub inertia: Inertia,
}

impl ProvedPoint {
    /// The box that the point is proved to lie in (dim,).
    pub fn place(&self) -> Vec<Interval> {
        self.x.iter().map(|&x| Interval::around(x, self.radius)).collect()
    }
}

/// A part of the box about which nothing is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecided {
    /// The smallest box around it (dim,).
    pub region: Vec<Interval>,
    /// Small boxes that touch one another and make it up.
    pub n_boxes: usize,
    /// A point in it that the numerical tests of [`crate::certify`] call critical with a singular Hessian. Checked, not
    /// proved: rounding cannot tell a degenerate point from a close pair of others.
    pub degenerate: Option<Vec<f64>>,
}

/// A function or a box that cannot be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The points live on a sphere; boxes are those of flat space.
    Sphere,
    /// Not one interval per variable, or an end that is infinite or not below the other; which.
    Box(usize),
}

impl Census {
    /// Number of proved points of each kind inside: minima, saddles, maxima.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for ProvedPoint { inertia, .. } in &self.points {
            counts[if inertia.n_neg == 0 { 0 } else { 1 + usize::from(inertia.n_pos == 0) }] += 1;
        }
        counts
    }

    /// Whether the points inside are proved to be all: no box is undecided and no point is on the boundary.
    pub fn is_complete(&self) -> bool {
        self.undecided.is_empty() && self.on_boundary.is_empty()
    }
}

/// Finds every critical point in the box `domain` (dim,), for few variables: the work grows exponentially with them.
///
/// Boxes are looked at generation by generation. One is thrown away when bounds of the gradient on it exclude 0: the
/// values' own, `g(X)`, or the mean-value form `g(c) + H(X) (X - c)`, c the middle. With C an inverse of H's midpoint and
/// X' the box widened by a tenth, Krawczyk's operator `K = c - C g(c) + (I - C H(X')) (X' - c)` holds all zeros in X'
/// (Krawczyk 1969): K beside X throws it away, K inside X' proves exactly one zero in X', else X is cut to K or halved.
/// Widening finds zeros on the faces between boxes. Points are refined and proved again by [`crate::prove`]; two that
/// come from different boxes are one when H is nonsingular on the box around both.
///
/// The result is the same for any number of threads.
///
/// # Errors
/// A sphere, or a box that is none.
pub fn census(objective: &Objective, domain: &[Interval], limits: &Limits) -> Result<Census, Refused> {
    let n = objective.dim();
    if *objective.geometry() != Geometry::Flat {
        return Err(Refused::Sphere);
    }
    let is_side = |side: &Interval| side.is_bounded() && side.lo() < side.hi();
    match domain.iter().position(|side| !is_side(side)) {
        Some(i) => return Err(Refused::Box(i)),
        None if domain.len() != n => return Err(Refused::Box(domain.len())),
        None => {}
    }
    let mut boxes = vec![domain.to_vec()];
    let (mut found, mut small, mut n_boxes) = (vec![], vec![], 0);
    while !boxes.is_empty() && n_boxes + boxes.len() <= limits.boxes {
        n_boxes += boxes.len();
        let outcomes: Vec<Outcome> = boxes
            .par_iter()
            .with_min_len(16)
            .map_init(|| Search::new(objective, domain, limits.smallest), |search, x| search.look(x))
            .collect();
        boxes.clear();
        for outcome in outcomes {
            match outcome {
                Outcome::Empty => {}
                Outcome::Point(point) => found.push(point),
                Outcome::Halves(halves) => boxes.extend(halves),
                Outcome::Small(x) => small.push(x),
            }
        }
    }
    let is_cut_short = !boxes.is_empty();
    small.append(&mut boxes);
    let (mut points, mut on_boundary) = (vec![], vec![]);
    for point in gather::distinct(&mut objective.encloser(), found, &mut small) {
        let place = point.place();
        let sides = || place.iter().zip(domain);
        if sides().all(|(place, side)| place.is_inside(*side)) {
            points.push(point);
        } else if sides().all(|(place, side)| place.intersection(*side).is_some()) {
            on_boundary.push(point);
        }
    }
    gather::sort(&mut points);
    gather::sort(&mut on_boundary);
    let mut eval = objective.evaluator();
    let undecided = gather::clusters(small)
        .into_iter()
        .map(|(region, n_boxes)| Undecided {
            degenerate: search::degenerate(&mut eval, &region, &Criteria::default()),
            region,
            n_boxes,
        })
        .collect();
    Ok(Census { points, on_boundary, undecided, n_boxes, is_cut_short })
}
