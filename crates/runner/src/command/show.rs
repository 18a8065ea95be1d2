//! `show NAME`: what is known about one problem, optimizer, strategy, schedule or finder, or about noise.

use crate::command::list::wrapped;
use crate::diagnostic::suggestion;
use crate::figure::float;
use crate::params::Spec;
use crate::resolve::problem_specs;
use crate::screen::{Context, Failure, WIDTH, exit};
use autodiff::Geometry;
use problems::{Counts, Entry, Instance, Reference, ReferenceKind, StartLaw};
use toml::Table;

/// Known points that are listed; the others are counted.
const POINTS_SHOWN: usize = 10;

/// Coordinates of a known point that are written out.
const COORDINATES_SHOWN: usize = 4;

/// Carries out `show`.
///
/// # Errors
/// A name that nothing has.
pub fn run(name: &str, context: &mut Context) -> Result<u8, Failure> {
    let (registry, tools) = (context.registry, context.tools);
    if let Some(entry) = registry.get(name) {
        problem(entry, context);
        return Ok(exit::DONE);
    }
    let noise = vec![tools.noise.clone()];
    let families = [
        ("optimizer", &tools.optimizers),
        ("strategy", &tools.strategies),
        ("schedule", &tools.schedules),
        ("noise", &noise),
        ("finder", &tools.finders),
    ];
    for (kind, family) in families {
        if let Some(tool) = family.iter().find(|tool| tool.name == name) {
            context.say(format!("{name} ({kind})"));
            paragraph(&tool.about, context);
            parameters(&tool.params, context);
            return Ok(exit::DONE);
        }
    }
    let tools = families.iter().flat_map(|(_, family)| family.iter().map(|tool| tool.name.as_str()));
    let names: Vec<&str> = registry.entries().iter().map(|entry| entry.name).chain(tools).collect();
    let help = suggestion(name, &names);
    Err(Failure::input(format!("nothing is called \"{name}\"; {help}")))
}

fn problem(entry: &Entry, context: &mut Context) {
    context.say(format!("{} (problem, revision {})", entry.name, entry.revision));
    paragraph(entry.about, context);
    if !entry.tags.is_empty() {
        context.say(format!("  tags: {}", entry.tags.join(", ")));
    }
    parameters(&problem_specs(entry), context);
    match crate::guard::catch(|| entry.build(&Table::new())) {
        Ok(Ok(instance)) => facts(&instance, context),
        Ok(Err(message)) => context.say(format!("\nwith the defaults it cannot be built: {message}")),
        Err(panic) => context.say(format!("\nits code panics: {} ({})", panic.message, panic.place)),
    }
}

fn paragraph(text: &str, context: &mut Context) {
    for line in wrapped(text, WIDTH - 2) {
        context.say(format!("  {line}"));
    }
}

fn parameters(specs: &[Spec], context: &mut Context) {
    if specs.is_empty() {
        context.say("\nno parameters");
        return;
    }
    context.say("\nparameters (default)");
    for Spec { name, default, about } in specs {
        context.say(format!("  {name} = {default}"));
        for line in wrapped(about, WIDTH - 6) {
            context.say(format!("      {line}"));
        }
    }
}

/// What follows from the default parameters.
fn facts(instance: &Instance, context: &mut Context) {
    context.say(format!("\nwith the defaults ({})", instance.label()));
    let mut fact = |name: &str, text: String| {
        for (i, line) in wrapped(&text, WIDTH - 18).iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            context.say(format!("  {name:<15} {line}"));
        }
    };
    fact("dim", instance.dim.to_string());
    let objective = &instance.objective;
    if objective.has_rows() {
        fact("data rows", format!("{} (the loss is their mean)", objective.row_count()));
    }
    let domain = &instance.domain;
    fact("domain", interval(&domain.lower, &domain.upper));
    fact("start", start_law(instance));
    match objective.geometry() {
        Geometry::Flat => {}
        Geometry::Sphere { radius } => fact(
            "surface",
            format!(
                "sphere of radius {}; gradient, hessian and hvp of `eval` are the Euclidean \
                 derivatives of the formula, spectrum and inertia those of the Riemannian Hessian \
                 in the tangent space (dim - 1)",
                brief(*radius)
            ),
        ),
    }
    fact("zero modes", instance.zero_modes.to_string());
    fact("reference f*", instance.reference.map_or("unknown".to_string(), reference));
    if instance.loss_scale != 1.0 {
        fact("level", format!("f / {}; gaps are in levels", float(instance.loss_scale)));
    }
    if let Some(counts) = &instance.counts {
        fact("critical points", counted(counts));
    }
    let points = &instance.known_points;
    if points.is_empty() {
        fact("known points", "none".to_string());
        return;
    }
    let minima = points.iter().filter(|point| point.n_neg == 0).count();
    let counts = format!("{}, {minima} with no negative eigenvalue", points.len());
    fact("known points", counts);
    for point in points.iter().take(POINTS_SHOWN) {
        let mut x: Vec<String> = point.x.iter().take(COORDINATES_SHOWN).map(|v| brief(*v)).collect();
        if point.x.len() > COORDINATES_SHOWN {
            x.push("...".to_string());
        }
        fact("", format!("index {}, f = {}, x = {}", point.n_neg, brief(point.value), x.join(",")));
    }
    if points.len() > POINTS_SHOWN {
        fact("", format!("... and {} more", points.len() - POINTS_SHOWN));
    }
}

/// A number with at most six significant digits.
fn brief(value: f64) -> String {
    float(format!("{value:.5e}").parse().unwrap_or(value))
}

fn interval(lower: &[f64], upper: &[f64]) -> String {
    let sides: Vec<String> =
        lower.iter().zip(upper).map(|(lo, hi)| format!("[{}, {}]", brief(*lo), brief(*hi))).collect();
    match sides.as_slice() {
        [first, rest @ ..] if rest.iter().all(|side| side == first) => {
            format!("{first} in each of {} coordinates", sides.len())
        }
        _ => sides.join(" x "),
    }
}

fn reference(reference: Reference) -> String {
    let kind = match reference.kind {
        ReferenceKind::Minimum => "the least value of f",
        ReferenceKind::Bound => "a lower bound",
        ReferenceKind::Estimate => "an estimate of the least value",
    };
    format!("{}, {kind}", float(reference.value))
}

/// Numbers of critical points by index.
fn counted(counts: &Counts) -> String {
    let by_index = counts.by_index.iter().enumerate().filter(|(_, count)| **count > 0.0);
    let words: Vec<String> = by_index.map(|(index, count)| format!("{} of index {index}", brief(*count))).collect();
    format!("{}{}", words.join(", "), if counts.is_exact { "" } else { ", on average over instances" })
}

fn start_law(instance: &Instance) -> String {
    match &instance.start {
        StartLaw::Uniform => "uniform in the domain".to_string(),
        StartLaw::Drawn { about, .. } => about.clone(),
        StartLaw::Sphere => "uniform on the sphere".to_string(),
        StartLaw::Normal { sd } => {
            let least = sd.iter().copied().fold(f64::INFINITY, f64::min);
            let most = sd.iter().copied().fold(0.0, f64::max);
            if least == most {
                format!("independent normal coordinates, standard deviation {}", brief(least))
            } else {
                format!("independent normal coordinates, standard deviations from {} to {}", brief(least), brief(most))
            }
        }
    }
}
