//! Rules against iterates that optax computes, and stochastic rules against their laws.

mod common;

use autodiff::{Objective, Scalar};
use common::{quadratic, run, settings, single};
use optimizers::{
    Adagrad, Adam, Adamw, Form, Method, Momentum, Nesterov, PerturbedGd, Rmsprop, Scaling, Settings, Sgld, SignSgd,
    Status,
};

fn rosenbrock() -> Objective {
    Objective::formula(2, |x| (x[1] - x[0].square()).square() * 100.0 + (x[0] * -1.0 + 1.0).square())
}

/// x after 20 steps from (-1.2, 1): optax 0.2.8 on jax 0.10.2 in double precision, with parameters that tell the forms
/// apart (eps 1e-3). torch has the same formulas for momentum, nesterov, Adam and AdamW; its RMSprop is optax's with
/// `eps_in_sqrt = False`. The two forms that optax lacks (dampening, eps outside the root in Adagrad) are evaluated from
/// the formulas in torch's documentation with jax's gradients.
#[test]
fn twenty_steps_on_rosenbrock_are_those_of_the_libraries() {
    let (beta1, beta2, eps) = (0.8, 0.95, 1e-3);
    let rmsprop = Rmsprop { lr: 0.01, beta: 0.9, eps, ..Rmsprop::default() };
    let cases: [(Method, [f64; 2]); 15] = [
        (single(Momentum { lr: 1e-4, beta: 0.9, dampening: 0.0, batch: 0 }), [-1.063027470955983, 0.9895984495301883]),
        (single(Momentum { lr: 1e-4, beta: 0.9, dampening: 0.3, batch: 0 }), [-1.0564578126179123, 1.0116618635160286]),
        (single(Nesterov { lr: 1e-4, beta: 0.9, batch: 0 }), [-1.030953083095004, 1.0228836314874084]),
        (
            single(Adagrad { lr: 0.1, eps, initial: 0.1, form: Form::Optax, batch: 0 }),
            [-1.0522264496333067, 1.113461952195137],
        ),
        (
            single(Adagrad { lr: 0.1, eps, initial: 0.2, form: Form::Torch, batch: 0 }),
            [-1.052226128306715, 1.1134613014376171],
        ),
        (
            single(Rmsprop { lr: 0.01, beta: 0.9, eps, initial: 0.5, form: Form::Optax, ..Rmsprop::default() }),
            [-1.0628196568099781, 1.1323373072109804],
        ),
        (
            single(Rmsprop { lr: 0.01, beta: 0.99, eps, initial: 0.0, form: Form::Torch, ..Rmsprop::default() }),
            [-1.0515818392759517, 1.1121053797584648],
        ),
        // These three by torch 2.15, the fourth by optax.
        (single(Rmsprop { centered: true, ..rmsprop.clone() }), [-1.0607686643919279, 1.130834564121639]),
        (single(Rmsprop { momentum: 0.7, ..rmsprop.clone() }), [-1.0458012434068173, 1.1077231578139006]),
        (
            single(Rmsprop { centered: true, momentum: 0.7, ..rmsprop.clone() }),
            [-1.0454981663682774, 1.106460406286426],
        ),
        (
            single(Rmsprop { centered: true, momentum: 0.7, form: Form::Optax, initial: 0.5, ..rmsprop }),
            [-1.0454864747638588, 1.1064387041427002],
        ),
        (single(Adam { lr: 0.05, beta1, beta2, eps, batch: 0 }), [-1.0269871466402665, 1.1043429294789968]),
        (
            single(Adamw { lr: 0.05, beta1, beta2, eps, weight_decay: 0.1, decay: Scaling::Lr, batch: 0 }),
            [-0.9560703538268911, 0.9641752145447471],
        ),
        // The paper's scaling by the schedule alone: the same decay per step with weight_decay = 0.05 * 0.1.
        (
            single(Adamw { lr: 0.05, beta1, beta2, eps, weight_decay: 0.005, decay: Scaling::Schedule, batch: 0 }),
            [-0.9560703538268911, 0.9641752145447471],
        ),
        (single(SignSgd { lr: 0.01, batch: 0 }), [-1.0599999999999998, 1.1400000000000001]),
    ];
    for (method, exact) in cases {
        let result = run(&rosenbrock(), &method, &settings(21), &[-1.2, 1.0]);
        assert_eq!(result.iterations, 20);
        for (x, exact) in result.x_final.iter().zip(exact) {
            // Twenty steps, each rounding a few times; the valley's curvature of 1e3 times lr keeps growth near 1.
            assert!((x - exact).abs() <= 1e-12, "{method:?}: {:?} for {exact}", result.x_final);
        }
    }
}

