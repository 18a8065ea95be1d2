//! Where there is no critical point, none is certified.

use crate::support::{classify, classify_with, control, himmelblau, orthogonal};
use autodiff::{Objective, Scalar, Stream};
use landscape::{Class, Criteria, NewtonSampler, certify};

#[test]
fn control_yields_no_critical_point_from_anywhere() {
    let objective = control(1.0);
    let mut eval = objective.evaluator();
    let criteria = Criteria::default();
    let mut stream = Stream::new(7, "starts", &["control"]);
    let sampler = NewtonSampler { descend: vec![0, 1, 5], ..Default::default() };
    let mut flat = 0;
    for replicate in 0..400 {
        let start = vec![stream.uniform(-5.0, 5.0), stream.uniform(-5.0, 5.0)];
        let (point, polished) = classify(&objective, &start, 0);
        let found = sampler.search(&mut eval, start, replicate, &mut stream, &criteria);
        let searched = certify(&mut eval, &found.point, 0, &criteria);
        for (x, certificate) in [(&point.x, &polished), (&found.point.x, &searched)] {
            assert!(!certificate.class.is_critical(), "{certificate:?}");
            // |g| = 1 + x^2 along x: nothing ever gets below 1.
            assert!(certificate.grad_norm >= 1.0, "{certificate:?}");
            // Where |g| has its minimum the Hessian is diag(0, 1) and the gradient (1, 0).
            if x[0].abs() < 1e-4 && x[1].abs() < 1e-4 {
                assert_eq!(certificate.class, Class::GradientFlat, "{certificate:?}");
                flat += 1;
            }
        }
    }
    // Otherwise the line above is never tried; lowering |g| leads there from nearly everywhere.
    assert!(flat > 780, "only {flat} of 800 ends at the minimum of |g|");
}

#[test]
fn gradient_flat_points_with_tiny_gradient_are_not_certified() {
    // The slope passes the test of size (1e-12 squared is below 1e-20); that it is neither rounding nor contracts
    // gives it away.
    for slope in [1e-3, 1e-6, 1e-9, 1e-11, 1e-12, 1e-13] {
        for x in [0.3, -0.01, 1e-6, 0.0] {
            let (point, certificate) = classify(&control(slope), &[x, 0.2], 0);
            assert_eq!(certificate.class, Class::GradientFlat, "slope {slope}: {certificate:?} at {:?}", point.x);
        }
    }
}

#[test]
fn a_small_share_of_the_gradient_in_the_kernel_is_enough_to_refuse() {
    // g = (1e-13, 5e-11) is small and a Newton step reduces it 500 times, but 1e-13 of it is there to stay; that is
    // a hundred times the rounding floor, 10 sqrt(2) eps = 3e-15.
    let unpolished = Criteria { polish_iterations: 0, ..Default::default() };
    let (_, certificate) = classify_with(&control(1e-13), &[0.0, 5e-11], 0, &unpolished);
    assert!(certificate.contraction > 400.0 && certificate.grad_norm < 1e-10);
    assert!(!certificate.class.is_critical(), "{certificate:?}");
    let (_, certificate) = classify_with(&control(0.0), &[0.0, 5e-11], 0, &unpolished);
    assert_eq!(certificate.class, Class::Degenerate, "without the slope it is critical: {certificate:?}");
}

#[test]
fn a_gradient_mostly_in_the_kernel_is_flat_even_when_the_indicator_is_not() {
    // g = (5e-11, 5e-12), H = diag(0, 1): the indicator is 0.1, but a Newton step leaves 99.5 % of g.
    let unpolished = Criteria { polish_iterations: 0, ..Default::default() };
    let (_, certificate) = classify_with(&control(5e-11), &[0.0, 5e-12], 0, &unpolished);
    assert!(certificate.flat_ratio > 0.09 && certificate.mr_residual > 0.99, "{certificate:?}");
    assert_eq!(certificate.class, Class::GradientFlat);
}

