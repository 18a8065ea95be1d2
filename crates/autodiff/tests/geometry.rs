//! Derivatives on the sphere against the curve they are derivatives along.

use autodiff::{Geometry, Objective, Scalar, Stream};

const N: usize = 6;

/// An inner product computed here, apart from the crate's.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cubic<S: Scalar>(x: &[S]) -> S {
    let chain: Vec<S> = (0..N).map(|i| x[i] * x[(i + 1) % N] * x[(i + 2) % N] + x[i].square() * (i as f64)).collect();
    S::sum(chain)
}

/// The tangent basis is orthonormal and orthogonal to x, to 16 eps.
#[test]
fn tangent_coordinates_are_an_isometry() {
    let mut stream = Stream::new(0, "geometry", &[]);
    for trial in 0..50 {
        let radius = 0.5 + trial as f64;
        let sphere = Geometry::Sphere { radius };
        let mut x = stream.on_sphere(N, radius);
        if trial % 5 == 0 {
            x = vec![0.0; N];
            x[trial % N] = if trial % 2 == 0 { radius } else { -radius }; // axes, where a reflection may degenerate
        }
        assert_eq!(sphere.tangent_dim(N), N - 1);
        let c: Vec<f64> = (0..N - 1).map(|_| stream.normal()).collect();
        let v = sphere.from_tangent(&x, &c);
        assert!(dot(&v, &x).abs() <= 16.0 * f64::EPSILON * radius * dot(&c, &c).sqrt());
        assert!((dot(&v, &v) - dot(&c, &c)).abs() <= 16.0 * f64::EPSILON * dot(&c, &c));
        for (back, c) in sphere.to_tangent(&x, &v).iter().zip(&c) {
            assert!((back - c).abs() <= 16.0 * f64::EPSILON * dot(&v, &v).sqrt());
        }
        let mut w: Vec<f64> = (0..N).map(|_| stream.normal()).collect();
        let before = w.clone();
        sphere.project(&x, &mut w);
        let round_trip = sphere.from_tangent(&x, &sphere.to_tangent(&x, &before));
        for (a, b) in w.iter().zip(&round_trip) {
            assert!((a - b).abs() <= 16.0 * f64::EPSILON * dot(&before, &before).sqrt());
        }
    }
}

/// Along the great circle through x in direction v, `d^2/dt^2 f` is `v^T H v` of the tangent Hessian: the circle
/// is written into a function of t, so the second derivative is exact too.
#[test]
fn tangent_hessian_is_the_second_derivative_along_great_circles() {
    let mut stream = Stream::new(0, "circles", &[]);
    let radius = 2.0;
    let sphere = Geometry::Sphere { radius };
    let objective = Objective::formula(N, |x| cubic(x)).on(sphere);
    assert_eq!(*objective.geometry(), sphere);
    let mut at = objective.evaluator();
    for _ in 0..20 {
        let x = stream.on_sphere(N, radius);
        let (mut grad, mut hess) = (vec![0.0; N], vec![0.0; N * N]);
        at.gradient(&x, &mut grad);
        at.hessian(&x, &mut hess);
        let tangent = sphere.tangent_hessian(&x, &grad, hess);
        let c: Vec<f64> = (0..N - 1).map(|_| stream.normal()).collect();
        let length = dot(&c, &c).sqrt();
        let unit: Vec<f64> = sphere.from_tangent(&x, &c).iter().map(|v| v / length).collect();
        let circle = Objective::formula(1, |t| {
            let angle = t[0] / radius;
            let point: Vec<_> = (0..N).map(|i| angle.cos() * x[i] + angle.sin() * (radius * unit[i])).collect();
            cubic(&point)
        });
        let (mut slope, mut curvature) = ([0.0], [0.0]);
        circle.evaluator().gradient(&[0.0], &mut slope);
        circle.evaluator().hessian(&[0.0], &mut curvature);
        let quadratic: f64 =
            tangent.chunks(N - 1).zip(&c).map(|(row, ci)| ci * dot(row, &c)).sum::<f64>() / (length * length);
        let mut projected = grad.clone();
        sphere.project(&x, &mut projected);
        // 1e-12 relative to terms of size 30: products and sums of 6 numbers each.
        assert!((slope[0] - dot(&projected, &unit)).abs() < 3e-11, "{} {}", slope[0], dot(&projected, &unit));
        assert!((curvature[0] - quadratic).abs() < 3e-11, "{} {quadratic}", curvature[0]);
    }
}

#[test]
fn retraction_returns_to_the_sphere() {
    let sphere = Geometry::Sphere { radius: 3.0 };
    let mut x = vec![1.0, -2.0, 0.5, 0.0, 4.0, 1.0];
    sphere.retract(&mut x);
    assert!((dot(&x, &x).sqrt() - 3.0).abs() <= 4.0 * f64::EPSILON * 3.0);
    Geometry::Flat.retract(&mut x);
    assert_eq!(Geometry::Flat.tangent_dim(N), N);
}

/// Points side by side are projected and put back with the bits of single points.
#[test]
fn points_side_by_side_have_the_bits_of_single_ones() {
    let mut stream = Stream::new(0, "side by side", &[]);
    let sphere = Geometry::Sphere { radius: 3.0 };
    for width in [1, 4, 64] {
        let mut draw = || (0..N * width).map(|_| stream.normal()).collect::<Vec<f64>>();
        let (mut x, mut v) = (draw(), draw());
        let of = |numbers: &[f64], k: usize| -> Vec<f64> { numbers[k..].iter().step_by(width).copied().collect() };
        let mut alone: Vec<(Vec<f64>, Vec<f64>)> = (0..width).map(|k| (of(&x, k), of(&v, k))).collect();
        sphere.project_lanes(width, &x, &mut v);
        sphere.retract_lanes(width, &mut x);
        for (k, (x_alone, v_alone)) in alone.iter_mut().enumerate() {
            sphere.project(x_alone, v_alone);
            sphere.retract(x_alone);
            assert_eq!((of(&x, k), of(&v, k)), (x_alone.clone(), v_alone.clone()), "{k} of {width}");
        }
    }
}
