//! Solvers over the counted oracle: prices, refusals, what is judged, and derivatives along a surface.

mod common;

use autodiff::{Geometry, Objective, Scalar, Stream};
use common::{himmelblau, quadratic, regression, run, seeds, settings, solver, text};
use optimizers::{Backtracking, Config, Counts, Method, MultiRestart, Oracle, Part, Settings, Solver, Status, Stop};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// What a probing solver asks for, again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    #[default]
    Value,
    Gradient,
    Hvp,
    Hessian,
}

/// Asks for one thing at its start for ever.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Asking {
    ask: Ask,
}

impl Config for Asking {
    const NAME: &'static str = "asking";
    const ABOUT: &'static str = "Asks one question for ever.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("ask", "what")];
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Solver for Asking {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut hv, mut hess) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
        loop {
            match self.ask {
                Ask::Value => {
                    oracle.value(x)?;
                }
                Ask::Gradient => {
                    oracle.gradient(x, &mut grad)?;
                }
                Ask::Hvp => oracle.hvp(x, &vec![1.0; n], &mut hv)?,
                Ask::Hessian => oracle.hessian(x, &mut hess)?,
            }
        }
    }
}

/// A value is 1/2, a gradient 1, a product 2 and a Hessian dim: floor(budget / price) of each fit, and not one more.
#[test]
fn each_question_has_its_price_and_the_budget_is_never_exceeded() {
    for (objective, dim) in [(himmelblau(), 2.0), (regression(10), 2.0), (quadratic(&[1.0; 5]), 5.0)] {
        for budget in [1, 3, 11, 20] {
            for (ask, price) in [(Ask::Value, 0.5), (Ask::Gradient, 1.0), (Ask::Hvp, 2.0), (Ask::Hessian, dim)] {
                let start = vec![0.3; dim as usize];
                let result = run(&objective, &solver(Asking { ask }), &settings(budget), &start);
                let times = (budget as f64 / price).floor() as u64;
                let count = |this: Ask| if this == ask { times } else { 0 };
                let counts = Counts {
                    n_f: count(Ask::Value),
                    n_grad: count(Ask::Gradient),
                    n_hvp: count(Ask::Hvp),
                    n_hess: count(Ask::Hessian),
                };
                assert_eq!(result.counts, counts, "{ask:?}, budget {budget}");
                assert_eq!((result.cost, result.status), (times as f64 * price, Status::Budget), "{}", result.reason);
                // Never accepted anything: the run ends at its start, which is measured at no charge.
                let value = objective.evaluator().value(&start);
                assert_eq!((result.x_final, result.f_final, result.f_start), (start, value, value));
                assert!(result.grad_norm.is_finite());
            }
        }
    }
}

/// A solver that cannot afford its first question does not restart for ever.
#[test]
fn attempts_that_can_spend_nothing_end_the_run() {
    let strategy = MultiRestart { cutoff: 3, ..MultiRestart::default() };
    let method = Method::of_solver(Part::solver(Asking { ask: Ask::Hessian }), Part::strategy(strategy));
    let result = run(&quadratic(&[1.0; 5]), &method, &settings(100), &[0.3; 5]);
    assert_eq!((result.cost, result.restarts, result.status), (0.0, 0, Status::Budget));
}

/// Newton's method with the oracle's Hessian: on a quadratic one step, on a sphere quadratic convergence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct PlainNewton {}

impl Config for PlainNewton {
    const NAME: &'static str = "plain_newton";
    const ABOUT: &'static str = "Newton steps.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Solves `a p = b` in place by elimination with row exchanges.
fn solve_linear(a: &mut [f64], b: &mut [f64]) {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs())).unwrap();
        (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            (k..n).for_each(|j| a[i * n + j] -= factor * a[k * n + j]);
            b[i] -= factor * b[k];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i * n + j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i * n + i];
    }
}

impl Solver for PlainNewton {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut next, mut hess) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
            oracle.hessian(x, &mut hess)?;
            solve_linear(&mut hess, &mut grad);
            oracle.moved(x, -1.0, &grad, &mut next);
            x.copy_from_slice(&next);
        }
    }
}

