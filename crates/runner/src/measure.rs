//! Measures a block of runs: descends or searches, certifies the points, and turns results into rows.

use crate::config::{At, Pace, Stall};
use crate::critical::{Place, certified_cells};
use crate::curve::Recorder;
use crate::experiment::{Action, Cell, Experiment, Surface, built};
use crate::figure::{float, optional, point_hash};
use crate::guard::{self, Panic};
use crate::part::{Part, Rows};
use crate::plan::{Plan, PlannedRun};
use crate::record::{Measured, NAN, PANIC, Record, one_line};
use crate::spectrum;
use crate::survey;
use autodiff::{Evaluator, Objective};
use landscape::{Class, Finder, Polished, polish};
use optimizers::{Attempt, Counts, EarlyStop, Method, RunResult, Seeds, Settings, Status, Watch, run_block_watched};
use std::time::Instant;

/// Lengths a block can have: the widths at which points are evaluated together.
const LENGTHS: [usize; 3] = [32, 8, 1];

/// Data rows from which the rows of a single run fill those widths, so that runs gain nothing from each other.
const MANY_ROWS: usize = 32;

/// Floating-point operations of a block, at most: a few seconds, and an interrupt loses no more than the blocks at work.
const BLOCK_WORK: f64 = 2e10;

/// Operations that an elementary function counts as.
const PER_FUNCTION: u64 = 20;

/// Some runs of one cell that are measured together.
#[derive(Debug, Clone)]
pub struct Block {
    /// The runs, all of one cell.
    pub runs: Vec<PlannedRun>,
}

/// One measured run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its rows.
    pub record: Record,
    /// A point worth keeping when the run failed.
    pub x: Option<Vec<f64>>,
}

/// Cuts the runs that `is_open` into blocks. The cuts depend on the plan alone, not on threads nor
/// on what is finished.
pub fn blocks(plan: &Plan, is_open: impl Fn(&PlannedRun) -> bool) -> Vec<Block> {
    let mut blocks: Vec<(usize, u64, Block)> = Vec::new();
    for run in plan.runs.iter().filter(|run| is_open(run)) {
        let number = run.replicate / block_len(&plan.experiment, run.cell) as u64;
        match blocks.last_mut() {
            Some((cell, n, block)) if (*cell, *n) == (run.cell, number) => block.runs.push(run.clone()),
            _ => blocks.push((run.cell, number, Block { runs: vec![run.clone()] })),
        }
    }
    blocks.into_iter().map(|(_, _, block)| block).collect()
}

/// The greatest length within the work of a block; a function of the plan, never of the machine.
fn block_len(experiment: &Experiment, cell: usize) -> usize {
    let surface = &experiment.surfaces[experiment.cells[cell].surface];
    let Ok(instance) = &surface.instance else { return LENGTHS[0] };
    let rows = instance.objective.row_count();
    let cost = instance.objective.gradient_cost();
    let work = surface.budget as f64 * (cost.flops + PER_FUNCTION * cost.functions) as f64;
    let lengths = if rows >= MANY_ROWS { &LENGTHS[..] } else { &LENGTHS[..2] };
    let fits = |length: &usize| *length as f64 * work <= BLOCK_WORK;
    lengths.iter().copied().find(fits).unwrap_or(lengths[lengths.len() - 1])
}

