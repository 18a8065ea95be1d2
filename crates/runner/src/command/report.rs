//! `report DIR`: tables, pictures and provenance of a result folder as one HTML file.

use crate::command::tables::{self, Unfinished};
use crate::files;
use crate::screen::{Context, Failure, exit};
use crate::store;
use crate::tuning;
use serde_json::Value;
use std::path::Path;

/// Name of the page in the folder.
pub const FILE: &str = "report.html";

/// Carries out `report`.
///
/// # Errors
/// No result folder, or files that were changed.
pub fn run(dir: &Path, context: &mut Context) -> Result<u8, Failure> {
    let Unfinished(unfinished) = tables::readable(dir)?;
    if unfinished {
        let advice = "repeat the `run` command to finish it, then make the page";
        return Err(Failure::input(format!("{} is unfinished: {advice}", dir.display())));
    }
    let manifest = store::manifest(dir).map_err(Failure::input)?;
    let complaint = |error: report::ReportError| Failure::input(error.to_string());
    let tables = report::tables(dir).map_err(complaint)?;
    let pictures = report::pictures(dir, &tables).map_err(complaint)?;
    let about = about(dir, &manifest, context.program).map_err(Failure::input)?;
    let page = report::page(dir, &about, &tables, &pictures).map_err(complaint)?;
    files::write(&dir.join(FILE), page.as_bytes()).map_err(Failure::Internal)?;
    context.say(format!("wrote {}", dir.join(FILE).display()));
    Ok(exit::DONE)
}

/// What the folder's own files say of it.
fn about(dir: &Path, manifest: &Value, program: &str) -> Result<report::About, String> {
    let read = |name: &str| {
        let path = dir.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let config = read("config.toml")?;
    let table: toml::Table =
        config.parse().map_err(|error| format!("{}: {error}", dir.join("config.toml").display()))?;
    let of_experiment = |key: &str| {
        let text = table.get("experiment").and_then(|experiment| experiment.get(key)).and_then(|value| value.as_str());
        text.map(String::from)
    };
    let name = of_experiment("name").unwrap_or_default();
    let verb = if dir.join(tuning::FILE).exists() { "tune" } else { "run" };
    let shown = dir.display();
    // The resolved file has tuned values written out, so it needs no other one beside it.
    let file = if verb == "tune" { "config.toml" } else { "config.resolved.toml" };
    Ok(report::About {
        description: of_experiment("description").unwrap_or_else(|| name.clone()),
        name,
        config,
        repeat: format!("{program} {verb} {shown}/{file} --out {shown} --only KEY"),
        rebuild: format!("{program} tables {shown}\n{program} report {shown}"),
        provenance: facts(manifest),
    })
}

/// The manifest as names and texts, in its order of keys; nested ones behind the name of what they belong to.
fn facts(manifest: &Value) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    flatten("", manifest, &mut facts);
    facts
}

fn flatten(name: &str, value: &Value, facts: &mut Vec<(String, String)>) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let key = key.replace('_', " ");
                flatten(&if name.is_empty() { key } else { format!("{name}: {key}") }, value, facts);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (i, item) in items.iter().enumerate() {
                flatten(&format!("{name} {}", i + 1), item, facts);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) => facts.push((name.to_string(), items.iter().map(text).collect::<Vec<_>>().join(", "))),
        Value::Null => facts.push((name.to_string(), "unknown".to_string())),
        value => facts.push((name.to_string(), text(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_facts_have_the_names_of_what_they_belong_to() {
        let manifest = serde_json::json!({
            "program": { "opt_level": "3", "dirty": false }, "features": ["avx", "fma"], "earlier": [{ "ended": null }], "none": [],
        });
        let mut found = facts(&manifest);
        found.sort();
        let expected = [
            ("earlier 1: ended", "unknown"),
            ("features", "avx, fma"),
            ("program: dirty", "false"),
            ("program: opt level", "3"),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_string(), value.to_string())));
    }
}
