//! `eval PROBLEM`: value and exact derivatives of a problem at a point, so that anyone can check them.

use crate::command::density::{Effort, Summary, check_dense};
use crate::diagnostic::{Findings, suggestion};
use crate::figure::float;
use crate::guard;
use crate::params::{Given, Spec, fixed};
use crate::resolve::problem_specs;
use crate::screen::{Context, Failure, exit};
use crate::tree;
use autodiff::{Geometry, Stream};
use landscape::{Criteria, gradient_jump, inertia, tangent_spectrum, zero_tolerance};
use problems::{Entry, Instance, Registry};
use serde::Serialize;
use std::path::Path;

/// What `eval` is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of the problem.
    pub problem: String,
    /// `key=value` for parameters that are not at their default.
    pub params: Vec<String>,
    /// The point: `x1,x2,...` or `@file.csv`.
    pub at: String,
    /// Whether the gradient is wanted.
    pub gradient: bool,
    /// Whether the Hessian is wanted.
    pub hessian: bool,
    /// The direction of a Hessian-vector product: `v1,v2,...` or `@file.csv`.
    pub hvp: Option<String>,
    /// Whether eigenvalues and their signs are wanted.
    pub spectrum: bool,
    /// Whether the spread of eigenvalues is wanted without a Hessian, and how well.
    pub density: Option<Effort>,
    /// One JSON object instead of lines for people.
    pub json: bool,
}

/// The answer; keys that were not asked for are absent. A number that is not finite is `null`.
#[derive(Debug, Serialize)]
struct Answer {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hessian: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hvp: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spectrum: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inertia: Option<[usize; 3]>,
    /// Length of the jump that the gradient makes at the point, where it makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kink: Option<f64>,
    /// `None` inside when the Hessian is not finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    density: Option<Option<Summary>>,
}

/// Carries out `eval`.
///
/// # Errors
/// An unknown problem, a refused parameter, a point of the wrong length, or code that panics.
pub fn run(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    let registry = context.registry;
    let entry = registry.get(&request.problem).ok_or_else(|| unknown_problem(&request.problem, registry))?;
    let given = parameters(entry, &request.params)?;
    let panicked = |panic: guard::Panic| {
        let guard::Panic { message, place } = panic;
        Failure::Internal(format!("problem \"{}\" panics: {message} ({place})", request.problem))
    };
    let instance = guard::catch(|| entry.build(&given.table)).map_err(panicked)?;
    let instance = instance.map_err(|message| Failure::input(format!("problem {message}")))?;
    for (option, is_asked) in [("--spectrum", request.spectrum), ("--hessian", request.hessian)] {
        if is_asked {
            check_dense(option, instance.dim)?;
        }
    }
    request.density.map_or(Ok(()), |effort| effort.check(instance.dim))?;
    let x = point("--at", &request.at, &instance)?;
    let v = request.hvp.as_ref().map(|text| point("--hvp", text, &instance)).transpose()?;
    if (request.spectrum || request.density.is_some())
        && let Geometry::Sphere { radius } = *instance.objective.geometry()
    {
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        if (norm - radius).abs() > 1e-9 * radius {
            context.note(format!(
                "note: |x| = {} is not on the sphere of radius {}; spectrum and inertia are those \
                 of the tangent space at x all the same",
                float(norm),
                float(radius)
            ));
        }
    }
    let answer = guard::catch(|| answer(request, &instance, &x, v.as_deref())).map_err(panicked)?;
    if request.json {
        context.say(serde_json::to_string(&answer).expect("an answer is plain data"));
    } else {
        print(&answer, context);
    }
    Ok(exit::DONE)
}

/// Nothing is called so.
pub fn unknown_problem(name: &str, registry: &Registry) -> Failure {
    let names: Vec<&str> = registry.entries().iter().map(|entry| entry.name).collect();
    Failure::input(format!("unknown problem \"{name}\"; {}", suggestion(name, &names)))
}

/// The parameters of a problem from `key=value` on the command line.
///
/// # Errors
/// An unknown key or a value of the wrong kind.
pub fn parameters(entry: &Entry, params: &[String]) -> Result<Given, Failure> {
    given("--param", &format!("problem \"{}\"", entry.name), &problem_specs(entry), params)
}

