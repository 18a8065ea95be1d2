//! Costs are exact: never above the budget, and never a step's cost below it at the end.

mod common;

use common::{himmelblau, method, methods, regression, run, seeds, settings, single};
use optimizers::{Counts, GradientDescent, MultiRestart, Settings, Sgd, Status, run_block};

/// A budget of B gradients is B evaluations and the B - 1 steps between them.
#[test]
fn gradient_descent_spends_all_of_its_budget() {
    for budget in [1, 2, 17] {
        for objective in [himmelblau(), regression(10)] {
            let result = run(&objective, &single(GradientDescent { lr: 1e-3 }), &settings(budget), &[0.1, 0.2]);
            assert_eq!(result.status, Status::Budget);
            assert_eq!(result.units, 2 * budget * objective.row_count() as u64);
            assert_eq!((result.cost, result.iterations), (budget as f64, budget - 1));
        }
    }
}

#[test]
fn minibatches_stop_where_the_next_one_would_not_fit() {
    let objective = regression(10);
    for batch in [1, 2, 3, 4, 7, 9, 10] {
        for budget in [1, 2, 3, 7] {
            let sgd = single(Sgd { lr: 1e-3, batch: batch as usize, replacement: false });
            let result = run(&objective, &sgd, &settings(budget), &[0.1, 0.2]);
            let steps = if batch == 10 { budget } else { budget * 10 / batch };
            assert_eq!((result.status, result.iterations), (Status::Budget, steps), "batch {batch}, budget {budget}");
            let row_grads = steps * batch;
            assert_eq!((result.units, result.counts.n_grad), (2 * row_grads, steps));
            assert_eq!(result.cost, row_grads as f64 / 10.0);
            assert!(row_grads <= budget * 10 && row_grads + batch > budget * 10);
        }
    }
}

#[test]
fn no_method_spends_more_than_its_budget_and_attempts_add_up() {
    let objective = regression(10);
    for budget in [1, 5, 23] {
        for method in methods(3, 4) {
            let starts = |restart| vec![restart as f64 * 0.1, 0.3];
            let result = &run_block(&objective, &method, &settings(budget), vec![seeds(1, starts)])[0];
            let (step_rows, b) = if method.batch() == 0 { (10, 1.0) } else { (3, 0.3) };
            assert!(result.units <= 2 * budget * 10, "{method:?}: {}", result.reason);
            // The dearest question of a solver, a product or a Hessian in the plane, is two gradients; some converge.
            let slack = if method.is_solver() { 40 } else { 2 * step_rows };
            let is_at_an_end = result.units + slack > 2 * budget * 10;
            assert!(
                is_at_an_end || (method.is_solver() && result.status != Status::Budget),
                "{method:?}: {}",
                result.reason
            );
            let Counts { n_f, n_grad, n_hvp, n_hess } = result.counts;
            let cost = 0.5 * n_f as f64 + b * n_grad as f64 + 2.0 * n_hvp as f64 + 2.0 * n_hess as f64;
            assert!((cost - result.cost).abs() <= 1e-12 * cost, "{method:?}: {:?} are {cost}", result.counts);
            let attempts: f64 = result.attempts.iter().map(|attempt| attempt.cost).sum();
            assert!((attempts - result.cost).abs() <= 1e-12, "{method:?}: {attempts} and {}", result.cost);
            assert_eq!(result.restarts + 1, result.attempts.len() as u64);
            for attempt in result.attempts.iter().filter(|_| method.strategy.name() == "multi_restart") {
                assert!(attempt.cost <= 4.0, "{method:?}: {attempt:?}");
            }
        }
    }
}

/// A cutoff is exact too: attempts of 4 gradients in a budget of 22 are five of 4 and one of 2.
#[test]
fn a_cutoff_is_spent_to_the_last_gradient() {
    let restarts = method(GradientDescent { lr: 1e-3 }, MultiRestart { cutoff: 4, ..MultiRestart::default() });
    let result = run(&himmelblau(), &restarts, &settings(22), &[0.1, 0.2]);
    let costs: Vec<f64> = result.attempts.iter().map(|attempt| attempt.cost).collect();
    assert_eq!(costs, [4.0, 4.0, 4.0, 4.0, 4.0, 2.0]);
    assert_eq!((result.restarts, result.iterations), (5, 5 * 3 + 1));
}

#[test]
#[should_panic(expected = "at least one gradient")]
fn a_budget_of_nothing_is_a_mistake_of_the_caller() {
    run(&himmelblau(), &single(GradientDescent { lr: 1e-3 }), &Settings { budget: 0, ..settings(1) }, &[0.0, 0.0]);
}
