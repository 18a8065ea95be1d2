//! Stochastic Lanczos quadrature against dense spectra, trace identities and the semicircle.

use crate::support::{goe, product, wishart_wigner};
use autodiff::Stream;
use landscape::{Density, Estimate, eigenvalues, eigenvectors, spectral_density};

/// The density and the probes it was made from.
fn density_of(a: &[f64], n: usize, steps: usize, probes: usize, key: &str) -> (Density, Vec<Vec<f64>>) {
    let mut stream = Stream::new(7, "density", &[key]);
    let mut again = stream.clone();
    let density = spectral_density(n, product(a, n), steps, probes, &mut stream).unwrap();
    (density, (0..probes).map(|_| again.on_sphere(n, 1.0)).collect())
}

/// The share of a dense spectrum below x.
fn share_below(spectrum: &[f64], x: f64) -> f64 {
    spectrum.iter().filter(|&&lambda| lambda < x).count() as f64 / spectrum.len() as f64
}

#[test]
fn moments_are_those_of_the_probes() {
    let mut stream = Stream::new(7, "moments", &[]);
    let n = 60;
    let a = wishart_wigner(n, 0.5, 0.2, &mut stream);
    let (density, probes) = density_of(&a, n, 4, 5, "moments");
    let total: f64 = density.nodes().iter().map(|(_, weight)| weight).sum();
    assert!((total - 1.0).abs() < 4.0 * f64::EPSILON, "{total}");
    // Four steps integrate polynomials of degree 7 exactly: v . A^k v from products with the probes themselves.
    let mut powers = probes.clone();
    for degree in 0..=8 {
        let exact: Vec<f64> =
            probes.iter().zip(&powers).map(|(v, p)| v.iter().zip(p).map(|(v, p)| v * p).sum()).collect();
        let (exact, ours) = (Estimate::of(&exact), density.mean_of(|x| x.powi(degree)));
        let error = (ours.mean / exact.mean - 1.0).abs();
        if degree <= 7 {
            assert!(error < 1e-12, "degree {degree}: {error}");
            assert!((ours.std_error - exact.std_error).abs() <= 1e-12 * exact.mean, "degree {degree}");
        } else {
            assert!(error > 1e-9, "degree 8 is beyond four nodes, yet it agrees to {error}");
        }
        for p in &mut powers {
            let before = p.clone();
            product(&a, n)(&before, p);
        }
    }
    // And the trace itself, within five standard errors.
    let trace = (0..n).map(|i| a[i * n + i]).sum::<f64>() / n as f64;
    let ours = density.mean_of(|x| x);
    assert!((ours.mean - trace).abs() < 5.0 * ours.std_error, "{ours:?} {trace}");
}

#[test]
fn the_enclosure_of_a_share_holds_for_every_probe_and_every_number() {
    let mut stream = Stream::new(7, "enclosure", &[]);
    let n = 80;
    let mut singular = wishart_wigner(n, 0.5, 0.0, &mut stream);
    // Thirty exact zeros: rows and columns of nothing.
    for i in 0..n {
        for j in 0..n {
            if i < 30 || j < 30 {
                singular[i * n + j] = 0.0;
            }
        }
    }
    for (a, name) in [(goe(n, &mut stream), "goe"), (singular, "singular")] {
        let (values, vectors) = eigenvectors(&a, n).unwrap();
        for steps in [1, 2, 5, 20, 79, 80] {
            let (density, probes) = density_of(&a, n, steps, 1, &format!("{name}{steps}"));
            let seen = |v: &[f64], row: &[f64]| v.iter().zip(row).map(|(a, b)| a * b).sum::<f64>().powi(2);
            let weights: Vec<f64> = vectors.chunks_exact(n).map(|row| seen(&probes[0], row)).collect();
            for k in -30..=50 {
                let x = 0.1 * f64::from(k) + 1e-3;
                let exact = values.iter().zip(&weights).filter(|(lambda, _)| **lambda < x).map(|(_, w)| w).sum::<f64>();
                let share = density.below(x);
                // Weights are squares of rounded numbers of size up to 1.
                assert!(
                    share.low.mean <= exact + 1e-10 && exact <= share.high.mean + 1e-10,
                    "{name}, {steps} steps, x = {x}: {exact} is not in [{}, {}]",
                    share.low.mean,
                    share.high.mean
                );
            }
        }
        // All 80 steps know everything, and the zeros are one node.
        let (density, _) = density_of(&a, n, 80, 1, &format!("{name}80"));
        let share = density.below(0.8765);
        assert!(share.high.mean - share.low.mean < 1e-8);
        let zeros = density.below(0.0);
        let atom = zeros.high.mean - zeros.low.mean;
        if name == "singular" { assert!(zeros.low.mean < 1e-10 && atom > 0.2) } else { assert!(atom < 1e-3, "{atom}") }
    }
}

