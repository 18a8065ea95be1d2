//! Every rule against its law on functions where the iterates are known in closed form.

mod common;

use autodiff::Objective;
use common::{quadratic, run, seeds, settings, single};
use optimizers::{
    Adam, Algorithm, Catalogue, GradientDescent, Method, Momentum, MultiRestart, Part, RunResult, Settings, Status,
    run_block,
};

/// Settings that keep every iterate 0, 1, ..., `steps`.
fn tracing(steps: u64) -> Settings<'static> {
    Settings { grad_tol: 0.0, moments: (1..=steps + 1).collect(), ..settings(steps + 1) }
}

fn iterates(result: &RunResult) -> Vec<&[f64]> {
    result.snapshots.iter().map(|snapshot| snapshot.x.as_slice()).collect()
}

/// On f = (x^2 - y^2) / 2 a step of 0.1 multiplies y by 1.1, so |y| passes 1 after ceil(ln(1/|y0|) / ln 1.1) steps.
#[test]
fn gradient_descent_leaves_a_saddle_after_the_exact_number_of_steps() {
    let saddle = quadratic(&[1.0, -1.0]);
    let descent = single(GradientDescent { lr: 0.1 });
    for (y0, steps) in [(1e-2_f64, 49), (1e-4, 97), (1e-8, 194), (1e-16, 387)] {
        assert_eq!(((1.0 / y0).ln() / 1.1_f64.ln()).ceil() as u64, steps);
        let result = run(&saddle, &descent, &Settings { x_above: 1.0, grad_tol: 0.0, ..settings(1000) }, &[0.5, -y0]);
        assert_eq!((result.status, result.iterations), (Status::Diverged, steps), "y0 = {y0}: {}", result.reason);
    }
}

#[test]
fn gradient_descent_stays_on_an_exact_saddle() {
    let result = run(&quadratic(&[1.0, -1.0]), &single(GradientDescent { lr: 0.1 }), &settings(1000), &[1.0, 0.0]);
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert_eq!(result.x_final[1], 0.0);
    // 0.9^t <= 1e-8 at t = 175, after 176 gradients.
    assert_eq!((result.iterations, result.cost), (175, 176.0));
}

#[test]
fn gradient_descent_on_a_quadratic_is_the_power_of_its_contraction() {
    let curvatures = &[0.5, 1.0, 3.0, 6.0];
    let (x0, lr) = ([1.0, -2.0, 3.0, 0.7], 0.3);
    let result = run(&quadratic(curvatures), &single(GradientDescent { lr }), &tracing(60), &x0);
    let iterates = iterates(&result);
    assert_eq!(iterates.len(), 61);
    for (t, x) in iterates.iter().enumerate() {
        for ((x, x0), curvature) in x.iter().zip(x0).zip(curvatures) {
            let exact = x0 * (1.0 - lr * curvature).powi(t as i32);
            // A step rounds to a few eps of |x|, which a contraction of 0.1 makes 10 times larger: 60 * 40 eps.
            assert!((x - exact).abs() <= 2400.0 * f64::EPSILON * exact.abs(), "step {t}: {x} for {exact}");
        }
    }
}

/// With c = curvature, x_t = beta^(t/2) (cos(phi t) + b sin(phi t)) x_0, cos phi = (1 + beta - lr c) / (2 sqrt beta):
/// the solution of x_(t+1) = (1 + beta - lr c) x_t - beta x_(t-1) with x_1 = (1 - lr c) x_0.
#[test]
fn heavy_ball_on_a_quadratic_is_a_damped_oscillation() {
    let (lr, beta, curvature) = (0.1, 0.9, 2.0);
    let result =
        run(&quadratic(&[2.0]), &single(Momentum { lr, beta, dampening: 0.0, batch: 0 }), &tracing(80), &[1.0]);
    let damping = f64::sqrt(beta);
    let phi = f64::acos((1.0 + beta - lr * curvature) / (2.0 * damping));
    let b = ((1.0 - lr * curvature) / damping - phi.cos()) / phi.sin();
    for (t, x) in iterates(&result).iter().enumerate() {
        let angle = phi * t as f64;
        let exact = damping.powi(t as i32) * (angle.cos() + b * angle.sin());
        // Errors of a few eps per step that the recurrence carries along without growth.
        assert!((x[0] - exact).abs() <= 1e-13, "step {t}: {} for {exact}", x[0]);
    }
}

