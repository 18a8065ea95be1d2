//! The loop, written once: a block of runs in lockstep, every evaluation one batch call over the active runs.

use crate::block::{BlockOracle, Probe};
use crate::course::Course;
use crate::ledger::Ledger;
use crate::method::{Algorithm, Method};
use crate::minibatch::Dealer;
use crate::oracle::Oracle;
use crate::progress::{Phase, Progress};
use crate::result::RunResult;
use crate::rule::Rule;
use crate::settings::{Seeds, Settings};
use crate::terms::Terms;
use crate::trace::{Iterate, Show};
use crate::watch::{Track, Watch};
use autodiff::Objective;

/// Runs `method` once per entry of `seeds` and returns the results in that order.
///
/// The active runs of an update rule share each batch call; a run that ends drops out, a restart takes its place at
/// once. The runs of a solver follow one another. The result of a run is bit for bit the same whether it runs alone or
/// in any block.
///
/// **Cost.** One gradient of the whole objective (`row_count` row-gradients) is one gradient-equivalent; the value
/// comes with it. A value alone is half of one, a Hessian-vector product two, a Hessian `dim`. Costs are counted
/// in whole half row-gradients, so they are exact. The first evaluation costs like any other. An evaluation that the
/// budget or cutoff does not cover is not made, and a run of a rule ends at a point that was evaluated, so `B` gradients
/// make `B - 1` steps of a full-batch rule.
///
/// **Minibatch methods** (`batch > 0`) never see the whole objective. It is measured, at no cost to them, at the
/// start of every attempt, after each epoch (`ceil(row_count / batch)` steps) and at the end; hits, best value and
/// the convergence test use these measurements only. The one at the start is not tested for convergence, so that
/// every attempt costs a step at least. Divergence and NaN are watched at every step.
///
/// **Solvers** are judged at the iterates they accept; hits and the best value use every point they ask about. Where the
/// gradient at the end point is not known, it is measured at no cost.
///
/// **Surfaces.** On a sphere the gradient is projected to the tangent space before, and the point retracted
/// after each step.
///
/// # Panics
/// When [`Method::check`] refuses the objective, the budget is 0, a threshold is NaN, or a start has the wrong
/// length: callers check experiments before they run them.
pub fn run_block<'a>(
    objective: &Objective,
    method: &Method,
    settings: &Settings<'_>,
    seeds: Vec<Seeds<'a>>,
) -> Vec<RunResult> {
    watched(objective, method, settings, seeds, Show::nobody(), None)
}

/// The same under a watch, which changes no run: looking is free, and what a run does is the same bits as unwatched.
///
/// # Panics
/// As [`run_block`]; and when the pace of the watch is 0.
pub fn run_block_watched<'a>(
    objective: &Objective,
    method: &Method,
    settings: &Settings<'_>,
    seeds: Vec<Seeds<'a>>,
    watch: Option<&Watch<'_>>,
) -> Vec<RunResult> {
    watched(objective, method, settings, seeds, Show::nobody(), watch)
}

/// [`run_block`], shown to whoever wants to see.
pub(crate) fn watched<'a>(
    objective: &Objective,
    method: &Method,
    settings: &Settings<'_>,
    seeds: Vec<Seeds<'a>>,
    show: Show<'_>,
    watch: Option<&Watch<'_>>,
) -> Vec<RunResult> {
    settings.assert_usable();
    if let Err(message) = method.check(objective) {
        panic!("{message}");
    }
    let terms = Terms::new(objective, method, settings, show);
    match &method.algorithm {
        Algorithm::Rule(rule) => lockstep(objective, rule.object(), &terms, seeds, watch),
        Algorithm::Solver(solver) => {
            assert!(!settings.single_precision, "a solver needs values in double precision");
            let run = |(run, seeds)| {
                let track = Track::of(watch, run, objective.dim());
                Oracle::run(objective, solver.object(), &terms, run, seeds, track)
            };
            seeds.into_iter().enumerate().map(run).collect()
        }
    }
}

fn lockstep(
    objective: &Objective,
    rule: &dyn Rule,
    terms: &Terms<'_>,
    seeds: Vec<Seeds<'_>>,
    watch: Option<&Watch<'_>>,
) -> Vec<RunResult> {
    let (batch, dim) = (rule.batch(), objective.dim());
    let mut oracle = BlockOracle::new(objective, terms.settings.single_precision, batch, seeds.len());
    let mut held_out = terms.settings.early_stop.map(|stop| stop.held_out.evaluator());
    let mut probes = Vec::with_capacity(seeds.len());
    let mut runs = Vec::with_capacity(seeds.len());
    for (run, seeds) in seeds.into_iter().enumerate() {
        let (course, batches) = Course::new(seeds, Track::of(watch, run, dim));
        let row_count = if batch == 0 { 0 } else { objective.row_count() };
        let mut probe = Probe {
            x: vec![0.0; dim],
            f: f64::NAN,
            grad: vec![0.0; dim],
            ledger: Ledger::new(&terms.book, dim),
            dealer: Dealer::new(row_count, rule.draws_with_replacement()),
            batches,
        };
        runs.push(Progress::begin(terms, &mut probe, course, rule.state(dim)));
        probes.push(probe);
    }

    let show = |i: usize, run: &Progress<'_>, probe: &Probe, rows: &[u32]| {
        let (restart, step) = run.place();
        terms.show.show(Iterate { run: i, restart, step, x: &probe.x, rows });
    };
    runs.iter().zip(&probes).enumerate().for_each(|(i, (run, probe))| show(i, run, probe, &[]));
    let mut who: Vec<usize> = Vec::with_capacity(runs.len());
    while runs.iter().any(|run| run.phase != Phase::Done) {
        select(&runs, Phase::Measure, &mut who);
        oracle.whole(&terms.book, &mut probes, &who);
        for &i in &who {
            if runs[i].judge(terms, &mut probes[i], held_out.as_mut()) {
                show(i, &runs[i], &probes[i], &[]);
            }
        }

        if batch > 0 {
            select(&runs, Phase::Step, &mut who);
            oracle.minibatch(&terms.book, &mut probes, &who);
            who.iter().for_each(|&i| runs[i].watch(terms, &mut probes[i]));
        }

        select(&runs, Phase::Step, &mut who);
        for &i in &who {
            runs[i].step(terms, &mut probes[i], batch > 0);
            if terms.show.is_watching() {
                show(i, &runs[i], &probes[i], oracle.rows_of(i));
            }
        }
    }
    runs.into_iter().zip(probes).map(|(run, probe)| run.into_result(terms, probe.ledger)).collect()
}

/// The runs in `phase`, in block order.
fn select(runs: &[Progress<'_>], phase: Phase, who: &mut Vec<usize>) {
    who.clear();
    who.extend((0..runs.len()).filter(|&i| runs[i].phase == phase));
}