/// The parameters of anything from `key=value` after `option`.
///
/// # Errors
/// An unknown key or a value of the wrong kind.
pub fn given(option: &str, owner: &str, specs: &[Spec], params: &[String]) -> Result<Given, Failure> {
    let text: Vec<String> = params
        .iter()
        .map(|param| match param.split_once('=') {
            Some((key, value)) => {
                let (key, value) = (key.trim(), value.trim());
                let line = format!("{key} = {value}");
                // A bare word is a string: `--param activation=tanh`.
                if toml::from_str::<toml::Table>(&line).is_ok() {
                    line
                } else {
                    format!("{key} = {}", toml::Value::from(value))
                }
            }
            None => param.clone(),
        })
        .collect();
    let text = text.join("\n");
    let mut findings = Findings::new(option, &text);
    let pairs = tree::parse(&text, &mut findings);
    let given = fixed(owner, specs, &pairs, &mut findings);
    if findings.count() > 0 { Err(Failure::BadInput(findings.render())) } else { Ok(given) }
}

/// A point or direction of the problem's dimension.
///
/// # Errors
/// Numbers that cannot be read, or too many or few of them.
pub fn point(option: &str, text: &str, instance: &Instance) -> Result<Vec<f64>, Failure> {
    let numbers = match text.strip_prefix('@') {
        None => numbers(text),
        Some(path) => std::fs::read_to_string(Path::new(path))
            .map_err(|error| format!("cannot read {path}: {error}"))
            .and_then(|text| numbers(&text)),
    };
    let numbers = numbers.map_err(|message| Failure::input(format!("{option}: {message}")))?;
    if numbers.len() != instance.dim {
        return Err(Failure::input(format!(
            "{option} has {} number{}, but {} has dim = {}",
            numbers.len(),
            if numbers.len() == 1 { "" } else { "s" },
            instance.label(),
            instance.dim
        )));
    }
    Ok(numbers)
}

/// Numbers separated by commas, spaces or lines.
///
/// # Errors
/// What is not a number.
pub fn numbers(text: &str) -> Result<Vec<f64>, String> {
    text.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().map_err(|_| format!("\"{word}\" is not a number")))
        .collect()
}

fn answer(request: &Request, instance: &Instance, x: &[f64], v: Option<&[f64]>) -> Answer {
    let dim = instance.dim;
    let mut eval = instance.objective.evaluator().on_all_threads();
    let gradient = request.gradient.then(|| {
        let mut grad = vec![0.0; dim];
        eval.gradient(x, &mut grad);
        grad
    });
    let hvp = v.map(|v| {
        let mut hv = vec![0.0; dim];
        eval.hvp(x, v, &mut hv);
        hv
    });
    let spectrum = request.spectrum.then(|| tangent_spectrum(&mut eval, x));
    // After the spectrum, whose two matrices are gone by now: never more than two at a time.
    let hessian = request.hessian.then(|| {
        let mut hess = vec![0.0; dim * dim];
        eval.hessian(x, &mut hess);
        hess.chunks(dim).map(<[f64]>::to_vec).collect()
    });
    let signs = spectrum.as_ref().map(|spectrum| {
        let signs = inertia(spectrum, zero_tolerance(spectrum, &Criteria::default()));
        [signs.n_neg, signs.n_zero, signs.n_pos]
    });
    let wants_bends = request.spectrum || request.hessian || request.density.is_some();
    let is_asked = wants_bends && instance.has_kinks;
    let kink = if is_asked { gradient_jump(&mut eval, x, &mut Stream::new(0, "kink", &[])) } else { None };
    let density = request.density.map(|effort| Summary::of(&mut eval, x, effort, &instance.label()));
    Answer { value: eval.value(x), gradient, hessian, hvp, spectrum, inertia: signs, kink, density }
}

fn print(answer: &Answer, context: &mut Context) {
    let row = |numbers: &[f64]| numbers.iter().map(|v| float(*v)).collect::<Vec<_>>().join(", ");
    context.say(format!("value    {}", float(answer.value)));
    if let Some(gradient) = &answer.gradient {
        context.say(format!("gradient {}", row(gradient)));
    }
    for (i, line) in answer.hessian.iter().flatten().enumerate() {
        context.say(format!("{:<8} {}", if i == 0 { "hessian" } else { "" }, row(line)));
    }
    if let Some(hvp) = &answer.hvp {
        context.say(format!("hvp      {}", row(hvp)));
    }
    if let Some(spectrum) = &answer.spectrum {
        context.say(format!("spectrum {}", row(spectrum)));
    }
    if let Some([neg, zero, pos]) = answer.inertia {
        context.say(format!("inertia  {neg} negative, {zero} zero, {pos} positive"));
    }
    if let Some(jump) = answer.kink {
        context.say(format!(
            "kink     the gradient jumps by {jump:.3e} here: there is no Hessian, and the one given is that of a piece"
        ));
    }
    match &answer.density {
        Some(Some(summary)) => summary.print(context),
        Some(None) => context.say("density  the Hessian is not finite here"),
        None => {}
    }
}
