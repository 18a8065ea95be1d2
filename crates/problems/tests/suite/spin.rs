//! The p-spin against its theory: couplings, homogeneity, p = 2 in full, the index curve.

use nalgebra::{DMatrix, SymmetricEigen};
use problems::{Problem, SphericalSpin};

use crate::cases::{dot, instance, max_abs, spectrum, stream};

#[test]
fn energies_have_the_covariance_that_defines_the_model() {
    // E H(s) H(s') = N (s.s' / N)^p. The points weigh diagonal and mixed couplings differently, so a wrong
    // number of orderings for any kind of multiset shows up at one of them.
    const DRAWS: usize = 2000;
    let (n, root) = (4, 2.0);
    let points: [[f64; 4]; 4] =
        [[root, 0.0, 0.0, 0.0], [1.0; 4], [2f64.sqrt(), 2f64.sqrt(), 0.0, 0.0], [1.0, -1.0, 1.0, 1.0]];
    for p in 2..=4 {
        let energies: Vec<Vec<f64>> = (0..DRAWS)
            .map(|i| {
                let spin: SphericalSpin = toml::from_str(&format!("p = {p}\ndim = {n}\ninstance = {i}")).unwrap();
                points.iter().map(|s| spin.value(s, &[])).collect()
            })
            .collect();
        for a in 0..4 {
            for b in 0..=a {
                let overlap = dot(&points[a], &points[b]) / n as f64;
                let expected = n as f64 * overlap.powi(p);
                let measured = energies.iter().map(|e| e[a] * e[b]).sum::<f64>() / DRAWS as f64;
                // Var(H H') = N^2 + covariance^2 for normal variables; 5 standard errors.
                let error = ((n * n) as f64 + expected * expected).sqrt() / (DRAWS as f64).sqrt();
                assert!((measured - expected).abs() < 5.0 * error, "p = {p}: {measured} for {expected} at {a}, {b}");
            }
        }
    }
}

#[test]
fn energies_are_homogeneous() {
    for (p, dim) in [(2, 9), (3, 9), (4, 6)] {
        let spin = instance("spherical_spin", &format!("p = {p}\ndim = {dim}"));
        let x = spin.start_point(&mut stream("spin", p));
        let (mut eval, mut grad, mut hx) = (spin.objective.evaluator(), vec![0.0; dim], vec![0.0; dim]);
        let value = eval.gradient(&x, &mut grad);
        eval.hvp(&x, &x, &mut hx);
        // Euler: x.g = p f and H x = (p - 1) g.
        assert!((dot(&x, &grad) - p as f64 * value).abs() < 1e-13 * (1.0 + max_abs(&grad) * dim as f64));
        for (hx, g) in hx.iter().zip(&grad) {
            assert!((hx - (p - 1) as f64 * g).abs() < 1e-13 * (1.0 + max_abs(&grad) * dim as f64));
        }
    }
}

/// p = 2: H = s.A s, so the critical points are the 2N vectors +-sqrt(N) v_k with H = N a_k and index k.
#[test]
fn the_two_spin_model_has_2n_critical_points_of_every_index_two() {
    let n = 40;
    let spin = instance("spherical_spin", &format!("p = 2\ndim = {n}"));
    let (mut eval, mut hess, mut grad) = (spin.objective.evaluator(), vec![0.0; n * n], vec![0.0; n]);
    eval.hessian(&spin.start_point(&mut stream("spin", 0)), &mut hess);
    let pairs = SymmetricEigen::new(DMatrix::from_row_slice(n, n, &hess) * 0.5);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| pairs.eigenvalues[i].total_cmp(&pairs.eigenvalues[j]));
    let mut found = 0;
    for (k, &column) in order.iter().enumerate() {
        for sign in [1.0, -1.0] {
            let a = pairs.eigenvalues[column];
            let x: Vec<f64> = pairs.eigenvectors.column(column).iter().map(|v| sign * (n as f64).sqrt() * v).collect();
            let value = eval.gradient(&x, &mut grad);
            spin.objective.geometry().project(&x, &mut grad);
            // nalgebra's eigenvectors are good to some n eps.
            assert!(max_abs(&grad) < 1e-12, "gradient {}", max_abs(&grad));
            assert!((value - n as f64 * a).abs() < 1e-11, "{value} at eigenvalue {a}");
            // Curvatures 2 (a_j - a_k), j != k: k of them negative, none zero as the eigenvalues are distinct.
            let mut expected: Vec<f64> =
                order.iter().filter(|&&j| j != column).map(|&j| 2.0 * (pairs.eigenvalues[j] - a)).collect();
            expected.sort_by(f64::total_cmp);
            let measured = spectrum(&spin.objective, &x);
            assert!(measured.iter().zip(&expected).all(|(m, e)| (m - e).abs() < 1e-12));
            assert_eq!(measured.iter().filter(|l| **l < -1e-9).count(), k);
            assert_eq!(measured.iter().filter(|l| **l > 1e-9).count(), n - 1 - k);
            found += 1;
        }
    }
    assert_eq!(found, 2 * n);
}

