//! The tables of small folders whose figures can be counted by hand, and of random folders whose identities must hold.

use crate::common::{Files, Sheet, random_folder};
use report::estimators::wilson;

/// Seven runs with the costs of the golden expected running time, in one cell.
fn golden_cell() -> Files {
    let mut files = Files::default();
    for (i, hit) in ["120.0", "340.0", "90.0", "410.0"].into_iter().enumerate() {
        let key = format!("s{i}");
        files.run(&key, "himmelblau", "sgd", "converged", "1000.0");
        files.hit(&key, "0.01", hit);
    }
    for (i, (status, cost)) in
        [("budget", "1000.0"), ("diverged", "1000.0"), ("converged", "700.0")].into_iter().enumerate()
    {
        let key = format!("f{i}");
        files.run(&key, "himmelblau", "sgd", status, cost);
        files.hit(&key, "0.01", "");
    }
    files
}

#[test]
fn success_counts_by_hand() {
    let sheet = Sheet::of(&golden_cell().tables(), "success");
    let counts = [
        "n_planned",
        "n_reached",
        "n_converged",
        "n_stalled",
        "n_budget",
        "n_diverged",
        "n_nan",
        "n_panic",
        "n_missing",
    ];
    assert_eq!(counts.map(|column| sheet.count(0, column)), [7, 4, 1, 0, 1, 1, 0, 0, 0]);
    assert_eq!(
        (sheet.real(0, "ert"), sheet.real(0, "cost_spent"), sheet.real(0, "cost_median")),
        (915.0, 3660.0, 230.0)
    );
    // Printed in shortest round-trip form, so the very same bits come back.
    assert_eq!((sheet.real(0, "share_lo"), sheet.real(0, "share_hi")), wilson(4, 7, 0.95));
    assert_eq!(sheet.real(0, "share"), 4.0 / 7.0);
    assert_eq!((sheet.text(0, "interval"), sheet.text(0, "gap")), ("wilson", "0.01"));
}

#[test]
fn no_success_is_an_infinite_ert_with_its_bound() {
    let mut files = golden_cell();
    files.hits.iter_mut().for_each(|row| row.truncate(row.rfind(',').unwrap() + 1));
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "success");
    assert_eq!((sheet.text(0, "ert"), sheet.real(0, "cost_spent"), sheet.text(0, "cost_median")), ("inf", 6700.0, ""));
    assert_eq!((sheet.real(0, "share"), sheet.real(0, "share_lo")), (0.0, 0.0));
    assert!(tables[0].to_text(80).contains(" >6700"), "{}", tables[0].to_text(80));
}

#[test]
fn all_successes_and_a_single_run() {
    let mut files = Files::default();
    files.run("only", "quadratic", "sgd", "converged", "10.0");
    files.hit("only", "1.0", "3.0");
    files.point("only", "stop", "0.0", [0, 0, 2], "", ("minimum", 0));
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "success");
    assert_eq!((sheet.real(0, "share"), sheet.real(0, "share_hi"), sheet.real(0, "ert")), (1.0, 1.0, 3.0));
    let curve = Sheet::of(&tables, "index_vs_loss");
    assert_eq!((curve.text(0, "index_se"), curve.text(1, "correlation")), ("", ""));
}

/// A missing run stays in the denominator; the cell shows bounds instead of an estimate and says why.
#[test]
fn missing_runs_stay_in_the_denominator() {
    let mut files = golden_cell();
    for i in 0..3 {
        files.run(&format!("m{i}"), "himmelblau", "sgd", "missing", "");
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "success");
    assert_eq!(
        (sheet.count(0, "n_planned"), sheet.count(0, "n_missing"), sheet.text(0, "interval")),
        (10, 3, "missing")
    );
    assert_eq!((sheet.real(0, "share_lo"), sheet.real(0, "share_hi")), (4.0 / 10.0, 4.0 / 7.0));
    assert_eq!(sheet.text(0, "exact_lo"), "");
    assert_eq!(sheet.real(0, "ert"), 915.0);
    let text = tables[0].to_text(80);
    assert!(text.contains("[.40,.57]*") && text.contains("* = runs are missing"), "{text}");
    assert_eq!(
        tables[0].footer[0],
        "planned 10 = reached 4 + converged 1 + stalled 0 + budget 1 + diverged 1 + nan 0 + panic 0 + missing 3"
    );
}

