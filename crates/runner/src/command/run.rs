//! `run FILE` and `tune FILE`: measure what is missing, write the result folder, print the tables.

use crate::command::{tables, tune};
use crate::execute::{End, execute};
use crate::figure::count;
use crate::files::{self, Lock, LockError};
use crate::interrupt;
use crate::journal::{self, Journal};
use crate::machine;
use crate::manifest::{Manifest, when_and_with_what};
use crate::measure::{self, Block, Outcome};
use crate::part::Part;
use crate::plan::{Balance, Plan, PlannedRun};
use crate::prepare::{Prepared, Purpose, prepare};
use crate::progress::Progress;
use crate::record::{CELL_COLUMNS, MEASURED_COLUMNS, NAN, PLANNED_COLUMNS, Record};
use crate::screen::{Context, Failure, exit};
use crate::store::{self, Stored};
use crate::tuning;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Failed runs named on the screen; the others are in `runs.csv` and `failures/`.
const FAILURES_SHOWN: usize = 5;

/// What `run` is asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// The experiment file.
    pub file: PathBuf,
    /// Whether its own runs are measured, or its parameters tuned.
    pub purpose: Purpose,
    /// Worker threads; all processors when absent.
    pub threads: Option<usize>,
    /// The result folder, instead of `results/<name>`.
    pub out: Option<PathBuf>,
    /// One run to repeat on the screen.
    pub only: Option<String>,
    /// Whether finished runs that are no longer planned may be dropped.
    pub drop: bool,
}

/// Carries out `run`.
///
/// # Errors
/// Bad input, or a disk or system that fails.
pub fn run(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    for notice in machine::slowness() {
        context.note(format!("note: {notice}"));
    }
    let prepared = prepare(&request.file, request.purpose, context.registry, context.tools)?;
    let dir = folder(request.out.as_deref(), &prepared.plan);
    if let Some(key) = &request.only {
        return only(key, &prepared.plan, &dir, context);
    }
    let stored = store::inspect(&dir, &prepared.plan.experiment.name).map_err(Failure::input)?;
    let balance = prepared.plan.balance(&stored.records);
    refuse_loss(&balance, request, &dir, context)?;
    if is_settled(&prepared, &stored, &balance, &dir) {
        let total = prepared.plan.runs.len();
        let origin = stored.manifest.as_ref().map(when_and_with_what).unwrap_or_default();
        context.note(format!("{total} of {total} already done ({}, measured", dir.display()));
        context.note(format!("{origin}); to measure again use --out DIR"));
        return conclude(&prepared.plan, &stored.records, &dir, request, "kept", context);
    }
    let lock = lock(&dir)?;
    // Between the look and the lock another program may have finished.
    let stored = store::inspect(&dir, &prepared.plan.experiment.name).map_err(Failure::input)?;
    refuse_loss(&prepared.plan.balance(&stored.records), request, &dir, context)?;
    let code = measure_and_write(prepared, stored, &dir, request, context);
    drop(lock);
    code
}

/// The result folder of a plan.
pub fn folder(out: Option<&Path>, plan: &Plan) -> PathBuf {
    out.map_or_else(|| Path::new("results").join(&plan.experiment.name), Path::to_path_buf)
}

fn lock(dir: &Path) -> Result<Lock, Failure> {
    Lock::acquire(dir).map_err(|error| match error {
        LockError::Busy => {
            Failure::input(format!("another program is working in {}; wait for it, or use --out DIR", dir.display()))
        }
        LockError::Io(message) => Failure::Internal(format!("cannot lock the folder: {message}")),
    })
}

fn refuse_loss(balance: &Balance, request: &Request, dir: &Path, context: &Context) -> Result<(), Failure> {
    if balance.dropped == 0 || request.drop {
        return Ok(());
    }
    let Balance { kept, to_run, dropped } = balance;
    Err(Failure::BadInput(format!(
        "error: {} holds {} that this file no longer plans\n       \
         (kept {kept}, to run {to_run}, dropped {dropped}); a change of problem, method, seed,\n       \
         budget or stopping makes other runs. To drop them:\n         \
         {} {} {} --drop\n       \
         To keep them and measure elsewhere use --out DIR.\n",
        dir.display(),
        count(*dropped, "finished run"),
        context.program,
        request.purpose.verb(),
        request.file.display(),
    )))
}

