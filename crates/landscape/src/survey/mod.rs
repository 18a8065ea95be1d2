//! Surveys: measurements of a surface itself, not of a run on it, and the list of them by name.

mod against_list;
mod basins;
mod census;
mod connections;
mod downhill;
mod enumerate;
mod listed;
mod matrix_signs;
mod optimum;
mod paths;
mod shape;
mod slices;
mod spectrum;

pub use basins::BasinSurvey;
pub use census::CensusSurvey;
pub use connections::{ConnectionSurvey, Source};
pub use downhill::{Descent, Downhill};
pub use enumerate::Enumerate;
pub use listed::Listed;
pub use matrix_signs::MatrixSigns;
pub use optimum::OptimumSurvey;
pub use paths::{PathSurvey, Way};
pub use shape::{SlicePart, SlicePoint, SurveyedBasin, SurveyedPass, SurveyedPath};
pub use slices::{Directions, SliceSurvey};
pub use spectrum::SpectrumSurvey;

use std::fmt::Debug;
use std::sync::Arc;

use autodiff::{Objective, Stream};

use crate::certificate::Certificate;
use crate::connect::MergeTree;
use crate::criteria::Criteria;
use crate::density::Estimate;
use crate::entry::{Described, Entry};
use crate::look::{Spectrum, too_large_to_form};
use crate::matching::Symmetry;
use crate::polish::Polished;
use crate::theory::{Ensemble, SpectralLaw};

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
    /// Points (dim,) that are critical where x is, by the declared symmetries: images under changes that generate them.
    pub images: &'a (dyn Fn(&[f64]) -> Vec<Vec<f64>> + Sync),
    /// The discrete changes of a point that do not change the value.
    pub symmetry: Symmetry,
    /// Zero eigenvalues at a generic critical point because of declared symmetries.
    pub zero_modes: usize,
    /// The mass of the start law in the basin of the minimum (dim,), under the steepest descent; `None` where it is not known.
    pub basin_share: &'a (dyn Fn(&[f64]) -> Option<f64> + Sync),
    /// Whether the gradient jumps somewhere.
    pub has_kinks: bool,
    /// The level of a point is f divided by this.
    pub loss_scale: f64,
    /// What is known about its critical points beforehand.
    pub known: Known<'a>,
    /// The law of the Hessian's eigenvalues at a point of this level, where there is one.
    pub law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
    /// Tolerances of polish and certificate.
    pub criteria: &'a Criteria,
    /// Whatever else is drawn.
    pub random: Stream,
}

/// What is known about the critical points of a surface beforehand.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Critical points known from theory, not necessarily all.
    pub listed: Vec<ListedPoint<'a>>,
    /// The law that the surface is a draw of.
    pub ensemble: Option<Ensemble>,
    /// Number of critical points of each index: of this surface (without error), or the mean over the law; an empty list
    /// where there is no theory.
    pub expected: Vec<Estimate>,
    /// `sum (-1)^index` over the critical points in the domain, provided that none is degenerate.
    pub euler: Option<i64>,
    /// A number of critical points that cannot be exceeded.
    pub most: Option<u64>,
    /// How many candidates for the optimum there are, where they are finitely many.
    pub candidates: Option<u64>,
    /// The least value among them, and how many were tried until that was sure.
    pub optimum: Option<(f64, u64)>,
}

/// A critical point known from theory.
#[derive(Clone, Copy, Debug)]
pub struct ListedPoint<'a> {
    /// Where (dim,).
    pub x: &'a [f64],
    /// The value there.
    pub f: f64,
    /// Negative eigenvalues of the Hessian on the surface.
    pub n_neg: usize,
    /// Zero ones, where that is known.
    pub n_zero: Option<usize>,
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
    /// Ways over the surface; their ends are numbers of `points`.
    pub paths: Vec<SurveyedPath>,
    /// Places of lines and planes.
    pub slices: Vec<SlicePoint>,
    /// How many starts led to each of the first of `points`.
    pub basins: Vec<SurveyedBasin>,
    /// Saddles of index 1 with the minima they join; all are numbers of `points`.
    pub passes: Vec<SurveyedPass>,
    /// How the basins of the minima, the first of `points`, merge as the level rises.
    pub merges: Option<MergeTree>,
    /// Points of the problem's list and what became of them, and found points that are not in it.
    pub listed: Vec<ListedResult>,
    /// The exact least value.
    pub optimum: Option<f64>,
}

/// A point of the problem's list and a point that was found, side by side. One of them may be absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListedResult {
    /// Number in the list from 1 on, value, negative and zero eigenvalues as listed; `None` for a point that is not in it.
    pub listed: Option<(usize, f64, usize, Option<usize>)>,
    /// Value, negative and zero eigenvalues as found; `None` for a listed point that was not found.
    pub found: Option<(f64, usize, usize)>,
    /// Distance of the value found from the nearest one in the list.
    pub distance: Option<f64>,
    /// Searches that ended there; `None` without searches.
    pub searches: Option<u64>,
}

/// Evaluations of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Values alone.
    pub values: u64,
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
    /// empty where there is no theory, `None` for an index of which it says nothing.
    pub expected: Vec<Option<Estimate>>,
    /// `sum (-1)^index` over all critical points as topology has it, where the surface lets it say something.
    pub euler: Option<i64>,
    /// A bound that their number cannot exceed, where one is known.
    pub most: Option<u64>,
}

impl IndexCounts {
    /// Beside what is known.
    pub fn beside(found: Vec<u64>, known: &Known) -> Self {
        let expected = known.expected.iter().copied().map(Some).collect();
        IndexCounts { found, expected, euler: known.euler, most: known.most }
    }
}

/// Refuses a surface whose points cannot be certified, as a Hessian does not fit into memory: what, why, what to do.
fn check_dense(site: &Site) -> Result<(), String> {
    too_large_to_form(site.objective.dim()).map_or(Ok(()), |size| {
        Err(format!(
            "every point is certified by its Hessian, which {size}; the survey \"spectrum\" with measure = \"density\" needs \
             Hessian-vector products alone"
        ))
    })
}

/// A survey as experiment files know it.
pub type SurveyEntry = Entry<dyn Survey>;

/// The surveys there are.
pub fn surveys() -> Vec<SurveyEntry> {
    vec![
        entry::<CensusSurvey>(),
        entry::<Enumerate>(),
        entry::<Listed>(),
        entry::<MatrixSigns>(),
        entry::<OptimumSurvey>(),
        entry::<BasinSurvey>(),
        entry::<ConnectionSurvey>(),
        entry::<PathSurvey>(),
        entry::<SliceSurvey>(),
        entry::<SpectrumSurvey>(),
    ]
}

fn entry<S: Survey + Described>() -> SurveyEntry {
    Entry::of::<S>(S::PARAMS.to_vec(), |table| S::read(table).map(|survey| Arc::new(survey) as Arc<dyn Survey>))
}
