//! The plan: every run of an experiment in order, each with the key of all it depends on.

use crate::config::At;
use crate::experiment::{Action, Cell, Experiment};
use crate::figure::{float, optional, sha256, short_hash};
use crate::params::canonical;
use crate::record::Record;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Rises when the same declared run starts to give other numbers because this crate or the
/// certificate changed.
const MEASUREMENT_REVISION: u32 = 3;

/// One planned run.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    /// Hash of all that the run depends on.
    pub key: String,
    /// Position of its cell.
    pub cell: usize,
    /// Number within the cell.
    pub replicate: u64,
}

/// An experiment and its runs in order.
#[derive(Debug)]
pub struct Plan {
    /// What is planned.
    pub experiment: Experiment,
    /// Runs: cell by cell, replicates in order.
    pub runs: Vec<PlannedRun>,
}

/// How a plan compares with what is finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// Planned and finished.
    pub kept: usize,
    /// Planned and not finished.
    pub to_run: usize,
    /// Finished and no longer planned.
    pub dropped: usize,
}

impl Plan {
    /// Lays out the runs of an experiment.
    pub fn new(experiment: Experiment) -> Self {
        let mut runs = Vec::new();
        for (cell, planned) in experiment.cells.iter().enumerate() {
            let replicates = planned.replicates;
            let recorded = experiment.curves.map_or(0, |curves| curves.replicates);
            let looked_at = experiment.spectrum.as_ref().map_or(0, |spectra| spectra.replicates);
            // Only the runs that are recorded depend on what is recorded.
            let mut ends = [recorded.min(replicates), looked_at.min(replicates), replicates];
            ends.sort_unstable();
            let mut first = 0;
            for end in ends {
                let basis = key_basis(&experiment, planned, Some(first));
                runs.extend((first..end).map(|replicate| PlannedRun {
                    key: short_hash(format!("{basis}#{replicate}").as_bytes()),
                    cell,
                    replicate,
                }));
                first = end;
            }
        }
        Self { experiment, runs }
    }

    /// Hash of the whole plan.
    pub fn hash(&self) -> String {
        let keys: Vec<&str> = self.runs.iter().map(|run| run.key.as_str()).collect();
        sha256(keys.join("\n").as_bytes())
    }

    /// What the plan fixes of a run, in the order of the planned columns of `runs.csv`.
    pub fn labels(&self, run: &PlannedRun) -> Vec<String> {
        let cell = &self.experiment.cells[run.cell];
        let problem = self.experiment.surfaces[cell.surface].label.clone();
        vec![run.key.clone(), problem, cell.method.clone(), run.replicate.to_string()]
    }

    /// The row of a cell in `cells.csv`.
    pub fn cell_row(&self, cell: &Cell) -> Vec<String> {
        let surface = &self.experiment.surfaces[cell.surface];
        vec![
            surface.label.clone(),
            cell.method.clone(),
            surface.revision.to_string(),
            canonical(&surface.params),
            surface.dim.to_string(),
            optional(surface.instance.as_ref().ok().map(|instance| instance.loss_scale)),
            optional(surface.reference),
            cell.optimizer.clone(),
            cell.strategy.clone(),
            canonical(&cell.method_params),
        ]
    }

    /// Counts what is kept, run and dropped.
    pub fn balance(&self, records: &HashMap<String, Record>) -> Balance {
        let planned: HashSet<&str> = self.runs.iter().map(|run| run.key.as_str()).collect();
        let is_done = |key: &str| records.get(key).is_some_and(Record::is_done);
        let kept = self.runs.iter().filter(|run| is_done(&run.key)).count();
        let dropped =
            records.values().filter(|record| record.is_done() && !planned.contains(record.key.as_str())).count();
        Balance { kept, to_run: self.runs.len() - kept, dropped }
    }
}

/// Two cells with the same key basis are the same work; `None` when all differ.
pub fn first_twins(experiment: &Experiment) -> Option<(&Cell, &Cell)> {
    let mut seen: HashMap<String, &Cell> = HashMap::new();
    for cell in &experiment.cells {
        if let Some(first) = seen.insert(key_basis(experiment, cell, None), cell) {
            return Some((first, cell));
        }
    }
    None
}

