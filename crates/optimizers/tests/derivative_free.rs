//! Solvers without gradients, and basin hopping: what each asks for, its law where one is known, and bad trial values.

mod common;

use autodiff::{Geometry, Objective, Scalar, Stream};
use common::{himmelblau, quadratic, run, seeds, settings, solver, text};
use optimizers::{
    Backtracking, BasinHopping, CmaEs, CompassSearch, Cooling, Lbfgs, LocalSearch, Method, RandomDirections,
    RandomSearch, RunResult, Seeds, Settings, SimulatedAnnealing, Status, run_block,
};

/// The methods that ask for values alone.
fn gradient_free() -> Vec<Method> {
    vec![
        solver(RandomSearch {}),
        solver(CompassSearch::default()),
        solver(RandomDirections::default()),
        solver(SimulatedAnnealing::default()),
        solver(CmaEs::default()),
    ]
}

fn all() -> Vec<Method> {
    let mut methods = gradient_free();
    methods.extend(LOCAL.map(|local_search| solver(BasinHopping { local_search, ..BasinHopping::default() })));
    methods
}

const LOCAL: [LocalSearch; 2] = [LocalSearch::Lbfgs, LocalSearch::Backtracking];

/// Starts uniform on the cube of half width `w`, one key per run and restart.
fn cube<'a>(run: u64, dim: usize, w: f64) -> Seeds<'a> {
    seeds(run, move |restart| {
        let mut stream = Stream::new(11, "cube", &[&run.to_string(), &restart.to_string()]);
        (0..dim).map(|_| stream.uniform(-w, w)).collect()
    })
}

fn rosenbrock(dim: usize) -> Objective {
    Objective::formula(dim, |x| {
        Scalar::sum(x.windows(2).map(|x| (x[1] - x[0].square()).square() * 100.0 + (x[0] * -1.0 + 1.0).square()))
    })
}

fn rastrigin() -> Objective {
    Objective::formula(2, |x| {
        Scalar::sum(x.iter().map(|&x| x.square() + 10.0 - (x * std::f64::consts::TAU).cos() * 10.0))
    })
}

/// A value is half a gradient: B gradients are 2 B values, not one fewer, and no derivative.
#[test]
fn values_alone_spend_the_whole_budget() {
    for budget in [1, 2, 7, 20] {
        for method in gradient_free() {
            let result = run_block(&rosenbrock(3), &method, &settings(budget), vec![cube(0, 3, 2.0)]).remove(0);
            let counts = result.counts;
            assert_eq!((counts.n_f, counts.n_grad, counts.n_hvp, counts.n_hess), (2 * budget, 0, 0, 0), "{method:?}");
            assert_eq!((result.cost, result.status), (budget as f64, Status::Budget), "{method:?}");
        }
    }
}

/// By L-BFGS basin hopping asks for gradients alone and spends the whole budget. By backtracking it mixes halves and wholes: what
/// is left at the end does not cover the gradient it would ask for next.
#[test]
fn basin_hopping_leaves_less_than_a_gradient() {
    for local_search in LOCAL {
        let mut left = Vec::new();
        for budget in 1..40 {
            let hopping = BasinHopping { local_search, ..BasinHopping::default() };
            let result = run(&himmelblau(), &solver(hopping), &settings(budget), &[0.5, 1.0]);
            assert_eq!(result.status, Status::Budget);
            assert_eq!(0.5 * result.counts.n_f as f64 + result.counts.n_grad as f64, result.cost);
            left.push(budget as f64 - result.cost);
        }
        let (halves, others) = (left.contains(&0.5), left.iter().any(|left| ![0.0, 0.5].contains(left)));
        let expected = (local_search == LocalSearch::Backtracking, false);
        assert!(left.contains(&0.0) && (halves, others) == expected, "{local_search:?}: {left:?}");
    }
}

