//! One loop over all problems: whatever a problem declares about itself is true.

use std::collections::BTreeSet;

use autodiff::Geometry;
use problems::{Instance, KnownPoint, Reference, ReferenceKind, Registry, StartLaw};

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

/// A least value or a bound is not above any known point, and no start point is below it.
#[test]
fn references_are_not_above_known_values() {
    for instance in &instances() {
        let Some(Reference { value: reference, kind }) = instance.reference else { continue };
        if kind == ReferenceKind::Estimate {
            continue;
        }
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

/// A point that moved has the value, index and nullity it had; the three tests above then hold for it.
#[test]
fn moved_surfaces_keep_what_is_known() {
    for moved in instances().iter().filter(|instance| instance.motion.is_some()) {
        let mut params = moved.params.clone();
        params.insert("instance".to_string(), 0.into());
        let published = Registry::builtin().get(&moved.name).unwrap().build(&params).unwrap();
        let facts = |instance: &Instance| -> Vec<_> {
            instance.known_points.iter().map(|point| (point.value.to_bits(), point.n_neg, point.n_zero)).collect()
        };
        assert_eq!(facts(moved), facts(&published), "{}", moved.label());
        assert_eq!((moved.reference, &moved.counts), (published.reference, &published.counts));
        let (x, y) = (moved.start_point(&mut stream("moved", 0)), published.start_point(&mut stream("moved", 0)));
        assert_ne!(x, y);
        let values = [moved.objective.evaluator().value(&x), published.objective.evaluator().value(&y)];
        assert!((values[0] - values[1]).abs() <= 1e-12 * (1.0 + values[1].abs()), "{}: {values:?}", moved.label());
    }
}

/// A count that is exact is not below what is listed; a complete list has exactly it.
#[test]
fn counts_agree_with_the_known_points() {
    for instance in instances() {
        let Some(counts) = instance.counts.as_ref().filter(|counts| counts.is_exact) else { continue };
        for (index, &count) in counts.by_index.iter().enumerate() {
            let listed = instance.known_points.iter().filter(|point| point.n_neg == index).count() as f64;
            assert!(listed <= count, "{}: {listed} of {count} points of index {index}", instance.label());
        }
        let all = instance.known_points.iter().all(|point| point.n_neg < counts.by_index.len());
        assert!(all, "{}: an index beyond the counts", instance.label());
    }
}

#[test]
fn start_points_are_reproducible_and_follow_their_law() {
    const DRAWS: usize = 1000;
    for instance in instances().into_iter().filter(|instance| instance.motion.is_none()) {
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
                    // Tested where it is defined.
                    StartLaw::Drawn { .. } => continue,
                };
                assert!(sd > 0.0 || x_k == 0.0, "{}: coordinate {k} is {x_k}", instance.label());
                let z = if sd > 0.0 { (x_k - centre) / sd } else { 0.0 };
                sums[k] += z;
                squares[k] += z * z;
            }
            if matches!(instance.start, StartLaw::Sphere) {
                let norm_squared: f64 = x.iter().map(|x| x * x).sum();
                assert!((norm_squared / radius_squared - 1.0).abs() < 1e-13, "{}: {norm_squared}", instance.label());
            }
            if matches!(instance.start, StartLaw::Uniform | StartLaw::Sphere) {
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
