//! Which of many critical points are copies of each other.

use super::symmetry::Symmetry;
use crate::model::norm;

/// A critical point.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Where (dim,).
    pub x: Vec<f64>,
    /// The value there.
    pub f: f64,
    /// Negative eigenvalues of the Hessian.
    pub index: usize,
}

/// How far apart copies of one point may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Of values, as a share of `max(1, |f|)`.
    pub value: f64,
    /// Of places, as a share of `max(1, |x|)`.
    pub place: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Tolerances { value: 1e-9, place: 1e-6 }
    }
}

/// The points of a list, each kind once.
#[derive(Clone, Debug, PartialEq)]
pub struct Distinct {
    /// The first copy met of each kind, as a position in the list.
    pub first: Vec<usize>,
    /// For each point of the list, its kind.
    pub kind: Vec<usize>,
    /// Copies of each kind.
    pub count: Vec<usize>,
}

/// Sorts `spots` into kinds: two are one kind when index, value and, up to `symmetry`, place agree with the first met
/// of the kind. A minimum that is not isolated (a network with idle units) comes as many kinds, since its places
/// differ.
pub fn distinct(spots: &[Spot], symmetry: &Symmetry, tolerances: &Tolerances) -> Distinct {
    let mut found = Distinct { first: vec![], kind: Vec::with_capacity(spots.len()), count: vec![] };
    for (i, spot) in spots.iter().enumerate() {
        let kind = found.first.iter().position(|&first| spots[first].is_copy_of(spot, symmetry, tolerances));
        let kind = kind.unwrap_or_else(|| {
            found.first.push(i);
            found.count.push(0);
            found.first.len() - 1
        });
        found.kind.push(kind);
        found.count[kind] += 1;
    }
    found
}

impl Spot {
    /// Whether index, value and, up to `symmetry`, place agree.
    pub fn is_copy_of(&self, other: &Spot, symmetry: &Symmetry, tolerances: &Tolerances) -> bool {
        self.index == other.index
            && (self.f - other.f).abs() <= tolerances.value * self.f.abs().max(1.0)
            && symmetry.distance(&self.x, &other.x) <= tolerances.place * norm(&self.x).max(1.0)
    }
}
