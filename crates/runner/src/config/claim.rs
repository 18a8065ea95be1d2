//! `[[claim]]`: what the tables of the experiment are claimed to say.

use super::{Word, header, required};
use crate::diagnostic::{Findings, nearest, suggestion};
use crate::tree::{Kind as NodeKind, Node, Pair, Section};
use report::{Kind, Over, Relation};

/// One `[[claim]]`.
#[derive(Debug)]
pub struct ClaimTable<'a> {
    /// `id`.
    pub id: Word<'a>,
    /// What is claimed, to be written and judged.
    pub claim: Claim,
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
    let text = required(&mut section, "text", node, findings);
    let table = required(&mut section, "table", node, findings);
    let kind =
        word(&mut section, "kind", node, &[Kind::Theory, Kind::Empirical].map(|kind| (kind.as_str(), kind)), findings);
    let relation = word(&mut section, "relation", node, &Relation::ALL.map(|one| (one.as_str(), one)), findings);
    let over = match section.pair("over") {
        None => None,
        Some(_) => word(&mut section, "over", node, &Over::ALL.map(|one| (one.as_str(), one)), findings),
    };
    let counts = over == Some(Over::Count);
    let quantity = match section.pair("quantity") {
        None if counts => None,
        _ => required(&mut section, "quantity", node, findings),
    };
    let source = section.string("source", findings).map(Word::from);
    if section.pair("source").is_none() && kind == Some(Kind::Theory) {
        findings.add(&header(node), "the key `source` is missing", "say where the figure of a theory comes from");
    }
    let cells = section.table("where", findings).map_or(&[][..], |(pairs, _)| pairs);
    let than = section.table("than", findings);
    let value = section.number("value", findings);
    let theory = section.string("theory", findings).map(Word::from);
    let tolerances = ["tolerance", "tolerance_se"].map(|key| section.pair(key));
    let widths = ["tolerance", "tolerance_se"].map(|key| section.number(key, findings));
    let one_of = ["value", "theory", "than"].map(|key| section.pair(key)).into_iter().flatten().collect::<Vec<&Pair>>();
    section.finish(findings);

    match one_of.as_slice() {
        [] => findings.add(
            &header(node),
            "this claim has nothing to hold the quantity against",
            "add `value`, `theory` (a column) or `than` (cells of another row)",
        ),
        [_] => {}
        [_, second, ..] => findings.add(&second.span, "a claim has one of `value`, `theory` and `than`", "remove one"),
    }
    let tolerance = match (widths[0], widths[1]) {
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
        (Some(_), Some((_, node))) => {
            findings.add(&node.span, "a claim has either `tolerance` or `tolerance_se`", "remove one of the two");
            None
        }
    };
    if let Some(pair) = tolerances.into_iter().flatten().next()
        && relation.is_some_and(|relation| relation != Relation::Equals)
    {
        let what = format!("`{}` has a meaning only for relation = \"equals\"", pair.key);
        findings.add(&pair.span, what, "remove it");
    }
    let expected = match (value, theory, than) {
        (Some((value, _)), _, _) => Some(Expected::Value(value)),
        (_, Some(column), _) => Some(Expected::Theory(column.text.to_string())),
        (_, _, Some((pairs, _))) => Some(Expected::Than(plain(pairs))),
        _ => None,
    };
    let claim = Claim {
        id: id?.text.to_string(),
        text: text?.text.to_string(),
        kind: kind?,
        source: source.map_or(String::new(), |word| word.text.to_string()),
        table: table?.text.to_string(),
        cells: plain(cells),
        quantity: quantity.map_or(String::new(), |word| word.text.to_string()),
        over,
        relation: relation?,
        expected: expected?,
        tolerance,
    };
    let than = than.map_or(&[][..], |(pairs, _)| pairs);
    let words = Words { node, table: table?, quantity, theory, cells, than };
    check_columns(&claim, &words, findings);
    if findings.count() == before {
        check_power(&claim, one_of[0], findings);
    }
    (findings.count() == before).then_some(ClaimTable { id: id?, claim, cells, than })
}