/// The first local search by L-BFGS is the solver of that name, where the first gradient is longer than its first step: the same
/// iterates, bit for bit, so there is one such search.
#[test]
fn the_first_search_of_basin_hopping_is_lbfgs() {
    let alone = Lbfgs { first_step: 0.5, ..Lbfgs::default() };
    let settings = Settings { moments: (1..=20).collect(), ..settings(20) };
    let points = |method: &Method| {
        let result = run(&rosenbrock(4), method, &settings, &[-1.2, 1.0, -1.2, 1.0]);
        result.snapshots.into_iter().map(|kept| kept.x).collect::<Vec<_>>()
    };
    let kept = points(&solver(BasinHopping::default()));
    assert_eq!(kept, points(&solver(alone)));
    assert!(kept.windows(2).filter(|pair| pair[0] != pair[1]).count() > 10, "it must move for this to test anything");
}

/// Rastrigin's function in three variables, about 10^3 minima in the cube, global one 0 at 0, 20 fixed starts: a single local
/// search finds it with probability 0.0982^3 about 0.001, so none is expected of 20; 5000 gradients of hops find it from nearly
/// every start.
#[test]
fn basin_hopping_finds_the_global_minimum_among_a_thousand() {
    let valleys = Objective::formula(3, |x| {
        Scalar::sum(x.iter().map(|&x| x.square() + 10.0 - (x * std::f64::consts::TAU).cos() * 10.0))
    });
    for local_search in LOCAL {
        let found = |step| {
            let hopping = BasinHopping { local_search, step, interval: 0, ..BasinHopping::default() };
            let settings = Settings { targets: vec![1e-9], ..settings(5000) };
            let seeds = (0..20).map(|i| cube(i, 3, 5.12)).collect();
            let results = run_block(&valleys, &solver(hopping), &settings, seeds);
            results.iter().filter(|run| run.hits[0].is_some() && run.x_final.iter().all(|x| x.abs() < 1e-4)).count()
        };
        // Without a hop that can leave a well, at most the luck of a start.
        let (hopping, resting) = (found(0.8), found(1e-3));
        assert!(hopping >= 16 && resting <= 2, "{local_search:?}: {hopping} by hops, {resting} without");
    }
}

#[test]
fn a_run_is_the_same_alone_in_a_block_and_again() {
    for method in all() {
        let settings = Settings { moments: vec![0, 5, 30], targets: vec![20.0, 1.0, 1e-3], ..settings(150) };
        let block = |members: &[u64]| {
            run_block(&rastrigin(), &method, &settings, members.iter().map(|&i| cube(i, 2, 5.0)).collect())
        };
        let whole = block(&[0, 1, 2, 3]);
        for i in [3, 0] {
            assert_eq!(text(&block(&[i])[0]), text(&whole[i as usize]), "{method:?}");
        }
        assert_ne!(text(&whole[0]), text(&whole[1]), "{method:?}");
    }
}

/// Of the plane, what is left of -1 and right of 1 is NaN, and what is above 3/2 plus infinity: every method walks on
/// between, and none ends there.
#[test]
fn bad_values_at_trial_points_are_survived() {
    fn f<S: Scalar>(x: &[S]) -> S {
        let edge = (x[0] + 1.0).sqrt() * 1e-3 - (x[0] * -1.0 + 1.0).ln() * 1e-3;
        let high = ((x[1] - 1.5) * 1e3).exp().square().square() * 1e-9;
        (x[0] - 0.3).square() + (x[1] - 1.0).square() + edge + high
    }
    let objective = Objective::formula(2, |x| f(x));
    let mut at = objective.evaluator();
    assert!(at.value(&[-1.5, 0.0]).is_nan() && at.value(&[0.0, 3.0]) == f64::INFINITY);
    let methods = [
        solver(RandomSearch {}),
        solver(CompassSearch { mesh: 4.0, ..CompassSearch::default() }),
        solver(RandomDirections { radius: 0.01, ..RandomDirections::default() }),
        solver(SimulatedAnnealing { temperature: 0.1, step: 1.0, ..SimulatedAnnealing::default() }),
        solver(BasinHopping { step: 2.0, ..BasinHopping::default() }),
        solver(BasinHopping { step: 2.0, local_search: LocalSearch::Backtracking, ..BasinHopping::default() }),
        solver(CmaEs { sigma: 2.0, ..CmaEs::default() }),
    ];
    for method in methods {
        let seeds = seeds(1, |restart| {
            let mut stream = Stream::new(3, "box", &[&restart.to_string()]);
            if restart == 0 { vec![0.0, -1.0] } else { vec![stream.uniform(-3.0, 3.0), stream.uniform(-3.0, 3.0)] }
        });
        let result = run_block(&objective, &method, &settings(400), vec![seeds]).remove(0);
        assert!(matches!(result.status, Status::Budget | Status::Stalled), "{method:?}: {}", result.reason);
        assert!(result.f_final.is_finite() && result.f_final < result.f_start, "{method:?}");
        assert!(result.f_best < 0.2, "{method:?}: {}", result.f_best);
    }
}

