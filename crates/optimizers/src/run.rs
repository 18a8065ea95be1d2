//! The loop, written once: a block of runs in lockstep, every evaluation one batch call over the active runs.

use crate::block::Block;
use crate::course::Course;
use crate::lookout::{Chosen, Lookout};
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
        Algorithm::Rule(rule) => side_by_side(objective, rule.object(), &terms, seeds, watch),
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

/// The loop. A lane whose run has ended takes the next one that waits; when none waits any more, and half of the lanes or
/// more are free, the block becomes narrower.
fn side_by_side(
    objective: &Objective,
    rule: &dyn Rule,
    terms: &Terms<'_>,
    seeds: Vec<Seeds<'_>>,
    watch: Option<&Watch<'_>>,
) -> Vec<RunResult> {
    let (batch, dim) = (rule.batch(), objective.dim());
    let is_minibatch = batch > 0;
    let mut results: Vec<Option<RunResult>> = seeds.iter().map(|_| None).collect();
    let mut held_out = terms.settings.early_stop.map(|stop| stop.held_out.evaluator());
    let mut block = Block::new(objective, rule, terms.settings.single_precision, seeds.len());
    let mut runs: Vec<Option<Progress<'_>>> = (0..block.width()).map(|_| None).collect();
    let mut lookout = Lookout::new(block.width());
    let mut waiting = seeds.into_iter().enumerate();
    let show = |run: &Progress<'_>, block: &Block<'_>, lane: usize, rows: &[u32]| {
        if terms.show.is_watching() {
            let (restart, step) = run.place();
            terms.show.show(Iterate { run: run.number, restart, step, x: &block.x(lane).vector(), rows });
        }
    };

    let mut has_news = true;
    loop {
        // Ends and starts, after rounds that had some.
        if has_news {
            for (lane, seat) in runs.iter_mut().enumerate() {
                if let Some(run) = seat.take_if(|run| run.phase == Phase::Done) {
                    let place = run.number;
                    results[place] = Some(run.into_result(terms, block.best(lane).to_vec()));
                }
                if seat.is_none() {
                    *seat = waiting.next().map(|(number, seeds)| {
                        let (course, batches, random) = Course::new(seeds, Track::of(watch, number, dim));
                        let row_count = if is_minibatch { objective.row_count() } else { 0 };
                        let dealer = Dealer::new(row_count, rule.draws_with_replacement());
                        block.seat(lane, random);
                        Progress::new(terms, number, course, dealer, batches)
                    });
                }
                if seat.as_ref().is_none_or(|run| run.phase == Phase::Begin) {
                    lookout.expect(lane, None);
                }
                if let Some(run) = in_phase(seat, Phase::Begin) {
                    run.begin(terms, &mut block, lane);
                    show(run, &block, lane, &[]);
                }
            }
            let count = runs.iter().flatten().count();
            if count == 0 {
                return results.into_iter().map(|result| result.expect("every run has ended")).collect();
            }
            if block.narrow_to(count, |lane| runs[lane].is_some()) {
                lookout.narrow(block.width(), |lane| runs[lane].is_some());
                runs = runs.into_iter().filter(Option::is_some).collect();
                runs.resize_with(block.width(), || None);
            }
        }

        // Without minibatches every run is measured before each of its steps; with them there is one lane. Most runs need not be
        // looked at one by one.
        has_news = false;
        let all = Chosen::all(block.width());
        let mut alone = all;
        if !is_minibatch || in_phase(&mut runs[0], Phase::Measure).is_some() {
            block.evaluate(terms);
            if !terms.is_eventful {
                alone = block.watch_from(&mut lookout, terms);
            }
            let is_best = &mut lookout.is_best;
            for lane in alone.iter() {
                // A lane without a run may as well be copied.
                is_best[lane] = 1.0;
            }
            for (lane, run) in in_lanes(&mut runs, alone, Phase::Measure) {
                if !terms.is_eventful {
                    run.catch_up(terms, lookout.missed(lane));
                }
                lookout.is_best[lane] = f64::from(u8::from(run.note(terms, &block, lane, is_minibatch)));
            }
            block.keep_best(&mut lookout.is_best);
            for (lane, run) in in_lanes(&mut runs, alone, Phase::Measure) {
                block.look_at(lane, terms);
                run.judge(terms, rule, &block, lane, held_out.as_mut());
                has_news |= run.phase != Phase::Step;
            }
        }
        if is_minibatch && let Some(run) = in_phase(&mut runs[0], Phase::Step) {
            run.deal(batch, &mut block.rows);
            block.evaluate_on_rows(terms);
            block.look_at(0, terms);
            run.watch(terms, &block, 0, batch);
        }

        let mut is_any_on = alone != all;
        block.advance();
        for lane in alone.iter() {
            match in_phase(&mut runs[lane], Phase::Step) {
                Some(run) => run.leave(terms, &mut block, lane),
                None => block.plan(lane, None),
            }
            is_any_on |= in_phase(&mut runs[lane], Phase::Step).is_some();
        }
        if is_any_on {
            block.step(rule, is_minibatch);
            if !terms.weight_noise.is_empty() {
                in_lanes(&mut runs, alone, Phase::Step).for_each(|(lane, run)| run.disturb(terms, &mut block, lane));
            }
            block.retract(terms);
            for (lane, run) in in_lanes(&mut runs, alone, Phase::Step) {
                run.arrive(terms, &block, lane);
                show(run, &block, lane, &block.rows);
                if !terms.is_eventful {
                    lookout.expect(lane, run.outlook(terms));
                }
            }
        }
    }
}

/// The run of a lane, if it is in this phase.
fn in_phase<'r, 'a>(seat: &'r mut Option<Progress<'a>>, phase: Phase) -> Option<&'r mut Progress<'a>> {
    seat.as_mut().filter(|run| run.phase == phase)
}

/// The runs of some lanes that are in this phase.
fn in_lanes<'r, 'a>(
    runs: &'r mut [Option<Progress<'a>>],
    lanes: Chosen,
    phase: Phase,
) -> impl Iterator<Item = (usize, &'r mut Progress<'a>)> {
    let runs = runs[..lanes.end()].iter_mut().enumerate().filter(move |(lane, _)| lanes.has(*lane));
    runs.filter_map(move |(lane, seat)| Some((lane, in_phase(seat, phase)?)))
}
