//! Factorisation, signal recovery and random landscapes against the theorems they are there for.

use crate::cases::{dot, instance, negative_and_zero, spectrum, stream};

/// Ge, Jin and Zheng (2017), section 3: at a critical point U that is no minimum the direction towards the nearest optimum,
/// `D = U - U* R` with R the best rotation, has negative curvature `D.H D <= -1/2 |D D^T|^2` up to what is at stake; here
/// the exact number at every listed saddle, from the definition.
#[test]
fn the_direction_to_the_nearest_optimum_falls_at_every_saddle_of_the_factorisation() {
    // M has rank r, so U* (the r top eigenvectors) has f = 0, as the theorem wants.
    let surface = instance("matrix_factorisation", "n = 5\nr = 2\nmu = [3.0, 1.5]");
    let best = surface.known_points.iter().find(|point| point.n_neg == 0).unwrap();
    assert_eq!(best.value, 0.0);
    let mut eval = surface.objective.evaluator();
    let mut saddles = 0;
    for point in surface.known_points.iter().filter(|point| point.n_neg > 0) {
        // Listed columns are either those of U* or 0, possibly in another place: the nearest U* R is among permutations.
        let column = |x: &[f64], c: usize| -> Vec<f64> { x.iter().skip(c).step_by(2).copied().collect() };
        let towards = |swap: usize| -> Vec<f64> {
            (0..10).map(|k| point.x[k] - best.x[k - k % 2 + (k % 2 + swap) % 2]).collect()
        };
        let direction = [towards(0), towards(1)].into_iter().min_by(|a, b| dot(a, a).total_cmp(&dot(b, b))).unwrap();
        let mut curved = vec![0.0; 10];
        eval.hvp(&point.x, &direction, &mut curved);
        let curvature = dot(&direction, &curved);
        let (a, b) = (column(&direction, 0), column(&direction, 1));
        let square = dot(&a, &a).powi(2) + dot(&b, &b).powi(2) + 2.0 * dot(&a, &b).powi(2);
        // D.H D = 1/4 (2 |D D^T|^2 - 6 |U U^T - M|^2) in this normalisation (their lemma 7 with f = 1/4 |.|^2), where the
        // gradient is 0; |U U^T - M|^2 = 4 f.
        let expected = 0.5 * (square - 3.0 * 4.0 * point.value);
        assert!((curvature - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{curvature} for {expected}");
        assert!(curvature < -0.1, "{curvature} at {point:?}");
        saddles += 1;
    }
    assert_eq!(saddles, 3);
}

/// With rank(M) > r nothing but the best choice of eigenvectors is a minimum, and its value is Eckart and Young's.
#[test]
fn gradient_descent_on_the_factorisation_ends_in_the_best_choice() {
    let surface = instance("matrix_factorisation", "n = 6\nr = 2\nmu = [3.0, 2.0, 1.0, -2.5]");
    let mut eval = surface.objective.evaluator();
    for i in 0..10 {
        let mut x = surface.start_point(&mut stream("factorisation", i));
        let mut grad = vec![0.0; 12];
        for _ in 0..4000 {
            eval.gradient(&x, &mut grad);
            x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= 0.05 * g);
        }
        // 1/4 (1^2 + 2.5^2): the third eigenvalue and the negative one are left.
        assert!((eval.value(&x) - 0.25 * (1.0 + 6.25)).abs() < 1e-10, "{}", eval.value(&x));
    }
    assert!((surface.reference.unwrap().value - 1.8125).abs() < 1e-14);
}

/// Zero eigenvalues at the hidden matrix: rotations of the k columns that carry it, turns of the others into them, and, with
/// enough measurements nothing else but the r - k empty columns' moves out of its range, which count to fourth order.
#[test]
fn sensing_has_the_zero_modes_of_the_rotations() {
    for (n, r, rank, rotations, quartic) in [(5, 2, 2, 1, 0), (4, 3, 2, 3, 2), (4, 1, 1, 0, 0), (5, 4, 1, 3, 12)] {
        let params = format!("n = {n}\nr = {r}\nrank = {rank}\nmeasurements = 80");
        let surface = instance("matrix_sensing", &params);
        assert_eq!(surface.zero_modes, rotations, "{params}");
        let zeros = negative_and_zero(&spectrum(&surface.objective, &surface.known_points[0].x));
        assert_eq!(zeros, (0, rotations + quartic), "{params}");
    }
}

/// `E <A, X>^2 = |X|^2`: the mean loss over measurements is 1/4 |U U^T - Z Z^T|^2, here at U = 0 and 2 Z.
#[test]
fn sensing_measures_the_frobenius_norm_on_average() {
    let surface = instance("matrix_sensing", "n = 4\nr = 2\nrank = 2\nmeasurements = 40000");
    let hidden = &surface.known_points[0].x;
    let gram = |i: usize, j: usize| dot(&hidden[2 * i..][..2], &hidden[2 * j..][..2]);
    let square: f64 = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).map(|(i, j)| gram(i, j).powi(2)).sum();
    let mut eval = surface.objective.evaluator();
    let double: Vec<f64> = hidden.iter().map(|z| 2.0 * z).collect();
    for (x, expected) in [(vec![0.0; 8], 0.25 * square), (double, 0.25 * 9.0 * square)] {
        // <A, X> is normal: its square has relative standard error sqrt(2 / m) = .007; four of them.
        let ratio = eval.value(&x) / expected;
        assert!((ratio - 1.0).abs() < 0.03, "{ratio}");
    }
}

