//! The rules, solvers, strategies and schedules there are, by name, with documented parameters; builds methods.

use crate::config::{Config, Param, from_table, params_of};
use crate::method::{Algorithm, Method, Part};
use crate::noise::Noise;
use crate::rule::Rule;
use crate::schedule::Schedule;
use crate::solver::Solver;
use crate::strategy::Strategy;
use crate::{Adagrad, Adam, Adamw, GradientDescent, Momentum, Nesterov, PerturbedGd, Rmsprop, Sgd, Sgld, SignSgd};
use crate::{Backtracking, MultiRestart, NoisyStart, Single};
use crate::{BasinHopping, CmaEs, CompassSearch, RandomDirections, RandomSearch, SimulatedAnnealing};
use crate::{Constant, Cosine, Exponential, InverseTime, Step};
use crate::{CubicNewton, Lbfgs, Newton, NewtonCg, SaddleFreeNewton, TrustRegionNewton};

/// One named thing of the catalogue.
pub struct Entry<P> {
    /// Name in experiment files.
    pub name: &'static str,
    /// One sentence: what it does, with its source.
    pub about: &'static str,
    /// Parameters with defaults and meaning, in the order of their documentation.
    pub params: Vec<Param>,
    build: fn(&toml::Table) -> Result<P, String>,
}

impl<P> Entry<P> {
    fn of<C: Config>(build: fn(&toml::Table) -> Result<P, String>) -> Self {
        Self { name: C::NAME, about: C::ABOUT, params: params_of::<C>(), build }
    }

    /// The thing with these parameters, the others at their defaults.
    ///
    /// # Errors
    /// An unknown key, a wrong type or a value out of range: what, why, and what to do.
    pub fn build(&self, params: &toml::Table) -> Result<P, String> {
        (self.build)(params)
    }
}

/// All that a method can be made of, in the order in which it is listed.
pub struct Catalogue {
    /// Update rules and solvers: one name space.
    pub optimizers: Vec<Entry<Algorithm>>,
    /// Strategies.
    pub strategies: Vec<Entry<Part<dyn Strategy>>>,
    /// Schedules of the learning rate.
    pub schedules: Vec<Entry<Part<dyn Schedule>>>,
    /// The one kind of noise.
    pub noise: Entry<Part<Noise>>,
}

impl Catalogue {
    /// What this crate ships.
    pub fn builtin() -> Self {
        let noise = Entry::of::<Noise>(|given| from_table::<Noise>(given).map(Part::noise));
        let mut catalogue = Self { optimizers: vec![], strategies: vec![], schedules: vec![], noise };
        catalogue.add_rule::<GradientDescent>().add_rule::<Sgd>().add_rule::<Momentum>();
        catalogue.add_rule::<Nesterov>().add_rule::<Adagrad>().add_rule::<Rmsprop>().add_rule::<Adam>();
        catalogue.add_rule::<Adamw>().add_rule::<SignSgd>().add_rule::<Sgld>().add_rule::<PerturbedGd>();
        catalogue.add_solver::<Backtracking>();
        catalogue.add_solver::<Lbfgs>().add_solver::<Newton>().add_solver::<TrustRegionNewton>();
        catalogue.add_solver::<CubicNewton>().add_solver::<SaddleFreeNewton>().add_solver::<NewtonCg>();
        catalogue.add_solver::<RandomSearch>().add_solver::<CompassSearch>().add_solver::<RandomDirections>();
        catalogue.add_solver::<SimulatedAnnealing>().add_solver::<BasinHopping>().add_solver::<CmaEs>();
        catalogue.add_strategy::<Single>().add_strategy::<MultiRestart>().add_strategy::<NoisyStart>();
        catalogue.add_schedule::<Constant>().add_schedule::<Step>().add_schedule::<Exponential>();
        catalogue.add_schedule::<InverseTime>().add_schedule::<Cosine>();
        catalogue
    }

    /// Adds a rule of one's own.
    pub fn add_rule<R: Config + Rule + 'static>(&mut self) -> &mut Self {
        self.add_optimizer(Entry::of::<R>(|given| from_table::<R>(given).map(|rule| Algorithm::Rule(Part::rule(rule)))))
    }

    /// Adds a solver of one's own.
    pub fn add_solver<S: Config + Solver + 'static>(&mut self) -> &mut Self {
        self.add_optimizer(Entry::of::<S>(|given| from_table::<S>(given).map(|s| Algorithm::Solver(Part::solver(s)))))
    }

    fn add_optimizer(&mut self, entry: Entry<Algorithm>) -> &mut Self {
        assert!(self.optimizer(entry.name).is_none(), "two optimizers are called {}", entry.name);
        self.optimizers.push(entry);
        self
    }

    /// Adds a strategy of one's own.
    pub fn add_strategy<S: Config + Strategy + 'static>(&mut self) -> &mut Self {
        self.strategies.push(Entry::of::<S>(|given| from_table::<S>(given).map(Part::strategy)));
        self
    }

    /// Adds a schedule of one's own.
    pub fn add_schedule<S: Config + Schedule + 'static>(&mut self) -> &mut Self {
        self.schedules.push(Entry::of::<S>(|given| from_table::<S>(given).map(Part::schedule)));
        self
    }

    /// The rule or solver of this name.
    pub fn optimizer(&self, name: &str) -> Option<&Entry<Algorithm>> {
        self.optimizers.iter().find(|entry| entry.name == name)
    }

    /// The strategy of this name.
    pub fn strategy(&self, name: &str) -> Option<&Entry<Part<dyn Strategy>>> {
        self.strategies.iter().find(|entry| entry.name == name)
    }

    /// The schedule of this name.
    pub fn schedule(&self, name: &str) -> Option<&Entry<Part<dyn Schedule>>> {
        self.schedules.iter().find(|entry| entry.name == name)
    }

    /// A method from two names and two tables of parameters, with a constant learning rate and without noise.
    ///
    /// # Errors
    /// An unknown name, or the message of [`Entry::build`].
    pub fn method(
        &self,
        optimizer: &str,
        params: &toml::Table,
        strategy: &str,
        strategy_params: &toml::Table,
    ) -> Result<Method, String> {
        let entry = self.optimizer(optimizer).ok_or_else(|| unknown("optimizer", optimizer, &self.optimizers))?;
        let strategy_entry = self.strategy(strategy).ok_or_else(|| unknown("strategy", strategy, &self.strategies))?;
        Ok(Method::new(entry.build(params)?, strategy_entry.build(strategy_params)?))
    }
}

fn unknown<P>(kind: &str, name: &str, entries: &[Entry<P>]) -> String {
    let known: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
    format!("unknown {kind} \"{name}\"; there are {}", known.join(", "))
}
