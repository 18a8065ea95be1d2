//! A problem with its parameters chosen: recorded, and everything known about it as plain data.

use std::fmt;

use autodiff::{Geometry, Objective, Stream};
use toml::{Table, Value};

use crate::motion::Motion;
use crate::problem::{Counts, Domain, Ensemble, KnownPoint, Problem, Reference, StartLaw};
use crate::random_matrix::RandomMatrix;
use crate::symmetry::Symmetry;

/// One surface, ready to be evaluated; built by [`crate::Entry::build`].
pub struct Instance {
    /// Name of the problem.
    pub name: String,
    /// Revision of the problem's numbers.
    pub revision: u32,
    /// All parameters, defaults filled in.
    pub params: Table,
    /// Number of variables.
    pub dim: usize,
    /// The box in which the surface is looked at.
    pub domain: Domain,
    /// How start points are drawn.
    pub start: StartLaw,
    /// How start points derived from the data are drawn, where there are any.
    pub data_start: Option<StartLaw>,
    /// Zero eigenvalues at a generic minimum because of symmetries.
    pub zero_modes: usize,
    /// Discrete changes of a point that do not change the loss; none on a moved surface.
    pub symmetry: Symmetry,
    /// Whether `f(-x) = -f(x)`.
    pub is_odd: bool,
    /// Whether the gradient jumps somewhere.
    pub has_kinks: bool,
    /// Critical points known from theory.
    pub known_points: Vec<KnownPoint>,
    /// Number of critical points of each index, where it is known.
    pub counts: Option<Counts>,
    /// The law that the surface is a draw of, where theory knows its critical points.
    pub ensemble: Option<Ensemble>,
    /// `sum (-1)^index` over the critical points in the domain, provided that none is degenerate.
    pub euler: Option<i64>,
    /// The random matrix that the Hessian on the surface is, where its law is known and the surface is not moved.
    pub random_matrix: Option<RandomMatrix>,
    /// What gaps are measured from.
    pub reference: Option<Reference>,
    /// The level of a point is f divided by this.
    pub loss_scale: f64,
    /// Hash of the data used; empty for a formula.
    pub fingerprint: String,
    /// The function with its derivatives, on its surface.
    pub objective: Objective,
    /// The loss on the data that are held out, where some are.
    pub held_out: Option<Objective>,
    /// How the surface is moved, when it is not the published one.
    pub motion: Option<Motion>,
    original_domain: Domain,
    label: String,
    theory: Box<dyn Fn(f64) -> Option<f64> + Send + Sync>,
    remark: Box<dyn Fn() -> Option<String> + Send + Sync>,
    optimum: Box<dyn Fn() -> Option<(f64, u64)> + Send + Sync>,
    candidates: Option<u64>,
    basin_share: BasinShare,
}

/// The mass of a basin by its minimum.
type BasinShare = Box<dyn Fn(&[f64]) -> Option<f64> + Send + Sync>;

impl Instance {
    /// Records a problem whose `check` has passed and whose parameters are `params`, moved as `instance` says.
    ///
    /// # Panics
    /// When what the problem says about itself does not fit its dimension.
    pub(crate) fn new<P: Problem>(problem: P, params: Table, instance: u64) -> Self {
        let (dim, original, start) = (problem.dim(), problem.domain(), problem.start());
        let name = P::NAME;
        assert_eq!((original.lower.len(), original.upper.len()), (dim, dim), "{name}: a domain of its dimension");
        match &start {
            StartLaw::Uniform | StartLaw::Drawn { .. } => {}
            StartLaw::Normal { sd } => assert_eq!(sd.len(), dim, "{name}: one standard deviation per variable"),
            StartLaw::Sphere => {
                assert_ne!(problem.geometry(), Geometry::Flat, "{name}: starts on a sphere it lives on")
            }
        }
        let over = |rows| Objective::over_rows(dim, rows, |x, row| problem.value(x, row)).on(problem.geometry());
        let motion = (instance > 0).then(|| Motion::new(name, &original, instance));
        let objective = match (problem.rows(), &motion) {
            (None, None) => Objective::formula(dim, |x| problem.value(x, &[])).on(problem.geometry()),
            (None, Some(motion)) => Objective::formula(dim, |x| problem.value(&motion.original(x), &[])),
            (Some(rows), _) => over(rows),
        };
        let known_points = problem.known_points().into_iter();
        let (domain, known_points) = match &motion {
            None => (original, known_points.collect()),
            Some(motion) => (motion.around(&original), known_points.map(|point| motion.moved_point(point)).collect()),
        };
        Instance {
            name: name.to_string(),
            revision: P::REVISION,
            dim,
            domain,
            start,
            data_start: problem.data_start(),
            zero_modes: problem.zero_modes(),
            symmetry: if motion.is_some() { Symmetry::None } else { problem.symmetry() },
            is_odd: motion.is_none() && problem.is_odd(),
            has_kinks: problem.has_kinks(),
            known_points,
            counts: problem.counts(),
            ensemble: problem.ensemble(),
            euler: problem.euler(),
            random_matrix: problem.random_matrix().filter(|_| motion.is_none()),
            reference: problem.reference(),
            loss_scale: problem.loss_scale(),
            fingerprint: problem.fingerprint(),
            objective,
            held_out: problem.held_out().map(over),
            motion,
            original_domain: problem.domain(),
            label: label::<P>(&params),
            params,
            candidates: problem.candidates(),
            optimum: {
                let problem = problem.clone();
                Box::new(move || problem.optimum())
            },
            remark: {
                let problem = problem.clone();
                Box::new(move || problem.remark())
            },
            basin_share: {
                let problem = problem.clone();
                Box::new(move |minimum| problem.basin_share(minimum))
            },
            theory: Box::new(move |level| problem.index_fraction_theory(level)),
        }
    }

