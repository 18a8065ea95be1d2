//! Checks the `[[method]]` tables and builds what their cells do.

use crate::config::{MethodTable, Override, Tool, Word};
use crate::diagnostic::{Findings, suggestion};
use crate::experiment::{Action, Declared, ToolKind};
use crate::params::{Given, Spec, changed, complete, fixed};
use crate::space::{Axis, Space};
use crate::tools::{self, MethodParts, Tools};
use crate::tree::{Kind, Node, Pair};
use std::ops::Range;
use toml::Table;

/// The value of a parameter that stands in a tuning file.
pub const TUNED: &str = "tuned";

/// A checked `[[method]]`.
#[derive(Clone)]
pub struct MethodSpec<'a> {
    /// Label.
    pub id: &'a str,
    /// Where the label stands.
    pub span: &'a Range<usize>,
    /// What it is.
    pub kind: ToolKind,
    /// Optimizer, finder or survey.
    pub tool: &'a str,
    /// Strategy of an optimizer.
    pub strategy: Option<&'a str>,
    /// Runs on every problem, instead of those of the problem.
    pub replicates: Option<u64>,
    /// Parameters given for the optimizer, finder or survey.
    pub params: Given,
    /// Parameters given for the strategy.
    pub strategy_params: Given,
    /// The schedule and the parameters given for it.
    pub schedule: Option<(&'a str, Given)>,
    /// Parameters given for every noise.
    pub noise: Vec<Given>,
    /// What `tune` searches.
    pub axes: &'a [Axis<'a>],
    /// Parameters that are `"tuned"`: their values are in the tuning file.
    pub tuned: Vec<&'a Pair>,
}

impl MethodSpec<'_> {
    /// The method with every default filled in.
    pub fn declared(&self, tools: &Tools) -> Declared {
        let filled = |tool: Option<&tools::Described>, given: &Given| {
            complete(tool.map_or(&[], |tool| &tool.params), &given.table)
        };
        Declared {
            id: self.id.to_string(),
            kind: self.kind,
            tool: self.tool.to_string(),
            strategy: self.strategy.map(String::from),
            replicates: self.replicates,
            params: filled(tools.tool(self.kind, self.tool), &self.params),
            strategy_params: filled(self.strategy.and_then(|name| tools.strategy(name)), &self.strategy_params),
            schedule: self.schedule.as_ref().map(|(name, given)| {
                let mut table = filled(tools.schedule(name), given);
                table.insert("name".to_string(), (*name).into());
                table
            }),
            noise: self.noise.iter().map(|given| filled(Some(&tools.noise), given)).collect(),
        }
    }
}

