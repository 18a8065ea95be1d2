//! The hash memory against linear algebra, the delta rule and the theory of random bits (n = 256 where not said).

use autodiff::{Rows, Stream};
use problems::{Hash, Instance};

use crate::cases::{build, dot, instance, max_abs, negative_and_zero, spectrum, stream};

const N: usize = 256;

fn memory(pairs: usize, seed: usize) -> Instance {
    instance("hash_memory", &format!("n = {N}\npairs = {pairs}\nseed = {seed}\nstart_sd = 0.0"))
}

fn bits_and_answer(rows: &Rows, k: usize) -> (&[f64], f64) {
    let (answer, bits) = rows.row(k).split_last().unwrap();
    (bits, *answer)
}

/// `epochs` passes of the delta rule over the pairs in the order they have, from an empty memory.
fn stored(rows: &Rows, epochs: usize) -> Vec<f64> {
    let n = rows.width() - 1;
    let mut w = vec![0.0; n];
    for _ in 0..epochs {
        for k in 0..rows.count() {
            let (bits, answer) = bits_and_answer(rows, k);
            let step = (answer - dot(&w, bits)) / n as f64;
            w.iter_mut().zip(bits).for_each(|(w, bit)| *w += step * bit);
        }
    }
    w
}

fn rms(memory: &Instance, w: &[f64]) -> f64 {
    (2.0 * memory.objective.evaluator().value(w)).sqrt()
}

fn normal(n: usize, stream: &mut Stream) -> Vec<f64> {
    (0..n).map(|_| stream.normal()).collect()
}

/// The rule of the source, "add the error over the number of bits times the bit", is one SGD step on one row with step 1/n.
#[test]
fn the_delta_rule_is_sgd_with_batch_1_and_step_1_over_n() {
    let memory = memory(40, 0);
    let (mut eval, rows) = (memory.objective.evaluator(), memory.objective.rows().unwrap());
    let (mut w, mut grad, mut value) = (memory.start_point(&mut stream("delta rule", 0)), vec![0.0; N], [0.0]);
    assert_eq!(w, [0.0; N], "an empty memory");
    for k in 0..rows.count() {
        eval.gradients_on(&w, &[k as u32], &mut value, &mut grad);
        let sgd: Vec<f64> = w.iter().zip(&grad).map(|(w, g)| w - g / N as f64).collect();
        let (bits, answer) = bits_and_answer(rows, k);
        let error = answer - dot(&w, bits);
        // Sums of 256 numbers of size 1/16 in two orders.
        assert!((value[0] - 0.5 * error * error).abs() < 1e-14, "{} {error}", value[0]);
        w.iter_mut().zip(bits).for_each(|(w, bit)| *w += error / N as f64 * bit);
        assert!(w.iter().zip(&sgd).all(|(a, b)| (a - b).abs() < 1e-16 * N as f64), "pair {k}");
        // n bits of length 1: the pair just stored is recalled exactly.
        assert!((dot(&w, bits) - answer).abs() < 1e-14);
    }
}

/// The bits of Gaussian patterns have full rank, so n pairs can be stored exactly; the Hessian is the witness.
#[test]
fn the_bits_have_rank_min_of_pairs_and_n() {
    for pairs in [64, 192, 256, 300] {
        let memory = memory(pairs, 1);
        let point = &memory.known_points[0];
        let missing = N - pairs.min(N);
        assert_eq!(negative_and_zero(&spectrum(&memory.objective, &point.x)), (0, missing), "{pairs} pairs");
        assert_eq!((memory.zero_modes, point.n_zero), (missing, Some(missing)));
        let least = rms(&memory, &point.x);
        if pairs <= N {
            // A square sign matrix of 256 has condition 1e3 to 1e5.
            assert!(least < 1e-9 && memory.reference.unwrap().value == 0.0, "{pairs} pairs: {least}");
        } else {
            // sqrt(1 - n/m) = .383 for random answers; standard deviation 1/sqrt(2 (m - n)) of it, .04 here.
            assert!((least - 0.383).abs() < 0.1, "{least}");
        }
    }
}

/// Of all weights that store the pairs the shortest is listed: it has no part in the directions that no pair sees.
#[test]
fn the_listed_weights_are_the_shortest_that_fit() {
    let memory = memory(100, 2);
    let (w, rows) = (&memory.known_points[0].x, memory.objective.rows().unwrap());
    // The rule started at 0 stays in the span of the bits, and 100 pairs of 256 it learns in a few hundred epochs.
    let learned = stored(rows, 400);
    let apart: Vec<f64> = w.iter().zip(&learned).map(|(a, b)| a - b).collect();
    assert!(max_abs(&apart) < 1e-10, "{}", max_abs(&apart));
}

#[test]
fn a_larger_memory_begins_with_the_pairs_of_a_smaller() {
    let (small, large) = (memory(10, 3), memory(20, 3));
    let rows = |memory: &Instance| memory.objective.rows().unwrap().row(9).to_vec();
    assert_eq!(rows(&small), rows(&large));
    assert_ne!(rows(&small), rows(&self::memory(10, 4)));
}