/// Minus infinity is no value, not the least one: ln|x|-shaped wells do not end a run as NaN.
#[test]
fn minus_infinity_is_no_improvement() {
    // -inf at 0 only: the compass steps on 0 exactly from 1 with mesh 1, and must pass it by.
    let well = Objective::formula(1, |x| x[0].square().ln() + x[0].square());
    let result = run(&well, &solver(CompassSearch::default()), &settings(100), &[1.0]);
    assert_eq!(well.evaluator().value(&[0.0]), f64::NEG_INFINITY);
    assert!(matches!(result.status, Status::Budget | Status::Stalled), "{}", result.reason);
    assert!(result.f_final.is_finite() && result.x_final[0].abs() < 1.0);
    // From 1 on ln x^2, slope 2, the first trial of length 1/2 is 0 exactly.
    let log = Objective::formula(1, |x| x[0].square().ln());
    let line = Backtracking { first_step: 0.5, ..Backtracking::default() };
    let result = run(&log, &solver(line), &settings(50), &[1.0]);
    assert!(result.status != Status::Nan && result.f_final.is_finite(), "{}", result.reason);
}

/// `P(hit within m draws) = 1 - (1 - p)^m`: the ellipse `x^2 + 4 y^2 <= 1` has the share `p = pi / 8` of the square
/// `|x|, |y| <= 1`, and `p = pi / 32` at a quarter of the level.
#[test]
fn random_search_hits_with_the_probability_of_its_draws() {
    let ellipse = quadratic(&[2.0, 8.0]);
    let runs = 4000;
    let settings = Settings { targets: vec![1.0, 0.25], ..settings(10) };
    let seeds = (0..runs).map(|i| cube(i, 2, 1.0)).collect();
    let results = run_block(&ellipse, &solver(RandomSearch {}), &settings, seeds);
    for (target, p) in [(0, std::f64::consts::PI / 8.0), (1, std::f64::consts::PI / 32.0)] {
        for m in [1, 2, 5, 20] {
            let hit = |run: &&RunResult| run.hits[target].is_some_and(|cost| cost <= 0.5 * f64::from(m));
            let share = results.iter().filter(hit).count() as f64 / runs as f64;
            let exact = 1.0 - (1.0 - p).powi(m);
            // Four standard deviations of a binomial share.
            let tol = 4.0 * (exact * (1.0 - exact) / runs as f64).sqrt();
            assert!((share - exact).abs() <= tol, "target {target}, {m} draws: {share} for {exact} +- {tol}");
        }
    }
}

/// `H = [[4, 1, 0], [1, 3, 1], [0, 1, 2]]`, minimum at (0.3, -0.7, 0.11), which is on no mesh.
fn tilted() -> Objective {
    Objective::formula(3, |x| {
        let (a, b, c) = (x[0] - 0.3, x[1] + 0.7, x[2] - 0.11);
        a.square() * 2.0 + b.square() * 1.5 + c.square() + a * b + b * c
    })
}

