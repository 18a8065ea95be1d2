//! Theory curves against closed forms, against each other, and against random matrices.

use crate::support::{goe, product, wishart_wigner};
use autodiff::Stream;
use landscape::theory::{
    MOST_EXACT, all_positive, all_positive_if_independent, all_positive_large, complexity, complexity_of_index,
    critical_loss, expected_counts, level_of_index, marchenko_pastur, mixed_density, mixed_index_fraction,
    mixed_lower_edge, semicircle_density, semicircle_share, spin_index_fraction, threshold_level,
};
use landscape::{count_below, eigenvalues, spectral_density};
use std::f64::consts::PI;

const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Midpoint rule; endpoints of root type cost `O(count^-3/2)`.
fn integral(from: f64, to: f64, count: usize, f: impl Fn(f64) -> f64) -> f64 {
    let width = (to - from) / count as f64;
    (0..count).map(|i| width * f(from + (i as f64 + 0.5) * width)).sum()
}

#[test]
fn the_share_of_the_semicircle_is_its_integral() {
    for t in [-1.3, -1.0, -0.7, 0.0, 0.2, 0.9, 1.0, 4.0] {
        let sum = integral(-1.0, f64::min(t, 1.0).max(-1.0), 20_000, semicircle_density);
        assert!((semicircle_share(t) - sum).abs() < 1e-6, "{t}: {sum}");
    }
    // The first terms at the threshold: 4 sqrt 2 / (3 pi) (1 + t)^(3/2), relative error 3 (1 + t) / 20.
    let (t, p) = (-0.999, 4);
    let edge = 4.0 * 2f64.sqrt() / (3.0 * PI) * 0.001f64.powf(1.5);
    assert!((spin_index_fraction(p, t * threshold_level(p)) / edge - 1.0).abs() < 2e-4);
    assert_eq!(spin_index_fraction(3, -1.64), 0.0);
}

#[test]
fn definite_matrices_are_as_rare_as_the_closed_forms_and_counting_say() {
    let root = 2f64.sqrt();
    // A few roundings of numbers of order one, before the cancellation.
    for (n, exact) in [(1, 0.5), (2, (2.0 - root) / 4.0), (3, (PI - 2.0 * root) / (4.0 * PI))] {
        assert!((all_positive(n).unwrap() - exact).abs() < 1e-15, "n = {n}: {:?}", all_positive(n));
    }
    // The same integrals in 80 digits.
    let digits = [(4, 2.456_709_259_786e-3), (5, 1.401_146_854_634e-4), (10, 2.265_653_158_108e-14)];
    for (n, exact) in digits {
        assert!((all_positive(n).unwrap() / exact - 1.0).abs() < 1e-8, "n = {n}");
    }
    let mut stream = Stream::new(7, "orthant", &[]);
    for (n, draws) in [(2, 20_000), (3, 20_000), (4, 100_000)] {
        let positive = (0..draws).filter(|_| count_below(goe(n, &mut stream), n, 0.0) == Some(0)).count();
        let (exact, count) = (all_positive(n).unwrap(), f64::from(draws));
        let std_error = (exact * (1.0 - exact) / count).sqrt();
        assert!((positive as f64 / count - exact).abs() < 5.0 * std_error, "n = {n}: {positive} of {draws}");
    }
    // -ln p / n^2 falls towards ln 3 / 4 from above; coins are wrong from two eigenvalues on.
    let rate = |n: usize| -all_positive(n).unwrap().ln() / (n * n) as f64;
    assert!((2..=MOST_EXACT).all(|n| rate(n) < rate(n - 1) && rate(n) > 3f64.ln() / 4.0));
    assert!((2..=MOST_EXACT).all(|n| all_positive(n).unwrap() < 0.6 * all_positive_if_independent(n)));
    assert!((-all_positive_large(7).ln() / 49.0 - 3f64.ln() / 4.0).abs() < 1e-15);
    assert_eq!(all_positive(MOST_EXACT + 1), None);
}

