//! The survey `enumerate`: critical points by searches from more and more starts, until no more are found.

mod set;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::set::{Begin, Set};
use super::{Site, Survey, Surveyed, check_dense};
use crate::entry::Described;
use crate::finder::{Finder, finders};

/// Critical points that are found, at most, where `points` does not say otherwise.
const MOST_POINTS: u64 = 20_000;

/// Searches with a finder from starts 0, 1, 2, ... and, every second time once points are known, from somewhere on the line
/// between two of them, where saddles are (on a sphere, from below it), or beside one along its flattest direction, where
/// the point is that it is about to merge with. What a search ends at is polished, certified, and kept when it is new, with
/// its images under the declared symmetries (and -x where `f(-x) = -f(x)`), each polished and certified in turn.
///
/// After `first`, 2 `first`, 4 `first`, ... searches the set is looked at. It is settled when all of this holds:
///
/// 1. The last doubling added nothing.
/// 2. Every point, or one of its images, was reached by `reached` searches that did not begin at it: they would have found
///    it if it had been missing. So a point that is missing although it is as easy to reach as the hardest one known is as
///    likely as `exp(-reached)`.
/// 3. Where topology gives `sum (-1)^index`, the points have that sum. The reason says how often this alone sent it on.
///
/// Two points are one when value and index agree, and place to 1e-6 of `max(1, |x|)`. Points with zero eigenvalues lie on
/// families, or are ill-conditioned; they are told apart by value, index and nullity alone.
///
/// **Sampling bias.** What the finder hardly ever reaches is missing; a pair of indices that differ by one no sum of signs
/// betrays. `searches` in the rows tells how well each point
/// was reached; those known only as images of others have 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Enumerate {
    /// Name of the finder, which has its default parameters.
    pub finder: String,
    /// Searches before the set is looked at for the first time.
    pub first: u64,
    /// Searches from elsewhere that must have reached each point or one of its images.
    pub reached: u64,
    /// Searches, at most.
    pub searches: u64,
    /// Points, at most.
    pub points: u64,
}

impl Default for Enumerate {
    fn default() -> Self {
        Enumerate { finder: "newton".to_string(), first: 256, reached: 5, searches: 65_536, points: MOST_POINTS }
    }
}

impl Described for Enumerate {
    const NAME: &'static str = "enumerate";
    const ABOUT: &'static str = "Critical points by searches from more and more starts until a doubling of the starts adds none, \
        with their images under the declared symmetries.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("finder", "finder that searches, with its default parameters"),
        ("first", "searches before the set is looked at for the first time; then it is at every doubling, >= 1"),
        ("reached", "searches from elsewhere that must have reached each point or one of its images, >= 1"),
        ("searches", "searches, at most, >= first"),
        ("points", "points, at most, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.first == 0 || self.searches < self.first {
            let Enumerate { first, searches, .. } = self;
            return Err(format!("first = {first}, searches = {searches}: give 1 <= first <= searches"));
        }
        if self.reached == 0 {
            return Err("reached = 0: a point is known because a search reached it; give 1 or more".to_string());
        }
        if self.points == 0 {
            return Err("points = 0: nothing would be kept; give 1 or more".to_string());
        }
        self.finder().map(|_| ())
    }
}

impl Enumerate {
    fn finder(&self) -> Result<Arc<dyn Finder>, String> {
        let all = finders();
        let Some(entry) = all.iter().find(|entry| entry.name == self.finder) else {
            let names: Vec<&str> = all.iter().map(|entry| entry.name).collect();
            return Err(format!("finder = \"{}\" is none; the finders are {}", self.finder, names.join(", ")));
        };
        entry.build(&toml::Table::new())
    }
}

impl Survey for Enumerate {
    fn check(&self, site: &Site) -> Result<(), String> {
        check_dense(site)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let finder = self.finder().expect("checked when it was read");
        let mut eval = site.objective.evaluator();
        let mut random = site.random.clone();
        let mut set = Set::new(site, self.points);
        let (mut searches, mut goal, mut before, mut alarms) = (0, self.first, None, 0);
        let is_settled = loop {
            while searches < goal && !set.is_full() {
                let Begin { x, at } = set.begin(&eval, searches, &mut random);
                let found = finder.search(&mut eval, x, searches, &mut random, site.criteria);
                set.pay(found.n_gradients, found.n_hessians);
                set.reached(&mut eval, found.point, &at);
                searches += 1;
            }
            let count = set.len();
            let is_quiet = !set.is_full() && before == Some(count) && set.least_reached() >= self.reached;
            let is_settled = is_quiet && set.has_its_sum();
            if is_settled || set.is_full() || goal.saturating_mul(2) > self.searches {
                break is_settled;
            }
            alarms += u64::from(is_quiet);
            (before, goal) = (Some(count), 2 * goal);
        };
        set.surveyed(is_settled, searches, alarms)
    }
}
