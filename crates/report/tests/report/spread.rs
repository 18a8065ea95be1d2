//! How much runs differ and which levels their critical points have, counted by hand.

use crate::common::{Files, Sheet};
use report::estimators::wilson;

/// Gaps 0, 0, 0, 4 of four runs, one more without a number, and one row of two unfitted in the first two runs.
#[test]
fn spread_by_hand() {
    let mut files = Files::default();
    for (key, level) in [("a", "0.0"), ("b", "0.0"), ("c", "0.0"), ("d", "4.0"), ("e", "nan")] {
        files.run(key, "xor", "gd", "budget", "15.0");
        let row = files.runs.last_mut().unwrap();
        *row = row.replace(",1.5,0.5,0.5,", &format!(",1.5,{level},{level},"));
    }
    for (key, fitted) in [("a", 0), ("b", 0), ("c", 1), ("d", 1)] {
        files.examples.push(format!("{key},0,0.5,{fitted}"));
        files.examples.push(format!("{key},1,0.5,1"));
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "spread");
    let row = |of: &str| (0..sheet.rows.len()).find(|row| sheet.text(*row, "of") == of).unwrap();
    for of in ["level_best", "gap_best"] {
        let row = row(of);
        assert_eq!(["dim", "n_planned", "n_measured"].map(|name| sheet.count(row, name)), [2, 5, 4]);
        // Deviations -1, -1, -1, 3: squares add to 12, fourth powers to 84.
        let (mean, sd) = (sheet.real(row, "mean"), sheet.real(row, "sd"));
        assert_eq!((mean, sheet.real(row, "mean_se"), sd), (1.0, 1.0, 2.0));
        assert_eq!(sheet.real(row, "sd_se"), ((84.0f64 / 4.0 / 16.0 - 1.0) / 4.0).sqrt());
        let order = ["least", "q10", "q50", "q90", "greatest"].map(|name| sheet.real(row, name));
        assert_eq!(order, [0.0, 0.0, 0.0, 4.0, 4.0]);
    }
    let unfitted = row("n_unfitted");
    assert_eq!((sheet.real(unfitted, "mean"), sheet.count(unfitted, "n_measured")), (0.5, 4));
    assert_eq!((sheet.real(unfitted, "least"), sheet.real(unfitted, "greatest")), (0.0, 1.0));
    assert_eq!((sheet.real(row("iterations"), "mean"), sheet.real(row("iterations"), "sd")), (9.0, 0.0));
    assert_eq!(sheet.real(row("restarts"), "greatest"), 0.0);
    assert!((0..sheet.rows.len()).all(|row| sheet.text(row, "of") != "f_held_out"), "nothing is held out");
    let text = tables.iter().find(|table| table.name == "spread").unwrap().to_text(80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("planned 5 = with numbers 5 + without 0"), "{text}");
}

/// The losses 1 to 10 of ten runs: a tenth of them is 1 or less, half 5, nine tenths 9.
#[test]
fn quantiles_of_the_spread_by_hand() {
    let mut files = Files::default();
    for loss in [3, 9, 1, 10, 5, 7, 2, 8, 6, 4] {
        files.run(&format!("k{loss}"), "bowl", "gd", "budget", "15.0");
        let row = files.runs.last_mut().unwrap();
        *row = row.replace(",0.5,4.0,0.5,,1e-9,", &format!(",0.5,4.0,{loss}.0,,1e-9,"));
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "spread");
    let row = (0..sheet.rows.len()).find(|row| sheet.text(*row, "of") == "f_final").unwrap();
    let order = ["least", "q10", "q50", "q90", "greatest"].map(|name| sheet.real(row, name));
    assert_eq!(order, [1.0, 1.0, 5.0, 9.0, 10.0]);
}

