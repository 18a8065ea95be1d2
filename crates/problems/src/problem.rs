//! What a loss surface is: the formula, and everything known about it that does not follow from the formula.

use std::sync::Arc;

use autodiff::{Geometry, Rows, Scalar, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::random_matrix::RandomMatrix;
use crate::symmetry::Symmetry;

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
    /// Whether `instance = 1, 2, ...` gives copies of the surface that are shifted, rotated and scaled at random; 0 is
    /// the published one. For formulas on flat space.
    const MOVABLE: bool = false;
    /// Parameters (texts of TOML tables) besides the defaults under which `check` and the tests look at it.
    const CASES: &'static [&'static str] = &[];
    /// Rises when the same parameters, those at their defaults included, start to give other numbers, so that old runs
    /// are not mistaken for new. A new parameter whose default changes nothing is no reason: keys hold what differs from
    /// the defaults.
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

    /// Data of the same kind that no descent sees, to measure generalisation by; `None` when nothing is held out.
    fn held_out(&self) -> Option<Arc<Rows>> {
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

    /// A second law of start points, derived from the data; `None` when there is none. Methods ask for it by the
    /// strategy parameter `start = "data"`.
    fn data_start(&self) -> Option<StartLaw> {
        None
    }

    /// The surface that the points live on.
    fn geometry(&self) -> Geometry {
        Geometry::Flat
    }

    /// Zero eigenvalues that the Hessian has at a generic minimum because of continuous symmetries.
    fn zero_modes(&self) -> usize {
        0
    }

    /// Discrete changes of a point that do not change the loss, such as an exchange of hidden units.
    fn symmetry(&self) -> Symmetry {
        Symmetry::None
    }

    /// Whether `f(-x) = -f(x)`: then with x, of index k among n eigenvalues, -x is critical, of index n - k.
    fn is_odd(&self) -> bool {
        false
    }

    /// Whether the gradient jumps somewhere: there, differences, Newton's method and certificates mean little. By default
    /// what the tag `nonsmooth` says.
    fn has_kinks(&self) -> bool {
        Self::TAGS.contains(&"nonsmooth")
    }

    /// Critical points known from theory, not necessarily all; to rounding.
    fn known_points(&self) -> Vec<KnownPoint> {
        vec![]
    }

    /// Number of critical points of each index, where it is known.
    fn counts(&self) -> Option<Counts> {
        None
    }

    /// The mass of the start law from which the steepest descent leads to `minimum` (dim,), where it is known exactly.
    fn basin_share(&self, _minimum: &[f64]) -> Option<f64> {
        None
    }

    /// The law that this surface is a draw of, where theory knows its critical points.
    fn ensemble(&self) -> Option<Ensemble> {
        None
    }

    /// `sum (-1)^index` over the critical points in the domain, provided that none is degenerate. On a sphere by default its
    /// Euler characteristic (Poincare and Hopf); in flat space 1 where f grows in every direction and all of them are in the
    /// domain.
    fn euler(&self) -> Option<i64> {
        match self.geometry() {
            Geometry::Flat => None,
            Geometry::Sphere { .. } => Some(if self.dim() % 2 == 1 { 2 } else { 0 }),
        }
    }

    /// What else is exactly known, in words, such as an optimum of a related discrete problem; asked for to be shown, so it
    /// may take seconds.
    fn remark(&self) -> Option<String> {
        None
    }

    /// How many candidates for the least value there are, where it is that of one of finitely many.
    fn candidates(&self) -> Option<u64> {
        None
    }

    /// The least value (or the greatest lower bound, where it is a limit) and how many candidates were tried, one after
    /// another, until it was sure; `Some` where `candidates` is. It may take seconds.
    fn optimum(&self) -> Option<(f64, u64)> {
        None
    }

    /// What gaps are measured from. By default the least value among the known nondegenerate minima, so a problem that
    /// lists any lists the global one.
    fn reference(&self) -> Option<Reference> {
        let is_minimum = |point: &KnownPoint| point.n_neg == 0 && point.n_zero == Some(0);
        let known = self.known_points();
        let values = known.iter().filter(|point| is_minimum(point)).map(|point| point.value);
        values.min_by(f64::total_cmp).map(Reference::minimum)
    }

    /// The level of a point is f divided by this: for extensive energies, the number of degrees of freedom.
    fn loss_scale(&self) -> f64 {
        1.0
    }

    /// Index fraction of critical points at this level as theory has it, where there is a theory.
    fn index_fraction_theory(&self, _level: f64) -> Option<f64> {
        None
    }

    /// The random matrix that the Hessian on the surface is, where its law is known.
    fn random_matrix(&self) -> Option<RandomMatrix> {
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

/// A value of f that gaps are measured from, and how it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// The value.
    pub value: f64,
    /// How it is known.
    pub kind: ReferenceKind,
}

/// How a reference is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// The least value that f takes in its domain.
    Minimum,
    /// A lower bound in the domain that f need not reach.
    Bound,
    /// Expected to be near the least value; f may lie below.
    Estimate,
}

impl Reference {
    /// The least value of f.
    pub fn minimum(value: f64) -> Self {
        Reference { value, kind: ReferenceKind::Minimum }
    }

    /// A lower bound.
    pub fn bound(value: f64) -> Self {
        Reference { value, kind: ReferenceKind::Bound }
    }

    /// An estimate of the least value.
    pub fn estimate(value: f64) -> Self {
        Reference { value, kind: ReferenceKind::Estimate }
    }
}

/// Numbers of critical points of a surface, entry i of index i, and where they hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Number of critical points of each index; a mean over instances need not be whole.
    pub by_index: Vec<f64>,
    /// Whether the numbers hold for this surface; otherwise they are means over the random instances.
    pub is_exact: bool,
}

impl Counts {
    /// The numbers for this very surface, in its domain.
    pub fn exact(by_index: &[usize]) -> Self {
        Counts { by_index: by_index.iter().map(|&count| count as f64).collect(), is_exact: true }
    }

    /// Means over the instances.
    pub fn expected(by_index: Vec<f64>) -> Self {
        Counts { by_index, is_exact: false }
    }
}

/// A law of random surfaces about whose critical points theory has something to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ensemble {
    /// On the sphere `|s|^2 = n`, centred Gaussian with `E H(s) H(s') = n (s.s' / n)^p`.
    SphericalSpin {
        /// Spins per coupling.
        p: usize,
        /// Spins.
        n: usize,
    },
    /// `mu/2 |x|^2 + V(x)` in n variables, V centred Gaussian with `E V(x) V(y) = n exp(-|x - y|^2 / 2 n)`.
    FieldInBowl {
        /// Curvature of the bowl, > 0.
        mu: f64,
        /// Variables.
        n: usize,
    },
    /// A quadratic form whose matrix is of the Gaussian orthogonal ensemble.
    Orthogonal {
        /// Size of the matrix.
        n: usize,
    },
}

/// Draws a start point from a stream.
pub type Draw = Arc<dyn Fn(&mut Stream) -> Vec<f64> + Send + Sync>;

/// How start points are drawn.
#[derive(Clone)]
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
    /// Any other law.
    Drawn {
        /// The law in words, with its source.
        about: String,
        /// A point (dim,) of it.
        draw: Draw,
    },
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
