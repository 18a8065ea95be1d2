//! A TOML document as a tree that remembers where every key and value stands, and its sections.

use crate::diagnostic::{Findings, nearest};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and the bytes it stands at.
#[derive(Debug, Clone)]
pub struct Node {
    /// Bytes of the value in the file.
    pub span: Range<usize>,
    /// The value.
    pub kind: Kind,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A value that is neither array nor table.
    Scalar(toml::Value),
    /// An array, in file order.
    Array(Vec<Node>),
    /// A table, in file order.
    Table(Vec<Pair>),
}

/// One `key = value` of a table.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The key as text.
    pub key: String,
    /// Bytes of the key in the file.
    pub span: Range<usize>,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value as plain TOML.
    pub fn plain(&self) -> toml::Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::Array(items) => toml::Value::Array(items.iter().map(Node::plain).collect()),
            Kind::Table(pairs) => {
                toml::Value::Table(pairs.iter().map(|pair| (pair.key.clone(), pair.node.plain())).collect())
            }
        }
    }

    /// The value as a finite number; integers count.
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            Kind::Scalar(toml::Value::Float(value)) if value.is_finite() => Some(value),
            Kind::Scalar(toml::Value::Integer(value)) => Some(value as f64),
            _ => None,
        }
    }

    /// What the value is, in a reader's words.
    pub fn kind_name(&self) -> &'static str {
        kind_name(&self.plain())
    }
}

/// What a TOML value is, in a reader's words.
pub fn kind_name(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a string",
        toml::Value::Integer(_) => "an integer",
        toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a table",
    }
}

/// Parses `text`; every syntax error becomes a finding and the rest is still read.
pub fn parse(text: &str, findings: &mut Findings) -> Vec<Pair> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        findings.add(&span, error.message().replace('\n', ", "), "");
    }
    convert_table(table.into_inner(), findings)
}

fn convert_table(table: DeTable, findings: &mut Findings) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = table
        .into_iter()
        .map(|(key, value)| Pair {
            span: key.span(),
            key: key.into_inner().into_owned(),
            node: convert(value, findings),
        })
        .collect();
    pairs.sort_by_key(|pair| pair.span.start);
    pairs
}

fn convert(value: Spanned<DeValue>, findings: &mut Findings) -> Node {
    let span = value.span();
    let kind = match value.into_inner() {
        DeValue::Array(items) => Kind::Array(items.into_iter().map(|item| convert(item, findings)).collect()),
        DeValue::Table(table) => Kind::Table(convert_table(table, findings)),
        DeValue::String(text) => Kind::Scalar(toml::Value::String(text.into_owned())),
        DeValue::Boolean(flag) => Kind::Scalar(toml::Value::Boolean(flag)),
        DeValue::Datetime(date) => Kind::Scalar(toml::Value::Datetime(date)),
        DeValue::Float(float) => {
            Kind::Scalar(toml::Value::Float(float.as_str().parse().expect("the parser accepted this float")))
        }
        DeValue::Integer(integer) => {
            let value = i64::from_str_radix(integer.as_str(), integer.radix());
            if value.is_err() {
                findings.add(&span, "this integer does not fit in 64 bits", "");
            }
            Kind::Scalar(toml::Value::Integer(value.unwrap_or(0)))
        }
    };
    Node { span, kind }
}

/// A table being read: hands out its keys one by one and at the end reports those nobody asked for.
#[derive(Debug)]
pub struct Section<'a> {
    title: String,
    pairs: &'a [Pair],
    asked: Vec<String>,
}

impl<'a> Section<'a> {
    /// Starts to read `pairs`, called `title` (as `[budget]`) in messages.
    pub fn new(title: impl Into<String>, pairs: &'a [Pair]) -> Self {
        Self { title: title.into(), pairs, asked: Vec::new() }
    }

