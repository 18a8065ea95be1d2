//! Checks an experiment file against problems and methods and builds every cell, before anything runs.

use crate::config::{At, Config, CriticalTable, MethodTable, Override, PROBLEM_KEYS, ProblemTable};
use crate::diagnostic::{Findings, suggestion};
use crate::experiment::{Action, Cell, Experiment, Surface};
use crate::guard;
use crate::methods::{MethodSpec, action, describe, methods, overridden, report_build};
use crate::params::{Given, Spec, canonical, changed, complete, fixed, swept};
use crate::plan::first_twins;
use crate::tools::{self, Tools};
use crate::tree::Pair;
use optimizers::{Method, Start};
use problems::{Entry, Instance, Registry};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use toml::Table;

/// A checked `[[problem]]` for one combination of swept parameters.
struct Request<'a> {
    table: &'a ProblemTable<'a>,
    entry: &'a Entry,
    given: Given,
}

/// Turns a file into an experiment. When anything is wrong it is among the findings and nothing
/// comes back.
pub fn resolve(config: &Config, registry: &Registry, tools: &Tools, findings: &mut Findings) -> Option<Experiment> {
    let methods = methods(&config.methods, tools, findings);
    let (at, criteria_table) = critical(config.critical.as_ref(), tools, findings);
    let criteria = tools::criteria(&criteria_table);
    let requests: Vec<Request> = config.problems.iter().flat_map(|table| requests(table, registry, findings)).collect();
    // Recording a large problem takes long; the order of the results is that of the requests.
    let built: Vec<_> =
        requests.par_iter().map(|request| guard::catch(|| request.entry.build(&request.given.table))).collect();

    let (mut surfaces, mut cells) = (Vec::new(), Vec::new());
    for (request, result) in requests.iter().zip(built) {
        let instance = match result {
            Ok(Ok(instance)) => Ok(instance),
            Ok(Err(message)) => {
                let span = request.given.span_of(&message, request.table.name.span());
                let name = request.table.name.text;
                let text = message.strip_prefix(&format!("{name}: ")).unwrap_or(&message);
                findings.add_refusal(&span, &format!("problem \"{name}\""), text);
                continue;
            }
            Err(panic) => Err(panic),
        };
        let surface = surface(config, request, instance);
        check_precision(request.table, &surface, findings);
        let chosen = chosen_methods(request.table, &methods, &config.methods, findings);
        check_targets(request.table, &surface, &chosen, findings);
        for method in chosen {
            let over = request.table.overrides.iter().find(|over| over.id == method.id);
            if let Some(cell) = cell(method, over, surfaces.len(), &surface, request, tools, findings) {
                cells.push(cell);
            }
        }
        surfaces.push(surface);
    }
    if config.stop.patience.is_some() && !surfaces.iter().any(holds_data_out) && findings.count() == 0 {
        findings.add_global(
            "`patience` in [stop] watches the loss on held-out data, and no problem here holds any out",
            "give a problem with data a share to hold out, or remove the key",
        );
    }
    let experiment = Experiment {
        name: config.name.to_string(),
        description: config.description.to_string(),
        master_seed: config.master_seed,
        stop: config.stop,
        at,
        records_attempts: config.records_attempts,
        criteria: criteria.unwrap_or_default(),
        criteria_table,
        gaps: config.gaps.clone(),
        methods: methods.iter().map(|method| method.declared(tools)).collect(),
        surfaces,
        cells,
    };
    if let Some((first, twin)) = first_twins(&experiment) {
        let label = |cell: &Cell| format!("\"{}\" on {}", cell.method, experiment.surfaces[cell.surface].label);
        findings.add_global(
            format!("{} and {} are the same runs", label(first), label(twin)),
            "remove one, or change a parameter: equal cells give equal rows",
        );
    }
    (findings.count() == 0).then_some(experiment)
}

fn holds_data_out(surface: &Surface) -> bool {
    surface.instance.as_ref().is_ok_and(|instance| instance.held_out.is_some())
}

