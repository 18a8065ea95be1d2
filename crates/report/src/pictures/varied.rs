//! What the problems and methods of an experiment vary: rows of a table that differ in one numeric parameter only.

use super::{Line, Source};
use crate::claims::Claim;
use crate::draws::without_draw;
use crate::folder::Run;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer values of a parameter do not show how a quantity changes with it.
const LEAST: usize = 3;
/// Parameters that name a draw or a part, not a size.
const DRAWS: [&str; 4] = ["instance", "seed", "split", "drop"];
/// Another parameter may follow the varied one at this distance at most, as in n = k + 1.
const FOLLOWS: f64 = 2.0;

/// Rows at different values of one parameter.
pub(super) struct Series<'a> {
    /// The parameter.
    pub parameter: String,
    /// It belongs to the method, not to the problem.
    pub is_of_method: bool,
    /// What the rows have in common, in words.
    pub words: Vec<String>,
    /// Value of the parameter and row, by value.
    pub points: Vec<(f64, Line<'a>)>,
}

/// Parameters by name: of the problem, and of the method.
struct Settings {
    problem: BTreeMap<String, Value>,
    method: BTreeMap<String, Value>,
    label: String,
}

fn flat(text: &str) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    let mut open: Vec<Map<String, Value>> = serde_json::from_str(text).into_iter().collect();
    while let Some(map) = open.pop() {
        for (name, value) in map {
            match value {
                Value::Object(inner) => open.push(inner),
                // A list of one number is that number: the widths of a network with one hidden layer.
                Value::Array(list) if list.len() == 1 && list[0].is_number() => {
                    flat.insert(name, list[0].clone());
                }
                value => {
                    flat.insert(name, value);
                }
            }
        }
    }
    flat
}

impl Settings {
    /// Of the runs that a row is about.
    fn of(source: &Source, line: &Line) -> Option<Self> {
        let (problem, method) = (line.text("problem"), line.optional_text("method"));
        let is_it = |run: &&Run| {
            (run.row.problem == problem || without_draw(&run.row.problem) == problem)
                && method.is_none_or(|method| run.row.method == method)
        };
        let cell = &source.folder.runs.iter().find(is_it)?.cell;
        let mut of_problem = flat(&cell.params);
        DRAWS.iter().for_each(|draw| drop(of_problem.remove(*draw)));
        let mut of_method = flat(&cell.method_params);
        of_method.insert("method".to_string(), Value::from(format!("{} {}", cell.optimizer, cell.strategy)));
        let label = without_draw(&cell.problem);
        // A table of single surfaces says nothing about the mean over their draws.
        (label == problem || label == cell.problem).then_some(Settings {
            problem: of_problem,
            method: of_method,
            label,
        })
    }

    /// The numbers of both, by name and whether they belong to the method.
    fn numbers(&self) -> Vec<(String, bool, f64)> {
        let of = |map: &BTreeMap<String, Value>, is_of_method| -> Vec<(String, bool, f64)> {
            map.iter().filter_map(|(name, value)| Some((name.clone(), is_of_method, value.as_f64()?))).collect()
        };
        [of(&self.problem, false), of(&self.method, true)].concat()
    }

    /// Everything but one parameter, which is at `x`; `follows`: others of the problem as they follow it.
    fn others(&self, name: &str, x: f64, follows: bool) -> (String, Vec<String>) {
        let problem_name = self.label.split(' ').next().unwrap_or_default();
        let (mut key, mut words) = (problem_name.to_string(), Vec::new());
        for (map, is_of_problem) in [(&self.problem, true), (&self.method, false)] {
            for (other, value) in map.iter().filter(|(other, _)| *other != name) {
                let tied = value.as_f64().filter(|_| follows && is_of_problem).and_then(|value| tied(name, value, x));
                match tied {
                    Some(tied) => {
                        key += &format!("|{other}={tied}");
                        words.push(format!("{other}={tied}"));
                    }
                    None => key += &format!("|{other}={value}"),
                }
            }
        }
        let followed = |word: &str| words.iter().any(|found| found.split('=').next() == word.split('=').next());
        let mut all: Vec<String> = self.label.split(' ').map(str::to_string).collect();
        all.retain(|word| !word.starts_with(&format!("{name}=")) && !followed(word));
        all.extend(words);
        (key, all)
    }
}