/// A panic loses the cost of its run: it is charged nothing, and the running time is marked as a bound.
#[test]
fn a_panic_of_unknown_cost_makes_the_ert_a_lower_bound() {
    let mut files = golden_cell();
    files.run("p", "himmelblau", "sgd", "panic", "");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "success");
    assert_eq!((sheet.real(0, "ert"), sheet.count(0, "n_cost_unknown"), sheet.count(0, "n_panic")), (915.0, 1, 1));
    let text = tables[0].to_text(80);
    assert!(text.contains(">915") && text.contains("diverged, NaN or panicked: sgd 2"), "{text}");
}

#[test]
fn endpoints_count_classes_and_runs_without_certificate() {
    let mut files = Files::default();
    let points = [
        ("a", "sgd", "minimum", 0),
        ("b", "sgd", "minimum", 1),
        ("c", "sgd", "saddle", 2),
        ("d", "adam", "not-critical", 0),
        ("e", "sgd", "gradient-flat", 0),
    ];
    for (key, method, class, flips) in points {
        files.run(key, "xor", method, "budget", "9.0");
        files.point(key, "stop", "0.25", [u64::from(class == "saddle"), 0, 8], "", (class, flips));
        // Points elsewhere in the run are no end points.
        files.point(key, "start", "0.5", [4, 0, 5], "", ("saddle", 0));
    }
    files.run("f", "xor", "sgd", "nan", "2.0");
    files.run("g", "xor", "adam", "missing", "");
    files.finder("h", "xor", "converged");
    files.point("h", "found", "0.5", [1, 0, 8], "", ("saddle", 0));
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "endpoints");
    let columns =
        ["n_planned", "n_minimum", "n_saddle", "n_gradient_flat", "n_not_critical", "n_none", "n_missing", "n_flips"];
    assert_eq!(columns.map(|column| sheet.count(0, column)), [5, 2, 1, 1, 0, 1, 0, 2]);
    assert_eq!(columns.map(|column| sheet.count(1, column)), [2, 0, 0, 0, 1, 1, 1, 0]);
    assert_eq!(sheet.rows.len(), 2, "the finder has no line");
    assert_eq!((sheet.real(0, "share_lo"), sheet.real(0, "share_hi")), wilson(2, 5, 0.95));
    assert_eq!(sheet.real(0, "grad_norm_before_median"), 1e-6);
    let endpoints = tables.iter().find(|table| table.name == "endpoints").unwrap();
    assert_eq!(
        endpoints.footer[0],
        "planned 7 = minimum 2 + saddle 1 + maximum 0 + degenerate 0 + gradient-flat 1 + not-critical 1 + at-infinity 0 \
         + none 2"
    );
}

#[test]
fn signs_average_over_certified_points_only() {
    let mut files = Files::default();
    let points = [
        ("a", "1.0", [1, 0, 7], "saddle"),
        ("b", "3.0", [2, 0, 6], "saddle"),
        ("c", "0.0", [0, 0, 8], "minimum"),
        ("d", "2.0", [1, 1, 6], "degenerate"),
        ("e", "7.0", [8, 0, 0], "not-critical"),
    ];
    for (key, level, inertia, class) in points {
        files.finder(key, "spin", "converged");
        files.point(key, "found", level, inertia, "", (class, 0));
    }
    files.finder("lost", "spin", "panic");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "signs");
    let classes: Vec<&str> = (0..sheet.rows.len()).map(|row| sheet.text(row, "class")).collect();
    assert_eq!(classes, ["minimum", "saddle", "degenerate", "not-critical"]);
    assert_eq!((sheet.count(1, "n_points"), sheet.real(1, "level_median")), (2, 2.0));
    assert_eq!(
        (sheet.real(1, "negative_mean"), sheet.real(1, "zero_mean"), sheet.real(1, "positive_mean")),
        (0.1875, 0.0, 0.8125)
    );
    assert_eq!((sheet.count(1, "index_min"), sheet.count(1, "index_max")), (1, 2));
    assert_eq!((sheet.real(2, "zero_mean"), sheet.text(3, "negative_mean")), (0.125, ""));
    let signs = tables.iter().find(|table| table.name == "signs").unwrap();
    assert!(signs.footer[0].starts_with("certificates 5 = minimum 1 + saddle 2 + maximum 0 + degenerate 1 "));
    assert!(signs.footer.contains(&"planned 6 = with a certificate 5 + without 1".to_string()));
}

