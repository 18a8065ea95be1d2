//! Runs on a sphere: they stay on it, and descend along it.

mod common;

use autodiff::{Geometry, Objective, Scalar, Stream};
use common::{method, methods, run, seeds, settings};
use optimizers::{GradientDescent, NoisyStart, Settings, Status, run_block};

const RADIUS: f64 = 3.0;

/// `sum_i i x_i^2 / 2` on the sphere: its minima are +- the first axis, with f = radius^2 / 2.
fn quadratic_on_sphere() -> Objective {
    let f =
        Objective::formula(4, |x| Scalar::sum(x.iter().enumerate().map(|(i, &x)| x.square() * (0.5 * (i + 1) as f64))));
    f.on(Geometry::Sphere { radius: RADIUS })
}

fn radius(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn every_method_stays_on_the_sphere() {
    let objective = quadratic_on_sphere();
    let settings = Settings { moments: (1..=300).collect(), grad_tol: 0.0, ..settings(300) };
    for method in methods(0, 50) {
        let start = |restart: u64| Stream::new(1, "start", &[&restart.to_string()]).on_sphere(4, RADIUS);
        let result = &run_block(&objective, &method, &settings, vec![seeds(0, start)])[0];
        assert!(!result.snapshots.is_empty());
        for x in result.snapshots.iter().map(|snapshot| &snapshot.x).chain([&result.x_final, &result.x_best]) {
            assert!((radius(x) - RADIUS).abs() <= 1e-12, "{method:?}: radius {}", radius(x));
        }
    }
}

/// The Euclidean gradient at the minimum is radius along the normal; only its tangential part vanishes.
#[test]
fn descent_on_the_sphere_ends_at_the_lowest_eigenvector() {
    let start = Stream::new(2, "start", &[]).on_sphere(4, RADIUS);
    let result = run(
        &quadratic_on_sphere(),
        &method(GradientDescent { lr: 0.2 }, optimizers::Single::default()),
        &settings(5000),
        &start,
    );
    assert_eq!(result.status, Status::Converged, "{}", result.reason);
    assert!((result.x_final[0].abs() - RADIUS).abs() <= 1e-8, "{:?}", result.x_final);
    assert!((result.f_final - RADIUS * RADIUS / 2.0).abs() <= 1e-12);
}

/// On the unit circle every step is tangential, also with noise: before it is retracted it lengthens x to
/// sqrt(1 + |step|^2), so cos(angle to the last point) is 1 / sqrt(1 + |step|^2) with |step| = lr |tangent noise|.
#[test]
fn noise_is_projected_to_the_tangent_space() {
    let plateau = Objective::formula(2, |x| (x[0] + x[1]) * 0.0).on(Geometry::Sphere { radius: 1.0 });
    let strategy = NoisyStart { start_sigma: 0.0, eta: 1.0, window: 1.0, ..NoisyStart::default() };
    let settings = Settings { moments: vec![1, 2], ..settings(2) };
    let result = run(&plateau, &method(GradientDescent { lr: 0.7 }, strategy), &settings, &[1.0, 0.0]);
    // At (1, 0) the tangent is the second axis: tan(angle) = -lr z_2 with the second normal draw of the run.
    let mut noise = Stream::new(7, "noise", &["0"]);
    noise.normal();
    let tangent = -0.7 * noise.normal();
    let x = &result.snapshots[1].x;
    assert!((x[1] / x[0] - tangent).abs() <= 4.0 * f64::EPSILON * tangent.abs(), "{x:?} for {tangent}");
}

#[test]
fn a_noisy_start_is_on_the_sphere() {
    let strategy = NoisyStart { start_sigma: 0.5, eta: 0.0, ..NoisyStart::default() };
    let result = run(
        &quadratic_on_sphere(),
        &method(GradientDescent { lr: 1e-3 }, strategy),
        &settings(1),
        &[0.0, 0.0, 0.0, RADIUS],
    );
    assert_ne!(result.x_final, [0.0, 0.0, 0.0, RADIUS]);
    assert!((radius(&result.x_final) - RADIUS).abs() <= 1e-12);
}
