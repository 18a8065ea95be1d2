//! What a loss surface is: the formula, and everything known about it that does not follow from the formula.

use std::sync::Arc;

use autodiff::{Geometry, Rows, Scalar};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A loss surface with its parameters. Only [`Problem::value`], `dim`, `domain` and the constants are needed;
/// derivatives, batches, minibatches, certificates and the command line follow from them.
///
/// Derive `Serialize` and `Deserialize` with `#[serde(default, deny_unknown_fields)]`. A field that only caches
/// is marked `#[serde(skip)]`. All methods but `check` may rely on `check` having passed.
pub trait Problem: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name in experiment files, `snake_case`.
    const NAME: &'static str;
    /// One sentence: what it is, with its source.
    const ABOUT: &'static str;
    /// `(key, meaning with unit and range)`: the same keys as the serialised default has.
    const PARAMS: &'static [(&'static str, &'static str)];
    /// Parameters that the label shows even at their default; the others appear in it when they differ.
    const LABEL: &'static [&'static str] = &["dim"];
    /// Words to find it by.
    const TAGS: &'static [&'static str] = &[];
    /// Rises when the same parameters start to give other numbers, so that old runs are not mistaken for new.
    const REVISION: u32 = 1;

    /// Refuses parameters out of range and data that cannot be used.
    ///
    /// # Errors
    /// `KEY = VALUE ...`: what, why, and what to do, for the person who wrote the experiment file.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Number of variables, at least 1.
    fn dim(&self) -> usize;

    /// The data, for a loss that is a mean over rows; `None` for a formula.
    fn rows(&self) -> Option<Arc<Rows>> {
        None
    }

    /// The loss at `x` (dim,): of the one data row `row`, or of the formula, when `row` is empty.
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S;

    /// The box in which the surface is looked at: uniform starts are drawn from it, known points lie in it.
    fn domain(&self) -> Domain;

    /// How start points are drawn.
    fn start(&self) -> StartLaw {
        StartLaw::Uniform
    }

    /// The surface that the points live on.
    fn geometry(&self) -> Geometry {
        Geometry::Flat
    }

    /// Zero eigenvalues that the Hessian has at a generic minimum because of continuous symmetries.
    fn zero_modes(&self) -> usize {
        0
    }

    /// Critical points known from theory, not necessarily all; to rounding.
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![]
    }

    /// What gaps are measured from: the least value of f, a lower bound, or a documented estimate. By default
    /// the least value among the known nondegenerate minima, so a problem that lists any lists the global one.
    fn reference(&self) -> Option<f64> {
        let is_minimum = |point: &KnownPoint| point.n_neg == 0 && point.n_zero == Some(0);
        self.known_points().iter().filter(|point| is_minimum(point)).map(|point| point.value).min_by(f64::total_cmp)
    }

    /// The level of a point is f divided by this: for extensive energies, the number of degrees of freedom.
    fn loss_scale(&self) -> f64 {
        1.0
    }

    /// Index fraction of critical points at this level as theory has it, where there is a theory.
    fn index_fraction_theory(&self, _level: f64) -> Option<f64> {
        None
    }

    /// Hash of the data used, part of the key of every run; empty for a formula.
    fn fingerprint(&self) -> String {
        String::new()
    }
}

/// A box with sides parallel to the axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// Least value of each coordinate (dim,).
    pub lower: Vec<f64>,
    /// Greatest value of each coordinate (dim,).
    pub upper: Vec<f64>,
}

impl Domain {
    /// `[lower, upper]` in each of `dim` coordinates.
    pub fn cube(dim: usize, lower: f64, upper: f64) -> Self {
        Domain { lower: vec![lower; dim], upper: vec![upper; dim] }
    }

    /// Whether `x` (dim,) lies in the box, its boundary included.
    pub fn contains(&self, x: &[f64]) -> bool {
        x.len() == self.lower.len()
            && x.iter().zip(&self.lower).zip(&self.upper).all(|((x, lower), upper)| lower <= x && x <= upper)
    }
}

/// How start points are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum StartLaw {
    /// Uniform in the domain.
    Uniform,
    /// Independent normal coordinates with mean 0.
    Normal {
        /// Standard deviation of each coordinate (dim,); 0 starts it at 0.
        sd: Vec<f64>,
    },
    /// Uniform on the sphere that is the problem's geometry.
    Sphere,
}

/// A critical point known from theory.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownPoint {
    /// Where (dim,).
    pub x: Vec<f64>,
    /// The loss there.
    pub value: f64,
    /// Index: number of negative eigenvalues of the Hessian on the surface.
    pub n_neg: usize,
    /// Number of zero eigenvalues, where it is known.
    pub n_zero: Option<usize>,
}

impl KnownPoint {
    /// A critical point without zero eigenvalues.
    pub fn nondegenerate(x: Vec<f64>, value: f64, n_neg: usize) -> Self {
        KnownPoint { x, value, n_neg, n_zero: Some(0) }
    }
}

/// `least <= dim <= most`.
///
/// # Errors
/// The message of [`Problem::check`].
pub fn dim_between(dim: usize, least: usize, most: usize) -> Result<(), String> {
    if (least..=most).contains(&dim) {
        return Ok(());
    }
    Err(format!("dim = {dim} is refused: this surface has {least} <= dim <= {most}; give a number in that range"))
}

/// `least <= value <= most`.
///
/// # Errors
/// The message of [`Problem::check`].
pub fn in_range(name: &str, value: f64, least: f64, most: f64) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("{name} = {value} is refused: it must be a number with {least} <= {name} <= {most}"))
}
