//! The survey `connections`: saddles of index 1, the minima they join, and how basins merge as the level rises.

use autodiff::{Evaluator, Interval};
use serde::{Deserialize, Serialize};

use super::census::obstacle;
use super::downhill::{Downhill, check_size, is_minimum};
use super::{Evaluations, Site, Survey, Surveyed, SurveyedPass, SurveyedPoint};
use crate::census::{Limits, ProvedPoint, census};
use crate::certificate::certify;
use crate::connect::{Connection, Flow, connect, stationary_graph};
use crate::criteria::Criteria;
use crate::entry::Described;
use crate::finder::{Finder, ModeFollowing};
use crate::matching::{Spot, Symmetry, Tolerances, distinct};
use crate::polish::{Polished, polish};

/// Passes whose heights differ by at most this share of `max(1, |f|)` are one level of the graph.
const SAME_LEVEL: f64 = 1e-9;

/// Where saddles and minima come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From starts: descents to minima, eigenvector following to saddles.
    Search,
    /// All there are in the domain, proved by [`crate::census()`].
    Census,
}

/// Finds saddles of index 1 and minima, follows the flow down both sides of every saddle, and joins what they join to a
/// disconnectivity graph, see [`crate::connect`].
///
/// **Sampling bias.** With `source = "census"` none: the graph is that of the surface in the box, if every descent arrives.
/// With `"search"` saddles are found in proportion to the volume that [`ModeFollowing`] drains to them; a saddle that is
/// missed leaves a barrier too high, so heights are upper bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionSurvey {
    /// Where saddles and minima come from.
    pub source: Source,
    /// Starts of a search; each looks for a saddle and for a minimum.
    pub searches: u64,
    /// Whether copies up to the problem's symmetries are one point.
    pub up_to_symmetry: bool,
}

impl Default for ConnectionSurvey {
    fn default() -> Self {
        ConnectionSurvey { source: Source::Search, searches: 200, up_to_symmetry: true }
    }
}

impl Described for ConnectionSurvey {
    const NAME: &'static str = "connections";
    const ABOUT: &'static str = "Saddles of index 1 with the two minima that each joins by the steepest descent, and the \
        disconnectivity graph that they make.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("source", "search (eigenvector following from starts) or census (all in the domain, proved; few variables)"),
        ("searches", "starts of a search, each for one saddle and one minimum, >= 1"),
        ("up_to_symmetry", "whether copies up to the problem's declared symmetries are one point"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.searches == 0 {
            return Err("searches = 0: nothing would be found; give 1 or more".to_string());
        }
        Ok(())
    }
}

/// Minima and saddles of index 1 that were found.
struct Found {
    minima: Vec<Spot>,
    saddles: Vec<Spot>,
    /// Whether they are all there are, as far as was asked.
    is_complete: bool,
    how: String,
}