/// Whether the folder already holds exactly what this file asks for.
fn is_settled(prepared: &Prepared, stored: &Stored, balance: &Balance, dir: &Path) -> bool {
    let same_text = |name: &str, text: &str| std::fs::read_to_string(dir.join(name)).is_ok_and(|stored| stored == text);
    let same_plan = stored
        .manifest
        .as_ref()
        .is_some_and(|manifest| manifest["plan_hash"] == prepared.plan.hash() && !manifest["ended"].is_null());
    balance.to_run == 0
        && balance.dropped == 0
        && !stored.unfinished
        && same_plan
        && same_text("config.toml", &prepared.text)
        // What is cited may change without a change here; then the name and hash of the file are stated anew.
        && (prepared.plan.experiment.cited.is_none() || same_text("config.resolved.toml", &prepared.resolved))
}

fn measure_and_write(
    prepared: Prepared,
    stored: Stored,
    dir: &Path,
    request: &Request,
    context: &mut Context,
) -> Result<u8, Failure> {
    let threads = request.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let Prepared { text, resolved, plan } = prepared;
    let plan = Arc::new(plan);
    let balance = plan.balance(&stored.records);
    announce(&plan, &balance, threads, context);
    files::sweep_parts(dir);
    if stored.journal.torn > 0 {
        context.note("note: the last line of the journal was torn by a kill; that run is run again");
        journal::trim(dir, &stored.journal)
            .map_err(|error| Failure::Internal(format!("cannot mend the journal: {error}")))?;
    }
    let mut manifest = Manifest::begin(&plan, &context.arguments, threads, stored.manifest.as_ref());
    manifest.write(dir).map_err(Failure::Internal)?;
    files::write(&dir.join("config.toml"), text.as_bytes()).map_err(Failure::Internal)?;
    files::write(&dir.join("config.resolved.toml"), resolved.as_bytes()).map_err(Failure::Internal)?;
    let mut journal =
        Journal::open(dir).map_err(|error| Failure::Internal(format!("cannot open the journal: {error}")))?;

    let mut records = stored.records;
    let open: Vec<Block> = measure::blocks(&plan, |run| !records.get(&run.key).is_some_and(Record::is_done));
    let mut progress = Progress::new(plan.runs.len(), balance.kept, context.live);
    interrupt::listen();
    let by_key: HashMap<String, PlannedRun> = plan.runs.iter().map(|run| (run.key.clone(), run.clone())).collect();
    let mut measured = 0;
    let mut keep = |outcome: Outcome| -> Result<Record, String> {
        let Outcome { record, x, .. } = outcome;
        if record.failed() {
            let run = &by_key[&record.key];
            let command = reproduce(context.program, request, &record.key);
            let note = failure_note(&plan, run, &record, x.as_deref(), &command);
            files::write(&dir.join(format!("failures/{}.txt", record.key)), note.as_bytes())?;
        }
        measured += 1;
        records.insert(record.key.clone(), record.clone());
        Ok(record)
    };
    let end = execute(&plan, open, threads, &mut journal, &mut progress, context.err, &mut keep);
    progress.clear();
    let end = end.map_err(|message| {
        Failure::Internal(format!("{message}; what is finished is kept, the same command continues"))
    })?;

    let mut finish = || -> Result<(), String> {
        store::write_rows(dir, &plan, &records)?;
        if let Some(tuned) = &plan.experiment.tuning {
            files::write(&dir.join(tuning::FILE), &tuning::space_csv(&plan.experiment, tuned))?;
        }
        store::write_claims(dir, &plan)?;
        store::prune_failures(dir, |key| records.get(key).is_some_and(Record::failed))?;
        store::write_rendered(dir, &tables::render(dir)?)?;
        manifest.end(&plan, &records, measured);
        manifest.write(dir)?;
        store::write_sums(dir)?;
        store::remove_journal(dir)
    };
    finish().map_err(Failure::Internal)?;
    if end == End::Interrupted {
        let done = plan.balance(&records).kept;
        context.note(format!("interrupted: {done} of {} are done; to continue:", plan.runs.len()));
        let out = request.out.as_ref().map(|dir| format!(" --out {}", dir.display())).unwrap_or_default();
        let verb = request.purpose.verb();
        context.note(format!("  {} {verb} {}{out}", context.program, request.file.display()));
        return Ok(interrupt::EXIT_CODE);
    }
    conclude(&plan, &records, dir, request, "wrote", context)
}

fn announce(plan: &Plan, balance: &Balance, threads: usize, context: &mut Context) {
    let experiment = &plan.experiment;
    let Balance { kept, to_run, .. } = balance;
    tune::announce(plan, context);
    context.note(format!(
        "plan: {}, {}; {kept} done, {to_run} to run on {}",
        count(experiment.cells.len(), "cell"),
        count(plan.runs.len(), "run"),
        count(threads, "thread"),
    ));
}

