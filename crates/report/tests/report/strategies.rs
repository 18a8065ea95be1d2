//! The tables `restarts` and `comparison`: figures by hand, and synthetic experiments whose answer is known.

use report::estimators::{holm, mcnemar_exact, success_of_k, wilson};

use crate::common::{Draws, Files, Sheet};

const SINGLE: [&str; 4] = ["one", "sgd", "single", r#"{"lr":0.1}"#];
const RESTART: [&str; 4] = ["many", "sgd", "multi_restart", r#"{"lr":0.1,"strategy":{"cutoff":10}}"#];

/// `reached` of `n` runs hit the gap 0.01 at `hit`.
fn cell(
    files: &mut Files,
    problem: &str,
    method: [&str; 4],
    (reached, n): (usize, usize),
    end: (&str, &str),
    hit: &str,
) {
    for replicate in 0..n {
        let key = files.run_of(problem, method, replicate, end);
        files.hit(&key, "0.01", if replicate < reached { hit } else { "" });
    }
}

/// 3 of 20 attempts of cost 10 succeed; 12 of 20 restarted runs with budget 50, which is five attempts.
fn golden() -> Files {
    let mut files = Files::default();
    cell(&mut files, "xor", SINGLE, (3, 20), ("converged", "10.0"), "10.0");
    cell(&mut files, "xor", RESTART, (12, 20), ("budget", "50.0"), "30.0");
    files
}

fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{got} is not {want}");
}

#[test]
fn restarts_by_hand() {
    let tables = golden().tables();
    let sheet = Sheet::of(&tables, "restarts");
    assert_eq!(sheet.rows.len(), 1, "one single method, one gap, one restarted method");
    for (k, column) in [(1, "best_of_1"), (5, "best_of_5"), (10, "best_of_10")] {
        assert_eq!(sheet.real(0, column), success_of_k(3, 20, k).unwrap());
    }
    assert_eq!((sheet.text(0, "best_of_50"), sheet.text(0, "best_of_50_lo")), ("", ""), "not from 20 runs");
    close(sheet.real(0, "best_of_5_lo"), 1.0 - (1.0 - wilson(3, 20, 0.95).0).powi(5), 1e-14);
    // (3 * 10 + 17 * 10) / 3.
    close(sheet.real(0, "ert"), 200.0 / 3.0, 1e-12);
    assert_eq!((sheet.real(0, "best_cutoff"), sheet.count(0, "n_hits_at_cutoff")), (10.0, 3));
    assert_eq!((sheet.text(0, "restarted_method"), sheet.real(0, "restarted_budget")), ("many", 50.0));
    close(sheet.real(0, "derived"), 1.0 - 0.85_f64.powi(5), 1e-14);
    close(sheet.real(0, "derived_attempts"), 5.0, 1e-12);
    close(sheet.real(0, "derived_lo"), 1.0 - (1.0 - wilson(3, 20, 0.95).0).powi(5), 1e-12);
    // Four standard errors of 10000 random orders.
    close(sheet.real(0, "derived_unbiased"), 0.600877, 4.0 * 0.0049);
    close(sheet.real(0, "difference"), 0.6 - (1.0 - 0.85_f64.powi(5)), 1e-14);
    assert_eq!((sheet.real(0, "p"), sheet.text(0, "verdict")), (sheet.real(0, "p_holm"), "open"));

    let table = tables.iter().find(|table| table.name == "restarts").unwrap();
    assert_eq!(table.footer[0], "planned 20 = reached 3 + not reached 17 + missing 0");
    assert!(table.footer.contains(&"real against derived 1 = agree 0 + open 1 + more 0 + fewer 0".to_string()));
    let text = table.to_text(80);
    for part in [
        "0.15   0.28   0.60   0.89      1\n",
        "best of k runs",
        "0.60  0.56 [.24,.89]  +.04",
        "3!",
        "many: 20 runs, cutoff 10, budget 50",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

/// Single runs that went on to 40 are attempts of 10 for a method that gives up there, and their late hits are none.
#[test]
fn attempts_are_cut_off_as_the_restarted_method_does() {
    let mut files = Files::default();
    for replicate in 0..20 {
        let key = files.run_of("xor", SINGLE, replicate, ("converged", "40.0"));
        files.hit(&key, "0.01", ["10.0", "10.0", "10.0", "30.0", "35.0"].get(replicate).unwrap_or(&""));
    }
    cell(&mut files, "xor", RESTART, (12, 20), ("budget", "50.0"), "30.0");
    let sheet = Sheet::of(&files.tables(), "restarts");
    close(sheet.real(0, "derived"), 1.0 - 0.85_f64.powi(5), 1e-14);
    close(sheet.real(0, "derived_unbiased"), 0.600877, 4.0 * 0.0049);
}

#[test]
fn a_method_is_paired_only_with_restarts_of_itself() {
    let partners = |method: [&str; 4]| {
        let mut files = Files::default();
        cell(&mut files, "xor", SINGLE, (3, 20), ("converged", "10.0"), "10.0");
        cell(&mut files, "xor", method, (12, 20), ("budget", "50.0"), "30.0");
        Sheet::of(&files.tables(), "restarts").text(0, "restarted_method").to_string()
    };
    let [label, optimizer, strategy, params] = RESTART;
    assert_eq!(partners(RESTART), "many");
    assert_eq!(partners([label, "adam", strategy, params]), "");
    assert_eq!(partners([label, optimizer, "noisy_start", params]), "");
    assert_eq!(partners([label, optimizer, strategy, r#"{"lr":0.2,"strategy":{"cutoff":10}}"#]), "");
    assert_eq!(partners([label, optimizer, strategy, r#"{"strategy":{"cutoff":10},"lr":0.1}"#]), "many", "key order");
    assert_eq!(partners([label, optimizer, strategy, "no json"]), "");
}

/// Two restarted methods give two rows, and the single method's own figures once in the text.
#[test]
fn every_restarted_method_is_compared() {
    let mut files = golden();
    let longer = ["longer", "sgd", "multi_restart", r#"{"lr":0.1,"strategy":{"cutoff":400}}"#];
    cell(&mut files, "xor", longer, (20, 20), ("budget", "500.0"), "30.0");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "restarts");
    assert_eq!((sheet.text(0, "restarted_method"), sheet.text(1, "restarted_method")), ("many", "longer"));
    // 50 attempts of 10 are more than 20 runs have to offer: extrapolated, and so marked.
    close(sheet.real(1, "derived"), 1.0 - 0.85_f64.powi(50), 1e-13);
    assert_eq!(sheet.text(1, "derived_unbiased"), "");
    let p = [sheet.real(0, "p"), sheet.real(1, "p")];
    assert_eq!(vec![sheet.real(0, "p_holm"), sheet.real(1, "p_holm")], holm(&p));
    let text = tables.iter().find(|table| table.name == "restarts").unwrap().to_text(80);
    assert!(text.contains("~0.9997 [") && text.contains("~ = extrapolation"), "{text}");
    assert_eq!(text.matches("3!").count(), 1, "{text}");
}

/// A single run that its budget stopped before the cutoff would have gone on: nothing can be derived from it.
#[test]
fn censored_and_missing_runs_give_no_derived_figure() {
    let reason = |status: &str, cost: &str, hit: &str| {
        let mut files = golden();
        let key = files.run_of("xor", SINGLE, 20, (status, cost));
        if !cost.is_empty() {
            files.hit(&key, "0.01", hit);
        }
        let sheet = Sheet::of(&files.tables(), "restarts");
        (sheet.text(0, "derived").is_empty(), sheet.text(0, "verdict").to_string())
    };
    let refused = |reason: &str| (true, reason.to_string());
    assert_eq!(reason("budget", "9.0", ""), refused("single too short"));
    assert_eq!(reason("missing", "", ""), refused("runs missing"));
    assert_eq!(reason("panic", "", ""), refused("cost unknown"));
    // A run that ended by itself is an attempt like any other.
    assert!(!reason("diverged", "9.0", "").0 && !reason("budget", "10.0", "").0 && !reason("budget", "9.0", "8.0").0);
}

/// One attempt succeeds with probability `p` at a cost of 3 to 12, or ends without at 5 to 20.
fn attempt(draws: &mut Draws, percent: u64) -> (f64, bool) {
    let success = draws.below(100) < percent;
    (if success { 3 + draws.below(10) } else { 5 + draws.below(16) } as f64, success)
}

/// 40 problems with 100 single and 100 restarted runs; `factor` changes the success of the restarted attempts.
fn world(seed: u64, percent_of_real: fn(u64) -> u64) -> Files {
    let mut draws = Draws(seed);
    let mut files = Files::default();
    for i in 0..40 {
        let (problem, percent) = (format!("problem{i}"), 2 + i % 10);
        for replicate in 0..100 {
            let (cost, success) = attempt(&mut draws, percent);
            let key = files.run_of(&problem, SINGLE, replicate, ("converged", &format!("{cost:?}")));
            files.hit(&key, "0.01", &if success { format!("{cost:?}") } else { String::new() });
            let (mut spent, mut hit) = (0.0, None);
            while spent <= 150.0 && hit.is_none() {
                // Cut off at 15, as a restarted run does.
                let (cost, success) = attempt(&mut draws, percent_of_real(percent));
                spent += cost.min(15.0);
                hit = (success && spent <= 150.0).then_some(spent);
            }
            let method = [RESTART[0], RESTART[1], RESTART[2], r#"{"lr":0.1,"strategy":{"cutoff":15}}"#];
            let key = files.run_of(&problem, method, replicate, ("budget", "150.0"));
            files.hit(&key, "0.01", &hit.map_or(String::new(), |hit| format!("{hit:?}")));
        }
    }
    files
}

/// The agreement test where real and derived are the same law, and where they are not.
#[test]
fn real_restarts_agree_with_derived_ones() {
    let same = Sheet::of(&world(1, |percent| percent).tables(), "restarts");
    let p: Vec<f64> = (0..same.rows.len()).map(|row| same.real(row, "p")).collect();
    let alarms = p.iter().filter(|p| **p < 0.05).count();
    println!("{alarms} of {} below 5 %", p.len());
    // Binomial(40, 0.05) is above 6 with probability 0.3 %.
    assert!(p.len() == 40 && alarms <= 6, "{alarms} false alarms: {p:?}");
    let differences: Vec<f64> = (0..40).map(|row| same.real(row, "difference")).collect();
    // The mean of 40 differences, each with a standard error of about 0.1; the plug-in's own bias is 0.01 to 0.02.
    assert!(differences.iter().sum::<f64>().abs() / 40.0 < 0.05, "{differences:?}");
    assert!((0..40).all(|row| ["agree", "open"].contains(&same.text(row, "verdict"))));

    let worse = Sheet::of(&world(1, |percent| percent / 3).tables(), "restarts");
    let fewer = (0..40).filter(|row| worse.text(*row, "verdict") == "fewer").count();
    assert!(fewer >= 15 && (0..40).all(|row| worse.text(row, "verdict") != "more"), "{fewer} of 40 found");
}

/// Replicates are matched by number, not by position.
#[test]
fn comparison_by_hand() {
    let mut files = Files::default();
    // Baseline hits 0..4 of 20; the method 3..14: both 3, only the method 4..14, only the baseline 0, 1, 2.
    for replicate in 0..20 {
        let key = files.run_of("xor", SINGLE, replicate, ("converged", "10.0"));
        files.hit(&key, "0.01", if replicate < 4 { "10.0" } else { "" });
        files.hit(&key, "1.0", "1.0");
    }
    for replicate in (0..20).rev() {
        let key = files.run_of("xor", RESTART, replicate, ("budget", "50.0"));
        files.hit(&key, "0.01", if (3..14).contains(&replicate) { "10.0" } else { "" });
        files.hit(&key, "1.0", "1.0");
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "comparison");
    let row = (0..2).find(|row| sheet.text(*row, "gap") == "0.01").unwrap();
    assert_eq!(
        (sheet.text(row, "method"), sheet.text(row, "baseline"), sheet.text(row, "test")),
        ("many", "one", "mcnemar")
    );
    assert_eq!((sheet.count(row, "n_only_method"), sheet.count(row, "n_only_baseline")), (10, 3));
    assert_eq!((sheet.real(row, "p"), sheet.real(row, "p_holm")), (mcnemar_exact(10, 3), mcnemar_exact(10, 3)));
    close(sheet.real(row, "difference"), 0.35, 1e-15);
    assert_eq!((sheet.real(row, "ert"), sheet.real(row, "baseline_ert")), (560.0 / 11.0, 50.0));
    // At the other gap nothing could differ: it does not count in Holm's family.
    assert_eq!((sheet.real(1 - row, "p"), sheet.text(1 - row, "p_holm")), (1.0, ""));
    let table = tables.iter().find(|table| table.name == "comparison").unwrap();
    assert_eq!(table.footer[0], "comparisons 2 = tested 1 + alike 1 + incomplete 0");
    let text = table.to_text(80);
    assert!(text.contains("0.55   0.20  +.35 [") && !text.contains("Fisher"), "{text}");
}

#[test]
fn unequal_replicates_are_not_paired_and_missing_runs_not_tested() {
    let mut files = Files::default();
    cell(&mut files, "xor", SINGLE, (0, 15), ("converged", "10.0"), "10.0");
    cell(&mut files, "xor", RESTART, (4, 15), ("budget", "50.0"), "10.0");
    let mut unequal = files.clone();
    unequal.runs.iter_mut().filter(|row| row.contains(",many,")).for_each(|row| {
        *row = row.replace(",many,14,", ",many,99,");
    });
    assert_ne!(unequal.runs, files.runs);
    let sheet = Sheet::of(&unequal.tables(), "comparison");
    // The published value of Fisher's test for 0/15 against 4/15.
    assert_eq!((sheet.text(0, "test"), sheet.text(0, "n_only_method")), ("fisher", ""));
    close(sheet.real(0, "p"), 0.099617, 5.1e-7);
    // Paired, the same counts are four pairs for one side.
    close(Sheet::of(&files.tables(), "comparison").real(0, "p"), 0.125, 1e-12);

    files.run_of("xor", RESTART, 15, ("missing", ""));
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "comparison");
    assert_eq!((sheet.text(0, "test"), sheet.text(0, "p"), sheet.count(0, "n_missing")), ("missing", "", 1));
    let table = tables.iter().find(|table| table.name == "comparison").unwrap();
    assert_eq!(table.footer[0], "comparisons 1 = tested 0 + alike 0 + incomplete 1");
}
