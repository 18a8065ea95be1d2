//! One loop over all problems: whatever a problem declares about itself is true.

use std::collections::BTreeSet;

use autodiff::Geometry;
use problems::{Instance, KnownPoint, StartLaw};

use crate::cases::{instances, max_abs, negative_and_zero, spectrum, stream};

fn for_each_known_point(mut check: impl FnMut(&Instance, &KnownPoint)) {
    for instance in instances() {
        for point in &instance.known_points {
            check(&instance, point);
        }
    }
}

#[test]
fn known_points_lie_on_the_surface_and_in_the_domain() {
    for_each_known_point(|instance, point| {
        assert!(instance.domain.contains(&point.x), "{}: {:?}", instance.label(), point.x);
        let mut retracted = point.x.clone();
        instance.objective.geometry().retract(&mut retracted);
        let moved: Vec<f64> = retracted.iter().zip(&point.x).map(|(a, b)| a - b).collect();
        assert!(max_abs(&moved) <= 1e-13 * max_abs(&point.x), "{}: {:?}", instance.label(), point.x);
    });
}

#[test]
fn known_points_have_the_declared_value() {
    for_each_known_point(|instance, point| {
        let value = instance.objective.evaluator().value(&point.x);
        let error = (value - point.value).abs();
        assert!(error <= 1e-12 * point.value.abs().max(1.0), "{}: {value} at {point:?}", instance.label());
    });
}

#[test]
fn known_points_are_critical() {
    for_each_known_point(|instance, point| {
        let (mut eval, n) = (instance.objective.evaluator(), instance.dim);
        let (mut grad, mut hess) = (vec![0.0; n], vec![0.0; n * n]);
        eval.gradient(&point.x, &mut grad);
        instance.objective.geometry().project(&point.x, &mut grad);
        eval.hessian(&point.x, &mut hess);
        // The rounding of x alone moves the gradient by up to n eps |H| |x|; terms that cancel have that size too.
        let rounding = 4.0 * n as f64 * f64::EPSILON * (1.0 + max_abs(&hess)) * (1.0 + max_abs(&point.x));
        assert!(max_abs(&grad) <= rounding, "{}: gradient {grad:?} at {point:?}", instance.label());
    });
}

#[test]
fn known_points_have_the_declared_index_and_nullity() {
    for_each_known_point(|instance, point| {
        let (n_neg, n_zero) = negative_and_zero(&spectrum(&instance.objective, &point.x));
        assert_eq!(n_neg, point.n_neg, "{}: index at {point:?}", instance.label());
        if let Some(declared) = point.n_zero {
            assert_eq!(n_zero, declared, "{}: nullity at {point:?}", instance.label());
        }
    });
}

#[test]
fn known_points_are_distinct() {
    for instance in instances() {
        let bits = |point: &KnownPoint| point.x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let distinct: BTreeSet<_> = instance.known_points.iter().map(bits).collect();
        assert_eq!(distinct.len(), instance.known_points.len(), "{}", instance.label());
    }
}

/// Exact references are not above any known minimum, and no start point is below a reference that is a bound.
#[test]
fn references_are_not_above_known_values() {
    for instance in instances().iter().filter(|instance| instance.name != "spherical_spin") {
        let Some(reference) = instance.reference else { continue };
        for point in &instance.known_points {
            assert!(reference <= point.value, "{}: {point:?}", instance.label());
        }
        let mut eval = instance.objective.evaluator();
        for i in 0..100 {
            let value = eval.value(&instance.start_point(&mut stream("references", i)));
            assert!(reference <= value, "{}: {value} < {reference}", instance.label());
        }
    }
}

#[test]
fn surfaces_without_lower_bound_have_no_reference() {
    let without: Vec<String> =
        instances().iter().filter(|instance| instance.reference.is_none()).map(Instance::label).collect();
    assert_eq!(without, ["classical_saddle", "monkey_saddle", "no_critical_point"]);
}

#[test]
fn start_points_are_reproducible_and_follow_their_law() {
    const DRAWS: usize = 1000;
    for instance in instances() {
        let draw = |i: usize| instance.start_point(&mut stream("starts", i));
        assert_eq!(draw(7), draw(7), "{}", instance.label());
        assert_ne!(draw(7), draw(8), "{}", instance.label());
        let radius_squared = match instance.objective.geometry() {
            Geometry::Flat => 0.0,
            Geometry::Sphere { radius } => radius * radius,
        };
        // Sums of each coordinate, centred and in units of its standard deviation: mean 0, variance 1.
        let (mut sums, mut squares) = (vec![0.0; instance.dim], vec![0.0; instance.dim]);
        for i in 0..DRAWS {
            let x = draw(i);
            assert_eq!(x.len(), instance.dim);
            for (k, &x_k) in x.iter().enumerate() {
                let (lower, upper) = (instance.domain.lower[k], instance.domain.upper[k]);
                let (centre, sd) = match &instance.start {
                    StartLaw::Uniform => (0.5 * (lower + upper), (upper - lower) / 12f64.sqrt()),
                    StartLaw::Normal { sd } => (0.0, sd[k]),
                    StartLaw::Sphere => (0.0, (radius_squared / instance.dim as f64).sqrt()),
                };
                assert!(sd > 0.0 || x_k == 0.0, "{}: coordinate {k} is {x_k}", instance.label());
                let z = if sd > 0.0 { (x_k - centre) / sd } else { 0.0 };
                sums[k] += z;
                squares[k] += z * z;
            }
            if instance.start == StartLaw::Sphere {
                let norm_squared: f64 = x.iter().map(|x| x * x).sum();
                assert!((norm_squared / radius_squared - 1.0).abs() < 1e-13, "{}: {norm_squared}", instance.label());
            }
            if !matches!(instance.start, StartLaw::Normal { .. }) {
                assert!(instance.domain.contains(&x), "{}: {x:?}", instance.label());
            }
        }
        // 6 standard errors; the fourth moment of none of these laws exceeds the normal law's 3.
        let (n, tolerance) = (DRAWS as f64, 6.0 / (DRAWS as f64).sqrt());
        for (k, (sum, square)) in sums.iter().zip(&squares).enumerate().filter(|(_, (_, square))| **square > 0.0) {
            assert!((sum / n).abs() < tolerance, "{}: mean of coordinate {k} is {}", instance.label(), sum / n);
            let spread = (square / n - 1.0).abs();
            assert!(spread < tolerance * 2f64.sqrt(), "{}: variance of {k} is off by {spread}", instance.label());
        }
    }
}