fn critical(table: Option<&CriticalTable>, tools: &Tools, findings: &mut Findings) -> (Vec<At>, Table) {
    let Some(table) = table else { return (Vec::new(), complete(&tools.criteria, &Table::new())) };
    let pairs: Vec<Pair> = table.criteria.iter().map(|pair| (*pair).clone()).collect();
    let given = fixed("[critical]", &tools.criteria, &pairs, findings);
    if let Err(message) = tools::criteria(&given.table) {
        findings.add_refusal(&given.span_of(&message, &(0..0)), "[critical]", &message);
    }
    (table.at.clone(), complete(&tools.criteria, &given.table))
}

/// The combinations of swept parameters of a `[[problem]]`.
fn requests<'a>(table: &'a ProblemTable<'a>, registry: &'a Registry, findings: &mut Findings) -> Vec<Request<'a>> {
    let name = table.name.text;
    let Some(entry) = registry.get(name) else {
        let names: Vec<&str> = registry.entries().iter().map(|entry| entry.name).collect();
        let help = suggestion(name, &names);
        findings.add(table.name.span(), format!("unknown problem \"{name}\""), help);
        return Vec::new();
    };
    let given = swept(&format!("problem \"{name}\""), &problem_specs(entry), &PROBLEM_KEYS, &table.params, findings);
    given.into_iter().map(|given| Request { table, entry, given }).collect()
}

/// The declared parameters of a problem.
pub fn problem_specs(entry: &Entry) -> Vec<Spec> {
    let spec = |param: &problems::Param| Spec {
        name: param.name.to_string(),
        default: param.default.clone(),
        about: param.about.to_string(),
    };
    entry.params.iter().map(spec).collect()
}

fn surface(config: &Config, request: &Request, instance: Result<Instance, guard::Panic>) -> Surface {
    let params = match &instance {
        Ok(instance) => instance.params.clone(),
        Err(_) => complete(&problem_specs(request.entry), &request.given.table),
    };
    let own_reference = instance.as_ref().ok().and_then(|instance| instance.reference).map(|reference| reference.value);
    let label = match &instance {
        Ok(instance) => instance.label(),
        // A problem whose code panicked cannot name itself: everything that was asked of it.
        Err(_) if request.given.table.is_empty() => request.entry.name.to_string(),
        Err(_) => format!("{} {}", request.entry.name, canonical(&request.given.table)),
    };
    let single_precision = request.table.precision.as_ref().is_some_and(|word| word.text == "f32");
    let label = if single_precision { format!("{label} f32") } else { label };
    Surface {
        problem: request.entry.name.to_string(),
        revision: request.entry.revision,
        key_params: changed(&problem_specs(request.entry), &params),
        params,
        label,
        dim: instance.as_ref().map_or(0, |instance| instance.dim),
        instance,
        reference: request.table.reference.or(own_reference),
        gaps: request.table.gaps.clone().unwrap_or_else(|| config.gaps.clone()),
        replicates: request.table.replicates.unwrap_or(config.replicates),
        budget: request.table.budget.unwrap_or(config.budget),
        single_precision,
        overrides: request.table.overrides.iter().map(plain_override).collect(),
    }
}

fn plain_override(over: &Override) -> (String, toml::Value) {
    let values = over.pairs.iter().map(|pair| (pair.key.clone(), pair.node.plain()));
    (over.id.to_string(), toml::Value::Table(values.collect()))
}

