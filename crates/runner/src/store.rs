//! The result folder on disk: what is finished in it, and how the canonical files are written.

use crate::claims;
use crate::files;
use crate::journal;
use crate::part::Part;
use crate::plan::Plan;
use crate::record::{CELL_COLUMNS, MEASURED_COLUMNS, MISSING, PLANNED_COLUMNS, Record};
use crate::tuning;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The file with one row per problem and method.
const CELLS: &str = "cells.csv";

/// The file with one row per planned run.
const RUNS: &str = "runs.csv";

/// Files of rows, in the order they are written.
fn row_files() -> impl Iterator<Item = &'static str> {
    [CELLS, RUNS].into_iter().chain(Part::ALL.into_iter().map(Part::file))
}

/// What a result folder holds before a command starts.
#[derive(Debug, Default)]
pub struct Stored {
    /// Finished runs by key; the journal wins over the row files, which may be older.
    pub records: HashMap<String, Record>,
    /// The manifest, if there is one.
    pub manifest: Option<serde_json::Value>,
    /// The journal as found.
    pub journal: journal::Recovered,
    /// Whether there is a journal: then the last command did not come to its end.
    pub unfinished: bool,
}

/// Reads a result folder without changing it; a folder that does not exist is an empty one.
///
/// # Errors
/// A folder that is not this experiment's, or whose files were changed by something else: what and
/// what to do.
pub fn inspect(dir: &Path, experiment: &str) -> Result<Stored, String> {
    if files::is_vacant(dir) {
        return Ok(Stored::default());
    }
    let manifest = manifest(dir)?;
    match manifest.get("experiment").and_then(|name| name.as_str()) {
        Some(name) if name == experiment => {}
        Some(other) => {
            return Err(format!(
                "{} holds the results of experiment \"{other}\", not of \"{experiment}\"; \
                 rename one of the two, or use --out DIR",
                dir.display()
            ));
        }
        None => return Err(not_ours(dir)),
    }
    let journal = journal::recover(dir)?;
    let unfinished = dir.join(journal::FILE).exists();
    if !unfinished {
        check_sums(dir)?;
    }
    let mut records = read_rows(dir)?;
    for record in &journal.records {
        records.insert(record.key.clone(), record.clone());
    }
    records.retain(|_, record| record.status() != MISSING);
    Ok(Stored { records, manifest: Some(manifest), journal, unfinished })
}

/// The manifest of a folder.
///
/// # Errors
/// No manifest or one that is no JSON: not a result folder.
pub fn manifest(dir: &Path) -> Result<serde_json::Value, String> {
    let text = fs::read_to_string(dir.join("manifest.json")).map_err(|_| not_ours(dir))?;
    serde_json::from_str(&text).map_err(|_| not_ours(dir))
}

fn not_ours(dir: &Path) -> String {
    format!("{} is no result folder of this program (it has no manifest.json); name another folder", dir.display())
}

/// Refuses row files that are not the ones that were written.
///
/// # Errors
/// Names the first file that differs from `SHA256SUMS`.
pub fn check_sums(dir: &Path) -> Result<(), String> {
    let Ok(sums) = fs::read_to_string(dir.join("SHA256SUMS")) else { return Ok(()) };
    let names: Vec<&str> = row_files().chain([tuning::FILE, claims::FILE]).collect();
    match files::first_mismatch(dir, &sums, &names) {
        None => Ok(()),
        Some(name) => Err(format!(
            "{} is not the file that was written (its hash differs from SHA256SUMS); restore it, \
             or use --out DIR",
            dir.join(name).display()
        )),
    }
}

fn read_rows(dir: &Path) -> Result<HashMap<String, Record>, String> {
    let mut records = HashMap::new();
    let run_columns: Vec<&str> = PLANNED_COLUMNS.into_iter().chain(MEASURED_COLUMNS).collect();
    for row in read_csv(&dir.join(RUNS), &run_columns)? {
        let mut record = Record::empty(&row[0], "", "");
        record.run = row[PLANNED_COLUMNS.len()..].to_vec();
        records.insert(record.key.clone(), record);
    }
    for part in Part::ALL {
        for row in read_csv(&dir.join(part.file()), &keyed(part.columns()))? {
            if let Some(record) = records.get_mut(&row[0]) {
                record.rows[part].push(row[1..].to_vec());
            }
        }
    }
    for row in read_csv(&dir.join("timing.csv"), &keyed(&["wall_ms"]))? {
        if let Some(record) = records.get_mut(&row[0]) {
            record.wall_ms = row[1].clone();
        }
    }
    Ok(records)
}

fn keyed<'a>(columns: &[&'a str]) -> Vec<&'a str> {
    std::iter::once("run_key").chain(columns.iter().copied()).collect()
}

/// The rows of a CSV file that must have exactly these columns; none if it does not exist.
fn read_csv(path: &Path, columns: &[&str]) -> Result<Vec<Vec<String>>, String> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let broken = |error: csv::Error| format!("{}: {error}; restore it, or use --out DIR", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(broken)?;
    if reader.headers().map_err(broken)?.iter().ne(columns.iter().copied()) {
        return Err(format!(
            "{} has other columns than this program writes, so another version made it; use --out DIR",
            path.display()
        ));
    }
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(String::from).collect()));
    rows.collect::<Result<_, _>>().map_err(broken)
}

