//! `[[claim]]`: what the tables of the experiment are claimed to say.

mod check;

use super::{Word, header, is_folder_name, required};
use crate::diagnostic::Findings;
use crate::tree::{Node, Pair, Section};
use check::Words;
use report::{Kind, Over, Relation};

/// One `[[claim]]`.
#[derive(Debug)]
pub struct ClaimTable<'a> {
    /// `id`.
    pub id: Word<'a>,
    /// What is claimed, to be written and judged.
    pub claim: Claim,
    /// `table`.
    pub table: Word<'a>,
    /// `where`, and where each cell stands in the file.
    pub cells: &'a [Pair],
    /// `than`, the same.
    pub than: &'a [Pair],
}

/// A claim with everything about it known to be right.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Names it.
    pub id: String,
    /// The claim as a sentence.
    pub text: String,
    /// Whether it follows from theory or was seen.
    pub kind: Kind,
    /// Where the expected figure is from.
    pub source: String,
    /// A table of the result folder.
    pub table: String,
    /// Cells of the rows it is about.
    pub cells: toml::Table,
    /// A column; empty for a count of rows.
    pub quantity: String,
    /// What becomes of several rows.
    pub over: Option<Over>,
    /// How the measured value lies to the expected one.
    pub relation: Relation,
    /// What that is.
    pub expected: Expected,
    /// How far from it a value that equals it may be.
    pub tolerance: Option<Tolerance>,
}

/// What the measured value is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `value`.
    Value(f64),
    /// `theory`: another column of the row.
    Theory(String),
    /// `than`: the row in which these cells differ.
    Than(toml::Table),
}

/// How far a value may be from one that it equals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// `tolerance`.
    Absolute(f64),
    /// `tolerance_se`.
    StandardErrors(f64),
}

/// Reads a `[[claim]]`; one that is wrong is a finding, or several.
pub(super) fn claim<'a>(pairs: &'a [Pair], node: &Node, findings: &mut Findings) -> Option<ClaimTable<'a>> {
    let before = findings.count();
    let mut section = Section::new("[[claim]]", pairs);
    let id = required(&mut section, "id", node, findings);
    if let Some(id) = id.filter(|id| !is_folder_name(id.text)) {
        let help = "use letters, digits, `_`, `-` and `.`, starting with a letter or digit";
        findings.add(id.span(), format!("\"{}\" cannot name a claim in tables and on pages", id.text), help);
    }
    let text = required(&mut section, "text", node, findings);
    let kinds = [Kind::Theory, Kind::Empirical].map(|kind| (kind.as_str(), kind));
    let kind = word(&mut section, "kind", node, &kinds, findings);
    let source = section.string("source", findings).map_or("", |(source, _)| source);
    if section.pair("source").is_none() && kind == Some(Kind::Theory) {
        findings.add(&header(node), "the key `source` is missing", "say where the figure of a theory comes from");
    }
    let table = required(&mut section, "table", node, findings);
    let cells = section.table("where", findings).map_or(&[][..], |(pairs, _)| pairs);
    let over = match section.pair("over") {
        None => None,
        Some(_) => word(&mut section, "over", node, &Over::ALL.map(|one| (one.as_str(), one)), findings),
    };
    let quantity = match section.pair("quantity") {
        None if over == Some(Over::Count) => None,
        _ => required(&mut section, "quantity", node, findings),
    };
    let relation = word(&mut section, "relation", node, &Relation::ALL.map(|one| (one.as_str(), one)), findings);
    let (expected, stated) = expected(&mut section, node, findings);
    let tolerance = tolerance(&mut section, relation, findings);
    let (theory, than) = match stated {
        Some(pair) if pair.key == "theory" => (section.string("theory", findings).map(Word::from), None),
        Some(pair) if pair.key == "than" => (None, section.table("than", findings)),
        _ => (None, None),
    };
    let than = than.map_or(&[][..], |(pairs, _)| pairs);
    section.finish(findings);

    let (id, table) = (id?, table?);
    let claim = Claim {
        id: id.text.to_string(),
        text: text?.text.to_string(),
        kind: kind?,
        source: source.to_string(),
        table: table.text.to_string(),
        cells: plain(cells),
        quantity: quantity.map_or(String::new(), |word| word.text.to_string()),
        over,
        relation: relation?,
        expected: expected?,
        tolerance,
    };
    let words = Words { node, table, quantity, theory, cells, than, stated };
    check::columns(&claim, &words, findings);
    if findings.count() == before {
        check::power(&claim, &words, findings);
    }
    (findings.count() == before).then_some(ClaimTable { id, claim, table, cells, than })
}

/// `value`, `theory` or `than`, and where it stands.
fn expected<'a>(
    section: &mut Section<'a>,
    node: &Node,
    findings: &mut Findings,
) -> (Option<Expected>, Option<&'a Pair>) {
    let stated: Vec<&Pair> = ["value", "theory", "than"].into_iter().filter_map(|key| section.pair(key)).collect();
    let value = section.number("value", findings).map(|(value, _)| Expected::Value(value));
    let theory = section.string("theory", findings).map(|(column, _)| Expected::Theory(column.to_string()));
    let than = section.table("than", findings).map(|(pairs, _)| Expected::Than(plain(pairs)));
    match stated.as_slice() {
        [] => {
            let help = "add `value`, `theory` (a column) or `than` (cells of another row)";
            findings.add(&header(node), "this claim has nothing to hold its quantity against", help);
        }
        [_] => {}
        [_, second, ..] => findings.add(&second.span, "a claim has one of `value`, `theory` and `than`", "remove one"),
    }
    (value.or(theory).or(than), stated.first().copied())
}

/// `tolerance` or `tolerance_se`.
fn tolerance(section: &mut Section, relation: Option<Relation>, findings: &mut Findings) -> Option<Tolerance> {
    let [absolute, in_errors] = ["tolerance", "tolerance_se"].map(|key| section.number(key, findings));
    let stated = ["tolerance", "tolerance_se"].into_iter().find_map(|key| section.pair(key));
    if let Some(pair) = stated.filter(|_| relation.is_some_and(|relation| relation != Relation::Equals)) {
        let what = format!("`{}` has a meaning only for relation = \"equals\"", pair.key);
        findings.add(&pair.span, what, "remove it");
    }
    match (absolute, in_errors) {
        (Some(_), Some((_, node))) => {
            findings.add(&node.span, "a claim has either `tolerance` or `tolerance_se`", "remove one of the two");
            None
        }
        (Some((width, node)), None) => {
            if width < 0.0 {
                findings.add(&node.span, format!("`tolerance` must not be negative, got {width}"), "");
            }
            Some(Tolerance::Absolute(width))
        }
        (None, Some((count, node))) => {
            if count <= 0.0 {
                findings.add(&node.span, format!("`tolerance_se` must be above 0, got {count}"), "");
            }
            Some(Tolerance::StandardErrors(count))
        }
        (None, None) => None,
    }
}

fn plain(pairs: &[Pair]) -> toml::Table {
    pairs.iter().map(|pair| (pair.key.clone(), pair.node.plain())).collect()
}

/// One of some words.
fn word<T: Copy>(
    section: &mut Section,
    key: &str,
    node: &Node,
    known: &[(&str, T)],
    findings: &mut Findings,
) -> Option<T> {
    let word = required(section, key, node, findings)?;
    let found = known.iter().find(|(name, _)| *name == word.text);
    if found.is_none() {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        findings.add(word.span(), format!("unknown {key} \"{}\"", word.text), format!("there is {}", names.join(", ")));
    }
    found.map(|(_, value)| *value)
}
