//! Limit laws of eigenvalues: masses and moments, edges, and what random matrices do at finite size.

use crate::support::{goe, wishart_wigner};
use autodiff::Stream;
use landscape::eigenvalues;
use landscape::theory::{SpectralLaw, kolmogorov_critical, marchenko_pastur, mixed_index_fraction};

/// `int x^k` over the law, from the density alone: midpoints of the angle, in which the roots at the edges are smooth.
fn moment(law: &SpectralLaw, k: i32) -> f64 {
    let (lower, upper) = law.edges();
    let (middle, half, count) = (0.5 * (lower + upper), 0.5 * (upper - lower), 20_000);
    let width = std::f64::consts::PI / count as f64;
    let at = |i: usize| {
        let t = (i as f64 + 0.5) * width;
        let x = middle - half * t.cos();
        x.powi(k) * law.density(x) * half * t.sin()
    };
    width * (0..count).map(at).sum::<f64>()
}

#[test]
fn moments_are_those_of_free_probability() {
    // Semicircle of radius r: centred moments 0, r^2/4, 0, r^4/8 (Catalan numbers 1, 2).
    let law = SpectralLaw::semicircle(0.0, 3.0);
    for (k, exact) in [(0, 1.0), (1, 0.0), (2, 2.25), (3, 0.0), (4, 81.0 / 8.0)] {
        assert!((moment(&law, k) - exact).abs() < 1e-9, "k = {k}: {}", moment(&law, k));
    }
    // Free cumulants of Marchenko and Pastur's law are phi^(k-1), those of the semicircle 2 eps at k = 2, and they add:
    // m_1 = 1, m_2 = 1 + phi + 2 eps, m_3 = kappa_3 + 3 kappa_2 kappa_1 + kappa_1^3.
    for (phi, eps) in [(0.25, 0.0), (0.25, 0.1), (0.5, 0.03), (1.0, 0.2)] {
        let law = SpectralLaw::wishart_wigner(phi, eps);
        let second = phi + 2.0 * eps;
        for (k, exact) in [(0, 1.0), (1, 1.0), (2, 1.0 + second), (3, phi * phi + 3.0 * second + 1.0)] {
            let ours = moment(&law, k);
            assert!((ours - exact).abs() < 1e-6, "phi = {phi}, eps = {eps}, k = {k}: {ours}, exactly {exact}");
        }
    }
}

#[test]
fn shares_are_the_integral_of_the_density() {
    for (phi, eps) in [(0.25, 0.1), (0.5, 0.02), (0.5, 0.0), (1.0, 0.0)] {
        let law = SpectralLaw::wishart_wigner(phi, eps);
        let (lower, upper) = law.edges();
        assert_eq!((law.below(lower - 1.0), law.below(upper + 1.0)), (0.0, law.below(upper)));
        // A hard edge at 0 has a density without bound.
        let tolerance = if lower == 0.0 { 1e-4 } else { 1e-8 };
        assert!((law.below(upper) - 1.0).abs() < tolerance, "phi = {phi}, eps = {eps}: {}", law.below(upper));
        // A second way to the same number, by Simpson's rule in another variable.
        assert!((law.below(0.0) - mixed_index_fraction(phi, eps)).abs() < 1e-8, "phi = {phi}, eps = {eps}");
        for x in [0.2, 0.5, 1.0, 1.7] {
            let slope = (law.below(x + 1e-5) - law.below(x - 1e-5)) / 2e-5;
            assert!((slope - law.density(x)).abs() < 1e-5, "phi = {phi}, eps = {eps}, x = {x}: {slope}");
        }
    }
    let plain = SpectralLaw::wishart_wigner(0.5, 0.0);
    assert_eq!(plain.density(1.0), marchenko_pastur(0.5, 1.0));
    // 2 of 10 eigenvalues apart at 3: the other eight fill the bulk.
    let law = SpectralLaw::semicircle(0.0, 2.0).with_outliers(vec![3.0, 3.0]);
    assert_eq!([0.0, 2.5, 3.5].map(|x| law.share_of(10, x)), [0.4, 0.8, 1.0]);
}

#[test]
fn the_last_eigenvalue_is_within_the_margin_of_the_edge() {
    // Radius 2 and density sqrt(2 - x) / pi at the edge: the plain scale n^(-2/3); ten times as wide, ten times that.
    for (n, radius) in [(100, 2.0), (400, 2.0), (400, 20.0)] {
        let (below, above) = SpectralLaw::semicircle(1.0, radius).margins(n);
        let exact = 3.2724 * 0.5 * radius * (n as f64).powf(-2.0 / 3.0);
        assert!((below / exact - 1.0).abs() < 1e-5 && (above / exact - 1.0).abs() < 1e-5, "{below} {exact}");
    }
    // 400 ends of matrices of each kind: 0.4 are expected beyond the margin, and 4 or more have probability 1e-3.
    let mut stream = Stream::new(7, "margins", &[]);
    let mut beyond = |law: &SpectralLaw, draw: &mut dyn FnMut(&mut Stream) -> Vec<f64>, n: usize| {
        let ((lower, upper), (below, above)) = (law.edges(), law.margins(n));
        let ends = (0..200).map(|_| {
            let values = eigenvalues(draw(&mut stream), n).unwrap();
            usize::from(values[0] < lower - below) + usize::from(values[n - 1] > upper + above)
        });
        ends.sum::<usize>()
    };
    let plain = beyond(&SpectralLaw::semicircle(0.0, 2.0), &mut |s| goe(60, s), 60);
    let mixed = beyond(&SpectralLaw::wishart_wigner(0.5, 0.1), &mut |s| wishart_wigner(60, 0.5, 0.1, s), 60);
    assert!(plain <= 3 && mixed <= 3, "{plain} {mixed}");
}

#[test]
fn one_matrix_in_twenty_is_farther_from_its_law_than_the_critical_distance() {
    let mut stream = Stream::new(7, "distance", &[]);
    for (n, draws) in [(30, 2000), (100, 400)] {
        let law = SpectralLaw::semicircle(0.0, 2.0);
        let distance = |values: &[f64]| {
            let gap = |(i, x): (usize, &f64)| {
                let share = law.below(*x);
                (share - i as f64 / n as f64).abs().max((share - (i + 1) as f64 / n as f64).abs())
            };
            values.iter().enumerate().map(gap).fold(0.0, f64::max)
        };
        let beyond = (0..draws)
            .filter(|_| distance(&eigenvalues(goe(n, &mut stream), n).unwrap()) > kolmogorov_critical(n))
            .count();
        let share = beyond as f64 / f64::from(draws);
        // Four standard errors of a share of 5 %, and half a percent for the fit.
        let tolerance = 4.0 * (0.05 * 0.95 / f64::from(draws)).sqrt() + 0.01;
        assert!((share - 0.05).abs() < tolerance, "n = {n}: {share}");
    }
}
