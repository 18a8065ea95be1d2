//! Leaving a saddle: exact laws of gradient descent, and what Newton-type methods make of the same start.

mod common;

use autodiff::{Objective, Scalar};
use common::{run, settings, single, solver};
use optimizers::{
    CubicNewton, GradientDescent, Lbfgs, Method, Newton, NewtonCg, SaddleFreeNewton, Settings, Status,
    TrustRegionNewton,
};

/// `x^2/2 - c y^2/2 + y^4/4`: a saddle at 0 and minima at `y = +-sqrt(c)` in a valley that is flat for small c.
fn valley(c: f64) -> Objective {
    Objective::formula(2, move |x| x[0].square() * 0.5 - x[1].square() * (0.5 * c) + x[1].square().square() * 0.25)
}

const START: [f64; 2] = [1.0, 1e-6];

fn strict(budget: u64) -> Settings<'static> {
    Settings { grad_tol: 1e-10, ..settings(budget) }
}

fn newton(damping: f64) -> Method {
    solver(Newton { damping, step_cap: 0.5, ..Newton::default() })
}

fn saddle_free() -> Method {
    solver(SaddleFreeNewton { damping: 1e-6, trials: 1, step_cap: 0.5, krylov: 0 })
}

/// Steps are clipped to +-1/2 per coordinate, which gradient descent with lr = 1/2 never exceeds here.
#[test]
fn descent_crawls_newton_lands_on_the_saddle_and_saddle_free_newton_leaves_it() {
    let c = 1e-3;
    let descent = run(&valley(c), &single(GradientDescent { lr: 0.5 }), &strict(50_000), &START);
    assert_eq!(descent.status, Status::Converged, "{}", descent.reason);
    assert!(descent.iterations.abs_diff(33_387) <= 1, "{} steps", descent.iterations);
    assert!((descent.x_final[1] - c.sqrt()).abs() <= 1e-6);

    // x: 1, 1/2, 0. With the damping of the other run, a millionth of 1/2 is left of x and needs a third step.
    for (damping, steps) in [(0.0, 2), (1e-6, 3)] {
        let newton = run(&valley(c), &newton(damping), &strict(100), &START);
        assert_eq!((newton.status, newton.iterations), (Status::Converged, steps), "{}", newton.reason);
        assert!(newton.x_final.iter().all(|x| x.abs() <= 1e-10), "on the saddle: {:?}", newton.x_final);
    }

    let free = run(&valley(c), &saddle_free(), &strict(200), &START);
    assert_eq!(free.status, Status::Converged, "{}", free.reason);
    assert!(free.iterations.abs_diff(26) <= 3, "{} steps", free.iterations);
    assert!((free.x_final[1].abs() - c.sqrt()).abs() <= 1e-6);
}

/// Descent takes 1/c times as long; saddle-free Newton doubles y at every step, whatever c is.
#[test]
fn the_price_of_a_flat_valley() {
    let steps = |method: &Method, c: f64| {
        let result = run(&valley(c), method, &strict(1_000_000), &START);
        assert_eq!(result.status, Status::Converged, "{}", result.reason);
        assert!((result.x_final[1].abs() - c.sqrt()).abs() <= 1e-4, "c = {c}: {:?}", result.x_final);
        result.iterations
    };
    for c in [1e-1_f64, 1e-2, 1e-3, 1e-4] {
        // y grows by 1 + lr c per step to sqrt(c), then its distance from there shrinks by 1 - 2 lr c until the gradient,
        // 2 c times it, is 1e-10; the bend between both is the few per cent.
        let law = ((c.sqrt() / START[1]).ln() + 0.5 * (2.0 * c * c.sqrt() / 1e-10).ln()) / (0.5 * c);
        let descent = steps(&single(GradientDescent { lr: 0.5 }), c) as f64;
        assert!((descent / law - 1.0).abs() <= 0.05, "c = {c}: {descent} steps for {law}");
        // log2(sqrt(c) / y_0) doublings are 13 to 18, and Newton's method at the end.
        let free = steps(&saddle_free(), c);
        assert!((13..=29).contains(&free), "c = {c}: {free} steps");
    }
}

/// `f = (x^2 - gamma y^2) / 2`: y grows by the factor `1 + lr gamma`, so `|y| >= Y` first after
/// `ceil(ln(Y / |y_0|) / ln(1 + lr gamma))` steps (Lee et al. 2016 for the linear regime).
#[test]
fn descent_escapes_a_quadratic_saddle_by_the_exact_law() {
    let (lr, gamma): (f64, f64) = (0.1, 1.0);
    let saddle = Objective::formula(2, move |x| (x[0].square() - x[1].square() * gamma) * 0.5);
    for (y0, expected) in [(1e-2, 49), (1e-4, 97), (1e-8, 194), (1e-16, 387)] {
        let law = (f64::ln(1.0 / y0) / (1.0 + lr * gamma).ln()).ceil() as u64;
        assert_eq!(law, expected);
        // At 1e-16 the run would converge to the saddle on its way.
        let every = Settings { moments: (0..400).collect(), grad_tol: -1.0, ..settings(400) };
        let result = run(&saddle, &single(GradientDescent { lr }), &every, &[1.0, y0]);
        // Moment k + 1 keeps the point after k steps.
        let first = result.snapshots.iter().skip(1).position(|snapshot| snapshot.x[1].abs() >= 1.0);
        assert_eq!(first, Some(expected as usize), "y0 = {y0}");
    }
}

/// Second-order descent does not stop at the saddle even when started on its stable manifold next to it, or, for Newton-CG,
/// exactly on it, where the gradient vanishes.
#[test]
fn second_order_methods_end_in_a_minimum() {
    let c = 0.3;
    let minimum = -c * c / 4.0;
    for method in [
        solver(TrustRegionNewton::default()),
        solver(CubicNewton::default()),
        solver(Lbfgs::default()),
        solver(SaddleFreeNewton::default()),
        solver(NewtonCg::default()),
    ] {
        let result = run(&valley(c), &method, &strict(500), &START);
        assert_eq!(result.status, Status::Converged, "{method:?}: {}", result.reason);
        assert!((result.f_final - minimum).abs() <= 1e-14, "{method:?}: {}", result.f_final);
    }
    // On the stable manifold the gradient has no part along y: only the Hessian knows.
    for (method, start) in [
        (solver(CubicNewton::default()), [1.0, 0.0]),
        (solver(NewtonCg::default()), [1.0, 0.0]),
        (solver(NewtonCg::default()), [0.0, 0.0]),
    ] {
        let result = run(&valley(c), &method, &strict(500), &start);
        assert_eq!(result.status, Status::Converged, "{method:?}: {}", result.reason);
        assert!((result.f_final - minimum).abs() <= 1e-14, "{method:?} from {start:?}: {}", result.f_final);
    }
    // Descent from there stays.
    let descent = run(&valley(c), &single(GradientDescent { lr: 0.5 }), &strict(500), &[1.0, 0.0]);
    assert_eq!((descent.status, descent.x_final[1]), (Status::Converged, 0.0));
}
