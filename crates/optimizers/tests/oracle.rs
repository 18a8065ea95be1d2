//! What the oracle writes down, against a plain scan of the same trajectory.

mod common;

use autodiff::Objective;
use common::{himmelblau, regression, run, settings, single};
use optimizers::{Adam, GradientDescent, Momentum, Settings, Sgd, Status};

/// Cost of the first value at or below each target, by looking at all of them.
fn scan(values: &[f64], targets: &[f64]) -> Vec<Option<f64>> {
    let first = |target: &f64| values.iter().position(|f| f <= target).map(|t| (t + 1) as f64);
    targets.iter().map(first).collect()
}

#[test]
fn hits_and_best_equal_a_scan_of_the_trajectory() {
    let objective = himmelblau();
    // Unsorted, with a repetition, one that the start satisfies, one out of reach; heavy ball overshoots, so f is
    // not monotone and "first" differs from "last".
    let targets = vec![1.0, 1e9, 1e-3, -1.0, 50.0, 1.0, 10.0, 1e-1];
    let settings = Settings { targets: targets.clone(), moments: (1..=120).collect(), ..settings(120) };
    let result =
        run(&objective, &single(Momentum { lr: 5e-3, beta: 0.9, dampening: 0.0, batch: 0 }), &settings, &[-0.3, -0.9]);
    let mut at = objective.evaluator();
    let values: Vec<f64> = result.snapshots.iter().map(|snapshot| at.value(&snapshot.x)).collect();
    assert_eq!(values.len(), 120);
    assert!(values.windows(2).any(|pair| pair[1] > pair[0]), "the trajectory must overshoot to test this");
    assert_eq!(result.hits, scan(&values, &targets));
    assert_eq!(result.hits[1], Some(1.0));
    assert_eq!(result.hits[3], None);
    let best = values.iter().copied().fold(f64::INFINITY, f64::min);
    let t = values.iter().position(|&f| f == best).expect("a best value");
    assert_eq!((result.f_best, result.cost_at_best), (best, (t + 1) as f64));
    assert_eq!(result.x_best, result.snapshots[t].x);
    assert_eq!((result.f_start, result.f_final), (values[0], values[119]));
    assert_eq!(result.x_final, result.snapshots[119].x);
}

/// The end of a run with budget k is the point after k epochs of the same run with a longer budget.
#[test]
fn minibatch_hits_are_those_of_the_whole_objective_at_epoch_ends() {
    let objective = regression(12);
    let sgd = single(Sgd { lr: 0.3, batch: 4, replacement: false });
    let start = [1.0, -1.0];
    let mut at = objective.evaluator();
    let mut values = vec![at.value(&start)];
    for epochs in 1..=30 {
        values.push(at.value(&run(&objective, &sgd, &settings(epochs), &start).x_final));
    }
    let targets: Vec<f64> =
        [0.0, 0.3, 0.6, 0.9, 0.99, -1.0].iter().map(|s| values[0] + s * (values[30] - values[0])).collect();
    let result = run(&objective, &sgd, &Settings { targets: targets.clone(), ..settings(30) }, &start);
    let first = |target: &f64| values.iter().position(|f| f <= target).map(|epoch| epoch as f64);
    assert_eq!(result.hits, targets.iter().map(first).collect::<Vec<_>>());
    assert_eq!(result.hits[0], Some(0.0));
    assert!(result.hits[3].is_some_and(|cost| cost > 1.0));
    assert_eq!(result.f_best, values.iter().copied().fold(f64::INFINITY, f64::min));
}

/// An epoch of 10 rows in batches of 4 is measured after ceil(10/4) = 3 steps, that is 12 rows.
#[test]
fn an_epoch_that_does_not_divide_is_measured_after_its_last_batch() {
    let objective = regression(10);
    let mut at = objective.evaluator();
    let start = [1.0, -1.0];
    // Hit by the first measurement after the start: any value just below that of the start.
    let settings = Settings { targets: vec![at.value(&start) * (1.0 - 1e-9)], ..settings(20) };
    let result = run(&objective, &single(Sgd { lr: 0.05, batch: 4, replacement: false }), &settings, &start);
    assert_eq!(result.hits, [Some(1.2)]);
}

#[test]
fn a_moment_keeps_the_first_point_not_below_it() {
    let objective = regression(10);
    let settings = Settings { moments: vec![3, 0, 1, 50], ..settings(4) };
    let sgd = run(&objective, &single(Sgd { lr: 0.1, batch: 4, replacement: false }), &settings, &[1.0, -1.0]);
    // The start is measured at cost 0, then costs are 0.4, 0.8, 1.2, ...; moment 50 is never reached.
    let kept: Vec<(u64, f64)> = sgd.snapshots.iter().map(|snapshot| (snapshot.moment, snapshot.cost)).collect();
    assert_eq!(kept, [(0, 0.0), (1, 1.2), (3, 3.2)]);
    assert_eq!(sgd.snapshots[0].x, [1.0, -1.0]);
    let descent = run(&objective, &single(GradientDescent { lr: 0.1 }), &settings, &[1.0, -1.0]);
    let kept: Vec<(u64, f64)> = descent.snapshots.iter().map(|snapshot| (snapshot.moment, snapshot.cost)).collect();
    assert_eq!(kept, [(0, 1.0), (1, 1.0), (3, 3.0)]);
}

