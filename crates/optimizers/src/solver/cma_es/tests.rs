//! CMA-ES from inside: against an independent implementation, its invariances, and the path of its step size.

use super::*;

/// Draws of a generation that any language can repeat exactly: multiples of 1/250 in [-2, 2).
fn draws(generation: usize, count: usize) -> Vec<f64> {
    (0..count).map(|i| (7919 * (1 + i + generation * count) % 1000) as f64 / 250.0 - 2.0).collect()
}

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|x| 100.0 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1.0 - x[0]) * (1.0 - x[0])).sum()
}

/// One generation with given draws.
fn step(evolution: &mut Evolution, draws: &[f64], f: impl Fn(&[f64]) -> f64) {
    evolution.z.copy_from_slice(draws);
    let mut x = vec![0.0; evolution.n];
    let mut values = vec![0.0; evolution.constants.lambda];
    for (k, value) in values.iter_mut().enumerate() {
        evolution.place(k, &mut x);
        *value = f(&x);
    }
    evolution.tell(&values);
}

fn assert_close(numbers: &[f64], exact: &[f64], tol: f64, what: &str) {
    assert_eq!(numbers.len(), exact.len(), "{what}");
    for (number, exact) in numbers.iter().zip(exact) {
        assert!((number - exact).abs() <= tol * exact.abs().max(1.0), "{what}: {number} for {exact}");
    }
}

/// Weights and rates of pycma 4.5.0 (`RecombinationWeights`, `purecma.CMAESParameters`), with the tutorial's `c_mu` and
/// `d_sigma` in place of purecma's own.
#[test]
fn strategy_parameters_are_those_of_the_table() {
    let constants = Constants::new(3, 0);
    let rates = |k: &Constants| [k.c_c, k.c_1, k.c_mu, k.c_sigma, k.d_sigma, k.mu_eff];
    let exact = [
        0.5588013228860189,
        0.09640963257927214,
        0.0695884692329107,
        0.41490900109806167,
        1.4149090010980616,
        2.2548150822016044,
    ];
    assert_eq!((constants.lambda, constants.mu, constants.lag), (7, 3, 1));
    assert_close(&rates(&constants), &exact, 1e-14, "rates, dim 3");
    let weights = [
        0.5856451065097651,
        0.29282255325488254,
        0.12153234023535246,
        0.0,
        -0.4241269418431742,
        -0.7706638857059223,
        -1.0636566969842556,
    ];
    assert_close(&constants.weights, &weights, 1e-14, "weights, dim 3");
    let constants = Constants::new(5, 15);
    let exact = [
        0.4537737539452639,
        0.04521724207030675,
        0.11247977815940444,
        0.4498283027600171,
        1.4498283027600172,
        4.5409152090759575,
    ];
    assert_close(&rates(&constants), &exact, 1e-14, "rates, dim 5");
    assert_close(&constants.weights[13..], &[-0.28649294296292244, -0.3218135526059806], 1e-14, "weights, dim 5");
    // A large population has the damping that the case above has not: sqrt((mu_eff - 1) / (n + 1)) > 1.
    let constants = Constants::new(2, 60);
    let extra = 2.0 * (((constants.mu_eff - 1.0) / 3.0).sqrt() - 1.0);
    assert!(extra > 0.5);
    assert_close(&[constants.d_sigma], &[1.0 + extra + constants.c_sigma], 1e-14, "damping");
    // 1 / (10 n (c_1 + c_mu)) first exceeds 2 in some hundred variables.
    assert_eq!((Constants::new(20, 0).lag, Constants::new(200, 0).lambda), (1, 19));
    assert!(Constants::new(200, 0).lag >= 2);
}

/// Mean, sigma and C after some generations on Rosenbrock's function from (1/2, ..), sigma 0.3: pycma 4.5.0's `purecma.CMAES`
/// is told samples `mean + sigma C^(1/2) z` made from the same draws; its sigma follows the tutorial's equation (the one
/// that purecma has as a comment) and its rates are those of the test above. In three variables `h` was 0 five times.
#[test]
fn generations_are_those_of_pycma() {
    let run = |n: usize, generations: usize| {
        let mut evolution = Evolution::new(&vec![0.5; n], 0.3, 0);
        for generation in 0..generations {
            let draws = draws(generation, evolution.z.len());
            step(&mut evolution, &draws, rosenbrock);
        }
        evolution
    };
    // Rounding of 1e-16 per generation, which a covariance that is far from a sphere makes some thousand times larger.
    let tol = 1e-11;
    let three = run(3, 40);
    assert_close(&three.mean, &[0.16438478646049648, -1.9967250686443865, 1.1172901637855193], tol, "mean, dim 3");
    assert_close(&[three.sigma], &[2.508279461956143], tol, "sigma, dim 3");
    let c = [
        0.5985874181212565,
        -0.3348642425557437,
        -0.25307790899794513,
        -0.3348642425557437,
        0.5580125264757156,
        -0.08453143647123587,
    ];
    assert_close(&three.c[..6], &c, tol, "C, dim 3");
    let two = run(2, 30);
    assert_close(&two.mean, &[0.5321221598709277, 0.2696120315992545], tol, "mean, dim 2");
    assert_close(&[two.sigma], &[0.14303716115658438], tol, "sigma, dim 2");
    let c = [0.31549613186032494, -0.1127177344779634, -0.1127177344779634, 0.27515726512712874];
    assert_close(&two.c, &c, tol, "C, dim 2");
}