#[test]
fn thousands_of_near_critical_points_are_not_certified() {
    // f = y1^3/3 + slope y1 + sum lambda_i y_i^2 / 2 with y = Q (x - a), Q orthogonal and a random. The least |g| is
    // the slope, between 1e-12 and 1; the rounding floor is about 1e-14 here.
    let mut stream = Stream::new(7, "near critical", &[]);
    let mut closest = f64::INFINITY;
    for _ in 0..100 {
        let slope = 10f64.powf(stream.uniform(-12.0, 0.0));
        let axis: Vec<Vec<f64>> = orthogonal(3, &mut stream);
        let centre: Vec<f64> = (0..3).map(|_| stream.uniform(-1.0, 1.0)).collect();
        let bends = [stream.uniform(0.2, 3.0), stream.uniform(-3.0, -0.2)];
        let objective = Objective::formula(3, |x| {
            let moved: Vec<_> = x.iter().zip(&centre).map(|(&x, &a)| x - a).collect();
            let along = |i: usize| Scalar::sum(moved.iter().zip(&axis[i]).map(|(&x, &q)| x * q));
            let [flat, bent, curved] = [along(0), along(1), along(2)];
            flat.powi(3) / 3.0 + flat * slope + bent.square() * (0.5 * bends[0]) + curved.square() * (0.5 * bends[1])
        });
        for k in 0..30 {
            let reach = 10f64.powi(-(k % 6));
            let start: Vec<f64> = centre.iter().map(|a| a + reach * stream.normal()).collect();
            let (_, certificate) = classify(&objective, &start, 0);
            closest = closest.min(certificate.grad_norm);
            assert!(!certificate.class.is_critical(), "slope {slope:e}: {certificate:?}");
        }
    }
    assert!(closest < 1e-11, "the gradients were not small enough to try the certificate: {closest:e}");
}

#[test]
fn a_gradient_that_polish_cannot_lower_is_refused() {
    let (point, certificate) = classify(&control(1e-6), &[1e-5, 1e-5], 0);
    assert!((point.grad_norm - 1e-6).abs() < 1e-9, "{}", point.grad_norm);
    assert_eq!(certificate.class, Class::GradientFlat);
    // A slope in a direction in which nothing bends, steeper to the right.
    let kink = Objective::formula(2, |x| x[0].relu() + x[0] * 0.5 + x[1].square());
    assert_eq!(classify(&kink, &[0.1, 0.1], 0).1.class, Class::GradientFlat);
}

#[test]
fn points_beside_critical_points_are_refused_without_polish() {
    let objective = himmelblau();
    let unpolished = Criteria { polish_iterations: 0, ..Default::default() };
    let mut stream = Stream::new(7, "beside", &[]);
    for k in 0..600 {
        let reach = 10f64.powi(-(k % 8));
        let start = [3.0 + reach * stream.normal(), 2.0 + reach * stream.normal()];
        let (point, certificate) = classify_with(&objective, &start, 0, &unpolished);
        assert_eq!((point.iterations, &point.x[..]), (0, &start[..]));
        // |H| at the minimum (3, 2) is 82; the bound of the gradient there 8.2e-8.
        if certificate.grad_norm > 1e-9 * certificate.hess_norm.max(1.0) {
            assert!(!certificate.class.is_critical(), "{certificate:?}");
        } else {
            assert!(reach < 1e-6);
        }
    }
}

#[test]
fn a_hessian_that_does_not_fit_the_gradient_is_not_trusted() {
    // The gradient jumps at x = 0: zero to the left, 1 to the right. On the left everything is exactly flat in x.
    let kink = Objective::formula(2, |x| x[0].relu() + x[1].square());
    let (_, left) = classify(&kink, &[-1.0, 0.3], 0);
    assert_eq!(left.class, Class::Degenerate);
    // |y| y / 2 has gradient |y| and Hessian sign(y): fits on either side, but not across the critical point.
    let bent = Objective::formula(1, |x| x[0].abs() * x[0] * 0.5);
    let (_, certificate) = classify(&bent, &[0.3], 0);
    assert_eq!(certificate.class, Class::NotCritical, "{certificate:?}");
}

/// A descent that runs away on a function without a floor ends at the last point that is a number.
#[test]
fn a_descent_that_runs_away_leaves_numbers_behind() {
    let falling = Objective::formula(1, |x| x[0].powi(3) + x[0]);
    let sampler = NewtonSampler { descend: vec![1000], lr: 0.1, ..Default::default() };
    let mut eval = falling.evaluator();
    let found = sampler.search(&mut eval, vec![-3.0], 0, &mut Stream::new(0, "unused", &[]), &Criteria::default());
    assert!(found.point.x[0].is_finite() && found.point.x[0] < -1e8, "{:?}", found.point.x);
    assert!(!certify(&mut eval, &found.point, 0, &Criteria::default()).class.is_critical());
    assert!(found.n_gradients < 1000);
}
