//! The survey `listed`: whether the critical points that a problem lists are what it says.

use serde::{Deserialize, Serialize};

use super::{IndexCounts, ListedResult, Site, Survey, Surveyed, SurveyedPoint, check_dense};
use crate::certificate::certify;
use crate::criteria::Criteria;
use crate::entry::Described;
use crate::polish::polish;

/// Certifies every listed point where it is, without a step, and sets its signs beside the listed ones.
///
/// **Sampling bias.** None: the points are given. It finds no others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {}

impl Described for Listed {
    const NAME: &'static str = "listed";
    const ABOUT: &'static str = "Certifies the critical points that the problem lists, each where it is, and compares value, index and nullity.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Survey for Listed {
    fn check(&self, site: &Site) -> Result<(), String> {
        if site.known.listed.is_empty() {
            return Err("it lists no critical points; search with the survey \"enumerate\"".to_string());
        }
        check_dense(site)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut eval = site.objective.evaluator();
        let as_it_is = Criteria { polish_iterations: 0, ..site.criteria.clone() };
        let mut counts = vec![0; site.objective.geometry().tangent_dim(site.objective.dim()) + 1];
        let mut surveyed = Surveyed::default();
        let mut differing = 0;
        for (i, listed) in site.known.listed.iter().enumerate() {
            let point = polish(&mut eval, listed.x, &as_it_is);
            surveyed.spent.gradients += point.n_gradients + 1;
            surveyed.spent.hessians += point.n_hessians + 1;
            let certificate = certify(&mut eval, &point, site.zero_modes, site.criteria);
            let signs = certificate.inertia;
            let is_critical = certificate.class.is_critical();
            if is_critical {
                counts[signs.n_neg] += 1;
            }
            let found = is_critical.then_some((certificate.f, signs.n_neg, signs.n_zero));
            let result = ListedResult {
                listed: Some(listed.numbered(i)),
                found,
                distance: Some((certificate.f - listed.f).abs()),
                searches: None,
            };
            differing += usize::from(!result.agrees());
            surveyed.listed.push(result);
            surveyed.points.push(SurveyedPoint { point, certificate, is_proved: None, searches: None });
        }
        surveyed.is_complete = differing == 0;
        surveyed.reason = match differing {
            0 => format!("{} listed points, all as they are listed", surveyed.listed.len()),
            _ => format!("{} listed points, {differing} not as they are listed", surveyed.listed.len()),
        };
        surveyed.counts = Some(IndexCounts::beside(counts, &site.known));
        surveyed
    }
}

impl ListedResult {
    /// Whether the point was found with the signs that are listed.
    pub fn agrees(&self) -> bool {
        let (Some((_, _, n_neg, n_zero)), Some((_, found_neg, found_zero))) = (self.listed, self.found) else {
            return false;
        };
        n_neg == found_neg && n_zero.is_none_or(|n_zero| n_zero == found_zero)
    }
}
