//! `new problem NAME` and `new optimizer NAME`: a file that works, ready to be filled in.

use crate::screen::{Context, Failure, exit};
use std::io::Write;
use std::path::Path;

/// What can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A problem.
    Problem,
    /// An optimizer that turns a gradient into a step.
    Rule,
    /// An optimizer that asks for what it needs.
    Solver,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Rule | Self::Solver => "optimizer",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Problem => "my_valley",
            Self::Rule => "my_rule",
            Self::Solver => "my_search",
        }
    }

    /// What is written: something small that works, with every line that may be needed.
    fn template(self) -> &'static str {
        match self {
            Self::Problem => include_str!("new_problem.rs.txt"),
            Self::Rule => include_str!("new_rule.rs.txt"),
            Self::Solver => include_str!("new_solver.rs.txt"),
        }
    }

    /// Where they live in this repository.
    fn folder(self) -> &'static str {
        match self {
            Self::Problem => "crates/problems/src/analytic",
            Self::Rule => "crates/optimizers/src/rule",
            Self::Solver => "crates/optimizers/src/solver",
        }
    }

    /// The crate that the prelude comes from, seen from outside.
    fn library(self) -> &'static str {
        match self {
            Self::Problem => "problems",
            Self::Rule | Self::Solver => "optimizers",
        }
    }

    /// Which lines make it known: of which file, and what they say.
    fn lines(self, name: &str, type_name: &str, in_tree: bool) -> Vec<(&'static str, String)> {
        match (self, in_tree) {
            (Self::Problem, true) => vec![(
                "crates/problems/src/analytic/mod.rs",
                format!(
                    "  mod {name};\n  pub use {name}::{type_name};\n  \
                     visitor.visit::<{type_name}>();      (in `visit`)"
                ),
            )],
            (Self::Problem, false) => {
                vec![("your main.rs", format!("  mod {name};\n  problems.add::<{name}::{type_name}>();"))]
            }
            (Self::Rule | Self::Solver, true) => {
                let (kind, file) = self.family();
                vec![
                    (file, format!("  pub mod {name};")),
                    ("crates/optimizers/src/lib.rs", format!("  pub use {kind}::{name}::{type_name};")),
                    (
                        "crates/optimizers/src/catalogue.rs",
                        format!("  catalogue.add_{kind}::<crate::{type_name}>();      (in `builtin`)"),
                    ),
                ]
            }
            (Self::Rule | Self::Solver, false) => {
                let (kind, _) = self.family();
                vec![("your main.rs", format!("  mod {name};\n  optimizers.add_{kind}::<{name}::{type_name}>();"))]
            }
        }
    }

    fn family(self) -> (&'static str, &'static str) {
        match self {
            Self::Solver => ("solver", "crates/optimizers/src/solver.rs"),
            _ => ("rule", "crates/optimizers/src/rule.rs"),
        }
    }
}

/// Carries out `new`.
///
/// # Errors
/// A name that nothing can have or that is taken, or a file that is there already.
pub fn run(kind: Kind, name: &str, folder: Option<&Path>, context: &mut Context) -> Result<u8, Failure> {
    let (word, example) = (kind.word(), kind.example());
    let is_snake = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_snake {
        return Err(Failure::input(format!(
            "\"{name}\" cannot be the name of {} {word}; use small letters, digits and _, such as {example}",
            if word == "problem" { "a" } else { "an" }
        )));
    }
    if let Some(taken) = what_is_called(name, context) {
        return Err(Failure::input(format!("there is {taken} \"{name}\" already; `show {name}` tells about it")));
    }
    let in_tree = folder.is_none() && Path::new(kind.folder()).is_dir();
    let folder = folder.unwrap_or(Path::new(if in_tree { kind.folder() } else { "." }));
    let path = folder.join(format!("{name}.rs"));
    let type_name = camel(name);
    let library = if in_tree { "crate" } else { kind.library() };
    let text = kind.template().replace("LIBRARY", library).replace("TypeName", &type_name).replace("name_of_it", name);
    // Exclusive: a file of that name is somebody's work.
    let mut file = std::fs::File::create_new(&path)
        .map_err(|error| Failure::input(format!("cannot write {}: {error}", path.display())))?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::Internal(format!("{}: {error}", path.display())))?;
    context.say(format!("wrote {}", path.display()));
    for (i, (file, lines)) in kind.lines(name, &type_name, in_tree).into_iter().enumerate() {
        context.say(format!("\n{} to {file}:\n{lines}", if i == 0 { "now add" } else { "and" }));
    }
    context.say(format!("\nthen: {} check {name}", context.program));
    Ok(exit::DONE)
}

/// What has this name already: every name is one thing, for `show` and `check`.
fn what_is_called(name: &str, context: &Context) -> Option<&'static str> {
    let tools = context.tools;
    let is_in = |family: &[crate::tools::Described]| family.iter().any(|tool| tool.name == name);
    let families = [
        ("a problem", context.registry.get(name).is_some()),
        ("an optimizer", is_in(&tools.optimizers)),
        ("a strategy", is_in(&tools.strategies)),
        ("a schedule", is_in(&tools.schedules)),
        ("a finder", is_in(&tools.finders)),
        ("a survey", is_in(&tools.surveys)),
    ];
    families.into_iter().find(|(_, has_it)| *has_it).map(|(kind, _)| kind)
}

/// `my_valley` as `MyValley`.
fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