/// Four searches end with |g| = 1e-9, 2e-5, 2e-3 and 1: within 1e-4 on the square are three of five, the missing one in the
/// denominator; one of them is critical.
#[test]
fn a_loose_bound_on_the_gradient_claims_what_is_not_certified() {
    let mut files = Files::default();
    for (key, gradient, class) in [
        ("a", "1e-9", "saddle"),
        ("b", "2e-5", "gradient-flat"),
        ("c", "2e-3", "not-critical"),
        ("d", "1", "not-critical"),
    ] {
        files.finder(key, "net", "converged");
        files.critical.push(format!("{key},found,5,1,1,2,{gradient},3,0.01,8,1,0,7,0,0.125,,-1,2,,,,,{class},0,why,,"));
    }
    files.finder("e", "net", "missing");
    files.run("f", "net", "sgd", "budget", "9.0");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "tolerance");
    assert_eq!(sheet.rows.len(), 7, "a descent is no search");
    let column = |name| (0..7).map(|row| sheet.count(row, name)).collect::<Vec<usize>>();
    assert_eq!(column("n_within"), [3, 2, 2, 1, 1, 1, 1]);
    assert_eq!(column("n_certified"), [1; 7]);
    assert_eq!(column("n_planned"), [5; 7]);
    assert_eq!((sheet.real(0, "share"), sheet.real(0, "grad_sq")), (0.6, 1e-4));
    let table = tables.iter().find(|table| table.name == "tolerance").unwrap();
    assert_eq!(table.footer, ["planned 6 = searches 5 + other runs 1"]);
}

/// A finder that certifies nothing, as on the control function without critical points, still shows what it returned.
#[test]
fn a_problem_without_critical_points_says_so() {
    let mut files = Files::default();
    files.finder("a", "control", "budget");
    files.critical.push("a,found,5.0,-inf,-inf,nan,1e-3,3,0.01,,,,,0,,,,,,,,,at-infinity,0,why,,".to_string());
    let tables = files.tables();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["signs", "tolerance"], "no target, no descent, no curve");
    let sheet = Sheet::of(&tables, "signs");
    assert_eq!((sheet.text(0, "class"), sheet.text(0, "level_median")), ("at-infinity", "-inf"));
    assert!(tables[0].to_text(80).contains("control (no critical point)"));
}

/// Few critical values: one bin each, however many points share one and however they differ in the last bits.
#[test]
fn few_critical_values_get_a_bin_each() {
    let mut files = Files::default();
    let mut add = |level: f64, inertia: [u64; 3], class: &str| {
        let key = format!("run{}", files.runs.len());
        files.finder(&key, "double_well", "converged");
        files.point(&key, "found", &format!("{level:?}"), inertia, "", (class, 0));
    };
    for i in 0..30 {
        add(1e-17 * f64::from(i), [0, 0, 2], "minimum");
    }
    (0..3).for_each(|_| add(0.25, [1, 0, 1], "saddle"));
    add(0.5, [2, 0, 0], "maximum");
    add(0.1, [0, 1, 1], "degenerate");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "index_vs_loss");
    let cells: Vec<(&str, usize, f64)> = (0..sheet.rows.len())
        .map(|row| (sheet.text(row, "bin"), sheet.count(row, "n_points"), sheet.real(row, "index_mean")))
        .collect();
    assert_eq!(cells, [("1", 30, 0.0), ("2", 3, 0.5), ("3", 1, 1.0), ("all", 34, 2.5 / 34.0)]);
    let curve = tables.iter().find(|table| table.name == "index_vs_loss").unwrap();
    assert!(curve.footer[0].starts_with("certificates 35 = shown 34 + degenerate 1 + "));
    let text = curve.to_text(80);
    assert!(!text.contains("theory"), "no theory, no column for it");
    assert!(!text.contains(".."), "rounding is no range of levels: {text}");
}

