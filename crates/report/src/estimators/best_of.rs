//! The best of k runs, estimated without bias from n single runs.

use super::share::{LEVEL, wilson};

/// Success of the best of `k` independent runs, each with its full budget, from `s` successes in `n` runs:
/// `P_k = 1 - C(n-s, k) / C(n, k) = 1 - prod_{i<k} (n-s-i)/(n-i)`.
///
/// The mean of `P_k` over samples of n runs is exactly `1 - (1-p)^k`; the plug-in `1 - (1 - s/n)^k` is below it.
/// `None` for `k > n`: so many runs say nothing unbiased about more of them. Source: Chen et al. (2021),
/// arXiv 2107.03374, as "pass@k".
///
/// ```
/// // One success in 4 runs is in half of all pairs.
/// assert_eq!(report::estimators::success_of_k(1, 4, 2), Some(0.5));
/// ```
///
/// # Panics
/// More successes than runs.
pub fn success_of_k(s: usize, n: usize, k: usize) -> Option<f64> {
    assert!(s <= n, "{s} successes in {n} runs");
    if k > n {
        return None;
    }
    let all_fail: f64 = (0..k).map(|i| (n - s).saturating_sub(i) as f64 / (n - i) as f64).product();
    Some(1.0 - all_fail)
}

/// 95 % interval for `1 - (1-p)^k`: the Wilson ends of p mapped through it, which keeps their coverage. `k` may be a
/// real number, the equivalent count of attempts.
pub fn success_of_k_interval(s: usize, n: usize, k: f64) -> (f64, f64) {
    at_level(s, n, k, LEVEL)
}

/// The same at two-sided confidence `level`.
pub(crate) fn at_level(s: usize, n: usize, k: f64, level: f64) -> (f64, f64) {
    let (lo, hi) = wilson(s, n, level);
    (of_restarts(lo, k), of_restarts(hi, k))
}

/// `1 - (1-p)^k` without cancellation at small p.
pub(crate) fn of_restarts(p: f64, k: f64) -> f64 {
    -(k * (-p).ln_1p()).exp_m1()
}

/// Expected least loss of `k` runs: with sorted losses `x_1 <= ... <= x_n`,
/// `E[min_k] = sum_i x_i C(n-i, k-1) / C(n, k)`, the mean over all k-subsets, which is unbiased.
///
/// Failed runs must be in `losses` with the value they are charged. `None` for `k` outside `1..=n` or a NaN loss.
/// Source: the U-statistic; compare Dodge et al. (2019), arXiv 1909.03004 (with replacement, biased), and
/// Tang et al. (2020), arXiv 2004.13705.
///
/// ```
/// // Pairs of {1, 2, 4}: minima 1, 1, 2.
/// let best = report::estimators::expected_best(&[4.0, 1.0, 2.0], 2).unwrap();
/// assert!((best - 4.0 / 3.0).abs() < 1e-15);
/// ```
pub fn expected_best(losses: &[f64], k: usize) -> Option<f64> {
    let n = losses.len();
    if k == 0 || k > n || losses.iter().any(|x| x.is_nan()) {
        return None;
    }
    let mut sorted = losses.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut weight = k as f64 / n as f64;
    let mut mean = 0.0;
    // The last k - 1 losses are the least of no subset; an infinite one must not meet the weight 0.
    for (i, x) in sorted[..=n - k].iter().enumerate() {
        mean += weight * x;
        weight *= (n - i - k) as f64 / (n - i - 1).max(1) as f64;
    }
    Some(mean)
}
