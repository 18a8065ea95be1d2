//! Looking at a run: it changes nothing, what it shows is true, and it comes at the declared costs.

mod common;

use common::{himmelblau, method, methods, quadratic, regression, run, seeds, settings, single, solver, text};
use optimizers::{
    Backtracking, Cosine, Decay, GradientDescent, InForce, MultiRestart, Noise, On, Pace, Part, RunResult, Settings,
    Sgd, Sight, Status, Until, Watch, run_block, run_block_watched,
};
use std::cell::RefCell;

/// A sight without its borrowings.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    restart: u64,
    iterations: u64,
    cost: f64,
    x: Vec<f64>,
    f: f64,
    grad: Vec<f64>,
    lengths: [f64; 3],
    in_force: Option<InForce>,
}

impl Seen {
    fn of(sight: &Sight<'_>) -> Self {
        let Sight { restart, iterations, cost, f, in_force, .. } = *sight;
        let lengths = [sight.step_length, sight.path_length, sight.from_start];
        Seen { restart, iterations, cost, x: sight.x.to_vec(), f, grad: sight.grad.to_vec(), lengths, in_force }
    }
}

/// Results and sights of runs from these starts, the second one not watched.
fn watched(
    objective: &autodiff::Objective,
    method: &optimizers::Method,
    settings: &Settings<'_>,
    starts: &[Vec<f64>],
    pace: Pace,
) -> (Vec<RunResult>, Vec<Vec<Seen>>) {
    let seen = RefCell::new(vec![Vec::new(); starts.len()]);
    let look = |run: usize, sight: &Sight<'_>| seen.borrow_mut()[run].push(Seen::of(sight));
    let watch = Watch { pace, runs: (0..starts.len()).map(|i| i != 1).collect(), look: &look };
    let seeds = starts.iter().enumerate().map(|(i, start)| seeds(i as u64, move |restart| moved(start, restart)));
    let results = run_block_watched(objective, method, settings, seeds.collect(), Some(&watch));
    (results, seen.into_inner())
}

/// Another start for every restart.
fn moved(start: &[f64], restart: u64) -> Vec<f64> {
    start.iter().map(|x| x + 0.125 * restart as f64).collect()
}

/// Every method gives the same bits watched and unwatched; and a watched run shows the same alone and in a block.
#[test]
fn looking_changes_no_bit() {
    let starts = [vec![0.3, -0.2], vec![1.0, 0.5], vec![-0.4, 0.9]];
    for objective in [himmelblau(), regression(40)] {
        let batch = if objective.has_rows() { 8 } else { 0 };
        for method in methods(batch, 15) {
            let settings = Settings { targets: vec![1.0], moments: vec![3], ..settings(60) };
            let all = starts.iter().zip(0..).map(|(start, i)| seeds(i, move |restart| moved(start, restart)));
            let plain = run_block(&objective, &method, &settings, all.collect());
            for pace in [Pace::Every(1), Pace::Every(7), Pace::PerDecade(3)] {
                let (results, seen) = watched(&objective, &method, &settings, &starts, pace);
                let texts = |results: &[RunResult]| results.iter().map(text).collect::<Vec<_>>();
                assert_eq!(texts(&results), texts(&plain), "{method:?}");
                assert!(seen[1].is_empty(), "nobody watches the second run");
                let (_, alone) = watched(&objective, &method, &settings, &starts[..1], pace);
                assert_eq!(format!("{:?}", alone[0]), format!("{:?}", seen[0]), "{method:?}");
                let (first, last) = (&seen[0][0], &seen[0][seen[0].len() - 1]);
                assert_eq!((first.restart, first.iterations), (0, 0));
                assert_eq!((last.cost, last.iterations), (results[0].cost, results[0].iterations), "{method:?}");
                if results[0].restarts == 0 && results[0].status != Status::Nan {
                    assert_eq!((last.f, &last.x), (results[0].f_final, &results[0].x_final), "{method:?}");
                }
            }
        }
    }
}

/// x_t = 2^-t (3, 4) on a bowl: every length is known exactly, and so is the gradient.
#[test]
fn lengths_are_those_of_a_straight_path() {
    let (_, seen) = watched(
        &quadratic(&[1.0, 1.0]),
        &single(GradientDescent { lr: 0.5 }),
        &settings(10),
        &[vec![3.0, 4.0]],
        Pace::Every(1),
    );
    assert_eq!(seen[0].len(), 10);
    for (t, seen) in seen[0].iter().enumerate() {
        let left = 5.0 * 0.5f64.powi(t as i32);
        let step = if t == 0 { 0.0 } else { left };
        assert_eq!(seen.lengths, [step, 5.0 - left, 5.0 - left], "t = {t}");
        assert_eq!((seen.cost, seen.iterations, &seen.grad), (t as f64 + 1.0, t as u64, &seen.x));
        assert_eq!(seen.in_force, Some(InForce { lr_factor: 1.0, sigma_gradient: 0.0, sigma_weights: 0.0 }));
    }
}

