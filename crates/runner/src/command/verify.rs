//! `verify DIR...`: what experiments claim of their tables, and whether it holds.

use crate::claims;
use crate::command::tables::{self, Unfinished};
use crate::figure::count;
use crate::screen::{Context, Failure, WIDTH, exit};
use report::Claims;
use std::path::{Path, PathBuf};

/// Carries out `verify`.
///
/// # Errors
/// A folder that is no result folder or was changed, or none that claims anything; then nothing is printed.
pub fn run(dirs: &[PathBuf], context: &mut Context) -> Result<u8, Failure> {
    let mut judged: Vec<(&Path, Unfinished, Claims)> = Vec::new();
    let mut silent: Vec<&Path> = Vec::new();
    for dir in dirs {
        let unfinished = tables::readable(dir)?;
        match report::claims(dir).map_err(|error| Failure::input(error.to_string()))? {
            Some(claims) => judged.push((dir, unfinished, claims)),
            None => silent.push(dir),
        }
    }
    if let ([], [first, ..]) = (judged.as_slice(), silent.as_slice()) {
        let message = "claims nothing (it has no {}); add a [[claim]] to its experiment file and run it again";
        let message = message.replace("{}", claims::FILE);
        return Err(Failure::input(format!("{} {message}", first.display())));
    }
    // Whoever names all folders asks about the claims there are.
    for dir in silent {
        context.note(format!("note: {} claims nothing and is left out", dir.display()));
    }
    for (dir, unfinished, claims) in &judged {
        if dirs.len() > 1 {
            context.say(format!("{}:", dir.display()));
        }
        context.say(claims.table.to_text(WIDTH));
        if unfinished.0 {
            context.note(format!("note: {} is unfinished; newer runs are in the journal", dir.display()));
        }
    }
    let failed: usize = judged.iter().map(|(_, _, claims)| claims.failed.len()).sum();
    let held: usize = judged.iter().map(|(_, _, claims)| claims.held).sum();
    context.say(format!("{}: {held} hold, {failed} fail", count(held + failed, "claim")));
    for (dir, _, claims) in &judged {
        for id in &claims.failed {
            context.note(format!("claim fails: {id} of {}", dir.display()));
        }
    }
    Ok(if failed == 0 { exit::DONE } else { exit::DIFFERENT })
}
