//! Strategies derived from single runs: published values, the equations behind them, and slow oracles.

use report::estimators::{
    Cutoff, Outcome, Resample, Runtime, TotalBudget, VirtualRestarts, cross_fit, ert_interval, expected_best, luby,
    success_of_k, success_of_k_interval, wilson,
};

use crate::common::Draws;

/// Golden values are printed to six digits.
const PRINTED: f64 = 5.1e-7;

fn hit(cost: f64) -> Outcome {
    Outcome { hit: Some(cost), cost }
}

fn failure(cost: f64) -> Outcome {
    Outcome { hit: None, cost }
}

fn binomial(n: usize, k: usize, p: f64) -> f64 {
    let choose: f64 = (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product();
    choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
}

#[test]
fn success_of_the_best_of_k() {
    let cases = [(1, 0.15), (2, 0.284211), (5, 0.600877), (10, 0.894737), (18, 1.0)];
    for (k, want) in cases {
        let got = success_of_k(3, 20, k).unwrap();
        assert!((got - want).abs() < PRINTED, "k = {k}: {got} is not {want}");
    }
    assert_eq!(
        (success_of_k(3, 20, 20), success_of_k(3, 20, 21), success_of_k(0, 20, 5)),
        (Some(1.0), None, Some(0.0))
    );
    // The plug-in with the same counts, from the definition file: lower.
    assert!((1.0 - 0.85_f64.powi(5) - 0.556295).abs() < PRINTED);
}

/// The mean over the binomial law of s is `1 - (1-p)^k` for every k up to n, to rounding of 21 terms.
#[test]
fn success_of_the_best_of_k_is_unbiased() {
    for (n, p) in [(20, 0.05), (7, 0.4), (12, 0.93)] {
        for k in 1..=n {
            let mean: f64 = (0..=n).map(|s| binomial(n, s, p) * success_of_k(s, n, k).unwrap()).sum();
            assert!((mean - (1.0 - (1.0 - p).powi(k as i32))).abs() < 1e-13, "n = {n}, p = {p}, k = {k}: {mean}");
        }
    }
    let (lo, hi) = success_of_k_interval(3, 20, 5.0);
    let (p_lo, p_hi) = wilson(3, 20, 0.95);
    assert!((lo - (1.0 - (1.0 - p_lo).powi(5))).abs() < 1e-14 && (hi - (1.0 - (1.0 - p_hi).powi(5))).abs() < 1e-14);
    assert_eq!(success_of_k_interval(20, 20, 3.0).1, 1.0);
}

#[test]
fn expected_least_loss() {
    let losses = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6];
    for (k, want) in [(2, 1.92), (3, 1.49), (6, 1.0), (1, 21.1 / 6.0)] {
        let got = expected_best(&losses, k).unwrap();
        assert!((got - want).abs() < 1e-14, "k = {k}: {got} is not {want}");
    }
    assert_eq!((expected_best(&losses, 0), expected_best(&losses, 7), expected_best(&[], 1)), (None, None, None));
    assert_eq!(expected_best(&[1.0, f64::NAN], 1), None);
    // A failed run charged with infinity spoils every mean it can be the least of, and no other.
    assert_eq!(expected_best(&[1.0, 2.0, f64::INFINITY], 1), Some(f64::INFINITY));
    assert!((expected_best(&[1.0, 2.0, f64::INFINITY], 2).unwrap() - 4.0 / 3.0).abs() < 1e-15);
}

/// The mean over all k-subsets, one by one.
#[test]
fn expected_least_loss_is_the_mean_over_subsets() {
    let mut draws = Draws(11);
    for n in 1..=9 {
        let losses: Vec<f64> = (0..n).map(|_| draws.below(7) as f64).collect();
        for k in 1..=n {
            let subsets = (0..1_u32 << n).filter(|set| set.count_ones() == k as u32);
            let least =
                |set: u32| (0..n).filter(|i| set >> i & 1 == 1).map(|i| losses[i]).fold(f64::INFINITY, f64::min);
            let all: Vec<f64> = subsets.map(least).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            assert!((expected_best(&losses, k).unwrap() - mean).abs() < 1e-13, "{losses:?}, k = {k}");
        }
    }
}