/// Writes the canonical row files in plan order: the same rows give the same bytes.
///
/// # Errors
/// Whatever the file system says.
pub fn write_rows(dir: &Path, plan: &Plan, records: &HashMap<String, Record>) -> Result<(), String> {
    let mut cells = vec![CELL_COLUMNS.map(String::from).to_vec()];
    cells.extend(plan.experiment.cells.iter().map(|cell| plan.cell_row(cell)));
    let mut runs = vec![PLANNED_COLUMNS.into_iter().chain(MEASURED_COLUMNS).map(String::from).collect()];
    let head = |columns: &[&str]| vec![keyed(columns).into_iter().map(String::from).collect::<Vec<String>>()];
    let mut parts = Part::ALL.map(|part| head(part.columns()));
    let mut timing = head(&["wall_ms"]);
    for run in &plan.runs {
        let missing = Record::empty(&run.key, MISSING, "not run yet");
        let record = records.get(&run.key).unwrap_or(&missing);
        let row: Vec<String> = plan.labels(run).into_iter().chain(record.run.clone()).collect();
        runs.push(row);
        let prefixed = |cells: &Vec<String>| {
            std::iter::once(run.key.clone()).chain(cells.iter().cloned()).collect::<Vec<String>>()
        };
        for (part, rows) in Part::ALL.into_iter().zip(&mut parts) {
            rows.extend(record.rows[part].iter().map(prefixed));
        }
        timing.push(vec![run.key.clone(), record.wall_ms.clone()]);
    }
    files::write(&dir.join(CELLS), &csv_bytes(&cells))?;
    files::write(&dir.join(RUNS), &csv_bytes(&runs))?;
    for (part, rows) in Part::ALL.into_iter().zip(&parts) {
        let path = dir.join(part.file());
        if part.is_always_there() || rows.len() > 1 {
            files::write(&path, &csv_bytes(rows))?;
        } else if path.exists() {
            remove(&path)?;
        }
    }
    files::write(&dir.join("timing.csv"), &csv_bytes(&timing))
}

fn csv_bytes(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("every row has the header's columns");
    }
    writer.into_inner().expect("writing to memory")
}

/// Writes what the experiment claims of its tables; without claims there is no such file.
///
/// # Errors
/// Whatever the file system says.
pub fn write_claims(dir: &Path, plan: &Plan) -> Result<(), String> {
    let path = dir.join(claims::FILE);
    match plan.experiment.claims.as_slice() {
        [] if path.exists() => remove(&path),
        [] => Ok(()),
        claims => files::write(&path, &claims::csv(claims)),
    }
}

/// What is made from the row files, as files by their names: the tables and the pictures.
pub struct Rendered {
    /// Files of `tables/`.
    pub tables: Vec<(String, String)>,
    /// Files of `plots/`.
    pub plots: Vec<(String, String)>,
}

/// Writes tables and pictures and removes those of an earlier program that this one does not make.
///
/// # Errors
/// Whatever the file system says.
pub fn write_rendered(dir: &Path, rendered: &Rendered) -> Result<(), String> {
    for (folder, made) in [("tables", &rendered.tables), ("plots", &rendered.plots)] {
        let folder = dir.join(folder);
        for (name, text) in made {
            files::write(&folder.join(name), text.as_bytes())?;
        }
        // The PNG of a picture that is still made is somebody else's.
        let is_kept = |name: &str| made.iter().any(|(kept, _)| *kept == name || *kept == drawing(name));
        for name in listing(&folder) {
            if !is_kept(&name) {
                remove(&folder.join(name))?;
            }
        }
        // Only an empty folder can be removed, and only an empty one should be.
        let _ = fs::remove_dir(&folder);
    }
    Ok(())
}

/// The picture that a PNG was made from.
fn drawing(name: &str) -> String {
    name.strip_suffix(".png").map_or_else(String::new, |stem| format!("{stem}.svg"))
}

/// Keeps only those failure notes whose run still fails.
///
/// # Errors
/// Whatever the file system says.
pub fn prune_failures(dir: &Path, is_failing: impl Fn(&str) -> bool) -> Result<(), String> {
    let folder = dir.join("failures");
    for name in listing(&folder) {
        if !name.strip_suffix(".txt").is_some_and(&is_failing) {
            remove(&folder.join(name))?;
        }
    }
    // Only an empty folder can be removed, and only an empty one should be.
    let _ = fs::remove_dir(&folder);
    Ok(())
}

/// Writes `SHA256SUMS` over every deterministic file that is there.
///
/// # Errors
/// Whatever the file system says.
pub fn write_sums(dir: &Path) -> Result<(), String> {
    let rows = row_files().filter(|name| dir.join(name).exists());
    let mut names: Vec<String> =
        ["config.toml", "config.resolved.toml"].into_iter().chain(rows).map(String::from).collect();
    let others = [tuning::FILE, claims::FILE].map(String::from);
    names.extend(others.into_iter().filter(|name| dir.join(name).exists()));
    names.extend(listing(&dir.join("tables")).into_iter().map(|name| format!("tables/{name}")));
    // PNG files are made from the SVG ones by another program.
    let plots = listing(&dir.join("plots")).into_iter().filter(|name| !name.ends_with(".png"));
    names.extend(plots.map(|name| format!("plots/{name}")));
    let text = files::sums(dir, &names)?;
    files::write(&dir.join("SHA256SUMS"), text.as_bytes())
}

/// Names of the files in a folder, sorted; none if it does not exist.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn remove(path: &PathBuf) -> Result<(), String> {
    fs::remove_file(path).map_err(|error| format!("cannot remove {}: {error}", path.display()))
}

/// Removes the journal: every row in it now stands in the row files.
///
/// # Errors
/// Whatever the file system says.
pub fn remove_journal(dir: &Path) -> Result<(), String> {
    let path = dir.join(journal::FILE);
    if path.exists() { remove(&path) } else { Ok(()) }
}
