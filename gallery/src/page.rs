//! The page of all problems: what is known of each as data, and its picture.

use crate::picture::{picture, planar};
use crate::{Files, PAGE, PICTURES};
use problems::{Entry, Instance, KnownPoint, Param, Registry};
use runner::facts;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use toml::Table;

const HEAD: &str = "\
# The problems

<!-- Written by scripts/pages from the registry; edit the problems, not this page. -->

What `list` and `show NAME` tell, with a picture of every surface that has two variables. In an
experiment file a problem is a `[[problem]]` with `name = \"NAME\"` and its parameters as keys;
[add-a-problem.md](add-a-problem.md) says how to make one. Facts are those at the default parameters; `check NAME` holds
each against what it measures.
";

/// Known points that are listed one by one; more are gathered by index.
const MOST_LISTED: usize = 10;

/// The page and its pictures.
pub fn files() -> Files {
    let registry = Registry::builtin();
    let (mut files, mut contents, mut sections, mut group) = (Files::new(), String::new(), String::new(), "");
    let shared = shared(&registry);
    for entry in registry.entries() {
        if entry.group != group {
            group = entry.group;
            let _ = write!(sections, "\n## {group}\n");
            let _ = write!(contents, "\n- [{group}](#{}):", group.to_lowercase().replace(' ', "-"));
        }
        let _ = write!(contents, "\n  [{0}](#{0})", entry.name);
        sections += &section(entry, shared.len(), &mut files);
    }
    if !shared.is_empty() {
        sections += "\n## Parameters of data\n\nThe same for every problem on data.\n\n";
        sections += &parameters(&shared);
    }
    files.insert(PathBuf::from(PAGE), format!("{HEAD}{contents}\n{sections}"));
    files
}

fn takes_data(entry: &Entry) -> bool {
    entry.params.first().is_some_and(|param| param.name == "data")
}

/// The parameters that all problems on data begin with.
fn shared(registry: &Registry) -> Vec<Param> {
    let mut lists = registry.entries().iter().filter(|entry| takes_data(entry)).map(|entry| entry.params.as_slice());
    let first = lists.next().unwrap_or_default();
    let common = |a: &[Param], b: &[Param]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let count = lists.map(|other| common(first, other)).min().unwrap_or(0);
    first[..count].to_vec()
}

fn section(entry: &Entry, n_shared: usize, files: &mut Files) -> String {
    let mut text = format!("\n### {}\n\n{}\n\n", entry.name, escaped(entry.about));
    if let Some(instance) = planar(entry) {
        let path = PathBuf::from(PICTURES).join(format!("{}.svg", entry.name));
        let picture = picture(&instance);
        let _ = write!(text, "![contours of {}]({})\n\n{}\n\n", entry.name, path.display(), picture.caption);
        files.insert(path, picture.svg);
    }
    let own = if takes_data(entry) { &entry.params[n_shared..] } else { &entry.params };
    if takes_data(entry) {
        text += "Its data have [parameters of their own](#parameters-of-data).\n\n";
    }
    if !own.is_empty() {
        text += &parameters(own);
        text.push('\n');
    }
    let instance = entry.build(&Table::new()).unwrap_or_else(|message| panic!("at its defaults: {message}"));
    let label = instance.label();
    if label != entry.name {
        let _ = write!(text, "At the defaults, `{label}`:\n\n");
    }
    for (name, fact) in facts::of(&instance) {
        let _ = writeln!(text, "- {name}: {}", escaped(&fact));
    }
    if !entry.tags.is_empty() {
        let _ = writeln!(text, "- tags: {}", entry.tags.join(", "));
    }
    let _ = writeln!(text, "- revision: {}", entry.revision);
    text + &points(&instance)
}

fn parameters(params: &[Param]) -> String {
    let mut text = "| parameter | default | meaning |\n| :-- | :-- | :-- |\n".to_string();
    for Param { name, default, about } in params {
        let default = facts::value(default).replace('|', "\\|");
        let _ = writeln!(text, "| `{name}` | `{default}` | {} |", escaped(about));
    }
    text
}

/// The known points, or their numbers by index where they are many or long.
fn points(instance: &Instance) -> String {
    let points = &instance.known_points;
    if points.is_empty() {
        return String::new();
    }
    let nullity = |point: &KnownPoint| point.n_zero.map_or("unknown".to_string(), |n_zero| n_zero.to_string());
    if points.len() <= MOST_LISTED && instance.dim <= 4 {
        let mut text = "\n| class | index | nullity | f | x |\n| :-- | --: | --: | --: | :-- |\n".to_string();
        for point in points {
            let class = facts::class(point, instance).map_or("", landscape::Class::as_str);
            let (value, x) = (facts::brief(point.value), facts::coordinates(&point.x, ", "));
            let _ = writeln!(text, "| {class} | {} | {} | {value} | {x} |", point.n_neg, nullity(point));
        }
        return text;
    }
    let mut by_index: BTreeMap<(usize, Option<usize>), Vec<&KnownPoint>> = BTreeMap::new();
    points.iter().for_each(|point| by_index.entry((point.n_neg, point.n_zero)).or_default().push(point));
    let mut text = "\n| class | index | nullity | points | f |\n| :-- | --: | --: | --: | :-- |\n".to_string();
    for ((index, _), points) in by_index {
        let class = facts::class(points[0], instance).map_or("", landscape::Class::as_str);
        let values = points.iter().map(|point| point.value);
        let (least, most) = (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max));
        let values = if facts::brief(least) == facts::brief(most) {
            facts::brief(least)
        } else {
            format!("{} to {}", facts::brief(least), facts::brief(most))
        };
        let _ = writeln!(text, "| {class} | {index} | {} | {} | {values} |", nullity(points[0]), points.len());
    }
    text
}

/// Text as Markdown shows it letter by letter, but for words between backticks.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(i, part)| {
        let is_code = i % 2 == 1;
        let letters = part.chars().map(|c| match c {
            '|' => "\\|".to_string(),
            '*' | '_' | '<' | '[' | ']' | '\\' if !is_code => format!("\\{c}"),
            _ => c.to_string(),
        });
        letters.collect::<String>()
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_formulas_as_they_are() {
        assert_eq!(escaped("|x|^2 * y_1, `a*b`"), "\\|x\\|^2 \\* y\\_1, `a*b`");
    }
}
