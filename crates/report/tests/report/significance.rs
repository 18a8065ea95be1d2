//! Tests and intervals for differences: published values, and exact enumeration.

use report::estimators::{
    Difference, Estimate, Rank, RankSum, anytime_score, fisher_exact, holm, least_detectable, log_area, mcnemar_exact,
    paired_interval,
};

/// Golden values are printed to six digits.
const PRINTED: f64 = 5.1e-7;

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product()
}

fn binomial(n: usize, k: usize, p: f64) -> f64 {
    choose(n, k) * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
}

/// Values of R's `fisher.test`; the second is quoted by COCO as 0.0420.
#[test]
fn fisher() {
    for (s1, n1, s2, n2, want) in [(0, 15, 4, 15, 0.099617), (0, 15, 5, 15, 0.042146), (12, 100, 25, 100, 0.027943)] {
        let got = fisher_exact(s1, n1, s2, n2);
        assert!((got - want).abs() < PRINTED, "{s1}/{n1} against {s2}/{n2}: {got} is not {want}");
        assert!((fisher_exact(s2, n2, s1, n1) - got).abs() < 1e-12, "no side is special");
        assert!((fisher_exact(n1 - s1, n1, n2 - s2, n2) - got).abs() < 1e-12, "failures count as successes do");
    }
    assert_eq!((fisher_exact(0, 9, 0, 5), fisher_exact(9, 9, 5, 5)), (1.0, 1.0));
}

/// Without a difference, p <= 0.05 happens in at most 5 % of all samples: every pair of counts is enumerated.
#[test]
fn exact_tests_keep_their_level() {
    for p in [0.03, 0.2, 0.5] {
        let (n1, n2) = (12, 9);
        let false_alarms: f64 = (0..=n1)
            .flat_map(|s1| (0..=n2).map(move |s2| (s1, s2)))
            .filter(|(s1, s2)| fisher_exact(*s1, n1, *s2, n2) <= 0.05)
            .map(|(s1, s2)| binomial(n1, s1, p) * binomial(n2, s2, p))
            .sum();
        assert!(false_alarms <= 0.05, "share {p}: {false_alarms}");
    }
    for m in 1..60 {
        let false_alarms: f64 = (0..=m).filter(|k| mcnemar_exact(*k, m - k) <= 0.05).map(|k| binomial(m, k, 0.5)).sum();
        assert!(false_alarms <= 0.05, "{m} pairs: {false_alarms}");
    }
}

#[test]
fn mcnemar() {
    assert_eq!((mcnemar_exact(0, 0), mcnemar_exact(4, 4)), (1.0, 1.0));
    for (b, c) in [(1, 8), (10, 3), (0, 20), (40, 17)] {
        let m = b + c;
        // Outcomes of m coins at least as lopsided, counted one by one.
        let as_extreme: f64 =
            (0..=m).filter(|k: &usize| k.abs_diff(m - k) >= b.abs_diff(c)).map(|k| binomial(m, k, 0.5)).sum();
        assert!((mcnemar_exact(b, c) - as_extreme).abs() < 1e-12, "{b} against {c}");
    }
    // 2^-2999 is no double, its logarithm is.
    assert!((mcnemar_exact(1500, 1500) - 1.0).abs() < 1e-9 && mcnemar_exact(0, 3000) == 0.0);
    assert!((mcnemar_exact(1400, 1600) / 2.78e-4 - 1.0).abs() < 0.05, "{}", mcnemar_exact(1400, 1600));
}

#[test]
fn rank_sums() {
    let reached = |costs: &[f64]| costs.iter().map(|t| Rank::Reached(*t)).collect::<Vec<Rank>>();
    let mut a = reached(&[120.0, 340.0, 90.0, 410.0]);
    let mut b = reached(&[500.0, 700.0, 300.0]);
    a.push(Rank::Unreached(1.0));
    b.extend([Rank::Unreached(1.0); 2]);
    let test = RankSum::between(&a, &b).unwrap();
    assert_eq!((test.u, test.a12), (19.0, 0.76));
    let reverse = RankSum::between(&b, &a).unwrap();
    assert_eq!((reverse.u, reverse.p), (6.0, test.p));
    // All runs reached rank before all that did not, whatever the numbers; those rank by gap.
    let order = RankSum::between(&[Rank::Reached(1e9), Rank::Unreached(0.5)], &[Rank::Unreached(0.6)]).unwrap();
    assert_eq!(order.a12, 1.0);
    assert_eq!(RankSum::between(&[Rank::Unreached(2.0); 3], &[Rank::Unreached(2.0); 4]).unwrap().p, 1.0);
    assert_eq!(RankSum::between(&a, &[]), None);
}