/// Two minima 1e-9 apart are one level, one 1e-7 higher is another; a saddle of the same level is a row of its own.
#[test]
fn levels_by_hand() {
    let mut files = Files::default();
    for (key, level, verdict, inertia) in [
        ("b", "2.0000001", "minimum", [0, 0, 3]),
        ("a", "2.000000001", "minimum", [0, 0, 3]),
        ("a", "2.0", "minimum", [0, 1, 2]),
        ("c", "2.0", "saddle", [1, 0, 2]),
        ("c", "2.0", "saddle", [2, 0, 1]),
        ("d", "1.0", "not-critical", [0, 0, 3]),
    ] {
        if !files.runs.iter().any(|run| run.starts_with(&format!("{key},"))) {
            files.run(key, "xor", "gd", "budget", "15.0");
        }
        let at = if files.critical.iter().any(|row| row.starts_with(&format!("{key},"))) { "stop" } else { "5" };
        files.point(key, at, level, inertia, "", (verdict, 0));
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "levels");
    let row = |i: usize| {
        let words = ["class", "number", "n_points", "n_runs", "level", "index", "index_hi", "n_zero", "n_zero_hi"];
        words.map(|name| sheet.text(i, name).to_string())
    };
    assert_eq!(sheet.rows.len(), 3);
    assert_eq!(row(0), ["minimum", "1", "2", "1", "2", "0", "0", "0", "1"]);
    assert_eq!(row(1), ["minimum", "2", "1", "1", "2.0000001", "0", "0", "0", "0"]);
    assert_eq!(row(2), ["saddle", "1", "2", "1", "2", "1", "2", "0", "0"]);
    assert!((sheet.real(0, "width") - 1e-9).abs() < 1e-15, "up to rounding of levels near 2");
    assert_eq!((sheet.real(0, "lambda_min"), sheet.real(1, "width")), (-1.0, 0.0));
    let text = tables.iter().find(|table| table.name == "levels").unwrap().to_text(80);
    assert!(text.contains("certificates 6 = critical 5 + not 1"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

/// A run that passes through the gap and leaves it again is a hit and no end; a level is the loss over the scale, here 10.
#[test]
fn ends_within_a_gap_by_hand() {
    let mut files = Files::default();
    // f_best, gap_best, f_final over a reference of 4: gaps at the end 0.1, 0.2, 0.4 and -0.4.
    for (key, best, last, status) in [
        ("stays", "5.0,0.1,", "5.0", "budget"),
        ("near", "5.0,0.1,", "6.0", "budget"),
        ("leaves", "5.0,0.1,", "8.0", "budget"),
        ("zero", "0.0,-0.4,", "0.0", "converged"),
        ("breaks", "5.0,0.1,", "5.0", "diverged"),
    ] {
        files.run(key, "xor", "noisy", status, "15.0");
        let row = files.runs.last_mut().unwrap();
        assert!(row.contains("0.5,0.5,4.0,0.5,"), "{row}");
        *row = row.replace("0.5,0.5,4.0,0.5,", &format!("{best}4.0,{last},"));
        files.hit(key, "0.2", "4.0");
    }
    files.cells[0] = files.cells[0].replace(",1.0,0.0,", ",10.0,4.0,");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "success");
    assert_eq!((sheet.real(0, "share"), sheet.count(0, "n_ended"), sheet.real(0, "ended")), (1.0, 3, 0.6));
    assert_eq!((sheet.real(0, "ended_lo"), sheet.real(0, "ended_hi")), wilson(3, 5, 0.95));
    let text = tables.iter().find(|table| table.name == "success").unwrap().to_text(80);
    assert!(text.contains("at the end of the run still within it: noisy 0.60 [.23,.88] (gap 0.2)"), "{text}");
}

/// A claim about ends is tested on ends: noisy runs pass through the gap and leave it, plain ones never come near.
#[test]
fn a_claim_about_ends_is_not_tested_on_hits() {
    let mut files = Files::default();
    for method in ["plain", "noisy"] {
        for replicate in 0..20 {
            let key = files.run_of("xor", [method, "gd", "single", "{}"], replicate, ("budget", "15.0"));
            let row = files.runs.last_mut().unwrap();
            *row = row.replace("0.5,0.5,4.0,0.5,", "0.1,0.1,4.0,0.5,");
            files.hit(&key, "0.2", if method == "noisy" { "4.0" } else { "" });
        }
    }
    let dir = files.write();
    let claim = |quantity: &str| {
        format!(
            "{quantity},words,theory,,success,\"{{\"\"method\"\":\"\"noisy\"\",\"\"gap\"\":0.2}}\",{quantity},,above,,,\
             \"{{\"\"method\"\":\"\"plain\"\"}}\",,\n"
        )
    };
    let header = "id,text,kind,source,table,cells,quantity,over,relation,value,theory,than,tolerance,tolerance_se\n";
    std::fs::write(dir.path().join("claims.csv"), format!("{header}{}{}", claim("share"), claim("ended"))).unwrap();
    let tables = crate::common::tables(dir.path());
    let sheet = Sheet::of(&tables, "claims");
    assert_eq!((sheet.text(0, "verdict"), sheet.text(1, "verdict")), ("holds", "fails"));
    // All forty end at 0.5, so no pair differs.
    assert_eq!((sheet.real(1, "measured"), sheet.real(1, "expected"), sheet.real(1, "p")), (0.0, 0.0, 1.0));
}
