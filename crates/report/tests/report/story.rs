//! Tables of what is recorded along runs and at their end, counted by hand.

use crate::common::{Files, Sheet};
use report::estimators::{quantile, wilson};

/// Ten runs whose gaps at costs 1 and 10 are 1 .. 10 and 0.1 .. 1.0; the last goes on to cost 100.
fn ten() -> Files {
    let mut files = Files::default();
    for run in 1..=10 {
        let key = format!("r{run}");
        files.run(&key, "xor", "gd", "budget", if run == 10 { "100.0" } else { "10.0" });
        files.curve(&key, 0, "1", &format!("{run}"), "");
        files.curve(&key, 0, "10", &format!("{}", f64::from(run) / 10.0), "");
    }
    files.curve("r10", 0, "100", "0.001", "");
    files.run("unrecorded", "xor", "gd", "budget", "10.0");
    files
}

#[test]
fn a_curve_holds_the_last_known_value_of_every_run() {
    let tables = ten().tables();
    let sheet = Sheet::of(&tables, "curves");
    assert_eq!(sheet.rows.len(), 21, "10^(j/10) from 1 to 100");
    let row = |cost: f64| (0..21).find(|i| (sheet.real(*i, "cost") / cost - 1.0).abs() < 1e-12).unwrap();
    for (cost, quantiles, running) in [
        (1.0, [1.0, 3.0, 5.0, 8.0, 9.0], 10),
        (10f64.powf(0.9), [1.0, 3.0, 5.0, 8.0, 9.0], 10),
        (10.0, [0.1, 0.3, 0.5, 0.8, 0.9], 1),
        // The run that goes on is the best one now; the others stay where they ended.
        (100.0, [0.001, 0.2, 0.4, 0.7, 0.8], 0),
    ] {
        let found = ["q10", "q25", "q50", "q75", "q90"].map(|name| sheet.real(row(cost), name));
        assert_eq!((found, sheet.count(row(cost), "n_running")), (quantiles, running), "cost {cost}");
    }
    let text = tables.iter().find(|table| table.name == "curves").unwrap().to_text(80);
    assert!(text.contains("planned 11 = with a curve 10 + without 1"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn quantiles_are_members_of_the_sample() {
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    let of = |p| quantile(&ten, p).unwrap();
    assert_eq!([of(0.1), of(0.100_001), of(0.5), of(0.9), of(1.0)], [1.0, 2.0, 5.0, 9.0, 10.0]);
    assert_eq!(quantile(&[], 0.5), None);
    assert!(quantile(&[1.0, f64::NAN], 0.9).unwrap().is_nan() && quantile(&[1.0, -f64::NAN], 0.5) == Some(1.0));
}

/// Costs 1, 3, 7, 15 with flags 0, 1, 1, 0: half of 2, all of 4, half of 8. A restart cuts the interval off.
#[test]
fn time_on_plateaus_by_hand() {
    let mut files = Files::default();
    for (key, flags, restarts) in [
        ("crosses", ["0", "1", "1", "0"], [0, 0, 0, 0]),
        ("never", ["0", "0", "0", "0"], [0, 0, 0, 0]),
        ("stays", ["1", "1", "1", "1"], [0, 0, 0, 0]),
        ("restarts", ["1", "1", "1", "0"], [0, 0, 1, 1]),
    ] {
        files.run(key, "xor", "gd", "budget", "15.0");
        for ((cost, flag), restart) in ["1", "3", "7", "15"].into_iter().zip(flags).zip(restarts) {
            files.curve(key, restart, cost, "0.5", flag);
        }
    }
    files.run("blind", "xor", "sgd", "budget", "15.0");
    files.curve("blind", 0, "1", "0.5", "");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "plateaus");
    assert_eq!(sheet.rows.len(), 1, "sgd was not asked");
    // 1 + 4 + 4; 0; 14; 2 + 0 (another attempt) + 4.
    let dwell = ["dwell_q10", "dwell_q50", "dwell_q90", "dwell_max"].map(|name| sheet.real(0, name));
    assert_eq!(dwell, [0.0, 6.0, 14.0, 14.0]);
    assert_eq!(sheet.real(0, "share_of_cost"), (9.0 + 14.0 + 6.0) / 60.0);
    assert_eq!((sheet.count(0, "n_on_plateau"), sheet.count(0, "n_end_there"), sheet.real(0, "share")), (3, 1, 0.75));
    let text = tables.iter().find(|table| table.name == "plateaus").unwrap().to_text(80);
    assert!(text.contains("planned 5 = looked at 4 + not 1"), "{text}");
}

/// Three rows over two runs: fitted always, once, never.
#[test]
fn rows_that_are_never_fitted_by_hand() {
    let mut files = Files::default();
    for (key, fitted) in [("a", [1, 1, 0]), ("b", [1, 0, 0])] {
        files.run(key, "mlp", "sgd", "budget", "15.0");
        for (row, fitted) in fitted.into_iter().enumerate() {
            files.examples.push(format!("{key},{row},{},{fitted}", if fitted == 1 { 0.25 } else { 2.5 }));
        }
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "examples");
    for (row, count, loss) in [(0, 2, 0.25), (1, 1, 1.375), (2, 0, 2.5)] {
        assert_eq!(
            (sheet.count(row, "row"), sheet.count(row, "n_fitted"), sheet.real(row, "loss_median")),
            (row, count, loss)
        );
        assert_eq!((sheet.real(row, "share_lo"), sheet.real(row, "share_hi")), wilson(count, 2, 0.95));
    }
    let text = tables.iter().find(|table| table.name == "examples").unwrap().to_text(80).replace('\n', " ");
    // Never 1, at times 1, always 1; one and two of three rows are unfitted: mean 1/2, standard error 1/6.
    assert!(text.contains("sgd        2     3      1      1       1     0.500  0.167"), "{text}");
    assert!(text.contains("Fitted least often by sgd: row 2 in 0 [0,.66] (loss 2.50); row 1 in 0.50"), "{text}");
    assert!(!text.contains("row 0 in"), "a row that is always fitted is not among the worst: {text}");
}

#[test]
fn attempts_by_hand() {
    let mut files = Files::default();
    files.run_of("xor", ["restart", "gd", "multi_restart", "{}"], 0, ("budget", "30.0"));
    files.run_of("xor", ["restart", "gd", "multi_restart", "{}"], 1, ("budget", "30.0"));
    for (run, restart, f_end, cost, status) in
        [(0, 0, "0.5", "10", "budget"), (0, 1, "0.25", "20", "converged"), (1, 0, "nan", "30", "nan")]
    {
        files.attempts.push(format!("xor/restart/{run},{restart},1.5,{f_end},{cost},{status}"));
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "attempts");
    let counts = ["n_runs", "n_attempts", "n_converged", "n_stalled", "n_budget", "n_diverged", "n_nan"];
    assert_eq!(counts.map(|name| sheet.count(0, name)), [2, 3, 1, 0, 1, 0, 1]);
    assert_eq!((sheet.real(0, "attempts_per_run_median"), sheet.real(0, "cost_q50")), (1.5, 20.0));
    assert_eq!((sheet.real(0, "f_end_q10"), sheet.text(0, "f_end_q90")), (0.25, "nan"), "what is no number ranks last");
}

#[test]
fn rows_that_contradict_the_runs_are_refused() {
    let example = |row: &str| {
        let mut files = ten();
        files.examples.push(row.to_string());
        files
    };
    let curve = |change: &dyn Fn(&mut Files)| {
        let mut files = ten();
        change(&mut files);
        files
    };
    for (files, place, what) in [
        (example("ghost,0,1,1"), "examples.csv:2", "run ghost is not in runs.csv"),
        (example("r1,1,1,1"), "examples.csv:2", "row 1 stands where 0 is expected"),
        (curve(&|f| f.curve("r1", 0, "5", "1", "")), "curves.csv:23", "cost 5.0 after 10.0"),
        (curve(&|f| f.curve("r1", 0, "20", "1", "2")), "curves.csv:23", "plateau is 0, 1 or empty"),
        (curve(&|f| f.attempts.push("r1,1,1,1,1,budget".to_string())), "attempts.csv:2", "restart 1 stands where 0"),
    ] {
        let message = report::tables(files.write().path()).expect_err("refused").to_string();
        assert!(message.contains(place) && message.contains(what), "{message}");
    }
}
