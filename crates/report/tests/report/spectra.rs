//! The table of spectra, computed by hand from a few rows.

use crate::common::{Files, Sheet};

/// Two draws of a matrix of four eigenvalues, one at a kink, one that is missing, and one of another problem.
fn draws() -> Files {
    let mut files = Files::default();
    let key = |problem: &str| problem.replace(' ', "_");
    for (problem, status) in [
        ("goe dim=4 seed=0", "converged"),
        ("goe dim=4 seed=1", "converged"),
        ("goe dim=4 seed=2", "budget"),
        ("goe dim=4 seed=3", "missing"),
        ("goe dim=4 spikes=1 seed=0", "converged"),
    ] {
        files.run(&key(problem), problem, "all", status, if status == "missing" { "" } else { "5.0" });
    }
    let mut row =
        |problem: &str, at: &str, cells: &str| files.spectrum.push(format!("{},{at},4,{cells}", key(problem)));
    for (seed, level, negative, values, outliers) in [
        (0, "1", "0.25", ["-3", "0", "1", "2"], &["1,-3"][..]),
        (1, "3", "0.5", ["-2", "-1", "1", "5"], &["1,-2", "4,5"]),
    ] {
        let problem = format!("goe dim=4 seed={seed}");
        for at in ["start", "stop"] {
            row(&problem, at, &format!("level,,{level},,"));
            row(&problem, at, &format!("negative,-0.1,{negative},,0.5"));
            row(&problem, at, &format!("zero,0.1,{},,0", if seed == 0 { "0.25" } else { "0" }));
            row(&problem, at, "positive,0.1,0.5,,0.5");
            for (i, value) in values.iter().enumerate() {
                row(&problem, at, &format!("eigenvalue,{},{value},,0.5", i + 1));
            }
            row(&problem, at, &format!("distance,,0.{},,0.3", seed + 1));
            row(&problem, at, &format!("outliers,,{},,1", outliers.len()));
            outliers.iter().for_each(|outlier| row(&problem, at, &format!("outlier,{outlier},,-2.5")));
        }
    }
    row("goe dim=4 seed=2", "start", "kink,,2,,");
    row("goe dim=4 spikes=1 seed=0", "start", "negative,-0.1,0.5,0.125,0.25");
    row("goe dim=4 spikes=1 seed=0", "start", "quantile,0.5,1.5,,");
    row("goe dim=4 spikes=1 seed=0", "start", "lowest,1,-1.75,0.001,");
    files
}

#[test]
fn spectra_of_all_draws_stand_together_by_hand() {
    let tables = draws().tables();
    let sheet = Sheet::of(&tables, "spectrum");
    let labels: Vec<(&str, &str)> = (0..3).map(|i| (sheet.text(i, "problem"), sheet.text(i, "at"))).collect();
    assert_eq!(labels, [("goe dim=4", "start"), ("goe dim=4", "stop"), ("goe dim=4 spikes=1", "start")]);
    let counts = |row| ["n_spectra", "n_missing", "n_not_smooth", "n_eigenvalues"].map(|name| sheet.count(row, name));
    assert_eq!([counts(0), counts(1), counts(2)], [[3, 1, 1, 4], [2, 1, 0, 4], [1, 0, 0, 4]]);
    for (name, exact) in [
        ("level_mean", 2.0),
        ("negative_mean", 0.375),
        // Shares 1/4 and 1/2: sd sqrt(2)/8, over sqrt 2. The distances from theory are -1/4 and 0.
        ("negative_se", 0.125),
        ("negative_theory", 0.5),
        ("negative_z", -1.0),
        ("negative_least", 0.25),
        ("negative_most", 0.5),
        ("zero_mean", 0.125),
        ("n_zero_least", 0.0),
        ("n_zero_most", 1.0),
        ("positive_mean", 0.5),
        ("lambda_min", -3.0),
        ("lambda_max", 5.0),
        // The least value that half of them do not exceed: 0 and -1.
        ("q50", -0.5),
        ("n_outliers_mean", 1.5),
        ("n_outliers_least", 1.0),
        ("n_outliers_most", 2.0),
        ("n_outliers_theory", 1.0),
        ("outlier_mean", 0.0),
        ("outlier_least", -3.0),
        ("outlier_most", 5.0),
        ("outlier_theory", -2.5),
        // Without the outliers -3; and -2 and 5.
        ("bulk_least", -1.0),
        ("bulk_most", 2.0),
        ("distance_mean", 0.15),
        ("distance_most", 0.2),
        ("distance_critical", 0.3),
    ] {
        assert!((sheet.real(0, name) - exact).abs() < 1e-12, "{name}: {}", sheet.text(0, name));
    }
    // One density has its own error: z = (0.5 - 0.25) / 0.125.
    let one = ["negative_se", "negative_z", "q50", "lambda_min"].map(|name| sheet.real(2, name));
    assert_eq!(one, [0.125, 2.0, 1.5, -1.75]);
    assert_eq!(sheet.text(2, "distance_mean"), "");
    let text = tables.iter().find(|table| table.name == "spectrum").unwrap().to_text(80);
    assert!(text.contains("planned 5 = with a spectrum 4 + without 1"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(
        !text.split("spikes=1").nth(1).unwrap().contains("distance"),
        "columns without a number are left out: {text}"
    );
}

#[test]
fn rows_that_do_not_belong_together_are_refused() {
    let refused = |change: fn(&mut Files)| {
        let mut files = draws();
        change(&mut files);
        report::tables(files.write().path()).unwrap_err().to_string()
    };
    let elsewhere = refused(|files| files.spectrum.push("goe_dim=4_seed=0,start,4,level,,1,,".to_string()));
    assert!(elsewhere.contains("the spectrum at start stands in two places"), "{elsewhere}");
    let more = refused(|files| files.spectrum[1] = files.spectrum[1].replace(",4,", ",5,"));
    assert!(more.contains("5 eigenvalues at start"), "{more}");
    let unknown = refused(|files| files.spectrum[0] = files.spectrum[0].replace("level", "height"));
    assert!(unknown.contains("spectrum.csv") && unknown.contains("height"), "{unknown}");
}
