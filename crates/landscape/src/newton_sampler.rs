//! The finder `newton`: from anywhere to a critical point of any index.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::model::{Model, cap, norm};
use crate::polish::{Polished, polish};

/// The search hands over to the polish when the next Newton step is shorter than this share of `max(1, |x|)`.
const HAND_OVER: f64 = 1e-4;

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
    /// Gradients evaluated.
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

    /// The finder with these parameters, the others at their defaults.
    ///
    /// # Errors
    /// An unknown key, a wrong type or a value out of range: what, why, and what to do.
    pub fn from_table(params: &toml::Table) -> Result<Self, String> {
        if let Some(key) = params.keys().find(|key| !Self::PARAMS.iter().any(|(name, _)| name == key)) {
            let known: Vec<&str> = Self::PARAMS.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "{}: unknown parameter \"{key}\"; its parameters are {}",
                Self::NAME,
                known.join(", ")
            ));
        }
        let one_line = |error: toml::de::Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        let finder: Self = params.clone().try_into().map_err(|error| format!("{}: {}", Self::NAME, one_line(error)))?;
        finder.check().map_err(|message| format!("{}: {message}", Self::NAME))?;
        Ok(finder)
    }

    /// Refuses parameters out of range: what, why, what to do.
    ///
    /// # Errors
    /// The message for the person who wrote the experiment file.
    pub fn check(&self) -> Result<(), String> {
        if self.descend.is_empty() {
            return Err("descend = []: it names the descent steps before each search; give [0] for none".to_string());
        }
        if !(self.lr > 0.0 && self.lr.is_finite()) {
            let lr = self.lr;
            return Err(format!(
                "lr = {lr}: a step must go downhill by a finite amount; give a positive number such as 0.01"
            ));
        }
        if !(self.perturb >= 0.0 && self.perturb.is_finite()) {
            let sd = self.perturb;
            return Err(format!(
                "perturb = {sd}: a standard deviation is finite and not negative; give 0 to switch it off"
            ));
        }
        if self.iterations == 0 {
            return Err("iterations = 0: the search would not move; give 1 or more".to_string());
        }
        Ok(())
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
        let (mut n_gradients, mut n_hessians) = (0, 0);
        for _ in 0..self.descend[(replicate % self.descend.len() as u64) as usize] {
            n_gradients += 1;
            let before = x.clone();
            descend(eval, &mut x, self.lr);
            if x.iter().any(|x| !x.is_finite()) {
                x = before; // ran away on a function without a floor: the search begins as far out as numbers go
                break;
            }
        }
        if self.perturb > 0.0 {
            displace(eval, &mut x, self.perturb, noise);
        }
        let mut search_steps = 0;
        while search_steps < self.iterations {
            n_gradients += 1;
            n_hessians += 1;
            let Some(model) = Model::at(eval, &x) else { break };
            let mut step = model.newton_step(&model.slopes, model.zero_tol(criteria));
            if norm(&step) <= HAND_OVER * model.scale {
                break;
            }
            cap(&mut step, criteria.step_cap * model.scale);
            x = model.moved(eval, &x, &step);
            search_steps += 1;
        }
        let point = polish(eval, &x, criteria).since(&origin);
        n_gradients += point.n_gradients;
        n_hessians += point.n_hessians;
        Found { point, search_steps, n_gradients, n_hessians }
    }
}

/// `x <- x - lr grad`, along the surface.
fn descend(eval: &mut Evaluator, x: &mut [f64], lr: f64) {
    let geometry = *eval.objective().geometry();
    let mut grad = vec![0.0; x.len()];
    eval.gradient(x, &mut grad);
    geometry.project(x, &mut grad);
    x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= lr * g);
    geometry.retract(x);
}

/// A Gaussian step along the surface.
fn displace(eval: &Evaluator, x: &mut [f64], sd: f64, noise: &mut Stream) {
    let geometry = eval.objective().geometry();
    let mut step: Vec<f64> = x.iter().map(|_| sd * noise.normal()).collect();
    geometry.project(x, &mut step);
    x.iter_mut().zip(&step).for_each(|(x, s)| *x += s);
    geometry.retract(x);
}
