//! A method: one update rule and one strategy with all their parameters, as data and as running code.

use crate::config::{Config, table_of};
use crate::rule::Rule;
use crate::strategy::Strategy;
use autodiff::Objective;
use std::fmt;
use std::sync::Arc;

/// One configured rule or strategy: comparable and printable by its name and parameters, callable as `T`.
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

impl Part<dyn Rule> {
    /// A configured rule.
    pub fn rule<R: Config + Rule + 'static>(config: R) -> Self {
        let (params, changed) = tables_of(&config);
        Self { name: R::NAME, revision: R::REVISION, params, changed, object: Arc::new(config) }
    }
}

impl Part<dyn Strategy> {
    /// A configured strategy.
    pub fn strategy<S: Config + Strategy + 'static>(config: S) -> Self {
        let (params, changed) = tables_of(&config);
        Self { name: S::NAME, revision: S::REVISION, params, changed, object: Arc::new(config) }
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

    /// The rule or strategy itself.
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

/// What a run follows: an update rule and a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// The update rule.
    pub rule: Part<dyn Rule>,
    /// How it spends the budget.
    pub strategy: Part<dyn Strategy>,
}

impl Method {
    /// Everything the numbers of a run depend on here, as one table with sorted keys:
    /// `{ rule = { name, params, revision }, strategy = { name, params, revision } }`. Parameters at their default are
    /// left out, so that a new one keeps old keys; the revision rises when a default changes.
    pub fn key(&self) -> toml::Table {
        let mut key = toml::Table::new();
        key.insert("rule".into(), self.rule.key().into());
        key.insert("strategy".into(), self.strategy.key().into());
        key
    }

    /// Data rows per step; 0 means the whole objective.
    pub fn batch(&self) -> usize {
        self.rule.object().batch()
    }

    /// Refuses an objective this method cannot run on; to be asked before any run.
    ///
    /// # Errors
    /// What does not fit, why, and what to do: minibatches without data rows, or more rows than there are.
    pub fn check(&self, objective: &Objective) -> Result<(), String> {
        let (name, batch, row_count) = (self.rule.name, self.batch(), objective.row_count());
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
