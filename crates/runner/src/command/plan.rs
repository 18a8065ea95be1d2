//! `plan FILE`: checks the file, shows its runs and what they will cost; writes nothing.

use crate::command::run::folder;
use crate::experiment::{Action, Experiment, Surface};
use crate::figure::{count, duration};
use crate::plan::{Balance, Plan, PlannedRun};
use crate::prepare::{Prepared, Purpose, prepare};
use crate::record::Record;
use crate::screen::{Context, Failure, exit};
use crate::store;
use landscape::Criteria;
use std::path::Path;
use std::time::{Duration, Instant};

/// All probes together take about this long.
const PROBE_TIME: Duration = Duration::from_secs(1);

/// Newton steps that polishing a point takes where it is far from critical.
const STEPS_PER_POINT: f64 = 20.0;

/// Newton steps that a search for a critical point takes, polish included.
const STEPS_PER_SEARCH: f64 = 40.0;

/// A minibatch method is measured on the whole objective as often as it computes as much by itself.
const MINIBATCH_SHARE: f64 = 2.0;

/// Points that are evaluated together in a probe, as in a block of runs.
const PROBE_POINTS: usize = 32;

/// What a probe found about one problem instance, in seconds.
#[derive(Debug, Clone, Copy)]
struct Pace {
    gradient: f64,
    newton_step: f64,
}

/// Carries out `plan`.
///
/// # Errors
/// Everything that is wrong with the file or the folder.
pub fn run(file: &Path, out: Option<&Path>, context: &mut Context) -> Result<u8, Failure> {
    if declares_tuning(file) {
        let Prepared { plan, .. } = prepare(file, Purpose::Tune, context.registry, context.tools)?;
        let paces = probe(&plan.experiment);
        tuning_cost(&plan, &paces, context);
    }
    let Prepared { plan, .. } = prepare(file, Purpose::Measure, context.registry, context.tools)?;
    let dir = folder(out, &plan);
    let stored = store::inspect(&dir, &plan.experiment.name).map_err(Failure::input)?;
    let experiment = &plan.experiment;
    let paces = probe(experiment);

    let line = |problem: &str, method: &str, runs: &str, gradients: &str, seconds: &str| {
        format!("{problem:<40} {method:<12} {runs:>6} {gradients:>9} {seconds:>8}")
    };
    context.say(line("problem", "method", "runs", "gradients", "seconds"));
    let (mut gradients, mut open_seconds) = (0.0, 0.0);
    for (i, cell) in experiment.cells.iter().enumerate() {
        let surface = &experiment.surfaces[cell.surface];
        let of_cell = |run: &&PlannedRun| run.cell == i;
        let is_open = |run: &&PlannedRun| !stored.records.get(&run.key).is_some_and(Record::is_done);
        let runs = plan.runs.iter().filter(of_cell).count() as f64;
        let open = plan.runs.iter().filter(of_cell).filter(is_open).count() as f64;
        let (problem, method) = (shortened(&surface.label, 40), shortened(&cell.method, 12));
        let Some(pace) = paces[cell.surface] else {
            context.say(line(&problem, &method, &runs.to_string(), "", "panics"));
            continue;
        };
        let (per_run, seconds) = cost(surface, &cell.action, pace);
        gradients += runs * per_run;
        open_seconds += open * seconds;
        let (total, time) = (format!("{:.1e}", runs * per_run), format!("{:.2}", runs * seconds));
        context.say(line(&problem, &method, &runs.to_string(), &total, &time));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let Balance { kept, to_run, dropped } = plan.balance(&stored.records);
    summary(&plan, gradients, context);
    context.say(format!(
        "{}: {kept} kept, {to_run} to run, {dropped} dropped{}",
        dir.display(),
        if dropped > 0 { " (`run` asks for --drop before it drops any)" } else { "" },
    ));
    context.say(format!(
        "roughly {} on {}, less when runs converge early",
        duration(open_seconds / threads as f64),
        count(threads, "thread"),
    ));
    Ok(exit::DONE)
}

/// Whether a file has a section `[tune]`; one that cannot be read is complained about elsewhere.
fn declares_tuning(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("tune"))
}

