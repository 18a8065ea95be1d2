//! The same bytes again: any number of threads, an edited file, tables from the rows alone.

use crate::support::{Desk, SMALL, column, command, lasting, manifest, program, text};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn one_two_and_seven_threads_give_the_same_bytes() {
    let desk = Desk::new(SMALL);
    for threads in ["1", "2", "7"] {
        let answer = program(&["run", &desk.file(), "--threads", threads, "--out", &desk.path(threads)]);
        answer.expect(0);
    }
    let one = lasting(&desk.folder("1"));
    assert_eq!(one, lasting(&desk.folder("2")));
    assert_eq!(one, lasting(&desk.folder("7")));
    // 2 x 4 + 2 + 1 cells of 40 runs, one row each whatever happened.
    assert_eq!(column(&desk.folder("1"), "runs.csv", "run_key").len(), 11 * 40);
    assert!(one.contains_key("tables/success.csv") && one.contains_key("tables/signs.md"));
}

#[test]
fn a_second_run_is_done_at_once_and_changes_nothing() {
    let desk = Desk::new(SMALL);
    let first = desk.run("r").expect(0);
    let dir = desk.folder("r");
    let before = (lasting(&dir), text(&dir, "manifest.json"), text(&dir, "timing.csv"));
    let second = desk.run("r").expect(0);
    assert!(second.err.contains("440 of 440 already done"), "{}", second.err);
    assert!(second.err.contains("to measure again use --out DIR"));
    assert_eq!(before, (lasting(&dir), text(&dir, "manifest.json"), text(&dir, "timing.csv")));
    let tables = |out: &str| out.split("\nwrote ").next().unwrap().split("\nkept ").next().unwrap().to_string();
    assert_eq!(tables(&first.out), tables(&second.out));
    assert!(!dir.join("journal.jsonl").exists() && !dir.join(".lock").exists());
}

#[test]
fn an_edited_file_runs_only_what_is_new() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let before: BTreeSet<String> = text(&dir, "runs.csv").lines().map(String::from).collect();

    let more = SMALL
        .replace("replicates = 40", "replicates = 45")
        .replace("[runs]", "[[method]]\nid = \"ball\"\noptimizer = \"momentum\"\n[runs]");
    desk.write(&more.replace("\"restart\", ", "\"restart\", \"ball\", "));
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    // 5 more replicates of 11 cells, 45 runs of 2 new cells.
    assert!(plan.out.contains("440 kept, 145 to run, 0 dropped"), "{}", plan.out);
    desk.run("r").expect(0);
    assert_eq!(manifest(&dir)["measured"], 145);
    assert_eq!(manifest(&dir)["earlier"][0]["measured"], 440);
    let after: BTreeSet<String> = text(&dir, "runs.csv").lines().map(String::from).collect();
    assert!(before.is_subset(&after), "finished rows stay byte for byte");

    let fresh = desk.run("fresh");
    fresh.expect(0);
    assert_eq!(lasting(&dir), lasting(&desk.folder("fresh")));
}

#[test]
fn labels_and_comments_cost_nothing() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    desk.write(&format!("# a comment\n{}", SMALL.replace("\"noisy\"", "\"restless\"")));
    let answer = desk.run("r").expect(0);
    assert!(answer.err.contains("440 done, 0 to run"), "{}", answer.err);
    let dir = desk.folder("r");
    assert!(column(&dir, "runs.csv", "method").contains(&"restless".to_string()));
    assert!(text(&dir, "config.toml").starts_with("# a comment"));
}

#[test]
fn finished_runs_are_dropped_only_when_asked_to() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let before = (lasting(&dir), text(&dir, "manifest.json"));
    desk.write(&SMALL.replace("replicates = 40", "replicates = 30"));
    let refused = desk.run("r").expect(2);
    assert!(refused.err.contains("110 finished runs that this file no longer plans"), "{}", refused.err);
    assert!(refused.err.contains("(kept 330, to run 0, dropped 110)"), "{}", refused.err);
    assert!(refused.err.contains("--drop"), "{}", refused.err);
    assert_eq!(before, (lasting(&dir), text(&dir, "manifest.json")));
    program(&["run", &desk.file(), "--out", &desk.path("r"), "--drop"]).expect(0);
    assert_eq!(column(&dir, "runs.csv", "run_key").len(), 330);
}

#[test]
fn tables_come_again_from_the_rows_alone() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let before = lasting(&dir);
    for name in ["tables/success.csv", "tables/signs.md", "plots/success_by_gap.svg", "plots/classes.csv", "SHA256SUMS"]
    {
        assert!(name == "SHA256SUMS" || before.contains_key(name), "{name}");
        fs::write(dir.join(name), "spoilt").unwrap();
    }
    for name in ["tables/of_another_version.csv", "plots/of_another_version.png", "plots/classes.png"] {
        fs::write(dir.join(name), "old").unwrap();
    }
    program(&["tables", &desk.path("r")]).expect(0);
    assert_eq!(before, lasting(&dir));
    assert!(!dir.join("tables/of_another_version.csv").exists() && !dir.join("plots/of_another_version.png").exists());
    // The PNG of a picture that is still made belongs to another program.
    assert!(dir.join("plots/classes.png").exists());

    let rows = text(&dir, "runs.csv").replacen("converged", "budget", 1);
    fs::write(dir.join("runs.csv"), rows).unwrap();
    let refused = program(&["tables", &desk.path("r")]).expect(2);
    assert!(refused.err.contains("runs.csv is not the file that was written"), "{}", refused.err);
    assert!(desk.run("r").expect(2).err.contains("restore it"));
}

