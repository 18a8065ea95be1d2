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

use crate::criteria::Criteria;
pub(crate) use crate::entry::Described;
use crate::entry::Entry;
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
pub type FinderEntry = Entry<dyn Finder>;

/// The finders there are.
pub fn finders() -> Vec<FinderEntry> {
    vec![
        // It has its own words for where it sets out.
        entry::<NewtonSampler>(&[]),
        entry::<NewtonMr>(Departure::PARAMS),
        entry::<GaussNewton>(Departure::PARAMS),
        entry::<ModeFollowing>(Departure::PARAMS),
        entry::<Deflation>(Departure::PARAMS),
        entry::<GradientNorm>(Departure::PARAMS),
    ]
}

impl Described for NewtonSampler {
    const NAME: &'static str = NewtonSampler::NAME;
    const ABOUT: &'static str = NewtonSampler::ABOUT;
    const PARAMS: &'static [(&'static str, &'static str)] = NewtonSampler::PARAMS;

    fn check(&self) -> Result<(), String> {
        NewtonSampler::check(self)
    }
}

fn entry<F: Finder + Described>(departure: &[(&'static str, &'static str)]) -> FinderEntry {
    let params = departure.iter().chain(F::PARAMS).copied().collect();
    Entry::of::<F>(params, |table| F::read(table).map(|finder| Arc::new(finder) as Arc<dyn Finder>))
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
