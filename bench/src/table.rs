//! The table of workloads, `bench/workloads.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Job, workloads};

/// Sizes of a job by name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, toml::Value>);

impl Params {
    /// A count.
    ///
    /// # Panics
    /// When the table has no such whole number: a mistake in it.
    pub fn count(&self, name: &str) -> usize {
        self.0.get(name).and_then(toml::Value::as_integer).map_or_else(|| panic!("no count {name}"), |n| n as usize)
    }

    /// A real number.
    ///
    /// # Panics
    /// When the table has no such number with a decimal point: a mistake in it.
    pub fn real(&self, name: &str) -> f64 {
        self.0.get(name).and_then(toml::Value::as_float).unwrap_or_else(|| panic!("no real number {name}"))
    }
}

/// One workload. Keys that only the comparison needs (goals, peers, flops) are not read here.
#[derive(Clone, Debug, Deserialize)]
pub struct Workload {
    /// What it does, for people.
    pub about: String,
    job: String,
    params: Params,
    #[serde(default)]
    small: Params,
    #[serde(default)]
    check: Params,
}

impl Workload {
    /// Ready to run as it is timed.
    pub fn prepare(&self) -> Job {
        self.prepare_with(&Params::default())
    }

    /// The same at a size for quick benches.
    pub fn prepare_small(&self) -> Job {
        self.prepare_with(&self.small)
    }

    /// The same at the size at which results are compared.
    pub fn prepare_check(&self) -> Job {
        self.prepare_with(&self.check)
    }

    fn prepare_with(&self, changes: &Params) -> Job {
        let mut params = self.params.clone();
        params.0.extend(changes.0.clone());
        workloads::prepare(&self.job, &params)
    }
}

/// All workloads by name.
///
/// # Panics
/// When the table in the source tree cannot be read.
pub fn table() -> BTreeMap<String, Workload> {
    toml::from_str(include_str!("../workloads.toml")).expect("a table of workloads")
}
