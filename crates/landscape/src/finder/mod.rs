//! Finders of critical points: what they have in common, and the list of them by name.

mod deflation;
mod departure;
mod gauss_newton;
mod gradient_norm;
mod minres;
mod mode_following;
mod newton_mr;

pub use deflation::Deflation;
pub use departure::Departure;
pub use gauss_newton::GaussNewton;
pub use gradient_norm::GradientNorm;
pub use mode_following::ModeFollowing;
pub use newton_mr::NewtonMr;

use std::fmt::Debug;
use std::sync::Arc;

use autodiff::{Evaluator, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Table;

use crate::criteria::Criteria;
use crate::newton_sampler::{Found, NewtonSampler};
use crate::polish::polish;

/// A search hands over to the polish when its next step is shorter than this share of `max(1, |x|)`.
pub(crate) const HAND_OVER: f64 = 1e-4;

/// A way to critical points, with its parameters.
///
/// All of them depart from a start point as [`Departure`] says, take at most `iterations` steps of their own, and let
/// [`crate::polish`] finish; whether the point is critical is for [`crate::certify`] to say. Each has a sampling bias, told in its
/// documentation: what it finds most is not what there is most of.
pub trait Finder: Debug + Send + Sync {
    /// Searches from `x` (dim,), which must lie on the surface; `noise` is used when the departure is perturbed.
    fn search(
        &self,
        eval: &mut Evaluator,
        x: Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        criteria: &Criteria,
    ) -> Found;
}

/// A finder as experiment files know it.
pub struct FinderEntry {
    /// Name in experiment files.
    pub name: &'static str,
    /// One sentence: what it does and what it favours.
    pub about: &'static str,
    /// `(key, meaning with unit and range)`, the same keys as `defaults` has.
    pub params: Vec<(&'static str, &'static str)>,
    /// Every parameter at its default.
    pub defaults: Table,
    build: fn(&Table) -> Result<Arc<dyn Finder>, String>,
}

impl FinderEntry {
    /// The finder with these parameters, the others at their defaults.
    ///
    /// # Errors
    /// An unknown key, a wrong type or a value out of range: what, why, and what to do.
    pub fn build(&self, params: &Table) -> Result<Arc<dyn Finder>, String> {
        if let Some(key) = params.keys().find(|key| !self.params.iter().any(|(name, _)| name == key)) {
            let known: Vec<&str> = self.params.iter().map(|(name, _)| *name).collect();
            let (name, known) = (self.name, known.join(", "));
            return Err(format!("{name}: unknown parameter \"{key}\"; its parameters are {known}"));
        }
        let complete: Table = self.defaults.clone().into_iter().chain(params.clone()).collect();
        (self.build)(&complete).map_err(|message| format!("{}: {message}", self.name))
    }
}

/// The finders there are.
pub fn finders() -> Vec<FinderEntry> {
    vec![
        entry::<NewtonSampler>(),
        entry::<NewtonMr>(),
        entry::<GaussNewton>(),
        entry::<ModeFollowing>(),
        entry::<Deflation>(),
        entry::<GradientNorm>(),
    ]
}

/// What a finder says about itself.
pub(crate) trait Described: Finder + Default + Serialize + DeserializeOwned + 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    /// Its own parameters; those of the departure come before them.
    const PARAMS: &'static [(&'static str, &'static str)];
    const DEPARTS: bool = true;

    /// Refuses parameters out of range: what, why, what to do.
    fn check(&self) -> Result<(), String>;
}

impl Described for NewtonSampler {
    const NAME: &'static str = NewtonSampler::NAME;
    const ABOUT: &'static str = NewtonSampler::ABOUT;
    const PARAMS: &'static [(&'static str, &'static str)] = NewtonSampler::PARAMS;
    const DEPARTS: bool = false;

    fn check(&self) -> Result<(), String> {
        NewtonSampler::check(self)
    }
}

fn entry<F: Described>() -> FinderEntry {
    let departure = if F::DEPARTS { Departure::PARAMS } else { &[] };
    FinderEntry {
        name: F::NAME,
        about: F::ABOUT,
        params: departure.iter().chain(F::PARAMS).copied().collect(),
        defaults: Table::try_from(F::default()).expect("a config is a flat struct"),
        build: |table| {
            let one_line = |error: toml::de::Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let finder: F = table.clone().try_into().map_err(one_line)?;
            finder.check()?;
            Ok(Arc::new(finder))
        },
    }
}

/// What a search has cost so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// Gradients and Hessian-vector products.
    pub gradients: u64,
    pub hessians: u64,
    /// Steps of the search.
    pub steps: usize,
}

impl Spent {
    /// Polishes where the search ended, which began at `origin`.
    pub fn finish(self, eval: &mut Evaluator, x: &[f64], origin: &[f64], criteria: &Criteria) -> Found {
        let point = polish(eval, x, criteria).since(origin);
        Found {
            search_steps: self.steps,
            n_gradients: self.gradients + point.n_gradients,
            n_hessians: self.hessians + point.n_hessians,
            point,
        }
    }
}

/// `iterations` must let the search move.
pub(crate) fn check_iterations(iterations: usize) -> Result<(), String> {
    if iterations == 0 {
        return Err("iterations = 0: the search would not move; give 1 or more".to_string());
    }
    Ok(())
}