fn golden_restarts() -> Vec<Outcome> {
    let mut runs = vec![hit(3.0), hit(7.0), hit(9.0), hit(20.0)];
    runs.extend([failure(25.0); 6]);
    runs
}

#[test]
fn virtual_restarts_with_equal_failures() {
    let law = VirtualRestarts::new(&golden_restarts(), f64::INFINITY).unwrap();
    for (t, want) in [(5.0, 0.1), (24.0, 0.4), (30.0, 0.46), (60.0, 0.748), (120.0, 0.92224)] {
        let got = law.success_within(t);
        assert!((got - want).abs() < 1e-14, "G({t}) = {got} is not {want}");
    }
    // The closed form at every cost, between the grid's points as well.
    let costs: Vec<f64> = (0..800).map(|i| i as f64 * 0.25).collect();
    for (t, got) in costs.iter().zip(law.at(&costs)) {
        let m = (t / 25.0).floor();
        let f = [3.0, 7.0, 9.0, 20.0].iter().filter(|hit| **hit <= t - 25.0 * m).count() as f64 / 10.0;
        assert!((got - (1.0 - 0.6_f64.powf(m) * (1.0 - f))).abs() < 1e-14, "G({t}) = {got}");
    }
    assert_eq!(law.at(&[-1.0, 2.0]), [0.0, 0.0]);
}

/// `G` by its definition, no grid.
fn recursion(runs: &[Outcome], t: f64) -> f64 {
    if t < 0.0 {
        return 0.0;
    }
    let term = |run: &Outcome| match run.hit {
        Some(hit) => f64::from(u8::from(hit <= t)),
        None => recursion(runs, t - run.cost),
    };
    runs.iter().map(term).sum::<f64>() / runs.len() as f64
}

#[test]
fn virtual_restarts_with_unequal_failures() {
    let eighths = [hit(1.125), hit(2.5), failure(1.375), failure(3.0), failure(2.25)];
    let law = VirtualRestarts::new(&eighths, f64::INFINITY).unwrap();
    for i in 0..100 {
        let t = i as f64 * 0.125;
        assert!((law.success_within(t) - recursion(&eighths, t)).abs() < 1e-13, "t = {t}");
    }
    // No common unit: rounded up to 1/65536 of the budget, so never above the exact value, and exactly that of a budget
    // that is smaller by at most the rounding of six costs.
    let odd = [hit(0.1f64.sqrt()), hit(2f64.sqrt()), failure(3f64.sqrt()), failure(std::f64::consts::PI)];
    let law = VirtualRestarts::new(&odd, f64::INFINITY).unwrap();
    for i in 1..40 {
        let t = i as f64 * 0.25;
        let got = law.success_within(t);
        let (least, most) = (recursion(&odd, t * (1.0 - 7.0 / 65536.0)), recursion(&odd, t));
        assert!(least - 1e-13 <= got && got <= most + 1e-13, "t = {t}: {got} is not in [{least}, {most}]");
    }
}

/// The mean of the restart time, `sum over t of (1 - G(t))` for integer costs, is the ERT: two computations that share
/// no code.
#[test]
fn the_mean_restart_time_is_the_ert() {
    let runs = [hit(12.0), hit(34.0), hit(9.0), hit(41.0), failure(100.0), failure(100.0), failure(70.0)];
    let costs: Vec<f64> = (0..8000).map(f64::from).collect();
    for cutoff in [f64::INFINITY, 80.0, 20.0] {
        let curve = VirtualRestarts::new(&runs, cutoff).unwrap().at(&costs);
        let mean: f64 = curve.iter().map(|g| 1.0 - g).sum();
        let ert = Cutoff::of(&runs, cutoff).runtime.ert();
        // The tail beyond 8000 is below (5/7)^80; 8000 roundings of 1e-16.
        assert!((mean / ert - 1.0).abs() < 1e-9, "cutoff {cutoff}: {mean} is not {ert}");
        assert!(curve.windows(2).all(|pair| pair[0] <= pair[1] + 1e-15), "a distribution grows");
    }
}

