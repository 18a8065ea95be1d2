//! Surveys: measurements of a surface itself, not of a run on it, and the list of them by name.

mod census;
mod spectrum;

pub use census::CensusSurvey;
pub use spectrum::SpectrumSurvey;

use std::fmt::Debug;
use std::sync::Arc;

use autodiff::{Objective, Stream};

use crate::certificate::Certificate;
use crate::criteria::Criteria;
use crate::entry::{Described, Entry};
use crate::look::Spectrum;
use crate::polish::Polished;
use crate::theory::SpectralLaw;

/// The surface that is surveyed, with all that is declared about it.
pub struct Site<'a> {
    /// The function, on its surface.
    pub objective: &'a Objective,
    /// Least and greatest value of every coordinate (dim,) of the box in which the surface is looked at.
    pub domain: (&'a [f64], &'a [f64]),
    /// Whether a point (dim,) of that box belongs to the domain; not all do where the surface was moved.
    pub contains: &'a (dyn Fn(&[f64]) -> bool + Sync),
    /// The start point (dim,) of this number, drawn by the problem's start law; those of one number are the same in every
    /// method and survey.
    pub start: &'a (dyn Fn(u64) -> Vec<f64> + Sync),
    /// Zero eigenvalues at a generic critical point because of declared symmetries.
    pub zero_modes: usize,
    /// Whether the gradient jumps somewhere.
    pub has_kinks: bool,
    /// The level of a point is f divided by this.
    pub loss_scale: f64,
    /// The law of the Hessian's eigenvalues at a point of this level, where there is one.
    pub law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
    /// Tolerances of polish and certificate.
    pub criteria: &'a Criteria,
    /// Whatever else is drawn.
    pub random: Stream,
}

/// A measurement of a surface, with its parameters.
pub trait Survey: Debug + Send + Sync {
    /// Refuses a surface that it cannot measure: what, why, what to do. Cheap: asked before anything runs.
    ///
    /// # Errors
    /// The message for the person who wrote the experiment file.
    fn check(&self, site: &Site) -> Result<(), String>;

    /// Measures; `check` has passed. The result depends on the site alone, not on threads.
    fn measure(&self, site: &mut Site) -> Surveyed;
}

/// What a survey found. Each list is empty where the survey measures something else.
#[derive(Clone, Debug, Default)]
pub struct Surveyed {
    /// Whether it came to its end: all it asks for is found. Otherwise a limit ended it.
    pub is_complete: bool,
    /// The same in words, with what was found and what is left open.
    pub reason: String,
    /// What it cost, in evaluations of the whole objective; enclosures by intervals are not counted.
    pub spent: Evaluations,
    /// Critical points, each once.
    pub points: Vec<SurveyedPoint>,
    /// How many critical points there are of each index, where that was counted.
    pub counts: Option<IndexCounts>,
    /// Spectra, each with the word for its place: `start`, a number of gradient steps, or `found 1` for the first of `points`.
    pub spectra: Vec<(String, Spectrum)>,
}

/// Evaluations of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Gradients, the value included.
    pub gradients: u64,
    /// Hessian-vector products.
    pub products: u64,
    /// Hessians.
    pub hessians: u64,
}

/// A critical point that a survey found.
#[derive(Clone, Debug)]
pub struct SurveyedPoint {
    /// The point, polished.
    pub point: Polished,
    /// Its certificate.
    pub certificate: Certificate,
    /// Whether its existence and index are proved; `None` where no proof was tried.
    pub is_proved: Option<bool>,
    /// Searches that ended at it; `None` where it was not found by searches.
    pub searches: Option<u64>,
}

/// Critical points by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexCounts {
    /// Number found of index 0, 1, .., up to the number of eigenvalues.
    pub found: Vec<u64>,
    /// Mean number by theory with its standard error (0 where exact), over the law the surface is drawn from, by index;
    /// empty where there is no theory.
    pub expected: Vec<(f64, f64)>,
    /// `sum (-1)^index` over all critical points as topology has it, where the surface lets it say something.
    pub euler: Option<i64>,
    /// A bound that their number cannot exceed, where one is known.
    pub most: Option<u64>,
}

/// A survey as experiment files know it.
pub type SurveyEntry = Entry<dyn Survey>;

/// The surveys there are.
pub fn surveys() -> Vec<SurveyEntry> {
    vec![entry::<CensusSurvey>(), entry::<SpectrumSurvey>()]
}

fn entry<S: Survey + Described>() -> SurveyEntry {
    Entry::of::<S>(S::PARAMS.to_vec(), |table| S::read(table).map(|survey| Arc::new(survey) as Arc<dyn Survey>))
}
