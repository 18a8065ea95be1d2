//! Eigenpairs from products alone, against dense spectra, closed forms and the outliers of spiked matrices.

use crate::support::{distance, goe, product, three_spin};
use autodiff::{Objective, Scalar, Stream};
use landscape::{Lanczos, TangentHessian, eigenvalues, extreme_pairs, tangent_spectrum};

/// Entries of a symmetric matrix (n x n) that `apply` multiplies with.
fn matrix_of(n: usize, mut apply: impl FnMut(&[f64], &mut [f64])) -> Vec<f64> {
    let (mut unit, mut rows) = (vec![0.0; n], vec![0.0; n * n]);
    for i in 0..n {
        unit[i] = 1.0;
        apply(&unit, &mut rows[i * n..][..n]);
        unit[i] = 0.0;
    }
    rows
}

#[test]
fn both_ends_agree_with_the_dense_spectrum_within_their_residuals() {
    let mut stream = Stream::new(7, "lanczos", &[]);
    for n in [1, 2, 3, 7, 30, 60, 200] {
        let a = goe(n, &mut stream);
        let exact = eigenvalues(&a, n).unwrap();
        let settings = Lanczos { pairs: 3, ..Default::default() };
        let found = extreme_pairs(n, product(&a, n), &settings, &mut stream).unwrap();
        assert!(found.is_converged, "n = {n}");
        let pairs = 3.min(n);
        assert_eq!((found.lowest.len(), found.highest.len()), (pairs, pairs));
        let ours = found.lowest.iter().enumerate().chain(found.highest.iter().enumerate().map(|(i, p)| (n - 1 - i, p)));
        for (i, pair) in ours {
            // The theorem, and a few roundings of products of norm 2.
            let slack = 16.0 * n as f64 * f64::EPSILON;
            assert!((pair.value - exact[i]).abs() <= pair.residual + slack, "n = {n}: {} {}", pair.value, exact[i]);
            assert!(pair.residual <= 1e-8 * exact[n - 1].abs().max(-exact[0]));
            let mut left = vec![0.0; n];
            product(&a, n)(&pair.vector, &mut left);
            let scaled: Vec<f64> = pair.vector.iter().map(|y| pair.value * y).collect();
            assert!((distance(&left, &scaled) - pair.residual).abs() < 1e-12);
        }
    }
}

#[test]
fn a_residual_bounds_the_error_long_before_convergence() {
    // One basis of 22 vectors and no restart: nothing has converged in a bulk of 400 eigenvalues.
    let mut stream = Stream::new(7, "early", &[]);
    let a = goe(400, &mut stream);
    let exact = eigenvalues(&a, 400).unwrap();
    let settings = Lanczos { products: 1, ..Default::default() };
    let found = extreme_pairs(400, product(&a, 400), &settings, &mut stream).unwrap();
    assert!(!found.is_converged);
    for pair in found.lowest.iter().chain(&found.highest) {
        let nearest = exact.iter().map(|lambda| (lambda - pair.value).abs()).fold(f64::INFINITY, f64::min);
        assert!(pair.residual > 1e-3 && nearest <= pair.residual, "{nearest} {}", pair.residual);
    }
}

#[test]
fn planted_spikes_leave_the_bulk_where_theory_says() {
    // Five spikes of strength theta = 2 on a GOE of 400: outliers at theta + 1/theta = 2.5 (Baik, Ben Arous, Peche 2005),
    // apart by O(1/sqrt N) = 0.05 and more since they repel; the sixth eigenvalue is the edge, 2.
    let mut stream = Stream::new(7, "spikes", &[]);
    let mut a = goe(400, &mut stream);
    (0..5).for_each(|i| a[i * 401] += 2.0);
    let settings = Lanczos { pairs: 6, ..Default::default() };
    let found = extreme_pairs(400, product(&a, 400), &settings, &mut stream).unwrap();
    assert!(found.is_converged);
    let top: Vec<f64> = found.highest.iter().map(|pair| pair.value).collect();
    assert!(top[..5].iter().all(|value| (value - 2.5).abs() < 0.2), "{top:?}");
    let mean = top[..5].iter().sum::<f64>() / 5.0;
    assert!((mean - 2.5).abs() < 0.05, "{mean}");
    assert!((top[5] - 2.0).abs() < 0.1, "{top:?}");
    assert!((found.lowest[0].value + 2.0).abs() < 0.1);
}

