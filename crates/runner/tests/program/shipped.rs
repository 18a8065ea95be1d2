//! The committed results: complete, consistent with their rows, quoted right in the README, and at the figures that
//! theory gives.

use crate::support::{column, command, lasting, listing};
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

/// The same command over a copy of a committed folder writes every file of it anew, and each is the committed one: so
/// claims, resolved file and tables are those of the experiment file and of this program. No run is measured.
#[test]
fn committed_folders_are_what_the_command_makes_of_their_rows() {
    for name in experiments() {
        let desk = tempfile::tempdir().unwrap();
        let (committed, copy) = (root().join("results").join(&name), desk.path().join(&name));
        for part in listing(&committed).iter().filter(|part| committed.join(part).is_file()) {
            fs::create_dir_all(&copy).unwrap();
            fs::copy(committed.join(part), copy.join(part)).unwrap();
        }
        // Otherwise the folder is settled and left alone.
        fs::write(copy.join("config.toml"), "# another file").unwrap();
        let file = format!("experiments/{name}.toml");
        let run = command(&["run", &file, "--out", copy.to_str().unwrap()]).current_dir(root()).output().unwrap();
        let err = String::from_utf8_lossy(&run.stderr);
        assert!(err.contains(" 0 to run on "), "{name}: measure it again and commit it\n{err}");
        let (ours, theirs) = (lasting(&copy), lasting(&committed));
        assert!(ours.keys().eq(theirs.keys()), "{name}: {:?} for {:?}", ours.keys(), theirs.keys());
        assert_eq!(listing(&copy.join("tables")), listing(&committed.join("tables")), "{name}");
        for (file, text) in &ours {
            assert!(
                theirs[file] == *text,
                "results/{name}/{file} is old: cargo run -p runner -- experiments/{name}.toml"
            );
        }
    }
}

/// The pictures are what the rows give, byte for byte, each with its data beside it; those of restarts have the figures
/// of their table.
#[test]
fn committed_pictures_are_those_of_the_committed_rows() {
    for name in experiments() {
        let dir = root().join("results").join(&name);
        let mut expected: Vec<String> = Vec::new();
        for picture in &report::pictures(&dir, &report::tables(&dir).unwrap()).unwrap() {
            for (ending, text) in [("csv", picture.to_csv()), ("svg", picture.to_svg())] {
                let file = format!("{}.{ending}", picture.name);
                let committed = fs::read_to_string(dir.join("plots").join(&file));
                assert!(
                    committed.is_ok_and(|committed| committed == text),
                    "{name}/plots/{file}: `tables` makes it anew"
                );
                expected.push(file);
            }
        }
        expected.sort();
        // PNG files may stand beside them; they are not committed.
        let found: Vec<String> =
            listing(&dir.join("plots")).into_iter().filter(|file| !file.ends_with(".png")).collect();
        assert_eq!(found, expected, "{name}");
    }
    let at = [("method", "gd-restart"), ("kind", "restarted")];
    let drawn = cells("results/saddle/plots/restart_law.csv", &at, "success");
    let tabled = cells("results/saddle/tables/restarts.csv", &[("restarted_method", "gd-restart")], "real");
    // Of the smallest gaps only.
    let is_there = drawn.iter().all(|value| tabled.contains(value));
    assert!(!drawn.is_empty() && is_there, "{drawn:?} {tabled:?}");
}

/// Every claim of a shipped experiment holds, or the page that has the experiment's name explains why it does not; where
/// there is no page, a comment in the experiment file does.
#[test]
fn committed_claims_hold_or_are_explained() {
    let mut judged = 0;
    for name in experiments() {
        let Some(claims) = report::claims(&root().join("results").join(&name)).unwrap() else { continue };
        let file = fs::read_to_string(root().join(format!("experiments/{name}.toml"))).unwrap();
        let comments: Vec<&str> = file.lines().filter(|line| line.starts_with('#')).collect();
        let page = fs::read_to_string(root().join(format!("docs/book/{name}.md"))).unwrap_or(comments.join("\n"));
        for id in &claims.failed {
            assert!(
                page.contains(&format!("`{id}`")),
                "{name}: claim {id} fails, and neither docs/book/{name}.md nor the experiment file says why"
            );
        }
        judged += claims.held + claims.failed.len();
    }
    assert!(judged >= 40, "{judged} claims");
}

/// The README and the pages of the book quote the committed tables. `UPDATE_PAGES=1 cargo test -p runner pages` writes
/// them anew.
#[test]
fn pages_quote_the_committed_tables() {
    let book = listing(&root().join("docs/book")).into_iter().map(|name| format!("docs/book/{name}"));
    let pages = ["README.md".to_string()].into_iter().chain(book).filter(|name| name.ends_with(".md"));
    for name in pages {
        let path = root().join(&name);
        let text = fs::read_to_string(&path).unwrap();
        let (fresh, quotes) = report::refreshed(&text, &root()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert!(quotes > 0, "{name} quotes nothing");
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(path, &fresh).unwrap();
        } else {
            assert!(fresh == text, "{name} quotes old tables: UPDATE_PAGES=1 cargo test -p runner pages");
        }
    }
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

/// Rows of a file in which the given columns have the given values, as numbers of another column.
fn measured(file: &str, at: &[(&str, &str)], name: &str) -> Vec<f64> {
    numbers(&cells(&format!("results/story/{file}"), at, name))
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