/// Where the parts of a claim stand.
struct Words<'a, 'n> {
    node: &'n Node,
    table: Word<'a>,
    quantity: Option<Word<'a>>,
    theory: Option<Word<'a>>,
    cells: &'a [Pair],
    than: &'a [Pair],
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

/// Tables and columns are known before anything runs.
fn check_columns(claim: &Claim, words: &Words, findings: &mut Findings) {
    let Some(columns) = report::table_columns(&claim.table) else {
        let what = format!("there is no table \"{}\"", claim.table);
        findings.add(words.table.span(), what, suggestion(&claim.table, &report::table_names()));
        return;
    };
    let help = |name: &str| match nearest(name, columns.iter().map(String::as_str)) {
        Some(column) => format!("did you mean `{column}`?"),
        None => format!("its columns: {}", columns.join(", ")),
    };
    for word in [words.quantity, words.theory].into_iter().flatten() {
        if !columns.iter().any(|column| column == word.text) {
            let what = format!("table `{}` has no column `{}`", claim.table, word.text);
            findings.add(word.span(), what, help(word.text));
        } else if report::holds_words(word.text) && claim.over != Some(Over::Count) {
            findings.add(word.span(), format!("column `{}` holds words, not numbers", word.text), "name it in `where`");
        }
    }
    for pair in words.cells.iter().chain(words.than) {
        if !columns.contains(&pair.key) {
            let what = format!("table `{}` has no column `{}`", claim.table, pair.key);
            findings.add(&pair.span, what, help(&pair.key));
        }
        let is_cell = match &pair.node.kind {
            NodeKind::Scalar(toml::Value::Float(value)) => value.is_finite(),
            NodeKind::Scalar(value) => value.is_str() || value.is_integer(),
            _ => false,
        };
        if !is_cell {
            let what = format!("a cell is a text or a finite number, got {}", pair.node.kind_name());
            findings.add(&pair.node.span, what, "");
        }
    }
    if matches!(claim.expected, Expected::Than(_)) && words.than.is_empty() {
        findings.add(&header(words.node), "`than` names no cell, so a row would be compared with itself", "");
    }
    for pair in words.than {
        if claim.cells.get(&pair.key) == Some(&pair.node.plain()) {
            findings.add(&pair.span, "this cell does not differ from the one in `where`", "");
        }
    }
}

/// A claim that cannot fail says nothing, one that cannot hold is a slip.
fn check_power(claim: &Claim, stated: &Pair, findings: &mut Findings) {
    let several = claim.over.is_some();
    let no_error = several || !report::has_uncertainty(&claim.table, &claim.quantity);
    let whose = if several { "several rows together".to_string() } else { format!("`{}`", claim.quantity) };
    if let Some(Tolerance::StandardErrors(_)) = claim.tolerance
        && no_error
    {
        findings.add(&stated.span, format!("no table says the standard error of {whose}"), "use `tolerance`");
        return;
    }
    if let Expected::Theory(_) = claim.expected
        && several
    {
        findings.add(&stated.span, "`theory` is a column of one row, and `over` takes several", "use `value`");
        return;
    }
    if let Expected::Than(_) = claim.expected
        && matches!(claim.relation, Relation::Below | Relation::Above)
        && no_error
    {
        let what = format!("nothing says the uncertainty of {whose}, so a difference may be chance");
        findings.add(&stated.span, what, "\"at_most\" and \"at_least\" compare the numbers as they are");
        return;
    }
    let (least, greatest) = match claim.over {
        Some(Over::Count | Over::Sum) => (0.0, f64::INFINITY),
        _ => report::column_range(&claim.quantity),
    };
    let (value, width) = match (&claim.expected, claim.tolerance) {
        (Expected::Value(value), None) => (*value, 0.0),
        (Expected::Value(value), Some(Tolerance::Absolute(width))) => (*value, width),
        // Of these only the width is known yet.
        (_, Some(Tolerance::Absolute(width))) if width >= greatest - least => (least, width),
        _ => return,
    };
    let (lo, hi) = match claim.relation {
        Relation::Equals => (value - width, value + width),
        Relation::Below | Relation::AtMost => (f64::NEG_INFINITY, value),
        Relation::Above | Relation::AtLeast => (value, f64::INFINITY),
    };
    let is_open = matches!(claim.relation, Relation::Below | Relation::Above);
    let range = match (least.is_finite(), greatest.is_finite()) {
        (true, true) => format!("from {least} to {greatest}"),
        (true, false) => format!("at least {least}"),
        _ => return,
    };
    let always = if is_open { lo < least && hi > greatest } else { lo <= least && hi >= greatest };
    // An infinite bound is never reached.
    let always = always
        || (is_open && lo < least && hi == f64::INFINITY)
        || (is_open && lo == f64::NEG_INFINITY && hi > greatest);
    let never = if is_open { lo >= greatest || hi <= least } else { lo > greatest || hi < least };
    let what = match (always, never) {
        (true, _) => "cannot fail",
        (_, true) => "cannot hold",
        _ => return,
    };
    let name = if claim.quantity.is_empty() { "a count".to_string() } else { format!("`{}`", claim.quantity) };
    findings.add(&stated.span, format!("this claim {what}: {name} is {range}"), "say what could turn out otherwise");
}