/// The normal approximation against all 3432 ways to deal 14 values, ties among them, to two samples of 7.
#[test]
fn rank_sum_p_against_every_assignment() {
    let values = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 8.0, 8.0, 9.0, 11.0, 12.0, 15.0, 15.0, 20.0].map(Rank::Reached);
    let split = |set: u32| {
        let side = |wanted: u32| (0..14).filter(|i| set >> i & 1 == wanted).map(|i| values[i]).collect::<Vec<Rank>>();
        RankSum::between(&side(1), &side(0)).unwrap()
    };
    let sets: Vec<u32> = (0..1_u32 << 14).filter(|set| set.count_ones() == 7).collect();
    let us: Vec<f64> = sets.iter().map(|set| split(*set).u).collect();
    for set in sets.iter().step_by(97) {
        let test = split(*set);
        let extreme = us.iter().filter(|u| (**u - 24.5).abs() >= (test.u - 24.5).abs() - 1e-9).count();
        let exact = extreme as f64 / us.len() as f64;
        // A value of U has probability 0.05 at most; with ties the correction is off by up to half of that.
        assert!((test.p - exact).abs() < 0.03, "U = {}: {} is not {exact}", test.u, test.p);
    }
}

#[test]
fn holm_adjusts_in_place() {
    let got = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (got, want) in got.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        assert!((got - want).abs() < 1e-15);
    }
    assert_eq!((holm(&[]), holm(&[0.7, 0.9])), (vec![], vec![1.0, 1.0]));
}

/// Newcombe (1998), table II, example (a): 56/70 against 48/80.
#[test]
fn newcombes_interval() {
    let difference = Difference::between(&Estimate::share(56, 70), &Estimate::share(48, 80));
    let (lo, hi) = difference.interval;
    assert!((difference.value - 0.2).abs() < 1e-15);
    assert!((lo - 0.0524).abs() < 5.1e-5 && (hi - 0.3339).abs() < 5.1e-5, "[{lo}, {hi}]");
    assert!(difference.p < 0.05 && difference.p > 0.005, "{}", difference.p);
}

/// p and interval are one statement: p < 0.05 exactly when 0 is outside, for shares and for restarts.
#[test]
fn p_agrees_with_the_interval() {
    let mut outside = 0;
    for s1 in 0..=20 {
        for s2 in 0..=30 {
            for attempts in [1.0, 7.5] {
                let a = Estimate::share(s1, 20);
                let b = Estimate { successes: s2, runs: 30, attempts };
                let difference = Difference::between(&a, &b);
                let (lo, hi) = difference.interval;
                assert_eq!(difference.p < 0.05, lo > 0.0 || hi < 0.0, "{a:?}, {b:?}: {difference:?}");
                assert!(lo <= difference.value && difference.value <= hi);
                outside += usize::from(difference.p < 0.05);
            }
        }
    }
    assert!((200..1200).contains(&outside), "the loop sees both cases: {outside}");
}

/// Two samples of the same strategy: `agree` is rejected in about 5 % of all cases, enumerated exactly. The interval is
/// approximate: the published coverage of its kind goes down to about 93 %.
#[test]
fn agreement_keeps_its_level() {
    // One attempt succeeds with p; 60 restarted runs of 5 attempts against 60 single runs.
    for p in [0.05, 0.1, 0.3] {
        let restarted = 1.0 - (1.0_f64 - p).powi(5);
        let mut alarms = 0.0;
        for s in 0..=60 {
            let derived = Estimate { successes: s, runs: 60, attempts: 5.0 };
            for real in 0..=60 {
                let weight = binomial(60, s, p) * binomial(60, real, restarted);
                if weight > 1e-9 && Difference::between(&Estimate::share(real, 60), &derived).p < 0.05 {
                    alarms += weight;
                }
            }
        }
        println!("p = {p}: false alarms {alarms}");
        assert!((0.02..0.075).contains(&alarms), "p = {p}: {alarms}");
    }
}