#[test]
fn heavy_ball_in_a_constant_gradient_reaches_its_terminal_step() {
    let slope = Objective::formula(1, |x| x[0] * 1.0);
    let result = run(&slope, &single(Momentum { lr: 0.01, beta: 0.5, dampening: 0.0, batch: 0 }), &tracing(60), &[0.0]);
    let x = iterates(&result);
    // After t steps v = (1 - beta^t) / (1 - beta); the first step is lr, the last one lr / (1 - beta).
    assert_eq!(x[1][0], -0.01);
    assert!((x[60][0] - x[59][0] + 0.02).abs() <= 1e-15);
}

/// First step: m / (1 - beta1) = g and v / (1 - beta2) = g^2, so dx = -lr g / (|g| + eps).
#[test]
fn adam_steps_first_by_the_sign_of_the_gradient() {
    let adam = Adam { lr: 0.01, ..Adam::default() };
    let x0 = [3.0, -2e-3, 4e-6];
    let result = run(&quadratic(&[1.0, 1.0, 1.0]), &single(adam.clone()), &tracing(1), &x0);
    for (x0, x1) in x0.iter().zip(iterates(&result)[1]) {
        let g: f64 = *x0;
        let exact = -adam.lr * g / (g.abs() + adam.eps);
        // dx comes out of a difference of numbers of size |x|, and each running mean rounds a few times.
        assert!((x1 - x0 - exact).abs() <= 8.0 * f64::EPSILON * (x0.abs() + adam.lr), "{} for {exact}", x1 - x0);
        assert!((x1 - x0 + adam.lr * g.signum()).abs() <= adam.lr * 1.01 * adam.eps / g.abs() + 4e-16);
    }
}

/// Second step, with (1 - b^2) / (1 - b) = 1 + b: m_hat = (beta1 g1 + g2) / (1 + beta1),
/// v_hat = (beta2 g1^2 + g2^2) / (1 + beta2). Parameters far from the defaults tell beta1 and beta2 apart.
#[test]
fn adam_second_step_is_that_of_the_paper() {
    let (beta1, beta2) = (0.6, 0.8);
    let adam = Adam { lr: 0.5, beta1, beta2, eps: 0.1, batch: 0 };
    let result = run(&quadratic(&[1.0, 4.0]), &single(adam), &tracing(2), &[1.0, -3.0]);
    let x = iterates(&result);
    for (i, curvature) in [1.0, 4.0].into_iter().enumerate() {
        let (g1, g2) = (curvature * x[0][i], curvature * x[1][i]);
        let m_hat = (beta1 * g1 + g2) / (1.0 + beta1);
        let v_hat = (beta2 * g1 * g1 + g2 * g2) / (1.0 + beta2);
        let exact = x[1][i] - 0.5 * m_hat / (v_hat.sqrt() + 0.1);
        assert!((x[2][i] - exact).abs() <= 1e-14, "{} for {exact}", x[2][i]);
    }
}

/// What a rule remembers does not outlive an attempt: from one start, attempts are alike step by step.
#[test]
fn a_restart_remembers_nothing() {
    const CUTOFF: u64 = 9;
    let settings = Settings { grad_tol: -1.0, moments: (1..=2 * CUTOFF).collect(), ..settings(2 * CUTOFF) };
    let mut random = vec![];
    for entry in &Catalogue::builtin().optimizers {
        let mut params = toml::Table::new();
        if entry.params.iter().any(|param| param.name == "batch") {
            params.insert("batch".into(), 0.into());
        }
        let Algorithm::Rule(rule) = entry.build(&params).expect("valid parameters") else { continue };
        let strategy = MultiRestart { cutoff: CUTOFF, ..MultiRestart::default() };
        let method = Method::of_rule(rule, Part::strategy(strategy));
        let from = |i| seeds(i, |_| vec![1.0, -0.5, 2.0]);
        let runs = run_block(&quadratic(&[1.0, 3.0, 0.2]), &method, &settings, vec![from(0), from(1)]);
        let (first, second) = runs[0].snapshots.split_at(CUTOFF as usize);
        assert_eq!((runs[0].restarts, second.len()), (1, CUTOFF as usize), "{}", entry.name);
        if runs[0].x_final != runs[1].x_final {
            random.push(entry.name); // its draws go on over a restart
            continue;
        }
        assert!(first.iter().zip(second).all(|(first, second)| first.x == second.x), "{}", entry.name);
        assert_ne!(first[0].x, first[1].x, "{}: it steps", entry.name);
    }
    assert_eq!(random, ["sgld"]);
}
