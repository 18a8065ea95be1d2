//! What can be wrong with a claim beyond its keys: tables and columns, and whether it could turn out otherwise.

use super::{Claim, Expected, Tolerance};
use crate::config::{Word, header};
use crate::diagnostic::{Findings, nearest, suggestion};
use crate::tree::{Kind, Node, Pair};
use report::{Over, Relation};

/// Where the parts of a claim stand.
pub(super) struct Words<'a, 'n> {
    /// The `[[claim]]`.
    pub node: &'n Node,
    /// `table`.
    pub table: Word<'a>,
    /// `quantity`.
    pub quantity: Option<Word<'a>>,
    /// `theory`.
    pub theory: Option<Word<'a>>,
    /// `where`.
    pub cells: &'a [Pair],
    /// `than`.
    pub than: &'a [Pair],
    /// `value`, `theory` or `than`: what the quantity is held against.
    pub stated: Option<&'a Pair>,
}

/// Tables and columns are known before anything runs.
pub(super) fn columns(claim: &Claim, words: &Words, findings: &mut Findings) {
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
            Kind::Scalar(toml::Value::Float(value)) => value.is_finite(),
            Kind::Scalar(value) => value.is_str() || value.is_integer(),
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

/// A claim that cannot fail says nothing, one that cannot hold is a slip, and chance is judged only where it is known.
pub(super) fn power(claim: &Claim, words: &Words, findings: &mut Findings) {
    let Some(stated) = words.stated else { return };
    if let Some((what, help)) = unjudged(claim) {
        findings.add(&stated.span, what, help);
    } else if let Some(what) = foregone(claim) {
        findings.add(&stated.span, what, "claim what could turn out otherwise");
    }
}

/// What such a claim asks for that no table says: what, and what to do.
fn unjudged(claim: &Claim) -> Option<(String, &'static str)> {
    let several = claim.over.is_some();
    let whose = if several { "several rows together".to_string() } else { format!("`{}`", claim.quantity) };
    let knows_error = !several && report::has_uncertainty(&claim.table, &claim.quantity);
    let in_errors = matches!(claim.tolerance, Some(Tolerance::StandardErrors(_)));
    match &claim.expected {
        Expected::Theory(_) if several => {
            Some(("`theory` is a column of one row, and `over` takes several".to_string(), "use `value`"))
        }
        Expected::Than(_) if matches!(claim.relation, Relation::Below | Relation::Above) && !knows_error => Some((
            format!("no table says how uncertain {whose} is, so a difference may be chance"),
            "\"at_most\" and \"at_least\" compare the numbers as they are",
        )),
        Expected::Than(_) if in_errors && report::is_share(&claim.table, &claim.quantity) => Some((
            "two shares are not compared in standard errors".to_string(),
            "use `tolerance`; \"below\" and \"above\" test whether shares differ",
        )),
        _ if in_errors && !knows_error => {
            Some((format!("no table says the standard error of {whose}"), "use `tolerance`"))
        }
        _ => None,
    }
}

/// Why the numbers cannot decide, if they cannot.
fn foregone(claim: &Claim) -> Option<String> {
    let (least, greatest) = match claim.over {
        Some(Over::Count | Over::Sum) => (0.0, f64::INFINITY),
        _ => report::column_range(&claim.quantity),
    };
    let width = match claim.tolerance {
        None => 0.0,
        Some(Tolerance::Absolute(width)) => width,
        // How long a standard error is, the runs decide.
        Some(Tolerance::StandardErrors(_)) => return None,
    };
    let (always, never) = match (&claim.expected, claim.relation) {
        (Expected::Value(value), Relation::Equals) => {
            let (lo, hi) = (value - width, value + width);
            (lo <= least && hi >= greatest, hi < least || lo > greatest)
        }
        (Expected::Value(value), Relation::AtMost) => (*value >= greatest, *value < least),
        (Expected::Value(value), Relation::AtLeast) => (*value <= least, *value > greatest),
        (Expected::Value(value), Relation::Below) => (*value > greatest, *value <= least),
        (Expected::Value(value), Relation::Above) => (*value < least, *value >= greatest),
        // Whatever that value is, none is further from it than the range is wide.
        (_, _) => (width >= greatest - least, false),
    };
    let what = match (always, never) {
        (true, _) => "cannot fail",
        (_, true) => "cannot hold",
        _ => return None,
    };
    let name = match claim.over {
        Some(Over::Count) => "a count of rows".to_string(),
        Some(Over::Sum) => format!("a sum of `{}`", claim.quantity),
        _ => format!("`{}`", claim.quantity),
    };
    let range = if greatest.is_finite() { format!("from {least} to {greatest}") } else { format!("at least {least}") };
    Some(format!("this claim {what}: {name} is {range}"))
}
