//! The committed results: complete, consistent with their rows, quoted right in the README, and at the figures that
//! theory gives.

use crate::support::{column, command, listing};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn experiments() -> Vec<String> {
    let files = listing(&root().join("experiments"));
    let files = files.iter().filter(|name| *name != "tuned");
    files.map(|name| name.strip_suffix(".toml").expect("experiments are TOML files").to_string()).collect()
}

/// Nothing that an experiment file plans is missing from its folder, and nothing else is in it.
#[test]
fn committed_results_are_those_of_the_experiment_files() {
    for name in experiments() {
        let plan = command(&["plan", &format!("experiments/{name}.toml")]).current_dir(root()).output().unwrap();
        let out = String::from_utf8_lossy(&plan.stdout);
        assert!(out.contains(" kept, 0 to run, 0 dropped"), "{name}: measure it again and commit it\n{out}");
    }
}

/// Every committed tuning file is what its committed runs give, byte for byte, and they are those that its experiment
/// declares.
#[test]
fn committed_tuning_files_are_those_of_their_runs() {
    for name in listing(&root().join("experiments/tuned")) {
        let experiment = name.strip_suffix(".toml").expect("tuning files are TOML files");
        let desk = tempfile::tempdir().unwrap();
        let (file, out) = (desk.path().join(&name), desk.path().join("runs"));
        fs::copy(root().join("experiments").join(&name), &file).unwrap();
        let committed = root().join(format!("results/{experiment}-tuning"));
        fs::create_dir_all(out.join("tables")).unwrap();
        for folder in ["", "tables"] {
            for part in listing(&committed.join(folder)).iter().filter(|part| *part != "tables") {
                fs::copy(committed.join(folder).join(part), out.join(folder).join(part)).unwrap();
            }
        }
        let tuned = command(&["tune", file.to_str().unwrap(), "--out", out.to_str().unwrap()]).output().unwrap();
        let err = String::from_utf8_lossy(&tuned.stderr);
        assert!(err.contains("already done"), "{name}: tune again and commit it\n{err}");
        let texts = [root().join("experiments"), desk.path().to_path_buf()];
        let [theirs, ours] = texts.map(|dir| fs::read_to_string(dir.join("tuned").join(&name)).unwrap());
        assert!(theirs == ours, "{name}");
        for part in ["tables/sensitivity.csv", "tables/sensitivity.md"] {
            let again = &report::tables(&out).unwrap()[0];
            let text = if part.ends_with("csv") { again.to_csv() } else { again.to_markdown() };
            assert!(fs::read_to_string(committed.join(part)).unwrap() == text, "{name}: {part}");
        }
    }
}

/// The tables are what the rows give, byte for byte.
#[test]
fn committed_tables_are_those_of_the_committed_rows() {
    for name in experiments() {
        let dir = root().join("results").join(&name);
        let tables = report::tables(&dir).unwrap();
        let mut expected: Vec<String> = Vec::new();
        for table in &tables {
            for (ending, text) in [("csv", table.to_csv()), ("md", table.to_markdown())] {
                let file = format!("{}.{ending}", table.name);
                assert!(fs::read_to_string(dir.join("tables").join(&file)).unwrap() == text, "{name}/tables/{file}");
                expected.push(file);
            }
        }
        expected.sort();
        assert_eq!(listing(&dir.join("tables")), expected, "{name}");
    }
}

/// README blocks `<!-- table FILE: LABEL -->` ... `<!-- /table -->` quote the blocks of a committed table whose label
/// begins so. `UPDATE_README=1 cargo test -p runner readme` writes them anew.
#[test]
fn the_readme_quotes_the_committed_tables() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (mut fresh, mut rest, mut quotes) = (String::new(), text.as_str(), 0);
    while let Some((before, after)) = rest.split_once("<!-- table ") {
        let (mark, after) = after.split_once(" -->\n").expect("a complete marker");
        let (_, after) = after.split_once("<!-- /table -->").expect("a closing marker");
        let (file, label) = mark.split_once(": ").expect("FILE: LABEL");
        let table = fs::read_to_string(root().join(file)).unwrap();
        fresh += &format!("{before}<!-- table {mark} -->\n{}\n\n<!-- /table -->", blocks(&table, label));
        rest = after;
        quotes += 1;
    }
    fresh += rest;
    assert!(quotes >= 3, "the README shows the headline tables");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path, &fresh).unwrap();
    } else {
        assert!(fresh == text, "README.md quotes old tables: UPDATE_README=1 cargo test -p runner readme");
    }
}

/// The blocks of a Markdown table whose label begins with `label`.
fn blocks(table: &str, label: &str) -> String {
    let paragraphs: Vec<&str> = table.split("\n\n").collect();
    let is_label = |text: &str| text.starts_with("**`");
    let mut chosen = Vec::new();
    for (i, text) in paragraphs.iter().enumerate() {
        if is_label(text) && text[3..].starts_with(label) {
            let more = paragraphs[i + 1..].iter().take_while(|text| !is_label(text) && !text.starts_with("Accounting"));
            chosen.push(*text);
            let is_quoted = |text: &&&str| ["|", "correlation", "rms"].iter().any(|start| text.starts_with(start));
            chosen.extend(more.filter(is_quoted));
        }
    }
    assert!(!chosen.is_empty(), "no block of the table begins with {label}");
    chosen.join("\n\n")
}

/// Cells of the rows in which the given columns have the given values.
fn cells(file: &str, at: &[(&str, &str)], name: &str) -> Vec<String> {
    let path = root().join(file);
    let (dir, file) = (path.parent().unwrap(), path.file_name().unwrap().to_str().unwrap());
    let keys: Vec<(Vec<String>, &str)> = at.iter().map(|(key, value)| (column(dir, file, key), *value)).collect();
    let wanted = |i: &usize| keys.iter().all(|(cells, value)| cells[*i] == *value);
    let values = column(dir, file, name);
    (0..values.len()).filter(wanted).map(|i| values[i].clone()).collect()
}

