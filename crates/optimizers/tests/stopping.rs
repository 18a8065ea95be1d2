//! Ends for lack of progress: the declared rule, the strategy's, and the loss on held-out data; noise recorded.

mod common;

use autodiff::{Objective, Rows, Scalar};
use common::{himmelblau, method, quadratic, run, settings, single, solver};
use optimizers::{
    Backtracking, Decay, EarlyStop, GradientDescent, MultiRestart, Noise, NoisyStart, On, Part, Settings, Sgd, Single,
    Stall, Status, Until,
};
use std::sync::Arc;

/// f = x^2 / 2 shrinks by 0.81 per step of lr 0.1: always progress at decrease 0.1, never at 0.2.
#[test]
fn a_run_stalls_by_its_relative_decrease() {
    let bowl = quadratic(&[1.0]);
    let descent = single(GradientDescent { lr: 0.1 });
    let stalling = |decrease: f64, window: u64| Settings {
        grad_tol: 0.0,
        stall: Some(Stall { window, decrease }),
        ..settings(40)
    };
    let progress = run(&bowl, &descent, &stalling(0.1, 1), &[1.0]);
    assert_eq!((progress.status, progress.cost), (Status::Budget, 40.0));
    // The mark is set at cost 1; by cost 1 + window too little has come, with a window of 1 at 0.81 f.
    let stalled = run(&bowl, &descent, &stalling(0.2, 1), &[1.0]);
    assert_eq!((stalled.status, stalled.cost), (Status::Stalled, 2.0), "{}", stalled.reason);
    assert!(stalled.reason.contains("no more than 2e-1 of its size in 1 gradients"), "{}", stalled.reason);
    // Within two gradients f falls to 0.656: that is progress.
    assert_eq!(run(&bowl, &descent, &stalling(0.3, 2), &[1.0]).status, Status::Budget);
    // A solver is judged by the same rule, at the iterates it accepts.
    let plateau = Objective::formula(1, |x| x[0].tanh() * 1e-9 + 1.0);
    let settings = Settings { grad_tol: 0.0, stall: Some(Stall { window: 3, decrease: 1e-6 }), ..settings(40) };
    let result = run(&plateau, &solver(Backtracking::default()), &settings, &[0.0]);
    assert_eq!(result.status, Status::Stalled, "{}", result.reason);
    // Accepted at costs 1, 2.5, 4: the first that is 3 after the mark.
    assert_eq!(result.cost, 4.0);
}

/// Attempts on the bowl need as many steps as progress lasts; on a plateau they end after the window.
#[test]
fn restarts_on_stall_and_by_luby() {
    let until_stall = MultiRestart { cutoff: 5, until: Until::Stall, decrease: 0.01, ..MultiRestart::default() };
    let flat = Objective::formula(1, |x| x[0] * 1e-6 + 1.0);
    let result = run(&flat, &method(GradientDescent { lr: 0.1 }, until_stall), &settings(30), &[0.0]);
    let attempts: Vec<_> = result.attempts.iter().map(|attempt| (attempt.status, attempt.cost)).collect();
    assert_eq!(attempts, [(Status::Stalled, 6.0); 5]);
    assert!(result.reason.starts_with("5 stalled; best end"), "{}", result.reason);
    assert_eq!(result.status, Status::Budget);

    let luby = MultiRestart { cutoff: 3, until: Until::Luby, ..MultiRestart::default() };
    let result = run(&himmelblau(), &method(GradientDescent { lr: 1e-5 }, luby), &settings(50), &[0.1, 0.2]);
    let costs: Vec<f64> = result.attempts.iter().map(|attempt| attempt.cost).collect();
    // 3 times 1, 1, 2, 1, 1, 2, 4, 1, 1, 2 are 48; the last is cut by the budget.
    assert_eq!(costs, [3.0, 3.0, 6.0, 3.0, 3.0, 6.0, 12.0, 3.0, 3.0, 6.0, 2.0]);
}