    /// Short name for tables: the problem, then its telling parameters and those that differ from the default,
    /// in the order of their documentation, such as `spherical_spin p=3 dim=40 instance=2`.
    pub fn label(&self) -> String {
        self.label.clone()
    }

    /// A start point (dim,), drawn by the problem's start law; on a moved surface, where such a point has moved to.
    pub fn start_point(&self, stream: &mut Stream) -> Vec<f64> {
        self.drawn(&self.start, stream)
    }

    /// A start point (dim,) of the law that is derived from the data, where there is one.
    pub fn data_start_point(&self, stream: &mut Stream) -> Option<Vec<f64>> {
        self.data_start.as_ref().map(|law| self.drawn(law, stream))
    }

    fn drawn(&self, law: &StartLaw, stream: &mut Stream) -> Vec<f64> {
        let x: Vec<f64> = match (law, self.objective.geometry()) {
            (StartLaw::Normal { sd }, _) => sd.iter().map(|sd| sd * stream.normal()).collect(),
            (StartLaw::Drawn { draw, .. }, _) => draw(stream),
            (StartLaw::Sphere, Geometry::Sphere { radius }) => stream.on_sphere(self.dim, *radius),
            (StartLaw::Uniform | StartLaw::Sphere, _) => {
                let sides = self.original_domain.lower.iter().zip(&self.original_domain.upper);
                sides.map(|(&lower, &upper)| stream.uniform(lower, upper)).collect()
            }
        };
        self.motion.as_ref().map_or_else(|| x.clone(), |motion| motion.moved(&x))
    }

    /// Whether `x` (dim,) lies in the domain; on a moved surface, in the moved one, not in the box around it.
    pub fn in_domain(&self, x: &[f64]) -> bool {
        match &self.motion {
            None => self.domain.contains(x),
            Some(motion) => self.original_domain.contains(&motion.original(x)),
        }
    }

    /// How many candidates for the least value there are, where they are finitely many.
    pub fn candidates(&self) -> Option<u64> {
        self.candidates
    }

    /// The least value, and how many candidates were tried; may take seconds.
    pub fn optimum(&self) -> Option<(f64, u64)> {
        (self.optimum)()
    }

    /// What else is exactly known, in words; may take seconds.
    pub fn remark(&self) -> Option<String> {
        (self.remark)()
    }

    /// The mass of the start law from which the steepest descent leads to the minimum `x` (dim,), where it is known; that of
    /// the published surface on a moved one, which is turned and scaled but not bent.
    pub fn basin_share(&self, x: &[f64]) -> Option<f64> {
        match &self.motion {
            None => (self.basin_share)(x),
            Some(motion) => (self.basin_share)(&motion.original(x)),
        }
    }

    /// Index fraction of critical points at this level as theory has it, where there is a theory.
    pub fn index_fraction_theory(&self, level: f64) -> Option<f64> {
        (self.theory)(level)
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "Instance({})", self.label)
    }
}

fn label<P: Problem>(params: &Table) -> String {
    let defaults = crate::registry::defaults::<P>();
    let is_telling = |name: &str| P::LABEL.contains(&name) || params[name] != defaults[name];
    let shown = crate::registry::documented::<P>().filter(|(name, _)| is_telling(name));
    let words = shown.map(|(name, _)| format!("{name}={}", compact(&params[name])));
    std::iter::once(P::NAME.to_string()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A value without quotes or blanks.
fn compact(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace(' ', ""),
        other => other.to_string().replace(' ', ""),
    }
}