#[test]
fn the_index_curve_of_two_spins_is_the_semicircle_law() {
    let n = 100;
    let spin = instance("spherical_spin", &format!("p = 2\ndim = {n}"));
    let mut hess = vec![0.0; n * n];
    spin.objective.evaluator().hessian(&spin.start_point(&mut stream("spin", 0)), &mut hess);
    let mut levels = SymmetricEigen::new(DMatrix::from_row_slice(n, n, &hess) * 0.5).eigenvalues.as_slice().to_vec();
    levels.sort_by(f64::total_cmp);
    for (k, level) in levels.iter().enumerate() {
        let theory = spin.index_fraction_theory(*level).unwrap();
        // Eigenvalues keep to their place within some log(n) / n.
        assert!((theory - k as f64 / (n - 1) as f64).abs() < 0.03, "{theory} at index {k}");
    }
}

#[test]
fn the_index_curve_has_its_threshold_centre_and_power() {
    for (p, threshold) in [(2, 2f64.sqrt()), (3, 1.632993161855452), (4, 3f64.sqrt())] {
        let spin = instance("spherical_spin", &format!("p = {p}\ndim = 5"));
        let alpha = |t: f64| spin.index_fraction_theory(t * threshold).unwrap();
        assert_eq!((alpha(-1.1), alpha(0.0), alpha(1.1)), (0.0, 0.5, 1.0));
        assert!((alpha(0.4) + alpha(-0.4) - 1.0).abs() < 1e-15);
        // Near the threshold alpha ~ (4 sqrt 2 / 3 pi) (1 + t)^(3/2), with a relative correction of order 1 + t.
        let power = 4.0 * 2f64.sqrt() / (3.0 * std::f64::consts::PI) * 1e-4f64.powf(1.5);
        assert!((alpha(-1.0 + 1e-4) / power - 1.0).abs() < 1e-4);
    }
}

/// E_0 is the zero of `ln(p-1)/2 - (p-2)/(4(p-1)) u^2 - I_1(u)`, the complexity of minima below the threshold.
#[test]
fn the_reference_is_the_zero_of_the_complexity_of_minima() {
    for p in [3.0, 4.0f64] {
        let spin = instance("spherical_spin", &format!("p = {p}\ndim = 10"));
        let (u, e) = (spin.reference.unwrap().value / spin.loss_scale, 2.0 * ((p - 1.0) / p).sqrt());
        let root = (u * u - e * e).sqrt();
        let i_1 = -u / (e * e) * root - (root - u).ln() + e.ln();
        let complexity = 0.5 * (p - 1.0).ln() - (p - 2.0) / (4.0 * (p - 1.0)) * u * u - i_1;
        assert!(u < -e && complexity.abs() < 1e-14, "p = {p}: complexity {complexity} at {u}");
    }
}

#[test]
fn instances_are_different_draws() {
    let value = |i: u64| {
        let spin: SphericalSpin = toml::from_str(&format!("dim = 6\ninstance = {i}")).unwrap();
        spin.value(&[1.0; 6], &[])
    };
    assert_eq!(value(1), value(1));
    assert_ne!(value(1), value(2));
}
