//! `show NAME`: what is known about one problem, optimizer, strategy, schedule, finder or survey, or about noise.

use crate::command::eval::parameters as parameters_given;
use crate::command::list::wrapped;
use crate::diagnostic::suggestion;
use crate::facts;
use crate::params::Spec;
use crate::resolve::problem_specs;
use crate::screen::{Context, Failure, WIDTH, exit};
use problems::{Entry, Instance};
use toml::Table;

/// Known points that are listed; the others are counted.
const POINTS_SHOWN: usize = 10;

/// Carries out `show`.
///
/// # Errors
/// A name that nothing has, or parameters that it does not take.
pub fn run(name: &str, params: &[String], context: &mut Context) -> Result<u8, Failure> {
    let (registry, tools) = (context.registry, context.tools);
    if let Some(entry) = registry.get(name) {
        return problem(entry, &parameters_given(entry, params)?.table, context);
    }
    if !params.is_empty() {
        return Err(Failure::input("--param goes with the name of a problem"));
    }
    let noise = vec![tools.noise.clone()];
    let families = [
        ("optimizer", &tools.optimizers),
        ("strategy", &tools.strategies),
        ("schedule", &tools.schedules),
        ("noise", &noise),
        ("finder", &tools.finders),
        ("survey", &tools.surveys),
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

fn problem(entry: &Entry, params: &Table, context: &mut Context) -> Result<u8, Failure> {
    let built = match crate::guard::catch(|| entry.build(params)) {
        Ok(Err(message)) => return Err(Failure::input(format!("problem {message}"))),
        Ok(Ok(instance)) => Ok(instance),
        Err(panic) => Err(panic),
    };
    context.say(format!("{} (problem, revision {})", entry.name, entry.revision));
    paragraph(entry.about, context);
    if !entry.tags.is_empty() {
        context.say(format!("  tags: {}", entry.tags.join(", ")));
    }
    parameters(&problem_specs(entry), context);
    match built {
        Ok(instance) => {
            let which = if params.is_empty() { "with the defaults" } else { "with these parameters" };
            context.say(format!("\n{which} ({})", instance.label()));
            facts(&instance, context);
        }
        Err(panic) => context.say(format!("\nits code panics: {} ({})", panic.message, panic.place)),
    }
    Ok(exit::DONE)
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
        context.say(format!("  {name} = {}", facts::value(default)));
        for line in wrapped(about, WIDTH - 6) {
            context.say(format!("      {line}"));
        }
    }
}

/// What follows from the parameters.
fn facts(instance: &Instance, context: &mut Context) {
    let mut fact = |name: &str, text: &str| {
        for (i, line) in wrapped(text, WIDTH - 18).iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            context.say(format!("  {name:<15} {line}"));
        }
    };
    facts::of(instance).iter().for_each(|(name, text)| fact(name, text));
    let points = &instance.known_points;
    for point in points.iter().take(POINTS_SHOWN) {
        let nullity = match point.n_zero {
            Some(0) => String::new(),
            Some(n_zero) => format!(", nullity {n_zero}"),
            None => ", nullity unknown".to_string(),
        };
        let x = facts::coordinates(&point.x, ",");
        fact("", &format!("index {}{nullity}, f = {}, x = {x}", point.n_neg, facts::brief(point.value)));
    }
    if points.len() > POINTS_SHOWN {
        fact("", &format!("... and {} more", points.len() - POINTS_SHOWN));
    }
}
