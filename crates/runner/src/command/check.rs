//! `check NAME|FILE`: whether a problem or an optimizer keeps its promises.

use crate::command::eval::{given, parameters};
use crate::diagnostic::suggestion;
use crate::guard;
use crate::prepare::prepare_text;
use crate::screen::{Context, Failure, WIDTH, exit};
use conformance::{Finding, Verdict};
use problems::{Entry, Instance};
use std::path::Path;
use std::time::{Duration, Instant};
use toml::Table;

/// What `check` is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of a problem or optimizer, or path of an experiment file.
    pub what: String,
    /// `key=value` for parameters that are not at their default; not with a file.
    pub params: Vec<String>,
}

/// Carries out `check`.
///
/// # Errors
/// An unknown name, a file that cannot be read or is wrong, refused parameters, or code that panics.
pub fn run(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    if context.registry.get(&request.what).is_none() && context.tools.entry(&request.what).is_some() {
        return optimizer(request, context);
    }
    let surfaces = if Path::new(&request.what).extension().is_some_and(|extension| extension == "toml") {
        of_file(request, context)?
    } else {
        of_problem(request, context)?
    };
    let mut n_broken = 0;
    for (entry, params) in &surfaces {
        let checked =
            guard::catch(|| conformance::check(entry, params)).map_err(|guard::Panic { message, place }| {
                Failure::Internal(format!("problem \"{}\" panics: {message} ({place})", entry.name))
            })?;
        let (instance, findings) = checked.map_err(|message| Failure::input(format!("problem {message}")))?;
        n_broken += print(&instance, &findings, context);
    }
    let count = surfaces.len();
    let surfaces = if count == 1 { "surface".to_string() } else { format!("{count} surfaces") };
    Ok(sum_up(&surfaces, n_broken, context))
}

/// The last line, and the exit code.
fn sum_up(what: &str, n_broken: usize, context: &mut Context) -> u8 {
    if n_broken == 0 {
        context.say(format!("{what}: every promise holds"));
        return exit::DONE;
    }
    context.say(format!("{what}: {n_broken} broken"));
    exit::DIFFERENT
}

/// An optimizer at its defaults, or with the given parameters.
fn optimizer(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    let (name, tools) = (&request.what, context.tools);
    let specs = tools.optimizer(name).map_or(&[][..], |tool| &tool.params);
    let params = given("--param", &format!("optimizer \"{name}\""), specs, &request.params)?.table;
    let entry = tools.entry(name).expect("asked for before");
    let checked = guard::catch(|| conformance::check_optimizer(entry, &params));
    let findings = checked.map_err(|guard::Panic { message, place }| {
        Failure::Internal(format!("optimizer \"{name}\" panics: {message} ({place})"))
    })?;
    let findings = findings.map_err(Failure::input)?;
    let given: Vec<String> = params.iter().map(|(key, value)| format!(" {key}={value}")).collect();
    let n_broken = print_findings(&format!("{name}{}", given.concat()), &findings, context);
    context.say("");
    Ok(sum_up("optimizer", n_broken, context))
}

/// A problem at its defaults and in the cases it names, or with the given parameters.
fn of_problem<'r>(request: &Request, context: &Context<'r>) -> Result<Vec<(&'r Entry, Table)>, Failure> {
    let registry = context.registry;
    let unknown = || {
        let problems = registry.entries().iter().map(|entry| entry.name);
        let optimizers = context.tools.optimizers.iter().map(|tool| tool.name.as_str());
        let names: Vec<&str> = problems.chain(optimizers).collect();
        let help = suggestion(&request.what, &names);
        Failure::input(format!("no problem and no optimizer is called \"{}\"; {help}", request.what))
    };
    let entry = registry.get(&request.what).ok_or_else(unknown)?;
    if !request.params.is_empty() {
        return Ok(vec![(entry, parameters(entry, &request.params)?.table)]);
    }
    let cases = [""].iter().chain(entry.cases);
    let parsed = cases.map(|case| case.parse().map(|params| (entry, params)));
    parsed
        .collect::<Result<_, _>>()
        .map_err(|error: toml::de::Error| Failure::input(format!("a case of problem \"{}\": {error}", entry.name)))
}

/// Every surface of an experiment file.
fn of_file<'r>(request: &Request, context: &Context<'r>) -> Result<Vec<(&'r Entry, Table)>, Failure> {
    if !request.params.is_empty() {
        return Err(Failure::input("--param goes with the name of a problem; a file has its own parameters"));
    }
    let text = std::fs::read_to_string(&request.what)
        .map_err(|error| Failure::input(format!("cannot read {}: {error}", request.what)))?;
    let prepared = prepare_text(&request.what, &text, context.registry, context.tools);
    let plan = prepared.map_err(Failure::BadInput)?.plan;
    let surfaces = plan.experiment.surfaces.iter();
    Ok(surfaces.filter_map(|surface| Some((context.registry.get(&surface.problem)?, surface.params.clone()))).collect())
}

/// Prints one surface; returns how many promises are broken.
fn print(instance: &Instance, findings: &[Finding], context: &mut Context) -> usize {
    let n_broken = print_findings(&instance.label(), findings, context);
    let n_rows = instance.objective.row_count();
    let per_row = if n_rows > 1 { format!(", {n_rows} rows") } else { String::new() };
    context.say(format!(
        "  {:<7} {:<NAME_WIDTH$}{} (dim {}{per_row})\n",
        "speed",
        "one gradient",
        speed(instance),
        instance.dim
    ));
    n_broken
}

/// Room for a promise.
const NAME_WIDTH: usize = 36;

/// Prints what became of each promise; returns how many are broken.
fn print_findings(label: &str, findings: &[Finding], context: &mut Context) -> usize {
    for line in crate::command::list::wrapped(label, WIDTH) {
        context.say(line);
    }
    for Finding { promise, verdict, detail } in findings {
        let word = match verdict {
            Verdict::Holds => "holds",
            Verdict::Broken => "BROKEN",
            Verdict::Skipped => "-",
        };
        let head = format!("  {word:<7} {promise:<NAME_WIDTH$}");
        let lines = crate::command::list::wrapped(detail, WIDTH - head.len());
        for (i, line) in lines.iter().enumerate() {
            context.say(format!("{:<width$}{line}", if i == 0 { head.as_str() } else { "" }, width = head.len()));
        }
    }
    findings.iter().filter(|finding| finding.verdict == Verdict::Broken).count()
}

/// Time of one gradient, the least of some batches on one thread.
fn speed(instance: &Instance) -> String {
    const LONG_ENOUGH: Duration = Duration::from_millis(30);
    let mut stream = autodiff::Stream::new(0, "speed", &[]);
    let count = if instance.objective.has_rows() { 1 } else { 64 };
    let points: Vec<f64> = (0..count).flat_map(|_| instance.start_point(&mut stream)).collect();
    let (mut values, mut grads) = (vec![0.0; count], vec![0.0; points.len()]);
    let mut eval = instance.objective.evaluator();
    let started = Instant::now();
    let mut least = f64::INFINITY;
    while started.elapsed() < LONG_ENOUGH {
        let batch = Instant::now();
        eval.gradients(&points, &mut values, &mut grads);
        least = least.min(batch.elapsed().as_secs_f64() / count as f64);
    }
    match least {
        _ if least < 1e-6 => format!("{:.0} ns", least * 1e9),
        _ if least < 1e-3 => format!("{:.1} us", least * 1e6),
        _ => format!("{:.1} ms", least * 1e3),
    }
}