/// A failed poll at `mesh` bounds every `|g_i|` by `H_ii mesh / 2`, exactly for a quadratic; the last failed poll was at
/// less than `mesh_tol / shrink`.
#[test]
fn compass_search_ends_within_the_bound_of_its_mesh() {
    for (expand, mesh_tol) in [(1.0, 1e-2), (1.0, 1e-5), (2.0, 1e-5)] {
        let compass = CompassSearch { expand, mesh_tol, ..CompassSearch::default() };
        let result = run(&tilted(), &solver(compass), &settings(10_000), &[2.0, 5.0, -3.0]);
        assert_eq!(result.status, Status::Stalled, "{}", result.reason);
        assert!(result.reason.starts_with("mesh size"), "{}", result.reason);
        let mesh = 2.0 * mesh_tol;
        let mut grad = [0.0; 3];
        tilted().evaluator().gradient(&result.x_final, &mut grad);
        for (g, h) in grad.iter().zip([4.0, 3.0, 2.0]) {
            assert!(g.abs() <= 0.5 * h * mesh, "{g} at mesh {mesh}");
        }
        // |x - x*| <= |g| / lambda_min, with lambda_min = 3 - sqrt(3) and |g| <= sqrt(16 + 9 + 4) mesh / 2.
        let off: f64 = result.x_final.iter().zip([0.3, -0.7, 0.11]).map(|(x, y)| (x - y).powi(2)).sum();
        assert!(off.sqrt() <= 0.5 * mesh * 29_f64.sqrt() / (3.0 - 3_f64.sqrt()), "{}", off.sqrt());
    }
}

/// From (0, 0) to the minimum at (3, -2) of `x^2 + y^2` by unit steps: polls in the order +x, -x, +y, -y. Three polls succeed with
/// their first value; two with their fourth; then polls of four fail at 1, 1/2, 1/4 and the mesh is 1/8.
#[test]
fn compass_search_polls_in_its_order() {
    let bowl = Objective::formula(2, |x| (x[0] - 3.0).square() + (x[1] + 2.0).square());
    let compass = CompassSearch { mesh_tol: 0.2, ..CompassSearch::default() };
    let result = run(&bowl, &solver(compass), &settings(100), &[0.0, 0.0]);
    assert_eq!((result.status, result.x_final), (Status::Stalled, vec![3.0, -2.0]), "{}", result.reason);
    assert_eq!((result.counts.n_f, result.iterations), (1 + 3 + 2 * 4 + 3 * 4, 3 + 2 + 3));
}

/// Along `x^2 - x^4 / 100` from 0, first below 0 beyond |x| = 10, with radii 1, 2, 4, 8, 16: after `tries` values at each
/// of four, the first at 16 succeeds; then the radius is 1 again.
#[test]
fn random_directions_grow_their_radius_where_nothing_helps() {
    let well = Objective::formula(1, |x| x[0].square() - x[0].square().square() * 0.01);
    let config = RandomDirections { radius: 1.0, growth: 2.0, largest: 20.0, tries: 3 };
    let settings = Settings { targets: vec![-1.0], moments: vec![7], ..settings(7) };
    let result = run(&well, &solver(config.clone()), &settings, &[0.0]);
    assert_eq!(result.hits, [Some(0.5 * (1.0 + 4.0 * 3.0 + 1.0))]);
    assert_eq!(result.x_final[0].abs(), 16.0);
    // With a greatest radius of 9 the last one is 9, and nothing is ever found.
    let short = RandomDirections { largest: 9.0, ..config };
    let settings = Settings { budget: 50, ..settings };
    assert_eq!(run(&well, &solver(short), &settings, &[0.0]).f_best, 0.0);
}

/// From 0 on `(x - 1)^2` only a step of +1 helps, which the first radius, 1, misses half of the time; the next two cannot help.
/// After the largest the least comes again, so every run gets there.
#[test]
fn random_directions_begin_again_after_the_largest_radius() {
    let bowl = Objective::formula(1, |x| (x[0] - 1.0).square());
    let config = RandomDirections { radius: 1.0, growth: 2.0, largest: 4.0, tries: 1 };
    let results = run_block(&bowl, &solver(config), &settings(50), (0..20).map(|i| seeds(i, |_| vec![0.0])).collect());
    assert!(results.iter().all(|result| result.x_final == [1.0]));
    assert!(results.iter().any(|result| result.cost_at_best > 1.0), "one of twenty misses at first");
}

