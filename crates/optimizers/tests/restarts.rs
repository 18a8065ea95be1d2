//! Restarts: the starts they use, what they cost, and what becomes of attempts that fail.

mod common;

use autodiff::{Objective, Scalar};
use common::{himmelblau, method, regression, run, seeds, settings, single, text};
use optimizers::{GradientDescent, MultiRestart, RunResult, Settings, Sgd, Status, run_block};
use std::cell::RefCell;

fn restarts(lr: f64, cutoff: u64) -> optimizers::Method {
    method(GradientDescent { lr }, MultiRestart { cutoff, ..MultiRestart::default() })
}

fn run_from(
    objective: &Objective,
    method: &optimizers::Method,
    settings: &Settings,
    start: impl Fn(u64) -> Vec<f64>,
) -> RunResult {
    run_block(objective, method, settings, vec![seeds(0, start)]).pop().expect("one run")
}

#[test]
fn restarts_use_the_starts_in_order() {
    let asked = RefCell::new(Vec::new());
    let start = |restart: u64| {
        asked.borrow_mut().push(restart);
        vec![restart as f64 - 2.0, 1.0]
    };
    let result = run_from(&himmelblau(), &restarts(1e-3, 10), &settings(45), start);
    assert_eq!(*asked.borrow(), [0, 1, 2, 3, 4]);
    assert_eq!(result.restarts, 4);
    let objective = himmelblau();
    let mut at = objective.evaluator();
    for (restart, attempt) in result.attempts.iter().enumerate() {
        assert_eq!(attempt.f_start, at.value(&[restart as f64 - 2.0, 1.0]));
    }
}

/// Until the single run converges, a run that may restart does the same: same points, same hits.
#[test]
fn the_first_attempt_of_a_large_cutoff_is_the_single_run() {
    let settings = Settings { targets: vec![100.0, 1.0, 1e-6], moments: vec![1, 5, 50], ..settings(2000) };
    let alone = run(&himmelblau(), &single(GradientDescent { lr: 5e-3 }), &settings, &[1.0, 1.5]);
    let many = run(&himmelblau(), &restarts(5e-3, 100_000), &settings, &[1.0, 1.5]);
    assert_eq!(alone.status, Status::Converged, "{}", alone.reason);
    assert!(alone.cost > 50.0);
    assert_eq!(many.attempts[0], alone.attempts[0]);
    assert_eq!((&many.hits, &many.snapshots), (&alone.hits, &alone.snapshots));
    // The same start again and again is the same attempt again and again, except that the last is cut.
    let (last, whole) = many.attempts.split_last().expect("attempts");
    assert!(whole.len() >= 2 && whole.iter().all(|attempt| *attempt == alone.attempts[0]));
    assert_eq!(last.status, Status::Budget);
    assert_eq!((many.status, many.cost), (Status::Budget, 2000.0));
    assert!(many.reason.ends_with("best end at restart 0"), "of equal ends the first is best: {}", many.reason);
    assert_eq!((many.x_final, many.grad_norm), (alone.x_final, alone.grad_norm));
}

/// With one attempt as long as the budget there is no restart, and only the wording differs from the single run.
#[test]
fn a_cutoff_of_the_whole_budget_is_the_single_run() {
    let settings = settings(30);
    let mut many = run(&himmelblau(), &restarts(1e-3, 30), &settings, &[1.0, 1.5]);
    let alone = run(&himmelblau(), &single(GradientDescent { lr: 1e-3 }), &settings, &[1.0, 1.5]);
    assert_eq!(many.reason, "1 cut off; best end at restart 0");
    many.reason = alone.reason.clone();
    assert_eq!(text(&many), text(&alone));
}

/// The rule forgets: heavy ball after a restart moves as from its first start.
#[test]
fn a_restart_begins_with_a_fresh_rule() {
    let momentum = optimizers::Momentum { lr: 1e-3, beta: 0.9, dampening: 0.0, batch: 0 };
    let result = run(
        &himmelblau(),
        &method(momentum, MultiRestart { cutoff: 20, ..MultiRestart::default() }),
        &settings(60),
        &[1.0, 1.5],
    );
    assert_eq!(result.attempts.len(), 3);
    assert_eq!(result.attempts[1], result.attempts[0]);
    assert_eq!(result.attempts[2], result.attempts[0]);
}