/// Storing one more pair changes the recall of the others by b.b'/n: normal with standard deviation 1/sqrt(n).
#[test]
fn crosstalk_of_one_store_is_1_over_sqrt_n() {
    let rows = memory(600, 5);
    let rows = rows.objective.rows().unwrap();
    let mut squares = 0.0;
    let mut fourth = 0.0;
    let mut count = 0.0;
    for k in 0..rows.count() {
        for j in 0..k {
            let noise = dot(bits_and_answer(rows, k).0, bits_and_answer(rows, j).0) / N as f64;
            squares += noise * noise;
            fourth += noise.powi(4);
            count += 1.0;
        }
    }
    let sd = (squares / count).sqrt();
    // 180,000 pairs of 600 patterns: standard error of the ratio some 0.2 to 0.3 %.
    assert!((sd * (N as f64).sqrt() - 1.0).abs() < 0.03, "{sd}");
    let kurtosis = fourth / count / sd.powi(4);
    // 3 - 2/n for independent signs.
    assert!((kurtosis - 3.0).abs() < 0.1, "{kurtosis}");
}

/// Two inputs at an angle theta differ in theta / pi of their bits.
#[test]
fn bits_flip_with_probability_theta_over_pi() {
    use std::f64::consts::PI;
    const PAIRS: usize = 1000;
    let hash = Hash::new(N, 2, 0);
    let mut draw = stream("angles", 0);
    for theta in [0.1, 0.3, 0.6, 1.0, 0.5 * PI] {
        let mut flips = 0;
        for _ in 0..PAIRS {
            let x = normal(N, &mut draw);
            let other = normal(N, &mut draw);
            let share = dot(&x, &other) / dot(&x, &x);
            let across: Vec<f64> = other.iter().zip(&x).map(|(o, x)| o - share * x).collect();
            let scale = (dot(&x, &x) / dot(&across, &across)).sqrt();
            let turned: Vec<f64> =
                x.iter().zip(&across).map(|(x, a)| theta.cos() * x + theta.sin() * scale * a).collect();
            flips += hash.bits(&x).iter().zip(hash.bits(&turned)).filter(|(a, b)| **a != *b).count();
        }
        let share = flips as f64 / (PAIRS * N) as f64;
        // Standard error at most .001 for independent bits.
        assert!((share - theta / PI).abs() < 0.005, "{share} for {}", theta / PI);
    }
}

/// "Repeat the flip and transform for better quality": one round spreads a sparse input flatly, so small turns in the plane
/// of two axes flip no bit at all; the second round mixes.
#[test]
fn a_second_round_makes_sparse_inputs_as_good_as_others() {
    let theta: f64 = 0.6;
    let share = |rounds: usize| {
        let mut flips = 0;
        for seed in 0..200 {
            let hash = Hash::new(N, rounds, seed);
            let (mut x, mut turned) = (vec![0.0; N], vec![0.0; N]);
            x[3] = 1.0;
            (turned[3], turned[7]) = (theta.cos(), theta.sin());
            flips += hash.bits(&x).iter().zip(hash.bits(&turned)).filter(|(a, b)| **a != *b).count();
        }
        flips as f64 / (200 * N) as f64
    };
    assert_eq!(share(1), 0.0, "cos(theta) outweighs sin(theta) in every bit");
    // 51,200 bits: standard error .002, somewhat more as the bits of a hash depend on each other.
    let theory = theta / std::f64::consts::PI;
    assert!((share(2) - theory).abs() < 0.02, "{} for {theory}", share(2));
}

/// A memory that is not full forgets its errors in time; a full one does not. The figures for one draw of an independent
/// program (n = 256, two rounds, 100 passes) are .56 at m/n = 1.17, .099 at .94, 6e-4 at .75 and 0 at .5; draws differ by
/// factors, as the slowest error depends on the least singular value, so the bounds are those of 8 draws, with room.
#[test]
fn error_after_100_passes_rises_steeply_as_the_memory_fills() {
    const DRAWS: usize = 8;
    for (pairs, least, most) in [(128, 0.0, 1e-8), (192, 1e-4, 1e-2), (240, 0.05, 0.25), (300, 0.38, 0.75)] {
        let (mut errors, mut floors, mut squares) = (vec![], vec![], 0.0);
        for seed in 0..DRAWS {
            let memory = memory(pairs, seed);
            let w = stored(memory.objective.rows().unwrap(), 100);
            errors.push(rms(&memory, &w));
            let shortest = &memory.known_points[0].x;
            floors.push(rms(&memory, shortest));
            squares += dot(&w, &w) / DRAWS as f64;
        }
        assert!(errors.iter().all(|error| (least..=most).contains(error)), "{pairs} pairs: {errors:?}");
        let (m, n) = (pairs as f64, N as f64);
        if m <= 0.75 * n {
            // |w|^2 = m / (n - m - 1), exact in the mean for Gaussian bits; single draws differ by some 20 %.
            let theory = m / (n - m - 1.0);
            assert!((squares / theory - 1.0).abs() < 0.2, "{pairs} pairs: |w|^2 = {squares} for {theory}");
        }
        if pairs > N {
            let floor = floors.iter().sum::<f64>() / DRAWS as f64;
            // sqrt(1 - n/m) = .383; standard deviation of one draw .383 / sqrt(2 (m - n)) = .04.
            assert!((floor - (1.0 - n / m).sqrt()).abs() < 0.045, "{floor}");
            assert!(errors.iter().zip(&floors).all(|(error, floor)| error > floor));
        }
    }
}