/// On a slope in three variables a direction helps with probability 1/2, and then by `u` uniform on [0, 1] of radius times
/// slope: 399 directions bring 399/4 of that in the mean, with variance `399 (1/6 - 1/16)`.
#[test]
fn random_directions_step_by_the_radius_uniformly_over_directions() {
    let slope = Objective::formula(3, |x| x[0] * 4.0 + x[1] * 3.0);
    let config = RandomDirections { radius: 0.25, growth: 2.0, largest: 0.25, tries: 1 };
    let settings = Settings { moments: (1..=200).collect(), ..settings(200) };
    let result = run(&slope, &solver(config), &settings, &[0.0; 3]);
    // One try per iteration: 399 of them after the start; the last kept only when another question was asked.
    assert_eq!(result.counts.n_f, 400);
    let drop = -result.f_best / (5.0 * 0.25);
    assert!((drop - 399.0 / 4.0).abs() <= 4.0 * (399.0_f64 * (1.0 / 6.0 - 1.0 / 16.0)).sqrt(), "{drop}");
    // Two directions between snapshots, so a distance of at most two radii.
    for pair in result.snapshots.windows(2) {
        let square: f64 = pair[0].x.iter().zip(&pair[1].x).map(|(a, b)| (b - a) * (b - a)).sum();
        assert!(square.sqrt() <= 0.5 + 1e-12);
    }
}

/// Detailed balance: at a fixed temperature the walk on `c x^2 / 2` has the normal law of variance `T / c`.
#[test]
fn annealing_at_a_fixed_temperature_samples_the_boltzmann_law() {
    let temperature = 0.5;
    for scale_step in [true, false] {
        let walk =
            SimulatedAnnealing { temperature, rate: 1.0, step: 1.0, scale_step, ..SimulatedAnnealing::default() };
        let budget = 100_000;
        let settings = Settings { moments: (100..=budget).step_by(10).collect(), ..settings(budget) };
        let result = run(&quadratic(&[1.0, 4.0]), &solver(walk), &settings, &[0.0, 0.0]);
        assert_eq!(result.status, Status::Budget);
        let n = result.snapshots.len() as f64;
        for (i, c) in [1.0, 4.0].into_iter().enumerate() {
            let exact: f64 = temperature / c;
            let u: Vec<f64> = result.snapshots.iter().map(|kept| kept.x[i] / exact.sqrt()).collect();
            let moment = |k: i32| u.iter().map(|u| u.powi(k)).sum::<f64>() / n;
            // Kept every 20 proposals; a quarter or more are accepted with steps as wide as the law, so neighbours correlate by
            // about 0.3 at most: the variance of a mean is below twice that of independent draws (1, 2 and 96 over n).
            for (k, exact, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (4, 3.0, 96.0)] {
                let tol = 4.0 * (2.0 * variance / n).sqrt();
                assert!((moment(k) - exact).abs() <= tol, "moment {k}: {} for {exact} +- {tol}", moment(k));
            }
        }
    }
}

/// Both coolings end at their temperature: in a bowl of two variables the mean gap is `T`, half of it for each.
#[test]
fn annealing_cools_by_its_law() {
    let runs = 2000;
    let gap_at_end = |cooling, rate| {
        let walk = SimulatedAnnealing { temperature: 2.0, cooling, rate, moves: 50, step: 1.0, scale_step: true };
        let seeds = (0..runs).map(|i| cube(i, 2, 1.0)).collect();
        let results = run_block(&quadratic(&[1.0, 1.0]), &solver(walk), &settings(500), seeds);
        results.iter().map(|result| result.f_final).sum::<f64>() / runs as f64
    };
    // 1000 values: the start and 999 proposals, the last of them in stage 19. The law at the end lags behind by the time the
    // walk needs to forget, about 10 proposals of 50; energies are exponential: relative deviation 1 / sqrt(2000) = 0.022.
    let geometric = 2.0 * 0.8_f64.powi(19);
    let logarithmic = 2.0 * std::f64::consts::LN_2 / 21_f64.ln();
    for (cooling, temperature) in [(Cooling::Geometric, geometric), (Cooling::Logarithmic, logarithmic)] {
        let share = gap_at_end(cooling, 0.8) / temperature;
        // Four deviations, and as much again for the lag: a stage falls by 0.2, of which at most a half is left.
        assert!((share - 1.0).abs() <= 4.0 * 0.022 + 0.1, "{cooling:?}: {share} of {temperature}");
    }
}