#[test]
fn complexities_have_the_known_levels() {
    // E_inf, E_0, E_1, E_2 to the six digits they were computed to elsewhere.
    for (p, levels) in [
        (3, [1.632993, 1.656998, 1.652873, 1.650253]),
        (4, [1.732051, 1.794085, 1.783300, 1.776478]),
        (5, [1.788854, 1.887989, 1.870576, 1.859599]),
        (10, [1.897367, 2.135364, 2.092142, 2.065219]),
    ] {
        let ours = [threshold_level(p), level_of_index(p, 0), level_of_index(p, 1), level_of_index(p, 2)];
        for (ours, known) in ours.iter().zip(levels) {
            assert!((ours - known).abs() < 6e-7, "p = {p}: {ours} {known}");
        }
    }
    for (p, at_threshold) in [(3, 0.013240), (4, 0.049306), (5, 0.093147)] {
        let edge = -threshold_level(p);
        for k in 0..3 {
            assert!((complexity_of_index(p, k, edge) - at_threshold).abs() < 6e-7);
            assert_eq!(complexity_of_index(p, k, 0.5), complexity_of_index(p, k, edge), "no more points above");
        }
        // Continuous at the threshold, and half a logarithm in the end.
        assert!((complexity(p, edge - 1e-9) - complexity(p, edge + 1e-9)).abs() < 1e-8);
        assert_eq!(complexity(p, 3.0), 0.5 * (f64::from(p) - 1.0).ln());
    }
}

#[test]
fn mean_counts_by_index_are_those_of_kac_and_rice() {
    let mut stream = Stream::new(7, "kac rice", &[]);
    // On the circle by hand: 2 sqrt(3 p - 2) in all.
    for p in [3, 4, 7] {
        let counts = expected_counts(p, 2, ALL, 40_000, &mut stream);
        let total = 2.0 * (3.0 * f64::from(p) - 2.0).sqrt();
        for count in &counts {
            assert!((count.mean - 0.5 * total).abs() < 5.0 * count.std_error, "p = {p}: {count:?} {total}");
            assert!(count.std_error < 0.01 * count.mean);
        }
    }
    // 200 000 draws of an independent program, standard error below 0.06; confirmed by enumeration up to N = 6.
    let thousandths: [(u32, &[u32]); 5] = [
        (3, &[3141, 4277, 3141]),
        (3, &[4000, 7375, 8748, 7375, 4000]),
        (3, &[6080, 16370, 29520, 41960, 49560, 49560, 41960, 29520, 16370, 6080]),
        (4, &[4290, 6570, 4290]),
        (4, &[5480, 10770, 10770, 5480]),
    ];
    for (p, known) in thousandths {
        let counts = expected_counts(p, known.len(), ALL, 20_000, &mut stream);
        for (k, (count, known)) in counts.iter().zip(known).enumerate() {
            let known = 1e-3 * f64::from(*known);
            assert!((count.mean - known).abs() < 5.0 * count.std_error + 0.06, "p = {p}, {k}: {count:?} {known}");
        }
    }
    // Levels part the points: below, between and above.
    let part = |levels| expected_counts(3, 5, levels, 20_000, &mut stream.clone());
    let (whole, parts) = (part(ALL), [part((-9.0, -1.0)), part((-1.0, 0.3)), part((0.3, 9.0))]);
    for k in 0..5 {
        let sum: f64 = parts.iter().map(|part| part[k].mean).sum();
        assert!((sum - whole[k].mean).abs() < 1e-10, "every point has one level");
    }
    // The higher the index, the fewer of its points lie low.
    let low = |k: usize| parts[0][k].mean / whole[k].mean;
    assert!((1..3).all(|k| low(k) < 0.2 * low(k - 1)) && low(0) > 0.5, "{:?}", [0, 1, 2, 3, 4].map(low));
}

