//! Critical points of a function: refined, certified, and counted by the signs of their Hessian's eigenvalues.
//!
//! Everything works on an [`autodiff::Evaluator`], a function on R^n or on a sphere; nothing here knows a problem or a
//! file. The way of a point:
//!
//! 1. *Where from.* The end or a moment of an optimiser's run, or a finder ([`finders`]): [`NewtonSampler`] reaches saddles
//!    of every index, descent alone only minima.
//! 2. [`polish`] moves it by noise-free Newton steps to the critical point nearby, whatever its index, until `|g|`
//!    is at the rounding floor or refuses to fall.
//! 3. [`certify`] asks for proof that it is one: gradient small, Newton's step contracting, gradient not in the
//!    Hessian's kernel, no escape to infinity. Without it the class says what the point is instead.
//! 4. [`inertia()`] counts negative, zero and positive eigenvalues of the Hessian on the surface
//!    ([`tangent_spectrum`]) outside a stated tolerance; zeros that declared symmetries explain are subtracted.
//! 5. The [`Certificate`] holds every number and the reason; [`Criteria`] every tolerance.
//! 6. [`prove`] goes one step further where it can: by interval arithmetic, exactly one critical point lies in a small box
//!    around the point, of that index. [`census()`] proves all of a small box, none left out.
//!
//! Where a Hessian is too large to be formed, [`TangentHessian`] multiplies by it, [`extreme_pairs`] finds both ends of its
//! spectrum and [`spectral_density`] the spread in between; [`theory`] has the curves to compare with.
//!
//! What lies between such points is the geometry of the surface. [`path`] follows straight, bent and relaxed ways and
//! measures their barriers; [`connect`] goes from a saddle down to the minima it joins and builds the disconnectivity
//! graph; [`matching`] says which points are copies up to symmetry; [`basins()`] counts from how many starts each
//! minimum is reached; [`slice`](mod@slice) looks along lines and planes.
//!
//! A survey ([`surveys`]) measures the surface itself, in one go: all critical points of a box, counts by index against theory,
//! and the geometry above as rows of an experiment.
//!
//! The control `x^3/3 + x + y^2/2` has no critical point, but whoever minimises `|g|` ends at x = 0:
//!
//! ```
//! use autodiff::{Objective, Scalar};
//! use landscape::{Class, Criteria, certify, polish};
//!
//! let control = Objective::formula(2, |x| x[0].powi(3) / 3.0 + x[0] + x[1].square() * 0.5);
//! let (mut eval, criteria) = (control.evaluator(), Criteria::default());
//! let point = polish(&mut eval, &[0.7, -0.4], &criteria);
//! let certificate = certify(&mut eval, &point, 0, &criteria);
//! assert_eq!(certificate.class, Class::GradientFlat);
//! assert!(certificate.grad_norm >= 1.0);
//! ```

mod basins;
mod census;
mod certificate;
mod class;
pub mod connect;
mod criteria;
mod density;
mod doubt;
mod entry;
mod extremes;
mod finder;
mod inertia;
mod krylov;
mod lanczos;
mod lbfgs;
mod look;
pub mod matching;
mod model;
mod newton_sampler;
pub mod path;
mod polish;
mod probe;
mod proof;
pub mod slice;
mod spectrum;
mod survey;
mod tangent;
pub mod theory;
mod trail;

pub use basins::{Basin, Basins, basins};
pub use census::{Census, Limits, ProvedPoint, Refused, Undecided, census};
pub use certificate::{Certificate, certify};
pub use class::Class;
pub use criteria::Criteria;
pub use density::{Density, Estimate, Share, spectral_density};
pub use entry::Entry;
pub use extremes::extreme_eigenvalues;
pub use finder::{
    Deflation, Departure, Finder, FinderEntry, GaussNewton, GradientNorm, ModeFollowing, NewtonMr, finders,
};
pub use inertia::{Inertia, inertia, inertia_of, zero_tolerance};
pub use lanczos::{Eigenpair, Extremes, Lanczos, extreme_pairs};
pub use look::{
    Ground, Look, Measure, Spectrum, SpectrumKind, SpectrumRow, gradient_jump, memory, too_large_to_form,
    too_large_to_prove, too_many_steps,
};
pub use newton_sampler::{Found, NewtonSampler};
pub use polish::{Polished, polish};
pub use proof::{Proof, prove};
pub use spectrum::tangent_spectrum;
pub use survey::{
    BasinSurvey, CensusSurvey, ConnectionSurvey, Descent, Directions, Downhill, Enumerate, Evaluations, IndexCounts,
    Known, Listed, ListedPoint, ListedResult, MatrixSigns, PathSurvey, Site, SlicePart, SlicePoint, SliceSurvey,
    Source, SpectrumSurvey, Survey, SurveyEntry, Surveyed, SurveyedBasin, SurveyedPass, SurveyedPath, SurveyedPoint,
    Way, surveys,
};
pub use symmetric::{count_below, eigenvalues, eigenvectors, solve};
pub use tangent::TangentHessian;
