//! `manifest.json`: where the numbers of a result folder come from.

use crate::figure;
use crate::files;
use crate::machine::{self, Machine, Program};
use crate::plan::Plan;
use crate::record::{MISSING, Record};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::SystemTime;

/// Version of the result folder's format.
const SCHEMA: u32 = 1;

/// The random generator every stream uses.
const RNG: &str = "ChaCha8, keyed by SHA-256 of master seed, purpose and names";

/// Provenance of a result folder.
#[derive(Debug, Serialize)]
pub struct Manifest {
    schema: u32,
    experiment: String,
    plan_hash: String,
    /// Planned runs by status; empty while the command works.
    counts: BTreeMap<String, usize>,
    started: String,
    /// `null` while the command works, or when it was killed.
    ended: Option<String>,
    /// Runs this command measured.
    measured: Option<usize>,
    command: String,
    threads: usize,
    environment: BTreeMap<&'static str, String>,
    rng: &'static str,
    problems: BTreeMap<String, u32>,
    program: Program,
    machine: Machine,
    /// Name and hash of the tuning file that parameters come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    tuned: Option<Value>,
    /// The commands that worked on this folder before, oldest first.
    earlier: Vec<Value>,
}

impl Manifest {
    /// The manifest of a command that begins now.
    pub fn begin(plan: &Plan, command: &[String], threads: usize, before: Option<&Value>) -> Self {
        let surfaces = &plan.experiment.surfaces;
        Self {
            schema: SCHEMA,
            experiment: plan.experiment.name.clone(),
            plan_hash: plan.hash(),
            counts: BTreeMap::new(),
            started: figure::utc(SystemTime::now()),
            ended: None,
            measured: None,
            command: machine::without_home(&command.join(" ")),
            threads,
            environment: machine::environment(),
            rng: RNG,
            problems: surfaces.iter().map(|s| (s.problem.clone(), s.revision)).collect(),
            program: Program::of_this_build(),
            machine: Machine::here(),
            tuned: plan.experiment.cited.as_ref().map(|c| json!({ "file": c.file, "sha256": c.sha256 })),
            earlier: before.map(earlier).unwrap_or_default(),
        }
    }

    /// Notes the end of the command.
    pub fn end(&mut self, plan: &Plan, records: &HashMap<String, Record>, measured: usize) {
        let status = |key| records.get(key).map_or(MISSING, Record::status).to_string();
        self.counts = BTreeMap::new();
        for run in &plan.runs {
            *self.counts.entry(status(&run.key)).or_default() += 1;
        }
        self.measured = Some(measured);
        self.ended = Some(figure::utc(SystemTime::now()));
    }

    /// Writes the manifest of `dir`.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write(&self, dir: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        files::write(&dir.join("manifest.json"), (text + "\n").as_bytes())
    }
}

/// The commands a manifest knows of, its own the last.
fn earlier(manifest: &Value) -> Vec<Value> {
    let mut list = manifest["earlier"].as_array().cloned().unwrap_or_default();
    list.push(json!({
        "started": manifest["started"],
        "ended": manifest["ended"],
        "measured": manifest["measured"],
        "commit": manifest["program"]["commit"],
        "dirty": manifest["program"]["dirty"],
        "cpu": manifest["machine"]["cpu"],
    }));
    list
}

/// `with commit 1a2b3c4 on 2026-11-22`, as far as a manifest tells: of the last command that measured anything. One that
/// only wrote files anew, because a claim was edited, has measured nothing.
pub fn when_and_with_what(manifest: &Value) -> String {
    let commands = earlier(manifest);
    let measured = commands.iter().rev().find(|command| command["measured"] != 0);
    let command = measured.or(commands.last()).expect("a manifest knows its own command");
    let commit = command["commit"].as_str().and_then(|text| text.get(..7));
    let dirty = command["dirty"].as_bool().unwrap_or(false);
    let source = match (commit, dirty) {
        (Some(commit), false) => format!("commit {commit}"),
        (Some(commit), true) => format!("commit {commit} and changes"),
        (None, _) => format!("version {}", manifest["program"]["version"].as_str().unwrap_or("?")),
    };
    let day = command["ended"].as_str().and_then(|text| text.get(..10));
    match day {
        Some(day) => format!("with {source}, on {day}"),
        None => format!("with {source}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder whose files were written anew still says which program measured it.
    #[test]
    fn the_origin_is_the_last_command_that_measured() {
        let commit = |digit: char| digit.to_string().repeat(40);
        let program = |digit| json!({ "commit": commit(digit), "dirty": false, "version": "0.1.0" });
        let first = json!({ "started": "s", "ended": "2026-01-02T03:04:05Z", "measured": 7, "program": program('a') });
        assert_eq!(when_and_with_what(&first), "with commit aaaaaaa, on 2026-01-02");
        let later = |measured: usize| {
            let (ended, program) = ("2026-05-06T07:08:09Z", program('b'));
            json!({ "ended": ended, "measured": measured, "program": program, "earlier": earlier(&first) })
        };
        assert_eq!(when_and_with_what(&later(0)), "with commit aaaaaaa, on 2026-01-02");
        assert_eq!(when_and_with_what(&later(1)), "with commit bbbbbbb, on 2026-05-06");
        assert_eq!(when_and_with_what(&json!({ "program": { "version": "0.1.0" } })), "with version 0.1.0");
    }
}
