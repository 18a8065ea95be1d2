//! `trace PROBLEM OPTIMIZER`: the iterates of one run, so that anyone can compare them with another program's.

use crate::command::eval::{given, parameters, point, unknown_problem};
use crate::config::Stop;
use crate::diagnostic::suggestion;
use crate::experiment::{method_stream, start_stream};
use crate::figure::float;
use crate::guard::{self, Panic};
use crate::params::{Spec, changed};
use crate::resolve::problem_specs;
use crate::screen::{Context, Failure, WIDTH, exit};
use crate::tools::{Described, MethodParts, Tools};
use optimizers::{Algorithm, Method, RunResult, Seeds, Settings, Start, trace_block};
use problems::{Entry, Instance};
use serde::Serialize;
use toml::{Table, Value};

/// What `trace` is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of the problem.
    pub problem: String,
    /// Name of the rule or solver.
    pub optimizer: String,
    /// `key=value` for parameters of the optimizer.
    pub params: Vec<String>,
    /// `key=value` for parameters of the problem.
    pub problem_params: Vec<String>,
    /// `name=...` and parameters of the schedule; empty for none.
    pub schedule: Vec<String>,
    /// The start, `x1,x2,...` or `@file.csv`; `None` for one of the problem's law.
    pub start: Option<String>,
    /// Steps, or accepted iterates, at most; at least 1.
    pub steps: u64,
    /// Gradient-equivalents, at least 1; `None` for enough.
    pub budget: Option<u64>,
    /// Gradient norm at which the run has converged.
    pub grad_tol: f64,
    /// What is drawn depends on it.
    pub seed: u64,
    /// One JSON object instead of lines for people.
    pub json: bool,
}

/// The answer; a number that is not finite is `null`.
#[derive(Debug, Serialize)]
struct Answer {
    /// The start, then the point after each step.
    iterates: Vec<Vec<f64>>,
    /// The whole objective at each.
    values: Vec<f64>,
    /// With minibatches: data rows that led to iterate 1, 2, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Vec<u32>>>,
    status: &'static str,
    reason: String,
    cost: f64,
}

/// Carries out `trace`.
///
/// # Errors
/// An unknown name, a refused parameter, a start of the wrong length, parts that do not go together, or code that panics.
pub fn run(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    if !request.grad_tol.is_finite() {
        let tol = request.grad_tol;
        return Err(Failure::input(format!("--grad-tol {tol}: a gradient norm is compared with it; give 0 or more")));
    }
    let registry = context.registry;
    let entry = registry.get(&request.problem).ok_or_else(|| unknown_problem(&request.problem, registry))?;
    let method = method(request, context.tools)?;
    let params = given_to_problem(entry, &request.problem_params)?;
    let panicked = |Panic { message, place }: Panic| {
        let (problem, optimizer) = (&request.problem, &request.optimizer);
        Failure::Internal(format!("\"{optimizer}\" on \"{problem}\" panics: {message} ({place})"))
    };
    let instance = guard::catch(|| entry.build(&params)).map_err(panicked)?;
    let instance = instance.map_err(|message| Failure::input(format!("problem {message}")))?;
    method.check(&instance.objective).map_err(Failure::input)?;
    let start = request.start.as_ref().map(|text| point("--start", text, &instance)).transpose()?;
    let answer = guard::catch(|| answer(request, entry, &instance, &method, start)).map_err(panicked)?;
    if request.json {
        context.say(serde_json::to_string(&answer).expect("an answer is plain data"));
    } else {
        print(&answer, &instance, &method, context);
    }
    Ok(exit::DONE)
}

fn given_to_problem(entry: &Entry, params: &[String]) -> Result<Table, Failure> {
    if params.is_empty() { Ok(Table::new()) } else { Ok(parameters(entry, params)?.table) }
}

/// The optimizer under a single start, with its schedule.
fn method(request: &Request, tools: &Tools) -> Result<Method, Failure> {
    let Request { optimizer, .. } = request;
    let known = find("optimizer", optimizer, &tools.optimizers)?;
    let params = given("--param", &format!("optimizer \"{optimizer}\""), &known.params, &request.params)?;
    let schedule = schedule(&request.schedule, tools)?;
    let parts = MethodParts {
        optimizer: (optimizer, &params.table),
        strategy: ("single", &Table::new()),
        schedule: schedule.as_ref().map(|(name, table)| (name.as_str(), table)),
        noise: vec![],
    };
    tools.method(&parts).map_err(Failure::input)
}

fn find<'t>(kind: &str, name: &str, all: &'t [Described]) -> Result<&'t Described, Failure> {
    all.iter().find(|tool| tool.name == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|tool| tool.name.as_str()).collect();
        Failure::input(format!("unknown {kind} \"{name}\"; {}", suggestion(name, &names)))
    })
}

