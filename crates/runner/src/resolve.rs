//! Checks an experiment file against problems and methods and builds every cell, before anything runs.

use crate::claims::{self, Planned};
use crate::config::{
    At, Config, Criterion, CriticalTable, MethodTable, Override, PROBLEM_KEYS, ProblemTable, SpectrumTable, TuneRules,
};
use crate::diagnostic::{Findings, suggestion};
use crate::experiment::{Action, Cell, Declared, Experiment, RunSpectra, Surface, ToolKind};
use crate::guard;
use crate::methods::parameter;
use crate::methods::{MethodSpec, action, describe, methods, overridden, report_build};
use crate::params::{Given, Spec, canonical, changed, complete, fixed, swept};
use crate::plan::first_twins;
use crate::prepare::Purpose;
use crate::space::{configurations, tuning_seed};
use crate::survey;
use crate::tools::{self, Tools};
use crate::tree::{Kind, Node, Pair};
use crate::tuned::Cited;
use crate::tuning::{self, TunedMethod, Tuning};
use landscape::{too_large_to_form, too_large_to_prove};
use optimizers::{Method, Start};
use problems::{Entry, Instance, Registry};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::path::Path;
use toml::Table;

/// A checked `[[problem]]` for one combination of swept parameters.
struct Request<'a> {
    table: &'a ProblemTable<'a>,
    entry: &'a Entry,
    given: Given,
}

