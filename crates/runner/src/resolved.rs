//! The experiment file with every default written out; it is an experiment file itself and plans the same runs.

use crate::config::{At, Claim, Expected, Pace, SCHEMA, Tolerance};
use crate::experiment::{Declared, Experiment, Surface};
use crate::figure::float;
use toml::{Table, Value};

/// The text of `config.resolved.toml`.
pub fn text(experiment: &Experiment) -> String {
    let mut out = "# Every default filled in. Written by the runner; a valid experiment file.\n".to_string();
    if let Some(cited) = &experiment.cited {
        out +=
            &format!("# Tuned values, here under `override`, are those of {} (sha256 {}).\n", cited.file, cited.sha256);
    }
    out += &format!("schema = {SCHEMA}\n");
    section(
        &mut out,
        "[experiment]",
        &[
            ("name", quoted(&experiment.name)),
            ("description", quoted(&experiment.description)),
            ("master_seed", experiment.master_seed.to_string()),
        ],
    );
    for (i, surface) in experiment.surfaces.iter().enumerate() {
        problem(&mut out, experiment, i, surface);
    }
    for declared in &experiment.methods {
        method(&mut out, declared);
    }
    let stop = experiment.stop;
    let mut pairs = vec![
        ("grad_norm", number(stop.grad_norm)),
        ("f_above", number(stop.f_above)),
        ("x_above", number(stop.x_above)),
    ];
    if let Some(stall) = stop.stall {
        pairs.push(("stall", format!("{{ window = {}, decrease = {} }}", stall.window, number(stall.decrease))));
    }
    if let Some(patience) = stop.patience {
        pairs.push(("patience", patience.to_string()));
    }
    section(&mut out, "[stop]", &pairs);
    section(&mut out, "[record]", &record(experiment));
    section(&mut out, "[targets]", &[("gaps", numbers(&experiment.gaps))]);
    if experiment.keeps_points {
        let mut pairs = vec![("at", moments(&experiment.at))];
        if experiment.proves {
            pairs.push(("prove", true.to_string()));
        }
        pairs.extend(experiment.criteria_table.iter().map(|(key, v)| (key.as_str(), value(v))));
        section(&mut out, "[critical]", &pairs);
    }
    experiment.claims.iter().for_each(|one| claim(&mut out, one));
    out
}

fn claim(out: &mut String, claim: &Claim) {
    let mut pairs = vec![("id", quoted(&claim.id)), ("text", quoted(&claim.text)), ("table", quoted(&claim.table))];
    if !claim.cells.is_empty() {
        pairs.push(("where", inline(&claim.cells)));
    }
    if !claim.quantity.is_empty() {
        pairs.push(("quantity", quoted(&claim.quantity)));
    }
    if let Some(over) = claim.over {
        pairs.push(("over", quoted(over.as_str())));
    }
    pairs.push(("relation", quoted(claim.relation.as_str())));
    pairs.push(match &claim.expected {
        Expected::Value(value) => ("value", number(*value)),
        Expected::Theory(column) => ("theory", quoted(column)),
        Expected::Than(cells) => ("than", inline(cells)),
    });
    match claim.tolerance {
        Some(Tolerance::Absolute(width)) => pairs.push(("tolerance", number(width))),
        Some(Tolerance::StandardErrors(count)) => pairs.push(("tolerance_se", number(count))),
        None => {}
    }
    pairs.push(("kind", quoted(claim.kind.as_str())));
    if !claim.source.is_empty() {
        pairs.push(("source", quoted(&claim.source)));
    }
    section(out, "[[claim]]", &pairs);
}

fn moments(at: &[At]) -> String {
    let at = at.iter().map(|at| match at {
        At::Cost(cost) => cost.to_string(),
        word => quoted(&word.label()),
    });
    format!("[{}]", at.collect::<Vec<_>>().join(", "))
}

