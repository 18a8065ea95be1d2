//! The survey `census`: every critical point in a box, proved.

use autodiff::{Geometry, Interval};
use serde::{Deserialize, Serialize};

use super::{IndexCounts, Site, Survey, Surveyed, SurveyedPoint};
use crate::census::{Census, Limits, census};
use crate::certificate::certify;
use crate::entry::Described;
use crate::polish::polish;

/// More variables are refused: the work grows exponentially with them.
const MOST_VARIABLES: usize = 8;

/// More operations for one value are refused.
const MOST_OPERATIONS: u64 = 200_000;

/// Interval branch and prune over the domain, see [`crate::census()`].
///
/// **Sampling bias.** None where it comes to its end: then the points are all there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CensusSurvey {
    /// Boxes to look at before giving up.
    pub boxes: usize,
}

impl Default for CensusSurvey {
    fn default() -> Self {
        CensusSurvey { boxes: Limits::default().boxes }
    }
}

impl Described for CensusSurvey {
    const NAME: &'static str = "census";
    const ABOUT: &'static str = "Every critical point in the problem's domain, each proved with its index, and the proof that \
        none is missing (interval branch and prune); for few variables.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("boxes", "boxes to look at before giving up, >= 1")];

    fn check(&self) -> Result<(), String> {
        if self.boxes == 0 {
            return Err("boxes = 0: nothing would be looked at; give 1 or more".to_string());
        }
        Ok(())
    }
}

/// What forbids a census of a surface, with what to do; a census of anything else is tried.
pub(super) fn obstacle(site: &Site) -> Option<String> {
    let n = site.objective.dim();
    let operations = site.objective.value_cost().flops;
    if *site.objective.geometry() != Geometry::Flat {
        Some(
            "it lives on a sphere, and a census divides boxes of flat space; search with the finder \"newton\""
                .to_string(),
        )
    } else if n > MOST_VARIABLES {
        Some(format!(
            "it has {n} variables, a census is for {MOST_VARIABLES} at most: its work grows exponentially; take a \
             smaller dim, or search with the finder \"newton\""
        ))
    } else if site.has_kinks {
        Some("it has kinks, where gradients jump: nothing can be proved there; take a smooth problem".to_string())
    } else if operations > MOST_OPERATIONS {
        Some(format!(
            "it takes {operations} operations for one value over its {} data rows, a census is for {MOST_OPERATIONS} at \
             most; take fewer rows",
            site.objective.row_count()
        ))
    } else {
        None
    }
}

impl Survey for CensusSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        obstacle(site).map_or(Ok(()), Err)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let (lower, upper) = site.domain;
        let region: Vec<Interval> = lower.iter().zip(upper).map(|(&lo, &hi)| Interval::new(lo, hi)).collect();
        let limits = Limits { boxes: self.boxes, ..Limits::default() };
        let found = census(site.objective, &region, &limits).expect("a box of flat space, which `check` has seen");
        let mut eval = site.objective.evaluator();
        let inside: Vec<_> = found.points.iter().filter(|point| (site.contains)(&point.x)).collect();
        let mut counts = vec![0; site.objective.dim() + 1];
        inside.iter().for_each(|point| counts[point.inertia.n_neg] += 1);
        let mut surveyed = Surveyed {
            is_complete: found.is_complete(),
            reason: reason(&found, inside.len()),
            counts: Some(IndexCounts::beside(counts, &site.known)),
            ..Surveyed::default()
        };
        for proved in inside {
            let point = polish(&mut eval, &proved.x, site.criteria);
            surveyed.spent.gradients += point.n_gradients;
            surveyed.spent.hessians += point.n_hessians;
            let certificate = certify(&mut eval, &point, site.zero_modes, site.criteria);
            surveyed.points.push(SurveyedPoint { point, certificate, is_proved: Some(true), searches: None });
        }
        surveyed
    }
}

fn reason(found: &Census, inside: usize) -> String {
    let Census { undecided, on_boundary, n_boxes, is_cut_short, .. } = found;
    let mut reason = format!("{inside} critical points proved in {n_boxes} boxes");
    if found.is_complete() {
        return reason + ", and no other is there";
    }
    if !undecided.is_empty() {
        reason += &format!("; undecided regions: {}", undecided.len());
    }
    if *is_cut_short {
        reason += " (the limit on boxes ended the search)";
    }
    if !on_boundary.is_empty() {
        reason += &format!("; points on the boundary, not counted: {}", on_boundary.len());
    }
    reason
}
