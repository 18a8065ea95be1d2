//! The finder `newton`: from anywhere to a critical point of any index.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::finder::{Departure, Finder, HAND_OVER, Spent, check_iterations};
use crate::model::{Model, cap, norm};
use crate::polish::Polished;
use crate::trail::Trail;

/// Newton's method towards whatever critical point it meets, from starts at all heights.
///
/// A search takes `descend[replicate % len]` gradient steps `x <- x - lr grad` from its start, adds a Gaussian
/// displacement of standard deviation `perturb` to each coordinate, and then iterates Newton's step on the range of
/// the Hessian, `x <- x - H^+ g`, each shortened to `step_cap max(1, |x|)` (0.4 of the radius on a sphere, as in
/// Dauphin et al. 2014 and the p-spin census of Auffinger, Ben Arous and Cerny). Unlike the polish that follows,
/// it lets `|g|` rise on the way and so leaves the local minima of `|g|` that are no critical points.
///
/// **Sampling bias.** A critical point is found in proportion to the volume from which Newton's method happens to
/// reach it, not uniformly: well-conditioned points near the height of the start are favoured, points next to
/// singular Hessians are missed. A start that has not descended finds saddles of about half the dimension as index;
/// descent shifts the sample to lower index and value. Read the distribution given the value, not the counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewtonSampler {
    /// Descent steps before the search; the list is cycled by replicate.
    pub descend: Vec<u64>,
    /// Learning rate of those steps.
    pub lr: f64,
    /// Standard deviation of the displacement after them, in the units of x; 0 for none.
    pub perturb: f64,
    /// Largest number of Newton steps.
    pub iterations: usize,
}

impl Default for NewtonSampler {
    fn default() -> Self {
        NewtonSampler { descend: vec![0, 3, 10, 30, 100], lr: 0.01, perturb: 0.0, iterations: 100 }
    }
}

/// What a search found and what all of it cost, polish included.
#[derive(Clone, Debug)]
pub struct Found {
    /// The point the search ended at, polished; whether it is critical is for the certificate to say.
    pub point: Polished,
    /// Newton steps of the search, before the polish.
    pub search_steps: usize,
    /// Gradients and Hessian-vector products evaluated.
    pub n_gradients: u64,
    /// Hessians evaluated.
    pub n_hessians: u64,
}

impl NewtonSampler {
    /// Name in experiment files.
    pub const NAME: &'static str = "newton";
    /// One sentence: what it does and what it favours.
    pub const ABOUT: &'static str = "Newton's method to critical points of every index from partly descended starts; \
        favours well-conditioned points near the height of the start (after Dauphin et al. 2014).";
    /// `(key, meaning with unit and range)`, the same keys as the serialised default has.
    pub const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("descend", "numbers of descent steps before the search, cycled by replicate; 0 = from the start itself"),
        ("lr", "learning rate of the descent steps, > 0"),
        ("perturb", "standard deviation of a Gaussian displacement after the descent, in units of x, >= 0"),
        ("iterations", "largest number of Newton steps, >= 1"),
    ];

    /// Refuses parameters out of range: what, why, what to do.
    ///
    /// # Errors
    /// The message for the person who wrote the experiment file.
    pub fn check(&self) -> Result<(), String> {
        self.departure().check()?;
        check_iterations(self.iterations)
    }

    /// Searches from `x0` (dim,), which must lie on the surface; `noise` is used when `perturb` is not 0.
    pub fn search(
        &self,
        eval: &mut Evaluator,
        mut x: Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        criteria: &Criteria,
    ) -> Found {
        let origin = x.clone();
        let mut spent = Spent::default();
        let mut trail = Trail::default();
        // Length of the step to here, that of its product with H, and the model before it, without its eigenvectors.
        let mut step_before: Option<(f64, f64, Model)> = None;
        self.departure().depart(eval, &mut x, replicate, noise, &mut spent);
        while spent.steps < self.iterations {
            spent.gradients += 1;
            spent.hessians += 1;
            let Some(mut model) = Model::at(eval, &x) else { break };
            if let Some((length, bent_length, before)) = &step_before {
                trail.step(*length, *bent_length, before, &model);
            }
            let mut step = model.newton_step(&model.slopes, model.zero_tol(criteria));
            if norm(&step) <= HAND_OVER * model.scale {
                break;
            }
            cap(&mut step, criteria.step_cap * model.scale);
            x = model.moved(eval, &x, &step);
            spent.steps += 1;
            let bent: Vec<f64> = step.iter().zip(&model.eigen.values).map(|(p, lambda)| p * lambda).collect();
            model.eigen.forget_vectors();
            step_before = Some((norm(&step), norm(&bent), model));
        }
        let mut found = spent.finish(eval, &x, &origin, criteria);
        found.point.search = trail;
        found
    }

    fn departure(&self) -> Departure {
        Departure { descend: self.descend.clone(), lr: self.lr, perturb: self.perturb }
    }
}

impl Finder for NewtonSampler {
    fn search(
        &self,
        eval: &mut Evaluator,
        x: Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        criteria: &Criteria,
    ) -> Found {
        NewtonSampler::search(self, eval, x, replicate, noise, criteria)
    }
}