/// Measures a block and hands over each run as soon as it is finished, until `is_wanted` says no.
/// A panic ends the run it happens in and no other.
pub fn block(plan: &Plan, block: &Block, is_wanted: &dyn Fn() -> bool, hand_over: &mut dyn FnMut(Outcome)) {
    let experiment = &plan.experiment;
    let Some(first) = block.runs.first() else { return };
    let cell = &experiment.cells[first.cell];
    let surface = &experiment.surfaces[cell.surface];
    if let Err(panic) = &surface.instance {
        block.runs.iter().for_each(|run| hand_over(panicked(run, panic, None)));
        return;
    }
    let mut one_by_one = |measure: &dyn Fn(&PlannedRun) -> Outcome| {
        for run in block.runs.iter().take_while(|_| is_wanted()) {
            let started = Instant::now();
            let result = guard::catch(|| measure(run));
            hand_over(finish(experiment, surface, run, result, started, 0.0));
        }
    };
    match &cell.action {
        Action::Find(finder) => one_by_one(&|run| find(experiment, surface, cell, &**finder, run)),
        Action::Survey(survey) => one_by_one(&|run| survey::measured(experiment, surface, cell, &**survey, run)),
        Action::Descend(method) => {
            let started = Instant::now();
            let descents = guard::isolate(&block.runs, |runs| descend(experiment, cell, method, runs));
            let share_ms = started.elapsed().as_secs_f64() * 1e3 / block.runs.len() as f64;
            for (run, descent) in block.runs.iter().zip(descents) {
                if !is_wanted() {
                    return;
                }
                let started = Instant::now();
                let result =
                    descent.and_then(|descent| guard::catch(|| certified(experiment, surface, method, run, descent)));
                hand_over(finish(experiment, surface, run, result, started, share_ms));
            }
        }
    }
}

/// The outcome of a run with its time, or the row of its panic.
fn finish(
    experiment: &Experiment,
    surface: &Surface,
    run: &PlannedRun,
    result: Result<Outcome, Panic>,
    started: Instant,
    earlier_ms: f64,
) -> Outcome {
    let mut outcome = result.unwrap_or_else(|panic| {
        // The start is known even when nothing else is, unless drawing it is what panicked.
        let x = guard::catch(|| experiment.start(surface, run.replicate, 0)).ok();
        panicked(run, &panic, x)
    });
    let wall_ms = earlier_ms + started.elapsed().as_secs_f64() * 1e3;
    outcome.record.wall_ms = format!("{wall_ms:.3}");
    outcome
}

fn panicked(run: &PlannedRun, panic: &Panic, x: Option<Vec<f64>>) -> Outcome {
    let reason = one_line(&format!("panic: {} ({})", panic.message, panic.place));
    Outcome { record: Record::empty(&run.key, PANIC, &reason), x }
}

/// What a descent gave: its result, and the cells of its curve.
type Descent = (RunResult, Vec<Vec<String>>);

/// The descents of some runs in lockstep.
fn descend(experiment: &Experiment, cell: &Cell, method: &Method, runs: &[PlannedRun]) -> Vec<Descent> {
    let surface = &experiment.surfaces[cell.surface];
    let instance = built(surface);
    let law = method.strategy.object().start();
    let seeds = runs.iter().map(|run| Seeds {
        start: Box::new(move |restart| experiment.start_of(law, surface, run.replicate, restart)),
        noise: experiment.stream("noise", cell, run.replicate),
        batches: experiment.stream("batches", cell, run.replicate),
        random: experiment.stream("random", cell, run.replicate),
    });
    let watched: Vec<bool> = runs.iter().map(|run| experiment.curves_of(run.replicate).is_some()).collect();
    let curves = experiment.curves.filter(|_| watched.contains(&true));
    let recorder = curves.map(|curves| Recorder::new(surface, curves, runs.len()));
    let look = |run: usize, sight: &optimizers::Sight<'_>| {
        if let Some(recorder) = &recorder {
            recorder.look(run, sight);
        }
    };
    let pace = |pace| match pace {
        Pace::PerDecade(count) => optimizers::Pace::PerDecade(count),
        Pace::Every(step) => optimizers::Pace::Every(step),
    };
    let watch = curves.map(|curves| Watch { pace: pace(curves.pace), runs: watched, look: &look });
    let settings = settings(experiment, surface);
    let results = run_block_watched(&instance.objective, method, &settings, seeds.collect(), watch.as_ref());
    drop(watch);
    let rows = recorder.map_or_else(|| vec![Vec::new(); runs.len()], Recorder::into_rows);
    results.into_iter().zip(rows).collect()
}

