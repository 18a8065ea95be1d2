//! The table of a folder of tuning, counted by hand on a small one.

use crate::common::{Files, Sheet};
use std::fs;
use tempfile::TempDir;

const SPACE: &str = "problem,method,parameter,scale,from,to,values,criterion,target\n";

/// `sgd` with three learning rates, four runs each, and `plain` as it is: `(label, parameters, hits, statuses)`.
fn folder(space: &str) -> TempDir {
    let mut files = Files::default();
    let cells: [(&str, &str, [&str; 4], &str); 4] = [
        // Slow, but always there.
        ("sgd #1", r#"{"lr":0.001,"strategy":{"cutoff":5}}"#, ["90.0", "90.0", "90.0", "90.0"], "budget"),
        // The best: always and fast.
        ("sgd #2", r#"{"lr":0.01,"strategy":{"cutoff":9}}"#, ["10.0", "20.0", "30.0", "20.0"], "budget"),
        // Two of four, the others diverge.
        ("sgd #3", r#"{"lr":0.1,"strategy":{"cutoff":7}}"#, ["5.0", "5.0", "", ""], "diverged"),
        ("plain #1", r#"{"lr":0.5}"#, ["", "", "", ""], "nan"),
    ];
    for (label, params, hits, failure) in cells {
        for (replicate, hit) in hits.iter().enumerate() {
            let status = if hit.is_empty() { failure } else { "budget" };
            let key =
                files.run_of("rastrigin dim=2", [label, "sgd", "multi_restart", params], replicate, (status, "100.0"));
            files.hit(&key, "10.0", "1.0");
            files.hit(&key, "0.5", hit);
        }
    }
    let dir = files.write();
    fs::write(dir.path().join("space.csv"), format!("{SPACE}{space}")).unwrap();
    dir
}

const LISTS: &str = "rastrigin dim=2,sgd,lr,list,,,\"[0.1,0.01,0.001]\",success,0.5\n\
                     rastrigin dim=2,sgd,cutoff,linear,5,10,,success,0.5\n\
                     rastrigin dim=2,plain,,,,,,success,0.5\n";

#[test]
fn sensitivity_by_hand() {
    let dir = folder(LISTS);
    let tables = report::tables(dir.path()).unwrap();
    assert_eq!(tables.len(), 1, "the folder of a tuning has this table only");
    let sheet = Sheet::of(&tables, "sensitivity");
    // Three values of lr, ascending; five parts of cutoff; one row of the method as it is.
    assert_eq!(sheet.rows.len(), 3 + 5 + 1);
    let row = |i: usize| {
        ["value_lo", "n_configurations", "n_as_good", "score_best", "ert_least", "n_failed", "is_best"]
            .map(|c| sheet.text(i, c))
    };
    // lr 0.001 is as sure but more than twice as slow (90 against 20), lr 0.1 fast but not within [0.51, 1].
    assert_eq!(row(0), ["0.001", "1", "0", "1", "90", "0", "0"]);
    assert_eq!(row(1), ["0.01", "1", "1", "1", "20", "0", "1"]);
    assert_eq!(row(2), ["0.1", "1", "0", "0.5", "105", "2", "0"]); // (5 + 5 + 100 + 100) / 2
    // cutoff 9 lies in [9, 10], the outermost fifth, but 0.8 of the way: not within a tenth of the end.
    assert_eq!(row(7), ["9", "1", "1", "1", "20", "0", "1"]);
    assert_eq!(
        (sheet.text(4, "n_configurations"), sheet.text(4, "score_best"), sheet.text(4, "value_hi")),
        ("0", "", "7")
    );
    assert_eq!((sheet.text(0, "edge"), sheet.text(7, "edge"), sheet.text(7, "best_value")), ("", "", "9"));
    assert_eq!((sheet.text(8, "parameter"), sheet.text(8, "score_best"), sheet.text(8, "n_failed")), ("", "0", "4"));
    let text = tables[0].to_text(80);
    for words in [
        "sgd: best of 3 is lr = 0.0100, cutoff = 9.00: 1 [.51,1], ERT 20.0; 1 of 3 as good",
        "plain: nothing searched: 0 [0,.49], no run reached the gap",
        "planned 16 = ended 10 + diverged, NaN, panicked or missing 6",
    ] {
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}\n{text}");
    }
}

#[test]
fn the_choice_is_the_best_row() {
    let choices = report::choices(folder(LISTS).path()).unwrap();
    let shown: Vec<_> =
        choices.iter().map(|c| (c.label.as_str(), c.configuration, c.configurations, c.score)).collect();
    assert_eq!(shown, [("sgd #2", 2, 3, 1.0), ("plain #1", 1, 1, 0.0)]);
}

/// A failed run is worse than any other, whatever it saw before: all runs here have the same best gap.
#[test]
fn failures_count_as_worst_in_the_median() {
    let space = LISTS.replace("success,0.5", "gap,");
    let dir = folder(&space);
    let choices = report::choices(dir.path()).unwrap();
    // 0.5 in all runs of #1 and #2, which are equal: the first. Of #3 two of four failed: median inf; of plain all did.
    assert_eq!((choices[0].label.as_str(), choices[0].score), ("sgd #1", 0.5));
    assert_eq!((choices[1].score, choices[0].interval), (f64::INFINITY, None));
    let sheet = Sheet::of(&report::tables(dir.path()).unwrap(), "sensitivity");
    assert_eq!((sheet.text(2, "score_best"), sheet.text(1, "n_as_good"), sheet.text(0, "ert_least")), ("inf", "1", ""));
    assert_eq!(sheet.text(0, "edge"), "low");
}

#[test]
fn the_edge_is_flagged_on_the_scale_of_the_range() {
    for (range, edge) in
        [("log,1e-4,0.011", "high"), ("log,0.0099,1.0", "low"), ("log,1e-4,1.0", ""), ("linear,1e-4,1.0", "low")]
    {
        let space = LISTS.replace("list,,,\"[0.1,0.01,0.001]\"", &format!("{range},"));
        let sheet = Sheet::of(&report::tables(folder(&space).path()).unwrap(), "sensitivity");
        assert_eq!(sheet.text(0, "edge"), edge, "{range}");
    }
}

#[test]
fn a_space_that_does_not_fit_its_runs_is_refused() {
    for (before, after, words) in [
        ("rastrigin dim=2,plain", "ackley,plain", "space.csv:4: problem \"ackley\" has no runs"),
        (",plain,", ",other,", "method \"other\" has no runs on rastrigin dim=2"),
        (",lr,", ",rate,", "sgd #1 has no parameter `rate`"),
        ("linear,5,10", "linear,10,5", "space.csv:3: scale \"linear\" with these ends is unknown"),
        ("success,0.5", "luck,0.5", "criterion \"luck\""),
    ] {
        let error = report::tables(folder(&LISTS.replacen(before, after, 1)).path()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
