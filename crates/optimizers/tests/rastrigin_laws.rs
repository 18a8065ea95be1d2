//! Laws of restarts and of early noise on Rastrigin's function, whose basins are known exactly.

mod common;

use autodiff::{Objective, Scalar, Stream};
use common::settings;
use optimizers::{GradientDescent, Method, MultiRestart, Noise, Part, RunResult, Seeds, Settings, Single, run_block};
use std::f64::consts::TAU;

/// Share of [-5.12, 5.12] in the basin of 0: the maxima beside it are at +-0.5025.
const CENTRAL: f64 = 0.0981535;

fn rastrigin(dim: usize) -> Objective {
    Objective::formula(dim, move |x| {
        Scalar::sum(x.iter().map(|&x| x.square() - (x * TAU).cos() * 10.0)) + 10.0 * dim as f64
    })
}

/// `count` runs from uniform starts; run `i` has the same starts under every method.
fn runs(dim: usize, method: &Method, settings: &Settings, count: u64) -> Vec<RunResult> {
    let objective = rastrigin(dim);
    let seeds = (0..count).map(|i| {
        let run = i.to_string();
        let stream = |purpose: &str| Stream::new(11, purpose, &[&run]);
        let start = move |restart: u64| {
            let mut stream = Stream::new(11, "start", &[&i.to_string(), &restart.to_string()]);
            (0..dim).map(|_| stream.uniform(-5.12, 5.12)).collect()
        };
        let (noise, batches, random) = (stream("noise"), stream("batches"), stream("random"));
        Seeds { start: Box::new(start), noise, batches, random }
    });
    run_block(&objective, method, settings, seeds.collect())
}

fn descent(lr: f64) -> Part<dyn optimizers::Rule> {
    Part::rule(GradientDescent { lr })
}

/// With steps below 1/397, the reciprocal of the greatest curvature, the map of a step is monotone along each axis: descent
/// ends in the basin it starts in, with probability p = CENTRAL^dim in the global one.
#[test]
fn one_start_finds_the_global_minimum_with_the_probability_of_its_basin() {
    for (dim, count) in [(1, 20_000), (2, 40_000), (3, 60_000)] {
        let method = Method::of_rule(descent(1.0 / 400.0), Part::strategy(Single::default()));
        let ends = runs(dim, &method, &settings(100), count);
        let hits = ends.iter().filter(|run| run.f_final < 0.5).count() as f64;
        let p = CENTRAL.powi(dim as i32);
        let (n, se) = (count as f64, (p * (1.0 - p) / count as f64).sqrt());
        assert!((hits / n - p).abs() < 4.0 * se, "dim {dim}: {} for {p} +- {se}", hits / n);
        // The axis minima have the levels 0, 0.995, 3.98, 8.95, 15.92, 24.87, and nothing else is reached.
        let levels = [0.0, 0.994959, 3.979831, 8.954601, 15.919244, 24.873723];
        let is_level = |f: f64| levels.iter().any(|level| (f - level).abs() < 1e-5);
        assert!(dim > 1 || ends.iter().all(|run| is_level(run.f_final)), "{:?}", ends[0].f_final);
    }
}

/// R restarts succeed with probability `1 - (1 - p)^R`: one run of 300 attempts tells its first success.
#[test]
fn restarts_follow_the_geometric_law() {
    let (cutoff, count) = (60, 2000);
    let method =
        Method::of_rule(descent(1.0 / 400.0), Part::strategy(MultiRestart { cutoff, ..MultiRestart::default() }));
    // No attempt converges before its cutoff, so attempt k ends at cost 60 k.
    let settings = Settings { grad_tol: 0.0, targets: vec![0.5], ..settings(300 * cutoff) };
    let first: Vec<f64> = runs(2, &method, &settings, count)
        .iter()
        .map(|run| run.hits[0].map_or(f64::INFINITY, |cost| (cost / cutoff as f64).ceil()))
        .collect();
    let p = CENTRAL * CENTRAL;
    for restarts in [10, 50, 100, 300] {
        let share = first.iter().filter(|first| **first <= f64::from(restarts)).count() as f64 / count as f64;
        let law = 1.0 - (1.0 - p).powi(restarts);
        let se = (law * (1.0 - law) / count as f64).sqrt();
        assert!((share - law).abs() < 4.0 * se, "{restarts} restarts: {share} for {law} +- {se}");
    }
}

/// Langevin steps `x - lr g + sigma sqrt(lr) z`, sigma falling from sigma_0 to 0 over 60 % of 2500 steps: noise helps in a
/// window of sizes and hurts beyond it. The shares are empirical: .0096 is theory, the others were measured elsewhere with
/// other random numbers, in about 20 000 runs each.
#[test]
fn early_noise_helps_in_a_window_of_sizes() {
    const COUNT: u64 = 8000;
    let lr = 5e-4;
    let share = |sigma: f64| {
        let mut method = Method::of_rule(descent(lr), Part::strategy(Single::default()));
        let noise =
            Noise { eta: sigma * sigma / lr, decay: optimizers::Decay::Linear, window: 0.6, ..Noise::default() };
        method.noise = vec![Part::noise(noise)];
        let ends = runs(2, &method, &settings(2500), COUNT);
        ends.iter().filter(|run| run.f_final < 0.5).count() as f64 / COUNT as f64
    };
    let measured = [(0.0, 0.009634), (5.0, 0.0164), (10.0, 0.0167), (20.0, 0.0063), (40.0, 0.0024)];
    let ours = measured.map(|(sigma, _)| share(sigma));
    let variance = |p: f64, n: f64| p * (1.0 - p) / n;
    for ((sigma, theirs), ours) in measured.iter().zip(ours) {
        let se = (variance(*theirs, COUNT as f64) + variance(*theirs, 20_000.0)).sqrt();
        assert!((ours - theirs).abs() < 4.0 * se, "sigma_0 {sigma}: {ours} for {theirs} +- {se}");
    }
    let z = |share: f64| (share - CENTRAL * CENTRAL) / variance(share, COUNT as f64).sqrt();
    assert!(z(ours[1]) > 3.0 && z(ours[2]) > 3.0, "it helps at 5 and 10: {ours:?}");
    assert!(z(ours[4]) < -3.0, "it hurts at 40: {ours:?}");
}
