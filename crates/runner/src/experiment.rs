//! An experiment whose every name and value is known to be right: surfaces, methods, and their cells.

use crate::config::{At, Claim, Curves, Stop};
use crate::guard::Panic;
use crate::known::Means;
use crate::params::canonical;
use crate::tuned::Cited;
use crate::tuning::Tuning;
use autodiff::Stream;
use landscape::{Criteria, Finder, Look, Survey};
use optimizers::{Method, Start};
use problems::Instance;
use std::sync::Arc;
use toml::Table;

/// A checked experiment.
#[derive(Debug)]
pub struct Experiment {
    /// Names the result folder.
    pub name: String,
    /// What it is for, in words.
    pub description: String,
    /// The only source of randomness.
    pub master_seed: u64,
    /// When a run ends earlier.
    pub stop: Stop,
    /// Where the runs of optimizers are classified on problems that do not say; nowhere without `[critical]`.
    pub at: Vec<At>,
    /// Whether points that surveys certify are rows: with `[critical]` they are.
    pub keeps_points: bool,
    /// Whether a proof is tried for every certified point.
    pub proves: bool,
    /// Whether every start of a run with restarts is a row.
    pub records_attempts: bool,
    /// What is recorded along the runs of optimizers, if anything.
    pub curves: Option<Curves>,
    /// The loss above which a data row counts as not fitted, where the losses of rows are recorded.
    pub examples: Option<f64>,
    /// The spectra that are looked at along the runs of optimizers, if any.
    pub spectrum: Option<RunSpectra>,
    /// Tolerances of the certificate.
    pub criteria: Criteria,
    /// The same as a table.
    pub criteria_table: Table,
    /// Target gaps of problems that do not name their own.
    pub gaps: Vec<f64>,
    /// Methods in file order.
    pub methods: Vec<Declared>,
    /// Problem instances in plan order.
    pub surfaces: Vec<Surface>,
    /// Cells in plan order: all methods of a surface stand together.
    pub cells: Vec<Cell>,
    /// What its tables are claimed to say; never part of a run's key.
    pub claims: Vec<Claim>,
    /// What theory expects of random surfaces, as far as it was asked.
    pub means: Means,
    /// What is searched, when the experiment is one of tuning.
    pub tuning: Option<Tuning>,
    /// The tuning file that parameters come from.
    pub cited: Option<Cited>,
}

/// Spectra along the runs of optimizers.
#[derive(Debug, Clone)]
pub struct RunSpectra {
    /// Where along a run, in file order.
    pub at: Vec<At>,
    /// The runs of a cell that are looked at: those with a smaller replicate number. Not part of a run's key.
    pub replicates: u64,
    /// How to look.
    pub look: Look,
    /// The same as a table.
    pub look_table: Table,
}

/// A method as declared, before any problem overrides its parameters.
#[derive(Debug)]
pub struct Declared {
    /// Label.
    pub id: String,
    /// What it is.
    pub kind: ToolKind,
    /// Optimizer, finder or survey.
    pub tool: String,
    /// Strategy of an optimizer.
    pub strategy: Option<String>,
    /// Runs on every problem, instead of those of the problem.
    pub replicates: Option<u64>,
    /// All parameters of the optimizer, finder or survey.
    pub params: Table,
    /// All parameters of the strategy.
    pub strategy_params: Table,
    /// `name` and all parameters of the schedule, if one is given.
    pub schedule: Option<Table>,
    /// All parameters of every noise.
    pub noise: Vec<Table>,
}

/// What a method runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    /// A descent under a strategy.
    Optimizer,
    /// A search for a critical point of any index.
    Finder,
    /// A measurement of the surface itself.
    Survey,
}

impl ToolKind {
    /// Its key in a `[[method]]`.
    pub fn key(self) -> &'static str {
        match self {
            ToolKind::Optimizer => "optimizer",
            ToolKind::Finder => "finder",
            ToolKind::Survey => "survey",
        }
    }
}

/// One problem instance of the plan.
#[derive(Debug)]
pub struct Surface {
    /// Registered name.
    pub problem: String,
    /// Revision of the problem's numbers.
    pub revision: u32,
    /// All parameters, defaults filled in.
    pub params: Table,
    /// Those that are not at their default: what keys and random streams depend on.
    pub key_params: Table,
    /// Name and telling parameters, for people.
    pub label: String,
    /// Number of coordinates; 0 when the problem panicked while it was built.
    pub dim: usize,
    /// The problem itself, or the panic of its code while it was recorded.
    pub instance: Result<Instance, Panic>,
    /// What gaps are measured from.
    pub reference: Option<f64>,
    /// Target gaps, in levels above the reference.
    pub gaps: Vec<f64>,
    /// Runs per cell.
    pub replicates: u64,
    /// Gradient-equivalents per run.
    pub budget: u64,
    /// Where the runs of optimizers are classified, in file order.
    pub at: Vec<At>,
    /// Whether descents evaluate the data rows in single precision; certificates never do.
    pub single_precision: bool,
    /// Parameter values by method id that hold for this problem only, as given.
    pub overrides: Table,
}

