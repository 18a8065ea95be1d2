//! The loop, written once: a block of runs in lockstep, every evaluation one batch call over the active runs.

use crate::ledger::{Book, Ledger};
use crate::method::Method;
use crate::minibatch::Dealer;
use crate::oracle::{Oracle, Probe};
use crate::progress::{Phase, Progress};
use crate::result::RunResult;
use crate::settings::{Seeds, Settings};
use crate::strategy::Strategy;
use autodiff::{Geometry, Objective};

/// What is the same for every run of a block.
pub(crate) struct Terms<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) strategy: &'a dyn Strategy,
    pub(crate) geometry: &'a Geometry,
    pub(crate) book: Book,
    /// Row-gradients of one step.
    pub(crate) step_rows: u64,
    /// Steps between two measurements of the whole objective: 1, or an epoch of a minibatch method.
    pub(crate) measure_every: u64,
    /// Steps the budget allows.
    pub(crate) run_steps: u64,
}

impl<'a> Terms<'a> {
    fn new(objective: &'a Objective, method: &'a Method, settings: &'a Settings) -> Self {
        let row_count = objective.row_count() as u64;
        let book = Book::new(settings, row_count);
        let step_rows = if method.batch() == 0 { row_count } else { method.batch() as u64 };
        let run_steps = book.budget_rows / step_rows;
        let measure_every = row_count.div_ceil(step_rows);
        let (strategy, geometry) = (method.strategy.object(), objective.geometry());
        Self { settings, strategy, geometry, book, step_rows, measure_every, run_steps }
    }
}

/// Runs `method` once per entry of `seeds` and returns the results in that order.
///
/// The active runs of the block share each batch call; a run that ends drops out, a restart takes its place at
/// once. The result of a run is bit for bit the same whether it runs alone or in any block.
///
/// **Cost.** One gradient of the whole objective (`row_count` row-gradients) is one gradient-equivalent; the value
/// comes with it. The first evaluation costs like any other. A step that the budget or cutoff does not cover is not taken,
/// and a run ends at a point that was evaluated, so `B` gradients make `B - 1` steps of a full-batch method.
///
/// **Minibatch methods** (`batch > 0`) never see the whole objective. It is measured, at no cost to them, at the
/// start of every attempt, after each epoch (`ceil(row_count / batch)` steps) and at the end; hits, best value and
/// the convergence test use these measurements only. The one at the start is not tested for convergence, so that
/// every attempt costs a step at least. Divergence and NaN are watched at every step.
///
/// **Surfaces.** On a sphere the gradient is projected to the tangent space before, and the point retracted
/// after each step.
///
/// # Panics
/// When [`Method::check`] refuses the objective, the budget is 0, a threshold is NaN, or a start has the wrong
/// length: callers check experiments before they run them.
pub fn run_block(objective: &Objective, method: &Method, settings: &Settings, seeds: Vec<Seeds<'_>>) -> Vec<RunResult> {
    settings.assert_usable();
    if let Err(message) = method.check(objective) {
        panic!("{message}");
    }
    let terms = Terms::new(objective, method, settings);
    let batch = method.batch();
    let dim = objective.dim();
    let mut oracle = Oracle::new(objective, settings.single_precision, batch, seeds.len());
    let mut probes = Vec::with_capacity(seeds.len());
    let mut runs = Vec::with_capacity(seeds.len());
    for Seeds { start, noise, batches } in seeds {
        let mut probe = Probe {
            x: vec![0.0; dim],
            f: f64::NAN,
            grad: vec![0.0; dim],
            ledger: Ledger::new(&terms.book, dim),
            dealer: Dealer::new(if batch == 0 { 0 } else { objective.row_count() }),
            batches,
        };
        runs.push(Progress::begin(&terms, &mut probe, start, noise, method.rule.object().state(dim)));
        probes.push(probe);
    }

    let mut who: Vec<usize> = Vec::with_capacity(runs.len());
    while runs.iter().any(|run| run.phase != Phase::Done) {
        select(&runs, Phase::Measure, &mut who);
        oracle.whole(&terms.book, &mut probes, &who);
        who.iter().for_each(|&i| runs[i].judge(&terms, &mut probes[i]));

        if batch > 0 {
            select(&runs, Phase::Step, &mut who);
            oracle.minibatch(&terms.book, &mut probes, &who);
            who.iter().for_each(|&i| runs[i].watch(&terms, &mut probes[i]));
        }

        select(&runs, Phase::Step, &mut who);
        who.iter().for_each(|&i| runs[i].step(&terms, &mut probes[i]));
    }
    runs.into_iter().zip(probes).map(|(run, probe)| run.into_result(&terms, probe.ledger)).collect()
}

/// The runs in `phase`, in block order.
fn select(runs: &[Progress<'_>], phase: Phase, who: &mut Vec<usize>) {
    who.clear();
    who.extend((0..runs.len()).filter(|&i| runs[i].phase == phase));
}
