//! Inputs that every side computes for itself with equal bits, and the digest by which results are compared.
//! `scripts/peers/worker.py` has the same functions.

/// What numbers are drawn for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Start points.
    Start = 1,
    /// Directions of Hessian-vector products.
    Direction = 2,
    /// Entries of a matrix.
    Matrix = 3,
    /// Keys whose ranks are a random order.
    Order = 4,
    /// Weights of a digest.
    Digest = 5,
}

/// The numbers first.. of a purpose, uniform on [-1, 1): counter-based, so that a vector library can do it too.
///
/// Steele, Lea and Flood (2014), `SplitMix64`, of the counter `2^32 purpose + i + 1`.
pub fn uniform(purpose: Purpose, first: usize, count: usize) -> Vec<f64> {
    let number = |i: usize| {
        let counter = ((purpose as u64) << 32) + i as u64 + 1;
        let z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // Multiples of 2^-52 below 2: exact, and so is the subtraction.
        ((z ^ (z >> 31)) >> 11) as f64 * f64::EPSILON - 1.0
    };
    (first..first + count).map(number).collect()
}

/// `count` start points of networks with one hidden layer: uniform weights of the variance of Glorot and Bengio
/// (2010) times those of the biases, `sqrt(6 / (in + out))` in each layer, weights and biases alike.
pub fn network_starts(inputs: usize, hidden: usize, outputs: usize, count: usize) -> Vec<f64> {
    let first = (inputs + 1) * hidden;
    let dim = first + (hidden + 1) * outputs;
    let bound = |inputs: usize, outputs: usize| (6.0 / (inputs + outputs) as f64).sqrt();
    let bounds = [bound(inputs, hidden), bound(hidden, outputs)];
    let mut starts = uniform(Purpose::Start, 0, count * dim);
    starts.iter_mut().enumerate().for_each(|(i, x)| *x *= bounds[usize::from(i % dim >= first)]);
    starts
}

/// The symmetric matrix `(A + A^T) / 2`, A uniform on [-1, 1).
pub fn symmetric_matrix(n: usize) -> Vec<f64> {
    let a = uniform(Purpose::Matrix, 0, n * n);
    (0..n * n).map(|i| 0.5 * (a[i] + a[i % n * n + i / n])).collect()
}

/// A random order of `rows` rows, the `which`-th.
pub fn shared_order(which: usize, rows: usize) -> Vec<u32> {
    let keys = uniform(Purpose::Order, which * rows, rows);
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.sort_by(|&a, &b| keys[a as usize].total_cmp(&keys[b as usize]));
    order
}

/// What is left of a result to compare: its norm, and four inner products with random vectors, in which a difference
/// anywhere shows.
pub fn digest(result: &[f64]) -> Vec<f64> {
    let n = result.len();
    let dot = |weights: &[f64]| result.iter().zip(weights).map(|(r, w)| r * w).sum::<f64>();
    let mut digest = vec![dot(result).sqrt()];
    digest.extend((0..4).map(|k| dot(&uniform(Purpose::Digest, k * n, n))));
    digest
}
