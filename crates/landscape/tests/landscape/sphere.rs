//! Spin models on the sphere, where exact counts and laws are known.

use crate::support::{Claim, add_distinct, census, form, jacobi_eigenvalues, symmetric, three_spin};
use autodiff::{Geometry, Objective, Stream};
use landscape::{Class, Criteria, NewtonSampler, certify, tangent_spectrum};

#[test]
fn two_spin_points_are_the_eigenvectors() {
    // f = s.As on |s|^2 = N: critical at +-sqrt(N) v_k, value N mu_k, tangent Hessian 2 (mu_j - mu_k) for j != k.
    for dim in 5..=8 {
        let mut stream = Stream::new(7, "two-spin", &[&dim.to_string()]);
        let a = symmetric(dim, &mut stream);
        let mu = jacobi_eigenvalues(&a, dim);
        let radius = (dim as f64).sqrt();
        let objective = Objective::formula(dim, |s| form(&a, s)).on(Geometry::Sphere { radius });
        // One start in three hundred leads to a maximum that stands alone.
        let sampler = NewtonSampler { descend: vec![0], ..Default::default() };
        let starts = (0..3000).map(|_| stream.on_sphere(dim, radius)).collect::<Vec<_>>();
        let found = census(&objective, &sampler, starts.into_iter(), 1e-6);
        assert_eq!(found.len(), 2 * dim, "N = {dim}");
        for (x, certificate) in &found {
            let signs = certificate.inertia;
            let k = signs.n_neg;
            assert_eq!((signs.n_zero, signs.n_pos), (0, dim - 1 - k));
            // The two eigenvalue solvers agree to a few eps of the norm, which is below 10.
            assert!((certificate.f / dim as f64 - mu[k]).abs() < 1e-13, "{} is not {}", certificate.f, mu[k]);
            let spectrum = tangent_spectrum(&mut objective.evaluator(), x);
            let others = mu.iter().enumerate().filter(|&(j, _)| j != k).map(|(_, mu_j)| 2.0 * (mu_j - mu[k]));
            assert_eq!(spectrum.len(), dim - 1);
            for (lambda, exact) in spectrum.iter().zip(others) {
                assert!((lambda - exact).abs() < 1e-12, "{lambda} is not {exact}");
            }
            let class = if k == 0 {
                Class::Minimum
            } else if k == dim - 1 {
                Class::Maximum
            } else {
                Class::Saddle
            };
            assert_eq!(certificate.class, class);
        }
        let with_index = |k| found.iter().filter(|(_, certificate)| certificate.inertia.n_neg == k).count();
        assert!((0..dim).all(|k| with_index(k) == 2), "two points of every index");
        assert_eq!(signed_count(&found), euler_characteristic(dim));
    }
}

#[test]
fn three_spin_census_obeys_euler_and_the_algebraic_bound() {
    for (dim, starts, draws) in [(2, 30, 12), (3, 100, 8), (4, 300, 4), (5, 800, 2)] {
        for draw in 0..draws {
            let objective = three_spin(dim, draw);
            let mut stream = Stream::new(7, "three-spin", &[&dim.to_string(), &draw.to_string()]);
            let radius = (dim as f64).sqrt();
            let sampler = NewtonSampler { descend: vec![0, 0, 10], ..Default::default() };
            let starts = (0..starts).map(|_| stream.on_sphere(dim, radius)).collect::<Vec<_>>();
            let mut found = vec![];
            for claim in census(&objective, &sampler, starts.into_iter(), 1e-3) {
                // f(-s) = -f(s): the opposite point is critical, its index that of the positive eigenvalues.
                let mut opposite = claim.clone();
                opposite.0.iter_mut().for_each(|x| *x = -*x);
                std::mem::swap(&mut opposite.1.inertia.n_neg, &mut opposite.1.inertia.n_pos);
                add_distinct(&mut found, claim, 1e-3);
                add_distinct(&mut found, opposite, 1e-3);
            }
            assert!(found.iter().all(|(_, certificate)| certificate.inertia.n_zero == 0), "not generic");
            assert_eq!(signed_count(&found), euler_characteristic(dim), "N = {dim}, draw {draw}: {}", found.len());
            // A generic cubic form has 2^N - 1 complex eigenvectors, each of two signs.
            assert!(found.len() <= 2 * ((1 << dim) - 1), "N = {dim}, draw {draw}: {}", found.len());
        }
    }
}