#[test]
fn the_resolved_file_plans_the_same_runs() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let resolved = text(&desk.folder("r"), "config.resolved.toml");
    assert!(resolved.contains("f_above = ") && resolved.contains("cutoff = 20"));
    desk.write(&resolved);
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    assert!(plan.out.contains("440 kept, 0 to run, 0 dropped"), "{}", plan.out);
    desk.run("again").expect(0);
    let mut twice = lasting(&desk.folder("again"));
    twice.retain(|name, _| name != "SHA256SUMS");
    let first = lasting(&desk.folder("r"));
    assert!(twice.iter().all(|(name, text)| name == "config.toml" || first[name] == *text));
    assert_eq!(twice["config.toml"], twice["config.resolved.toml"]);
}

#[test]
fn one_run_can_be_repeated_without_touching_the_folder() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let before = lasting(&dir);
    let key = column(&dir, "runs.csv", "run_key")[7].clone();
    let answer = program(&["run", &desk.file(), "--out", &desk.path("r"), "--only", &key]).expect(0);
    assert!(answer.out.contains(&format!("run_key        {key}")), "{}", answer.out);
    assert!(answer.err.contains("this equals the row in"), "{}", answer.err);
    assert_eq!(before, lasting(&dir));
    let unknown = program(&["run", &desk.file(), "--only", "zz"]).expect(2);
    assert!(unknown.err.contains("no planned run has the key zz"));
}

#[test]
fn starts_are_shared_by_all_methods() {
    let text = SMALL.replace("strategy = \"noisy_start\"", "strategy = \"single\"");
    let desk = Desk::new(&text);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let starts = column(&dir, "runs.csv", "f_start");
    // The first four cells are one problem under four methods, 40 replicates each.
    for method in 1..4 {
        assert_eq!(starts[..40], starts[40 * method..40 * (method + 1)], "method {method}");
    }
    assert_eq!(starts[..40].iter().collect::<BTreeSet<_>>().len(), 40, "replicates differ");
}

#[test]
fn nothing_personal_is_written() {
    let desk = Desk::new(SMALL);
    let mut run = command(&["run", &desk.file(), "--out", &desk.path("r")]);
    let home = std::path::Path::new(&desk.file()).parent().unwrap().display().to_string();
    run.env("HOME", &home).env("USER", "marmaduke").output().unwrap();
    let dir = desk.folder("r");
    let written = text(&dir, "manifest.json");
    assert!(!written.contains(&home) && !written.contains("marmaduke"), "{written}");
    for key in ["commit", "cargo_lock_sha256", "rustc", "profile", "cpu", "os", "rng", "plan_hash"] {
        assert!(written.contains(&format!("\"{key}\": ")), "{key} in {written}");
    }
    assert_eq!(manifest(&dir)["program"]["opt_level"], "3");
}

/// One page, the same each time, with the verdict on what is claimed, the key of a run, the commit; not for a folder that
/// is unfinished or none.
#[test]
fn a_folder_becomes_one_page() {
    let claim = |id: &str, value: &str| {
        format!(
            "\n[[claim]]\nid = \"{id}\"\ntext = \"One run of three reaches it\"\ntable = \"success\"\nquantity = \"n_planned\"\n\
             over = \"min\"\nrelation = \"above\"\nvalue = {value}\nkind = \"theory\"\nsource = \"counting\"\n"
        )
    };
    let desk = Desk::new(&format!("{SMALL}{}{}", claim("few", "0"), claim("many", "1e9")));
    desk.run("r").expect(0);
    let (dir, path) = (desk.folder("r"), desk.path("r"));
    let before = lasting(&dir);
    program(&["report", &path]).expect(0);
    let page = text(&dir, "report.html");
    program(&["report", &path]).expect(0);
    assert_eq!((text(&dir, "report.html"), lasting(&dir)), (page.clone(), before));
    assert_eq!((page.matches("claim holds\"").count(), page.matches("claim fails\"").count()), (1, 1));
    let key = &column(&dir, "runs.csv", "run_key")[0];
    for part in
        [&format!("--only {key}"), "program: commit", "rng", "<h2>Tables</h2>", "<h2>Pictures</h2>", "[experiment]"]
    {
        assert!(page.contains(part), "{part}");
    }
    // The command that the page gives does what it says.
    let line = page.lines().find(|line| line.contains("--only")).unwrap().replace("<pre>", "").replace("</pre>", "");
    let words: Vec<&str> = line.split(' ').skip_while(|word| *word != "run").collect();
    assert!(program(&words).expect(0).err.contains("this equals the row"));

    assert!(program(&["report", &desk.path("nothing")]).expect(2).err.contains("no result folder"));
    fs::write(dir.join("journal.jsonl"), "").unwrap();
    assert!(program(&["report", &path]).expect(2).err.contains("is unfinished"));
}
