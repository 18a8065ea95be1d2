//! `list`: everything an experiment file can name, one line each.

use crate::screen::{Context, Failure, WIDTH, exit};
use crate::tools::Described;

/// Carries out `list`.
///
/// # Errors
/// None; the type is that of every command.
pub fn run(context: &mut Context) -> Result<u8, Failure> {
    let registry = context.registry;
    let tools = context.tools;
    let mut groups: Vec<(&str, Vec<(String, String)>)> = Vec::new();
    for entry in registry.entries() {
        let line = (entry.name.to_string(), entry.about.to_string());
        match groups.iter_mut().find(|(title, _)| *title == entry.group) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((entry.group, vec![line])),
        }
    }
    for (title, lines) in &groups {
        family(&format!("{title} ([[problem]] name)"), lines, context);
    }
    for (title, list) in [
        ("Optimizers ([[method]] optimizer)", &tools.optimizers),
        ("Strategies ([[method]] strategy)", &tools.strategies),
        ("Finders of critical points ([[method]] finder)", &tools.finders),
        ("Surveys of a surface ([[method]] survey)", &tools.surveys),
    ] {
        let list: Vec<(String, String)> =
            list.iter().map(|Described { name, about, .. }| (name.clone(), about.clone())).collect();
        family(title, &list, context);
    }
    context.say("`show NAME` tells parameters and what is known.");
    Ok(exit::DONE)
}

/// Room for names; longer ones have their line to themselves.
const NAME_WIDTH: usize = 20;

fn family(title: &str, list: &[(String, String)], context: &mut Context) {
    context.say(title);
    for (name, about) in list {
        let lines = wrapped(about, WIDTH - NAME_WIDTH - 3);
        if name.chars().count() > NAME_WIDTH {
            context.say(format!("  {name}"));
        }
        for (i, line) in lines.iter().enumerate() {
            let name = if i == 0 && name.chars().count() <= NAME_WIDTH { name.as_str() } else { "" };
            context.say(format!("  {name:<NAME_WIDTH$} {line}"));
        }
    }
    context.say("");
}

/// `text` in lines of at most `width` characters, broken at spaces.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_string());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
