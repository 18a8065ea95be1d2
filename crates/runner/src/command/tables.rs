//! `tables DIR`: every table and picture again, from the row files of a result folder alone.

use crate::files::{Lock, LockError};
use crate::journal;
use crate::screen::{Context, Failure, WIDTH, exit};
use crate::store::{self, Rendered};
use std::path::Path;

/// Carries out `tables`.
///
/// # Errors
/// No result folder, or row files that were changed.
pub fn run(dir: &Path, context: &mut Context) -> Result<u8, Failure> {
    let Unfinished(unfinished) = readable(dir)?;
    let rendered = render(dir).map_err(Failure::input)?;
    print(dir, context).map_err(Failure::input)?;
    if unfinished {
        context.note("note: unfinished; newer runs are in the journal, not in these tables;");
        context.note("      repeat the `run` command to continue");
        return Ok(exit::DONE);
    }
    match Lock::acquire(dir) {
        Ok(_lock) => {
            store::write_rendered(dir, &rendered).map_err(Failure::Internal)?;
            store::write_sums(dir).map_err(Failure::Internal)?;
            let plots = if rendered.plots.is_empty() { "" } else { " and plots/" };
            context.say(format!("wrote {}/tables/{plots}", dir.display()));
        }
        Err(LockError::Busy) => {
            context.note("note: another program is working there, so nothing was written");
        }
        Err(LockError::Io(message)) => return Err(Failure::Internal(message)),
    }
    Ok(exit::DONE)
}

/// Whether the last command on a folder did not come to its end, so that newer runs are in its journal.
#[derive(Debug, Clone, Copy)]
pub struct Unfinished(pub bool);

/// Checks that `dir` is a result folder with the rows that were written.
///
/// # Errors
/// It is none, has no rows yet, or its row files were changed.
pub fn readable(dir: &Path) -> Result<Unfinished, Failure> {
    store::manifest(dir).map_err(Failure::input)?;
    let unfinished = dir.join(journal::FILE).exists();
    if unfinished && !dir.join("runs.csv").exists() {
        return Err(Failure::input(format!(
            "{} has no rows yet: its command is still at work, or was killed; \
             repeat the `run` command to continue it",
            dir.display()
        )));
    }
    if !unfinished {
        store::check_sums(dir).map_err(Failure::input)?;
    }
    Ok(Unfinished(unfinished))
}

/// The tables and pictures as files.
///
/// # Errors
/// Row files that are absent or broken.
pub fn render(dir: &Path) -> Result<Rendered, String> {
    let tables = report::tables(dir).map_err(|error| error.to_string())?;
    let pictures = report::pictures(dir, &tables).map_err(|error| error.to_string())?;
    let of_table = |table: &report::Table| {
        [(format!("{}.csv", table.name), table.to_csv()), (format!("{}.md", table.name), table.to_markdown())]
    };
    let of_picture = |picture: &report::Picture| {
        [(format!("{}.csv", picture.name), picture.to_csv()), (format!("{}.svg", picture.name), picture.to_svg())]
    };
    Ok(Rendered {
        tables: tables.iter().flat_map(of_table).collect(),
        plots: pictures.iter().flat_map(of_picture).collect(),
    })
}

/// Prints the tables.
///
/// # Errors
/// Row files that are absent or broken.
pub fn print(dir: &Path, context: &mut Context) -> Result<(), String> {
    let tables = report::tables(dir).map_err(|error| error.to_string())?;
    for table in &tables {
        context.say(table.to_text(WIDTH));
    }
    if tables.is_empty() {
        context.say("no table: no targets, no [critical] section and no spectrum were asked for");
    }
    Ok(())
}