/// Turns a file into an experiment. When anything is wrong it is among the findings and nothing
/// comes back.
pub fn resolve(
    config: &Config,
    purpose: Purpose,
    folder: &Path,
    registry: &Registry,
    tools: &Tools,
    findings: &mut Findings,
) -> Option<Experiment> {
    let mut methods = methods(&config.methods, tools, findings);
    let rules = if purpose == Purpose::Tune { config.tune.as_ref() } else { None };
    if purpose == Purpose::Tune {
        check_tunable(config, &mut methods, findings);
    }
    let master_seed = if rules.is_some() { tuning_seed(config.master_seed) } else { config.master_seed };
    let variants: Vec<Vec<Variant>> =
        methods.iter().map(|method| variants(method, rules, master_seed, tools, findings)).collect();
    let cited = cited(config, &methods, folder, findings);
    let (at, criteria_table) = critical(config.critical.as_ref(), tools, findings);
    let criteria = tools::criteria(&criteria_table);
    let spectrum = spectrum(config.spectrum.as_ref(), tools, findings).filter(|_| rules.is_none());
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
        let mut surface = surface(config, request, &at, instance);
        if let Some(rules) = rules {
            surface.replicates = rules.replicates;
            surface.at = Vec::new();
            surface.budget = rules.budget.unwrap_or(surface.budget);
        }
        check_precision(request.table, &surface, findings);
        let chosen = chosen_methods(request.table, &methods, &config.methods, findings);
        check_targets(request.table, &surface, &chosen, findings);
        check_spectrum(spectrum.as_ref(), request.table, &surface, &chosen, findings);
        if let Some(rules) = rules {
            check_criterion(rules, &surface, request.table, findings);
        }
        let before = cells.len();
        for (method, variants) in methods.iter().zip(&variants) {
            if !chosen.iter().any(|one| std::ptr::eq(*one, method)) {
                continue;
            }
            for variant in variants {
                let Some(over) = here(method, variant, request.table, &surface, cited.as_ref(), findings) else {
                    continue;
                };
                let cell = cell(method, &over, surfaces.len(), &surface, request, tools, findings);
                let Some(cell) = cell else { continue };
                if !fits_in_memory(&cell, &surface, config, request.table, findings) {
                    continue;
                }
                check_cited(method, &over, &cell, &surface, cited.as_ref(), findings);
                if over.is_own || over.n_cited > 0 {
                    let values = over.pairs.iter().map(|pair| (pair.key.clone(), pair.node.plain())).collect();
                    surface.overrides.insert(variant.label.clone(), toml::Value::Table(values));
                }
                cells.push(cell);
            }
        }
        // A problem that has only finders is not tuned on.
        if rules.is_none() || cells.len() > before {
            surfaces.push(surface);
        }
    }
    if config.stop.patience.is_some() && !surfaces.iter().any(holds_data_out) && findings.count() == 0 {
        findings.add_global(
            "`patience` in [stop] watches the loss on held-out data, and no problem here holds any out",
            "give a problem with data a share to hold out, or remove the key",
        );
    }
    let has_rows = |surface: &Surface| surface.instance.as_ref().is_ok_and(|instance| instance.objective.has_rows());
    if config.examples.is_some() && !surfaces.iter().any(has_rows) && findings.count() == 0 {
        findings.add_global(
            "`examples` in [record] are the data rows of a problem, and no problem here has any",
            "add a problem with data, or remove the key",
        );
    }
    if rules.is_none() {
        let examples = config.examples.is_some();
        let planned = Planned { surfaces: &surfaces, cells: &cells, curves: config.curves, examples };
        // An unknown problem is one mistake, not one more for every claim about it.
        if findings.count() == 0 {
            claims::check(&config.claims, &planned, findings);
        }
    }
    let experiment = Experiment {
        name: if rules.is_some() { format!("{}-tuning", config.name) } else { config.name.to_string() },
        description: config.description.to_string(),
        master_seed,
        stop: config.stop,
        at: if rules.is_some() { Vec::new() } else { at },
        records_attempts: config.records_attempts && rules.is_none(),
        curves: if rules.is_some() { None } else { config.curves },
        examples: if rules.is_some() { None } else { config.examples },
        spectrum,
        keeps_points: config.critical.is_some() && rules.is_none(),
        proves: config.critical.as_ref().is_some_and(|table| table.proves) && rules.is_none(),
        criteria: criteria.unwrap_or_default(),
        criteria_table,
        gaps: config.gaps.clone(),
        methods: declared(&methods, &variants, tools),
        surfaces,
        cells,
        means: crate::known::Means::default(),
        // The tables of a search are others.
        claims: if rules.is_some() { Vec::new() } else { config.claims.iter().map(|one| one.claim.clone()).collect() },
        tuning: rules.map(|rules| tuning(config.name, rules, &methods, &variants)),
        cited,
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

/// `[record] spectrum`.
fn spectrum(table: Option<&SpectrumTable>, tools: &Tools, findings: &mut Findings) -> Option<RunSpectra> {
    let table = table?;
    let pairs: Vec<Pair> = table.look.iter().map(|pair| (*pair).clone()).collect();
    let given = fixed("`spectrum` in [record]", &tools.look, &pairs, findings);
    match tools::look(&given.table) {
        Ok(look) => {
            let look_table = complete(&tools.look, &given.table);
            Some(RunSpectra { at: table.at.clone(), replicates: table.replicates, look, look_table })
        }
        Err(message) => {
            findings.add_refusal(&given.span_of(&message, &(0..0)), "`spectrum` in [record]", &message);
            None
        }
    }
}

/// A spectrum along runs has to fit into memory.
fn check_spectrum(
    spectra: Option<&RunSpectra>,
    table: &ProblemTable,
    surface: &Surface,
    chosen: &[&MethodSpec],
    findings: &mut Findings,
) {
    let descends = chosen.iter().any(|method| method.kind == ToolKind::Optimizer);
    if let (Some(spectra), Ok(instance), true) = (spectra, &surface.instance, descends)
        && let Some(message) = spectra.look.obstacle(&instance.objective)
    {
        findings.add_refusal(table.name.span(), &format!("`spectrum` in [record] at {}", surface.label), &message);
    }
}

/// Whether the Hessians that certify the points of a cell fit into memory, and with `prove` the bounds of them.
fn fits_in_memory(
    cell: &Cell,
    surface: &Surface,
    config: &Config,
    table: &ProblemTable,
    findings: &mut Findings,
) -> bool {
    let (what, help) = match &cell.action {
        Action::Find(_) => {
            ("every point found is certified by its Hessian, and it", "leave this method out here: `methods = [...]`")
        }
        Action::Descend(_) if !surface.at.is_empty() => (
            "`[critical]` certifies points by their Hessian, and it",
            "give this problem `at = []` to have none certified",
        ),
        // Surveys say for themselves what they cannot do.
        Action::Descend(_) | Action::Survey(_) => return true,
    };
    if let Some(size) = too_large_to_form(surface.dim) {
        let what = format!("{}: {what} {size}", surface.label);
        let other = "the survey \"spectrum\" with measure = \"density\" needs Hessian-vector products alone (Lanczos)";
        findings.add(table.name.span(), what, format!("{help}; {other}"));
        return false;
    }
    let proves = config.critical.as_ref().is_some_and(|table| table.proves);
    if let (true, Some(size)) = (proves, too_large_to_prove(surface.dim)) {
        let what = format!("{}: `prove` in [critical] {size}", surface.label);
        findings.add(table.name.span(), what, "remove `prove`: points are certified without it, too");
        return false;
    }
    true
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

fn surface(config: &Config, request: &Request, at: &[At], instance: Result<Instance, guard::Panic>) -> Surface {
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
        at: request.table.at.clone().unwrap_or_else(|| at.to_vec()),
        single_precision,
        overrides: Table::new(),
    }
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

/// One configuration of a method: the method as it is declared, or with values to be tried.
struct Variant {
    label: String,
    pairs: Vec<Pair>,
}

/// The configurations of a method; a single one, the method itself, when nothing is tuned, and none for a finder when
/// something is.
fn variants(
    method: &MethodSpec,
    rules: Option<&TuneRules>,
    seed: u64,
    tools: &Tools,
    findings: &mut Findings,
) -> Vec<Variant> {
    let Some(rules) = rules else { return vec![Variant { label: method.id.to_string(), pairs: Vec::new() }] };
    if method.kind != ToolKind::Optimizer {
        return Vec::new();
    }
    // A name that is no parameter has been found before.
    let specs: Option<Vec<&Spec>> = method.axes.iter().map(|axis| parameter(method, &axis.pair.key, tools)).collect();
    let Some(specs) = specs else { return Vec::new() };
    match configurations(method.axes, &specs, method.tool, rules.configurations, seed) {
        Ok(list) => {
            let variant = |(i, pairs)| Variant { label: tuning::label(method.id, i + 1), pairs };
            list.into_iter().enumerate().map(variant).collect()
        }
        Err((what, help)) => {
            findings.add(&method.axes[0].pair.span, format!("\"{}\" has {what}", method.id), help);
            Vec::new()
        }
    }
}

/// Whether there is something to tune. What is searched need not have been tuned before.
fn check_tunable(config: &Config, methods: &mut [MethodSpec], findings: &mut Findings) {
    if config.tune.is_none() {
        findings.add_global("there is no [tune], so nothing says how to tune", "add it; an empty one has the defaults");
    }
    if methods.iter().all(|method| method.axes.is_empty()) && findings.count() == 0 {
        findings.add_global(
            "no method has parameters to tune",
            "as in tune = { lr = { from = 1e-4, to = 1.0, scale = \"log\" } } of a [[method]]",
        );
    }
    for method in methods {
        let axes = method.axes;
        method.tuned.retain(|pair| !axes.iter().any(|axis| axis.pair.key == pair.key));
    }
}

fn check_criterion(rules: &TuneRules, surface: &Surface, table: &ProblemTable, findings: &mut Findings) {
    if rules.criterion == Criterion::Success && surface.gaps.is_empty() {
        findings.add(
            table.name.span(),
            format!("{} has no gaps, so there is no share of runs that reach one to tune for", surface.label),
            "give it `gaps`, or `criterion = \"gap\"` in [tune]",
        );
    }
}

/// The tuning file, if one is needed.
fn cited(config: &Config, methods: &[MethodSpec], folder: &Path, findings: &mut Findings) -> Option<Cited> {
    let wanted: Vec<&Pair> = methods.iter().flat_map(|method| method.tuned.iter().copied()).collect();
    let Some(file) = config.tuned else {
        for pair in wanted {
            let what = format!("`{}` is \"tuned\", and no tuning file is cited", pair.key);
            findings.add(&pair.node.span, what, "add [tuned] with `file = ...`; `tune FILE` writes one");
        }
        return None;
    };
    let is_said = |method: &MethodTable| !method.axes.is_empty();
    if wanted.is_empty() {
        // While a file is tuned, what it cites need not be there yet.
        if !config.methods.iter().any(is_said) && findings.count() == 0 {
            let help = "as in params = { lr = \"tuned\" }, or remove [tuned]";
            findings.add(file.span(), "a tuning file is cited and no parameter is \"tuned\"", help);
        }
        return None;
    }
    match Cited::read(folder, file.text) {
        Ok(cited) => Some(cited),
        Err((what, help)) => {
            findings.add(file.span(), what, help);
            None
        }
    }
}

/// What a method does differently on one problem.
struct Here {
    /// Label of the rows.
    label: String,
    /// Values put over those of the method.
    pairs: Vec<Pair>,
    /// Whether the problem itself gives some.
    is_own: bool,
    /// How many of the last ones are cited.
    n_cited: usize,
}

/// The values of one configuration on one problem: what is tried, what the problem overrides, what is cited.
fn here(
    method: &MethodSpec,
    variant: &Variant,
    table: &ProblemTable,
    surface: &Surface,
    cited: Option<&Cited>,
    findings: &mut Findings,
) -> Option<Here> {
    let before = findings.count();
    let own = table.overrides.iter().find(|over| over.id == method.id).map_or(&[][..], |over| over.pairs);
    for pair in own.iter().filter(|pair| method.axes.iter().any(|axis| axis.pair.key == pair.key)) {
        let what = format!("`{}` of \"{}\" is searched by `tune`, and this problem fixes it", pair.key, method.id);
        findings.add(&pair.span, what, "remove one of the two");
    }
    let mut pairs: Vec<Pair> = variant.pairs.iter().chain(own).cloned().collect();
    let open: Vec<&&Pair> = method.tuned.iter().filter(|pair| own.iter().all(|own| own.key != pair.key)).collect();
    if let (Some(cited), Some(first)) = (cited, open.first()) {
        match cited.entry(surface, method.id) {
            Err((what, help)) => findings.add(&first.node.span, what, help),
            Ok(entry) => {
                for pair in &open {
                    match entry.value(&pair.key) {
                        Some(value) => {
                            let node = Node { span: pair.node.span.clone(), kind: Kind::Scalar(value.clone()) };
                            pairs.push(Pair { node, ..(**pair).clone() });
                        }
                        None => {
                            let what = format!("`{}` of \"{}\" was not tuned in {}", pair.key, method.id, cited.file);
                            let help = format!("it has: {}", entry.names().join(", "));
                            findings.add(&pair.node.span, what, help);
                        }
                    }
                }
            }
        }
    }
    let n_cited = open.len();
    (findings.count() == before).then(|| Here { label: variant.label.clone(), pairs, is_own: !own.is_empty(), n_cited })
}

/// Whether a cell with cited values is the method that they were tuned for.
fn check_cited(
    method: &MethodSpec,
    here: &Here,
    cell: &Cell,
    surface: &Surface,
    cited: Option<&Cited>,
    findings: &mut Findings,
) {
    if let (Some(cited), true) = (cited, here.n_cited > 0)
        && let Ok(entry) = cited.entry(surface, method.id)
        && let Err((what, help)) = entry.check(cell)
    {
        findings.add(&method.tuned[0].node.span, what, help);
    }
}

/// The methods with every default filled in, one per configuration.
fn declared(methods: &[MethodSpec], variants: &[Vec<Variant>], tools: &Tools) -> Vec<Declared> {
    let one = |method: &MethodSpec, variant: &Variant| {
        let over = Override { id: method.id, span: method.span, pairs: &variant.pairs };
        let mut ignored = Findings::new("", ""); // these values have been checked
        let (params, strategy_params) = overridden(method, &over, tools, &mut ignored);
        let tried = MethodSpec { params, strategy_params, ..method.clone() };
        Declared { id: variant.label.clone(), ..tried.declared(tools) }
    };
    methods.iter().zip(variants).flat_map(|(method, list)| list.iter().map(move |v| one(method, v))).collect()
}

fn tuning(name: &str, rules: &TuneRules, methods: &[MethodSpec], variants: &[Vec<Variant>]) -> Tuning {
    let values = |variant: &Variant| variant.pairs.iter().map(|pair| (pair.key.clone(), pair.node.plain())).collect();
    let method = |(method, list): (&MethodSpec, &Vec<Variant>)| TunedMethod {
        id: method.id.to_string(),
        axes: method.axes.iter().map(|axis| (axis.pair.key.clone(), axis.space.clone())).collect(),
        configurations: list.iter().map(|variant| (variant.label.clone(), values(variant))).collect(),
    };
    Tuning {
        experiment: name.to_string(),
        criterion: rules.criterion,
        methods: methods.iter().zip(variants).map(method).collect(),
    }
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
    over: &Here,
    index: usize,
    surface: &Surface,
    request: &Request,
    tools: &Tools,
    findings: &mut Findings,
) -> Option<Cell> {
    let before = findings.count();
    let all = Override { id: method.id, span: method.span, pairs: &over.pairs };
    let (params, strategy_params) = overridden(method, &all, tools, findings);
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
    if let (Action::Survey(survey), Ok(instance)) = (&action, &surface.instance)
        && let Err(message) = survey::check(&**survey, instance)
    {
        findings.add_refusal(request.table.name.span(), &surface.label, &message);
        return None;
    }
    let (method_params, method_key) = describe(&action, method, &params, tools);
    Some(Cell {
        surface: index,
        method: over.label.clone(),
        optimizer: method.tool.to_string(),
        strategy: method.strategy.unwrap_or(method.kind.key()).to_string(),
        // What is tuned has as many runs for every method.
        replicates: method.replicates.filter(|_| method.axes.is_empty()).unwrap_or(surface.replicates),
        method_params,
        method_key,
        action,
    })
}
