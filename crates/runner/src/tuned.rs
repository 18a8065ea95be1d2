//! The tuning file: what `tune` chose, for whom, from how much work; written by `tune`, cited by experiments.

use crate::diagnostic::suggestion;
use crate::experiment::{Cell, Experiment, Surface};
use crate::figure::sha256;
use crate::params::canonical;
use crate::resolved::{inline, number, quoted, section};
use report::Choice;
use serde::Deserialize;
use std::path::Path;
use toml::{Table, Value};

/// Version of the file's format.
const SCHEMA: i64 = 1;

/// A tuning file that an experiment cites.
#[derive(Debug)]
pub struct Cited {
    /// As the experiment file names it.
    pub file: String,
    /// Hash of its bytes.
    pub sha256: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: i64,
    #[serde(rename = "tuning")]
    _how: Table,
    chosen: Vec<Entry>,
}

/// What was chosen for one method on one problem.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Label of the problem.
    problem: String,
    /// Its registered name.
    name: String,
    revision: u32,
    /// Parameters that are not at their default.
    params: Table,
    fingerprint: String,
    precision: String,
    /// The method's id.
    method: String,
    /// All that the numbers of a run depended on in the method, the chosen values among it.
    key: Table,
    /// The chosen values.
    values: Table,
    #[serde(rename = "configuration")]
    _configuration: u64,
    #[serde(rename = "configurations")]
    _configurations: u64,
    #[serde(rename = "replicates")]
    _replicates: u64,
    #[serde(rename = "gradients")]
    _gradients: u64,
    #[serde(rename = "score")]
    _score: Table,
}

/// Why a tuning file does not serve, and what to do.
pub type Refusal = (String, String);

impl Cited {
    /// Reads the tuning file `file`, named so by an experiment file in `folder`.
    ///
    /// # Errors
    /// No such file, or no tuning file.
    pub fn read(folder: &Path, file: &str) -> Result<Self, Refusal> {
        let path = folder.join(file);
        let shown = path.display();
        let help = "`tune FILE` writes one; the name is seen from this file's folder";
        let text = std::fs::read_to_string(&path)
            .map_err(|error| (format!("cannot read the tuning file {shown}: {error}"), help.to_string()))?;
        let parsed: File = toml::from_str(&text).map_err(|error| {
            let what = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            (format!("{shown} is no tuning file: {what}"), help.to_string())
        })?;
        if parsed.schema != SCHEMA {
            let what = format!("{shown} has schema {}, and this program reads {SCHEMA}", parsed.schema);
            return Err((what, "tune again".to_string()));
        }
        Ok(Self { file: file.to_string(), sha256: sha256(text.as_bytes()), entries: parsed.chosen })
    }

    /// The entry of a method on a problem.
    ///
    /// # Errors
    /// There is none, or it was made for another revision or other data of the problem.
    pub fn entry(&self, surface: &Surface, method: &str) -> Result<&Entry, Refusal> {
        let file = &self.file;
        let of_method: Vec<&Entry> = self.entries.iter().filter(|entry| entry.method == method).collect();
        if of_method.is_empty() {
            let mut ids: Vec<&str> = self.entries.iter().map(|entry| entry.method.as_str()).collect();
            ids.dedup();
            return Err((format!("{file} has no method \"{method}\""), suggestion(method, &ids)));
        }
        let is_same = |entry: &&&Entry| {
            entry.name == surface.problem
                && canonical(&entry.params) == canonical(&surface.key_params)
                && entry.precision == precision(surface)
        };
        let Some(entry) = of_method.iter().find(is_same) else {
            let labels: Vec<&str> = of_method.iter().map(|entry| entry.problem.as_str()).collect();
            let what = format!("{file} has nothing for \"{method}\" on {}", surface.label);
            let help =
                format!("it was made for: {}; tune on this problem, or override the parameter", labels.join(", "));
            return Err((what, help));
        };
        let again = "tune again: values for other numbers are not tuned values".to_string();
        if entry.revision != surface.revision {
            let (theirs, ours) = (entry.revision, surface.revision);
            let what =
                format!("{file} was made for revision {theirs} of {}, and this program has {ours}", surface.problem);
            return Err((what, again));
        }
        if entry.fingerprint != fingerprint(surface) {
            return Err((format!("{file} was made for other data of {}", surface.label), again));
        }
        Ok(entry)
    }
}