/// The methods a problem asks for, in the order of the file.
fn chosen_methods<'m, 'a>(
    table: &ProblemTable,
    methods: &'m [MethodSpec<'a>],
    all: &[MethodTable],
    findings: &mut Findings,
) -> Vec<&'m MethodSpec<'a>> {
    let ids: Vec<&str> = all.iter().map(|method| method.id.text).collect();
    let wanted = |id: &str| table.methods.as_ref().is_none_or(|list| list.iter().any(|w| w.text == id));
    for word in table.methods.iter().flatten() {
        if !ids.contains(&word.text) {
            let help = suggestion(word.text, &ids);
            findings.add(word.span(), format!("no method has the id \"{}\"", word.text), help);
        }
    }
    for Override { id, span, .. } in &table.overrides {
        if !ids.contains(id) {
            let help = suggestion(id, &ids);
            findings.add(span, format!("no method has the id \"{id}\""), help);
        } else if !wanted(id) {
            let what = format!("\"{id}\" is overridden but not among the `methods` of this problem");
            findings.add(span, what, "");
        }
    }
    if let Some(list) = &table.methods
        && list.is_empty()
    {
        findings.add(table.name.span(), "`methods` is empty, so this problem has no runs", "");
    }
    methods.iter().filter(|method| wanted(method.id)).collect()
}

fn check_precision(table: &ProblemTable, surface: &Surface, findings: &mut Findings) {
    if let (true, Some(word), Ok(instance)) = (surface.single_precision, &table.precision, &surface.instance)
        && !instance.objective.has_rows()
    {
        findings.add(
            word.span(),
            format!("precision = \"f32\" is for means over data rows, and {} is a formula", surface.problem),
            "remove it: a formula is evaluated in double precision",
        );
    }
}

fn check_targets(table: &ProblemTable, surface: &Surface, chosen: &[&MethodSpec], findings: &mut Findings) {
    let descends = chosen.iter().any(|method| method.strategy.is_some());
    if descends && !surface.gaps.is_empty() && surface.reference.is_none() && surface.instance.is_ok() {
        findings.add(
            table.name.span(),
            format!("gaps are measured from a reference, and {} has no known minimum", surface.label),
            "give it `reference = VALUE`, or `gaps = []` for no targets",
        );
    }
}

/// What a method asks of a problem and the problem cannot give, and what to do.
fn misfit(method: &Method, surface: &Surface, instance: &Instance) -> Option<(String, &'static str)> {
    if method.strategy.object().start() == Start::Data && instance.data_start.is_none() {
        let what = "start = \"data\" asks for weights derived from data, and this problem has no such law".to_string();
        return Some((what, "use start = \"law\", or leave this method out of the problem's `methods`"));
    }
    if surface.single_precision && method.is_solver() {
        let what = format!("precision = \"f32\" is for update rules, and {} is a solver", method.algorithm.name());
        return Some((what, "remove `precision`, or leave this method out of the problem's `methods`"));
    }
    None
}

fn cell(
    method: &MethodSpec,
    over: Option<&Override>,
    index: usize,
    surface: &Surface,
    request: &Request,
    tools: &Tools,
    findings: &mut Findings,
) -> Option<Cell> {
    let before = findings.count();
    let (params, strategy_params) = match over {
        None => (method.params.clone(), method.strategy_params.clone()),
        Some(over) => overridden(method, over, tools, findings),
    };
    if findings.count() > before {
        return None;
    }
    let action = match action(method, &params, &strategy_params, tools) {
        Ok(action) => action,
        Err(message) => {
            report_build(&message, method, &params, &strategy_params, method.span, findings);
            return None;
        }
    };
    if let (Action::Descend(method), Ok(instance)) = (&action, &surface.instance)
        && let Err(message) = method.check(&instance.objective)
    {
        findings.add(
            request.table.name.span(),
            format!("{}: {message}", surface.label),
            "`methods = [...]` in this [[problem]] says which methods it runs",
        );
        return None;
    }
    if let (Action::Descend(method), Ok(instance)) = (&action, &surface.instance)
        && let Some((what, help)) = misfit(method, surface, instance)
    {
        findings.add(request.table.name.span(), format!("{}: {what}", surface.label), help);
        return None;
    }
    let (method_params, method_key) = describe(&action, method, &params, tools);
    Some(Cell {
        surface: index,
        method: method.id.to_string(),
        optimizer: method.tool.to_string(),
        strategy: method.strategy.unwrap_or("finder").to_string(),
        method_params,
        method_key,
        action,
    })
}
