//! Figures that theory or the literature gives, for surfaces whose declared facts do not hold them all.

use crate::cases::{instance, spectrum, stream};

fn counts(name: &str, params: &str) -> Vec<f64> {
    instance(name, params).counts.expect("declared").by_index
}

#[test]
fn counts_by_index_are_those_of_the_literature() {
    assert_eq!(counts("rastrigin", "dim = 2"), [121.0, 220.0, 100.0]);
    assert_eq!(counts("himmelblau", ""), [4.0, 4.0, 1.0]);
    assert_eq!(counts("six_hump_camel", ""), [6.0, 7.0, 2.0]);
    assert_eq!(counts("styblinski_tang", "dim = 3"), [8.0, 12.0, 6.0, 1.0]);
    assert_eq!(counts("double_well", "dim = 20").iter().sum::<f64>(), 3f64.powi(20));
    assert_eq!(counts("spherical_spin", "p = 2\ndim = 4"), [2.0; 4]);
    // 2 sqrt(3 p - 2) = 5.2915 for two spins and p = 3 (Kac-Rice on the circle).
    let total: f64 = counts("spherical_spin", "p = 3\ndim = 2").iter().sum();
    assert!((total - 5.2915).abs() < 1e-4, "{total}");
    // Where the list is complete, it has exactly these counts; the conformance loop sees to "not more".
    for (name, params) in [("rastrigin", ""), ("himmelblau", ""), ("six_hump_camel", ""), ("mueller_brown", "")] {
        let instance = instance(name, params);
        let listed = |index| instance.known_points.iter().filter(|point| point.n_neg == index).count() as f64;
        assert_eq!(instance.counts.clone().unwrap().by_index, [listed(0), listed(1), listed(2)], "{name}");
    }
}

#[test]
fn least_values_are_the_published_ones() {
    for (name, params, published, digits) in [
        ("michalewicz", "dim = 2", -1.8013034, 1e-7),
        ("michalewicz", "dim = 5", -4.687658, 1e-6),
        ("michalewicz", "dim = 10", -9.66015, 1e-5),
        ("schwefel", "dim = 1", 1.2727566e-5, 1e-12),
        ("six_hump_camel", "", -1.0316284535, 1e-10),
        ("spherical_spin", "p = 5\ndim = 4", -4.0 * 1.887989, 4e-6),
        ("spherical_spin", "p = 10\ndim = 3", -3.0 * 2.135364, 3e-6),
    ] {
        let value = instance(name, params).reference.expect("declared").value;
        assert!((value - published).abs() <= digits, "{name} {params}: {value}, published {published}");
    }
    // Rosenbrock in 4 dimensions has a second minimum.
    let values: Vec<f64> = instance("rosenbrock", "dim = 4").known_points.iter().map(|point| point.value).collect();
    assert!(values.iter().any(|value| (value - 3.70143).abs() < 5e-6), "{values:?}");
}

/// Descent along the tube: all coordinates still waiting have shrunk for the whole time t so far, so leaving the next saddle
/// takes a fixed multiple of t, and t grows geometrically (Du et al. 2017, theorem 4.1).
#[test]
fn each_saddle_of_the_tube_takes_longer_than_the_one_before() {
    let (steep, dim) = (1.5, 5);
    let tube = instance("saddle_tube", &format!("dim = {dim}\nsteep = {steep}"));
    let mut eval = tube.objective.evaluator();
    let mut passed = vec![];
    let mut x: Vec<f64> = (0..dim).map(|i| 0.5 + 0.05 * i as f64).collect();
    let mut grad = vec![0.0; dim];
    for step in 0..100_000 {
        eval.gradient(&x, &mut grad);
        x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= g / (4.0 * steep));
        while passed.len() < dim && x[passed.len()] >= std::f64::consts::E {
            passed.push(f64::from(step));
        }
    }
    assert_eq!(passed.len(), dim, "{passed:?}");
    let waits: Vec<f64> = passed.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for pair in waits.windows(2).skip(1) {
        let ratio = pair[1] / pair[0];
        // A step 1/(4 L) halves what waits and multiplies what leaves by 1 + gamma/(2 L) = 4/3: t -> t + t ln 2 / ln(4/3).
        // The way from tau to 2 tau is a few steps more, which matter less at each saddle.
        let expected = 1.0 + 2f64.ln() / (4f64 / 3.0).ln();
        assert!((ratio - expected).abs() < 0.5, "{ratio}, expected {expected}: {waits:?}");
    }
    assert!((eval.value(&x) - tube.reference.unwrap().value).abs() < 1e-9, "the end is a minimum");
}

