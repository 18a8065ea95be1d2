//! What a result folder may and may not look like: joins by key, floats of every kind, and complaints with file and line.

use std::fs;

use crate::common::{Draws, Files, HITS, RUNS, Sheet, random_folder};
use report::{ReportError, Status};

/// `file:line` and a telling part of the message.
fn assert_refused(files: &Files, place: &str, part: &str) {
    let error = report::tables(files.write().path()).expect_err("the folder must be refused");
    assert!(matches!(error, ReportError::Malformed { .. }));
    let message = error.to_string();
    assert!(message.contains(place) && message.contains(part), "expected {place} and {part} in: {message}");
}

fn two_runs() -> Files {
    let mut files = Files::default();
    for key in ["a", "b"] {
        files.run(key, "xor", "sgd", "converged", "10.0");
        files.hit(key, "1.0", "4.0");
        files.point(key, "stop", "0.25", [1, 0, 8], "", ("saddle", 0));
    }
    files
}

/// Byte equality of every rendering under any order of the rows that are joined by key.
#[test]
fn the_order_of_hits_and_certificates_does_not_matter() {
    let files = random_folder(7, 12);
    let render = |files: &Files| -> Vec<String> {
        let tables = files.tables();
        tables.iter().flat_map(|table| [table.to_csv(), table.to_markdown(), table.to_text(80)]).collect()
    };
    let reference = render(&files);
    assert_eq!(reference.len(), 27, "nine tables, three renderings");
    let mut draws = Draws(1);
    for _ in 0..5 {
        let mut shuffled = files.clone();
        draws.shuffle(&mut shuffled.hits);
        draws.shuffle(&mut shuffled.critical);
        assert!(shuffled.hits != files.hits && shuffled.critical != files.critical);
        assert_eq!(render(&shuffled), reference);
        let folder = report::Folder::load(shuffled.write().path()).unwrap();
        for run in &folder.runs {
            assert!(run.hits.is_sorted_by(|a, b| a.0 > b.0), "easiest gap first: {:?}", run.hits);
            assert!(run.points.is_sorted_by(|a, b| a.at < b.at), "in the order of the run: {:?}", run.points);
        }
    }
}

/// The order of groups is that of the plan.
#[test]
fn problems_and_methods_come_in_plan_order() {
    let mut files = Files::default();
    for (i, (problem, method)) in [("z", "m2"), ("a", "m1"), ("z", "m1"), ("z", "m2")].into_iter().enumerate() {
        files.run(&i.to_string(), problem, method, "budget", "1.0");
    }
    let folder = report::Folder::load(files.write().path()).unwrap();
    let order: Vec<(&str, Vec<(&str, usize)>)> = folder
        .problems()
        .iter()
        .map(|problem| {
            (problem.label, problem.methods.iter().map(|method| (method.label, method.runs.len())).collect())
        })
        .collect();
    assert_eq!(order, [("z", vec![("m2", 2), ("m1", 1)]), ("a", vec![("m1", 1)])]);
}

#[test]
fn every_float_survives_and_empty_is_absent() {
    let mut files = Files::default();
    files.cells.push("\"a \"\"b\"\", c\",sgd,3,{},2,inf,,sgd,single,{}".to_string());
    files.runs.push("k,\"a \"\"b\"\", c\",sgd,0,nan,why,2.0,9,0,0,9,0,0,0,0.0,inf,-inf,,1e-300,NaN,,0.1,".to_string());
    let folder = report::Folder::load(files.write().path()).unwrap();
    let row = &folder.runs[0].row;
    let cell = &folder.runs[0].cell;
    assert_eq!((row.problem.as_str(), row.status, cell.revision), ("a \"b\", c", Status::Nan, 3));
    assert_eq!((cell.scale, cell.reference), (Some(f64::INFINITY), None));
    assert_eq!((row.f_start, row.f_best, row.gap_best), (Some(f64::INFINITY), Some(f64::NEG_INFINITY), None));
    assert!(folder.runs[0].level_best().unwrap().is_nan() && row.f_final.unwrap().is_nan());
    assert_eq!((row.cost_at_best, row.grad_norm), (Some(1e-300), Some(0.1)));
}

