//! A method: an update rule or solver, a strategy, a schedule and noise with all their parameters, as data and as code.

use crate::config::{Config, table_of};
use crate::noise::{Noise, On};
use crate::rule::Rule;
use crate::schedule::Schedule;
use crate::schedule::constant::Constant;
use crate::solver::Solver;
use crate::strategy::Strategy;
use autodiff::Objective;
use std::fmt;
use std::sync::Arc;

/// One configured rule, solver, strategy, schedule or noise: comparable and printable by its name and parameters, callable as `T`.
pub struct Part<T: ?Sized> {
    name: &'static str,
    revision: u32,
    params: toml::Table,
    /// Parameters that are not at their default.
    changed: toml::Table,
    object: Arc<T>,
}

/// All parameters, and those that are not at their default.
fn tables_of<C: Config>(config: &C) -> (toml::Table, toml::Table) {
    let (params, defaults) = (table_of(config), table_of(&C::default()));
    let changed = params.iter().filter(|(name, value)| defaults.get(*name) != Some(value));
    let changed = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    (params, changed)
}

impl<T: ?Sized> Part<T> {
    fn of<C: Config>(config: C, as_object: impl FnOnce(Arc<C>) -> Arc<T>) -> Self {
        let (params, changed) = tables_of(&config);
        Self { name: C::NAME, revision: C::REVISION, params, changed, object: as_object(Arc::new(config)) }
    }
}

impl Part<dyn Rule> {
    /// A configured rule.
    pub fn rule<R: Config + Rule + 'static>(config: R) -> Self {
        Self::of(config, |rule| rule)
    }
}

impl Part<dyn Solver> {
    /// A configured solver.
    pub fn solver<S: Config + Solver + 'static>(config: S) -> Self {
        Self::of(config, |solver| solver)
    }
}

impl Part<dyn Strategy> {
    /// A configured strategy.
    pub fn strategy<S: Config + Strategy + 'static>(config: S) -> Self {
        Self::of(config, |strategy| strategy)
    }
}

impl Part<dyn Schedule> {
    /// A configured schedule.
    pub fn schedule<S: Config + Schedule + 'static>(config: S) -> Self {
        Self::of(config, |schedule| schedule)
    }
}

impl Part<Noise> {
    /// A configured noise.
    pub fn noise(config: Noise) -> Self {
        Self::of(config, |noise| noise)
    }
}

impl<T: ?Sized> Part<T> {
    /// Name in the catalogue.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All parameters, defaults filled in, keys sorted.
    pub fn params(&self) -> &toml::Table {
        &self.params
    }

    /// The thing itself.
    pub fn object(&self) -> &T {
        &self.object
    }

    fn key(&self) -> toml::Table {
        let mut key = toml::Table::new();
        key.insert("name".into(), self.name.into());
        key.insert("revision".into(), i64::from(self.revision).into());
        key.insert("params".into(), self.changed.clone().into());
        key
    }
}

impl<T: ?Sized> Clone for Part<T> {
    fn clone(&self) -> Self {
        let (params, changed) = (self.params.clone(), self.changed.clone());
        Self { name: self.name, revision: self.revision, params, changed, object: Arc::clone(&self.object) }
    }
}

impl<T: ?Sized> PartialEq for Part<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.revision, &self.params) == (other.name, other.revision, &other.params)
    }
}

impl<T: ?Sized> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<String> = self.params.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        write!(f, "{} {{{}}}", self.name, params.join(", "))
    }
}

/// What takes the steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Algorithm {
    /// A rule that turns one gradient into one step; many runs in lockstep.
    Rule(Part<dyn Rule>),
    /// A solver that asks for what it needs; one run at a time.
    Solver(Part<dyn Solver>),
}

impl Algorithm {
    /// Name in the catalogue.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.name(),
            Self::Solver(solver) => solver.name(),
        }
    }

    /// All parameters, defaults filled in, keys sorted.
    pub fn params(&self) -> &toml::Table {
        match self {
            Self::Rule(rule) => rule.params(),
            Self::Solver(solver) => solver.params(),
        }
    }
}

/// What a run follows: an update rule or a solver, a strategy, and, for a rule, a schedule and noise along the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// What takes the steps.
    pub algorithm: Algorithm,
    /// How it spends the budget over starts.
    pub strategy: Part<dyn Strategy>,
    /// What multiplies the learning rate.
    pub schedule: Part<dyn Schedule>,
    /// Noise on starts, gradients and weights, besides what the strategy brings.
    pub noise: Vec<Part<Noise>>,
}