/// What the runs of a cell do.
#[derive(Debug, Clone)]
pub enum Action {
    /// Descend with an optimizer under a strategy.
    Descend(Box<Method>),
    /// Search for critical points of any index.
    Find(Arc<dyn Finder>),
    /// Measure the surface itself.
    Survey(Arc<dyn Survey>),
}

/// One problem instance under one method.
#[derive(Debug)]
pub struct Cell {
    /// Position in [`Experiment::surfaces`].
    pub surface: usize,
    /// Label of the method.
    pub method: String,
    /// Name of the optimizer, finder or survey.
    pub optimizer: String,
    /// Name of the strategy, `finder` for a finder, `survey` for a survey.
    pub strategy: String,
    /// Number of runs.
    pub replicates: u64,
    /// All parameters of the method.
    pub method_params: Table,
    /// All the numbers of a run depend on in the method, label excluded.
    pub method_key: Table,
    /// What to do.
    pub action: Action,
}

impl Experiment {
    /// What is recorded along the run with this number in its cell.
    pub fn curves_of(&self, replicate: u64) -> Option<Curves> {
        self.curves.filter(|curves| replicate < curves.replicates)
    }

    /// The spectra that are looked at along the run with this number in its cell.
    pub fn spectra_of(&self, replicate: u64) -> Option<&RunSpectra> {
        self.spectrum.as_ref().filter(|spectra| replicate < spectra.replicates)
    }

    /// The start point of a run: the same for every method, another for every restart.
    ///
    /// # Panics
    /// When the problem panicked while it was built: then it has no runs.
    pub fn start(&self, surface: &Surface, replicate: u64, restart: u64) -> Vec<f64> {
        let mut stream = self.start_stream("start", surface, replicate, restart);
        built(surface).start_point(&mut stream)
    }

    /// The start point of a run under the law that its strategy asks for.
    ///
    /// # Panics
    /// As [`Experiment::start`]; and when the problem has no law derived from data, which is found before anything runs.
    pub fn start_of(&self, law: Start, surface: &Surface, replicate: u64, restart: u64) -> Vec<f64> {
        match law {
            Start::Law => self.start(surface, replicate, restart),
            Start::Data => {
                let mut stream = self.start_stream("data start", surface, replicate, restart);
                built(surface).data_start_point(&mut stream).expect("checked with the experiment file")
            }
        }
    }

    fn start_stream(&self, purpose: &str, surface: &Surface, replicate: u64, restart: u64) -> Stream {
        start_stream(self.master_seed, purpose, &surface.problem, &surface.key_params, replicate, restart)
    }

    /// A stream of one run that the method draws from; its parameters are part of the key.
    pub fn stream(&self, purpose: &str, cell: &Cell, replicate: u64) -> Stream {
        let surface = &self.surfaces[cell.surface];
        let problem = (surface.problem.as_str(), &surface.key_params);
        method_stream(self.master_seed, purpose, problem, &cell.method_key, replicate)
    }
}

/// What a start is drawn from, by the seed, the problem and its parameters that are not at their default.
pub fn start_stream(
    master_seed: u64,
    purpose: &str,
    problem: &str,
    key_params: &Table,
    replicate: u64,
    restart: u64,
) -> Stream {
    let parts = [problem, &canonical(key_params), &replicate.to_string(), &restart.to_string()];
    Stream::new(master_seed, purpose, &parts)
}

/// What a method draws from, by the seed, problem and parameters, and the key of the method.
pub fn method_stream(
    master_seed: u64,
    purpose: &str,
    (problem, key_params): (&str, &Table),
    method_key: &Table,
    replicate: u64,
) -> Stream {
    let parts = [problem, &canonical(key_params), &canonical(method_key), &replicate.to_string()];
    Stream::new(master_seed, purpose, &parts)
}

/// The instance of a surface whose runs can be made.
///
/// # Panics
/// When the problem panicked while it was built.
pub fn built(surface: &Surface) -> &Instance {
    match &surface.instance {
        Ok(instance) => instance,
        Err(panic) => panic!("{}: {}", surface.label, panic.message),
    }
}
