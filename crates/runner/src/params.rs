//! Parameter tables of an experiment file against the parameters a problem or method declares.

use crate::diagnostic::{Findings, nearest};
use crate::tree::{Kind, Node, Pair, kind_name};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::{Table, Value};

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name in the file.
    pub name: String,
    /// Its value when the file does not give one; its kind is the parameter's kind.
    pub default: Value,
    /// What it means, with unit and range.
    pub about: String,
}

/// The values a file gives, in the kind of the declared parameters, and where each one stands.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The values.
    pub table: Table,
    spans: BTreeMap<String, Range<usize>>,
}

impl Given {
    /// Where the parameter that `message` speaks of stands in the file, else `otherwise`.
    pub fn span_of(&self, message: &str, otherwise: &Range<usize>) -> Range<usize> {
        let words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
        let found = words.into_iter().find_map(|word| self.spans.get(word));
        found.unwrap_or(otherwise).clone()
    }

    /// These values with those of `other` put over them.
    pub fn overlaid(&self, other: &Given) -> Given {
        let mut merged = self.clone();
        merged.table.extend(other.table.clone());
        merged.spans.extend(other.spans.clone());
        merged
    }
}

/// All parameters: the defaults with `given` put over them.
pub fn complete(specs: &[Spec], given: &Table) -> Table {
    let defaults = specs.iter().map(|spec| (spec.name.clone(), spec.default.clone()));
    defaults.chain(given.clone()).collect()
}

/// Reads a table in which each parameter has one value.
pub fn fixed(owner: &str, specs: &[Spec], pairs: &[Pair], findings: &mut Findings) -> Given {
    let mut given = Given::default();
    for pair in pairs {
        let Some(spec) = find(owner, specs, &[], pair, findings) else { continue };
        if sweeps(&spec.default, &pair.node) {
            let what = format!("`{}` of {owner} takes one value, not a list", pair.key);
            findings.add(&pair.node.span, what, "give each value its own [[method]] with its own id");
            continue;
        }
        if let Some(value) = read(owner, spec, &pair.node, findings) {
            given.table.insert(pair.key.clone(), value);
            given.spans.insert(pair.key.clone(), pair.node.span.clone());
        }
    }
    given
}

/// A value and where it stands.
type Placed = (Value, Range<usize>);

/// Reads the parameters among the keys of a table that has `own` keys, too. A list sweeps a parameter: one entry per
/// combination, the last declared parameter varying fastest; `{ from = 1, to = 400 }` is the list of those whole numbers. Nothing comes back when a value is wrong.
pub fn swept(owner: &str, specs: &[Spec], own: &[&str], pairs: &[&Pair], findings: &mut Findings) -> Vec<Given> {
    let before = findings.count();
    let mut choices: Vec<(&Spec, Vec<Placed>)> = Vec::new();
    for pair in pairs {
        let Some(spec) = find(owner, specs, own, pair, findings) else { continue };
        let nodes: Vec<Node> = match &pair.node.kind {
            Kind::Array(items) if sweeps(&spec.default, &pair.node) => items.clone(),
            Kind::Table(ends) if spec.default.is_integer() => range(owner, pair, ends, findings),
            _ => vec![pair.node.clone()],
        };
        if nodes.is_empty() && findings.count() == before {
            let what = format!("`{}` of {owner} sweeps over no value at all", pair.key);
            findings.add(&pair.node.span, what, "");
        }
        let values = nodes.iter().filter_map(|node| Some((read(owner, spec, node, findings)?, node.span.clone())));
        choices.push((spec, values.collect()));
    }
    if findings.count() > before {
        return Vec::new();
    }
    choices.sort_by_key(|(spec, _)| specs.iter().position(|s| s.name == spec.name));
    let mut combinations = vec![Given::default()];
    for (spec, values) in choices {
        combinations = combinations
            .iter()
            .flat_map(|given| {
                values.iter().map(|(value, span)| {
                    let mut next = given.clone();
                    next.table.insert(spec.name.clone(), value.clone());
                    next.spans.insert(spec.name.clone(), span.clone());
                    next
                })
            })
            .collect();
    }
    combinations
}

/// Most values of a range.
const MOST_IN_RANGE: i64 = 100_000;

/// The whole numbers of `{ from = 1, to = 400 }`.
fn range(owner: &str, pair: &Pair, ends: &[Pair], findings: &mut Findings) -> Vec<Node> {
    let end = |key: &str| ends.iter().find(|end| end.key == key).and_then(|end| end.node.plain().as_integer());
    match (end("from"), end("to")) {
        (Some(from), Some(to))
            if ends.len() == 2 && from <= to && to.checked_sub(from).is_some_and(|n| n < MOST_IN_RANGE) =>
        {
            let node = |value| Node { kind: Kind::Scalar(Value::Integer(value)), span: pair.node.span.clone() };
            (from..=to).map(node).collect()
        }
        _ => {
            let what = format!("`{}` of {owner} is no range of whole numbers", pair.key);
            let help = format!("as in {{ from = 1, to = 400 }}, from <= to, at most {MOST_IN_RANGE} values");
            findings.add(&pair.node.span, what, help);
            Vec::new()
        }
    }
}

fn find<'s>(owner: &str, specs: &'s [Spec], own: &[&str], pair: &Pair, findings: &mut Findings) -> Option<&'s Spec> {
    let found = specs.iter().find(|spec| spec.name == pair.key);
    if found.is_none() {
        let names = || specs.iter().map(|spec| spec.name.as_str());
        let help = match nearest(&pair.key, own.iter().copied().chain(names())) {
            Some(name) => format!("did you mean `{name}`?"),
            None if pair.key == "params" => "its parameters stand beside `name`, each with its own key".to_string(),
            None if specs.is_empty() => "it has no parameters".to_string(),
            None => format!("it has: {}", names().collect::<Vec<_>>().join(", ")),
        };
        findings.add(&pair.span, format!("{owner} has no parameter `{}`", pair.key), help);
    }
    found
}

