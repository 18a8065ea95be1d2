//! A problem with its parameters chosen: recorded, and everything known about it as plain data.

use std::fmt;

use autodiff::{Geometry, Objective, Stream};
use toml::{Table, Value};

use crate::problem::{Domain, KnownPoint, Problem, StartLaw};

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
    /// Zero eigenvalues at a generic minimum because of symmetries.
    pub zero_modes: usize,
    /// Critical points known from theory.
    pub known_points: Vec<KnownPoint>,
    /// What gaps are measured from.
    pub reference: Option<f64>,
    /// The level of a point is f divided by this.
    pub loss_scale: f64,
    /// Hash of the data used; empty for a formula.
    pub fingerprint: String,
    /// The function with its derivatives, on its surface.
    pub objective: Objective,
    label: String,
    theory: Box<dyn Fn(f64) -> Option<f64> + Send + Sync>,
}

impl Instance {
    /// Records a problem whose `check` has passed and whose parameters are `params`.
    ///
    /// # Panics
    /// When what the problem says about itself does not fit its dimension.
    pub(crate) fn new<P: Problem>(problem: P, params: Table) -> Self {
        let (dim, domain, start) = (problem.dim(), problem.domain(), problem.start());
        let name = P::NAME;
        assert_eq!((domain.lower.len(), domain.upper.len()), (dim, dim), "{name}: a domain of its dimension");
        match &start {
            StartLaw::Uniform => {}
            StartLaw::Normal { sd } => assert_eq!(sd.len(), dim, "{name}: one standard deviation per variable"),
            StartLaw::Sphere => {
                assert_ne!(problem.geometry(), Geometry::Flat, "{name}: starts on a sphere it lives on")
            }
        }
        let objective = match problem.rows() {
            None => Objective::formula(dim, |x| problem.value(x, &[])),
            Some(rows) => Objective::over_rows(dim, rows, |x, row| problem.value(x, row)),
        };
        Instance {
            name: name.to_string(),
            revision: P::REVISION,
            dim,
            domain,
            start,
            zero_modes: problem.zero_modes(),
            known_points: problem.known_points(),
            reference: problem.reference(),
            loss_scale: problem.loss_scale(),
            fingerprint: problem.fingerprint(),
            objective: objective.on(problem.geometry()),
            label: label::<P>(&params),
            params,
            theory: Box::new(move |level| problem.index_fraction_theory(level)),
        }
    }

    /// Short name for tables: the problem, then its telling parameters and those that differ from the default,
    /// in the order of their documentation, such as `spherical_spin p=3 dim=40 instance=2`.
    pub fn label(&self) -> String {
        self.label.clone()
    }

    /// A start point (dim,), drawn by the problem's start law.
    pub fn start_point(&self, stream: &mut Stream) -> Vec<f64> {
        match (&self.start, self.objective.geometry()) {
            (StartLaw::Normal { sd }, _) => sd.iter().map(|sd| sd * stream.normal()).collect(),
            (StartLaw::Sphere, Geometry::Sphere { radius }) => stream.on_sphere(self.dim, *radius),
            (StartLaw::Uniform | StartLaw::Sphere, _) => {
                let sides = self.domain.lower.iter().zip(&self.domain.upper);
                sides.map(|(&lower, &upper)| stream.uniform(lower, upper)).collect()
            }
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
    let defaults = crate::registry::table_of(&P::default());
    let is_telling = |name: &str| P::LABEL.contains(&name) || params[name] != defaults[name];
    let shown = P::PARAMS.iter().filter(|(name, _)| is_telling(name));
    let words = shown.map(|(name, _)| format!("{name}={}", compact(&params[*name])));
    std::iter::once(P::NAME.to_string()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A value without quotes or blanks.
fn compact(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string().replace(' ', ""),
    }
}