/// The methods of a file that are right by themselves.
pub fn methods<'a>(tables: &'a [MethodTable<'a>], tools: &Tools, findings: &mut Findings) -> Vec<MethodSpec<'a>> {
    let mut checked: Vec<MethodSpec> = Vec::new();
    for table in tables {
        // A second method of one id is looked at for its own mistakes, too.
        let spec = method(table, tools, findings);
        if let Some(first) = tables.iter().find(|first| first.id.text == table.id.text)
            && !std::ptr::eq(first, table)
        {
            findings.add(
                table.id.span(),
                format!("two methods have the id \"{}\"", table.id.text),
                "an id labels table rows; give each method its own",
            );
            continue;
        }
        checked.extend(spec);
    }
    checked
}

fn method<'a>(table: &'a MethodTable<'a>, tools: &Tools, findings: &mut Findings) -> Option<MethodSpec<'a>> {
    let before = findings.count();
    let (kind, tool, strategy, strategy_pairs, schedule, noise) = match &table.tool {
        Tool::Optimizer { name, strategy, strategy_params, schedule, noise } => {
            (ToolKind::Optimizer, name, *strategy, *strategy_params, schedule.as_ref(), &noise[..])
        }
        Tool::Finder(name) => (ToolKind::Finder, name, None, &[][..], None, &[][..]),
        Tool::Survey(name) => (ToolKind::Survey, name, None, &[][..], None, &[][..]),
    };
    let (tuned, own_pairs) = split_tuned(table.params);
    let (tuned_of_strategy, strategy_pairs) = split_tuned(strategy_pairs);
    let found = known(kind.key(), tool, tools.tool(kind, tool.text), tools.all(kind), findings);
    let owner = format!("{} \"{}\"", kind.key(), tool.text);
    let params = found.map(|found| fixed(&owner, &found.params, &own_pairs, findings));
    let strategy_name = (kind == ToolKind::Optimizer).then(|| strategy.map_or("single", |word| word.text));
    let strategy_params = match (strategy_name, strategy) {
        (None, _) => Some(Given::default()),
        (Some(name), word) => {
            let found = tools.strategy(name);
            let found = match word {
                Some(word) => known("strategy", &word, found, &tools.strategies, findings),
                None => found,
            };
            found.map(|found| fixed(&format!("strategy \"{name}\""), &found.params, &strategy_pairs, findings))
        }
    };
    let schedule = schedule.and_then(|table| {
        let name = table.name.text;
        let found = known("schedule", &table.name, tools.schedule(name), &tools.schedules, findings)?;
        let pairs: Vec<Pair> = table.params.iter().map(|pair| (*pair).clone()).collect();
        Some((name, fixed(&format!("schedule \"{name}\""), &found.params, &pairs, findings)))
    });
    let noise = noise.iter().map(|pairs| fixed("`noise`", &tools.noise.params, pairs, findings)).collect();
    let spec = MethodSpec {
        id: table.id.text,
        span: table.id.span(),
        kind,
        tool: tool.text,
        strategy: strategy_name,
        replicates: table.replicates,
        params: params?,
        strategy_params: strategy_params?,
        schedule,
        noise,
        axes: &table.axes,
        tuned: [tuned.clone(), tuned_of_strategy.clone()].concat(),
    };
    check_axes(&spec, tools, findings);
    check_tuned(&spec, &tuned, &tuned_of_strategy, tools, findings);
    if findings.count() > before {
        return None;
    }
    if let Err(message) = action(&spec, &spec.params, &spec.strategy_params, tools) {
        report_build(&message, &spec, &spec.params, &spec.strategy_params, tool.span(), findings);
        return None;
    }
    Some(spec)
}

/// Parameters that are `"tuned"`, and those that have a value here.
fn split_tuned(pairs: &[Pair]) -> (Vec<&Pair>, Vec<Pair>) {
    let is_tuned = |pair: &&Pair| matches!(&pair.node.kind, Kind::Scalar(toml::Value::String(word)) if word == TUNED);
    let given = pairs.iter().filter(|pair| !is_tuned(pair)).cloned().collect();
    (pairs.iter().filter(is_tuned).collect(), given)
}

/// Whether what is searched are parameters that can take the values.
fn check_axes(spec: &MethodSpec, tools: &Tools, findings: &mut Findings) {
    // Each value by itself, so that one that is never drawn is looked at, too.
    for axis in spec.axes {
        let values = match &axis.space {
            Space::List(values) => values.clone(),
            Space::Range { from, to, .. } => match parameter(spec, &axis.pair.key, tools).map(|spec| &spec.default) {
                Some(toml::Value::Integer(_)) if from.fract() == 0.0 && to.fract() == 0.0 => {
                    vec![(*from as i64).into(), (*to as i64).into()]
                }
                _ => vec![(*from).into(), (*to).into()],
            },
        };
        for value in values {
            let node = Node { span: axis.pair.node.span.clone(), kind: Kind::Scalar(value) };
            let pair = Pair { key: axis.pair.key.clone(), span: axis.pair.span.clone(), node };
            overridden(spec, &Override { id: spec.id, span: spec.span, pairs: &[pair] }, tools, findings);
        }
    }
}

/// Whether what is `"tuned"` are parameters of the part they stand in.
fn check_tuned(spec: &MethodSpec, of_tool: &[&Pair], of_strategy: &[&Pair], tools: &Tools, findings: &mut Findings) {
    let Some(strategy) = spec.strategy else {
        for pair in of_tool {
            let what = format!("a {} has no tuned parameters", spec.kind.key());
            findings.add(&pair.node.span, what, "give a value");
        }
        return;
    };
    let tool_specs = tools.optimizer(spec.tool).map_or(&[][..], |tool| &tool.params);
    let strategy_specs = tools.strategy(strategy).map_or(&[][..], |strategy| &strategy.params);
    let lists = [(of_tool, tool_specs, spec.tool), (of_strategy, strategy_specs, strategy)];
    for (pairs, specs, owner) in lists {
        for pair in pairs.iter().filter(|pair| specs.iter().all(|spec| spec.name != pair.key)) {
            let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
            let what = format!("\"{owner}\" has no parameter `{}`", pair.key);
            findings.add(&pair.span, what, suggestion(&pair.key, &names));
        }
    }
    // As in an override, one name means the optimizer's parameter.
    for pair in of_strategy.iter().filter(|pair| tool_specs.iter().any(|spec| spec.name == pair.key)) {
        let what = format!("`{}` is a parameter of \"{}\", too, so this one cannot be \"tuned\"", pair.key, spec.tool);
        findings.add(&pair.node.span, what, "give a value");
    }
}

/// The declared parameter of a method's optimizer, else of its strategy.
pub fn parameter<'t>(spec: &MethodSpec, name: &str, tools: &'t Tools) -> Option<&'t Spec> {
    let strategy = spec.strategy.and_then(|name| tools.strategy(name));
    let mut all = tools.optimizer(spec.tool).into_iter().chain(strategy).flat_map(|tool| &tool.params);
    all.find(|spec| spec.name == name)
}

