//! The survey `spectrum`: the eigenvalues of the Hessian at a start point, or after a short descent from it.

use serde::{Deserialize, Serialize};

use super::{Site, Survey, Surveyed, SurveyedPoint};
use crate::certificate::certify;
use crate::entry::Described;
use crate::look::{Ground, Look, Measure};
use crate::polish::polish;

/// Steps of the descent, at most: a survey knows no budget.
const MOST_STEPS: u64 = 1_000_000;

/// Where to look at a spectrum, and how.
///
/// The point is the start point of the run's number; from it `x <- x - lr g` along the surface `steps` times; then, with
/// `polish`, Newton steps to the critical point nearby, whatever its index; what cannot be certified as one has no spectrum. On a random surface whose Hessian is the same at
/// every point the start point is as good as any.
///
/// **Sampling bias.** Critical points come from descents of a given length: mostly minima and saddles of low index after long
/// ones, of every index after short ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpectrumSurvey {
    /// Gradient steps from the start point.
    pub steps: u64,
    /// Length of a step over that of the gradient.
    pub lr: f64,
    /// Whether the point is moved to the critical point nearby.
    pub polish: bool,
    /// What is asked of the eigenvalues.
    #[serde(flatten)]
    pub look: Look,
}

impl Default for SpectrumSurvey {
    fn default() -> Self {
        SpectrumSurvey { steps: 0, lr: 0.01, polish: false, look: Look::default() }
    }
}

impl Described for SpectrumSurvey {
    const NAME: &'static str = "spectrum";
    const ABOUT: &'static str = "Eigenvalues of the Hessian at a start point or after a descent from it: all of them, their \
        density from products alone, or their signs; with the law they should have, where it is known.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("steps", "gradient steps from the start point, 0 to 1000000"),
        ("lr", "step size of these, > 0"),
        ("polish", "whether the point is then moved to the critical point nearby"),
        Look::PARAMS[0],
        Look::PARAMS[1],
        Look::PARAMS[2],
        Look::PARAMS[3],
    ];

    fn check(&self) -> Result<(), String> {
        if self.steps > MOST_STEPS {
            return Err(format!("steps = {}: give {MOST_STEPS} or fewer; a longer descent is a method", self.steps));
        }
        if !(self.lr > 0.0 && self.lr.is_finite()) {
            return Err(format!("lr = {}: a step size is a positive number", self.lr));
        }
        self.look.check()
    }
}

impl Survey for SpectrumSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        if self.polish && self.look.measure == Measure::Density {
            let dense = Look { measure: Measure::All, ..self.look.clone() };
            if dense.obstacle(site.objective).is_some() {
                return Err(format!(
                    "polish = true forms the Hessian, and {} coordinates are too many for that; leave it out",
                    site.objective.dim()
                ));
            }
        }
        self.look.obstacle(site.objective).map_or(Ok(()), Err)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut surveyed = Surveyed::default();
        let mut eval = site.objective.evaluator();
        let geometry = *site.objective.geometry();
        let mut x = (site.start)(0);
        let mut grad = vec![0.0; x.len()];
        for step in 0..self.steps {
            eval.gradient(&x, &mut grad);
            surveyed.spent.gradients += 1;
            geometry.project(&x, &mut grad);
            x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= self.lr * g);
            geometry.retract(&mut x);
            if x.iter().any(|x| !x.is_finite()) {
                surveyed.reason =
                    format!("the descent left the finite numbers at step {} with lr = {}", step + 1, self.lr);
                return surveyed;
            }
        }
        let mut at = if self.steps == 0 { "start".to_string() } else { self.steps.to_string() };
        if self.polish {
            let polished = polish(&mut eval, &x, site.criteria);
            surveyed.spent.gradients += polished.n_gradients;
            surveyed.spent.hessians += polished.n_hessians;
            let certificate = certify(&mut eval, &polished, site.zero_modes, site.criteria);
            x = polished.x.clone();
            at = "found 1".to_string();
            let (class, why) = (certificate.class, certificate.reason.clone());
            surveyed.points.push(SurveyedPoint { point: polished, certificate, is_proved: None, searches: None });
            if !class.is_critical() {
                surveyed.reason = format!("no critical point, so no spectrum: {}, {why}", class.as_str());
                return surveyed;
            }
        }
        let ground =
            Ground { law: site.law, loss_scale: site.loss_scale, has_kinks: site.has_kinks, criteria: site.criteria };
        let seen = self.look.at(&mut eval, &x, &ground, &mut site.random);
        surveyed.spent.gradients += seen.spent.gradients;
        surveyed.spent.products += seen.spent.products;
        surveyed.spent.hessians += seen.spent.hessians;
        surveyed.is_complete = seen.is_measured;
        surveyed.reason = seen.reason.clone();
        surveyed.spectra = vec![(at, seen)];
        surveyed
    }
}