fn record(experiment: &Experiment) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("attempts", experiment.records_attempts.to_string())];
    if let Some(curves) = experiment.curves {
        let pace = match curves.pace {
            Pace::PerDecade(count) => format!("per_decade = {count}"),
            Pace::Every(step) => format!("every = {step}"),
        };
        let replicates = match curves.replicates {
            u64::MAX => String::new(),
            count => format!(", replicates = {count}"),
        };
        pairs.push(("curves", format!("{{ {pace}{replicates}, spectrum = {} }}", curves.spectrum)));
        if let Some(plateaus) = curves.plateaus {
            let [gradient, curvature] = [plateaus.gradient, plateaus.curvature].map(number);
            pairs.push(("plateaus", format!("{{ gradient = {gradient}, curvature = {curvature} }}")));
        }
    }
    if let Some(above) = experiment.examples {
        pairs.push(("examples", format!("{{ loss_above = {} }}", number(above))));
    }
    if let Some(spectra) = &experiment.spectrum {
        let mut table = vec![format!("at = {}", moments(&spectra.at))];
        if spectra.replicates != u64::MAX {
            table.push(format!("replicates = {}", spectra.replicates));
        }
        table.extend(spectra.look_table.iter().map(|(key, v)| format!("{key} = {}", value(v))));
        pairs.push(("spectrum", format!("{{ {} }}", table.join(", "))));
    }
    pairs
}

fn problem(out: &mut String, experiment: &Experiment, index: usize, surface: &Surface) {
    let cells = experiment.cells.iter().filter(|cell| cell.surface == index);
    let methods: Vec<String> = cells.map(|cell| quoted(&cell.method)).collect();
    let mut pairs = vec![("name", quoted(&surface.problem))];
    pairs.extend(surface.params.iter().map(|(key, v)| (key.as_str(), value(v))));
    pairs.extend([
        ("methods", format!("[{}]", methods.join(", "))),
        ("gaps", numbers(&surface.gaps)),
        ("replicates", surface.replicates.to_string()),
        ("gradients", surface.budget.to_string()),
    ]);
    if surface.at != experiment.at {
        pairs.push(("at", moments(&surface.at)));
    }
    if surface.single_precision {
        pairs.push(("precision", quoted("f32")));
    }
    if let Some(reference) = surface.reference {
        pairs.push(("reference", number(reference)));
    }
    if !surface.overrides.is_empty() {
        pairs.push(("override", inline(&surface.overrides)));
    }
    section(out, "[[problem]]", &pairs);
}

fn method(out: &mut String, declared: &Declared) {
    let mut pairs = vec![("id", quoted(&declared.id))];
    match &declared.strategy {
        None => pairs.push((declared.kind.key(), quoted(&declared.tool))),
        Some(strategy) => {
            pairs.push(("optimizer", quoted(&declared.tool)));
            pairs.push(("strategy", quoted(strategy)));
            if !declared.strategy_params.is_empty() {
                pairs.push(("strategy_params", inline(&declared.strategy_params)));
            }
            if let Some(schedule) = &declared.schedule {
                pairs.push(("schedule", inline(schedule)));
            }
            if !declared.noise.is_empty() {
                let noise: Vec<String> = declared.noise.iter().map(inline).collect();
                pairs.push(("noise", format!("[{}]", noise.join(", "))));
            }
        }
    }
    if let Some(replicates) = declared.replicates {
        pairs.push(("replicates", replicates.to_string()));
    }
    pairs.push(("params", inline(&declared.params)));
    section(out, "[[method]]", &pairs);
}

pub(crate) fn section(out: &mut String, title: &str, pairs: &[(&str, String)]) {
    *out += &format!("\n{title}\n");
    for (key, value) in pairs {
        *out += &format!("{key} = {value}\n");
    }
}

pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A float that TOML reads as a float, in shortest round-trip form.
pub(crate) fn number(value: f64) -> String {
    let text = float(value);
    if text.contains(['.', 'e', 'n']) { text } else { text + ".0" }
}

fn numbers(values: &[f64]) -> String {
    let values: Vec<String> = values.iter().map(|v| number(*v)).collect();
    format!("[{}]", values.join(", "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Float(v) => number(*v),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => inline(table),
        other => other.to_string(),
    }
}

pub(crate) fn inline(table: &Table) -> String {
    if table.is_empty() {
        return "{}".to_string();
    }
    let pairs: Vec<String> = table.iter().map(|(k, v)| format!("{} = {}", key(k), value(v))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A key, quoted where TOML needs it: a method's id may hold anything.
fn key(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(is_bare) { text.to_string() } else { quoted(text) }
}
