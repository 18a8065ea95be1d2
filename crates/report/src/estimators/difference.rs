//! How far two success shares differ: intervals, a test that agrees with them, and what could have been seen at all.

use statrs::distribution::{ContinuousCDF, Normal};

use super::best_of::{at_level, of_restarts};
use super::share::{LEVEL, wilson};

/// Two-sided p-values are not resolved below this.
const LEAST_P: f64 = 1e-12;

/// A probability `1 - (1 - s/n)^attempts` known from `s` of `n` runs; `attempts` 1 is the share itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Runs that succeeded.
    pub successes: usize,
    /// Runs.
    pub runs: usize,
    /// Attempts that the probability stands for.
    pub attempts: f64,
}

impl Estimate {
    /// A plain share.
    pub fn share(successes: usize, runs: usize) -> Self {
        Estimate { successes, runs, attempts: 1.0 }
    }

    /// The estimate.
    pub fn value(&self) -> f64 {
        let share = self.successes as f64 / self.runs as f64;
        // Exact for a share; the power would round it.
        if self.attempts == 1.0 { share } else { of_restarts(share, self.attempts) }
    }

    /// 95 % interval: Wilson's, mapped.
    pub fn interval(&self) -> (f64, f64) {
        at_level(self.successes, self.runs, self.attempts, LEVEL)
    }
}

/// The difference of two independent estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// First minus second.
    pub value: f64,
    /// 95 % interval.
    pub interval: (f64, f64),
    /// Two-sided p-value of "no difference", never below 1e-12.
    pub p: f64,
}

impl Difference {
    /// With `d = a - b` and the ends of both intervals: `lo = d - sqrt((a - a_lo)^2 + (b_hi - b)^2)`,
    /// `hi = d + sqrt((a_hi - a)^2 + (b - b_lo)^2)`. p is 1 minus the confidence at which the interval just reaches 0,
    /// so it is below 0.05 exactly when 0 is outside the 95 % interval.
    ///
    /// Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10 (for two Wilson intervals).
    pub fn between(a: &Estimate, b: &Estimate) -> Self {
        let value = a.value() - b.value();
        let reaches_zero = |confidence: f64| {
            let (lo, hi) = combined(a, b, confidence);
            lo <= 0.0 && hi >= 0.0
        };
        // The interval grows with the confidence: bisection for where it first contains 0.
        let (mut without, mut with) = (0.0, 1.0 - LEAST_P);
        while reaches_zero(with) && with - without > f64::EPSILON {
            let middle = 0.5 * (without + with);
            if middle == without || middle == with {
                break;
            }
            if reaches_zero(middle) {
                with = middle;
            } else {
                without = middle;
            }
        }
        let p = if value == 0.0 { 1.0 } else { 1.0 - with };
        Difference { value, interval: combined(a, b, LEVEL), p }
    }
}

/// The interval for `a - b`.
fn combined(a: &Estimate, b: &Estimate, confidence: f64) -> (f64, f64) {
    let ends = |x: &Estimate| at_level(x.successes, x.runs, x.attempts, confidence);
    square_and_add((a.value(), ends(a)), (b.value(), ends(b)), 0.0)
}

/// Newcombe's combination of two intervals whose estimates have correlation `phi`.
fn square_and_add((a, (a_lo, a_hi)): (f64, (f64, f64)), (b, (b_lo, b_hi)): (f64, (f64, f64)), phi: f64) -> (f64, f64) {
    let radius = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
    let d = a - b;
    ((d - radius(a - a_lo, b_hi - b)).max(-1.0), (d + radius(a_hi - a, b - b_lo)).min(1.0))
}

/// 95 % interval for the difference of two shares on paired runs: `both` succeeded, only the first, only the second,
/// neither.
///
/// As [`Difference::between`] with the correlation `phi` of the 2 x 2 table, whose numerator `both neither - first
/// second` is reduced by n/2 (not below 0) when it is positive; 0 when a margin is empty.
/// Source: Newcombe (1998), Statistics in Medicine 17, 2635-2650, method 10.
///
/// # Panics
/// No runs.
pub fn paired_interval(both: usize, first: usize, second: usize, neither: usize) -> (f64, f64) {
    let n = both + first + second + neither;
    assert!(n > 0, "an interval needs runs");
    let share = |s: usize| (s as f64 / n as f64, wilson(s, n, LEVEL));
    let margins = [both + first, second + neither, both + second, first + neither].map(|m| m as f64);
    let product = (both * neither) as f64 - (first * second) as f64;
    let numerator = if product > 0.0 { (product - 0.5 * n as f64).max(0.0) } else { product };
    let scale = margins.iter().product::<f64>().sqrt();
    let phi = if scale == 0.0 { 0.0 } else { numerator / scale };
    square_and_add(share(both + first), share(both + second), phi)
}

/// The least difference to a share `p` that a test of `n_p` against `n_other` runs at the 5 % level finds with
/// probability 80 %, towards 1/2, where it is larger: with `h = (z_0.975 + z_0.8) sqrt(1/n_p + 1/n_other)` it is
/// `|sin^2(asin sqrt p +- h/2) - p|`, `None` when no share is that far away.
///
/// For unpaired runs and one comparison; pairing makes it smaller, many comparisons larger.
/// Source: Cohen (1988), Statistical Power Analysis, chapter 6.
///
/// # Panics
/// `p` outside 0..1 or no runs.
pub fn least_detectable(p: f64, n_p: usize, n_other: usize) -> Option<f64> {
    assert!((0.0..=1.0).contains(&p) && n_p > 0 && n_other > 0, "share {p} of {n_p} runs against {n_other}");
    const POWER: f64 = 0.8;
    let normal = Normal::standard();
    let z = normal.inverse_cdf(0.5 + 0.5 * LEVEL) + normal.inverse_cdf(POWER);
    let h = z * (1.0 / n_p as f64 + 1.0 / n_other as f64).sqrt();
    // Shares below and above 1/2 are mirror images.
    let p = p.min(1.0 - p);
    let angle = p.sqrt().asin() + 0.5 * h;
    (angle <= std::f64::consts::FRAC_PI_2).then(|| angle.sin().powi(2) - p)
}
