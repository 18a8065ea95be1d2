//! The one place that knows how optimizers, strategies, finders and criteria are named, described and built.

use crate::params::{Spec, complete};
use landscape::{Criteria, NewtonSampler};
use optimizers::{Catalogue, Method};
use toml::Table;

/// A named thing with parameters.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its name in experiment files.
    pub name: String,
    /// One sentence with its source.
    pub about: String,
    /// Its parameters.
    pub params: Vec<Spec>,
}

/// Everything a `[[method]]` can name.
pub struct Tools {
    catalogue: Catalogue,
    /// Update rules.
    pub optimizers: Vec<Described>,
    /// Strategies.
    pub strategies: Vec<Described>,
    /// Finders of critical points.
    pub finders: Vec<Described>,
    /// The tolerances of `[critical]`.
    pub criteria: Vec<Spec>,
}

impl Tools {
    /// All that is built in.
    pub fn builtin() -> Self {
        let catalogue = Catalogue::builtin();
        let spec = |param: &optimizers::Param| Spec {
            name: param.name.to_string(),
            default: param.default.clone(),
            about: param.about.to_string(),
        };
        let described = |name: &str, about: &str, params: &[optimizers::Param]| Described {
            name: name.to_string(),
            about: about.to_string(),
            params: params.iter().map(spec).collect(),
        };
        Self {
            optimizers: catalogue.rules.iter().map(|entry| described(entry.name, entry.about, &entry.params)).collect(),
            strategies: catalogue
                .strategies
                .iter()
                .map(|entry| described(entry.name, entry.about, &entry.params))
                .collect(),
            finders: vec![Described {
                name: NewtonSampler::NAME.to_string(),
                about: NewtonSampler::ABOUT.to_string(),
                params: specs(NewtonSampler::PARAMS, &NewtonSampler::default()),
            }],
            criteria: specs(Criteria::PARAMS, &Criteria::default()),
            catalogue,
        }
    }

    /// The optimizer of this name.
    pub fn optimizer(&self, name: &str) -> Option<&Described> {
        self.optimizers.iter().find(|tool| tool.name == name)
    }

    /// The strategy of this name.
    pub fn strategy(&self, name: &str) -> Option<&Described> {
        self.strategies.iter().find(|tool| tool.name == name)
    }

    /// The finder of this name.
    pub fn finder(&self, name: &str) -> Option<&Described> {
        self.finders.iter().find(|tool| tool.name == name)
    }

    /// A method from names that are known and the parameters given.
    ///
    /// # Errors
    /// A value out of range: what, why, and what to do.
    pub fn method(
        &self,
        optimizer: &str,
        params: &Table,
        strategy: &str,
        strategy_params: &Table,
    ) -> Result<Method, String> {
        self.catalogue.method(optimizer, params, strategy, strategy_params)
    }
}

/// A finder with the parameters given.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn sampler(params: &Table) -> Result<NewtonSampler, String> {
    let defaults = specs(NewtonSampler::PARAMS, &NewtonSampler::default());
    let sampler: NewtonSampler = complete(&defaults, params).try_into().map_err(|e: toml::de::Error| e.to_string())?;
    sampler.check()?;
    Ok(sampler)
}

/// The criteria with the values given.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn criteria(params: &Table) -> Result<Criteria, String> {
    let defaults = specs(Criteria::PARAMS, &Criteria::default());
    let criteria: Criteria = complete(&defaults, params).try_into().map_err(|e: toml::de::Error| e.to_string())?;
    criteria.check()?;
    Ok(criteria)
}

/// Declared parameters with the values of the default.
fn specs<C: serde::Serialize>(params: &[(&str, &str)], default: &C) -> Vec<Spec> {
    let defaults = Table::try_from(default).expect("a config is a flat struct");
    params
        .iter()
        .map(|(name, about)| Spec {
            name: name.to_string(),
            default: defaults[*name].clone(),
            about: about.to_string(),
        })
        .collect()
}