/// On Rastrigin's function minima are 1 apart and rise by about 1 per step away: hops of up to 1 find f = 0, the first
/// descent alone finds the well the start is in.
#[test]
fn basin_hopping_hops_to_the_lowest_minimum() {
    let start = [3.1, -2.1];
    let hopping = BasinHopping { step: 1.0, ..BasinHopping::default() };
    let result = run(&rastrigin(), &solver(hopping.clone()), &settings(4000), &start);
    assert_eq!(result.status, Status::Budget);
    assert!(result.f_final <= 1e-9 && result.grad_norm <= 1e-5, "{} at {:?}", result.f_final, result.x_final);
    // Without room to leave the well it stays there: f = 12.9 at (2.985, -1.990).
    let timid = BasinHopping { step: 0.1, interval: 0, ..hopping.clone() };
    let result = run(&rastrigin(), &solver(timid.clone()), &settings(4000), &start);
    assert!((result.f_final - 12.934).abs() < 1e-2, "{}", result.f_final);
    // Every hop is accepted there, so the adapted step grows by 1 / 0.9 every 5 hops until it leaves.
    let adapting = BasinHopping { interval: 5, ..timid };
    let result = run(&rastrigin(), &solver(adapting), &settings(12_000), &start);
    assert!(result.f_final < 12.0, "{}", result.f_final);
}

/// At temperature 0 no rise is accepted, and at a high one nearly all are: from the global minimum the walk leaves only then.
/// Iterates are the lowest minima all the same.
#[test]
fn the_run_ends_at_the_lowest_minimum_even_when_the_walk_has_left_it() {
    for temperature in [0.0, 100.0] {
        let hopping = BasinHopping { temperature, step: 1.0, ..BasinHopping::default() };
        let result = run(&rastrigin(), &solver(hopping), &settings(1000), &[0.1, 0.1]);
        assert!(result.f_final <= 1e-9, "T = {temperature}: {}", result.f_final);
        assert!(result.iterations > 20);
    }
}

/// Only ranks count: on f and on exp(f) the same iterates, bit for bit.
#[test]
fn cma_es_sees_ranks_only() {
    fn f<S: Scalar>(x: &[S]) -> S {
        (x[1] - x[0].square()).square() * 3.0 + (x[0] * -1.0 + 1.0).square() + (x[2] * 2.0).cos()
    }
    let plain = Objective::formula(3, |x| f(x));
    let transformed = Objective::formula(3, |x| f(x).exp());
    // Short of convergence, where exp would round different values to the same one.
    let settings = Settings { moments: (1..=60).collect(), ..settings(60) };
    let start = [-1.0, 2.0, 0.4];
    let points = |objective: &Objective| {
        let result = run(objective, &solver(CmaEs::default()), &settings, &start);
        assert_eq!(result.status, Status::Budget);
        result.snapshots.into_iter().map(|kept| kept.x).collect::<Vec<_>>()
    };
    let kept = points(&plain);
    assert_eq!(kept, points(&transformed));
    assert!(kept.windows(2).filter(|pair| pair[0] != pair[1]).count() > 5, "it must move for this to test anything");
}

