//! Noise early in the run: its law, its window, and its absence.

mod common;

use autodiff::{Objective, Scalar};
use common::{himmelblau, method, methods, regression, run, seeds, settings, single, text};
use optimizers::{Adam, Decay, GradientDescent, Noise, NoisyStart, On, Settings, Sgd, Status, run_block};

/// A function whose gradient is zero everywhere: the point moves by noise alone.
fn plateau(dim: usize) -> Objective {
    Objective::formula(dim, |x| Scalar::sum(x.iter().map(|&x| x * 0.0)))
}

fn noise_only(eta: f64, window: f64, decay: Decay) -> NoisyStart {
    NoisyStart { start_sigma: 0.0, eta, window, decay, ..NoisyStart::default() }
}

/// The convergence test waits for the noise: on a plateau a run converges at the first noise-free gradient.
#[test]
fn noise_stops_exactly_after_its_window() {
    for decay in [Decay::Power, Decay::Linear] {
        for (budget, window, noisy_steps) in [(100, 0.6, 60), (100, 0.25, 25), (7, 0.5, 3), (100, 0.0, 0)] {
            let noisy = method(GradientDescent { lr: 0.1 }, noise_only(0.3, window, decay));
            let settings = Settings { grad_tol: 0.0, moments: (1..=budget).collect(), ..settings(budget) };
            let result = run(&plateau(2), &noisy, &settings, &[1.0, 1.0]);
            assert_eq!(
                (result.cost_at_best, result.x_best),
                (1.0, vec![1.0, 1.0]),
                "of equal values the first is best"
            );
            assert_eq!((result.status, result.iterations), (Status::Converged, noisy_steps), "{}", result.reason);
            let x: Vec<&Vec<f64>> = result.snapshots.iter().map(|snapshot| &snapshot.x).collect();
            assert!(x.windows(2).all(|pair| pair[0] != pair[1]), "every step of the window is noisy");
        }
        let always = method(GradientDescent { lr: 0.1 }, noise_only(0.3, 1.0, decay));
        let result = run(&plateau(2), &always, &settings(50), &[1.0, 1.0]);
        assert_eq!((result.status, result.iterations), (Status::Budget, 49));
    }
}

/// With minibatches the window counts their steps: 10 rows, batch 5, budget 20 are 40 steps.
#[test]
fn the_window_is_a_share_of_the_budget_for_minibatches_too() {
    let rows = std::sync::Arc::new(autodiff::Rows::new(1, vec![0.0; 10]));
    let plateau = Objective::over_rows(1, rows, |x, row| x[0] * row[0]);
    let noisy = method(Sgd { lr: 0.1, batch: 5, replacement: false }, noise_only(0.3, 0.5, Decay::Power));
    let result = run(&plateau, &noisy, &settings(20), &[1.0]);
    assert_eq!((result.status, result.iterations, result.cost), (Status::Converged, 20, 10.0), "{}", result.reason);
}

#[test]
fn sigma_follows_its_formula() {
    let noise = |decay| Noise { on: On::Gradient, eta: 0.3, decay, gamma: 0.55, window: 0.5 };
    let (power, linear) = (noise(Decay::Power), noise(Decay::Linear));
    for t in 0..50 {
        let exact = (0.3 / (1.0 + t as f64).powf(0.55)).sqrt();
        // Within the error of exp and ln, a few ulp at arguments below 3.
        assert!((power.sigma(t, 100) / exact - 1.0).abs() <= 1e-14, "step {t}");
        let exact = 0.3_f64.sqrt() * (1.0 - t as f64 / 50.0);
        assert!((linear.sigma(t, 100) - exact).abs() <= f64::EPSILON, "step {t}");
    }
    for t in [50, 51, 99, 1 << 40] {
        assert_eq!((power.sigma(t, 100), linear.sigma(t, 100)), (0.0, 0.0));
    }
}

/// Steps of pure noise divided by lr sigma_t are standard normal: mean 0 +- 1/sqrt(n), mean square 1 +- sqrt(2/n).
#[test]
fn the_noise_in_the_points_has_the_declared_variance() {
    let strategy = noise_only(0.3, 1.0, Decay::Power);
    let law = Noise { on: On::Gradient, eta: 0.3, decay: Decay::Power, gamma: 0.55, window: 1.0 };
    let (dim, budget, lr) = (200, 101, 0.1);
    let settings = Settings { moments: (1..=budget).collect(), ..settings(budget) };
    let result = run(&plateau(dim), &method(GradientDescent { lr }, strategy.clone()), &settings, &vec![0.0; dim]);
    let mut z = Vec::new();
    for (t, pair) in result.snapshots.windows(2).enumerate() {
        let scale = lr * law.sigma(t as u64, budget);
        z.extend(pair[0].x.iter().zip(&pair[1].x).map(|(before, after)| (after - before) / scale));
    }
    let n = z.len() as f64;
    assert_eq!(n, 20_000.0);
    let (mean, square) = (z.iter().sum::<f64>() / n, z.iter().map(|z| z * z).sum::<f64>() / n);
    assert!(mean.abs() <= 4.0 / n.sqrt(), "mean {mean}");
    assert!((square - 1.0).abs() <= 4.0 * (2.0 / n).sqrt(), "mean square {square}");
}

#[test]
fn the_start_moves_by_its_own_noise() {
    let strategy = NoisyStart { start_sigma: 0.5, eta: 0.0, ..NoisyStart::default() };
    let dim = 10_000;
    let result = run(&plateau(dim), &method(GradientDescent { lr: 0.1 }, strategy), &settings(5), &vec![2.0; dim]);
    assert_eq!((result.status, result.cost), (Status::Converged, 1.0));
    let z: Vec<f64> = result.x_final.iter().map(|x| (x - 2.0) / 0.5).collect();
    let n = dim as f64;
    let (mean, square) = (z.iter().sum::<f64>() / n, z.iter().map(|z| z * z).sum::<f64>() / n);
    assert!(mean.abs() <= 4.0 / n.sqrt(), "mean {mean}");
    assert!((square - 1.0).abs() <= 4.0 * (2.0 / n).sqrt(), "mean square {square}");
}

#[test]
fn without_noise_noisy_start_is_single_bit_for_bit() {
    let silent = NoisyStart { start_sigma: 0.0, eta: 0.0, ..NoisyStart::default() };
    let settings = Settings { targets: vec![10.0, 0.1], moments: vec![20], ..settings(200) };
    for (objective, batch) in [(himmelblau(), 0), (regression(10), 0), (regression(10), 3)] {
        let adam = Adam { lr: 0.05, batch, ..Adam::default() };
        let noisy = run(&objective, &method(adam.clone(), silent.clone()), &settings, &[0.3, 0.4]);
        assert_eq!(text(&noisy), text(&run(&objective, &single(adam), &settings, &[0.3, 0.4])));
    }
}

/// Method names tell noise from none: with noise, two runs from one start differ; without, they are equal.
#[test]
fn only_noise_and_minibatches_tell_two_runs_from_one_start_apart() {
    let start = |_| vec![0.3, 0.4];
    for method in methods(3, 20) {
        let results = run_block(&regression(10), &method, &settings(30), vec![seeds(0, start), seeds(1, start)]);
        // Random search draws nothing but starts, all the same here.
        let draws = ["sgld", "basin_hopping", "random_directions", "simulated_annealing", "cma_es"];
        let is_random =
            method.batch() > 0 || method.strategy.name() == "noisy_start" || draws.contains(&method.algorithm.name());
        assert_eq!(results[0].x_final != results[1].x_final, is_random, "{method:?}");
    }
}
