//! Claims against figures that can be counted by hand, against other tables, and against folders of half the runs.

use crate::common::{Draws, Files, Sheet, random_folder, tables};
use report::estimators::{fisher_exact, wilson};
use report::{column_range, holds_words, table_columns, table_names};

/// `hits` of `n` runs of a method on a problem come within the gap; those with the least replicate numbers.
fn cell(files: &mut Files, problem: &str, method: &str, hits: usize, n: usize) {
    for replicate in 0..n {
        let key = files.run_of(problem, [method, "sgd", "single", "{}"], replicate, ("budget", "10.0"));
        files.hit(&key, "0.5", if replicate < hits { "3.0" } else { "" });
    }
}

const SUCCESS: [&str; 4] = ["success", r#"{"problem":"p","method":"a","gap":0.5}"#, "share", ""];

/// The claims table of a folder in which 4 of 7 runs succeed, for one claim about their share.
fn of_seven(rest: &str) -> Sheet {
    let mut files = Files::default();
    cell(&mut files, "p", "a", 4, 7);
    files.claim(["c", "theory"], SUCCESS, rest);
    Sheet::of(&files.tables(), "claims")
}

#[test]
fn a_share_is_held_against_theory_by_the_score_test() {
    let sheet = of_seven("equals,0.5,,,,0.4");
    // (4/7 - 1/2) / sqrt(1/4 / 7) = (1/14) / (1 / (2 sqrt 7)) = sqrt(7) / 7.
    let (z, se) = (sheet.real(0, "z"), sheet.real(0, "se"));
    assert!((z - 7f64.sqrt() / 7.0).abs() < 1e-15 && (se - 0.5 / 7f64.sqrt()).abs() < 1e-15, "{z} {se}");
    assert_eq!((sheet.real(0, "measured"), sheet.real(0, "expected")), (4.0 / 7.0, 0.5));
    assert_eq!((sheet.real(0, "measured_lo"), sheet.real(0, "measured_hi")), wilson(4, 7, 0.95));
    assert_eq!(sheet.text(0, "verdict"), "holds"); // 0.378 of 0.4 standard errors
    assert_eq!(of_seven("equals,0.5,,,,0.37").text(0, "verdict"), "fails");
    // Halves: replicates 0, 1, 2 and 3 to 6, of which only 3 succeeds.
    assert_eq!((sheet.real(0, "first_half"), sheet.real(0, "second_half")), (1.0, 0.25));
}

#[test]
fn relations_at_and_beside_equality() {
    let exact = format!("{:?}", 4.0 / 7.0);
    for (relation, below, equal, above) in [
        ("equals", "fails", "holds", "fails"),
        ("below", "fails", "fails", "holds"),
        ("above", "holds", "fails", "fails"),
        ("at_most", "fails", "holds", "holds"),
        ("at_least", "holds", "holds", "fails"),
    ] {
        for (value, verdict) in [("0.57", below), (exact.as_str(), equal), ("0.58", above)] {
            assert_eq!(of_seven(&format!("{relation},{value},,,,")).text(0, "verdict"), verdict, "{relation} {value}");
        }
    }
    assert_eq!(of_seven("equals,0.57,,,0.002,").text(0, "verdict"), "holds");
    assert_eq!(of_seven("equals,0.57,,,0.001,").text(0, "verdict"), "fails");
}

/// With 7 runs 3 standard errors around 1/2 are more than all shares there are: nothing is tested, so nothing holds.
#[test]
fn a_tolerance_that_allows_everything_fails() {
    let sheet = of_seven("equals,0.5,,,,3");
    assert_eq!(sheet.text(0, "verdict"), "fails");
    assert!(sheet.text(0, "reason").contains("allows every value"), "{}", sheet.text(0, "reason"));
    assert_eq!(of_seven("equals,0.5,,,0.6,").text(0, "verdict"), "fails");
    // At the ends the error is zero: all or none, exactly.
    assert_eq!(of_seven("equals,1,,,,3").text(0, "verdict"), "fails");
}

/// Where the error comes from, by the columns of the row itself.
#[test]
fn standard_errors_are_those_of_the_table() {
    let mut files = complete_folder(5, 40);
    let theory = |row: &String| row.replacen(",0.25,,-1.0,", ",0.25,0.2,-1.0,", 1); // of the points with index 1 of 4
    files.critical = files.critical.iter().map(theory).collect();
    let cells = r#"{"problem":"p","bin":"all"}"#;
    files.claim(["mean", "theory"], ["index_vs_loss", cells, "index_mean", ""], "equals,,theory_mean,,,20");
    let cells = r#"{"problem":"p","method":"a","gap":0.5}"#;
    files.claim(["ends", "theory"], ["restarts", cells, "best_of_5", ""], "equals,0.9,,,,2");
    let tables = files.tables();
    let claims = Sheet::of(&tables, "claims");
    let row = |sheet: &Sheet, at: &[(&str, &str)]| {
        (0..sheet.rows.len()).find(|i| at.iter().all(|(column, value)| sheet.text(*i, column) == *value)).unwrap()
    };
    let curve = Sheet::of(&tables, "index_vs_loss");
    let i = row(&curve, &[("problem", "p"), ("bin", "all")]);
    let z = (curve.real(i, "index_mean") - 0.2) / curve.real(i, "index_se");
    assert!((claims.real(0, "z") - z).abs() < 1e-12 && claims.real(0, "se") == curve.real(i, "index_se"));
    let restarts = Sheet::of(&tables, "restarts");
    let i = row(&restarts, &[("problem", "p"), ("method", "a"), ("gap", "0.5")]);
    // A 95 % interval is 2 * 1.959964 standard errors wide.
    let se = (restarts.real(i, "best_of_5_hi") - restarts.real(i, "best_of_5_lo")) / 3.919_927_969_080_108;
    assert!((claims.real(1, "se") - se).abs() < 1e-15, "{} {se}", claims.real(1, "se"));
}

/// The same pairs, so the same p-value and interval as in the table `comparison`, row by row.
#[test]
fn two_methods_are_compared_as_in_the_table_of_comparisons() {
    let mut files = complete_folder(11, 30);
    let comparison = Sheet::of(&files.tables(), "comparison");
    for i in 0..comparison.rows.len() {
        let [problem, method, baseline, gap] =
            ["problem", "method", "baseline", "gap"].map(|column| comparison.text(i, column));
        let cells = format!(r#"{{"problem":"{problem}","method":"{method}","gap":{gap}}}"#);
        let than = format!(r#""{{""method"":""{baseline}""}}""#);
        files.claim([&format!("c{i}"), "theory"], ["success", &cells, "share", ""], &format!("above,,,{than},,"));
    }
    let claims = Sheet::of(&files.tables(), "claims");
    let mut verdicts = [0, 0];
    for i in 0..comparison.rows.len() {
        assert_eq!(comparison.text(i, "test"), "mcnemar");
        for (ours, theirs) in [
            ("p", "p"),
            ("difference_lo", "difference_lo"),
            ("difference_hi", "difference_hi"),
            ("expected", "baseline_share"),
        ] {
            assert_eq!(claims.text(i, ours), comparison.text(i, theirs), "{ours}, row {i}");
        }
        let holds = comparison.real(i, "p") < 0.05 && comparison.real(i, "difference") > 0.0;
        assert_eq!(claims.text(i, "verdict"), if holds { "holds" } else { "fails" }, "row {i}");
        verdicts[usize::from(holds)] += 1;
    }
    assert!(verdicts.iter().all(|count| *count > 0), "{verdicts:?}: both verdicts are seen");
}

/// Two methods on two problems, each with its own chance of success, complete.
fn complete_folder(seed: u64, runs: usize) -> Files {
    let (mut draws, mut files) = (Draws(seed), Files::default());
    for problem in ["p", "q"] {
        for (method, chance) in [("a", 30), ("b", 35), ("c", 80)] {
            for replicate in 0..runs {
                let key = files.run_of(problem, [method, "sgd", "single", "{}"], replicate, ("budget", "10.0"));
                files.hit(&key, "0.5", if draws.below(100) < chance { "3.0" } else { "" });
                let neg = draws.below(4);
                let level = format!("{}.{}", neg, draws.below(1000));
                files.point(
                    &key,
                    "stop",
                    &level,
                    [neg, 0, 4 - neg],
                    "",
                    (if neg == 0 { "minimum" } else { "saddle" }, 0),
                );
            }
        }
    }
    files
}

/// Different problems share no start points: Fisher's test. Where they do, the ends of runs are paired too.
#[test]
fn pairs_are_replicates_of_one_problem() {
    let mut files = complete_folder(3, 25);
    let than = r#""{""problem"":""q""}""#;
    files.claim(["fisher", "theory"], SUCCESS, &format!("below,,,{than},,"));
    let ends = ["endpoints", r#"{"problem":"p","method":"a"}"#, "minimum_share", ""];
    files.claim(["ends", "theory"], ends, r#"below,,,"{""method"":""c""}",,"#);
    let tables = files.tables();
    let (claims, success) = (Sheet::of(&tables, "claims"), Sheet::of(&tables, "success"));
    let reached = |problem: &str| {
        let i = (0..success.rows.len())
            .find(|i| success.text(*i, "problem") == problem && success.text(*i, "method") == "a")
            .unwrap();
        success.count(i, "n_reached")
    };
    assert_eq!(claims.real(0, "p"), fisher_exact(reached("p"), 25, reached("q"), 25));
    assert!(claims.text(0, "reason").contains("Fisher"), "{}", claims.text(0, "reason"));
    assert!(claims.text(1, "reason").contains("McNemar"), "{}", claims.text(1, "reason"));
}

/// Means with standard errors: a difference counts beyond 1.96 of both together.
#[test]
fn a_difference_of_means_has_to_be_more_than_chance() {
    let mut files = complete_folder(7, 40);
    let bin = |problem: &str, bin: &str| format!(r#"{{"problem":"{problem}","bin":{bin}}}"#);
    let of = |cells: &str, than: &str, files: &mut Files| {
        let id = format!("c{}", files.claims.len());
        let than = than.replace('"', "\"\"");
        files.claim([&id, "theory"], ["index_vs_loss", cells, "index_mean", ""], &format!("below,,,\"{than}\",,"));
    };
    of(&bin("p", "\"all\""), r#"{"problem":"q"}"#, &mut files);
    of(&bin("p", "1"), r#"{"bin":"all"}"#, &mut files);
    let tables = files.tables();
    let (claims, curve) = (Sheet::of(&tables, "claims"), Sheet::of(&tables, "index_vs_loss"));
    let row = |problem: &str, bin: &str| {
        (0..curve.rows.len()).find(|i| curve.text(*i, "problem") == problem && curve.text(*i, "bin") == bin).unwrap()
    };
    for (i, (a, b)) in [(row("p", "all"), row("q", "all")), (row("p", "1"), row("p", "all"))].into_iter().enumerate() {
        let se = curve.real(a, "index_se").hypot(curve.real(b, "index_se"));
        let z = (curve.real(a, "index_mean") - curve.real(b, "index_mean")) / se;
        assert!((claims.real(i, "z") - z).abs() < 1e-12, "{} {z}", claims.real(i, "z"));
        assert_eq!(claims.text(i, "verdict"), if z < -1.959_964 { "holds" } else { "fails" }, "{z}");
        let p = statrs::function::erf::erfc(z.abs() / 2f64.sqrt()); // two-sided
        assert!((claims.real(i, "p") / p - 1.0).abs() < 1e-9, "{} {p}", claims.real(i, "p"));
    }
    assert_eq!([claims.text(0, "verdict"), claims.text(1, "verdict")], ["fails", "holds"]);
}

/// 3, 1 and 2 hits of 4 runs in three cells.
#[test]
fn several_rows_become_one_number() {
    let mut files = Files::default();
    for (method, hits) in [("a", 3), ("b", 1), ("c", 2)] {
        cell(&mut files, "p", method, hits, 4);
    }
    for (over, quantity, value) in [
        ("min", "n_reached", "1"),
        ("max", "n_reached", "3"),
        ("mean", "share", "0.5"),
        ("sum", "n_reached", "6"),
        ("count", "", "3"),
        ("count", "cost_median", "3"),
    ] {
        let id = format!("{over}{quantity}");
        files.claim([&id, "theory"], ["success", r#"{"gap":0.5}"#, quantity, over], &format!("equals,{value},,,0,"));
    }
    files.claim(["none", "theory"], ["success", r#"{"gap":0.25}"#, "", "count"], "equals,0,,,0,");
    let sheet = Sheet::of(&files.tables(), "claims");
    for i in 0..sheet.rows.len() {
        assert_eq!(sheet.text(i, "verdict"), "holds", "{}: {}", sheet.text(i, "id"), sheet.text(i, "reason"));
    }
}

/// Whatever is not there fails, and says so.
#[test]
fn what_is_not_there_fails_with_the_reason() {
    let mut files = Files::default();
    cell(&mut files, "p", "a", 0, 4);
    cell(&mut files, "p", "b", 1, 4);
    files.run("m", "p", "c", "missing", "");
    let row = |method: &str| format!(r#"{{"problem":"p","method":"{method}"}}"#);
    let cases = [
        (["success", &row("z"), "share", ""], "no row of table `success` has method = z, problem = p"),
        (["success", r#"{"problem":"p"}"#, "n_planned", ""], "1 of its runs are missing"),
        (["success", r#"{"n_missing":0}"#, "share", ""], "2 rows of table `success` have n_missing = 0"),
        (["success", &row("a"), "cost_median", ""], "the cell `cost_median` is empty"),
        (["success", &row("a"), "interval", ""], "the cell `interval` holds words"),
        (["success", &row("a"), "shar", ""], "has no column `shar`"),
        (["success", r#"{"methd":"a"}"#, "share", ""], "has no column `methd`"),
        (["endpoints", &row("a"), "minimum_share", ""], "there is no table `endpoints` here"),
        (["claims", &row("a"), "share", ""], "there is no table `claims` here"),
    ];
    for (i, (about, _)) in cases.iter().enumerate() {
        files.claim([&format!("c{i}"), "theory"], *about, "at_least,0.1,,,,");
    }
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "claims");
    for (i, (_, reason)) in cases.iter().enumerate() {
        assert_eq!(sheet.text(i, "verdict"), "fails");
        assert!(sheet.text(i, "reason").contains(reason), "{}", sheet.text(i, "reason"));
    }
    let table = tables.last().unwrap();
    assert_eq!((table.name.as_str(), table.footer[0].as_str()), ("claims", "claims 9 = hold 0 + fail 9"));
    assert!(table.to_text(80).contains("Not final: 1 of the 9 planned runs are missing."));
}

/// What was seen has to be seen on both halves; what follows from theory need not.
#[test]
fn an_empirical_claim_holds_on_both_halves() {
    let mut files = Files::default();
    cell(&mut files, "p", "a", 12, 20); // 10 of the first 10, 2 of the others
    files.claim(["seen", "empirical"], SUCCESS, "above,0.5,,,,");
    files.claim(["known", "theory"], SUCCESS, "above,0.5,,,,");
    let tables = files.tables();
    let sheet = Sheet::of(&tables, "claims");
    for (i, verdict) in ["fails", "holds"].into_iter().enumerate() {
        assert_eq!(sheet.text(i, "verdict"), verdict);
        assert_eq!([sheet.text(i, "first_half"), sheet.text(i, "second_half")], ["1", "0.2"]);
        assert_eq!([sheet.text(i, "first_half_verdict"), sheet.text(i, "second_half_verdict")], ["holds", "fails"]);
    }
    assert_eq!(sheet.text(0, "reason"), "0.600 for more than 0.500; but on the second half 0.200 for more than 0.500");
    let claims = report::claims(files.write().path()).unwrap().unwrap();
    assert_eq!((claims.held, claims.failed), (1, vec!["seen".to_string()]));
    assert_eq!(claims.table, *tables.last().unwrap());
}

/// A half of a folder gives the tables of a folder that has only its runs, whatever the table.
#[test]
fn a_half_is_a_folder_of_its_own() {
    let files = random_folder(21, 9); // odd: 4 and 5 runs per cell
    let whole = report::Folder::load(files.write().path()).unwrap();
    let replicate = |key: &str| key.rsplit('/').next().unwrap().parse::<usize>().unwrap();
    let mut seen = Vec::new();
    for half in [0, 1] {
        let part = whole.half(half, |_| true, str::to_string);
        let keep = |row: &&String| (replicate(row.split(',').next().unwrap()) >= 4) == (half == 1);
        let only = |rows: &[String]| rows.iter().filter(keep).cloned().collect::<Vec<String>>();
        let mut own = files.clone();
        (own.runs, own.hits, own.critical) = (only(&files.runs), only(&files.hits), only(&files.critical));
        let own = report::Folder::load(own.write().path()).unwrap();
        assert_eq!(format!("{part:?}"), format!("{own:?}"));
        seen.extend(part.runs.iter().map(|run| run.row.run_key.clone()));
    }
    assert_eq!(seen.len(), whole.runs.len());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), whole.runs.len(), "no run is in both");
}

/// Where only some runs are recorded, the halves are halves of these.
#[test]
fn halves_of_curves_are_halves_of_the_recorded_runs() {
    let mut files = Files::default();
    for replicate in 0..10 {
        let key = files.run_of("p", ["a", "sgd", "single", "{}"], replicate, ("budget", "10.0"));
        files.hit(&key, "0.5", "3.0");
        if replicate < 4 {
            let on_plateau = if replicate == 0 { "1" } else { "0" };
            files.curve(&key, 0, "1.0", "0.5", on_plateau);
            files.curve(&key, 0, "2.0", "0.5", "0");
        }
    }
    files.claim(["c", "theory"], ["plateaus", r#"{"problem":"p"}"#, "share", ""], "at_most,0.3,,,,");
    let sheet = Sheet::of(&files.tables(), "claims");
    let values = ["measured", "first_half", "second_half"].map(|column| sheet.real(0, column));
    assert_eq!(values, [0.25, 0.5, 0.0]);
}

/// What is said of columns, on random folders: their ranges, which hold words, and that shares are shares of runs.
#[test]
fn every_number_is_in_the_range_of_its_column() {
    let mut made = std::collections::BTreeSet::new();
    for (seed, files) in [(1, random_folder(1, 12)), (2, complete_folder(2, 12)), (3, random_folder(3, 5))] {
        for table in files.tables() {
            made.insert(table.name.clone());
            assert_eq!(table_columns(&table.name).unwrap(), table.header, "{}", table.name);
            let text = table.to_csv();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            for row in reader.records().map(Result::unwrap) {
                for (column, cell) in table.header.iter().zip(&row).filter(|(_, cell)| !cell.is_empty()) {
                    let what = format!("{} {column} = {cell}, folder {seed}", table.name);
                    match cell.parse::<f64>() {
                        Err(_) => assert!(holds_words(column), "{what}"),
                        Ok(value) => {
                            let (least, greatest) = column_range(column);
                            assert!(column == "bin" || !holds_words(column), "{what}");
                            assert!(value.is_nan() || (least..=greatest).contains(&value), "{what}");
                        }
                    }
                }
            }
        }
    }
    for name in ["success", "comparison", "restarts", "endpoints", "signs", "index_vs_loss"] {
        assert!(made.contains(name) && table_names().contains(&name), "{name}");
    }
}

/// Every table that can be claimed something of has a column of words to choose a row by.
#[test]
fn every_table_is_known_with_its_columns() {
    for name in table_names() {
        let columns = table_columns(name).unwrap();
        assert!(columns.iter().any(|column| column == "problem"), "{name}");
        for column in &columns {
            let (least, greatest) = column_range(column);
            assert!(least < greatest, "{name} {column}");
            // A share of runs has an uncertainty; a label has none.
            assert!(!report::is_share(name, column) || column_range(column) == (0.0, 1.0), "{name} {column}");
            assert!(!(holds_words(column) && report::has_uncertainty(name, column)), "{name} {column}");
        }
    }
    assert_eq!(table_columns("sucess"), None);
    // As narrow as they are: what a claim that cannot fail is refused by.
    let (infinity, share) = (f64::INFINITY, (0.0, 1.0));
    for (column, range) in [
        ("correlation", (-1.0, 1.0)),
        ("difference_lo", (-1.0, 1.0)),
        ("index_mean", share),
        ("share_of_cost", share),
        ("p_holm", share),
        ("n_points", (0.0, infinity)),
        ("index_max", (0.0, infinity)),
        ("ert", (0.0, infinity)),
        ("deviation_rms", (0.0, infinity)),
        ("level_mean", (-infinity, infinity)),
        ("deviation_mean", (-infinity, infinity)),
    ] {
        assert_eq!(column_range(column), range, "{column}");
    }
}

#[test]
fn a_broken_claims_file_is_refused_with_its_line() {
    let cases = [
        ("at_least,0.1,share,,,", "line 2: a claim has one of value, theory and than"),
        ("at_least,,,,,", "a claim has one of value, theory and than"),
        ("equals,0.5,,,0.1,2", "a claim has one tolerance"),
        ("equal,0.5,,,,", "unknown variant `equal`"),
        ("above,,,\"[1]\",,", "column `than` is no JSON object"),
    ];
    for (rest, problem) in cases {
        let mut files = Files::default();
        cell(&mut files, "p", "a", 4, 7);
        files.claim(["c", "theory"], SUCCESS, rest);
        let error = report::tables(files.write().path()).unwrap_err().to_string();
        let problem = problem.strip_prefix("line 2: ").unwrap_or(problem);
        assert!(error.contains("claims.csv:2: ") && error.contains(problem), "{error}");
    }
    let mut files = Files::default();
    cell(&mut files, "p", "a", 4, 7);
    files.claim(["c", "theory"], SUCCESS, "above,0.1,,,,");
    files.claim(["c", "theory"], SUCCESS, "above,0.1,,,,");
    let error = report::tables(files.write().path()).unwrap_err().to_string();
    assert!(error.contains("claims.csv:3: claim \"c\" is there twice"), "{error}");
}

/// Without claims there is no table, and with them it is the last one and fits the screen.
#[test]
fn the_table_is_the_last_and_fits_the_screen() {
    let mut files = complete_folder(1, 20);
    assert!(tables(files.write().path()).iter().all(|table| table.name != "claims"));
    assert_eq!(report::claims(files.write().path()).unwrap(), None);
    files.claim(["a-name-of-twenty-let", "empirical"], SUCCESS, "above,,,\"{\"\"method\"\":\"\"c\"\"}\",,");
    let all = files.tables();
    let text = all.last().unwrap().to_text(80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("A sentence. Fails: difference") && text.contains("Source: a source."), "{text}");
    assert!(text.ends_with("claims 1 = hold 0 + fail 1\n"), "{text}");
}