/// Evaluations to f <= 1e-9. pycma 4.5.0's `CMAEvolutionStrategy` (60 seeds): sphere in 10 variables from (1, ..), sigma 0.5: mean
/// 1477, deviation 80; Rosenbrock in 5 variables from 0, sigma 0.3: mean 1749, deviation 170, every run a success.
#[test]
fn cma_es_converges_at_the_rate_of_pycma() {
    let sphere = Objective::formula(10, |x| Scalar::sum(x.iter().map(|x| x.square())));
    for (objective, start, sigma, mean, deviation) in
        [(sphere, vec![1.0; 10], 0.5, 1477.0, 80.0), (rosenbrock(5), vec![0.0; 5], 0.3, 1749.0, 170.0)]
    {
        let runs = 60;
        let settings = Settings { targets: vec![1e-9], ..settings(20_000) };
        let seeds = (0..runs).map(|i| seeds(i, |_| start.clone())).collect();
        let results = run_block(&objective, &solver(CmaEs { sigma, population: 0 }), &settings, seeds);
        // Rosenbrock's function in five variables has a second minimum, near (-1, 1, 1, 1, 1).
        let costs: Vec<f64> = results.iter().filter_map(|run| run.hits[0].map(|cost| 2.0 * cost)).collect();
        assert!(costs.len() >= 55, "{} of {runs} runs", costs.len());
        let average = costs.iter().sum::<f64>() / costs.len() as f64;
        // Four standard errors of the difference of two means of 60.
        let tol = 4.0 * deviation * (2.0 / runs as f64).sqrt();
        assert!((average - mean).abs() <= tol, "{average} for {mean} +- {tol}");
    }
}

#[test]
fn cma_es_says_why_it_ends_and_what_is_too_large() {
    let result = run(&quadratic(&[1.0, 4.0]), &solver(CmaEs::default()), &settings(20_000), &[1.0, 1.0]);
    assert_eq!(result.status, Status::Stalled, "{}", result.reason);
    assert!(result.f_final < 1e-20, "{}: {}", result.f_final, result.reason);
    // Where f is constant, the best value of 10 + ceil(30 * 2 / 6) generations of 6 is the same.
    let plain = Objective::formula(2, |x| (x[0] + x[1]) * 0.0);
    let result = run(&plain, &solver(CmaEs::default()), &settings(20_000), &[1.0, 1.0]);
    assert_eq!((result.status, result.counts.n_f), (Status::Stalled, 1 + 20 * 6), "{}", result.reason);
    // Downhill for ever is a divergence.
    let slope = Objective::formula(2, |x| x[0] * 1.0);
    let result = run(&slope, &solver(CmaEs::default()), &settings(20_000), &[1.0, 1.0]);
    assert_eq!(result.status, Status::Diverged, "{}", result.reason);
    let large = Objective::formula(1001, |x| Scalar::sum(x.iter().map(|x| x.square())));
    let error = solver(CmaEs::default()).check(&large).unwrap_err();
    assert!(error.contains("the limit is 1000 variables"), "{error}");
}

/// On a sphere every point asked about is on it, and all methods lower `sum i x_i^2 / 2` there.
#[test]
fn all_go_along_a_sphere() {
    let objective =
        Objective::formula(4, |x| Scalar::sum(x.iter().enumerate().map(|(i, &x)| x.square() * (0.5 * (i + 1) as f64))))
            .on(Geometry::Sphere { radius: 3.0 });
    let start = |restart: u64| Stream::new(4, "start", &[&restart.to_string()]).on_sphere(4, 3.0);
    for method in all() {
        let settings = Settings { moments: (1..400).collect(), ..settings(400) };
        let result = run_block(&objective, &method, &settings, vec![seeds(0, start)]).remove(0);
        for x in result.snapshots.iter().map(|kept| &kept.x).chain([&result.x_final, &result.x_best]) {
            let radius = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert!((radius - 3.0).abs() <= 1e-12, "{method:?}: {radius}");
        }
        // The least value is 4.5; 200 random draws come within half of a unit.
        assert!(result.f_best >= 4.5 - 1e-12 && result.f_best < 5.5, "{method:?}: {}", result.f_best);
    }
}