fn settings<'a>(experiment: &Experiment, surface: &'a Surface) -> Settings<'a> {
    let instance = built(surface);
    let scale = instance.loss_scale;
    let reference = surface.reference.unwrap_or(0.0);
    let moment = |at: &At| match at {
        At::Stop => None,
        At::Start => Some(0),
        At::Cost(cost) => Some(*cost),
    };
    let mut moments: Vec<u64> = experiment.at.iter().filter_map(moment).collect();
    for one in experiment.spectrum.iter().flat_map(|spectra| &spectra.at).filter_map(moment) {
        if !moments.contains(&one) {
            moments.push(one);
        }
    }
    Settings {
        budget: surface.budget,
        grad_tol: experiment.stop.grad_norm,
        f_above: experiment.stop.f_above,
        x_above: experiment.stop.x_above,
        stall: experiment.stop.stall.map(|Stall { window, decrease }| optimizers::Stall { window, decrease }),
        early_stop: experiment.stop.patience.zip(instance.held_out.as_ref()).map(early_stop),
        targets: surface.gaps.iter().map(|gap| reference + gap * scale).collect(),
        moments,
        single_precision: surface.single_precision,
    }
}

/// What the other cells of the row do not say of the end of a descent. That one start came below the gradient tolerance, or
/// spent its budget, is all in `status`, `cost` and `grad_norm`.
fn remark(method: &Method, result: &RunResult) -> String {
    let is_plain = matches!(result.status, Status::Converged | Status::Budget) && !method.strategy.object().restarts();
    if is_plain { String::new() } else { result.reason.clone() }
}

fn early_stop((patience, held_out): (u64, &Objective)) -> EarlyStop<'_> {
    EarlyStop { held_out, patience }
}

/// The rows of a descent, its declared points certified.
fn certified(
    experiment: &Experiment,
    surface: &Surface,
    method: &Method,
    run: &PlannedRun,
    (result, curve): Descent,
) -> Outcome {
    let instance = built(surface);
    let gap = surface.reference.map(|reference| (result.f_best - reference) / instance.loss_scale);
    let measured = Measured {
        status: result.status.as_str(),
        reason: remark(method, &result),
        cost: result.cost,
        iterations: result.iterations,
        restarts: result.restarts,
        counts: result.counts,
        noisy_steps: Some(result.noisy_steps),
        noise_energy: Some(result.noise_energy),
        f_start: Some(result.f_start),
        f_best: Some(result.f_best),
        gap_best: gap,
        cost_at_best: Some(result.cost_at_best),
        f_final: Some(result.f_final),
        f_held_out: held_out(surface, &result.x_final),
        grad_norm: Some(result.grad_norm),
        x_hash: point_hash(&result.x_final),
    };
    let hits = surface.gaps.iter().zip(&result.hits);
    let hits: Vec<_> = hits.map(|(gap, cost)| vec![float(*gap), optional(*cost)]).collect();
    // Every start of a run that restarts is a row; of any other run its own row says the same.
    let attempt_cells = |(restart, attempt): (usize, &Attempt)| {
        let [f_start, f_end, cost] = [attempt.f_start, attempt.f_end, attempt.cost].map(float);
        vec![restart.to_string(), f_start, f_end, cost, attempt.status.as_str().to_string()]
    };
    let strategy = method.strategy.object();
    let attempts = if strategy.restarts() && experiment.records_attempts { &result.attempts[..] } else { &[] };
    let attempts = attempts.iter().enumerate().map(attempt_cells).collect();
    let mut eval = instance.objective.evaluator();
    let mut rows = Rows::default();
    let origin = experiment.start_of(strategy.start(), surface, run.replicate, 0);
    // A run that diverged has no end point, and one that stopped early missed later moments.
    let point = |at: &At| match at {
        At::Stop if result.status.is_failure() => None,
        At::Stop => Some((result.cost, &result.x_final)),
        At::Start => result.snapshots.iter().find(|s| s.moment == 0).map(|s| (0.0, &s.x)),
        At::Cost(cost) => result.snapshots.iter().find(|s| s.moment == *cost).map(|s| (s.cost, &s.x)),
    };
    for at in &surface.at {
        if let Some((cost, x)) = point(at) {
            // Weights that ran away in training are at infinity, too: growth counts from the start of the run.
            let polished = polish(&mut eval, x, &experiment.criteria).since(&origin);
            let place = Place { at: at.label(), cost: Some(cost) };
            rows[Part::Critical].push(certified_cells(&mut eval, experiment, surface, place, &polished).1);
        }
    }
    if let Some(spectra) = experiment.spectra_of(run.replicate) {
        let law = |level: f64| spectrum::law(instance, level);
        let ground = spectrum::ground(instance, &law, &experiment.criteria);
        let mut stream = experiment.stream("spectrum", &experiment.cells[run.cell], run.replicate);
        for at in &spectra.at {
            let seen = point(at).map(|(_, x)| spectra.look.at(&mut eval, x, &ground, &mut stream));
            rows[Part::Spectrum].extend(seen.iter().flat_map(|seen| spectrum::rows(&at.label(), seen)));
        }
    }
    let failed = result.status == Status::Nan;
    if let Some(above) = experiment.examples {
        rows[Part::Examples] = examples(&mut eval, &result.x_final, above);
    }
    rows[Part::Hits] = hits;
    rows[Part::Attempts] = attempts;
    rows[Part::Curves] = curve;
    let record = Record { key: run.key.clone(), run: measured.cells(), rows, wall_ms: String::new() };
    Outcome { record, x: failed.then_some(result.x_final) }
}

