//! The survey `basins`: from how many starts each minimum is reached.

use serde::{Deserialize, Serialize};

use super::downhill::{Descent, Downhill, is_minimum};
use super::{Evaluations, Site, Survey, Surveyed, SurveyedBasin, SurveyedPoint};
use crate::basins::basins;
use crate::entry::Described;
use crate::matching::{Spot, Symmetry, Tolerances};

/// Descends from many starts and counts by where they end, see [`crate::basins()`]. Minima are told apart by value and place.
///
/// **Sampling bias.** Starts are those of the problem's start law: a share is the mass of a basin under that law. A minimum
/// that few starts lead to may be missed; the unseen mass says how much that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BasinSurvey {
    /// Starts.
    pub starts: u64,
    /// How to go down.
    #[serde(flatten)]
    pub downhill: Downhill,
    /// Whether copies up to the problem's symmetries are one minimum.
    pub up_to_symmetry: bool,
}

impl Default for BasinSurvey {
    fn default() -> Self {
        BasinSurvey { starts: 1000, downhill: Downhill::default(), up_to_symmetry: true }
    }
}

impl Described for BasinSurvey {
    const NAME: &'static str = "basins";
    const ABOUT: &'static str = "The share of starts that lead to each minimum, copies up to the problem's symmetries being \
        one, and the mass of what was never seen; ends are certified.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("starts", "starts of the problem's start law, >= 1"),
        ("descent", "flow (the steepest descent itself) or lbfgs (gradients only; may leave the basin)"),
        ("steps", "steps of a descent, at most, >= 1"),
        ("up_to_symmetry", "whether copies up to the problem's declared symmetries are one minimum"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.starts == 0 {
            return Err("starts = 0: nothing would be counted; give 1 or more".to_string());
        }
        self.downhill.check()
    }
}

impl Survey for BasinSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        self.downhill.check_site(site)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut eval = site.objective.evaluator();
        let mut spent = Evaluations::default();
        // The point of every minimum as the first start found it: `basins` keeps the first of each, too.
        let mut met: Vec<SurveyedPoint> = vec![];
        let descend = |start: &[f64]| {
            let end = self.downhill.go(&mut eval, start, (site.zero_modes, site.criteria), &mut spent, &mut |_| {});
            let spot = Spot { x: end.point.x.clone(), f: end.certificate.f, index: 0 };
            let is_minimum = is_minimum(&end);
            if is_minimum && !met.iter().any(|other| other.point.x == spot.x) {
                met.push(end);
            }
            is_minimum.then_some(spot)
        };
        let symmetry = if self.up_to_symmetry { &site.symmetry } else { &Symmetry::None };
        let starts = (0..self.starts).map(site.start);
        let found = basins(starts, descend, symmetry, &Tolerances::default());
        // A share is declared of one minimum and of the surface's own basins.
        let has_shares = *symmetry == Symmetry::None && self.downhill.descent == Descent::Flow;
        let mut surveyed = Surveyed {
            is_complete: true,
            reason: format!(
                "{} minima from {} starts, of which {} reached no certified minimum",
                found.basins.len(),
                found.starts,
                found.unassigned
            ),
            spent,
            ..Surveyed::default()
        };
        for basin in found.by_value() {
            let first = met.iter().position(|other| other.point.x == basin.spot.x).expect("every basin was met");
            surveyed.points.push(SurveyedPoint { searches: Some(basin.count), ..met.swap_remove(first) });
            surveyed.basins.push(SurveyedBasin {
                count: basin.count,
                starts: found.starts,
                unassigned: found.unassigned,
                share: if has_shares { (site.basin_share)(&basin.spot.x) } else { None },
            });
        }
        surveyed
    }
}