/// Whether the file means several values for a parameter with this default.
fn sweeps(default: &Value, node: &Node) -> bool {
    let Kind::Array(items) = &node.kind else { return false };
    match default {
        Value::Array(inner) => {
            let of_lists = matches!(inner.first(), Some(Value::Array(_)));
            let depth = if of_lists { 3 } else { 2 };
            !items.is_empty() && items.iter().all(|item| array_depth(item) >= depth - 1)
        }
        _ => true,
    }
}

fn array_depth(node: &Node) -> usize {
    match &node.kind {
        Kind::Array(items) => 1 + items.iter().map(array_depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn read(owner: &str, spec: &Spec, node: &Node, findings: &mut Findings) -> Option<Value> {
    match coerce(&spec.default, node.plain()) {
        Ok(value) => Some(value),
        Err(needed) => {
            let got = match node.plain() {
                Value::Float(value) => format!("{value}"),
                _ => node.kind_name().to_string(),
            };
            let what = format!("`{}` of {owner} needs {needed}, got {got}", spec.name);
            findings.add(&node.span, what, "");
            None
        }
    }
}

/// `value` in the kind of `default` (integers widen to floats), or the kind that is needed.
pub fn coerce(default: &Value, value: Value) -> Result<Value, String> {
    match (default, value) {
        (Value::Float(_), Value::Integer(value)) => Ok(Value::Float(value as f64)),
        (Value::Float(_), Value::Float(value)) if value.is_finite() => Ok(Value::Float(value)),
        (Value::Float(_), _) => Err("a finite number".to_string()),
        (Value::Array(inner), Value::Array(items)) => match inner.first() {
            None => Ok(Value::Array(items)),
            Some(first) => {
                let items: Result<Vec<Value>, String> = items.into_iter().map(|item| coerce(first, item)).collect();
                items.map(Value::Array).map_err(|needed| format!("a list of {}", plural(&needed)))
            }
        },
        (default, value) if default.same_type(&value) => Ok(value),
        (default, _) => Err(kind_name(default).to_string()),
    }
}

fn plural(kind: &str) -> String {
    let bare = kind.strip_prefix("an ").or(kind.strip_prefix("a ")).unwrap_or(kind);
    if bare.contains(' ') && bare.starts_with("list of") { bare.to_string() } else { format!("{bare}s") }
}

/// The parameters that are not at their default.
pub fn changed(specs: &[Spec], table: &Table) -> Table {
    let is_default = |name: &str, value: &Value| specs.iter().any(|spec| spec.name == name && spec.default == *value);
    let kept = table.iter().filter(|(name, value)| !is_default(name, value));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The parameters as canonical JSON: keys sorted, floats in shortest round-trip form.
pub fn canonical(table: &Table) -> String {
    serde_json::to_string(table).expect("a checked parameter table is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    fn specs() -> Vec<Spec> {
        let toml = "dim = 2\nscale = 1.0\nlayers = [4, 2]\n";
        let defaults: Table = toml.parse().unwrap();
        ["dim", "scale", "layers"]
            .map(|name| Spec { name: name.to_string(), default: defaults[name].clone(), about: String::new() })
            .to_vec()
    }

    fn sweep(text: &str) -> (Vec<String>, String) {
        let mut findings = Findings::new("f.toml", text);
        let pairs = tree::parse(text, &mut findings);
        let pairs: Vec<&Pair> = pairs.iter().collect();
        let given = swept("problem \"p\"", &specs(), &["gaps"], &pairs, &mut findings);
        let tables = given.iter().map(|g| canonical(&g.table)).collect();
        (tables, findings.render())
    }

    #[test]
    fn lists_sweep_in_declared_order_and_list_parameters_need_lists_of_lists() {
        let (tables, _) = sweep("scale = [1, 0.5]\ndim = [2, 3]\nlayers = [8, 1]\n");
        assert_eq!(
            tables,
            [
                r#"{"dim":2,"layers":[8,1],"scale":1.0}"#,
                r#"{"dim":2,"layers":[8,1],"scale":0.5}"#,
                r#"{"dim":3,"layers":[8,1],"scale":1.0}"#,
                r#"{"dim":3,"layers":[8,1],"scale":0.5}"#,
            ]
        );
        let (tables, _) = sweep("layers = [[8, 1], [4]]\n");
        assert_eq!(tables, [r#"{"layers":[8,1]}"#, r#"{"layers":[4]}"#]);
    }

    #[test]
    fn wrong_kinds_and_unknown_names_are_found() {
        for (text, expected) in [
            ("dim = 2.5", "`dim` of problem \"p\" needs an integer, got 2.5"),
            ("dim = []", "sweeps over no value"),
            ("scale = nan", "`scale` of problem \"p\" needs a finite number, got NaN"),
            ("layers = 3", "`layers` of problem \"p\" needs a list, got an integer"),
            ("layers = [1.5]", "`layers` of problem \"p\" needs a list of integers, got a list"),
            ("dmi = 2", "did you mean `dim`?"),
            ("gap = [1.0]", "did you mean `gaps`?"),
            ("colour = 2", "it has: dim, scale, layers"),
        ] {
            let (tables, message) = sweep(text);
            assert!(tables.is_empty(), "{text}");
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