#[test]
fn convergence_is_that_of_the_whole_gradient() {
    let objective = regression(10);
    let mut at = objective.evaluator();
    let mut grad = [0.0; 2];
    for method in [single(GradientDescent { lr: 0.5 }), single(Adam { lr: 0.05, batch: 0, ..Adam::default() })] {
        let result = run(&objective, &method, &Settings { grad_tol: 1e-6, ..settings(20_000) }, &[0.2, -1.0]);
        assert_eq!(result.status, Status::Converged, "{}", result.reason);
        assert_eq!(at.gradient(&result.x_final, &mut grad), result.f_final);
        // hypot and the sum of squares round differently.
        assert!((result.grad_norm / grad[0].hypot(grad[1]) - 1.0).abs() <= 4.0 * f64::EPSILON);
        assert!(result.grad_norm <= 1e-6);
        assert!(result.reason.contains("<= 1e-6 after"), "{}", result.reason);
    }
}

/// SGD with noise at the minimum: a loose tolerance is met at an epoch's end, so at a whole number of epochs.
#[test]
fn minibatch_convergence_is_tested_at_epoch_ends_only() {
    let settings = Settings { grad_tol: 0.02, ..settings(500) };
    let result = run(&regression(12), &single(Sgd { lr: 0.05, batch: 4, replacement: false }), &settings, &[1.0, -1.0]);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert!(result.cost >= 2.0 && result.cost.fract() == 0.0, "{}", result.reason);
}

#[test]
fn bad_numbers_are_statuses_with_their_cause() {
    let descent = single(GradientDescent { lr: 0.5 });
    let settings = settings(1000);
    // x^4: from 10 the first step goes to -490 and on; f passes 1e12 at 10 -> -1990 -> 1.6e10.
    let quartic = Objective::formula(1, |x| x[0] * x[0] * x[0] * x[0]);
    let result = run(&quartic, &descent, &settings, &[10.0]);
    assert_eq!((result.status, result.cost), (Status::Diverged, 2.0));
    assert!(result.reason.contains("f 1.568e13 > 1e12 at restart 0, cost 2"), "{}", result.reason);
    // Downhill for ever: x grows by half a slope of 1e5 per step and passes 1e6 after 21 steps.
    let slope = Objective::formula(1, |x| x[0] * 1e5);
    let result = run(&slope, &descent, &settings, &[0.0]);
    assert_eq!((result.status, result.iterations), (Status::Diverged, 21), "{}", result.reason);
    assert!(result.reason.contains("max |x_i| 1.050e6 > 1e6"), "{}", result.reason);
    // sqrt of a negative number.
    let root = Objective::formula(1, |x| autodiff::Scalar::sqrt(x[0]) * 2.0);
    let result = run(&root, &descent, &settings, &[0.04]);
    assert_eq!((result.status, result.cost), (Status::Nan, 2.0));
    assert_eq!(result.reason, "f not finite at restart 0, cost 2");
    // A value that was never finite is no best value; the start stands in for the best point.
    let result = run(&root, &descent, &Settings { targets: vec![1e9], ..settings.clone() }, &[-1.0]);
    assert_eq!(result.hits, [None]);
    assert!(result.f_best.is_nan() && result.f_final.is_nan());
    assert_eq!((result.status, result.x_best, result.cost), (Status::Nan, vec![-1.0], 1.0));
    // A value of minus infinity is no success either.
    let log = Objective::formula(1, |x| autodiff::Scalar::ln(x[0]));
    let result = run(&log, &descent, &Settings { targets: vec![-1e9], ..settings.clone() }, &[0.0]);
    assert_eq!((result.status, result.hits), (Status::Nan, vec![None]));
    // At 0 the root is finite, its slope is not.
    let result = run(&root, &descent, &settings, &[0.0]);
    assert_eq!((result.status, result.f_best), (Status::Nan, 0.0));
    assert!(result.reason.starts_with("gradient not finite"), "{}", result.reason);
}

/// A row that gives NaN is met within the first epoch; a run that diverges is stopped between two measurements.
#[test]
fn bad_numbers_are_seen_between_measurements() {
    let rows = std::sync::Arc::new(autodiff::Rows::new(1, vec![1.0; 100]));
    let root = Objective::over_rows(1, rows.clone(), |x, row| autodiff::Scalar::sqrt(x[0]) * row[0] * 2.0);
    let result = run(&root, &single(Sgd { lr: 0.5, batch: 10, replacement: false }), &settings(9), &[0.04]);
    assert_eq!((result.status, result.units), (Status::Nan, 40), "{}", result.reason);
    let explosive = Objective::over_rows(1, rows, |x, row| x[0] * x[0] * row[0]);
    let result = run(&explosive, &single(Sgd { lr: 50.0, batch: 1, replacement: false }), &settings(9), &[1.0]);
    // |x| is 99^t: beyond 1e6 after 4 steps, f = 99^8 = 9e15; seen with the fifth minibatch.
    assert_eq!((result.status, result.units), (Status::Diverged, 10), "{}", result.reason);
}