#[test]
fn newton_needs_one_step_on_a_quadratic() {
    let result = run(&quadratic(&[1.0, -2.0, 30.0]), &solver(PlainNewton {}), &settings(50), &[0.3, -0.7, 2.0]);
    assert_eq!((result.status, result.iterations), (Status::Converged, 1), "{}", result.reason);
    // Two gradients and the Hessian between them.
    assert_eq!((result.counts.n_grad, result.counts.n_hess, result.cost), (2, 1, 5.0));
}

/// `sum_i c_i x_i^2 / 2` on a sphere of radius 3 around the origin.
fn ellipsoid() -> Objective {
    let f =
        Objective::formula(4, |x| Scalar::sum(x.iter().enumerate().map(|(i, &x)| x.square() * (0.5 * (i + 1) as f64))));
    f.on(Geometry::Sphere { radius: 3.0 })
}

/// From near the third axis Newton's method converges quadratically to that saddle: five steps are plenty, and a wrong
/// curvature of the surface (or none) would leave it linear at best.
#[test]
fn newton_on_a_sphere_converges_quadratically_without_knowing_of_it() {
    let mut start = [0.1, -0.2, 3.0, 0.15];
    ellipsoid().geometry().retract(&mut start);
    let result = run(&ellipsoid(), &solver(PlainNewton {}), &settings(200), &start);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert!(result.iterations <= 5, "{} iterations", result.iterations);
    assert!((result.x_final[2] - 3.0).abs() <= 1e-12, "{:?}", result.x_final);
}

/// Along a great circle x(s) the second derivative of f is v^T Hess v with v = x'(0), |v| = 1: the oracle's product and
/// Hessian against central differences of order h^4 on the circle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Circle {}

impl Config for Circle {
    const NAME: &'static str = "circle";
    const ABOUT: &'static str = "Compares derivatives on a great circle.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Solver for Circle {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let n = x.len();
        let radius = dot(x, x).sqrt();
        let (mut grad, mut hv, mut hess) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
        oracle.gradient(x, &mut grad)?;
        assert!(dot(x, &grad).abs() <= 1e-12, "the gradient is tangent");
        let spent = oracle.spent();
        for _ in 0..3 {
            let mut v: Vec<f64> = (0..n).map(|_| random.normal()).collect();
            oracle.project(x, &mut v);
            let length = dot(&v, &v).sqrt();
            v.iter_mut().for_each(|v| *v /= length);
            oracle.hvp(x, &v, &mut hv)?;
            oracle.hessian(x, &mut hess)?;
            assert!(dot(x, &hv).abs() <= 1e-12 * radius, "the product is tangent");
            for (row, hv) in hess.chunks_exact(n).zip(&hv) {
                assert!((dot(row, &v) - hv).abs() <= 1e-12, "Hessian and product agree");
            }
            let along = dot(x, &hess.chunks_exact(n).map(|row| dot(row, x)).collect::<Vec<_>>()) / (radius * radius);
            let greatest = hess.chunks_exact(n).map(|row| dot(row, row)).sum::<f64>().sqrt();
            assert!(along >= 0.5 * greatest, "the normal has the greatest eigenvalue: {along} of {greatest}");
            let mut at = |s: f64| {
                let angle = s / radius;
                let point: Vec<f64> =
                    x.iter().zip(&v).map(|(x, v)| x * angle.cos() + v * radius * angle.sin()).collect();
                oracle.value(&point)
            };
            let h = 1e-2;
            let (f0, near, far) = (at(0.0)?, at(h)? + at(-h)?, at(2.0 * h)? + at(-2.0 * h)?);
            let second = (16.0 * near - far - 30.0 * f0) / (12.0 * h * h);
            // Truncation h^4 f^(6) / 90 is 1e-9 here, rounding 1e2 eps f / h^2 is 1e-9.
            assert!((dot(&v, &hv) - second).abs() <= 1e-8, "{} for {second}", dot(&v, &hv));
        }
        // The gradient at x was paid for once; three products, three Hessians and fifteen values are the rest.
        assert_eq!(oracle.spent() - spent, 3.0 * 2.0 + 3.0 * n as f64 + 7.5);
        // Somewhere else the curvature of the surface needs another gradient.
        let mut elsewhere = x.to_vec();
        elsewhere[0] += 0.1;
        oracle.retract(&mut elsewhere);
        let spent = oracle.spent();
        oracle.project(&elsewhere, &mut hv);
        let v = hv.clone();
        oracle.hvp(&elsewhere, &v, &mut hv)?;
        assert_eq!(oracle.spent() - spent, 3.0);
        Err(oracle.give_up("compared"))
    }
}