#[test]
fn a_large_map_needs_no_matrix() {
    // A chain of n masses, 2 - 2 cos(k pi / (n + 1)) between two walls, with a spring of strength -3 at the first mass.
    // Below the band [0, 4] lies one bound state y_i = q^i: rows say 2 - 1/q - q = e, the first one 2 - 3 - q = e, so
    // q = 1/3 and e = -4/3.
    let n = 100_000;
    let apply = |v: &[f64], out: &mut [f64]| {
        for i in 0..n {
            let left = if i > 0 { v[i - 1] } else { 3.0 * v[i] };
            let right = if i + 1 < n { v[i + 1] } else { 0.0 };
            out[i] = 2.0 * v[i] - left - right;
        }
    };
    let mut stream = Stream::new(7, "chain", &[]);
    let settings = Lanczos { products: 400, tolerance: 1e-6, ..Default::default() };
    let found = extreme_pairs(n, apply, &settings, &mut stream).unwrap();
    let ground = &found.lowest[0];
    assert!((ground.value + 4.0 / 3.0).abs() <= ground.residual + 1e-12, "{} {}", ground.value, ground.residual);
    assert!(ground.residual < 1e-6);
    // The other end is inside a band: not converged, and it says so.
    assert!(!found.is_converged && found.highest[0].residual > 1e-6);
    assert!(found.highest[0].value < 4.0 && found.highest[0].value > 3.9);
}

#[test]
fn repeated_eigenvalues_and_invariant_subspaces_do_not_stop_it() {
    let mut stream = Stream::new(7, "repeated", &[]);
    let identity = |v: &[f64], out: &mut [f64]| out.copy_from_slice(v);
    let settings = Lanczos { pairs: 4, ..Default::default() };
    let found = extreme_pairs(50, identity, &settings, &mut stream).unwrap();
    assert!(found.is_converged);
    for pair in found.lowest.iter().chain(&found.highest) {
        assert!((pair.value - 1.0).abs() < 1e-14 && pair.residual < 1e-14);
    }
    // A projection: 0 and 1, each many times; and nothing at all.
    let projection = |v: &[f64], out: &mut [f64]| (0..50).for_each(|i| out[i] = if i < 20 { v[i] } else { 0.0 });
    let found = extreme_pairs(50, projection, &settings, &mut stream).unwrap();
    assert!(found.lowest.iter().all(|p| p.value.abs() < 1e-14) && found.highest.iter().all(|p| p.value > 1.0 - 1e-14));
    let found = extreme_pairs(50, |_: &[f64], out: &mut [f64]| out.fill(0.0), &settings, &mut stream).unwrap();
    assert!(found.lowest[0].value == 0.0 && found.is_converged);
    assert!(extreme_pairs(5, |_: &[f64], out: &mut [f64]| out.fill(f64::NAN), &settings, &mut stream).is_none());
}

#[test]
fn products_on_the_surface_are_those_of_the_dense_hessian() {
    let flat = Objective::formula(5, |x| {
        Scalar::sum((0..4).map(|i| (x[i + 1] - x[i].square()).square() * 100.0 + (x[i] - 1.0).square())) + x[0].sin()
    });
    let sphere = three_spin(8, 0);
    let mut stream = Stream::new(7, "products", &[]);
    let on_sphere = stream.on_sphere(8, 8f64.sqrt());
    for (objective, x) in [(flat, vec![0.3, -0.2, 0.9, 1.1, 0.4]), (sphere, on_sphere)] {
        let mut eval = objective.evaluator();
        let exact = tangent_spectrum(&mut eval, &x);
        let mut hessian = TangentHessian::at(&mut eval, &x);
        let m = hessian.size();
        assert_eq!(m, exact.len());
        let a = matrix_of(m, |v, out| hessian.multiply(v, out));
        let norm = exact[0].abs().max(exact[m - 1].abs());
        for i in 0..m {
            for j in 0..m {
                assert!((a[i * m + j] - a[j * m + i]).abs() <= 64.0 * f64::EPSILON * norm, "not symmetric");
            }
        }
        for (ours, exact) in eigenvalues(&a, m).unwrap().iter().zip(&exact) {
            assert!((ours - exact).abs() <= 64.0 * m as f64 * f64::EPSILON * norm, "{ours} {exact}");
        }
    }
}
