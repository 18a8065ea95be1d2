//! Finders and surveys as experiment files know them: a name, parameters with defaults, and what they build.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Table;

/// A kind of finder or survey, by name. `T` is what is built: a `dyn` trait.
pub struct Entry<T: ?Sized> {
    /// Name in experiment files.
    pub name: &'static str,
    /// One sentence: what it does and what it favours.
    pub about: &'static str,
    /// `(key, meaning with unit and range)`, the same keys as `defaults` has.
    pub params: Vec<(&'static str, &'static str)>,
    /// Every parameter at its default.
    pub defaults: Table,
    build: fn(&Table) -> Result<Arc<T>, String>,
}

impl<T: ?Sized> Entry<T> {
    /// The entry of a type that describes itself; `build` makes one from the complete table of its parameters.
    pub(crate) fn of<C: Described>(
        params: Vec<(&'static str, &'static str)>,
        build: fn(&Table) -> Result<Arc<T>, String>,
    ) -> Self {
        let defaults = Table::try_from(C::default()).expect("a config is a flat struct");
        Entry { name: C::NAME, about: C::ABOUT, params, defaults, build }
    }

    /// What it builds with these parameters, the others at their defaults.
    ///
    /// # Errors
    /// An unknown key, a wrong type or a value out of range: what, why, and what to do.
    pub fn build(&self, params: &Table) -> Result<Arc<T>, String> {
        if let Some(key) = params.keys().find(|key| !self.params.iter().any(|(name, _)| name == key)) {
            let known: Vec<&str> = self.params.iter().map(|(name, _)| *name).collect();
            let (name, known) = (self.name, known.join(", "));
            return Err(format!("{name}: unknown parameter \"{key}\"; its parameters are {known}"));
        }
        let complete: Table = self.defaults.clone().into_iter().chain(params.clone()).collect();
        (self.build)(&complete).map_err(|message| format!("{}: {message}", self.name))
    }
}

/// What a finder or survey says about itself.
pub(crate) trait Described: Default + Serialize + DeserializeOwned + 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    /// Its own parameters, `(key, meaning with unit and range)`.
    const PARAMS: &'static [(&'static str, &'static str)];

    /// Refuses parameters out of range: what, why, what to do.
    fn check(&self) -> Result<(), String>;

    /// One with the parameters of a complete table.
    fn read(table: &Table) -> Result<Self, String> {
        let one_line = |error: toml::de::Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        let config: Self = table.clone().try_into().map_err(one_line)?;
        config.check()?;
        Ok(config)
    }
}
