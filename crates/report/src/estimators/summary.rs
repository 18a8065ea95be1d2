//! Medians, means and correlation of plain samples.

/// Median; the mean of the two middle values for an even count, `None` for no values.
/// NaN counts as larger than everything, so a sample that is mostly NaN has a NaN median.
///
/// ```
/// assert_eq!(report::estimators::median(&[4.0, 1.0, 3.0, f64::INFINITY]), Some(3.5));
/// ```
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    // total_cmp puts a negative NaN below -inf; abs() clears its sign.
    sorted.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = v.abs());
    sorted.sort_by(f64::total_cmp);
    let (lo, hi) = (*sorted.get(sorted.len().saturating_sub(1) / 2)?, *sorted.get(sorted.len() / 2)?);
    // Equal infinities have no midpoint to compute; halving first keeps large finite values from overflowing.
    Some(if lo == hi { lo } else { 0.5 * lo + 0.5 * hi })
}

/// Distribution-free interval for the median of the population: the order statistics `x_(k)` and `x_(n+1-k)` with the
/// largest k such that `P(B <= k - 1) <= (1 - level)/2` for a binomial `B(n, 1/2)`; `None` when even the extremes cover
/// too little (n < 6 at 95 %). Thompson (1936); David and Nagaraja (2003), Order Statistics, section 7.1.
///
/// ```
/// let x: Vec<f64> = (1..=10).map(f64::from).collect();
/// // P(B <= 1) = 11/1024 <= 0.025 < P(B <= 2) = 56/1024, so k = 2.
/// assert_eq!(report::estimators::median_interval(&x, 0.95), Some((2.0, 9.0)));
/// ```
pub fn median_interval(values: &[f64], level: f64) -> Option<(f64, f64)> {
    let n = values.len();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (mut term, mut cumulative, mut k) = (0.5f64.powi(n as i32), 0.0, 0);
    while k < n / 2 && cumulative + term <= 0.5 * (1.0 - level) {
        cumulative += term;
        term *= (n - k) as f64 / (k + 1) as f64;
        k += 1;
    }
    (k > 0).then(|| (sorted[k - 1], sorted[n - k]))
}

/// Quantile `p` in (0, 1]: the least value that at least the share `p` of the sample does not exceed (the inverse of the
/// empirical distribution), so always a member of the sample and fit for infinities. `None` for no values; NaN counts as
/// larger than everything.
///
/// ```
/// use report::estimators::quantile;
/// assert_eq!(quantile(&[4.0, 1.0, 3.0, f64::INFINITY], 0.5), Some(3.0));
/// assert_eq!(quantile(&[4.0, 1.0, 3.0, f64::INFINITY], 0.9), Some(f64::INFINITY));
/// ```
///
/// # Panics
/// `p` outside (0, 1].
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    assert!(p > 0.0 && p <= 1.0, "quantile {p}");
    let mut sorted = values.to_vec();
    sorted.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = v.abs());
    sorted.sort_by(f64::total_cmp);
    // A product such as 0.9 * 10 may round to just above the whole number it is.
    let rank = (p * sorted.len() as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// Mean of a sample with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// Arithmetic mean.
    pub mean: f64,
    /// `sd / sqrt(n)` with the `n - 1` standard deviation; `None` for a single value.
    pub standard_error: Option<f64>,
    /// Root of the mean square.
    pub rms: f64,
}

impl Mean {
    /// Of the values in the order given; `None` for no values.
    ///
    /// ```
    /// let m = report::estimators::Mean::of(&[1.0, 3.0]).unwrap();
    /// assert_eq!((m.mean, m.standard_error), (2.0, Some(1.0))); // sd sqrt(2), over sqrt(2)
    /// let m = report::estimators::Mean::of(&[0.1; 3]).unwrap();
    /// assert_eq!((m.mean, m.standard_error), (0.1, Some(0.0)));
    /// ```
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        // Equal values have that mean and no scatter, which a rounded sum would not give.
        let is_constant = values.iter().all(|v| *v == values[0]);
        let mean = if is_constant { values[0] } else { values.iter().sum::<f64>() / n };
        let scatter: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let rms = (values.iter().map(|v| v * v).sum::<f64>() / n).sqrt();
        let standard_error = (values.len() > 1).then(|| (scatter / (n - 1.0) / n).sqrt());
        Some(Mean { mean, standard_error, rms })
    }
}

/// Standard deviation of a sample with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// With `n - 1`.
    pub deviation: f64,
    /// `sqrt((m4 / s^4 - 1) / n) s / 2`, m4 the fourth central moment, for large n and any law with one; `None` for fewer
    /// than 4 values. Cramér (1946), Mathematical Methods of Statistics, section 27.4.
    pub standard_error: Option<f64>,
}

impl Deviation {
    /// `None` for fewer than two values.
    ///
    /// ```
    /// // Of -1, -1, 1, 1 with mean 0: s^2 = 4/3, m4 = 1, and (9/16 - 1)/4 < 0 counts as 0.
    /// let d = report::estimators::Deviation::of(&[-1.0, 1.0, -1.0, 1.0]).unwrap();
    /// assert_eq!((d.deviation, d.standard_error), ((4.0f64 / 3.0).sqrt(), Some(0.0)));
    /// ```
    pub fn of(values: &[f64]) -> Option<Self> {
        let mean = Mean::of(values)?.mean;
        let n = values.len() as f64;
        let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>();
        let variance = moment(2) / (n - 1.0);
        let deviation = variance.sqrt();
        let excess = if variance > 0.0 { (moment(4) / n / variance.powi(2) - 1.0).max(0.0) } else { 0.0 };
        (values.len() > 1).then(|| Deviation {
            deviation,
            standard_error: (values.len() > 3).then(|| (excess / n).sqrt() * deviation / 2.0),
        })
    }
}

/// Pearson correlation of the pairs; `None` for fewer than two or when one side does not vary.
///
/// ```
/// let r = report::estimators::pearson(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]).unwrap();
/// assert!((r - 1.0).abs() < 1e-15);
/// ```
pub fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let constant = |side: fn(&(f64, f64)) -> f64| pairs.iter().all(|pair| side(pair) == side(&pairs[0]));
    if pairs.len() < 2 || constant(|pair| pair.0) || constant(|pair| pair.1) {
        return None;
    }
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mean_x) * (x - mean_x);
        yy += (y - mean_y) * (y - mean_y);
        xy += (x - mean_x) * (y - mean_y);
    }
    // Rounding may leave the range by an ulp.
    Some((xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}