/// The loss on the data that are held out, where some are.
fn held_out(surface: &Surface, x: &[f64]) -> Option<f64> {
    built(surface).held_out.as_ref().map(|objective| objective.evaluator().value(x))
}

/// The loss of every data row by itself at `x` (dim,), and whether it is at most `above`; nothing for a formula.
fn examples(eval: &mut Evaluator, x: &[f64], above: f64) -> Vec<Vec<String>> {
    if !eval.objective().has_rows() {
        return Vec::new();
    }
    let mut losses = vec![0.0; eval.objective().row_count()];
    eval.row_values(x, &mut losses);
    let cells = |(row, loss): (usize, &f64)| vec![row.to_string(), float(*loss), u8::from(*loss <= above).to_string()];
    losses.iter().enumerate().map(cells).collect()
}

/// The rows of a search for a critical point.
fn find(experiment: &Experiment, surface: &Surface, cell: &Cell, finder: &dyn Finder, run: &PlannedRun) -> Outcome {
    let instance = built(surface);
    let start = experiment.start(surface, run.replicate, 0);
    let mut noise = experiment.stream("noise", cell, run.replicate);
    let mut eval = instance.objective.evaluator();
    let f_start = eval.value(&start);
    let found = finder.search(&mut eval, start, run.replicate, &mut noise, &experiment.criteria);
    // A Hessian is `dim` Hessian-vector products, each counted as one gradient.
    let cost = (found.n_gradients + found.n_hessians * instance.dim as u64) as f64;
    let place = Place { at: "found".to_string(), cost: Some(cost) };
    let (certificate, cells) = certified_cells(&mut eval, experiment, surface, place, &found.point);
    let x = &found.point.x;
    let status = if certificate.class.is_critical() {
        Status::Converged.as_str()
    } else if certificate.class == Class::AtInfinity || ran_away(experiment, &found.point, certificate.f) {
        Status::Diverged.as_str()
    } else if certificate.f.is_nan() {
        NAN
    } else {
        Status::Budget.as_str()
    };
    let measured = Measured {
        status,
        reason: certificate.reason.clone(),
        cost,
        iterations: (found.search_steps + found.point.iterations) as u64,
        restarts: 0,
        counts: Counts { n_grad: found.n_gradients, n_hess: found.n_hessians, ..Counts::default() },
        noisy_steps: None,
        noise_energy: None,
        f_start: Some(f_start),
        f_best: None,
        gap_best: None,
        cost_at_best: None,
        f_final: Some(certificate.f),
        f_held_out: held_out(surface, x),
        grad_norm: Some(certificate.grad_norm),
        x_hash: point_hash(x),
    };
    let mut rows = Rows::default();
    rows[Part::Critical] = vec![cells];
    let record = Record { key: run.key.clone(), run: measured.cells(), rows, wall_ms: String::new() };
    Outcome { record, x: (status == NAN).then(|| x.clone()) }
}

/// Whether a search left the bounds of `[stop]`. Where it went nothing need be finite, so this is asked first.
fn ran_away(experiment: &Experiment, point: &Polished, f: f64) -> bool {
    let stop = experiment.stop;
    f > stop.f_above || point.x.iter().any(|x| x.abs() > stop.x_above)
}