/// Coverage of the paired interval over all tables of 25 pairs, for independent and for strongly paired runs.
#[test]
fn paired_interval_covers() {
    for [both, first, second] in [[0.25, 0.25, 0.25], [0.4, 0.1, 0.05], [0.1, 0.3, 0.05]] {
        let (n, difference) = (25_usize, first - second);
        let neither = 1.0 - both - first - second;
        let mut covered = 0.0;
        for b in 0..=n {
            for f in 0..=n - b {
                for s in 0..=n - b - f {
                    let rest = n - b - f - s;
                    let ways = choose(n, b) * choose(n - b, f) * choose(n - b - f, s);
                    let weight = ways
                        * f64::powi(both, b as i32)
                        * f64::powi(first, f as i32)
                        * f64::powi(second, s as i32)
                        * f64::powi(neither, rest as i32);
                    let (lo, hi) = paired_interval(b, f, s, rest);
                    if lo <= difference && difference <= hi {
                        covered += weight;
                    }
                }
            }
        }
        println!("{both} {first} {second}: {covered}");
        assert!((0.93..0.985).contains(&covered), "{both} {first} {second}: {covered}");
    }
    // Swapping the sides mirrors it; pairs that always agree have no correlation to spare at the edge.
    let ((lo, hi), (lo2, hi2)) = (paired_interval(9, 4, 2, 10), paired_interval(9, 2, 4, 10));
    assert!((lo + hi2).abs() < 1e-15 && (hi + lo2).abs() < 1e-15);
}

#[test]
fn least_detectable_difference() {
    // Cohen (1988), table 6.4.1: h = 0.20 takes 392 runs each for 80 % power at the two-sided 5 % level.
    let h = |n: usize| {
        let d = least_detectable(0.5, n, n).unwrap();
        2.0 * (0.5 + d).sqrt().asin() - std::f64::consts::FRAC_PI_2
    };
    assert!(h(392) > 0.2 && h(393) < 0.2, "{} {}", h(392), h(393));
    assert!((least_detectable(0.2, 50, 80).unwrap() - least_detectable(0.8, 50, 80).unwrap()).abs() < 1e-15);
    assert_eq!(least_detectable(0.5, 2, 2), None, "two runs against two detect nothing from one half");
    // The power at that difference, over all outcomes of 100 + 100 runs with the arcsine test.
    for p in [0.05, 0.2, 0.5] {
        let n = 100;
        let other = p + least_detectable(p, n, n).unwrap();
        let angle = |s: usize| 2.0 * (s as f64 / n as f64).sqrt().asin();
        let power: f64 = (0..=n)
            .flat_map(|a| (0..=n).map(move |b| (a, b)))
            .filter(|(a, b)| (angle(*a) - angle(*b)).abs() > 1.959964 * (2.0 / n as f64).sqrt())
            .map(|(a, b)| binomial(n, a, p) * binomial(n, b, other))
            .sum();
        // A discrete law and a normal one.
        assert!((power - 0.8).abs() < 0.03, "share {p}: power {power}");
    }
}

#[test]
fn areas_over_the_ecdf() {
    let runtimes = [4.0, 10.0, 100.0, f64::INFINITY, f64::INFINITY];
    let area = log_area(&runtimes, 1.0, 1000.0).unwrap();
    assert!((area - 4.421912).abs() < PRINTED, "{area}");
    // The same as an integral over a fine grid of ln t.
    let steps = 200_000;
    let width = 1000f64.ln() / steps as f64;
    let above = |t: f64| runtimes.iter().filter(|x| **x > t).count() as f64 / 5.0;
    let integral: f64 = (0..steps).map(|i| above(((i as f64 + 0.5) * width).exp()) * width).sum();
    assert!((area - integral).abs() < 1e-4, "{area} is not {integral}");
    assert_eq!(log_area(&[], 1.0, 2.0), None);

    let score = anytime_score(&[50.0, 5.0, 5.0, 0.5, 1e-9], -8.0, 2.0).unwrap();
    assert!((score - 0.304082).abs() < PRINTED, "{score}");
    assert_eq!(anytime_score(&[0.0], -8.0, 2.0), Some(1.0));
    assert_eq!(anytime_score(&[], -8.0, 2.0), None);
}