/// Name and parameters of the schedule, if one is asked for.
fn schedule(pairs: &[String], tools: &Tools) -> Result<Option<(String, Table)>, Failure> {
    let name = |pair: &&String| pair.split_once('=').is_some_and(|(key, _)| key.trim() == "name");
    let (named, rest): (Vec<&String>, Vec<&String>) = pairs.iter().partition(name);
    let rest: Vec<String> = rest.into_iter().cloned().collect();
    let [named] = named[..] else {
        return match pairs {
            [] => Ok(None),
            _ => Err(Failure::input("--schedule: give its name once, such as --schedule name=cosine")),
        };
    };
    let name_spec = Spec { name: "name".to_string(), default: Value::from("constant"), about: String::new() };
    let table = given("--schedule", "the schedule", &[name_spec], std::slice::from_ref(named))?.table;
    let name = table["name"].as_str().expect("a parameter of the kind of its default").to_string();
    let known = find("schedule", &name, &tools.schedules)?;
    let params = given("--schedule", &format!("schedule \"{name}\""), &known.params, &rest)?.table;
    Ok(Some((name, params)))
}

/// Runs it once, by the loop that makes all runs.
fn answer(request: &Request, entry: &Entry, instance: &Instance, method: &Method, start: Option<Vec<f64>>) -> Answer {
    let key_params = changed(&problem_specs(entry), &instance.params);
    let draw = |restart| {
        // A rule or solver that draws further starts gets them from the problem's law.
        if let (0, Some(start)) = (restart, &start) {
            return start.clone();
        }
        let mut stream = start_stream(request.seed, "start", entry.name, &key_params, 0, restart);
        match method.strategy.object().start() {
            Start::Law => instance.start_point(&mut stream),
            Start::Data => instance.data_start_point(&mut stream).expect("a single start follows the law"),
        }
    };
    let key = method.key();
    let stream = |purpose: &str| method_stream(request.seed, purpose, (entry.name, &key_params), &key, 0);
    let seeds =
        Seeds { start: Box::new(draw), noise: stream("noise"), batches: stream("batches"), random: stream("random") };
    let Stop { f_above, x_above, .. } = Stop::default();
    let settings = Settings {
        budget: request.budget.unwrap_or_else(|| enough(request.steps, method, instance)),
        grad_tol: request.grad_tol,
        f_above,
        x_above,
        stall: None,
        early_stop: None,
        targets: vec![],
        moments: vec![],
        single_precision: false,
    };
    let (mut iterates, mut rows) = (Vec::new(), Vec::new());
    let mut see = |iterate: optimizers::Iterate<'_>| {
        iterates.push(iterate.x.to_vec());
        if iterate.step > 0 {
            rows.push(iterate.rows.to_vec());
        }
    };
    let results = trace_block(&instance.objective, method, &settings, vec![seeds], request.steps, &mut see);
    let RunResult { status, reason, cost, .. } = results.into_iter().next().expect("one run");
    let mut values = vec![0.0; iterates.len()];
    instance.objective.evaluator().values(&iterates.concat(), &mut values);
    let rows = (method.batch() > 0).then_some(rows);
    Answer { iterates, values, rows, status: status.as_str(), reason, cost }
}

/// Gradients for `steps` steps and the look at their end; of a solver, more than a step should ever need.
fn enough(steps: u64, method: &Method, instance: &Instance) -> u64 {
    if method.is_solver() { steps.saturating_mul(instance.dim as u64 + 100) } else { steps + 1 }
}

/// One line per iterate: its value and the first coordinates.
fn print(answer: &Answer, instance: &Instance, method: &Method, context: &mut Context) {
    const SHOWN: usize = 4;
    let optimizer = match &method.algorithm {
        Algorithm::Rule(rule) => format!("{rule:?}"),
        Algorithm::Solver(solver) => format!("{solver:?}"),
    };
    for line in crate::command::list::wrapped(&format!("{optimizer} on {}", instance.label()), WIDTH) {
        context.say(line);
    }
    let dim = instance.dim.min(SHOWN);
    let more = if instance.dim > SHOWN { " ..." } else { "" };
    let names: String = (1..=dim).map(|i| format!("{:>13}", format!("x{i}"))).collect();
    context.say(format!("{:>6} {:>17}{names}{more}", "step", "f"));
    for (step, (x, value)) in answer.iterates.iter().zip(&answer.values).enumerate() {
        let x: String = x[..dim].iter().map(|x| format!("{x:>13.5e}")).collect();
        context.say(format!("{step:>6} {value:>17.9e}{x}{more}"));
    }
    let told = format!("{}: {}; cost {} gradients", answer.status, answer.reason, float(answer.cost));
    for line in crate::command::list::wrapped(&told, WIDTH) {
        context.say(line);
    }
}
