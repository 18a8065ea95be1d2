//! `new problem NAME`: the file of a problem, ready to be filled in.

use crate::screen::{Context, Failure, exit};
use std::io::Write;
use std::path::Path;

/// What is written: a double well, with every line that a problem can need.
const TEMPLATE: &str = include_str!("new_problem.rs.txt");

/// Where problems live in this repository.
const FOLDER: &str = "crates/problems/src/analytic";

/// Carries out `new problem`.
///
/// # Errors
/// A name that no problem can have or that is taken, or a file that is there already.
pub fn run(name: &str, folder: Option<&Path>, context: &mut Context) -> Result<u8, Failure> {
    let is_snake = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_snake {
        return Err(Failure::input(format!(
            "\"{name}\" cannot be the name of a problem; use small letters, digits and _, such as my_valley"
        )));
    }
    if context.registry.get(name).is_some() {
        return Err(Failure::input(format!("there is a problem \"{name}\" already; `show {name}` tells about it")));
    }
    let in_tree = folder.is_none() && Path::new(FOLDER).is_dir();
    let folder = folder.unwrap_or(Path::new(if in_tree { FOLDER } else { "." }));
    let path = folder.join(format!("{name}.rs"));
    let type_name = camel(name);
    let prelude = if in_tree { "crate::prelude" } else { "problems::prelude" };
    let text = TEMPLATE.replace("PRELUDE", prelude).replace("TypeName", &type_name).replace("name_of_it", name);
    // Exclusive: a file of that name is somebody's work.
    let mut file = std::fs::File::create_new(&path)
        .map_err(|error| Failure::input(format!("cannot write {}: {error}", path.display())))?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::Internal(format!("{}: {error}", path.display())))?;
    context.say(format!("wrote {}", path.display()));
    if in_tree {
        context.say(format!("\nnow add to {FOLDER}/mod.rs:"));
        context.say(format!("  mod {name};\n  pub use {name}::{type_name};"));
        context.say(format!("  visitor.visit::<{type_name}>();      (in `visit`)"));
    } else {
        context.say("\nnow add to your main.rs:");
        context.say(format!("  mod {name};\n  registry.add::<{name}::{type_name}>();"));
    }
    context.say(format!("\nthen: {} check {name}", context.program));
    Ok(exit::DONE)
}

/// `my_valley` as `MyValley`.
fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