/// Of the mean over normal a (|z| = 1): `E f = 1/4 (3 |x|^4 + 3 - 2 |x|^2 - 4 (x.z)^2)`; Hessian `2 (I + 2 z z^T)` at z,
/// `-(I + 2 z z^T)` at 0; saddles where x.z = 0, |x|^2 = 1/3, of value 2/3, with curvature -2 along z, 2 along x and 0 across
/// (Sun, Qu and Wright 2018, for real data).
#[test]
fn phase_retrieval_has_the_moments_of_normal_measurements() {
    let surface = instance("phase_retrieval", "dim = 4\nmeasurements = 100000");
    let mut eval = surface.objective.evaluator();
    let z = surface.known_points[0].x.clone();
    // Eighth moments of normal numbers enter: standard errors up to sqrt(E a^8 / m) = sqrt(105 / 1e5) = .03 per entry.
    let close = |measured: &[f64], expected: [f64; 4], what: &str| {
        let far = measured.iter().zip(expected).any(|(m, e)| (m - e).abs() > 0.15);
        assert!(!far, "{what}: {measured:?} for {expected:?}");
    };
    close(&spectrum(&surface.objective, &z), [2.0, 2.0, 2.0, 6.0], "at z");
    close(&spectrum(&surface.objective, &[0.0; 4]), [-3.0, -1.0, -1.0, -1.0], "at 0");
    assert!((eval.value(&[0.0; 4]) - 0.75).abs() < 0.03, "1/4 E (a.z)^4 = 3/4");
    // A vector across z, of squared length 1/3.
    let mut across = vec![-z[1], z[0], -z[3], z[2]];
    let scale = (3.0 * dot(&across, &across)).sqrt();
    across.iter_mut().for_each(|x| *x /= scale);
    assert!(dot(&across, &z).abs() < 1e-15);
    close(&spectrum(&surface.objective, &across), [-2.0, 0.0, 0.0, 2.0], "at the saddle");
    let mut grad = [0.0; 4];
    assert!((eval.gradient(&across, &mut grad) - 2.0 / 3.0).abs() < 0.03);
    assert!(dot(&grad, &grad).sqrt() < 0.1, "{grad:?}");
    let mut curved = vec![0.0; 4];
    eval.hvp(&across, &z, &mut curved);
    assert!(dot(&curved, &z) < -1.8, "z itself is the falling direction");
}