fn known<'t>(
    kind: &str,
    word: &Word,
    found: Option<&'t tools::Described>,
    all: &[tools::Described],
    findings: &mut Findings,
) -> Option<&'t tools::Described> {
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|tool| tool.name.as_str()).collect();
        let help = suggestion(word.text, &names);
        findings.add(word.span(), format!("unknown {kind} \"{}\"", word.text), help);
    }
    found
}

/// What a method does with these parameters.
///
/// # Errors
/// A value out of range: what, why, and what to do.
pub fn action(spec: &MethodSpec, params: &Given, strategy_params: &Given, tools: &Tools) -> Result<Action, String> {
    match spec.kind {
        ToolKind::Finder => tools::finder(spec.tool, &params.table).map(Action::Find),
        ToolKind::Survey => tools::survey(spec.tool, &params.table).map(Action::Survey),
        ToolKind::Optimizer => {
            let strategy = spec.strategy.expect("an optimizer has a strategy");
            let parts = MethodParts {
                optimizer: (spec.tool, &params.table),
                strategy: (strategy, &strategy_params.table),
                schedule: spec.schedule.as_ref().map(|(name, given)| (*name, &given.table)),
                noise: spec.noise.iter().map(|given| &given.table).collect(),
            };
            tools.method(&parts).map(|method| Action::Descend(Box::new(method)))
        }
    }
}

/// A refused value, shown where it stands.
pub fn report_build(
    message: &str,
    spec: &MethodSpec,
    params: &Given,
    strategy_params: &Given,
    otherwise: &Range<usize>,
    findings: &mut Findings,
) {
    let along = spec.schedule.iter().map(|(_, given)| given).chain(&spec.noise);
    let of_rest = along.fold(otherwise.clone(), |span, given| given.span_of(message, &span));
    let of_strategy = strategy_params.span_of(message, &of_rest);
    let span = params.span_of(message, &of_strategy);
    findings.add_refusal(&span, &format!("method \"{}\"", spec.id), message);
}

/// The parameters of a method with those of one problem put over them; the optimizer's come first,
/// what it does not have is the strategy's.
pub fn overridden(method: &MethodSpec, over: &Override, tools: &Tools, findings: &mut Findings) -> (Given, Given) {
    let tool = tools.tool(method.kind, method.tool);
    let tool_specs = tool.map_or(&[][..], |tool| &tool.params);
    let strategy = method.strategy.and_then(|name| tools.strategy(name));
    let strategy_specs = strategy.map_or(&[][..], |strategy| &strategy.params);
    let of_tool = |pair: &Pair| tool_specs.iter().any(|spec| spec.name == pair.key);
    let of_strategy = |pair: &Pair| !of_tool(pair) && strategy_specs.iter().any(|spec| spec.name == pair.key);
    let (theirs, rest): (Vec<Pair>, Vec<Pair>) = over.pairs.iter().cloned().partition(of_strategy);
    let owner = format!("method \"{}\"", method.id);
    // An unknown name is looked for among all the parameters it could have meant.
    let all: Vec<Spec> = tool_specs.iter().chain(strategy_specs).cloned().collect();
    let params = fixed(&owner, &all, &rest, findings);
    let strategy_params = fixed(&owner, strategy_specs, &theirs, findings);
    (method.params.overlaid(&params), method.strategy_params.overlaid(&strategy_params))
}

/// All parameters for the eye, and all that the numbers depend on.
pub fn describe(action: &Action, method: &MethodSpec, params: &Given, tools: &Tools) -> (Table, Table) {
    match action {
        Action::Descend(method) => {
            let mut shown = method.algorithm.params().clone();
            if !method.strategy.params().is_empty() {
                shown.insert("strategy".to_string(), method.strategy.params().clone().into());
            }
            if !method.schedule.object().is_constant() {
                let mut schedule = method.schedule.params().clone();
                schedule.insert("name".to_string(), method.schedule.name().into());
                shown.insert("schedule".to_string(), schedule.into());
            }
            if !method.noise.is_empty() {
                let noise: Vec<toml::Value> = method.noise.iter().map(|noise| noise.params().clone().into()).collect();
                shown.insert("noise".to_string(), noise.into());
            }
            (shown, method.key())
        }
        Action::Find(_) | Action::Survey(_) => {
            let specs = tools.tool(method.kind, method.tool).map_or(&[][..], |tool| &tool.params);
            let shown = complete(specs, &params.table);
            let mut key = Table::new();
            key.insert(method.kind.key().to_string(), method.tool.into());
            key.insert("params".to_string(), changed(specs, &shown).into());
            (shown, key)
        }
    }
}
