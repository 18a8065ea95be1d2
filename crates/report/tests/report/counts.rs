//! Tables of surveys: counts against theory over draws, lists, signs of matrices; and descents over draws.

use crate::common::Files;
use report::{Cell, Table};

fn table(files: &Files, name: &str) -> Table {
    let dir = files.write();
    let tables = report::tables(dir.path()).expect("a sound folder");
    tables.into_iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

/// The cell of the row whose cells in these columns read so.
#[track_caller]
fn cell<'t>(table: &'t Table, rows: &[(&str, Cell)], column: &str) -> &'t Cell {
    let at = |column: &str| table.header.iter().position(|name| name == column).expect("a column");
    let mut found = table.rows.iter().filter(|row| rows.iter().all(|(name, value)| row[at(name)] == *value));
    let row = found.next().expect("a row");
    assert!(found.next().is_none(), "one row");
    &row[at(column)]
}

fn survey(files: &mut Files, draw: usize, tool: &str, status: &str) -> String {
    let method = ["all", tool, "survey", "{}"];
    files.run_of(&format!("spin dim=3 instance={draw}"), method, 0, (status, "7.0"))
}

fn index(k: u64) -> Vec<(&'static str, Cell)> {
    vec![("index", Cell::Integer(k))]
}

#[test]
fn counts_are_means_over_draws_beside_theory() {
    let mut files = Files::default();
    // Sums of signs 2, 2 and, in the third draw, 3: a point is missing.
    for (draw, found) in [[2, 2, 2], [4, 6, 4], [3, 3, 3]].into_iter().enumerate() {
        let key = survey(&mut files, draw, "enumerate", if draw == 2 { "budget" } else { "converged" });
        for (k, n) in found.into_iter().enumerate() {
            let se = if k == 1 { "1.0" } else { "0.0" };
            files.counts.push(format!("{key},{k},{n},2.5,{se},2,14"));
        }
    }
    survey(&mut files, 3, "enumerate", "missing");
    let table = table(&files, "counts");
    let real = |rows: &[(&str, Cell)], column: &str| match cell(&table, rows, column) {
        Cell::Real(value) => *value,
        other => panic!("{column}: {other:?}"),
    };
    // Mean 3, sd 1, se 1/sqrt 3; against 2.5 exactly.
    assert_eq!(real(&index(0), "mean"), 3.0);
    assert!((real(&index(0), "z") - 0.5 * 3f64.sqrt()).abs() < 1e-12);
    // Mean 11/3 with se^2 = 13/9, and theory has se 1.
    assert!((real(&index(1), "z") - (11.0 / 3.0 - 2.5) / (13.0f64 / 9.0 + 1.0).sqrt()).abs() < 1e-12);
    let all = [("index", Cell::text("all"))];
    assert_eq!((real(&all, "expected"), real(&all, "expected_se")), (7.5, 1.0));
    assert!((real(&all, "mean") - 29.0 / 3.0).abs() < 1e-12 && (real(&all, "euler_share") - 2.0 / 3.0).abs() < 1e-12);
    for (column, value) in [("n_draws", 3), ("n_missing", 1), ("found_max", 14), ("most", 14), ("n_settled", 2)] {
        assert_eq!(*cell(&table, &all, column), Cell::Integer(value), "{column}");
    }
    assert_eq!(*cell(&table, &all, "problem"), Cell::text("spin dim=3"));
    let footer = table.blocks[0].footer.join("\n");
    assert!(footer.contains("2 of 3") && footer.contains("in 1: spin dim=3 instance=2/all/0"), "{footer}");
    assert!(!footer.contains("broken"), "{footer}");
    // One more than there can be.
    let row = files.counts.iter_mut().find(|row| row.contains("instance=1/all/0,2,4")).expect("a row");
    *row = row.replace(",2,4,", ",2,5,");
    assert!(self::table(&files, "counts").blocks[0].footer.join("\n").contains("cannot be more than 14 !! broken"));
}

#[test]
fn points_counted_over_draws_are_left_out_of_the_tables_of_single_surfaces() {
    let mut files = Files::default();
    for draw in [0, 1] {
        let key = survey(&mut files, draw, "enumerate", "converged");
        files.counts.push(format!("{key},0,1,,,,"));
        files.point(&key, "found 1", "0.5", [0, 0, 2], "", ("minimum", 0));
    }
    let names = |files: &Files| files.tables().into_iter().map(|table| table.name).collect::<Vec<String>>();
    assert_eq!(names(&files), ["counts"]);
    let key = files.run_of("bowl", ["all", "enumerate", "survey", "{}"], 0, ("converged", "7.0"));
    files.counts.push(format!("{key},0,1,,,,"));
    files.point(&key, "found 1", "0.5", [0, 0, 2], "", ("minimum", 0));
    assert_eq!(names(&files), ["levels", "signs", "index_vs_loss", "counts"]);
    let signs = table(&files, "signs");
    assert_eq!(signs.rows.len(), 1);
    assert!(signs.footer.join("\n").contains("(2 surveys that count points"), "{:?}", signs.footer);
}

