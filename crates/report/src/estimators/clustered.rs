//! The interval of a share whose trials come in groups that are not independent: the targets of one run.

use super::share::wilson_of;

/// Interval at two-sided confidence `level` for the mean of `parts`, each the share of successes among the `members` of one
/// group; groups are independent, members are not.
///
/// Wilson's interval with the effective number of trials `n mu (1 - mu) / s^2`, between the n groups (members go together)
/// and the `n members` single trials (they are independent). The variance s^2 and mu are those of the parts with one 0 and
/// one 1 added: parts that happen to be equal would otherwise promise an interval of no width. With one member it is
/// exactly Wilson's interval. Design effect: Kish (1965); with Wilson's interval: Dean and Pagano (2015).
///
/// ```
/// // Four groups of two that go together are four trials: Wilson for 2 of 4.
/// let (lo, hi) = report::estimators::clustered_wilson(&[1.0, 1.0, 0.0, 0.0], 2, 0.95);
/// assert!((lo - 0.150039).abs() < 1e-6 && (hi - 0.849961).abs() < 1e-6);
/// ```
///
/// # Panics
/// Parts outside 0 .. 1, no members, or `level` not strictly between 0 and 1.
pub fn clustered_wilson(parts: &[f64], members: usize, level: f64) -> (f64, f64) {
    assert!(members > 0 && parts.iter().all(|part| (0.0..=1.0).contains(part)), "shares of {members} members");
    let n = parts.len() as f64;
    if parts.is_empty() {
        return (0.0, 1.0);
    }
    let mean = parts.iter().sum::<f64>() / n;
    let (count, sum) = (n + 2.0, n * mean + 1.0);
    let centre = sum / count;
    let squares = parts.iter().chain(&[0.0, 1.0]).map(|part| (part - centre) * (part - centre)).sum::<f64>();
    let trials = n * centre * (1.0 - centre) / (squares / count);
    wilson_of(mean, trials.clamp(n, n * members as f64), level)
}