/// What `tune` would cost, in one paragraph.
fn tuning_cost(plan: &Plan, paces: &[Option<Pace>], context: &mut Context) {
    let experiment = &plan.experiment;
    let (mut gradients, mut seconds) = (0.0, 0.0);
    for run in &plan.runs {
        let cell = &experiment.cells[run.cell];
        if let Some(pace) = paces[cell.surface] {
            let (per_run, time) = cost(&experiment.surfaces[cell.surface], &cell.action, pace);
            gradients += per_run;
            seconds += time;
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    context.say(format!(
        "`tune`: {}, {}, at most {gradients:.2e} gradient-equivalents",
        count(experiment.cells.len(), "configuration"),
        count(plan.runs.len(), "run"),
    ));
    context.say(format!("roughly {} on {}", duration(seconds / threads as f64), count(threads, "thread")));
    context.say("");
}

fn summary(plan: &Plan, gradients: f64, context: &mut Context) {
    let experiment = &plan.experiment;
    context.say("");
    context.say(format!(
        "{}, {}, {}, {}",
        count(experiment.surfaces.len(), "problem instance"),
        count(experiment.methods.len(), "method"),
        count(experiment.cells.len(), "cell"),
        count(plan.runs.len(), "run"),
    ));
    context.say(format!("at most {gradients:.2e} gradient-equivalents"));
}

/// A text that fits: what is too much at the end becomes `...`.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    text.chars().take(width - 3).chain("...".chars()).collect()
}

/// Gradient-equivalents and seconds of one run that spends its whole budget.
fn cost(surface: &Surface, action: &Action, pace: Pace) -> (f64, f64) {
    match action {
        Action::Descend(method) => {
            let budget = surface.budget as f64;
            let points = surface.at.len() as f64;
            let share = if method.batch() > 0 { MINIBATCH_SHARE } else { 1.0 };
            (budget, share * budget * pace.gradient + points * STEPS_PER_POINT * pace.newton_step)
        }
        // How long a survey takes is known when it is done.
        Action::Survey(_) => (0.0, 0.0),
        Action::Find(_) => (STEPS_PER_SEARCH * surface.dim as f64, STEPS_PER_SEARCH * pace.newton_step),
    }
}

/// Times every problem instance for a share of [`PROBE_TIME`]; `None` for one that panics.
fn probe(experiment: &Experiment) -> Vec<Option<Pace>> {
    let n_timed = 2 * experiment.surfaces.len().max(1);
    let share = PROBE_TIME / n_timed as u32;
    let pace = |(number, surface): (usize, &Surface)| {
        crate::guard::catch(|| {
            let objective = &surface.instance.as_ref().ok()?.objective;
            let mut eval = objective.evaluator();
            let dim = surface.dim;
            let lanes = if objective.has_rows() { 1 } else { PROBE_POINTS };
            let points: Vec<f64> = (0..lanes as u64).flat_map(|i| experiment.start(surface, i, 0)).collect();
            let (mut values, mut grads) = (vec![0.0; lanes], vec![0.0; lanes * dim]);
            let gradient = time(share, || eval.gradients(&points, &mut values, &mut grads));
            let is_classified = !surface.at.is_empty()
                || experiment.cells.iter().any(|cell| cell.surface == number && matches!(cell.action, Action::Find(_)));
            // One step: Hessian, eigenvalues and eigenvectors where it begins and where it ends.
            let one_step = Criteria { polish_iterations: 1, ..experiment.criteria.clone() };
            let polish = || landscape::polish(&mut eval, &points[..dim], &one_step);
            let newton_step = if is_classified { 0.5 * time(share, polish) } else { 0.0 };
            Some(Pace { gradient: gradient / lanes as f64, newton_step })
        })
        .ok()
        .flatten()
    };
    experiment.surfaces.iter().enumerate().map(pace).collect()
}

/// Seconds per call; the first one, which warms up, counts only when it takes all the time there is.
fn time<R>(limit: Duration, mut call: impl FnMut() -> R) -> f64 {
    let started = Instant::now();
    call();
    if started.elapsed() >= limit {
        return started.elapsed().as_secs_f64();
    }
    let started = Instant::now();
    let mut calls = 0;
    while calls == 0 || started.elapsed() < limit {
        call();
        calls += 1;
    }
    started.elapsed().as_secs_f64() / f64::from(calls)
}
