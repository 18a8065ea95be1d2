//! A share of planned runs and its interval.

use statrs::distribution::{Beta, ContinuousCDF, Normal};

/// Two-sided confidence of every interval in the tables.
pub(crate) const LEVEL: f64 = 0.95;

/// Wilson score interval for `s` successes in `n` trials at two-sided confidence `level` (such as 0.95).
///
/// With `p = s/n` and `z` the standard normal quantile at `(1 + level)/2`:
/// centre `(p + z^2/2n) / (1 + z^2/n)`, half-width `z/(1 + z^2/n) * sqrt(p(1-p)/n + z^2/4n^2)`.
/// `[0, 1]` for no trials. Wilson (1927); recommended by Brown, Cai and DasGupta (2001), section 4.
///
/// ```
/// let (lo, hi) = report::estimators::wilson(50, 100, 0.95);
/// assert!((lo - 0.403832).abs() < 1e-6 && (hi - 0.596168).abs() < 1e-6);
/// ```
///
/// # Panics
/// More successes than trials, or `level` not strictly between 0 and 1.
pub fn wilson(s: usize, n: usize, level: f64) -> (f64, f64) {
    check(s, n, level);
    if n == 0 {
        return (0.0, 1.0);
    }
    wilson_of(s as f64 / n as f64, n as f64, level)
}

/// The same for a share `p` of any number of trials above 0.
pub(super) fn wilson_of(p: f64, trials: f64, level: f64) -> (f64, f64) {
    let z = Normal::standard().inverse_cdf(0.5 + 0.5 * level);
    let scale = 1.0 + z * z / trials;
    let centre = (p + z * z / (2.0 * trials)) / scale;
    let half = z / scale * (p * (1.0 - p) / trials + z * z / (4.0 * trials * trials)).sqrt();
    // At the ends one bound is exactly 0 or 1; rounding would leave it one ulp off.
    let lo = if p == 0.0 { 0.0 } else { centre - half };
    let hi = if p == 1.0 { 1.0 } else { centre + half };
    (lo, hi)
}

/// Clopper-Pearson ("exact") interval: never covers less than `level`, so the one to quote for "never" and "always".
///
/// Lower end: the `(1-level)/2` quantile of Beta(s, n-s+1), 0 for `s = 0`; upper end: the `(1+level)/2` quantile of
/// Beta(s+1, n-s), 1 for `s = n`. `[0, 1]` for no trials. Clopper and Pearson (1934).
///
/// ```
/// let (lo, hi) = report::estimators::clopper_pearson(0, 15, 0.95);
/// // No success in n runs: the upper end solves (1 - p)^n = 0.025.
/// assert!(lo == 0.0 && ((1.0 - hi).powi(15) - 0.025).abs() < 1e-12);
/// ```
///
/// # Panics
/// More successes than trials, or `level` not strictly between 0 and 1.
pub fn clopper_pearson(s: usize, n: usize, level: f64) -> (f64, f64) {
    check(s, n, level);
    let tail = 0.5 * (1.0 - level);
    let quantile = |a: usize, b: usize, p: f64| {
        Beta::new(a as f64, b as f64).expect("both shapes are positive integers").inverse_cdf(p)
    };
    let lo = if s == 0 { 0.0 } else { quantile(s, n - s + 1, tail) };
    let hi = if s == n { 1.0 } else { quantile(s + 1, n - s, 1.0 - tail) };
    (lo, hi)
}

fn check(s: usize, n: usize, level: f64) {
    assert!(s <= n, "{s} successes in {n} trials");
    assert!(level > 0.0 && level < 1.0, "confidence {level} is not between 0 and 1");
}

/// `count` of `planned` runs, `missing` of which are not done yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Runs that did it.
    pub count: usize,
    /// The denominator, always.
    pub planned: usize,
    /// Planned runs that are not done.
    pub missing: usize,
}

impl Share {
    /// `count / planned`: a missing run counts as one that did not.
    pub fn estimate(&self) -> f64 {
        self.count as f64 / self.planned as f64
    }

    /// The cell lacks runs, so it has bounds instead of an estimate.
    pub fn is_incomplete(&self) -> bool {
        self.missing > 0
    }

    /// Wilson 95 % interval of a complete cell; of an incomplete one `[missing counted as failure, missing dropped]`
    /// (`[0, 1]` when every run is missing).
    pub fn interval(&self) -> (f64, f64) {
        if !self.is_incomplete() {
            return wilson(self.count, self.planned, LEVEL);
        }
        let done = self.planned - self.missing;
        (self.estimate(), if done == 0 { 1.0 } else { self.count as f64 / done as f64 })
    }

    /// Clopper-Pearson 95 % interval; none for an incomplete cell.
    pub fn exact_interval(&self) -> Option<(f64, f64)> {
        (!self.is_incomplete()).then(|| clopper_pearson(self.count, self.planned, LEVEL))
    }

    /// What `interval` is: `wilson` or `missing`.
    pub fn interval_kind(&self) -> &'static str {
        if self.is_incomplete() { "missing" } else { "wilson" }
    }
}