/// A value as the varied parameter `name`, which is at `x`, and a whole number more or less.
fn tied(name: &str, value: f64, x: f64) -> Option<String> {
    match value - x {
        0.0 => Some(name.to_string()),
        distance if distance.abs() <= FOLLOWS && distance.fract() == 0.0 => Some(format!("{name}{distance:+}")),
        _ => None,
    }
}

/// The parameter of a row's method, if it has it.
pub(super) fn value_of(source: &Source, line: &Line, parameter: &str) -> Option<f64> {
    Settings::of(source, line)?.method.get(parameter)?.as_f64()
}

/// The rows that these claims, which are about one column of one table, name or would name on another problem or for another
/// method.
pub(super) fn rows<'a>(source: &Source<'a>, claims: &[&Claim]) -> Vec<Line<'a>> {
    let Some(table) = source.tables.iter().find(|table| table.name == claims[0].table) else { return Vec::new() };
    let lines = table.rows.iter().map(|row| Line { table, row });
    lines.filter(|line| claims.iter().any(|claim| line.is_but(claim, &["problem", "method"]))).collect()
}

/// Series of at least three values of a parameter, no row in two of them. `cells` are columns that rows of one series share.
pub(super) fn series<'a>(source: &Source<'a>, lines: &[Line<'a>], cells: &[String]) -> Vec<Series<'a>> {
    let known: Vec<(Line, Settings)> =
        lines.iter().filter_map(|line| Some((*line, Settings::of(source, line)?))).collect();
    let names: BTreeSet<(bool, String)> = known
        .iter()
        .flat_map(|(_, settings)| settings.numbers())
        .map(|(name, is_of_method, _)| (is_of_method, name))
        .collect();
    struct Group {
        name: String,
        is_of_method: bool,
        key: String,
        words: Vec<String>,
        points: Vec<(f64, usize)>,
    }
    let mut groups: Vec<Group> = Vec::new();
    for follows in [false, true] {
        for (is_of_method, name) in &names {
            let first = groups.len();
            for (i, (line, settings)) in known.iter().enumerate() {
                let map = if *is_of_method { &settings.method } else { &settings.problem };
                let Some(x) = map.get(name).and_then(Value::as_f64) else { continue };
                let (key, words) = settings.others(name, x, follows);
                let shared: Vec<String> = cells.iter().map(|cell| line.shown(cell)).collect();
                let key = format!("{key}|{shared:?}");
                match groups[first..].iter_mut().find(|group| group.key == key) {
                    Some(group) => group.points.push((x, i)),
                    None => {
                        let (name, is_of_method) = (name.clone(), *is_of_method);
                        groups.push(Group { name, is_of_method, key, words, points: vec![(x, i)] });
                    }
                }
            }
        }
    }
    // A row that could be in two of them is in the longer one.
    groups.sort_by_key(|group| std::cmp::Reverse(group.points.len()));
    let mut is_used = vec![false; known.len()];
    let mut all = Vec::new();
    for Group { name, is_of_method, words, mut points, .. } in groups {
        points.retain(|(_, i)| !is_used[*i]);
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let is_repeated = points.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if points.len() < LEAST || is_repeated {
            continue;
        }
        points.iter().for_each(|(_, i)| is_used[*i] = true);
        let first = points[0].1;
        let points: Vec<(f64, Line)> = points.into_iter().map(|(x, i)| (x, known[i].0)).collect();
        let words = words.into_iter().chain(in_common(&points, is_of_method, cells)).collect();
        all.push((first, Series { parameter: name, is_of_method, words, points }));
    }
    // In the order of their first rows.
    all.sort_by_key(|(first, _)| *first);
    all.into_iter().map(|(_, series)| series).collect()
}

/// The method, whose label has its parameter in it where that varies, and the cells that rows share.
fn in_common(points: &[(f64, Line)], is_of_method: bool, cells: &[String]) -> Vec<String> {
    let methods: Vec<&str> = points.iter().filter_map(|(_, line)| line.optional_text("method")).collect();
    let method = methods.first().map(|first| match is_of_method {
        false => (*first).to_string(),
        true => {
            let is_shared = |end: &usize| methods.iter().all(|method| method.get(..*end) == first.get(..*end));
            let end = (0..=first.len()).rev().find(is_shared).unwrap_or(0);
            // Not a part of a number.
            format!("{}…", first[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        }
    });
    let cell = |name: &String| format!("{name} {}", points[0].1.shown(name));
    method.into_iter().chain(cells.iter().map(cell)).collect()
}