/// Within epochs that begin with the attempt, the uses of two rows never differ by more than one. Attempts of 5
/// batches of 4 from 11 rows leave 2 rows over, so an epoch carried into the next attempt shows.
#[test]
fn a_restart_begins_a_new_epoch() {
    let method =
        method(Sgd { lr: 4.0, batch: 4, replacement: false }, MultiRestart { cutoff: 2, ..MultiRestart::default() });
    let settings = Settings { moments: (1..=100).collect(), ..settings(100) };
    let result = run(&common::unit_rows(11), &method, &settings, &[0.0; 11]);
    assert_eq!((result.restarts, result.snapshots.len()), (54, 100));
    for snapshot in result.snapshots {
        // lr = batch: each use of row i takes 1 from x_i.
        let uses = |pick: fn(f64, f64) -> f64| snapshot.x.iter().map(|x| -x).reduce(pick).expect("11 rows");
        assert!(uses(f64::max) - uses(f64::min) <= 1.0, "{snapshot:?}");
    }
}

/// sqrt(x)-shaped on one side, x^4 on the other: NaN from starts below 0, divergence from far starts.
fn fragile() -> Objective {
    Objective::formula(1, |x| x[0].sqrt().square().square().square() * 0.25)
}

#[test]
fn failed_attempts_are_counted_and_the_run_goes_on() {
    let starts = [-1.0, 30.0, 1.0, 0.5, 0.8];
    let result = run_from(&fragile(), &restarts(0.1, 10), &settings(43), |restart| vec![starts[restart as usize % 5]]);
    let statuses: Vec<Status> = result.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(&statuses[..5], [Status::Nan, Status::Nan, Status::Budget, Status::Budget, Status::Budget]);
    assert_eq!((result.status, result.cost), (Status::Budget, 43.0));
    // The best end is that of the start at 0.5, restart 3 (and again at restart 8, which is cut short).
    assert_eq!(result.f_final, result.attempts[3].f_end);
    assert!(result.f_final < result.attempts[2].f_end && result.f_final < result.attempts[4].f_end);
    assert!(result.reason.contains("best end at restart 3"), "{}", result.reason);
    assert!(result.f_start.is_nan());
}

#[test]
fn a_run_fails_only_when_every_attempt_did() {
    let nan = run_from(&fragile(), &restarts(0.1, 10), &settings(20), |_| vec![-1.0]);
    assert_eq!((nan.status, nan.cost, nan.restarts), (Status::Nan, 20.0, 19));
    assert_eq!(nan.reason, "every one of 20 starts failed; f not finite at restart 0, cost 1");
    // The first value is already above the threshold.
    let diverged = run_from(&fragile(), &restarts(0.1, 10), &settings(20), |_| vec![1e4]);
    assert_eq!((diverged.status, diverged.cost), (Status::Diverged, 20.0));
}

/// Attempts that end where they begin still cost something, so the run ends, although measurements are free.
#[test]
fn minibatch_restarts_end_even_when_every_start_fails_or_is_a_minimum() {
    let method =
        method(Sgd { lr: 0.1, batch: 3, replacement: false }, MultiRestart { cutoff: 5, ..MultiRestart::default() });
    let nan = run_from(&regression(10), &method, &settings(6), |_| vec![f64::NAN, 0.0]);
    assert_eq!((nan.status, nan.units, nan.restarts), (Status::Nan, 120, 19), "{}", nan.reason);
    let rows = std::sync::Arc::new(autodiff::Rows::new(1, vec![0.0; 10]));
    let plateau = Objective::over_rows(1, rows, |x, row| x[0] * row[0]);
    let flat = run_from(&plateau, &method, &settings(6), |restart| vec![restart as f64]);
    // Convergence is seen after an epoch of 4 batches, 12 rows: five attempts of 12 rows.
    assert_eq!((flat.status, flat.units, flat.restarts), (Status::Budget, 120, 4), "{}", flat.reason);
    assert!(flat.attempts.iter().all(|attempt| attempt.status == Status::Converged && attempt.cost == 1.2));
}