/// A rotation of three variables: columns of thirds.
const TURN: [[f64; 3]; 3] =
    [[2.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0], [2.0 / 3.0, 2.0 / 3.0, -1.0 / 3.0], [-1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]];

fn turned(x: &[f64]) -> Vec<f64> {
    TURN.iter().map(|row| dot(row, x)).collect()
}

/// On `f(R x)`, from `R^T mean` and with draws `R^T z`, the means are `R^T` times those on f.
#[test]
fn a_rotated_function_has_rotated_generations() {
    let back = |x: &[f64]| -> Vec<f64> { (0..3).map(|j| (0..3).map(|i| TURN[i][j] * x[i]).sum()).collect() };
    let mut plain = Evolution::new(&[0.5, -0.2, 0.9], 0.3, 0);
    let mut other = Evolution::new(&back(&[0.5, -0.2, 0.9]), 0.3, 0);
    for generation in 0..30 {
        let draws = draws(generation, plain.z.len());
        let rotated: Vec<f64> = draws.chunks_exact(3).flat_map(back).collect();
        step(&mut plain, &draws, rosenbrock);
        step(&mut other, &rotated, |x| rosenbrock(&turned(x)));
        // Rounding as above; a change of a rank would show as a difference of the order of sigma.
        assert_close(&turned(&other.mean), &plain.mean, 1e-10, "mean");
        assert_close(&[other.sigma], &[plain.sigma], 1e-10, "sigma");
    }
    let away = (0..9).filter(|i| i % 4 != 0).map(|i| plain.c[i].abs()).fold(0.0, f64::max);
    assert!(away > 0.05, "C must have turned for this to test anything: {away}");
}

/// On a linear function the path is straight, and sigma grows by a steady factor; where f is constant it does not grow.
#[test]
fn sigma_grows_on_a_slope_and_not_on_a_plain() {
    let growth = |slope: f64, key: &str| {
        let mut evolution = Evolution::new(&[0.0; 5], 1.0, 0);
        let mut random = Stream::new(1, "slope", &[key]);
        let mut x = vec![0.0; 5];
        for _ in 0..200 {
            let mut values = vec![0.0; evolution.constants.lambda];
            for (k, value) in values.iter_mut().enumerate() {
                evolution.ask(k, &mut random, &mut x);
                *value = slope * x[0];
            }
            evolution.tell(&values);
        }
        evolution.sigma * evolution.c[0].sqrt()
    };
    let keys = ["a", "b", "c", "d"];
    for key in keys {
        // Two hundred generations: a factor of 1.1 in each would be 2e8.
        assert!(growth(1.0, key) > 1e8, "slope: {}", growth(1.0, key));
    }
    // Without selection ln sigma has drift 0 in stationarity; its spread after 200 generations is a few.
    let mean = keys.iter().map(|key| math::ln(growth(0.0, key))).sum::<f64>() / 4.0;
    assert!(mean.abs() < 4.0, "plain: {mean}");
}

/// The root's square is C after every decomposition, whatever C has become.
#[test]
fn the_root_is_that_of_c() {
    let mut evolution = Evolution::new(&[0.5; 4], 0.3, 0);
    for generation in 0..50 {
        let draws = draws(generation, evolution.z.len());
        step(&mut evolution, &draws, rosenbrock);
        for (i, row) in evolution.root.chunks_exact(4).enumerate() {
            for (j, other) in evolution.root.chunks_exact(4).enumerate() {
                let (square, c) = (dot(row, other), evolution.c[i * 4 + j]);
                assert!((square - c).abs() <= 1e-13 * evolution.c[5 * i].max(evolution.c[5 * j]), "{square} for {c}");
            }
        }
    }
}