#[test]
fn signs_of_matrices_are_shares_of_the_draws() {
    let mut files = Files::default();
    // Two surveys of 100 matrices of size 2.
    for (draw, found) in [[10, 80, 10], [20, 60, 20]].into_iter().enumerate() {
        let key = survey(&mut files, draw, "matrix_signs", "converged");
        for (k, n) in found.into_iter().enumerate() {
            let expected = if k == 1 { "" } else { "10.0" };
            let se = if k == 1 { "" } else { "0.0" };
            files.counts.push(format!("{key},{k},{n},{expected},{se},,"));
        }
    }
    let table = table(&files, "matrix_signs");
    for (column, value) in [
        ("share", 0.15),
        ("expected", 0.1),
        ("z", 0.05 / (0.09f64 / 200.0).sqrt()),
        ("independent", 0.25),
        ("large_n", 1.0 / 3.0),
        ("rate", -0.15f64.ln() / 4.0),
    ] {
        let Cell::Real(measured) = *cell(&table, &index(0), column) else { panic!("{column} is empty") };
        assert!((measured - value).abs() < 1e-12, "{column}: {measured} and {value}");
    }
    assert_eq!(*cell(&table, &index(1), "independent"), Cell::Real(0.5));
    assert_eq!(*cell(&table, &index(2), "independent"), Cell::Real(0.25));
    assert_eq!(*cell(&table, &index(1), "expected"), Cell::Empty);
    let dir = files.write();
    let names: Vec<String> = report::tables(dir.path()).unwrap().into_iter().map(|table| table.name).collect();
    assert!(!names.contains(&"counts".to_string()), "matrices are no critical points: {names:?}");
}

#[test]
fn lists_are_recalled_point_by_point() {
    let mut files = Files::default();
    let key = survey(&mut files, 0, "enumerate", "converged");
    // As listed; another index; not found; not in the list.
    for row in ["1,0.0,0,0,0.0,0,0,1e-12,7", "2,1.0,1,,1.0,2,0,0.0,3", "3,2.0,1,0,,,,,0", ",,,,1.5,1,0,0.5,1"] {
        files.listed.push(format!("{key},{row}"));
    }
    let table = table(&files, "listed");
    for (column, value) in [("n_listed", 3), ("n_found", 2), ("n_same_signs", 1), ("n_elsewhere", 1)] {
        assert_eq!(*cell(&table, &[], column), Cell::Integer(value), "{column}");
    }
    assert_eq!(*cell(&table, &[], "recall"), Cell::Real(2.0 / 3.0));
    assert_eq!(*cell(&table, &[], "distance_max"), Cell::Real(0.5));
    // A hole in the list is a broken file.
    files.listed.remove(1);
    let error = report::tables(files.write().path()).unwrap_err().to_string();
    assert!(error.contains("listed.csv") && error.contains("number 3 stands where 2"), "{error}");
}

#[test]
fn descents_are_pooled_over_draws() {
    let mut files = Files::default();
    for (draw, levels) in [["1.0", "3.0"], ["2.0", "2.0"]].into_iter().enumerate() {
        for (replicate, level) in levels.into_iter().enumerate() {
            files.run_of(
                &format!("spin dim=3 instance={draw}"),
                ["gd", "gd", "single", "{}"],
                replicate,
                ("stalled", "7.0"),
            );
            let row = files.runs.last_mut().unwrap();
            *row = row.replace(",1.5,0.5,", &format!(",1.5,{level},"));
        }
    }
    let table = table(&files, "draws");
    let half = 0.5f64.sqrt();
    let figures = [
        ("level_mean", 2.0),
        ("level_se", 0.0),
        ("spread_mean", half),
        ("spread_se", half),
        ("best_mean", 1.5),
        ("best_se", 0.5),
    ];
    for (column, value) in figures {
        let Cell::Real(measured) = *cell(&table, &[], column) else { panic!("{column} is empty") };
        assert!((measured - value).abs() < 1e-12, "{column}: {measured} and {value}");
    }
    assert_eq!(*cell(&table, &[], "n_runs"), Cell::Integer(4));
}

/// Two draws with 60 and 64 candidates tried, the least loss 0 and 1/2, and one that is missing.
#[test]
fn optima_are_taken_together_over_draws() {
    let mut files = Files::default();
    for (draw, least, tried) in [(1, "0.0", "60"), (2, "0.5", "64"), (3, "", "")] {
        survey(&mut files, draw, "optimum", if draw == 3 { "missing" } else { "converged" });
        let row = files.runs.last_mut().unwrap();
        // restarts, n_f, n_grad; f_start, f_best, gap_best.
        *row = row.replace(",0,0,9,", &format!(",0,{tried},9,")).replace(",1.5,0.5,0.5,", &format!(",,{least},,"));
    }
    let table = table(&files, "optimum");
    let at = [("problem", Cell::text("spin dim=3"))];
    for (column, value) in
        [("n_draws", 2), ("n_missing", 1), ("n_zero", 1), ("tried_least", 60), ("tried_most", 64), ("dim", 2)]
    {
        assert_eq!(*cell(&table, &at, column), Cell::Integer(value), "{column}");
    }
    for (column, value) in [("zero_share", 0.5), ("least_mean", 0.25), ("tried_mean", 62.0), ("tried_se", 2.0)] {
        assert_eq!(*cell(&table, &at, column), Cell::Real(value), "{column}");
    }
    assert!(table.footer[0].starts_with("planned 3 = known 2 + other runs 1"), "{}", table.footer[0]);
}
