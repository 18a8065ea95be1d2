//! The descent inside a survey: from a start to the certified point at its end.

use autodiff::{Evaluator, Geometry};
use serde::{Deserialize, Serialize};

use super::{Evaluations, Site, SurveyedPoint};
use crate::certificate::certify;
use crate::class::Class;
use crate::connect::{Flow, flow_seen};
use crate::criteria::Criteria;
use crate::lbfgs::minimise;
use crate::model::norm;
use crate::polish::polish;

/// More variables are refused: every end is polished and certified by its Hessian.
const MOST_VARIABLES: usize = 2_000;

/// The first step of L-BFGS, as a share of `max(1, |x|)`.
const FIRST_STEP: f64 = 0.1;

/// How a descent goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Descent {
    /// The steepest descent itself, see [`crate::connect::flow_down`]: one Hessian a step. Its basins are those of the
    /// surface.
    Flow,
    /// L-BFGS: gradients only. Its steps are long and may cross into another basin.
    Lbfgs,
}

/// How a survey goes down, with the limit of it. The end is polished and certified, whatever the descent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Downhill {
    /// The descent.
    pub descent: Descent,
    /// Steps of it, at most.
    pub steps: usize,
}

impl Default for Downhill {
    fn default() -> Self {
        Downhill { descent: Descent::Flow, steps: 1000 }
    }
}

impl Downhill {
    /// Refuses parameters out of range: what, why, what to do.
    pub fn check(&self) -> Result<(), String> {
        if self.steps == 0 {
            return Err("steps = 0: no descent would move; give 1 or more".to_string());
        }
        Ok(())
    }

    /// Refuses surfaces that it cannot go down on: what, why, what to do.
    pub fn check_site(&self, site: &Site) -> Result<(), String> {
        check_size(site)?;
        if self.descent == Descent::Lbfgs && *site.objective.geometry() != Geometry::Flat {
            return Err("it lives on a sphere, and L-BFGS works in flat space; give descent = \"flow\"".to_string());
        }
        if self.descent == Descent::Flow && site.has_kinks {
            return Err("it has kinks, where the steepest descent cannot be followed by Hessians; give \
                        descent = \"lbfgs\""
                .to_string());
        }
        Ok(())
    }

    /// Goes down from `start` (dim,); `seen` is shown the point after every step, the polish left out.
    pub fn go(
        &self,
        eval: &mut Evaluator,
        start: &[f64],
        (zero_modes, criteria): (usize, &Criteria),
        spent: &mut Evaluations,
        seen: &mut dyn FnMut(&[f64]),
    ) -> SurveyedPoint {
        let point = match self.descent {
            Descent::Flow => {
                let flow = Flow { steps: self.steps, ..Flow::default() };
                let end = flow_seen(eval, start, criteria, &flow, seen);
                spent.gradients += end.n_gradients;
                spent.hessians += end.n_hessians;
                end.point
            }
            Descent::Lbfgs => {
                let mut x = start.to_vec();
                let value = |x: &[f64], grad: &mut [f64]| {
                    spent.gradients += 1;
                    eval.gradient(x, grad)
                };
                let first_step = FIRST_STEP * norm(start).max(1.0);
                minimise(value, &mut x, first_step, criteria.grad_sq_tol.sqrt(), self.steps, seen);
                let point = polish(eval, &x, criteria).since(start);
                spent.gradients += point.n_gradients;
                spent.hessians += point.n_hessians;
                point
            }
        };
        let certificate = certify(eval, &point, zero_modes, criteria);
        SurveyedPoint { point, certificate, is_proved: None, searches: None }
    }
}

/// Refuses a surface whose Hessians take too long: what, why, what to do.
pub fn check_size(site: &Site) -> Result<(), String> {
    let n = site.objective.dim();
    if n > MOST_VARIABLES {
        return Err(format!(
            "it has {n} variables, and every end is certified by its Hessian, for {MOST_VARIABLES} at most; take a \
             smaller surface"
        ));
    }
    Ok(())
}

/// Whether a point is certified as a minimum.
pub fn is_minimum(point: &SurveyedPoint) -> bool {
    point.certificate.class == Class::Minimum
}