fn numbers(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().unwrap()).collect()
}

/// Descent with steps below 1/397 stays in its basin: the central one has half-width 0.502546 of 5.12 per axis.
#[test]
fn rastrigin_in_two_dimensions_succeeds_as_often_as_its_basin_is_large() {
    let at = [("problem", "rastrigin dim=2"), ("method", "single"), ("gap", "0.5")];
    let bound = |name| numbers(&cells("results/local_minima/tables/success.csv", &at, name))[0];
    let theory = 0.0981535f64.powi(2);
    assert!(bound("n_planned") >= 1000.0 && (bound("share_lo")..bound("share_hi")).contains(&theory));
}

/// Runs that do not learn XOR stay where a network that cannot tell two or more patterns apart stays.
#[test]
fn stuck_xor_runs_end_on_the_ladder() {
    let ladder = [0.25, 1.0 / 3.0, 0.5];
    for (pair, success) in
        [("logistic-logistic", 0.74), ("tanh-logistic", 0.59), ("tanh-linear", 0.81), ("relu-linear", 0.22)]
    {
        let problem = format!("xor pair={pair}");
        let at = [("problem", problem.as_str()), ("method", "single")];
        let ends = numbers(&cells("results/local_minima/runs.csv", &at, "f_final"));
        let stuck: Vec<f64> = ends.iter().copied().filter(|f| *f > 0.01).collect();
        let share = 1.0 - stuck.len() as f64 / ends.len() as f64;
        assert!((share - success).abs() < 0.07, "{pair}: {share}"); // published rates +- 5 points, n = 400: 2.5 more
        let on_ladder = stuck.iter().filter(|f| ladder.iter().any(|step| (*f - step).abs() < 1e-3)).count();
        assert!(10 * on_ladder >= 9 * stuck.len(), "{pair}: {on_ladder} of {} stuck runs", stuck.len());
    }
}

/// The function without critical points yields none, from any start, by any method.
#[test]
fn the_control_has_no_critical_point() {
    for name in ["saddle", "smoke"] {
        let at = [("problem", "no_critical_point")];
        let classes = cells(&format!("results/{name}/tables/signs.csv"), &at, "class");
        let critical = ["minimum", "saddle", "maximum", "degenerate"];
        assert!(!classes.is_empty() && classes.iter().all(|class| !critical.contains(&class.as_str())), "{classes:?}");
    }
}

/// Index fraction of the p-spin against theory for N -> infinity: at N = 40 the finite size is worth less than 0.02.
#[test]
fn the_index_of_the_spin_glass_falls_as_theory_says() {
    for instance in ["1", "2"] {
        let problem = format!("spherical_spin p=3 dim=40 instance={instance}");
        let at = [("problem", problem.as_str()), ("bin", "all")];
        let of = |name| numbers(&cells("results/saddle/tables/index_vs_loss.csv", &at, name))[0];
        assert!(of("n_points") > 100.0 && of("deviation_rms") < 0.02 && of("correlation") > 0.95);
    }
}

/// Rows of a file in which the given columns have the given values, as numbers of another column.
fn measured(file: &str, at: &[(&str, &str)], name: &str) -> Vec<f64> {
    numbers(&cells(&format!("results/story/{file}"), at, name))
}

/// Two layers of one unit from weights N(0, sigma^2): what grows is the product's part a0 = (u + v)^2 / 4 = sigma^2 z^2 / 2,
/// z standard normal, and half of s is reached after ln(s / a0) / (2 s) (Saxe, McClelland and Ganguli 2013). With
/// E ln z^2 = -1.27036 and standard deviation pi / sqrt(2) the mean over starts is known.
#[test]
fn the_plateau_of_a_linear_network_is_as_long_as_theory_says() {
    let at = [("problem", "deep_linear s=[2.0] hidden=[1] init_sd=0.001"), ("method", "gd"), ("gap", "0.5")];
    let ert = measured("tables/success.csv", &at, "ert")[0]; // every run arrives, so it is the mean cost
    assert_eq!(measured("tables/success.csv", &at, "share"), [1.0]);
    let (s, sigma, lr, n): (f64, f64, f64, f64) = (2.0, 1e-3, 0.01, 40.0);
    let mean = ((2.0 * s / (sigma * sigma)).ln() + 1.27036) / (2.0 * s);
    // A step multiplies small weights by 1 + lr s instead of e^(lr s): times are lr s / 2 = 1 % longer.
    let expected = mean / lr * (1.0 + 0.5 * lr * s) + 1.0;
    let standard_error = std::f64::consts::PI / 2f64.sqrt() / (2.0 * s) / lr / n.sqrt();
    assert!((ert - expected).abs() < 4.0 * standard_error, "{ert} for {expected} +- {standard_error}");
}

/// With few digits the held-out loss turns while the training loss goes on falling: that is when these runs were stopped.
#[test]
fn digits_runs_were_stopped_where_the_held_out_loss_rose() {
    let at = [("method", "sgd"), ("status", "stalled")];
    let (train, held_out) = (measured("runs.csv", &at, "f_final"), measured("runs.csv", &at, "f_held_out"));
    assert!(held_out.len() >= 30, "{} of 40", held_out.len());
    assert!(train.iter().zip(&held_out).all(|(train, held_out)| train < held_out));
    let reasons = cells("results/story/runs.csv", &at, "reason");
    assert!(reasons.iter().all(|reason| reason.contains("none below it in 30 epochs")), "{}", reasons[0]);
}