#[test]
fn the_mixed_spectrum_is_a_density_with_the_known_edge() {
    for phi in [1.0 / 16.0, 0.25, 0.5, 0.8] {
        // Where negatives appear, from the edge instead of the closed form.
        let critical = critical_loss(phi);
        assert!(mixed_lower_edge(phi, critical).abs() < 1e-12, "phi = {phi}");
        for eps in [1e-4, 0.5 * critical, 2.0 * critical, 1.0] {
            let edge = mixed_lower_edge(phi, eps);
            assert_eq!(mixed_density(phi, eps, edge - 1e-6), 0.0, "phi = {phi}, eps = {eps}: below the edge");
            assert!(mixed_density(phi, eps, edge + 1e-6) > 0.0);
            let mean = |k: i32| integral(edge, 12.0, 100_000, |x| x.powi(k) * mixed_density(phi, eps, x));
            // Moments 1, 1 and 1 + phi + 2 eps, from the free cumulants 1, phi and 2 eps.
            for (k, exact) in [(0, 1.0), (1, 1.0), (2, 1.0 + phi + 2.0 * eps)] {
                assert!((mean(k) - exact).abs() < 1e-4, "phi = {phi}, eps = {eps}, moment {k}: {}", mean(k));
            }
        }
        // Nothing is left of the Wigner part at loss 0.
        for x in [0.1, 0.5, 1.0, 1.5] {
            let (free, limit) = (mixed_density(phi, 1e-6, x), marchenko_pastur(phi, x));
            assert!((free - limit).abs() < 2e-4 || limit == 0.0, "phi = {phi}, x = {x}: {free} {limit}");
        }
    }
}

#[test]
fn the_mixed_index_fraction_has_the_known_values_and_power() {
    let at = |phi: f64, ratio: f64| mixed_index_fraction(phi, ratio * critical_loss(phi));
    for (phi, known) in [(0.25, [0.0022, 0.0099, 0.0415, 0.1104]), (0.5, [0.0010, 0.0045, 0.0198, 0.0570])] {
        for (ratio, known) in [1.1, 1.3, 2.0, 4.0].into_iter().zip(known) {
            assert!((at(phi, ratio) - known).abs() < 6e-5, "phi = {phi}, {ratio}: {}", at(phi, ratio));
        }
        assert_eq!(at(phi, 0.9), 0.0);
    }
    // The local power comes to 3/2 from below, and is 1.4 a little farther out.
    let power = |a: f64, b: f64| (at(0.25, b) / at(0.25, a)).ln() / ((b - 1.0) / (a - 1.0)).ln();
    let powers = [power(1.1, 1.2), power(1.02, 1.05), power(1.001, 1.002)];
    for (ours, known) in powers.iter().zip([1.397, 1.475, 1.5]) {
        assert!((ours - known).abs() < 0.01, "{powers:?}");
    }
}

#[test]
fn quadrature_finds_the_share_of_negatives_that_theory_gives() {
    // n = 400, two draws of each; one probe counts to sqrt(2 a / n), eight to 0.0037 at a = 0.11.
    let mut stream = Stream::new(7, "mixed", &[]);
    for (phi, ratio) in [(0.25, 0.9), (0.25, 2.0), (0.25, 4.0), (0.5, 4.0)] {
        let (n, eps) = (400, ratio * critical_loss(phi));
        let theory = mixed_index_fraction(phi, eps);
        let (mut dense, mut ours) = (0.0, 0.0);
        for _ in 0..2 {
            let h = wishart_wigner(n, phi, eps, &mut stream);
            let spectrum = eigenvalues(&h, n).unwrap();
            let truth = spectrum.iter().filter(|&&lambda| lambda < 0.0).count() as f64 / n as f64;
            let density = spectral_density(n, product(&h, n), 80, 8, &mut stream).unwrap();
            let share = density.below(0.0);
            let law = (2.0 * truth.max(1.0 / n as f64) / n as f64 / 8.0).sqrt();
            assert!(share.low.mean - 5.0 * law <= truth && truth <= share.high.mean + 5.0 * law, "{share:?} {truth}");
            assert!((share.middle() - truth).abs() < 5.0 * law + 1e-3, "{share:?} {truth}");
            dense += 0.5 * truth;
            ours += 0.5 * share.middle();
        }
        // Finite n moves the share by O(1/n); the figure for this size is 0.003.
        assert!((dense - theory).abs() < 0.003, "phi = {phi}, {ratio} eps_c: {dense} {theory}");
        assert!((ours - theory).abs() < 0.012, "phi = {phi}, {ratio} eps_c: {ours} {theory}");
        if ratio < 1.0 {
            assert_eq!((dense, theory), (0.0, 0.0), "no negatives below the critical loss");
        }
    }
}