#[test]
fn equivalent_attempts_reproduce_the_distribution() {
    let law = VirtualRestarts::new(&golden_restarts(), f64::INFINITY).unwrap();
    for t in [5.0, 30.0, 60.0, 120.0] {
        let p = law.hits_within(t) as f64 / 10.0;
        let again = 1.0 - (1.0 - p).powf(law.equivalent_attempts(t));
        assert!((again - law.success_within(t)).abs() < 1e-13, "t = {t}");
    }
    // Attempts of 25 begin at 0, 25, 50.
    let never = VirtualRestarts::new(&[failure(25.0); 4], f64::INFINITY).unwrap();
    assert_eq!(
        (never.attempts_within(60.0), never.success_within(60.0), never.equivalent_attempts(60.0)),
        (3.0, 0.0, 3.0)
    );
    assert_eq!(never.attempts_within(75.0), 3.0, "the fourth would begin with nothing left");
    // 7 of 10 attempts succeed, 40 fit: certain to rounding, so the attempts are counted, not solved for.
    let mut runs = vec![hit(5.0); 7];
    runs.extend([failure(25.0); 3]);
    let often = VirtualRestarts::new(&runs, f64::INFINITY).unwrap();
    assert!((often.success_within(999.0) - 1.0).abs() < 1e-14);
    assert_eq!(often.equivalent_attempts(999.0), 40.0);
    let always = VirtualRestarts::new(&[hit(5.0); 4], f64::INFINITY).unwrap();
    assert_eq!((always.equivalent_attempts(60.0), always.success_within(60.0)), (1.0, 1.0));
    // A cutoff makes late hits failures of that cost.
    let cut = VirtualRestarts::new(&golden_restarts(), 8.0).unwrap();
    assert!((cut.success_within(23.0) - (1.0 - 0.8_f64.powi(2) * 0.8)).abs() < 1e-14);
    assert!(VirtualRestarts::new(&[hit(5.0), failure(0.0)], 8.0).is_none(), "restarts must cost something");
    assert!(VirtualRestarts::new(&[], 8.0).is_none());
}

/// Before the first failure ends, the bootstrap of G is that of a share: its 2.5 % points are binomial quantiles.
#[test]
fn bands_are_binomial_while_no_attempt_has_failed() {
    let runs: Vec<Outcome> = (0..50).map(|i| if i < 15 { hit(5.0) } else { failure(25.0) }).collect();
    let law = VirtualRestarts::new(&runs, f64::INFINITY).unwrap();
    let bands = law.bands(&[10.0, 60.0], 4000, &mut Resample::new("test", &["bands"]));
    let quantile = |q: f64| {
        let mut sum = 0.0;
        (0..=50)
            .find(|k| {
                sum += binomial(50, *k, 0.3);
                sum >= q
            })
            .unwrap() as f64
            / 50.0
    };
    let (lo, hi) = bands[0];
    // One step of 1/50 for the sampling error of 4000 draws.
    assert!((lo - quantile(0.025)).abs() < 0.021 && (hi - quantile(0.975)).abs() < 0.021, "[{lo}, {hi}]");
    // Two full attempts and a third one: mapped through 1 - (1-p)^3.
    let (lo3, hi3) = bands[1];
    assert!((lo3 - (1.0 - (1.0 - lo).powi(3))).abs() < 1e-13 && (hi3 - (1.0 - (1.0 - hi).powi(3))).abs() < 1e-13);
    assert_eq!(
        bands,
        law.bands(&[10.0, 60.0], 4000, &mut Resample::new("test", &["bands"])),
        "the key fixes the bytes"
    );
    assert_ne!(
        Resample::new("test", &["ab", "c"]).bootstrap(1 << 20, 1, |s| s[..4].to_vec()),
        Resample::new("test", &["a", "bc"]).bootstrap(1 << 20, 1, |s| s[..4].to_vec()),
        "rows have streams of their own"
    );
}

#[test]
fn total_budget_by_all_orders() {
    let runs = [hit(5.0), failure(7.0), failure(4.0), hit(9.0), failure(6.0)];
    let orders = TotalBudget { outcomes: &runs, cutoff: f64::INFINITY };
    let random = &mut Resample::new("test", &["orders"]);
    assert_eq!(orders.valid_to(), 20.0);
    for (budget, want) in [(4.0, 0.0), (5.0, 0.2), (9.0, 0.45), (11.0, 0.5), (16.0, 0.766667)] {
        let got = orders.success_within(budget, 1, random).unwrap();
        assert!((got - want).abs() < PRINTED, "budget {budget}: {got} is not {want}");
    }
    assert_eq!(orders.success_within(20.5, 1, random), None, "too low beyond n b_min");
}