impl Survey for ConnectionSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        match self.source {
            Source::Census => obstacle(site).map_or(Ok(()), |why| Err(format!("{why}; or give source = \"search\""))),
            Source::Search if site.has_kinks => {
                Err("it has kinks, where saddles have no index; take a smooth problem".to_string())
            }
            Source::Search => check_size(site),
        }
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut eval = site.objective.evaluator();
        let mut spent = Evaluations::default();
        let symmetry = if self.up_to_symmetry { site.symmetry.clone() } else { Symmetry::None };
        let tolerances = Tolerances::default();
        let found = match self.source {
            Source::Census => every(site, &mut eval),
            Source::Search => searched(site, &mut eval, self.searches, &mut spent),
        };
        let kinds = distinct(&found.saddles, &symmetry, &tolerances);
        let mut connections: Vec<Connection> = vec![];
        for &saddle in &kinds.first {
            let down = connect(&mut eval, &found.saddles[saddle].x, site.zero_modes, site.criteria, &Flow::default());
            if let Ok(connection) = down {
                spent.gradients += connection.n_gradients;
                spent.hessians += connection.n_hessians;
                connections.push(connection);
            }
        }
        let graph = stationary_graph(&found.minima, &connections, &symmetry, &tolerances);
        let mut surveyed = Surveyed::default();
        for spot in &graph.minima {
            surveyed.points.push(certified(&mut eval, &spot.x, site, &mut spent));
        }
        for edge in &graph.edges {
            surveyed.passes.push(SurveyedPass { point: surveyed.points.len(), ends: edge.ends });
            surveyed.points.push(certified(&mut eval, &edge.x, site, &mut spent));
        }
        let scale = graph.edges.iter().map(|edge| edge.f.abs()).fold(1.0, f64::max);
        let open = kinds.first.len() - connections.len() + graph.n_incomplete;
        surveyed.is_complete = found.is_complete && open == 0;
        surveyed.reason = format!(
            "{}; {} minima, {} saddles of index 1 with both sides, {open} without",
            found.how,
            graph.minima.len(),
            graph.edges.len(),
        );
        surveyed.merges = Some(graph.merge_tree(SAME_LEVEL * scale));
        surveyed.spent = spent;
        surveyed
    }
}

/// All that are in the domain.
fn every(site: &Site, eval: &mut Evaluator) -> Found {
    let (lower, upper) = site.domain;
    let region: Vec<Interval> = lower.iter().zip(upper).map(|(&lo, &hi)| Interval::new(lo, hi)).collect();
    let found =
        census(site.objective, &region, &Limits::default()).expect("a box of flat space, which `check` has seen");
    let mut of_index = |index: usize| -> Vec<Spot> {
        let wanted = |point: &&ProvedPoint| point.inertia.n_neg == index && (site.contains)(&point.x);
        let spot = |point: &ProvedPoint| Spot { x: point.x.clone(), f: eval.value(&point.x), index };
        found.points.iter().filter(wanted).map(spot).collect()
    };
    let how = if found.is_complete() { "all critical points proved" } else { "the census stayed incomplete" };
    Found { minima: of_index(0), saddles: of_index(1), is_complete: found.is_complete(), how: how.to_string() }
}

/// Those that searches meet.
fn searched(site: &mut Site, eval: &mut Evaluator, searches: u64, spent: &mut Evaluations) -> Found {
    let finder = ModeFollowing { index: vec![1], ..ModeFollowing::default() };
    let (downhill, criteria) = (Downhill::default(), site.criteria);
    let (mut minima, mut saddles) = (vec![], vec![]);
    for number in 0..searches {
        let start = (site.start)(number);
        let end = downhill.go(eval, &start, (site.zero_modes, criteria), spent, &mut |_| {});
        if is_minimum(&end) {
            minima.push(Spot { x: end.point.x, f: end.certificate.f, index: 0 });
        }
        let found = finder.search(eval, start, number, &mut site.random, criteria);
        spent.gradients += found.n_gradients;
        spent.hessians += found.n_hessians;
        let signs = certify(eval, &found.point, site.zero_modes, criteria);
        let is_simple = signs.class.is_critical() && signs.inertia.n_zero <= site.zero_modes;
        if is_simple && signs.inertia.n_neg == 1 && (site.contains)(&found.point.x) {
            saddles.push(Spot { x: found.point.x, f: signs.f, index: 1 });
        }
    }
    let how = format!("{searches} searches, {} ended at a saddle of index 1", saddles.len());
    Found { minima, saddles, is_complete: true, how }
}

fn certified(eval: &mut Evaluator, x: &[f64], site: &Site, spent: &mut Evaluations) -> SurveyedPoint {
    let criteria: &Criteria = site.criteria;
    let point: Polished = polish(eval, x, criteria);
    spent.gradients += point.n_gradients;
    spent.hessians += point.n_hessians;
    let certificate = certify(eval, &point, site.zero_modes, criteria);
    SurveyedPoint { point, certificate, is_proved: None, searches: None }
}