/// All that the runs of a cell depend on except the replicate, as one text with sorted keys. Labels are left out, so
/// renaming a method keeps its runs; so are parameters at their default (a revision tells which default that is), so a
/// new parameter keeps the runs from before it. With what is recorded along the run of this number, where one is named.
fn key_basis(experiment: &Experiment, cell: &Cell, recorded: Option<u64>) -> String {
    let surface = &experiment.surfaces[cell.surface];
    let fingerprint = surface.instance.as_ref().map_or("", |instance| &instance.fingerprint);
    let descends = matches!(cell.action, Action::Descend(_));
    let moments: Vec<String> = surface.at.iter().map(|at| At::label(*at)).collect();
    let classified = !descends || !moments.is_empty();
    let surveys = matches!(cell.action, Action::Survey(_));
    let mut basis = json!({
        "measurement": MEASUREMENT_REVISION,
        "problem": surface.problem,
        "revision": surface.revision,
        "params": surface.key_params,
        "fingerprint": fingerprint,
        "method": cell.method_key,
        "seed": experiment.master_seed,
        // A survey ends by itself.
        "budget": if surveys { Value::Null } else { json!(surface.budget) },
        "stop": if surveys { Value::Null } else { json!(experiment.stop) },
        // A finder has no targets and no moments.
        "reference": if descends { json!(surface.reference.map(float)) } else { Value::Null },
        "gaps": if descends { json!(surface.gaps) } else { Value::Null },
        "at": if descends { json!(moments) } else { Value::Null },
        "criteria": if classified { json!(experiment.criteria_table) } else { Value::Null },
    });
    if descends && surface.single_precision {
        basis["precision"] = json!("f32"); // absent otherwise, so that runs in double precision keep their keys
    }
    if classified && experiment.proves {
        basis["prove"] = json!(true); // the same
    }
    if surveys && !experiment.keeps_points {
        basis["points"] = json!(false); // absent otherwise; such a survey lacks rows that it must have when they are wanted
    }
    let restarts = matches!(&cell.action, Action::Descend(method) if method.strategy.object().restarts());
    if restarts && !experiment.records_attempts {
        basis["attempts"] = json!(false); // absent otherwise; such a run lacks rows that it must have when they are wanted
    }
    // The same for what is recorded along a run, and at its end: a finder has neither.
    let recorded = recorded.filter(|_| descends);
    if let Some(curves) = recorded.and_then(|replicate| experiment.curves_of(replicate)) {
        basis["curves"] = json!(curves);
    }
    if let Some(spectra) = recorded.and_then(|replicate| experiment.spectra_of(replicate)) {
        let moments: Vec<String> = spectra.at.iter().map(|at| At::label(*at)).collect();
        basis["spectrum"] = json!({ "at": moments, "look": spectra.look_table, "criteria": experiment.criteria_table });
    }
    let has_rows = surface.instance.as_ref().is_ok_and(|instance| instance.objective.has_rows());
    if let Some(above) = experiment.examples.filter(|_| descends && has_rows) {
        basis["examples"] = json!(above);
    }
    basis.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::prepare_text;
    use crate::tools::Tools;
    use problems::Registry;

    const BASE: &str = r#"
schema = 1
[experiment]
name = "e"
master_seed = 1
[[problem]]
name = "rastrigin"
dim = 2
[[method]]
id = "a"
optimizer = "momentum"
strategy = "noisy_start"
[[method]]
id = "b"
finder = "newton"
[runs]
replicates = 2
[budget]
gradients = 50
[targets]
gaps = [1.0]
[critical]
at = ["stop"]
"#;

    fn plan(text: &str) -> Plan {
        let prepared = prepare_text("e.toml", text, &Registry::builtin(), &Tools::builtin());
        prepared.unwrap_or_else(|findings| panic!("{findings}")).plan
    }

    fn keys(text: &str) -> Vec<String> {
        plan(text).runs.into_iter().map(|run| run.key).collect()
    }

    #[test]
    fn a_key_holds_all_that_a_run_depends_on() {
        let base = keys(BASE);
        assert_eq!(base.iter().collect::<HashSet<_>>().len(), 4);
        // (edit, whether the runs of the optimizer change, whether those of the finder change)
        for (before, after, descent, search) in [
            ("master_seed = 1", "master_seed = 2", true, true),
            ("rastrigin", "styblinski_tang", true, true),
            ("dim = 2", "dim = 3", true, true),
            ("momentum\"", "momentum\"\nparams = { beta = 0.5 }", true, false),
            ("noisy_start\"", "noisy_start\"\nstrategy_params = { eta = 1.0 }", true, false),
            ("noisy_start", "single", true, false),
            ("newton\"", "newton\"\nparams = { perturb = 0.1 }", false, true),
            ("gradients = 50", "gradients = 51", true, true),
            ("[budget]", "[stop]\ngrad_norm = 1e-7\n[budget]", true, true),
            ("gaps = [1.0]", "gaps = [2.0]", true, false),
            ("dim = 2\n", "dim = 2\nreference = 0.5\n", true, false),
            ("at = [", "step_cap = 0.1\nat = [", true, true),
            ("[\"stop\"]", "[\"stop\", 10]", true, false),
            ("dim = 2\n", "dim = 2\nat = [\"stop\", 10]\n", true, false),
            ("dim = 2\n", "dim = 2\nat = []\n", true, false),
            ("dim = 2\n", "dim = 2\nat = [\"stop\"]\n", false, false),
            ("id = \"a\"", "id = \"other\"", false, false),
            ("name = \"e\"", "name = \"e\"\ndescription = \"words\"", false, false),
            ("[critical]", "[record]\ncurves = { every = 1 }\n[critical]", true, false),
            ("[critical]", "[record]\ncurves = { every = 1, replicates = 2 }\nplateaus = {}\n[critical]", true, false),
            ("[critical]", "[record]\nspectrum = { at = [\"start\"] }\n[critical]", true, false),
            ("[critical]", "[record]\nspectrum = { ends = 2, replicates = 2 }\n[critical]", true, false),
            ("dim = 2\n", "dim = 2\nmethods = [\"a\", \"b\"]\n", false, false),
            ("dim = 2\n", "dim = 2\noverride = { a = { beta = 0.9, eta = 0.3 } }\n", false, false),
        ] {
            assert!(BASE.contains(before), "{before}");
            let edited = keys(&BASE.replacen(before, after, 1));
            assert_eq!(base[0] != edited[0] && base[1] != edited[1], descent, "{after}");
            assert_eq!(base[2] != edited[2] && base[3] != edited[3], search, "{after}");
        }
        let more = keys(&BASE.replace("replicates = 2", "replicates = 3"));
        assert_eq!((&base[..2], &base[2..]), (&more[..2], &more[3..5]));
        // Only the runs that are recorded depend on it.
        let first = keys(&BASE.replace("[critical]", "[record]\ncurves = { every = 1, replicates = 1 }\n[critical]"));
        assert!(first[0] != base[0] && first[1..] == base[1..]);
        let looked_at = keys(&BASE.replace("[critical]", "[record]\nspectrum = { replicates = 1 }\n[critical]"));
        assert!(looked_at[0] != base[0] && looked_at[0] != first[0] && looked_at[1..] == base[1..]);
    }

    #[test]
    fn a_survey_whose_points_are_rows_is_another_run() {
        let survey = BASE.replace("optimizer = \"momentum\"\nstrategy = \"noisy_start\"", "survey = \"enumerate\"");
        let without = survey.replace("[critical]\nat = [\"stop\"]\n", "");
        let (with, without) = (keys(&survey), keys(&without));
        assert!(with[0] != without[0] && with[1] != without[1], "rows that are there or not");
        assert_eq!(with[2..], without[2..], "a finder's point is always a row");
        assert_eq!(keys(&survey.replace("at = [\"stop\"]", "at = []")), with, "moments are of descents");
    }

    #[test]
    fn starts_differ_by_replicate_and_restart_and_noise_by_method_too() {
        let first = |plan: &Plan, cell: usize, replicate: u64| {
            let experiment = &plan.experiment;
            let start = |restart| experiment.start(&experiment.surfaces[0], replicate, restart);
            let noise = |purpose| experiment.stream(purpose, &experiment.cells[cell], replicate).normal().to_bits();
            [start(0)[0].to_bits(), start(1)[0].to_bits(), noise("noise"), noise("batches")]
        };
        let base = plan(BASE);
        let all: Vec<u64> = [first(&base, 0, 0), first(&base, 0, 1)].concat();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 8, "eight different draws");
        let [start, restart, noise, batches] = first(&base, 1, 0);
        assert_eq!([start, restart], all[..2], "starts are shared by methods");
        assert!(noise != all[2] && batches != all[3], "noise is not");
        let renamed = plan(&BASE.replace("id = \"a\"", "id = \"other\""));
        assert_eq!(first(&renamed, 0, 0), all[..4], "a label changes nothing");
    }
}
