//! Fisher's exact test for two independent success counts.

use statrs::function::factorial::ln_binomial;

/// Tables are as improbable as the observed one up to this relative rounding of their probabilities.
const TIED: f64 = 1e-7;

/// Two-sided p-value for `s1` of `n1` against `s2` of `n2`: given both margins, the first count is hypergeometric,
/// `P(k) = C(n1, k) C(n2, s1+s2-k) / C(n1+n2, s1+s2)`, and p sums the counts that are at most as probable as the
/// observed one. Fisher (1935); the rule for two sides is that of R's `fisher.test`.
///
/// ```
/// // 0 of 2 against 2 of 2: both extreme tables, each with probability 1/6.
/// assert!((report::estimators::fisher_exact(0, 2, 2, 2) - 1.0 / 3.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// More successes than runs.
pub fn fisher_exact(s1: usize, n1: usize, s2: usize, n2: usize) -> f64 {
    assert!(s1 <= n1 && s2 <= n2, "{s1} of {n1} against {s2} of {n2}");
    let successes = s1 + s2;
    let choose = |n: usize, k: usize| ln_binomial(n as u64, k as u64);
    let all = choose(n1 + n2, successes);
    let probability = |k: usize| (choose(n1, k) + choose(n2, successes - k) - all).exp();
    let observed = probability(s1);
    let counts = successes.saturating_sub(n2)..=successes.min(n1);
    counts.map(probability).filter(|p| *p <= observed * (1.0 + TIED)).sum::<f64>().min(1.0)
}