impl Entry {
    /// The value of one parameter, if it was tuned.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The names of the parameters that were tuned.
    pub fn names(&self) -> Vec<&str> {
        self.values.keys().map(String::as_str).collect()
    }

    /// Refuses a method that, with the chosen values, is not the one that was tuned: another revision of a part, or other
    /// parameters beside them.
    ///
    /// # Errors
    /// What differs.
    pub fn check(&self, cell: &Cell) -> Result<(), Refusal> {
        if canonical(&self.key) == canonical(&cell.method_key) {
            return Ok(());
        }
        for (part, ours) in &cell.method_key {
            let (theirs, ours) = (self.key.get(part).and_then(Value::as_table), ours.as_table());
            if let (Some(theirs), Some(ours)) = (theirs, ours)
                && theirs.get("name") == ours.get("name")
                && theirs.get("revision") != ours.get("revision")
            {
                let [theirs, name, ours] = [theirs.get("revision"), ours.get("name"), ours.get("revision")]
                    .map(|v| v.map_or(String::new(), Value::to_string));
                let what = format!(
                    "\"{}\" was tuned with revision {theirs} of {name}, and this program has {ours}",
                    self.method
                );
                return Err((what, "tune again".to_string()));
            }
        }
        let what = format!("\"{}\" was tuned as another method on {}", self.method, self.problem);
        Err((
            what,
            format!("there it is {}, here {}; tune this one", canonical(&self.key), canonical(&cell.method_key)),
        ))
    }
}

fn precision(surface: &Surface) -> &'static str {
    if surface.single_precision { "f32" } else { "f64" }
}

fn fingerprint(surface: &Surface) -> &str {
    surface.instance.as_ref().map_or("", |instance| &instance.fingerprint)
}

/// The text of a tuning file: the choices made in the result folder of `experiment`, which is one of tuning.
pub fn text(experiment: &Experiment, plan_hash: &str, choices: &[Choice]) -> String {
    let Some(tuning) = &experiment.tuning else { return String::new() };
    let mut out = format!(
        "# Written by `tune` of experiment \"{}\" from the runs of \"{}\". A score is the best of all configurations, so\n\
         # it flatters; experiments that cite this file measure the chosen values again, on other seeds.\n\
         schema = {SCHEMA}\n",
        tuning.experiment, experiment.name
    );
    section(
        &mut out,
        "[tuning]",
        &[
            ("experiment", quoted(&tuning.experiment)),
            ("criterion", quoted(tuning.criterion.label())),
            ("master_seed", experiment.master_seed.to_string()),
            ("plan_hash", quoted(plan_hash)),
        ],
    );
    for choice in choices {
        let (surface, cell) = cell_of(experiment, choice);
        let method = tuning.method_of(&cell.method);
        let mut score = format!("value = {}", number(choice.score));
        if let Some((lo, hi)) = choice.interval {
            score += &format!(", lo = {}, hi = {}", number(lo), number(hi));
        }
        section(
            &mut out,
            "[[chosen]]",
            &[
                ("problem", quoted(&surface.label)),
                ("name", quoted(&surface.problem)),
                ("revision", surface.revision.to_string()),
                ("params", inline(&surface.key_params)),
                ("fingerprint", quoted(fingerprint(surface))),
                ("precision", quoted(precision(surface))),
                ("method", quoted(&method.id)),
                ("key", inline(&cell.method_key)),
                ("values", inline(&tuning.values_of(&cell.method))),
                ("configuration", choice.configuration.to_string()),
                ("configurations", choice.configurations.to_string()),
                ("replicates", surface.replicates.to_string()),
                ("gradients", surface.budget.to_string()),
                ("score", format!("{{ {score} }}")),
            ],
        );
    }
    out
}

fn cell_of<'e>(experiment: &'e Experiment, choice: &Choice) -> (&'e Surface, &'e Cell) {
    let is_chosen =
        |cell: &&Cell| experiment.surfaces[cell.surface].label == choice.problem && cell.method == choice.label;
    let cell = experiment.cells.iter().find(is_chosen).expect("a choice is among the planned cells");
    (&experiment.surfaces[cell.surface], cell)
}
