//! A folder of tuning: every configuration of every method with its score, and the best one.

use std::path::Path;

use serde_json::Value;

use crate::error::ReportError;
use crate::folder::{Folder, MethodRuns};
use crate::load::{Loaded, load as load_rows};
use crate::rows::{Row, SpaceRow};
use crate::score::{Criterion, Score};

/// The searches of a folder, in the order of `space.csv`.
#[derive(Debug)]
pub(crate) struct Search {
    /// Label of the problem.
    pub problem: String,
    /// Id of the method.
    pub method: String,
    /// How configurations are scored.
    pub criterion: Criterion,
    /// What was searched; nothing for a method that was only measured.
    pub axes: Vec<Axis>,
    /// In the order they are numbered.
    pub configurations: Vec<Configuration>,
    /// Position of the best one, the first of equals.
    pub best: usize,
}

/// One searched parameter.
#[derive(Debug)]
pub(crate) struct Axis {
    /// Its name.
    pub name: String,
    /// The values it could take.
    pub space: Space,
}

/// The values that a parameter could take.
#[derive(Debug)]
pub(crate) enum Space {
    /// Each of these.
    List(Vec<Value>),
    /// All between two numbers, uniformly in the value or in its logarithm.
    Range { from: f64, to: f64, is_log: bool },
}

/// One configuration on one problem.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// Label of its rows.
    pub label: String,
    /// Planned runs.
    pub planned: usize,
    /// Values of the axes.
    pub values: Vec<Value>,
    /// How good it is.
    pub score: Score,
}

/// The best configuration of a method on a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Label of the problem.
    pub problem: String,
    /// Id of the method.
    pub method: String,
    /// Label of the configuration's rows.
    pub label: String,
    /// Its number, from 1.
    pub configuration: usize,
    /// How many there were.
    pub configurations: usize,
    /// Share of runs at the target, or median gap.
    pub score: f64,
    /// Its 95 % interval, that of a single configuration; `None` for too few runs.
    pub interval: Option<(f64, f64)>,
}

/// Whether `dir` is a folder of tuning.
pub(crate) fn is_tuning(dir: &Path) -> bool {
    dir.join(SpaceRow::FILE).exists()
}

/// The best configuration of every method on every problem of the folder of tuning `dir`.
///
/// # Errors
/// As [`crate::tables`].
pub fn choices(dir: &Path) -> Result<Vec<Choice>, ReportError> {
    let searches = load(dir, &Folder::load(dir)?)?;
    let choice = |search: &Search| {
        let best = &search.configurations[search.best];
        Choice {
            problem: search.problem.clone(),
            method: search.method.clone(),
            label: best.label.clone(),
            configuration: search.best + 1,
            configurations: search.configurations.len(),
            score: best.score.value,
            interval: best.score.interval,
        }
    };
    Ok(searches.iter().map(choice).collect())
}

/// Joins the declared spaces with the runs.
///
/// # Errors
/// A malformed `space.csv`, or runs that are none of its configurations.
pub(crate) fn load(dir: &Path, folder: &Folder) -> Result<Vec<Search>, ReportError> {
    let rows: Loaded<SpaceRow> = load_rows(dir)?;
    let problems = folder.problems();
    let mut searches: Vec<Search> = Vec::new();
    for (line, row) in &rows.rows {
        let refuse = |problem: String| rows.malformed(*line, problem);
        let axis = axis(row).map_err(refuse)?;
        match searches.last_mut() {
            Some(last) if (&last.problem, &last.method) == (&row.problem, &row.method) => last.axes.extend(axis),
            _ => {
                let criterion = match (row.criterion.as_str(), row.target) {
                    ("success", Some(target)) => Criterion::Success { target },
                    ("gap", None) => Criterion::Gap,
                    (other, _) => return Err(refuse(format!("criterion \"{other}\" with this target is unknown"))),
                };
                searches.push(Search {
                    problem: row.problem.clone(),
                    method: row.method.clone(),
                    criterion,
                    axes: axis.into_iter().collect(),
                    configurations: Vec::new(),
                    best: 0,
                });
            }
        }
        let (Some(search), Some(problem)) = (searches.last_mut(), problems.iter().find(|p| p.label == row.problem))
        else {
            return Err(refuse(format!("problem \"{}\" has no runs", row.problem)));
        };
        // Once more with every axis: the values are those of all axes so far.
        let labels = (1..).map(|number| format!("{} #{number}", row.method));
        let found = labels.map_while(|label| problem.methods.iter().find(|method| method.label == label));
        let configurations: Result<Vec<Configuration>, String> =
            found.map(|runs| configuration(search, runs)).collect();
        search.configurations = configurations.map_err(refuse)?;
        if search.configurations.is_empty() {
            return Err(refuse(format!("method \"{}\" has no runs on {}", row.method, row.problem)));
        }
        search.best = best(&search.configurations);
    }
    Ok(searches)
}

fn axis(row: &SpaceRow) -> Result<Option<Axis>, String> {
    let space = match (row.scale.as_str(), row.from, row.to) {
        ("", None, None) if row.parameter.is_empty() => return Ok(None),
        ("list", None, None) => {
            let values = serde_json::from_str(&row.values).map_err(|error| format!("column `values`: {error}"))?;
            Space::List(values)
        }
        (scale @ ("linear" | "log"), Some(from), Some(to)) if from < to => {
            Space::Range { from, to, is_log: scale == "log" }
        }
        (scale, _, _) => return Err(format!("scale \"{scale}\" with these ends is unknown")),
    };
    Ok(Some(Axis { name: row.parameter.clone(), space }))
}

fn configuration(search: &Search, runs: &MethodRuns) -> Result<Configuration, String> {
    let params = &runs.runs[0].cell.method_params;
    let params: Value =
        serde_json::from_str(params).map_err(|error| format!("{}: method_params: {error}", runs.label))?;
    // The optimizer's own parameters stand on top, those of its strategy below them.
    let value = |axis: &Axis| {
        let found = params.get(&axis.name).or_else(|| params.get("strategy").and_then(|own| own.get(&axis.name)));
        found.cloned().ok_or_else(|| format!("{} has no parameter `{}`", runs.label, axis.name))
    };
    Ok(Configuration {
        label: runs.label.to_string(),
        planned: runs.runs.len(),
        values: search.axes.iter().map(value).collect::<Result<_, _>>()?,
        score: Score::of(search.criterion, &runs.runs),
    })
}

fn best(configurations: &[Configuration]) -> usize {
    let better = |i: usize, j: usize| configurations[j].score.rank(&configurations[i].score).is_lt();
    (1..configurations.len()).fold(0, |best, i| if better(best, i) { i } else { best })
}
