//! The rules and strategies there are, by name, with documented parameters; builds methods from tables.

use crate::config::{Config, Param, from_table, params_of};
use crate::method::{Method, Part};
use crate::rule::Rule;
use crate::strategy::Strategy;
use crate::{Adam, GradientDescent, Momentum, MultiRestart, NoisyStart, Sgd, Single};

/// One rule or strategy of the catalogue.
pub struct Entry<T: ?Sized> {
    /// Name in experiment files.
    pub name: &'static str,
    /// One sentence: what it does, with its source.
    pub about: &'static str,
    /// Parameters with defaults and meaning, in the order of their documentation.
    pub params: Vec<Param>,
    build: fn(&toml::Table) -> Result<Part<T>, String>,
}

impl<T: ?Sized> Entry<T> {
    /// The rule or strategy with these parameters, the others at their defaults.
    ///
    /// # Errors
    /// An unknown key, a wrong type or a value out of range: what, why, and what to do.
    pub fn build(&self, params: &toml::Table) -> Result<Part<T>, String> {
        (self.build)(params)
    }
}

/// All rules and strategies, in the order in which they are listed.
pub struct Catalogue {
    /// Update rules.
    pub rules: Vec<Entry<dyn Rule>>,
    /// Strategies.
    pub strategies: Vec<Entry<dyn Strategy>>,
}

impl Catalogue {
    /// What this crate ships.
    pub fn builtin() -> Self {
        let mut catalogue = Self { rules: vec![], strategies: vec![] };
        catalogue.add_rule::<GradientDescent>().add_rule::<Sgd>().add_rule::<Momentum>().add_rule::<Adam>();
        catalogue.add_strategy::<Single>().add_strategy::<MultiRestart>().add_strategy::<NoisyStart>();
        catalogue
    }

    /// Adds a rule of one's own.
    pub fn add_rule<R: Config + Rule + 'static>(&mut self) -> &mut Self {
        let build = |given: &toml::Table| from_table::<R>(given).map(Part::rule);
        self.rules.push(Entry { name: R::NAME, about: R::ABOUT, params: params_of::<R>(), build });
        self
    }

    /// Adds a strategy of one's own.
    pub fn add_strategy<S: Config + Strategy + 'static>(&mut self) -> &mut Self {
        let build = |given: &toml::Table| from_table::<S>(given).map(Part::strategy);
        self.strategies.push(Entry { name: S::NAME, about: S::ABOUT, params: params_of::<S>(), build });
        self
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&Entry<dyn Rule>> {
        self.rules.iter().find(|entry| entry.name == name)
    }

    /// The strategy of this name.
    pub fn strategy(&self, name: &str) -> Option<&Entry<dyn Strategy>> {
        self.strategies.iter().find(|entry| entry.name == name)
    }

    /// A method from two names and two tables of parameters.
    ///
    /// # Errors
    /// An unknown name, or the message of [`Entry::build`].
    pub fn method(
        &self,
        rule: &str,
        rule_params: &toml::Table,
        strategy: &str,
        strategy_params: &toml::Table,
    ) -> Result<Method, String> {
        let rule_entry = self.rule(rule).ok_or_else(|| unknown("optimizer", rule, &self.rules))?;
        let strategy_entry = self.strategy(strategy).ok_or_else(|| unknown("strategy", strategy, &self.strategies))?;
        Ok(Method { rule: rule_entry.build(rule_params)?, strategy: strategy_entry.build(strategy_params)? })
    }
}

fn unknown<T: ?Sized>(kind: &str, name: &str, entries: &[Entry<T>]) -> String {
    let known: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
    format!("unknown {kind} \"{name}\"; there are {}", known.join(", "))
}