/// Fyodorov (2004) at N = 1: the mean number of critical points is `E |mu + V''| / mu` with V'' normal of variance 3, that
/// is 2.8783 at mu = 1/2 and 1.2467 at 3/2, counted as sign changes of f'.
#[test]
fn the_random_field_has_fyodorovs_number_of_critical_points() {
    const DRAWS: u32 = 1000;
    for (mu, expected) in [(0.5, 2.878_325), (1.5, 1.246_736)] {
        let (mut sum, mut squares) = (0.0, 0.0);
        for seed in 0..DRAWS {
            let field = instance("random_field", &format!("dim = 1\nmu = {mu:.1}\nwaves = 300\nseed = {seed}"));
            // Critical points are normal with standard deviation 1/mu; the domain reaches to 5 of them. Zeros of f' lie some
            // 2 apart, so a grid of 0.03 misses a pair once in many thousand.
            let (lower, upper) = (field.domain.lower[0], field.domain.upper[0]);
            assert!(upper >= 5.0 / mu && lower == -upper);
            let count = ((upper - lower) / 0.03) as usize;
            let grid: Vec<f64> = (0..=count).map(|i| lower + (upper - lower) * i as f64 / count as f64).collect();
            let (mut values, mut slopes) = (vec![0.0; grid.len()], vec![0.0; grid.len()]);
            field.objective.evaluator().gradients(&grid, &mut values, &mut slopes);
            let changes = slopes.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
            assert!(changes % 2 == 1, "the bowl wins at both ends: one minimum more than maxima");
            sum += changes as f64;
            squares += (changes * changes) as f64;
        }
        let n = f64::from(DRAWS);
        let mean = sum / n;
        let standard_error = ((squares / n - mean * mean) / n).sqrt();
        assert!((mean - expected).abs() < 3.0 * standard_error, "mu = {mu}: {mean} +- {standard_error}, {expected}");
        assert!(standard_error < 0.07, "{standard_error}");
    }
}

/// Pennington and Bahri's index fraction, the integral over x < 0 of the density from the cubic
/// `-2 eps phi G^3 + (2 eps + x phi) G^2 + (1 - x - phi) G + 1 = 0`: .0415 and .1104 at 2 and 4 eps_c for phi = 1/4.
#[test]
fn the_wishart_wigner_mix_has_the_index_of_the_cubic() {
    let (phi, eps_c) = (0.25, 0.043_510);
    for (times, theory) in [(1.3, 0.0099), (2.0, 0.0415), (4.0, 0.1104)] {
        let of_seed = |seed: usize| {
            let params = format!("dim = 300\nphi = {phi}\neps = {}\nseed = {seed}", times * eps_c);
            let values = spectrum(&instance("wishart_wigner", &params).objective, &[0.0; 300]);
            values.iter().filter(|l| **l < 0.0).count() as f64 / 300.0
        };
        let alpha = (0..3).map(of_seed).sum::<f64>() / 3.0;
        // The edge of a finite matrix is blurred by n^(-2/3): one or two eigenvalues of 300.
        assert!((alpha - theory).abs() < 0.006, "{times} eps_c: {alpha} for {theory}");
    }
}

/// All eigenvalues positive: 1/2, (2 - sqrt 2) / 4, (pi - 2 sqrt 2) / (4 pi) for N = 1, 2, 3, not 2^-N; by the signs of the
/// leading minors, without eigenvalues (Sylvester).
#[test]
fn small_random_matrices_are_positive_with_the_exact_probability() {
    const DRAWS: u32 = 6000;
    for (dim, expected) in [(1, 0.5), (2, 0.146_447), (3, 0.024_921)] {
        let mut count = 0;
        for seed in 0..DRAWS {
            let surface = instance("goe", &format!("dim = {dim}\nseed = {seed}"));
            let mut h = vec![0.0; dim * dim];
            surface.objective.evaluator().hessian(&vec![0.0; dim], &mut h);
            let minor = |size: usize| match size {
                1 => h[0],
                2 => h[0] * h[dim + 1] - h[1] * h[dim],
                _ => {
                    h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6])
                        + h[2] * (h[3] * h[7] - h[4] * h[6])
                }
            };
            count += u32::from((1..=dim).all(|size| minor(size) > 0.0));
        }
        let share = f64::from(count) / f64::from(DRAWS);
        let standard_error = f64::sqrt(expected * (1.0 - expected) / f64::from(DRAWS));
        assert!((share - expected).abs() < 3.5 * standard_error, "N = {dim}: {share} for {expected}");
    }
}
