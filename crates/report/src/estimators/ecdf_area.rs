//! One number for how fast targets are reached: areas over the runtime ECDF. Always quote it with its bounds.

/// Area over the ECDF in log time, `integral of (1 - ECDF(t)) d ln t from t_0 to t_max`: the mean over all runtimes of
/// `ln(RT/t_0)`, clipped to `0..ln(t_max/t_0)`; infinite for one that never came. `t_0 exp(area)` is a geometric mean
/// runtime, truncated. `None` without runtimes.
///
/// Source: COCO, performance assessment (the area left of the graph reflects the geometric mean).
///
/// # Panics
/// Not `0 < t_0 <= t_max`, or a NaN runtime.
pub fn log_area(runtimes: &[f64], t_0: f64, t_max: f64) -> Option<f64> {
    assert!(0.0 < t_0 && t_0 <= t_max, "bounds {t_0}, {t_max}");
    assert!(runtimes.iter().all(|t| !t.is_nan()), "a NaN is no runtime");
    let terms = runtimes.iter().map(|t| (t / t_0).ln().clamp(0.0, (t_max / t_0).ln()));
    (!runtimes.is_empty()).then(|| terms.sum::<f64>() / runtimes.len() as f64)
}

/// Any-time score in linear time: `1 - mean over the evaluations of clip((log10 gap - lower)/(upper - lower), 0, 1)`,
/// `gaps[b]` being the best gap after b + 1 evaluations. IOHanalyzer takes `lower = -8`, `upper = 2`. `None` without
/// evaluations.
///
/// Source: Lopez-Ibanez, Vermetten, Dreo and Doerr (2024), arXiv 2404.02031: equal to the area under the ECDF over
/// continuously many targets.
///
/// # Panics
/// Not `lower < upper`, or a gap that is negative or NaN.
pub fn anytime_score(gaps: &[f64], lower: f64, upper: f64) -> Option<f64> {
    assert!(lower < upper, "bounds {lower}, {upper}");
    assert!(gaps.iter().all(|gap| *gap >= 0.0), "a gap is not negative");
    let terms = gaps.iter().map(|gap| ((gap.log10() - lower) / (upper - lower)).clamp(0.0, 1.0));
    (!gaps.is_empty()).then(|| 1.0 - terms.sum::<f64>() / gaps.len() as f64)
}
