//! Minibatches without replacement, as the points show them.

mod common;

use autodiff::{Objective, Stream};
use common::{methods, regression, run, settings, single, unit_rows};
use optimizers::{Adam, GradientDescent, Method, Momentum, Settings, Sgd};

/// How often each row was used: with the loss `row . x` on unit rows and lr = batch, each use of row i takes 1 from x_i.
fn uses(objective: &Objective, batch: usize, budget: u64) -> Vec<f64> {
    let sgd = single(Sgd { lr: batch as f64, batch, replacement: false });
    let result = run(objective, &sgd, &settings(budget), &vec![0.0; objective.dim()]);
    result.x_final.iter().map(|x| -x).collect()
}

#[test]
fn every_epoch_uses_each_row_exactly_once() {
    let objective = unit_rows(8);
    for batch in [1, 2, 4, 8] {
        for epochs in 1..=5 {
            assert_eq!(uses(&objective, batch, epochs), [epochs as f64; 8], "batch {batch}");
        }
    }
}

/// 10 rows in batches of 4: epoch 1 ends within the third batch; 5 batches are exactly 2 epochs.
#[test]
fn a_batch_across_two_epochs_keeps_them_apart() {
    let objective = unit_rows(10);
    assert_eq!(uses(&objective, 4, 2), [2.0; 10]);
    let eight_rows = uses(&objective, 4, 1);
    assert_eq!(eight_rows.iter().sum::<f64>(), 8.0);
    assert!(eight_rows.iter().all(|&n| n <= 1.0), "{eight_rows:?}");
}

/// A batch is a set: all rows are the whole objective, whatever the order they were drawn in.
#[test]
fn a_batch_of_all_rows_is_the_whole_objective() {
    let objective = regression(48);
    let pairs: [(Method, Method); 3] = [
        (single(GradientDescent { lr: 0.3 }), single(Sgd { lr: 0.3, batch: 48, replacement: false })),
        (
            single(Momentum { lr: 0.1, beta: 0.9, dampening: 0.0, batch: 0 }),
            single(Momentum { lr: 0.1, beta: 0.9, dampening: 0.0, batch: 48 }),
        ),
        (single(Adam { lr: 0.1, batch: 0, ..Adam::default() }), single(Adam { lr: 0.1, batch: 48, ..Adam::default() })),
    ];
    for (whole, batch) in pairs {
        let settings = Settings { moments: (1..=40).collect(), ..settings(40) };
        let whole = run(&objective, &whole, &settings, &[0.5, -0.5]);
        let batch = run(&objective, &batch, &settings, &[0.5, -0.5]);
        assert_eq!(whole.snapshots, batch.snapshots);
        assert_eq!(whole.snapshots.len(), 40);
    }
}

#[test]
fn sgd_with_batch_0_is_gradient_descent() {
    let objective = regression(10);
    let sgd = run(&objective, &single(Sgd { lr: 0.3, batch: 0, replacement: false }), &settings(40), &[0.5, -0.5]);
    let descent = run(&objective, &single(GradientDescent { lr: 0.3 }), &settings(40), &[0.5, -0.5]);
    assert_eq!(sgd, descent);
}

#[test]
fn methods_refuse_objectives_they_cannot_draw_from() {
    let (formula, ten_rows) = (common::himmelblau(), regression(10));
    for method in methods(32, 5) {
        let (on_formula, on_rows) = (method.check(&formula), method.check(&ten_rows));
        if method.batch() == 0 {
            assert_eq!((on_formula, on_rows), (Ok(()), Ok(())));
        } else {
            let name = method.algorithm.name();
            assert_eq!(
                on_formula.unwrap_err(),
                format!(
                    "{name} draws minibatches (batch = 32) and needs a problem with data rows; use gradient_descent, or batch = 0"
                )
            );
            assert!(on_rows.unwrap_err().contains("of 32 rows, but the problem has 10; use batch <= 10"));
        }
    }
}

/// Mean and variance of one SGD step around the gradient step: for batches of b from m rows without replacement
/// the variance is sigma^2 / b (m - b) / (m - 1), the finite-population formula.
#[test]
fn a_first_batch_is_a_simple_random_sample() {
    let objective = unit_rows(8);
    let runs = 4000;
    let mut uses = [0.0; 8];
    let mut pairs = 0.0;
    for i in 0..runs {
        let seeds = optimizers::Seeds {
            start: Box::new(|_| vec![0.0; 8]),
            noise: Stream::new(1, "noise", &[]),
            batches: Stream::new(1, "batches", &[&format!("{i}")]),
            random: Stream::new(1, "random", &[]),
        };
        // Two minibatches of 4 fit in one epoch: the point kept at the second one shows the first.
        let settings = Settings { moments: vec![1], ..settings(1) };
        let result = &optimizers::run_block(
            &objective,
            &single(Sgd { lr: 4.0, batch: 4, replacement: false }),
            &settings,
            vec![seeds],
        )[0];
        let first = &result.snapshots[0].x;
        assert_eq!(first.iter().sum::<f64>(), -4.0);
        first.iter().zip(&mut uses).for_each(|(x, uses)| *uses -= x);
        pairs += first[0] * first[1];
    }
    // Row i is in with probability 1/2, rows 0 and 1 together with 4/8 * 3/7 = 3/14; 5 standard errors.
    let n = f64::from(runs);
    for uses in uses {
        assert!((uses / n - 0.5).abs() <= 5.0 * (0.25 / n).sqrt(), "{uses}");
    }
    let p: f64 = 3.0 / 14.0;
    assert!((pairs / n - p).abs() <= 5.0 * (p * (1.0 - p) / n).sqrt(), "{pairs}");
}
