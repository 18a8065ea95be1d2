//! The one place that knows how optimizers, strategies, finders, surveys and criteria are named, described and built.

use crate::experiment::ToolKind;
use crate::params::{Spec, complete};
use landscape::{Criteria, Entry, Finder, Look, Survey, finders, surveys};
use optimizers::{Catalogue, Method};
use std::sync::Arc;
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
    /// Update rules and solvers.
    pub optimizers: Vec<Described>,
    /// Strategies.
    pub strategies: Vec<Described>,
    /// Schedules of the learning rate.
    pub schedules: Vec<Described>,
    /// Noise on starts, gradients and weights.
    pub noise: Described,
    /// Finders of critical points.
    pub finders: Vec<Described>,
    /// Measurements of a surface.
    pub surveys: Vec<Described>,
    /// The tolerances of `[critical]`.
    pub criteria: Vec<Spec>,
    /// How a spectrum is looked at, in `[record] spectrum`.
    pub look: Vec<Spec>,
}

impl Tools {
    /// All that is built in.
    #[cfg(test)]
    pub fn builtin() -> Self {
        Self::of(Catalogue::builtin())
    }

    /// What the catalogue has, the finders and the surveys.
    pub fn of(catalogue: Catalogue) -> Self {
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
            optimizers: catalogue.optimizers.iter().map(|e| described(e.name, e.about, &e.params)).collect(),
            strategies: catalogue.strategies.iter().map(|e| described(e.name, e.about, &e.params)).collect(),
            schedules: catalogue.schedules.iter().map(|e| described(e.name, e.about, &e.params)).collect(),
            noise: described(catalogue.noise.name, catalogue.noise.about, &catalogue.noise.params),
            finders: finders().iter().map(described_entry).collect(),
            surveys: surveys().iter().map(described_entry).collect(),
            criteria: specs(Criteria::PARAMS, &Criteria::default()),
            look: specs(&Look::PARAMS, &Look::default()),
            catalogue,
        }
    }

    /// The entry of an optimizer, which can build it.
    pub fn entry(&self, name: &str) -> Option<&optimizers::Entry<optimizers::Algorithm>> {
        self.catalogue.optimizer(name)
    }

    /// The optimizer of this name.
    pub fn optimizer(&self, name: &str) -> Option<&Described> {
        self.optimizers.iter().find(|tool| tool.name == name)
    }

    /// The strategy of this name.
    pub fn strategy(&self, name: &str) -> Option<&Described> {
        self.strategies.iter().find(|tool| tool.name == name)
    }

    /// The schedule of this name.
    pub fn schedule(&self, name: &str) -> Option<&Described> {
        self.schedules.iter().find(|tool| tool.name == name)
    }

    /// All tools of a kind.
    pub fn all(&self, kind: ToolKind) -> &[Described] {
        match kind {
            ToolKind::Optimizer => &self.optimizers,
            ToolKind::Finder => &self.finders,
            ToolKind::Survey => &self.surveys,
        }
    }

    /// The tool of a kind and a name.
    pub fn tool(&self, kind: ToolKind, name: &str) -> Option<&Described> {
        self.all(kind).iter().find(|tool| tool.name == name)
    }

    /// A method from names that are known and the parameters given.
    ///
    /// # Errors
    /// A value out of range, or parts that do not go together: what, why, and what to do.
    pub fn method(&self, parts: &MethodParts) -> Result<Method, String> {
        let (optimizer, params) = parts.optimizer;
        let (strategy, strategy_params) = parts.strategy;
        let mut method = self.catalogue.method(optimizer, params, strategy, strategy_params)?;
        if let Some((name, params)) = parts.schedule {
            let entry = self.catalogue.schedule(name).expect("a schedule that is known");
            method = method.with_schedule(entry.build(params)?);
        }
        for params in &parts.noise {
            method = method.with_noise(self.catalogue.noise.build(params)?);
        }
        method.check_parts()?;
        Ok(method)
    }
}

/// Names and parameters of all that makes up a method.
pub struct MethodParts<'a> {
    /// The optimizer.
    pub optimizer: (&'a str, &'a Table),
    /// The strategy.
    pub strategy: (&'a str, &'a Table),
    /// The schedule, if it is not constant.
    pub schedule: Option<(&'a str, &'a Table)>,
    /// Every noise.
    pub noise: Vec<&'a Table>,
}

/// A finder that exists, with the parameters given.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn finder(name: &str, params: &Table) -> Result<Arc<dyn Finder>, String> {
    build(&finders(), name, params)
}

/// A survey that exists, with the parameters given.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn survey(name: &str, params: &Table) -> Result<Arc<dyn Survey>, String> {
    build(&surveys(), name, params)
}

fn build<T: ?Sized>(entries: &[Entry<T>], name: &str, params: &Table) -> Result<Arc<T>, String> {
    let entry = entries.iter().find(|entry| entry.name == name).expect("a name that is known");
    // The method is named where the message is shown.
    entry.build(params).map_err(|message| message.trim_start_matches(&format!("{name}: ")).to_string())
}

fn described_entry<T: ?Sized>(entry: &Entry<T>) -> Described {
    let spec = |(name, about): &(&str, &str)| Spec {
        name: name.to_string(),
        default: entry.defaults[*name].clone(),
        about: about.to_string(),
    };
    Described {
        name: entry.name.to_string(),
        about: entry.about.to_string(),
        params: entry.params.iter().map(spec).collect(),
    }
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

/// The way to look at a spectrum with the values given.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn look(params: &Table) -> Result<Look, String> {
    let defaults = specs(&Look::PARAMS, &Look::default());
    let one_line = |error: toml::de::Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let look: Look = complete(&defaults, params).try_into().map_err(one_line)?;
    look.check()?;
    Ok(look)
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
