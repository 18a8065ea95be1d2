//! `[[method]]`: how it is optimised.

use super::{Word, count_of, header, required};
use crate::diagnostic::Findings;
use crate::space::{self, Axis};
use crate::tree::{Kind, Node, Pair, Section};

/// One `[[method]]`.
#[derive(Debug)]
pub struct MethodTable<'a> {
    /// `id`, the label of its rows.
    pub id: Word<'a>,
    /// `optimizer`, `finder` or `survey`.
    pub tool: Tool<'a>,
    /// `params` of the optimizer, finder or survey.
    pub params: &'a [Pair],
    /// `replicates` instead of those of the problem.
    pub replicates: Option<u64>,
    /// `tune`: the parameters that `tune` searches, and where.
    pub axes: Vec<Axis<'a>>,
}

/// What a method runs.
#[derive(Debug)]
pub enum Tool<'a> {
    /// An optimizer under a strategy.
    Optimizer {
        /// `optimizer`, as in the catalogue.
        name: Word<'a>,
        /// `strategy`, `single` when absent.
        strategy: Option<Word<'a>>,
        /// `strategy_params`.
        strategy_params: &'a [Pair],
        /// `schedule`, a constant learning rate when absent.
        schedule: Option<ScheduleTable<'a>>,
        /// `noise`, one table or a list of tables.
        noise: Vec<&'a [Pair]>,
    },
    /// `finder`: a search for critical points of any index.
    Finder(Word<'a>),
    /// `survey`: a measurement of the surface itself.
    Survey(Word<'a>),
}

/// `schedule` of a `[[method]]`.
#[derive(Debug)]
pub struct ScheduleTable<'a> {
    /// `name`, as in the catalogue.
    pub name: Word<'a>,
    /// Every other key: its parameters.
    pub params: Vec<&'a Pair>,
}

pub(super) fn method<'a>(pairs: &'a [Pair], node: &Node, findings: &mut Findings) -> Option<MethodTable<'a>> {
    let mut section = Section::new("[[method]]", pairs);
    let id = required(&mut section, "id", node, findings);
    if let Some(id) = id
        && (id.text.is_empty() || id.text.chars().any(|c| c.is_control() || c == '|'))
    {
        findings.add(id.span(), "a method id labels table rows", "use a short plain name");
    }
    let optimizer = section.string("optimizer", findings).map(Word::from);
    let finder = section.string("finder", findings).map(Word::from);
    let survey = section.string("survey", findings).map(Word::from);
    let params = section.table("params", findings).map_or(&[][..], |(pairs, _)| pairs);
    let strategy = section.string("strategy", findings).map(Word::from);
    let strategy_table = section.table("strategy_params", findings);
    let strategy_params = strategy_table.map_or(&[][..], |(pairs, _)| pairs);
    let along = ["schedule", "noise"].map(|key| section.pair(key).map(|pair| (key, pair.span.clone())));
    let schedule = section.table("schedule", findings).and_then(|(pairs, pair)| schedule(pairs, pair, findings));
    let noise = noise(&mut section, findings);
    let tune_table = section.table("tune", findings);
    let axes = tune_table.map_or_else(Vec::new, |(pairs, _)| space::read(pairs, findings));
    let replicates = count_of(&mut section, "replicates", findings);
    section.finish(findings);
    let mut without_descent = |kind: &str| {
        let stray = strategy.map(|word| word.span().clone());
        if let Some(span) = stray.or(strategy_table.map(|(_, pair)| pair.span.clone())) {
            findings.add(&span, format!("a {kind} has no strategy"), "remove this key");
        }
        let along = along.iter().flatten().cloned().chain(tune_table.map(|(_, pair)| ("tuning", pair.span.clone())));
        for (key, span) in along {
            findings.add(&span, format!("a {kind} has no {key}"), "remove this key");
        }
    };
    let tool = match (optimizer, finder, survey) {
        (Some(name), None, None) => Some(Tool::Optimizer { name, strategy, strategy_params, schedule, noise }),
        (None, Some(name), None) => {
            without_descent("finder");
            Some(Tool::Finder(name))
        }
        (None, None, Some(name)) => {
            without_descent("survey");
            Some(Tool::Survey(name))
        }
        (None, None, None) => {
            if !pairs.iter().any(|pair| ["optimizer", "finder", "survey"].contains(&pair.key.as_str())) {
                let what = "this method has none of `optimizer`, `finder` and `survey`";
                findings.add(&header(node), what, "`list` shows what there is");
            }
            None
        }
        (optimizer, finder, survey) => {
            let second = [optimizer, finder, survey].into_iter().flatten().nth(1).expect("more than one is given");
            let what = "a method has one of `optimizer`, `finder` and `survey`";
            findings.add(second.span(), what, "keep one of them");
            None
        }
    };
    Some(MethodTable { id: id?, tool: tool?, params, replicates, axes })
}

fn schedule<'a>(pairs: &'a [Pair], at: &Pair, findings: &mut Findings) -> Option<ScheduleTable<'a>> {
    let mut section = Section::new("`schedule`", pairs);
    if section.pair("name").is_none() {
        findings.add(&at.span, "the key `name` is missing", "as in schedule = { name = \"cosine\" }");
    }
    let name = section.string("name", findings).map(Word::from)?;
    Some(ScheduleTable { name, params: pairs.iter().filter(|pair| pair.key != "name").collect() })
}

/// One table, or a list of tables.
fn noise<'a>(section: &mut Section<'a>, findings: &mut Findings) -> Vec<&'a [Pair]> {
    match section.pair("noise").map(|pair| &pair.node.kind) {
        None => vec![],
        Some(Kind::Array(_)) => section.tables("noise", findings).into_iter().map(|(pairs, _)| pairs).collect(),
        Some(_) => section.table("noise", findings).map(|(pairs, _)| pairs).into_iter().collect(),
    }
}