/// A NaN among the measured values neither panics nor hides: it ranks last in the median.
#[test]
fn nan_cells_reach_the_tables() {
    let mut files = Files::default();
    for (key, norm) in [("a", "nan"), ("b", "1e-3"), ("c", "nan")] {
        files.run(key, "xor", "sgd", "nan", "10.0");
        files.critical.push(format!(
            "{key},stop,5.0,nan,nan,{norm},nan,3,nan,9,0,0,0,0,nan,,nan,nan,nan,nan,nan,nan,not-critical,0,why,,"
        ));
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "endpoints");
    assert_eq!(sheet.text(0, "grad_norm_before_median"), "nan");
    assert_eq!(Sheet::of(&tables, "signs").text(0, "level_median"), "nan");
}

#[test]
fn tables_without_rows_are_left_out() {
    assert!(Files::default().tables().is_empty());
    let mut files = Files::default();
    files.run("a", "xor", "sgd", "budget", "10.0");
    let names = |files: &Files| files.tables().into_iter().map(|table| table.name).collect::<Vec<String>>();
    assert_eq!(names(&files), ["spread"], "no targets and no certificates");
    files.point("a", "stop", "0.25", [0, 0, 9], "", ("not-critical", 0));
    assert_eq!(names(&files), ["spread", "endpoints", "signs"], "no critical point, so no levels");
}

/// One edit that makes a sound folder unsound.
type Change = fn(&mut Files);

#[test]
fn contradictions_are_refused_where_they_stand() {
    let broken = |change: Change| {
        let mut files = two_runs();
        change(&mut files);
        files
    };
    let cases: [(Change, &str, &str); 21] = [
        (|f| f.run("a", "xor", "sgd", "budget", "1.0"), "runs.csv:4", "run a is already on line 2"),
        (|f| f.hit("ghost", "1.0", ""), "hits.csv:4", "run ghost is not in runs.csv"),
        (|f| f.hit("a", "1.0", ""), "hits.csv:4", "already has a row for gap 1.0"),
        (|f| f.hit("a", "0.5", "11.0"), "hits.csv:4", "hits at cost 11.0 but spent only 10.0"),
        (|f| f.hit("a", "0.5", "nan"), "hits.csv:4", "hits at cost NaN"),
        (|f| f.hit("a", "nan", ""), "hits.csv:4", "a gap must be a number"),
        (|f| f.hit("a", "x", ""), "hits.csv:4", "column `gap`: invalid float"),
        (|f| f.hits.push("a,0.5".to_string()), "hits.csv:4", "2 cells where the header has 3"),
        // Torn file: run b lacks a target that run a has.
        (|f| f.hit("a", "0.5", ""), "runs.csv:3", "run b has no row for gap 0.5"),
        (|f| f.point("ghost", "stop", "0.0", [0, 0, 9], "", ("minimum", 0)), "critical.csv:4", "run ghost is not"),
        (|f| f.point("a", "stop", "0.0", [0, 0, 9], "", ("minimum", 0)), "critical.csv:4", "already has a certificate"),
        (
            |f| f.point("a", "middle", "0.0", [0, 0, 9], "", ("minimum", 0)),
            "critical.csv:4",
            "neither start, stop, found",
        ),
        (|f| f.point("a", "nan", "0.0", [0, 0, 9], "", ("minimum", 0)), "critical.csv:4", "\"nan\" is neither"),
        (|f| f.point("a", "-1", "0.0", [0, 0, 9], "", ("minimum", 0)), "critical.csv:4", "\"-1\" is neither"),
        (
            |f| f.point("a", "start", "0.0", [0, 0, 9], "", ("minimal", 0)),
            "critical.csv:4",
            "unknown variant `minimal`",
        ),
        (
            |f| f.critical[1] = f.critical[1].replace(",9,1,0,8,", ",9,1,0,7,"),
            "critical.csv:3",
            "1 + 0 + 7 is not n = 9",
        ),
        (
            |f| f.critical[1] = f.critical[1].replace("0.1111111111111111", "0.125"),
            "critical.csv:3",
            "is not n_neg / n = 1/9",
        ),
        (|f| f.critical[1] = f.critical[1].replace(",9,1,0,8,", ",,,,,"), "critical.csv:3", "a saddle needs n, n_neg"),
        (
            |f| f.runs[1] = f.runs[1].replace("converged", "finished"),
            "runs.csv:3",
            "unknown variant `finished`, expected one of `converged`",
        ),
        (|f| f.runs[1] = f.runs[1].replace("10.0", ""), "runs.csv:3", "ended but has no cost"),
        (
            |f| f.runs[1] = f.runs[1].replace("converged", "missing").replace("10.0", ""),
            "hits.csv:3",
            "is missing but has a hit",
        ),
    ];
    assert_eq!(two_runs().tables().len(), 7, "the folder is sound before it is broken");
    for (change, place, part) in cases {
        assert_refused(&broken(change), place, part);
    }
}