/// Equal costs: the orders are draws of k runs without replacement, so the estimate is `success_of_k`.
#[test]
fn total_budget_by_random_orders() {
    let runs: Vec<Outcome> = (0..20).map(|i| if i < 3 { hit(10.0) } else { failure(10.0) }).collect();
    let orders = TotalBudget { outcomes: &runs, cutoff: f64::INFINITY };
    let random = &mut Resample::new("test", &["random orders"]);
    for k in [1, 2, 5, 10] {
        let got = orders.success_within(10.0 * k as f64, 20_000, random).unwrap();
        let want = success_of_k(3, 20, k).unwrap();
        // Four standard errors of 20000 orders.
        assert!((got - want).abs() < 4.0 * (want * (1.0 - want) / 20_000.0).sqrt(), "k = {k}: {got} is not {want}");
    }
}

/// Unbiased within the limit: the mean over all samples of 4 runs from a law with three outcomes is the true value.
#[test]
fn total_budget_is_unbiased_up_to_its_limit() {
    let law = [hit(2.0), failure(3.0), failure(5.0)];
    let random = &mut Resample::new("test", &[]);
    for budget in [1.0, 2.0, 5.0, 8.0, 11.0, 12.0] {
        let samples = (0..81).map(|code: usize| [code % 3, code / 3 % 3, code / 9 % 3, code / 27].map(|i| law[i]));
        // Some samples have a later limit, or none; 12 = 4 b_min is valid for all.
        let sum: f64 = samples
            .map(|runs| TotalBudget { outcomes: &runs, cutoff: 9.0 }.success_within(budget, 1, random).unwrap())
            .sum();
        assert!((sum / 81.0 - recursion(&law, budget)).abs() < 1e-13, "budget {budget}");
    }
}

fn golden_cutoff() -> Vec<Outcome> {
    let mut runs: Vec<Outcome> =
        [5.0, 7.0, 8.0, 60.0, 200.0, 400.0, 900.0].map(|t| Outcome { hit: Some(t), cost: 1000.0 }).to_vec();
    runs.extend([failure(1000.0); 3]);
    runs
}

#[test]
fn best_fixed_cutoff() {
    let runs = golden_cutoff();
    for (t, want) in [(5.0, 50.0), (7.0, 34.0), (8.0, 76.0 / 3.0), (60.0, 110.0), (900.0, 4280.0 / 7.0)] {
        assert!((Cutoff::of(&runs, t).runtime.ert() - want).abs() < 1e-12, "E({t})");
    }
    let best = Cutoff::best(&runs).unwrap();
    assert_eq!((best.cutoff, best.runtime.successes), (8.0, 3));
    assert_eq!(Cutoff::best(&[failure(9.0)]), None);
}

/// The sweep finds what trying every cutoff finds, ties and early stops included.
#[test]
fn best_cutoff_against_trying_them_all() {
    let mut draws = Draws(5);
    for _ in 0..200 {
        let runs: Vec<Outcome> = (0..12)
            .map(|_| {
                let cost = 10.0 + draws.below(30) as f64;
                Outcome { hit: (draws.below(3) > 0).then(|| 1.0 + draws.below(cost as u64) as f64), cost }
            })
            .collect();
        let erts = (1..=40).map(|t| (Cutoff::of(&runs, f64::from(t)).runtime.ert(), f64::from(t)));
        let (least, at) = erts.fold((f64::INFINITY, 0.0), |a, b| if b.0 < a.0 { b } else { a });
        match Cutoff::best(&runs) {
            None => assert_eq!(least, f64::INFINITY),
            Some(best) => {
                assert!((best.runtime.ert() - least).abs() < 1e-12 && best.cutoff == at, "{runs:?}: {best:?}, {at}")
            }
        }
    }
}

