//! From how many starts each minimum is reached, and how much was never seen.

use crate::matching::{Spot, Symmetry, Tolerances};

/// A minimum and the starts that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Basin {
    /// The minimum, as the first start found it.
    pub spot: Spot,
    /// Starts that ended there.
    pub count: u64,
}

/// What restarts found. Counts only: share and interval of a basin are those of `count` successes among `starts`
/// trials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Basins {
    /// In the order of their first start.
    pub basins: Vec<Basin>,
    /// Starts in all.
    pub starts: u64,
    /// Starts that ended nowhere: not at a point that the descent vouched for.
    pub unassigned: u64,
}

/// Descends from each start and counts by where it ends.
///
/// `descend` gives the end of a descent, or `None` when it did not arrive: a rule of training, or the flow itself
/// ([`crate::connect::flow_down`]) with a certificate. A basin belongs to the descent as much as to the surface; for a
/// descent with steps below 1 over the largest curvature on a function of one variable it is that of the flow. Ends are
/// one minimum when [`Spot::is_copy_of`] says so.
pub fn basins<S: AsRef<[f64]>>(
    starts: impl IntoIterator<Item = S>,
    mut descend: impl FnMut(&[f64]) -> Option<Spot>,
    symmetry: &Symmetry,
    tolerances: &Tolerances,
) -> Basins {
    let mut found = Basins::default();
    for start in starts {
        found.starts += 1;
        match descend(start.as_ref()) {
            Some(spot) => found.add(spot, symmetry, tolerances),
            None => found.unassigned += 1,
        }
    }
    found
}

impl Basins {
    fn add(&mut self, spot: Spot, symmetry: &Symmetry, tolerances: &Tolerances) {
        match self.basins.iter_mut().find(|basin| basin.spot.is_copy_of(&spot, symmetry, tolerances)) {
            Some(basin) => basin.count += 1,
            None => self.basins.push(Basin { spot, count: 1 }),
        }
    }

    /// Minima found from exactly one start.
    pub fn singletons(&self) -> u64 {
        self.basins.iter().filter(|basin| basin.count == 1).count() as u64
    }

    /// The share of starts that would lead to a minimum not found yet: `N_1 / N`, with N_1 the minima found exactly
    /// once among N arrived starts.
    ///
    /// Good 1953 (Turing's estimator). Its expectation differs from the true unseen mass of N - 1 starts by nothing and
    /// from that of N by at most 1 / N. It needs no count of the minima there are, and cannot give one. 0 says only
    /// that every minimum found was found twice; NaN when nothing arrived.
    pub fn unseen_mass(&self) -> f64 {
        self.singletons() as f64 / (self.starts - self.unassigned) as f64
    }

    /// The minima by value, lowest first.
    pub fn by_value(&self) -> Vec<&Basin> {
        let mut sorted: Vec<&Basin> = self.basins.iter().collect();
        sorted.sort_by(|a, b| a.spot.f.total_cmp(&b.spot.f));
        sorted
    }
}