impl Method {
    /// A rule under a strategy, with a constant learning rate and without noise.
    pub fn of_rule(rule: Part<dyn Rule>, strategy: Part<dyn Strategy>) -> Self {
        Self::new(Algorithm::Rule(rule), strategy)
    }

    /// A solver under a strategy.
    pub fn of_solver(solver: Part<dyn Solver>, strategy: Part<dyn Strategy>) -> Self {
        Self::new(Algorithm::Solver(solver), strategy)
    }

    /// An algorithm under a strategy, with a constant learning rate and without noise.
    pub fn new(algorithm: Algorithm, strategy: Part<dyn Strategy>) -> Self {
        Self { algorithm, strategy, schedule: Part::schedule(Constant::default()), noise: vec![] }
    }

    /// The same with a schedule.
    pub fn with_schedule(mut self, schedule: Part<dyn Schedule>) -> Self {
        self.schedule = schedule;
        self
    }

    /// The same with one more noise.
    pub fn with_noise(mut self, noise: Part<Noise>) -> Self {
        self.noise.push(noise);
        self
    }

    /// Everything the numbers of a run depend on here, as one table with sorted keys:
    /// `{ rule = { name, params, revision }, strategy = { name, params, revision } }`, `solver` in place of `rule` for a
    /// solver, `schedule` and `noise` where they change something. Parameters at their default are
    /// left out, so that a new one keeps old keys; the revision rises when a default changes.
    pub fn key(&self) -> toml::Table {
        let mut key = toml::Table::new();
        match &self.algorithm {
            Algorithm::Rule(rule) => key.insert("rule".into(), rule.key().into()),
            Algorithm::Solver(solver) => key.insert("solver".into(), solver.key().into()),
        };
        key.insert("strategy".into(), self.strategy.key().into());
        if !self.schedule.object().is_constant() {
            key.insert("schedule".into(), self.schedule.key().into());
        }
        if !self.noise.is_empty() {
            let noise: Vec<toml::Value> = self.noise.iter().map(|noise| noise.key().into()).collect();
            key.insert("noise".into(), noise.into());
        }
        key
    }

    /// Data rows per step; 0 means the whole objective.
    pub fn batch(&self) -> usize {
        match &self.algorithm {
            Algorithm::Rule(rule) => rule.object().batch(),
            Algorithm::Solver(_) => 0,
        }
    }

    /// Whether it is a solver, which needs values in double precision.
    pub fn is_solver(&self) -> bool {
        matches!(self.algorithm, Algorithm::Solver(_))
    }

    /// Refuses parts that do not go together.
    ///
    /// # Errors
    /// A schedule for a method without a learning rate to multiply, or noise along the way of a solver: what and why.
    pub fn check_parts(&self) -> Result<(), String> {
        if !self.is_solver() {
            return Ok(());
        }
        let name = self.algorithm.name();
        if !self.schedule.object().is_constant() {
            return Err(format!(
                "schedule: {name} chooses its own step lengths, so there is no learning rate to multiply; remove `schedule`"
            ));
        }
        let noise = self.noise.iter().map(|part| part.object().clone()).chain(self.strategy.object().noise());
        match noise.into_iter().find(|noise| noise.on != On::Start && noise.eta > 0.0) {
            None => Ok(()),
            Some(noise) => Err(format!(
                "noise: {name} has no plain step to put noise on (eta = {}); give noise with on = \"start\", or eta = 0",
                noise.eta
            )),
        }
    }

    /// Refuses an objective this method cannot run on; to be asked before any run.
    ///
    /// # Errors
    /// What does not fit, why, and what to do: minibatches without data rows, more rows than there are, or the message of
    /// [`Solver::suits`] or [`Method::check_parts`].
    pub fn check(&self, objective: &Objective) -> Result<(), String> {
        self.check_parts()?;
        if let Algorithm::Solver(solver) = &self.algorithm {
            solver.object().suits(objective).map_err(|message| format!("{}: {message}", solver.name()))?;
        }
        let (name, batch, row_count) = (self.algorithm.name(), self.batch(), objective.row_count());
        if batch == 0 {
            Ok(())
        } else if !objective.has_rows() {
            Err(format!(
                "{name} draws minibatches (batch = {batch}) and needs a problem with data rows; use gradient_descent, or batch = 0"
            ))
        } else if batch > row_count {
            Err(format!(
                "{name} draws minibatches of {batch} rows, but the problem has {row_count}; use batch <= {row_count}, or batch = 0 for all"
            ))
        } else {
            Ok(())
        }
    }
}
