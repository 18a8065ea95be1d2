//! Eigenvalues against an independent solver, and matrices that break solvers.

use crate::support::{classify, form, jacobi_eigenvalues, symmetric};
use autodiff::{Objective, Scalar, Stream};
use landscape::{Class, tangent_spectrum};

/// Spectrum of the Hessian of x.Ax/2, which is A.
fn spectrum_of(a: &[f64], dim: usize) -> Vec<f64> {
    let half: Vec<f64> = a.iter().map(|a| 0.5 * a).collect();
    let objective = Objective::formula(dim, |x| form(&half, x));
    tangent_spectrum(&mut objective.evaluator(), &vec![0.25; dim])
}

#[test]
fn eigenvalues_agree_with_jacobi() {
    let mut stream = Stream::new(7, "spectrum", &[]);
    for case in 0..120 {
        let dim = 1 + case % 12;
        let mut a = symmetric(dim, &mut stream);
        match case / 12 {
            // Graded: rows and columns scaled over thirty powers of ten.
            1 | 2 => scale_rows(&mut a, dim, |i| 10f64.powi(-30 * i as i32 / dim as i32)),
            // Low rank: most rows are zero.
            3 | 4 => scale_rows(&mut a, dim, |i| f64::from(i % 3 == 0)),
            // One row dominates, the others are rounding errors beside it.
            5 => scale_rows(&mut a, dim, |i| if i == dim / 2 { 1.0 } else { 1e-17 }),
            // Rank one.
            6 => (0..dim * dim).for_each(|k| a[k] = ((1 + k / dim) * (1 + k % dim)) as f64),
            // Repeated eigenvalues.
            7 => (0..dim * dim).for_each(|k| a[k] = f64::from(k / dim == k % dim) + 2.0),
            // Tiny and huge as a whole.
            8 => a.iter_mut().for_each(|a| *a *= 1e-290),
            9 => a.iter_mut().for_each(|a| *a *= 1e290),
            _ => {}
        }
        let (ours, theirs) = (spectrum_of(&a, dim), jacobi_eigenvalues(&a, dim));
        let norm = theirs[0].abs().max(theirs[dim - 1].abs());
        assert_eq!(ours.len(), dim);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= 8.0 * dim as f64 * f64::EPSILON * norm, "case {case}: {ours} {theirs}");
        }
    }
}

fn scale_rows(a: &mut [f64], dim: usize, factor: impl Fn(usize) -> f64) {
    for i in 0..dim {
        for j in 0..dim {
            a[i * dim + j] *= factor(i) * factor(j);
        }
    }
}

#[test]
fn what_is_not_finite_is_said_and_does_not_hang() {
    let logarithm = Objective::formula(2, |x| x[0].ln() + x[1].square());
    for x in [[-1.0, 0.0], [0.0, 0.0], [f64::NAN, 1.0], [f64::INFINITY, 1.0], [1e200, 1e308]] {
        let (point, certificate) = classify(&logarithm, &x, 0);
        assert_eq!(certificate.class, Class::NotCritical, "{certificate:?}");
        assert_eq!(point.iterations, 0);
        assert!(certificate.reason.contains("not finite"), "{}", certificate.reason);
    }
    let spectrum = tangent_spectrum(&mut logarithm.evaluator(), &[0.0, 0.0]);
    assert!(spectrum.len() == 2 && spectrum.iter().all(|lambda| lambda.is_nan()));
}

#[test]
fn polish_never_raises_the_gradient() {
    let objective = Objective::formula(4, |x| {
        Scalar::sum((0..3).map(|i| (x[i + 1] - x[i].square()).square() * 100.0 + (x[i] - 1.0).square())) + x[0].sin()
    });
    let mut stream = Stream::new(7, "never", &[]);
    for _ in 0..100 {
        let start: Vec<f64> = (0..4).map(|_| stream.uniform(-2.0, 2.0)).collect();
        let (point, certificate) = classify(&objective, &start, 0);
        assert!(point.grad_norm <= point.grad_norm_before);
        assert_eq!(certificate.grad_norm, point.grad_norm);
        let moved = crate::support::distance(&point.x, &start);
        assert_eq!(point.distance, moved);
        // One where it began, one per step, and one for a last step refused because it gained less than rounding.
        assert!([1, 2].contains(&(point.n_hessians - point.iterations as u64)));
    }
}