#[test]
fn second_derivatives_are_those_of_the_surface() {
    let start = Stream::new(4, "start", &[]).on_sphere(4, 3.0);
    let result = run(&ellipsoid(), &solver(Circle {}), &settings(100), &start);
    assert_eq!(result.status, Status::Stalled);
    assert!(result.reason.starts_with("compared, after"), "{}", result.reason);
}

/// The shipped example of a solver reaches minima, on flat space and on the sphere, and says so.
#[test]
fn backtracking_converges_and_counts() {
    let result = run(&himmelblau(), &solver(Backtracking::default()), &settings(500), &[0.5, 1.0]);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert!(result.f_final <= 1e-15);
    // Each iterate is one gradient; each trial is one value.
    assert_eq!(result.counts.n_grad, result.iterations + 1);
    assert!(result.counts.n_f >= result.iterations && result.counts.n_hess == 0);
    let start = Stream::new(2, "start", &[]).on_sphere(4, 3.0);
    let result = run(&ellipsoid(), &solver(Backtracking::default()), &settings(2000), &start);
    assert!((result.f_final - 4.5).abs() <= 1e-12, "{}", result.reason);
    let radius = result.x_final.iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!((radius - 3.0).abs() <= 1e-12);
}

/// Hits and the best value come from every point asked about, the first not above the target; iterates only from those
/// accepted.
#[test]
fn hits_use_every_value_and_a_bad_trial_is_no_failure() {
    // ln x - x is -inf at 0 and NaN below; the first trial from x = 3 with step 50 goes far below 0 and fails quietly.
    let objective = Objective::formula(1, |x| x[0] - x[0].ln());
    let first = Backtracking { first_step: 50.0, ..Backtracking::default() };
    let settings = Settings { targets: vec![1.9, 1.0 + 1e-9], ..settings(200) };
    let result = run(&objective, &solver(first), &settings, &[3.0]);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    // Value at 3: 3 - ln 3 = 1.901. Slope 2/3: trials at 3 - 33.3/2^k are NaN until k = 4 (x = 0.917), value 1.004.
    assert_eq!(result.hits[0], Some(1.0 + 0.5 * 5.0));
    assert!(result.hits[1].is_some() && result.f_best >= 1.0);
}

#[test]
fn a_solver_is_the_same_alone_and_in_a_block_and_restarts_afresh() {
    let strategy = MultiRestart { cutoff: 20, ..MultiRestart::default() };
    let method = Method::of_solver(Part::solver(Backtracking::default()), Part::strategy(strategy));
    let start = |i: u64| move |restart: u64| vec![i as f64 - restart as f64, 0.5];
    let block = |members: &[u64]| {
        let seeds = members.iter().map(|&i| seeds(i, start(i))).collect();
        optimizers::run_block(&himmelblau(), &method, &Settings { moments: vec![0, 5, 30], ..settings(90) }, seeds)
    };
    let whole = block(&[0, 1, 2, 3]);
    for i in [3, 0] {
        assert_eq!(text(&block(&[i])[0]), text(&whole[i as usize]));
    }
    assert!(whole[0].restarts >= 2 && whole[0].snapshots.len() == 3);
    assert_eq!((whole[2].snapshots[0].cost, &whole[2].snapshots[0].x), (0.0, &vec![2.0, 0.5]));
    // Attempt k of run 3 starts where attempt 0 of run 3 - k does and ends likewise, cut or not.
    assert_eq!(whole[3].attempts[1], whole[2].attempts[0]);
}
