//! The estimators against published values and against the equations that define them.

use report::estimators::{Mean, Outcome, Runtime, Share, clopper_pearson, median, median_interval, pearson, wilson};

/// Golden values are printed to six digits.
const PRINTED: f64 = 5.1e-7;

fn assert_interval(got: (f64, f64), want: (f64, f64), what: &str) {
    assert!((got.0 - want.0).abs() < PRINTED && (got.1 - want.1).abs() < PRINTED, "{what}: {got:?} is not {want:?}");
}

/// Values of statsmodels `proportion_confint`, methods `wilson` and `beta`.
#[test]
fn published_intervals() {
    let wilson_cases = [
        (0, 15, (0.0, 0.203883)),
        (4, 15, (0.108975, 0.519504)),
        (7, 20, (0.181192, 0.567146)),
        (50, 100, (0.403832, 0.596168)),
        (3, 1000, (0.001021, 0.008783)),
    ];
    for (s, n, want) in wilson_cases {
        assert_interval(wilson(s, n, 0.95), want, &format!("Wilson {s}/{n}"));
    }
    for (s, n, want) in [(0, 15, (0.0, 0.218019)), (4, 15, (0.077872, 0.551003)), (7, 20, (0.153909, 0.592189))] {
        assert_interval(clopper_pearson(s, n, 0.95), want, &format!("Clopper-Pearson {s}/{n}"));
    }
}

/// The Wilson ends are the two p with (s/n - p)^2 = z^2 p (1 - p) / n. z to 17 digits from tables.
#[test]
fn wilson_ends_solve_the_score_equation() {
    const Z: f64 = 1.959_963_984_540_054;
    for n in [1, 2, 7, 50, 1000] {
        for s in 0..=n {
            let (lo, hi) = wilson(s, n, 0.95);
            for p in [lo, hi] {
                let (left, right) = ((s as f64 / n as f64 - p).powi(2), Z * Z * p * (1.0 - p) / n as f64);
                // z carries the relative error of an inverse error function, about 1e-15; the rest is a few roundings.
                assert!((left - right).abs() < 1e-14, "{s}/{n}: {left} is not {right}");
            }
            assert!(0.0 <= lo && lo <= s as f64 / n as f64 && s as f64 / n as f64 <= hi && hi <= 1.0);
            let mirrored = wilson(n - s, n, 0.95);
            assert!((lo - (1.0 - mirrored.1)).abs() < 1e-14, "{s}/{n} is not the mirror image of {}/{n}", n - s);
        }
    }
}