#[test]
fn three_spin_index_follows_the_energy() {
    // alpha = F_sc(u / E_inf), F_sc(t) = 1/2 + (t sqrt(1 - t^2) + asin t) / pi, E_inf = 2 sqrt(2/3), as N -> infinity
    // (Auffinger, Ben Arous, Cerny 2013). At N = 20 the edge of the spectrum is blurred by O(1/N).
    const DIM: usize = 20;
    let objective = three_spin(DIM, 0);
    let mut eval = objective.evaluator();
    let criteria = Criteria::default();
    let mut stream = Stream::new(7, "index-energy", &[]);
    let sampler = NewtonSampler { descend: vec![0, 5, 20, 60, 200], lr: 0.02, ..Default::default() };
    let mut pairs = vec![];
    let searches = 150;
    for replicate in 0..searches {
        let start = stream.on_sphere(DIM, (DIM as f64).sqrt());
        let found = sampler.search(&mut eval, start, replicate, &mut stream, &criteria);
        let certificate = certify(&mut eval, &found.point, 0, &criteria);
        if certificate.class.is_critical() {
            let t = (certificate.f / DIM as f64 / (2.0 * (2f64 / 3.0).sqrt())).clamp(-1.0, 1.0);
            let theory = 0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / std::f64::consts::PI;
            pairs.push((certificate.inertia.n_neg as f64 / (DIM - 1) as f64, theory));
        }
    }
    assert!(pairs.len() as f64 > 0.7 * searches as f64, "{} of {searches} searches converged", pairs.len());
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let (a, b) = (mean(&|p| p.0), mean(&|p| p.1));
    let covariance = mean(&|p| (p.0 - a) * (p.1 - b));
    let correlation = covariance / (mean(&|p| (p.0 - a).powi(2)) * mean(&|p| (p.1 - b).powi(2))).sqrt();
    let rms = mean(&|p| (p.0 - p.1).powi(2)).sqrt();
    assert!(correlation > 0.98 && rms < 0.05, "correlation {correlation}, rms {rms}");
    // Saddles of many indices, minima included, not one kind only.
    let fractions = pairs.iter().map(|p| p.0);
    assert!(fractions.clone().fold(1.0, f64::min) == 0.0 && fractions.fold(0.0, f64::max) > 0.45);
}

#[test]
fn the_sampler_descends_along_the_sphere() {
    // f = x on the unit circle, at angle 0.2 from the maximum. A step 1.5 along the tangent reaches angle 0.49, from
    // where Newton goes to the maximum; 1.5 down the x axis would reach the other side and the minimum.
    let objective = Objective::formula(2, |s| s[0] * 1.0).on(Geometry::Sphere { radius: 1.0 });
    let sampler = NewtonSampler { descend: vec![1], lr: 1.5, ..Default::default() };
    let found = census(&objective, &sampler, std::iter::once(vec![0.2f64.cos(), 0.2f64.sin()]), 1e-6);
    assert_eq!(found[0].1.class, Class::Maximum, "{found:?}");
}

#[test]
fn polish_stays_on_the_sphere() {
    let objective = three_spin(6, 1);
    let mut stream = Stream::new(7, "stay", &[]);
    for _ in 0..20 {
        let (point, _) = crate::support::classify(&objective, &stream.on_sphere(6, 6f64.sqrt()), 0);
        let norm = point.x.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm - 6f64.sqrt()).abs() < 8.0 * f64::EPSILON * norm, "{norm}");
    }
}

/// Sum of (-1)^index: the Euler characteristic when nothing is missing (Morse).
fn signed_count(found: &[Claim]) -> i64 {
    found.iter().map(|(_, certificate)| if certificate.inertia.n_neg % 2 == 0 { 1 } else { -1 }).sum()
}

/// Of the sphere of dimension `dim - 1`.
fn euler_characteristic(dim: usize) -> i64 {
    if dim % 2 == 1 { 2 } else { 0 }
}