/// Below capacity repeated presentation drives the error to 0, at a known rate: presenting pairs one after another is the
/// Gauss-Seidel method on their Gram matrix, whose slowest error falls by the factor `1 - 2 lambda` per pass, lambda the
/// least eigenvalue of `B B^T / n` (small lambda; `v^T (I + L) v = (1 + lambda) / 2` for its eigenvector v).
#[test]
fn the_slowest_error_falls_at_twice_the_least_eigenvalue() {
    const PASSES: usize = 1000;
    let pairs = 240;
    for seed in 0..2 {
        let memory = memory(pairs, seed);
        let rows = memory.objective.rows().unwrap();
        let (before, after) = (rms(&memory, &stored(rows, PASSES)), rms(&memory, &stored(rows, 2 * PASSES)));
        let rate = (before / after).ln() / PASSES as f64;
        // The Hessian is B^T B / m; its first n - m eigenvalues are 0.
        let least = spectrum(&memory.objective, &memory.known_points[0].x)[N - pairs] * pairs as f64 / N as f64;
        // The next eigenvalues have not died out: a few per cent on top.
        assert!((0.97..1.15).contains(&(rate / (2.0 * least))), "rate {rate}, least eigenvalue {least}");
        // Marchenko and Pastur's edge, which a matrix of this size reaches to its own size.
        let edge = (1.0 - (pairs as f64 / N as f64).sqrt()).powi(2);
        assert!((0.3..3.0).contains(&(least / edge)), "{least} for {edge}");
        assert!(after < 0.01, "{after}");
    }
}

/// As the squash gets sharper, tanh becomes the sign and the soft recall that of the bits.
#[test]
fn the_soft_recall_becomes_that_of_the_bits() {
    let hard = instance("hash_memory", "n = 16\npairs = 40\nseed = 6");
    let mut w = hard.start_point(&mut stream("sharp", 0));
    w.iter_mut().for_each(|w| *w *= 20.0);
    let expected = hard.objective.evaluator().value(&w);
    let x = [w, Hash::new(16, 2, 6).flips().to_vec()].concat();
    let value = |sharpness: f64| {
        let soft = instance(
            "hash_memory",
            &format!("n = 16\npairs = 40\nseed = 6\nrecall = \"soft\"\nsharpness = {sharpness:.1}"),
        );
        (soft.objective.evaluator().value(&x) - expected).abs() / expected
    };
    // The share of projections within 1/s of 0 is about 0.8 / s.
    assert!(value(1.0) > 0.01 && value(100.0) < 0.02, "{} {}", value(1.0), value(100.0));
}

/// Between two interpolating sets of weights and flips the soft loss rises: it is not convex. That of the bits is.
#[test]
fn the_soft_memory_is_not_convex_and_scaling_its_diagonals_changes_nothing() {
    let soft = instance("hash_memory", "n = 8\npairs = 6\nrecall = \"soft\"");
    let known = &soft.known_points[0].x;
    let mut eval = soft.objective.evaluator();
    // tanh is odd: both signs turned give the same recall; halfway everything is 0 and so is every recall: f = 1/2.
    let mirrored: Vec<f64> = known.iter().enumerate().map(|(i, x)| if i < 16 { -x } else { *x }).collect();
    let middle: Vec<f64> = known.iter().zip(&mirrored).map(|(a, b)| 0.5 * (a + b)).collect();
    assert!(eval.value(known) < 1e-24 && eval.value(&mirrored) < 1e-24);
    assert_eq!(eval.value(&middle), 0.5);
    // D_1 -> 2 D_1, D_2 -> D_2 / 2, in exact arithmetic of powers of 2.
    let mut x = soft.start_point(&mut stream("scaling", 0));
    x[..8].fill(0.7);
    let before = eval.value(&x);
    x[8..16].iter_mut().for_each(|d| *d *= 2.0);
    x[16..].iter_mut().for_each(|d| *d *= 0.5);
    assert_eq!((eval.value(&x), soft.zero_modes), (before, 1));
}

#[test]
fn a_length_that_is_no_power_of_2_and_a_useless_parameter_are_refused() {
    for (params, expected) in [
        ("n = 100", "n = 100 is refused: the Hadamard transform needs a power of 2; give 64 or 128"),
        ("n = 0", "n = 0 is refused: it must be a number with 1 <= n <= 1024"),
        ("n = 2048", "1 <= n <= 1024"),
        ("pairs = 0", "pairs = 0 is refused"),
        ("sharpness = 2", "sharpness = 2 is refused: only recall = \"soft\" uses it; remove it"),
    ] {
        let message = build("hash_memory", params).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}