#[test]
fn cross_fitting_scores_each_half_with_the_other_halfs_choice() {
    // Odd runs choose 4 (E = 4 against 16/2... by hand below), even ones 10.
    let runs = [(0, hit(10.0)), (1, hit(4.0)), (2, hit(10.0)), (3, failure(100.0)), (4, hit(3.0)), (5, hit(4.0))];
    // Odd: E(4) = 12/2 = 6. Even: E(3) = 9, E(10) = 23/3. So odd is scored at 10: (4 + 10 + 4)/2; even at 4: (4+4+3)/1.
    let fit = cross_fit(&runs).unwrap();
    assert_eq!((fit.spent, fit.ert), (18.0 + 11.0, 29.0 / 3.0));
    // All six: E(3) = 18, E(4) = 23/3, E(10) = 41/5.
    assert_eq!((fit.cutoff, fit.hits), (4.0, 3));
    // One half without a hit has nothing to choose from.
    assert_eq!(cross_fit(&[(0, hit(1.0)), (1, failure(2.0))]), None);
}

/// Hits that come at a constant rate: every cutoff costs the same 1/rate, whatever is chosen. The least of the estimates
/// is below it on average, the cross-fitted one is not: the optimism it is there to remove.
#[test]
fn cross_fitting_removes_the_optimism() {
    let mut draws = Draws(17);
    let (mut naive, mut honest) = (0.0, 0.0);
    const SAMPLES: usize = 300;
    for _ in 0..SAMPLES {
        let runs: Vec<(u64, Outcome)> = (0..40)
            .map(|replicate| {
                // Geometric with rate 1/50: E(t) = sum over u < t of (49/50)^u / (1 - (49/50)^t) = 50 for every t.
                let t = (1..=400).find(|_| draws.below(50) == 0).map(f64::from);
                (replicate, Outcome { hit: t, cost: 400.0 })
            })
            .collect();
        let all: Vec<Outcome> = runs.iter().map(|(_, outcome)| *outcome).collect();
        naive += Cutoff::best(&all).unwrap().runtime.ert();
        let fit = cross_fit(&runs).unwrap();
        if fit.ert.is_finite() {
            honest += fit.ert;
        }
    }
    let (naive, honest) = (naive / SAMPLES as f64, honest / SAMPLES as f64);
    println!("true 50, least of the estimates {naive}, cross-fitted {honest}");
    assert!(naive < 40.0, "the least of 40 estimates of 50 should be far below it: {naive}");
    assert!(honest > 47.0, "cross-fitted: {honest}");
}

#[test]
fn lubys_sequence() {
    let terms: Vec<u64> = (1..=15).map(luby).collect();
    assert_eq!(terms, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
    // The first 2^k - 1 terms sum to k 2^(k-1): each power of two takes the same total.
    for k in 1..=12_u64 {
        assert_eq!((1..1 << k).map(luby).sum::<u64>(), k << (k - 1));
    }
    assert_eq!(luby(u64::MAX), 1 << 63);
}

#[test]
fn ert_bootstrap() {
    let random = &mut Resample::new("test", &["ert"]);
    assert_eq!(ert_interval(&[hit(4.0); 5], 100, random), (4.0, 4.0));
    // One success in two runs: a quarter of the draws has none.
    assert_eq!(ert_interval(&[hit(4.0), failure(6.0)], 2000, random), (4.0, f64::INFINITY));
    assert_eq!(ert_interval(&[failure(6.0)], 10, random), (f64::INFINITY, f64::INFINITY));
    // Many runs: normal, with the standard error of a ratio, sqrt(n mean (y - ERT s)^2) / successes.
    let runs: Vec<Outcome> =
        (0..600).map(|i| if i % 3 == 0 { failure(1000.0) } else { hit(f64::from(100 + i % 7)) }).collect();
    let runtime = Runtime::of(runs.iter().copied());
    let residual = |run: &Outcome| run.hit.map_or(run.cost, |hit| hit - runtime.ert());
    let error = runs.iter().map(|run| residual(run).powi(2)).sum::<f64>().sqrt() / runtime.successes as f64;
    let (lo, hi) = ert_interval(&runs, 4000, random);
    // Percentiles of 4000 draws are right to a few per cent of the width, and the law is slightly skew.
    assert!(((hi - lo) / (2.0 * 1.96 * error) - 1.0).abs() < 0.08, "[{lo}, {hi}] against +-1.96 * {error}");
    assert!(lo < runtime.ert() && runtime.ert() < hi);
}