#[test]
fn converged_eigenvalues_have_no_ghosts() {
    // diag(1, 2^4, .., 60^4): the largest converge after a few steps, and without re-orthogonalisation return as copies, so
    // that sixty nodes would miss eigenvalues. With it they are all of them.
    let exact: Vec<f64> = (1..=60).map(|i| f64::from(i).powi(4)).collect();
    let apply = |v: &[f64], out: &mut [f64]| (0..60).for_each(|i| out[i] = exact[i] * v[i]);
    let mut stream = Stream::new(7, "ghosts", &[]);
    let density = spectral_density(60, apply, 60, 1, &mut stream).unwrap();
    let nodes = density.nodes();
    assert_eq!(nodes.len(), 60);
    for ((node, weight), exact) in nodes.iter().zip(&exact) {
        assert!((node - exact).abs() < 1e-12 * exact.max(60f64.powi(4)), "{node} {exact}");
        assert!(*weight > 0.0);
    }
}

#[test]
fn a_thousand_eigenvalues_follow_the_semicircle() {
    let mut stream = Stream::new(7, "semicircle", &[]);
    let n = 1000;
    let a = goe(n, &mut stream);
    let (steps, probes) = (60, 12);
    let (density, _) = density_of(&a, n, steps, probes, "semicircle");
    let exact = eigenvalues(&a, n).unwrap();
    for x in [-1.5f64, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5] {
        let share = density.below(x);
        let (low, high, middle) = (share.low, share.high, share.middle());
        let truth = share_below(&exact, x);
        // One probe counts to sqrt(2 a (1 - a) / (n + 2)); the sample error of twelve is within a factor 2 of that.
        let law = (2.0 * truth * (1.0 - truth) / (n + 2) as f64 / probes as f64).sqrt();
        assert!((0.5..2.0).contains(&(share.std_error() / law)), "{} {law}", share.std_error());
        assert!(low.mean - 5.0 * law <= truth && truth <= high.mean + 5.0 * law, "x = {x}: {truth} {share:?}");
        assert!((middle - truth).abs() < 5.0 * law, "x = {x}: {middle} {truth}");
        // Nodes of a semicircle are cos(i pi / (k + 1)) apart, so no weight exceeds 2/(k + 1).
        assert!(high.mean - low.mean < 2.2 / steps as f64, "{}", high.mean - low.mean);
        // The law of the ensemble is off by O(1/n) only: eigenvalues are rigid.
        let t = 0.5 * x;
        let theory = 0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / std::f64::consts::PI;
        assert!((middle - theory).abs() < 5.0 * law + 0.003, "x = {x}: {middle} {theory}");
        // Smoothing with width s adds s^2/2 rho'' = s^2 / (4 pi) (1 - t^2)^(-3/2) / 2 in the bulk: below 0.004 here.
        let width = density.resolution();
        let rho = (4.0 - x * x).sqrt() / std::f64::consts::TAU;
        let ours = density.at(x, width);
        assert!((ours.mean - rho).abs() < 5.0 * ours.std_error + 0.004, "x = {x}: {ours:?} {rho}");
        assert!((density.quantile(truth) - x).abs() < 5.0 * law / rho + 0.01, "x = {x}: {}", density.quantile(truth));
    }
    // Smoothed or not, all of it is there: the trapezoid rule is exact to many digits for a sum of Gaussians.
    let width = density.resolution();
    let all: f64 = (-400..=400).map(|i| 0.01 * density.at(0.01 * f64::from(i), width).mean).sum();
    assert!((all - 1.0).abs() < 1e-9, "{all}");
    let (low, high) = density.range();
    assert!(low >= exact[0] - 1e-12 && high <= exact[n - 1] + 1e-12 && low < -1.95 && high > 1.95);
}

#[test]
fn a_hundred_thousand_numbers_need_no_matrix() {
    // diag(-1, 2, 2, 2, ..): a quarter negative, so two nodes tell all; the Krylov space ends after two steps.
    let n = 100_000;
    let apply = |v: &[f64], out: &mut [f64]| (0..n).for_each(|i| out[i] = if i % 4 == 0 { -v[i] } else { 2.0 * v[i] });
    let mut stream = Stream::new(7, "many", &[]);
    let density = spectral_density(n, apply, 50, 3, &mut stream).unwrap();
    assert_eq!(density.nodes().len(), 6);
    let negative = density.below(0.0);
    assert_eq!(negative.low, negative.high);
    let law = (2.0 * 0.25 * 0.75 / (n + 2) as f64 / 3.0).sqrt();
    assert!((negative.low.mean - 0.25).abs() < 5.0 * law, "{negative:?}");
    assert!(spectral_density(4, |_: &[f64], out: &mut [f64]| out.fill(f64::NAN), 2, 2, &mut stream).is_none());
}