/// The Clopper-Pearson ends put exactly 2.5 % in each binomial tail, summed directly.
#[test]
fn clopper_pearson_ends_leave_the_promised_tails() {
    let probability = |n: usize, k: usize, p: f64| {
        let choose: f64 = (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product();
        choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
    };
    for n in [1, 2, 7, 30] {
        for s in 0..=n {
            let (lo, hi) = clopper_pearson(s, n, 0.95);
            let above: f64 = (s..=n).map(|k| probability(n, k, lo)).sum();
            let below: f64 = (0..=s).map(|k| probability(n, k, hi)).sum();
            // n roundings in the sums and the quantile's own error, far below what a table shows.
            assert!(if s == 0 { lo == 0.0 } else { (above - 0.025).abs() < 1e-10 }, "{s}/{n}: upper tail {above}");
            assert!(if s == n { hi == 1.0 } else { (below - 0.025).abs() < 1e-10 }, "{s}/{n}: lower tail {below}");
        }
    }
}

#[test]
fn no_trials_say_nothing() {
    assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
    assert_eq!(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
}

/// An incomplete cell has the bounds [missing counted as failure, missing dropped] and no Wilson interval.
#[test]
fn missing_runs_widen_to_bounds() {
    let share = Share { count: 14, planned: 50, missing: 8 };
    assert_eq!(share.interval(), (14.0 / 50.0, 14.0 / 42.0));
    assert_eq!((share.estimate(), share.exact_interval(), share.interval_kind()), (14.0 / 50.0, None, "missing"));
    assert_eq!(Share { count: 0, planned: 5, missing: 5 }.interval(), (0.0, 1.0));
    let complete = Share { count: 4, planned: 15, missing: 0 };
    assert_eq!((complete.interval(), complete.interval_kind()), (wilson(4, 15, 0.95), "wilson"));
}

/// COCO's definition; charging the largest budget would give 990, and SP1 = mean(T)/p 420.
#[test]
fn expected_running_time_charges_each_failure_its_own_cost() {
    let success = |hit| Outcome { hit: Some(hit), cost: 1000.0 };
    let failure = |cost| Outcome { hit: None, cost };
    let runs = [
        success(120.0),
        success(340.0),
        success(90.0),
        success(410.0),
        failure(1000.0),
        failure(1000.0),
        failure(700.0),
    ];
    let runtime = Runtime::of(runs);
    assert_eq!((runtime.ert(), runtime.successes), (915.0, 4));
    // The equivalent form: mean(T) + (1 - p)/p mean(b).
    assert_eq!(240.0 + 3.0 / 4.0 * 900.0, 915.0);

    let none = Runtime::of([failure(1000.0), failure(700.0)]);
    assert_eq!((none.ert(), none.spent), (f64::INFINITY, 1700.0));
    assert_eq!(Runtime::of([success(3.0), success(5.0)]).ert(), 4.0);
    assert_eq!(Runtime::of([]).ert(), f64::INFINITY);
}

/// Against the definition: the smallest interval of order statistics that misses the median with at most 2.5 % on a side.
#[test]
fn median_intervals_cover_by_counting() {
    for n in 1..=18usize {
        let x: Vec<f64> = (1..=n).rev().map(|i| i as f64).collect();
        // Each run falls above or below the median with probability 1/2: count the patterns with fewer than k below.
        let misses = |k: usize| (0..1u32 << n).filter(|bits| (bits.count_ones() as usize) < k).count();
        let allowed = (0.025 * f64::from(1u32 << n)) as usize;
        let k = (1..=n / 2).take_while(|k| misses(*k) <= allowed).last();
        let expected = k.map(|k| (k as f64, (n + 1 - k) as f64));
        assert_eq!(median_interval(&x, 0.95), expected, "n = {n}");
    }
    assert_eq!(median_interval(&[f64::INFINITY; 8], 0.95), Some((f64::INFINITY, f64::INFINITY)));
}

#[test]
fn medians_order_every_float() {
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[7.0]), Some(7.0));
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[f64::INFINITY, f64::INFINITY]), Some(f64::INFINITY));
    assert_eq!(median(&[f64::MAX, f64::MAX / 2.0]), Some(f64::MAX * 0.75));
    // NaN of either sign is the largest value.
    assert_eq!(median(&[-f64::NAN, 1.0, 2.0]), Some(2.0));
    assert!(median(&[-f64::NAN, f64::NAN, 2.0]).unwrap().is_nan());
}

#[test]
fn means_and_correlation() {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared deviations 32, mean square 29.
    let mean = Mean::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
    assert_eq!(mean.mean, 5.0);
    assert!(
        (mean.rms - 29f64.sqrt()).abs() < 1e-15 && (mean.standard_error.unwrap() - (32f64 / 56.0).sqrt()).abs() < 1e-15
    );
    assert_eq!(Mean::of(&[3.0]).unwrap().standard_error, None);
    assert_eq!(Mean::of(&[]), None);

    assert_eq!(pearson(&[(1.0, 1.0)]), None);
    assert_eq!(pearson(&[(1.0, 1.0), (2.0, 1.0)]), None);
    assert_eq!(pearson(&[(1.0, 0.0), (2.0, 1.0), (3.0, 0.0)]), Some(0.0));
    // Deviations (-1, 0, 1) and (-4/3, -1/3, 5/3): 3 / sqrt(2 * 42/9).
    let r = pearson(&[(1.0, 1.0), (2.0, 2.0), (3.0, 4.0)]).unwrap();
    assert!((r - 3.0 / (28f64 / 3.0).sqrt()).abs() < 1e-15);
}
