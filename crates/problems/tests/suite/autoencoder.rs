//! The linear autoencoder against Baldi and Hornik's closed form, counted independently.

use problems::KnownPoint;

use crate::cases::{dot, instance, negative_and_zero, spectrum, stream};

/// Index sets as bit masks: loss, index and nullity (where all units are used) from the text of the theorem.
fn theory(n: usize, h: usize) -> Vec<(f64, usize, Option<usize>)> {
    let lambda = |j: usize| (n - j) as f64;
    let mut facts = vec![];
    for mask in 0u32..1 << n {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..n).partition(|j| mask >> j & 1 == 1);
        let r = inside.len();
        if r <= h {
            let loss = outside.iter().map(|&j| lambda(j)).sum::<f64>() / 2.0;
            let pairs = inside.iter().flat_map(|&i| outside.iter().map(move |&j| (i, j)));
            let better = pairs.filter(|&(i, j)| lambda(j) > lambda(i)).count();
            facts.push((loss, better + (h - r) * (n - r), (r == h).then_some(h * h)));
        }
    }
    facts
}

#[test]
fn every_index_set_has_the_loss_index_and_nullity_of_the_theorem() {
    for (n, h, count) in [(4, 2, 11), (5, 2, 16), (5, 3, 26)] {
        let instance = instance("linear_autoencoder", &format!("n = {n}\nh = {h}"));
        let measure = |point: &KnownPoint| {
            let (n_neg, n_zero) = negative_and_zero(&spectrum(&instance.objective, &point.x));
            let is_full = n_zero == h * h;
            (instance.objective.evaluator().value(&point.x), n_neg, is_full.then_some(n_zero))
        };
        let mut measured: Vec<_> = instance.known_points.iter().map(measure).collect();
        let mut expected = theory(n, h);
        assert_eq!(expected.len(), count);
        measured.sort_by(|a, b| a.partial_cmp(b).unwrap());
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(measured, expected);
    }
}

/// With samples whose covariance is diag(lambda), the closed form is the mean squared error itself.
#[test]
fn the_closed_form_is_the_expected_squared_error() {
    let (n, h) = (4, 2);
    let instance = instance("linear_autoencoder", "n = 4\nh = 2");
    let mut draw = stream("autoencoder", 0);
    let x = instance.start_point(&mut draw);
    let (encoder, decoder) = x.split_at(h * n);
    // z = +-sqrt(n lambda_j) e_j, each with probability 1 / (2 n), has covariance diag(lambda).
    let mut expected = 0.0;
    for j in 0..n {
        let z: Vec<f64> = (0..n).map(|i| if i == j { ((n * (n - j)) as f64).sqrt() } else { 0.0 }).collect();
        let code: Vec<f64> = (0..h).map(|u| dot(&encoder[u * n..][..n], &z)).collect();
        let error: f64 = (0..n).map(|i| (dot(&decoder[i * h..][..h], &code) - z[i]).powi(2)).sum();
        expected += 0.5 * error / n as f64;
    }
    let value = instance.objective.evaluator().value(&x);
    assert!((value - expected).abs() < 1e-13 * (1.0 + expected), "{value} {expected}");
}

/// (A, B) -> (A G^-1, G B) leaves the loss alone.
#[test]
fn the_declared_symmetry_is_one() {
    let instance = instance("linear_autoencoder", "n = 4\nh = 2");
    assert_eq!(instance.zero_modes, 4);
    let x = instance.start_point(&mut stream("autoencoder", 1));
    let (g, inverse) = ([[2.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [-1.0, 2.0]]);
    let mut y = vec![0.0; 16];
    for i in 0..4 {
        for u in 0..2 {
            for v in 0..2 {
                y[u * 4 + i] += g[u][v] * x[v * 4 + i];
                y[8 + i * 2 + u] += x[8 + i * 2 + v] * inverse[v][u];
            }
        }
    }
    let mut eval = instance.objective.evaluator();
    assert!((eval.value(&x) - eval.value(&y)).abs() < 1e-13 * eval.value(&x));
}

#[test]
fn a_wide_autoencoder_lists_the_best_and_the_empty_set() {
    let points = instance("linear_autoencoder", "n = 30\nh = 4").known_points;
    let facts: Vec<(f64, usize)> = points.iter().map(|point| (point.value, point.n_neg)).collect();
    // 1/2 (1 + ... + 26), and 1/2 (1 + ... + 30) with index h n.
    assert_eq!(facts, [(175.5, 0), (232.5, 120)]);
}
