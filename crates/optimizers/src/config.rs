//! What a rule's and a strategy's parameters have in common: a name, documented keys, defaults, a check.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The parameters of a rule or a strategy: plain data, comparable and printable; running state lives elsewhere.
///
/// Derive `Serialize` and `Deserialize` with `#[serde(default, deny_unknown_fields)]`.
pub trait Config: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned {
    /// Name in experiment files, `snake_case`.
    const NAME: &'static str;
    /// One sentence: what it does, with its source.
    const ABOUT: &'static str;
    /// `(key, meaning with unit and range)`: the same keys as the serialised default has.
    const PARAMS: &'static [(&'static str, &'static str)];
    /// Rises when the same parameters start to give other numbers, so that old runs are not mistaken for new.
    const REVISION: u32 = 1;

    /// Refuses parameters out of range: what, why, and what to do.
    ///
    /// # Errors
    /// The message for the person who wrote the experiment file.
    fn check(&self) -> Result<(), String>;
}

/// One documented parameter of a catalogue entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Key in an experiment file.
    pub name: &'static str,
    /// Value when the key is not given.
    pub default: toml::Value,
    /// Meaning, with unit and range.
    pub about: &'static str,
}

/// All parameters of `config` as a table with sorted keys.
pub(crate) fn table_of<C: Config>(config: &C) -> toml::Table {
    toml::Table::try_from(config).expect("a config is a flat struct of numbers and names")
}

/// The parameters of `C`, in the order of their documentation.
///
/// Panics when a documented key is not a field: a mistake in the source, found by every test that lists.
pub(crate) fn params_of<C: Config>() -> Vec<Param> {
    let defaults = table_of(&C::default());
    let param = |&(name, about): &(&'static str, &'static str)| {
        let default =
            defaults.get(name).unwrap_or_else(|| panic!("{}: PARAMS names `{name}`, which is no field", C::NAME));
        Param { name, default: default.clone(), about }
    };
    C::PARAMS.iter().map(param).collect()
}

/// A checked config from the keys given, the others at their defaults.
///
/// # Errors
/// An unknown key, a value of the wrong type, or the message of [`Config::check`]; each starts with the name.
pub(crate) fn from_table<C: Config>(given: &toml::Table) -> Result<C, String> {
    let mut table = table_of(&C::default());
    for (key, value) in given {
        if !table.contains_key(key) {
            return Err(unknown_key::<C>(key));
        }
        table.insert(key.clone(), value.clone());
    }
    let config: C = table.try_into().map_err(|error: toml::de::Error| {
        let text = error.to_string();
        format!("{}: {}", C::NAME, text.split_whitespace().collect::<Vec<_>>().join(" "))
    })?;
    config.check().map_err(|message| format!("{}: {message}", C::NAME))?;
    Ok(config)
}

fn unknown_key<C: Config>(key: &str) -> String {
    let known: Vec<&str> = C::PARAMS.iter().map(|(name, _)| *name).collect();
    if known.is_empty() {
        format!("{}: unknown parameter \"{key}\"; it has no parameters, remove the key", C::NAME)
    } else {
        format!("{}: unknown parameter \"{key}\"; its parameters are {}", C::NAME, known.join(", "))
    }
}

/// `lr > 0` and finite, the condition every rule shares.
///
/// # Errors
/// What is wrong, why, and what to do.
pub fn check_lr(lr: f64) -> Result<(), String> {
    if lr > 0.0 && lr.is_finite() {
        return Ok(());
    }
    Err(format!("lr = {lr}: a step must go downhill by a finite amount; give a positive number such as 0.01"))
}

/// `0 <= value < 1` for a decay rate of a running mean.
///
/// # Errors
/// What is wrong, why, and what to do.
pub fn check_decay_rate(name: &str, value: f64) -> Result<(), String> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(format!("{name} = {value}: past gradients must lose weight with time; give 0 <= {name} < 1, such as 0.9"))
}

/// `value > 0` and finite.
///
/// # Errors
/// What is wrong, why, and what to do.
pub fn check_positive(name: &str, value: f64) -> Result<(), String> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(format!("{name} = {value}: it must be finite and above 0; give a positive number"))
}

/// `value >= 0` and finite, for noise scales.
///
/// # Errors
/// What is wrong, why, and what to do.
pub fn check_not_negative(name: &str, value: f64) -> Result<(), String> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(format!("{name} = {value}: it must be finite and not negative; give 0 to switch it off"))
}

/// `0 < value < 1`.
pub(crate) fn check_share(name: &str, value: f64) -> Result<(), String> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(format!("{name} = {value}: it is a share; give 0 < {name} < 1"))
}
