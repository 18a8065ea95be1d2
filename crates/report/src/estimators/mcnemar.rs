//! McNemar's exact test for success counts on paired runs.

use statrs::function::factorial::ln_binomial;

/// Two-sided p-value from the pairs in which exactly one of the two runs succeeded: `only_first` and `only_second`.
/// Without a difference each such pair is a fair coin, so `p = min(1, 2 P(Bin(m, 1/2) <= least))` with m their number
/// and `least` the smaller count; 1 when there is none. McNemar (1947), in the exact form (the sign test).
///
/// ```
/// // Five pairs, all for the same side: 2 / 2^5.
/// assert!((report::estimators::mcnemar_exact(5, 0) - 0.0625).abs() < 1e-12);
/// ```
pub fn mcnemar_exact(only_first: usize, only_second: usize) -> f64 {
    let m = (only_first + only_second) as u64;
    let least = only_first.min(only_second) as u64;
    let half = std::f64::consts::LN_2 * m as f64;
    let tail: f64 = (0..=least).map(|k| (ln_binomial(m, k) - half).exp()).sum();
    (2.0 * tail).min(1.0)
}
