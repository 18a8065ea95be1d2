//! `[[problem]]`: what is optimised.

use super::critical::{At, moments};
use super::{Word, count_of, read_gaps, required};
use crate::diagnostic::Findings;
use crate::tree::{Kind, Node, Pair, Section};
use std::ops::Range;

/// One `[[problem]]`.
#[derive(Debug)]
pub struct ProblemTable<'a> {
    /// `name`, as registered.
    pub name: Word<'a>,
    /// Every key that is not one of [`PROBLEM_KEYS`]: its parameters; a list sweeps a scalar parameter.
    pub params: Vec<&'a Pair>,
    /// `reference`: the value gaps are measured from, instead of the problem's own.
    pub reference: Option<f64>,
    /// `gaps` instead of those of `[targets]`.
    pub gaps: Option<Vec<f64>>,
    /// `replicates` instead of those of `[runs]`.
    pub replicates: Option<u64>,
    /// `gradients` instead of those of `[budget]`.
    pub budget: Option<u64>,
    /// `at`: where points are classified, instead of that of `[critical]`; nowhere with an empty list.
    pub at: Option<Vec<At>>,
    /// `precision` of the descents: `"f64"`, or `"f32"`.
    pub precision: Option<Word<'a>>,
    /// `methods`: ids of the methods to run, all when absent.
    pub methods: Option<Vec<Word<'a>>>,
    /// `override`: parameter values by method id.
    pub overrides: Vec<Override<'a>>,
}

/// Parameter values of one method for one problem.
#[derive(Debug)]
pub struct Override<'a> {
    /// The method's id.
    pub id: &'a str,
    /// Where the id stands.
    pub span: &'a Range<usize>,
    /// The values.
    pub pairs: &'a [Pair],
}

/// The keys of a `[[problem]]` that are not parameters of the problem.
pub const PROBLEM_KEYS: [&str; 9] =
    ["name", "reference", "gaps", "replicates", "gradients", "at", "precision", "methods", "override"];

pub(super) fn problem<'a>(pairs: &'a [Pair], node: &Node, findings: &mut Findings) -> Option<ProblemTable<'a>> {
    let mut section = Section::new("[[problem]]", pairs);
    let name = required(&mut section, "name", node, findings);
    let reference = section.number("reference", findings).map(|(value, _)| value);
    let gaps = read_gaps(&mut section, findings);
    let replicates = count_of(&mut section, "replicates", findings);
    let budget = count_of(&mut section, "gradients", findings);
    let precision = section.string("precision", findings).map(Word::from);
    if let Some(word) = &precision
        && !["f64", "f32"].contains(&word.text)
    {
        let what = format!("precision = \"{}\": there is \"f64\", the default, and \"f32\"", word.text);
        findings.add(word.span(), what, "");
    }
    let methods = section.strings("methods", findings).map(|list| list.into_iter().map(Word::from).collect());
    let at = section.pair("at").map(|pair| moments(&pair.node, budget.unwrap_or(u64::MAX), findings));
    let mut overrides = Vec::new();
    if let Some((by_id, _)) = section.table("override", findings) {
        for pair in by_id {
            match &pair.node.kind {
                Kind::Table(pairs) => {
                    overrides.push(Override { id: &pair.key, span: &pair.span, pairs });
                }
                _ => findings.add(
                    &pair.node.span,
                    format!("`override.{}` needs a table of parameter values", pair.key),
                    format!("as in override = {{ {} = {{ lr = 0.1 }} }}", pair.key),
                ),
            }
        }
    }
    let params = section.rest();
    Some(ProblemTable { name: name?, params, reference, gaps, replicates, budget, at, precision, methods, overrides })
}