#[test]
fn one_label_is_one_problem_and_one_method() {
    for (own, other) in [("\"\"dim\"\":2", "\"\"dim\"\":3"), (",1.0,0.0,", ",2.0,0.0,"), (",1.0,0.0,", ",1.0,,")] {
        let mut files = two_runs();
        files.cells.push(files.cells[0].replace(",sgd,1,", ",adam,1,"));
        assert!(report::tables(files.write().path()).is_ok(), "two methods on one problem");
        files.cells[1] = files.cells[1].replace(own, other);
        assert_refused(&files, "cells.csv:3", "\"xor\" stands for two different problems");
    }
    let mut files = two_runs();
    files.cells.push(files.cells[0].replace("single,\"{}\"", "single,\"{lr}\""));
    assert_refused(&files, "cells.csv:3", "problem \"xor\" with method \"sgd\" stands here twice");
    files.cells = vec![files.cells[0].replace(",sgd,1,", ",adam,1,")];
    assert_refused(&files, "runs.csv:2", "problem \"xor\" with method \"sgd\" is not in cells.csv");
}

#[test]
fn headers_are_the_schema() {
    let dir = two_runs().write();
    let write = |name: &str, text: String| fs::write(dir.path().join(name), text).unwrap();
    let message = || report::tables(dir.path()).expect_err("refused").to_string();

    write("hits.csv", "run_key,target,cost\n".to_string());
    assert!(message().contains("hits.csv:1: wrong header: missing [gap], unknown [target]"), "{}", message());
    write("hits.csv", "gap,run_key,cost\n".to_string());
    assert!(message().contains("hits.csv:1: columns out of order or repeated"), "{}", message());
    write("hits.csv", String::new());
    assert!(message().contains("hits.csv:1: wrong header: missing [run_key, gap, cost]"), "{}", message());
    fs::write(dir.path().join("hits.csv"), [HITS.as_bytes(), b"\na,1.0,\xff\n"].concat()).unwrap();
    assert!(message().contains("hits.csv:2: text is not UTF-8"), "{}", message());

    fs::remove_file(dir.path().join("hits.csv")).unwrap();
    let error = report::tables(dir.path()).expect_err("refused");
    assert!(matches!(error, ReportError::Unreadable { .. }) && error.to_string().contains("hits.csv"), "{error}");
    // A torn runs.csv is found before anything that refers to it.
    write("runs.csv", format!("{RUNS}\na,xor,1"));
    assert!(message().contains("runs.csv:2: 3 cells where the header has 23"), "{}", message());
}