/// Index fraction = level exactly, theory a tenth above it: the figures of the curve are known.
#[test]
fn curve_against_theory() {
    let mut files = Files::default();
    for neg in 0..=40_u64 {
        let key = format!("run{neg}");
        let level = neg as f64 / 40.0;
        let class = ["minimum", "saddle", "maximum"][usize::from(neg > 0) + usize::from(neg == 40)];
        files.finder(&key, "spin", "converged");
        files.point(
            &key,
            "found",
            &format!("{level:?}"),
            [neg, 0, 40 - neg],
            &format!("{:?}", level + 0.1),
            (class, 0),
        );
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "index_vs_loss");
    assert_eq!(sheet.rows.len(), 9, "eight bins and the whole");
    let points: Vec<usize> = (0..8).map(|row| sheet.count(row, "n_points")).collect();
    assert_eq!(points.iter().sum::<usize>(), 41);
    assert!(points.iter().all(|n| (5..=6).contains(n)), "equal counts to within one: {points:?}");
    for row in 0..9 {
        // Sums of at most 41 terms below 1: a few tens of eps.
        assert!((sheet.real(row, "deviation_mean") + 0.1).abs() < 1e-14);
        assert!((sheet.real(row, "deviation_rms") - 0.1).abs() < 1e-14);
        assert!((sheet.real(row, "index_mean") - sheet.real(row, "level_mean")).abs() < 1e-14);
    }
    assert!((sheet.real(8, "correlation") - 1.0).abs() < 1e-14);
    // 0..40 over 40: variance of the mean (41 * 42 / 12) / 41 / 40^2.
    assert!((sheet.real(8, "index_se") - (42.0 / 12.0 / 1600.0_f64).sqrt()).abs() < 1e-14);
    for row in 1..8 {
        assert!(sheet.real(row - 1, "level_hi") < sheet.real(row, "level_lo"), "bins do not overlap");
    }
}

/// Every planned run and every certificate is somewhere, in every line of every table.
#[test]
fn the_accounting_identity_holds_for_random_folders() {
    for seed in 0..40 {
        let files = random_folder(seed, 1 + seed as usize % 9);
        let tables = files.tables();
        let with_targets =
            files.runs.iter().filter(|row| !row.contains("double_well") && !row.contains(",newton,")).count();
        let descents = files.runs.iter().filter(|row| !row.contains(",newton,")).count();
        let expected = [
            ("success", "planned", with_targets),
            // Every descent of a random folder is a single run.
            ("restarts", "planned", with_targets),
            ("endpoints", "planned", descents),
            ("signs", "certificates", files.critical.len()),
            ("index_vs_loss", "certificates", files.critical.len()),
        ];
        for (name, whole, count) in expected {
            // A tiny folder may have nothing to put into a table.
            let Some(table) = tables.iter().find(|table| table.name == name) else {
                assert!(
                    !["success", "restarts"].contains(&name) && files.runs.len() < 40,
                    "seed {seed}: {name} is missing"
                );
                continue;
            };
            let (left, right) = table.footer[0].split_once(" = ").unwrap();
            let sum: usize =
                right.split(" + ").map(|part| part.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum();
            assert_eq!(
                (left.to_string(), sum),
                (format!("{whole} {count}"), count),
                "seed {seed}: {}",
                table.footer[0]
            );
        }
        let sheet = Sheet::of(&tables, "success");
        for row in 0..sheet.rows.len() {
            let parts =
                ["n_reached", "n_converged", "n_stalled", "n_budget", "n_diverged", "n_nan", "n_panic", "n_missing"];
            let sum: usize = parts.iter().map(|column| sheet.count(row, column)).sum();
            assert_eq!(sum, sheet.count(row, "n_planned"), "seed {seed}, row {row}");
            assert!(
                sheet.real(row, "share_lo") <= sheet.real(row, "share")
                    && sheet.real(row, "share") <= sheet.real(row, "share_hi")
            );
        }
    }
}