/// Second moment and edge of the spectrum: 1 and 2 for the semicircle, outliers at theta + 1/theta.
#[test]
fn random_matrices_have_the_spectra_of_theory() {
    let n = 200;
    let values = spectrum(&instance("goe", &format!("dim = {n}")).objective, &vec![0.0; n]);
    let second: f64 = values.iter().map(|l| l * l).sum::<f64>() / n as f64;
    // The mean is 1 + 1/n, its standard deviation 2/n.
    assert!((second - 1.0 - 1.0 / n as f64).abs() < 8.0 / n as f64, "{second}");
    assert!((values[n - 1] - 2.0).abs() < 0.15 && (values[0] + 2.0).abs() < 0.15, "edge n^(-2/3) = 0.03 wide");
    let values = spectrum(&instance("goe", &format!("dim = {n}\nspikes = 1\nstrength = 3")).objective, &vec![0.0; n]);
    // 3 + 1/3; fluctuations sqrt(2 (1 - 1/9) / n) = 0.094.
    assert!((values[n - 1] - 10.0 / 3.0).abs() < 0.4 && values[n - 2] < 2.2, "{} {}", values[n - 1], values[n - 2]);
    // Without the Wigner part it is positive, above eps_c = .0752 (phi = 1/4) it is not: alpha is .11 at 4 eps_c.
    let at = |eps: f64| {
        let matrix = instance("wishart_wigner", &format!("dim = {n}\nphi = 0.25\neps = {eps}"));
        spectrum(&matrix.objective, &vec![0.0; n]).iter().filter(|l| **l < 0.0).count() as f64 / n as f64
    };
    assert_eq!((at(0.0), at(0.9 * 0.043_510)), (0.0, 0.0));
    assert!((at(4.0 * 0.043_510) - 0.110).abs() < 0.015, "{}", at(4.0 * 0.043_510));
}

/// `E V(x) V(y) = N exp(-|x - y|^2 / 2 N)` over draws of the field.
#[test]
fn the_random_field_has_the_declared_covariance() {
    let (dim, draws) = (3, 400);
    let x = [0.3, -0.2, 0.9];
    let y = [0.8, 0.4, 0.1];
    let square: f64 = x.iter().zip(&y).map(|(a, b): (&f64, &f64)| (a - b).powi(2)).sum();
    let (mut variance, mut covariance) = (0.0, 0.0);
    for seed in 0..draws {
        let field = instance("random_field", &format!("dim = {dim}\nmu = 0.0\nwaves = 40\nseed = {seed}"));
        let mut eval = field.objective.evaluator();
        let (at_x, at_y) = (eval.value(&x), eval.value(&y));
        variance += at_x * at_x / f64::from(draws);
        covariance += at_x * at_y / f64::from(draws);
    }
    let n = dim as f64;
    let expected = n * (-square / (2.0 * n)).exp();
    // Standard error of a second moment of normal numbers: sqrt(2 / draws) N = 0.21; four of them.
    let tolerance = 4.0 * (2.0 / f64::from(draws)).sqrt() * n;
    assert!((variance - n).abs() < tolerance, "{variance}");
    assert!((covariance - expected).abs() < tolerance && expected < 0.85 * n, "{covariance}, expected {expected}");
}

/// `E H(s) H(s') = N xi(s.s' / N)` over draws of the couplings.
#[test]
fn mixed_spins_have_the_declared_covariance() {
    let (dim, draws) = (5, 600);
    let n = dim as f64;
    let start = |i| instance("mixed_spin", "dim = 5").start_point(&mut stream("mixed", i));
    let (x, y) = (start(0), start(1));
    let overlap = x.iter().zip(&y).map(|(a, b)| a * b).sum::<f64>() / n;
    let xi = |q: f64| 0.25 * q.powi(2) + q.powi(3);
    let (mut variance, mut covariance) = (0.0, 0.0);
    for number in 0..draws {
        let spin = instance("mixed_spin", &format!("weights = [0.5, 1.0]\ndim = {dim}\ninstance = {number}"));
        let mut eval = spin.objective.evaluator();
        let (at_x, at_y) = (eval.value(&x), eval.value(&y));
        variance += at_x * at_x / f64::from(draws);
        covariance += at_x * at_y / f64::from(draws);
    }
    // Four standard errors of a second moment, sqrt(2 / draws) N xi(1).
    let tolerance = 4.0 * (2.0 / f64::from(draws)).sqrt() * n * xi(1.0);
    assert!((variance - n * xi(1.0)).abs() < tolerance, "{variance}");
    assert!((covariance - n * xi(overlap)).abs() < tolerance, "{covariance}, {}", n * xi(overlap));
}