/// A path that turns: the sum of its steps is longer than the way from its start, and a restart begins it anew.
#[test]
fn a_restart_begins_the_path_anew() {
    let restarts = MultiRestart { cutoff: 3, until: Until::Fixed, ..MultiRestart::default() };
    let method = method(GradientDescent { lr: 1e-2 }, restarts);
    let (results, seen) = watched(&himmelblau(), &method, &settings(12), &[vec![0.0, 0.0]], Pace::Every(1));
    assert_eq!(results[0].restarts, 3);
    for (i, seen) in seen[0].iter().enumerate() {
        assert_eq!((seen.restart, seen.cost), (i as u64 / 3, i as f64 + 1.0));
        assert_eq!(seen.lengths[1] == 0.0, i % 3 == 0, "only starts have no path");
        assert!(seen.lengths[1] >= seen.lengths[2] && seen.lengths[1] >= seen.lengths[0]);
    }
}

/// The costs are the first measured ones at or beyond 10^(j/k), or every multiple, the start and the end besides.
#[test]
fn looks_come_at_the_declared_costs() {
    let flat = quadratic(&[1e-9]);
    let costs = |method: &optimizers::Method, objective: &autodiff::Objective, pace| {
        let settings = Settings { grad_tol: -1.0, ..settings(150) };
        let (_, seen) = watched(objective, method, &settings, &[vec![1.0; objective.dim()]], pace);
        seen[0].iter().map(|seen| seen.cost).collect::<Vec<f64>>()
    };
    let gd = single(GradientDescent { lr: 1e-3 });
    // 10^(j/4) = 1, 1.78, 3.16, 5.62, 10, 17.8, 31.6, 56.2, 100, and the end.
    assert_eq!(costs(&gd, &flat, Pace::PerDecade(4)), [1.0, 2.0, 4.0, 6.0, 10.0, 18.0, 32.0, 57.0, 100.0, 150.0]);
    // The first point costs 1 and is shown as the start.
    assert_eq!(costs(&gd, &flat, Pace::Every(40)), [1.0, 40.0, 80.0, 120.0, 150.0]);
    // An epoch of 40 rows in batches of 12 is 4 steps, 1.2 gradients; the start is measured at cost 0.
    let sgd = single(Sgd { lr: 1e-3, batch: 12, replacement: false });
    let of_epochs = costs(&sgd, &regression(40), Pace::Every(50));
    assert_eq!(of_epochs, [0.0, 50.4, 100.8, 150.0]);
}

/// What the schedule and the noise say of the step from a point.
#[test]
fn what_is_in_force_is_that_of_the_next_step() {
    let noise = |on, eta| Part::noise(Noise { on, eta, decay: Decay::None, window: 0.5, ..Noise::default() });
    let method = single(GradientDescent { lr: 1e-4 })
        .with_schedule(Part::schedule(Cosine { last: 0.0, warmup: 0.0 }))
        .with_noise(noise(On::Gradient, 0.09))
        .with_noise(noise(On::Gradient, 0.16))
        .with_noise(noise(On::Weights, 1e-8));
    let (_, seen) = watched(&himmelblau(), &method, &settings(101), &[vec![0.0, 0.0]], Pace::Every(1));
    let at = |t: usize| seen[0][t].in_force.expect("a rule has a learning rate");
    // Half-way of 101 steps (one gradient is left for no step): 0.3^2 + 0.4^2 = 0.5^2 before, nothing from step 50 on.
    assert!((at(0).sigma_gradient - 0.5).abs() < 1e-15 && (at(49).sigma_weights - 1e-4).abs() < 1e-19);
    assert_eq!((at(50).sigma_gradient, at(50).sigma_weights), (0.0, 0.0));
    assert_eq!(at(0).lr_factor, 1.0);
    assert!(at(100).lr_factor < at(99).lr_factor && at(50).lr_factor < 0.52 && at(50).lr_factor > 0.48);
}

/// Where a solver's gradient is not known it is measured for the look, at no charge.
#[test]
fn a_solver_is_shown_at_its_iterates() {
    let (results, seen) =
        watched(&himmelblau(), &solver(Backtracking::default()), &settings(100), &[vec![0.0, 0.0]], Pace::Every(1));
    assert!(seen[0].len() as u64 <= results[0].iterations + 2 && seen[0].len() > 3);
    for seen in &seen[0] {
        let mut grad = vec![0.0; 2];
        assert_eq!(himmelblau().evaluator().gradient(&seen.x, &mut grad), seen.f);
        assert!(seen.grad == grad && seen.in_force.is_none());
    }
}

/// `(x^2 - y^2) / 2` with steps of 0.1: y grows by 1.1 a step, so |y| >= 1 after ceil(ln(1 / |y0|) / ln 1.1) steps.
#[test]
fn a_saddle_is_left_after_the_exact_number_of_steps() {
    let saddle = quadratic(&[1.0, -1.0]);
    for (y0, steps) in [(1e-2, 49), (1e-4, 97), (1e-8, 194), (1e-16, 387)] {
        let law = ((1.0f64 / y0).ln() / 1.1f64.ln()).ceil() as u64;
        assert_eq!(law, steps);
        let settings = Settings { x_above: 1.0, grad_tol: 1e-20, ..settings(1000) };
        let result = run(&saddle, &single(GradientDescent { lr: 0.1 }), &settings, &[0.0, y0]);
        assert_eq!((result.status, result.iterations), (Status::Diverged, steps), "y0 = {y0:e}");
    }
    // At the saddle itself nothing moves, and plain descent believes it has arrived.
    let result = run(&saddle, &single(GradientDescent { lr: 0.1 }), &settings(1000), &[0.0, 0.0]);
    assert_eq!((result.status, result.iterations), (Status::Converged, 0));
}