/// Training rows pull x to 1, held-out rows to 0.5: descent from 0 passes the held-out minimum on its way. With
/// x_t = 1 - 0.9^t the held-out loss is least at t = 7 (x = 0.522), after 8 gradients.
#[test]
fn early_stopping_watches_the_held_out_loss() {
    let towards = |target: f64| {
        Objective::over_rows(1, Arc::new(Rows::new(1, vec![target; 4])), |x, row| (x[0] - row[0]).square() * 0.5)
    };
    let (training, held_out) = (towards(1.0), towards(0.5));
    let with = |patience| Settings { early_stop: Some(EarlyStop { held_out: &held_out, patience }), ..settings(100) };
    for patience in [1, 5] {
        let result = run(&training, &single(GradientDescent { lr: 0.1 }), &with(patience), &[0.0]);
        assert_eq!((result.status, result.cost), (Status::Stalled, 8.0 + patience as f64), "{}", result.reason);
        assert!(result.reason.starts_with("held-out loss"), "{}", result.reason);
    }
    // Minibatches of one row: 4 steps an epoch, x after e epochs 1 - 0.9^(4e); least at e = 2 (x = 0.57, nearer than
    // 0.34 at e = 1), seen at cost 2.
    let result = run(&training, &single(Sgd { lr: 0.1, batch: 1, replacement: false }), &with(3), &[0.0]);
    assert_eq!((result.status, result.cost), (Status::Stalled, 5.0), "{}", result.reason);
    let result = run(&training, &solver(Backtracking::default()), &with(1), &[0.0]);
    assert!(matches!(result.status, Status::Stalled | Status::Converged));
}

/// Noise on the weights: on a plateau the steps are the noise, and the record says how much there was.
#[test]
fn noise_on_weights_acts_and_is_recorded() {
    let plateau = Objective::formula(50, |x| Scalar::sum(x.iter().map(|&x| x * 0.0)));
    let noise = Noise { on: On::Weights, eta: 0.04, decay: Decay::None, window: 0.5, ..Noise::default() };
    let noisy = single(GradientDescent { lr: 0.1 }).with_noise(Part::noise(noise));
    let settings = Settings { moments: (1..=100).collect(), ..settings(100) };
    let result = run(&plateau, &noisy, &settings, &[0.0; 50]);
    assert_eq!((result.status, result.iterations, result.noisy_steps), (Status::Converged, 50, 50));
    let moves = result.snapshots.windows(2).map(|pair| {
        pair[0].x.iter().zip(&pair[1].x).map(|(before, after)| (after - before) * (after - before)).sum::<f64>()
    });
    let energy: f64 = moves.sum();
    assert!((result.noise_energy / energy - 1.0).abs() <= 1e-10, "{} for {energy}", result.noise_energy);
    // 2500 normal draws of variance 0.04: 100 within four standard errors, 100 sqrt(2 / 2500) each.
    assert!((energy - 100.0).abs() <= 4.0 * 100.0 * (2.0_f64 / 2500.0).sqrt(), "{energy}");
}

/// Noise is a part of its own: with restarts each attempt has its window; noisy_start is noise under the single start.
#[test]
fn noise_goes_with_every_strategy() {
    let plateau = Objective::formula(1, |x| x[0] * 0.0);
    let noise = Noise { on: On::Gradient, eta: 1.0, decay: Decay::None, window: 0.5, ..Noise::default() };
    let restarts = MultiRestart { cutoff: 10, ..MultiRestart::default() };
    let noisy = method(GradientDescent { lr: 0.1 }, restarts).with_noise(Part::noise(noise));
    let result = run(&plateau, &noisy, &settings(18), &[0.0]);
    // Half of the 10, 10, 6 and 2 steps that the attempts may take are noisy; each then converges at the next gradient.
    let costs: Vec<f64> = result.attempts.iter().map(|attempt| attempt.cost).collect();
    assert_eq!((costs, result.noisy_steps), (vec![6.0, 6.0, 4.0, 2.0], 14), "{}", result.reason);

    let strategy = NoisyStart { start_sigma: 0.3, eta: 0.2, window: 0.4, ..NoisyStart::default() };
    let as_strategy = run(&himmelblau(), &method(GradientDescent { lr: 1e-3 }, strategy), &settings(60), &[1.0, 2.0]);
    let on_start = Noise { on: On::Start, eta: 0.3 * 0.3, ..Noise::default() };
    let on_gradient = Noise { on: On::Gradient, eta: 0.2, window: 0.4, ..Noise::default() };
    let as_parts = method(GradientDescent { lr: 1e-3 }, Single::default())
        .with_noise(Part::noise(on_start))
        .with_noise(Part::noise(on_gradient));
    assert_eq!(run(&himmelblau(), &as_parts, &settings(60), &[1.0, 2.0]), as_strategy);
}