    /// The pair with this key, if the file has it; the key counts as known from now on.
    pub fn pair(&mut self, key: &str) -> Option<&'a Pair> {
        if !self.asked.iter().any(|asked| asked == key) {
            self.asked.push(key.to_string());
        }
        self.pairs.iter().find(|pair| pair.key == key)
    }

    /// A string.
    pub fn string(&mut self, key: &str, findings: &mut Findings) -> Option<(&'a str, &'a Node)> {
        let pair = self.pair(key)?;
        match &pair.node.kind {
            Kind::Scalar(toml::Value::String(text)) => Some((text, &pair.node)),
            _ => {
                wrong_kind(pair, "a string", findings);
                None
            }
        }
    }

    /// A list of strings.
    pub fn strings(&mut self, key: &str, findings: &mut Findings) -> Option<Vec<(&'a str, &'a Node)>> {
        let pair = self.pair(key)?;
        let Kind::Array(items) = &pair.node.kind else {
            wrong_kind(pair, "a list of strings", findings);
            return None;
        };
        let mut list = Vec::new();
        for node in items {
            match &node.kind {
                Kind::Scalar(toml::Value::String(text)) => list.push((text.as_str(), node)),
                _ => findings.add(
                    &node.span,
                    format!("`{key}` needs a list of strings, got {} in it", node.kind_name()),
                    "",
                ),
            }
        }
        Some(list)
    }

    /// An integer from `least` on, or `default` when the key is absent or wrong.
    pub fn integer(&mut self, key: &str, least: u64, default: u64, findings: &mut Findings) -> u64 {
        let Some(pair) = self.pair(key) else { return default };
        match pair.node.kind {
            Kind::Scalar(toml::Value::Integer(value)) if value >= 0 && value as u64 >= least => value as u64,
            Kind::Scalar(toml::Value::Integer(value)) => {
                let what = format!("`{key}` must be at least {least}, got {value}");
                findings.add(&pair.node.span, what, "");
                default
            }
            _ => {
                wrong_kind(pair, "an integer", findings);
                default
            }
        }
    }

    /// `true` or `false`, or `default` when the key is absent or wrong.
    pub fn flag(&mut self, key: &str, default: bool, findings: &mut Findings) -> bool {
        let Some(pair) = self.pair(key) else { return default };
        match pair.node.kind {
            Kind::Scalar(toml::Value::Boolean(value)) => value,
            _ => {
                wrong_kind(pair, "true or false", findings);
                default
            }
        }
    }

    /// A finite number, if the key is there and right.
    pub fn number(&mut self, key: &str, findings: &mut Findings) -> Option<(f64, &'a Node)> {
        let pair = self.pair(key)?;
        match pair.node.number() {
            Some(value) => Some((value, &pair.node)),
            None => {
                wrong_kind(pair, "a finite number", findings);
                None
            }
        }
    }

    /// A number above zero, or `default` when the key is absent or wrong.
    pub fn positive(&mut self, key: &str, default: f64, findings: &mut Findings) -> f64 {
        match self.number(key, findings) {
            None => default,
            Some((value, _)) if value > 0.0 => value,
            Some((value, node)) => {
                findings.add(&node.span, format!("`{key}` must be above 0, got {value}"), "");
                default
            }
        }
    }

    /// A list of finite numbers, if the key is there.
    pub fn numbers(&mut self, key: &str, findings: &mut Findings) -> Option<Vec<(f64, &'a Node)>> {
        let pair = self.pair(key)?;
        let Kind::Array(items) = &pair.node.kind else {
            wrong_kind(pair, "a list of numbers", findings);
            return None;
        };
        let mut list = Vec::new();
        for node in items {
            match node.number() {
                Some(value) => list.push((value, node)),
                None => findings.add(&node.span, format!("`{key}` needs finite numbers, got {}", node.kind_name()), ""),
            }
        }
        Some(list)
    }

    /// The pairs of a table, if the key is there.
    pub fn table(&mut self, key: &str, findings: &mut Findings) -> Option<(&'a [Pair], &'a Pair)> {
        let pair = self.pair(key)?;
        match &pair.node.kind {
            Kind::Table(pairs) => Some((pairs, pair)),
            _ => {
                wrong_kind(pair, "a table", findings);
                None
            }
        }
    }

    /// The tables of an array of tables (`[[key]]`), none if the key is absent.
    pub fn tables(&mut self, key: &str, findings: &mut Findings) -> Vec<(&'a [Pair], &'a Node)> {
        let Some(pair) = self.pair(key) else { return Vec::new() };
        let Kind::Array(items) = &pair.node.kind else {
            let help = format!("write it as [[{key}]]");
            findings.add(&pair.span, format!("`{key}` must be a list of tables"), help);
            return Vec::new();
        };
        let mut list = Vec::new();
        for node in items {
            match &node.kind {
                Kind::Table(pairs) => list.push((pairs.as_slice(), node)),
                _ => findings.add(&node.span, format!("[[{key}]] must hold tables"), ""),
            }
        }
        list
    }

    /// Ends the section with the pairs that nobody asked for.
    pub fn rest(self) -> Vec<&'a Pair> {
        self.pairs.iter().filter(|pair| !self.asked.contains(&pair.key)).collect()
    }

    /// Ends the section: each key that was not asked for is a finding with the nearest known key.
    pub fn finish(self, findings: &mut Findings) {
        let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
        for pair in self.pairs.iter().filter(|pair| !known.contains(&pair.key.as_str())) {
            let help = match nearest(&pair.key, known.iter().copied()) {
                Some(key) => format!("did you mean `{key}`?"),
                None if known.contains(&"params") => format!(
                    "expected: {}; a parameter stands inside: params = {{ {} = ... }}",
                    known.join(", "),
                    pair.key
                ),
                None => format!("expected: {}", known.join(", ")),
            };
            findings.add(&pair.span, format!("unknown key `{}` in {}", pair.key, self.title), help);
        }
    }
}

fn wrong_kind(pair: &Pair, needed: &str, findings: &mut Findings) {
    let what = format!("`{}` needs {needed}, got {}", pair.key, pair.node.kind_name());
    findings.add(&pair.node.span, what, "");
}