/// Stationary variance on `c x^2 / 2`: `x' = (1 - lr c) x + sqrt(2 lr T) z` has `T / (c (1 - lr c / 2))`.
#[test]
fn langevin_samples_the_boltzmann_density_of_its_step() {
    let (lr, temperature, c) = (0.1, 0.3, 2.0);
    let bowl = Objective::formula(200, |x| Scalar::sum(x.iter().map(|x| x.square())));
    let steps = 400;
    let settings = Settings { moments: (1..=steps).collect(), grad_tol: 1e9, ..settings(steps) };
    let result = run(&bowl, &single(Sgld { lr, temperature, batch: 0 }), &settings, &[0.0; 200]);
    assert_eq!(result.status, Status::Budget, "noise never lets it converge");
    let tail = &result.snapshots[50..];
    let squares: f64 = tail.iter().flat_map(|snapshot| &snapshot.x).map(|x| x * x).sum();
    let variance = squares / (tail.len() * 200) as f64;
    let exact = temperature / (c * (1.0 - 0.5 * lr * c));
    // Correlation 0.8 per step, 0.64 of squares: 70000 / (1.64 / 0.36) = 15400 independent squares.
    assert!((variance / exact - 1.0).abs() <= 4.0 * (2.0_f64 / 15_400.0).sqrt(), "{variance} for {exact}");
}

/// `(x^2 - y^2) / 2 + y^4 / 4` has a saddle at 0, where plain descent from (1, 0) ends, and minima at y = +-1, f = -1/4.
#[test]
fn perturbed_descent_leaves_a_saddle_and_settles_in_a_minimum() {
    let saddle = Objective::formula(2, |x| (x[0].square() - x[1].square()) * 0.5 + x[1].square().square() * 0.25);
    let rule = PerturbedGd { lr: 0.1, wait: 100, ..PerturbedGd::default() };
    let settings = settings(5000);
    let result = run(&saddle, &single(rule), &settings, &[1.0, 0.0]);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert!((result.f_final + 0.25).abs() <= 1e-12 && (result.x_final[1].abs() - 1.0).abs() <= 1e-6);
    let plain = run(&saddle, &single(optimizers::GradientDescent { lr: 0.1 }), &settings, &[1.0, 0.0]);
    assert_eq!((plain.status, plain.x_final[1]), (Status::Converged, 0.0));
    // At a minimum it jumps once, waits, finds no fall, goes back and converges there.
    let minimum = run(
        &quadratic(&[1.0, 3.0]),
        &single(PerturbedGd { lr: 0.1, wait: 100, ..PerturbedGd::default() }),
        &settings,
        &[0.0, 0.0],
    );
    assert_eq!((minimum.status, minimum.x_final), (Status::Converged, vec![0.0, 0.0]));
    // The jump, 100 steps, the way back, and the gradient there.
    assert_eq!((minimum.iterations, minimum.cost), (102, 103.0));
}

/// A jump is uniform in the ball: |xi|^2 / r^2 has mean d / (d + 2), and every coordinate mean 0.
#[test]
fn a_jump_is_uniform_in_the_ball() {
    let flat = Objective::formula(3, |x| Scalar::sum(x.iter().map(|&x| x * 0.0)));
    let rule = PerturbedGd { radius: 2.0, ..PerturbedGd::default() };
    let (n, mut squares, mut first) = (4000, 0.0, 0.0);
    for i in 0..n {
        let settings = Settings { moments: vec![2], ..settings(2) };
        let seeds = vec![common::seeds(i, |_| vec![0.0; 3])];
        let result = &optimizers::run_block(&flat, &single(rule.clone()), &settings, seeds)[0];
        let x = &result.snapshots[0].x;
        let square = x.iter().map(|x| x * x).sum::<f64>() / 4.0;
        assert!(square <= 1.0 + 1e-12);
        squares += square;
        first += x[0] / 2.0;
    }
    let n = n as f64;
    // s = |xi|^2 / r^2 has density (3/2) sqrt(s): mean 3/5, variance 3/7 - 9/25; a coordinate has variance 1/5.
    assert!((squares / n - 0.6).abs() <= 4.0 * ((3.0 / 7.0 - 0.36) / n).sqrt(), "{squares}");
    assert!((first / n).abs() <= 4.0 * (0.2 / n).sqrt(), "{first}");
}