/// Prints the tables, names the failed runs, says where everything is.
fn conclude(
    plan: &Plan,
    records: &HashMap<String, Record>,
    dir: &Path,
    request: &Request,
    verb: &str,
    context: &mut Context,
) -> Result<u8, Failure> {
    tables::print(dir, context).map_err(Failure::Internal)?;
    // A search looks beyond where a method works: a value that is not a number is an answer there, a panic is not.
    let is_expected = |record: &Record| plan.experiment.tuning.is_some() && record.status() == NAN;
    let is_failed = |record: &Record| record.failed() && !is_expected(record);
    let failed: Vec<&PlannedRun> =
        plan.runs.iter().filter(|run| records.get(&run.key).is_some_and(is_failed)).collect();
    for run in failed.iter().take(FAILURES_SHOWN) {
        let record = &records[&run.key];
        context.note(format!("run failed: {}: {}", name(plan, run), record.reason()));
        context.note(format!("  reproduce: {}", reproduce(context.program, request, &run.key)));
    }
    if failed.len() > FAILURES_SHOWN {
        context.note(format!("... and {} more, in failures/", failed.len() - FAILURES_SHOWN));
    }
    tune::write(plan, dir, &request.file, context)?;
    let dir = dir.display();
    context.say(format!("{verb} {dir}/: *.csv tables/ plots/ manifest.json"));
    context.say(format!("next: {} tables {dir}", context.program));
    Ok(if failed.is_empty() { exit::DONE } else { exit::FAILED_RUNS })
}

/// A run for people: `rastrigin dim=2, gd, replicate 7`.
fn name(plan: &Plan, run: &PlannedRun) -> String {
    let cell = &plan.experiment.cells[run.cell];
    let surface = &plan.experiment.surfaces[cell.surface];
    format!("{}, {}, replicate {}", surface.label, cell.method, run.replicate)
}

fn reproduce(program: &str, request: &Request, key: &str) -> String {
    format!("{program} {} {} --only {key}", request.purpose.verb(), request.file.display())
}

fn failure_note(plan: &Plan, run: &PlannedRun, record: &Record, x: Option<&[f64]>, command: &str) -> String {
    let x = match x {
        None => "unknown".to_string(),
        Some(x) => x.iter().map(|v| crate::figure::float(*v)).collect::<Vec<_>>().join(","),
    };
    let at = if record.status() == crate::record::PANIC { "x at the start" } else { "x at the end" };
    format!(
        "run: {}\nstatus: {}\nreason: {}\n{at}: {x}\nreproduce: {command}\n",
        name(plan, run),
        record.status(),
        record.reason(),
    )
}

/// Repeats one run in the foreground and prints its row; the folder is only compared with.
fn only(key: &str, plan: &Plan, dir: &Path, context: &mut Context) -> Result<u8, Failure> {
    let matches: Vec<&PlannedRun> = plan.runs.iter().filter(|run| run.key.starts_with(key)).collect();
    let run = match matches.as_slice() {
        [run] => *run,
        [] => {
            return Err(Failure::input(format!(
                "no planned run has the key {key}; keys are in {}/runs.csv",
                dir.display()
            )));
        }
        several => {
            return Err(Failure::input(format!(
                "{} of the planned runs have a key that starts with {key}; give more of it",
                several.len()
            )));
        }
    };
    let mut outcome = None;
    let block = Block { runs: vec![run.clone()] };
    measure::block(plan, &block, &|| true, &mut |finished| outcome = Some(finished));
    let Outcome { record, x, .. } = outcome.ok_or_else(|| Failure::Internal("the run gave no result".to_string()))?;
    // The two labels stand in both files.
    let shared = plan.cell_row(&plan.experiment.cells[run.cell]).split_off(2);
    let cells = [plan.labels(run), shared, record.run.clone()].concat();
    let columns = PLANNED_COLUMNS.iter().chain(&CELL_COLUMNS[2..]).chain(&MEASURED_COLUMNS);
    for (column, cell) in columns.zip(&cells) {
        context.say(format!("{column:<14} {cell}"));
    }
    for row in &record.rows[Part::Critical] {
        context.say(format!("critical       {}", row.join(",")));
    }
    if let Some(x) = x {
        let x: Vec<String> = x.iter().map(|v| crate::figure::float(*v)).collect();
        context.say(format!("x              {}", x.join(",")));
    }
    let name = plan.experiment.name.as_str();
    if let Some(stored) = store::inspect(dir, name).ok().and_then(|s| s.records.get(&run.key).cloned()) {
        let same = Record { wall_ms: record.wall_ms.clone(), ..stored } == record;
        let verdict = if same { "equals" } else { "differs from" };
        context.note(format!("this {verdict} the row in {}", dir.display()));
    }
    Ok(if record.failed() { exit::FAILED_RUNS } else { exit::DONE })
}
