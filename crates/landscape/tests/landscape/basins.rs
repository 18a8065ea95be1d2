//! Shares of starts against exact volumes of basins; how much was never seen.

use crate::support::rastrigin_point;
use autodiff::{Objective, Scalar, Stream};
use landscape::matching::{Spot, Symmetry, Tolerances};
use landscape::{Basins, basins};

/// Below 1 / max curvature = 1 / (2 + 40 pi^2) = 1 / 397, so that a step never jumps over a maximum.
const STEP: f64 = 0.0024;

/// Errors grow by 1 + 0.0024 (40 pi^2 - 2) = 1.94 a step near a maximum and shrink to 0.05 near a minimum.
const STEPS: usize = 120;

const HALF_SIDE: f64 = 5.12;

/// `10 d + sum_i x_i^2 - 10 cos(2 pi x_i)`, by gradient descent from `count` uniform starts in the box.
fn descend_rastrigin(dim: usize, count: usize, symmetry: &Symmetry, key: &str) -> Basins {
    let objective = Objective::formula(dim, |x| {
        Scalar::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0 + 10.0))
    });
    let mut eval = objective.evaluator();
    let mut stream = Stream::new(7, "starts", &[key]);
    let starts = (0..count).map(|_| (0..dim).map(|_| stream.uniform(-HALF_SIDE, HALF_SIDE)).collect::<Vec<f64>>());
    let mut grad = vec![0.0; dim];
    let descend = |start: &[f64]| {
        let mut x = start.to_vec();
        for _ in 0..STEPS {
            eval.gradient(&x, &mut grad);
            x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= STEP * g);
        }
        let f = eval.gradient(&x, &mut grad);
        grad.iter().all(|g| g.abs() < 1e-9).then_some(Spot { x, f, index: 0 })
    };
    basins(starts, descend, symmetry, &Tolerances::default())
}

/// The share of the interval between the maxima around the minimum near the whole number `k`, within the box.
fn share(k: i32) -> f64 {
    let side = |k: f64| if k.abs() > 5.0 { HALF_SIDE.copysign(k) } else { rastrigin_point(k).0 };
    (side(f64::from(k) + 0.5) - side(f64::from(k) - 0.5)) / (2.0 * HALF_SIDE)
}

#[test]
fn shares_of_rastrigin_in_one_dimension_are_the_lengths_of_its_intervals() {
    assert!((share(0) - 0.098_153_5).abs() < 5e-8, "{}", share(0));
    assert!(((-5..=5).map(share).sum::<f64>() - 1.0).abs() < 1e-14);
    let n = 20_000;
    let found = descend_rastrigin(1, n, &Symmetry::None, "one");
    assert_eq!((found.basins.len(), found.unassigned, found.starts), (11, 0, n as u64));
    for basin in &found.basins {
        let p = share(basin.spot.x[0].round() as i32);
        let error = (p * (1.0 - p) / n as f64).sqrt();
        assert!((basin.count as f64 / n as f64 - p).abs() < 3.0 * error, "{basin:?}: {p}");
    }
    assert_eq!(found.unseen_mass(), 0.0);
    // Up to the mirror there are six minima, of the values of the literature.
    let found = descend_rastrigin(1, 2_000, &Symmetry::Vectors { size: 1, flips: true }, "mirror");
    let values: Vec<f64> = found.by_value().iter().map(|basin| basin.spot.f).collect();
    assert_eq!(values.len(), 6);
    for (k, (f, known)) in values.iter().zip([0.0, 0.995, 3.980, 8.955, 15.919, 24.874]).enumerate() {
        assert!((f - known).abs() < 6e-4 && (f - rastrigin_point(k as f64).1).abs() < 1e-12, "{f} {known}");
    }
}

#[test]
fn the_global_basin_in_two_dimensions_has_the_squared_share() {
    let n = 20_000;
    let found = descend_rastrigin(2, n, &Symmetry::None, "two");
    assert_eq!((found.basins.len(), found.unassigned), (121, 0));
    let global = found.by_value()[0];
    assert!(global.spot.f.abs() < 1e-12);
    let p = share(0) * share(0);
    assert!((p - 0.009_634).abs() < 5e-7);
    let error = (p * (1.0 - p) / n as f64).sqrt();
    assert!((global.count as f64 / n as f64 - p).abs() < 3.0 * error, "{global:?} {p}");
    // All 121 at once: chi-squared with 120 degrees of freedom has mean 120 and standard deviation 15.5.
    let term = |x: &[f64], count: u64| {
        let expected = n as f64 * share(x[0].round() as i32) * share(x[1].round() as i32);
        (count as f64 - expected) * (count as f64 - expected) / expected
    };
    let chi: f64 = found.basins.iter().map(|basin| term(&basin.spot.x, basin.count)).sum();
    assert!((chi - 120.0).abs() < 3.0 * 15.5, "{chi}");
}

#[test]
fn unseen_mass_has_the_expectation_of_good_and_turing() {
    // E(N_1 / N) = sum p (1 - p)^(N - 1) exactly, the unseen mass after N - 1 starts. Cells of the plane stand for
    // descents.
    let (n, replicates) = (60, 400);
    let mut exact = 0.0;
    for i in -5..=5 {
        for j in -5..=5 {
            let p = share(i) * share(j);
            exact += p * (1.0 - p).powi(n - 1);
        }
    }
    let edges: Vec<f64> = (-5..5).map(|k| rastrigin_point(f64::from(k) + 0.5).0).collect();
    let cell = |x: f64| edges.iter().filter(|&&edge| edge < x).count() as f64;
    let mut stream = Stream::new(7, "unseen", &[]);
    let estimates: Vec<f64> = (0..replicates)
        .map(|_| {
            let starts: Vec<Vec<f64>> =
                (0..n).map(|_| (0..2).map(|_| stream.uniform(-HALF_SIDE, HALF_SIDE)).collect()).collect();
            let descend = |x: &[f64]| Some(Spot { x: x.iter().map(|&x| cell(x)).collect(), f: 0.0, index: 0 });
            basins(starts, descend, &Symmetry::None, &Tolerances::default()).unseen_mass()
        })
        .collect();
    let mean = estimates.iter().sum::<f64>() / f64::from(replicates);
    let variance = estimates.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / f64::from(replicates - 1);
    assert!(exact > 0.4 && exact < 0.8, "most is unseen: {exact}");
    assert!((mean - exact).abs() < 3.0 * (variance / f64::from(replicates)).sqrt(), "{mean} {exact}");
}

#[test]
fn starts_that_do_not_arrive_are_counted_apart() {
    let descend = |x: &[f64]| (x[0] > 0.0).then(|| Spot { x: vec![x[0].round()], f: 0.0, index: 0 });
    let found = basins([[-1.0], [1.1], [0.9], [2.0]], descend, &Symmetry::None, &Tolerances::default());
    assert_eq!((found.starts, found.unassigned, found.singletons()), (4, 1, 1));
    assert_eq!(found.basins.iter().map(|basin| basin.count).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(found.unseen_mass(), 1.0 / 3.0);
    assert!(basins([[0.0]; 0], |_| None, &Symmetry::None, &Tolerances::default()).unseen_mass().is_nan());
}
