//! What the program says about itself, and that the shipped experiments are right.

use crate::support::{Desk, command, listing, program};
use std::path::Path;

const VERBS: [&str; 12] =
    ["run", "plan", "tune", "tables", "verify", "list", "show", "eval", "census", "trace", "check", "new"];

#[test]
fn help_names_every_verb_and_fits_the_screen() {
    let help = program(&["--help"]).expect(0).out;
    for family in ["Experiments", "Results", "Catalogue", "Problems and optimizers of your own"] {
        assert!(help.lines().any(|line| line == family), "{family}");
    }
    for verb in VERBS {
        assert!(help.lines().any(|line| line.starts_with(&format!("  {verb} "))), "{verb}");
        assert!(help.contains(&format!("runner {verb}")), "an example of {verb}");
        let own = program(&[verb, "--help"]).expect(0).out;
        assert!(own.contains("Example"), "{verb}: {own}");
        narrow(&own);
    }
    narrow(&help);
    assert!(help.contains("Exit codes"));
}

#[test]
fn everything_in_the_list_can_be_shown_and_fits_the_screen() {
    let list = program(&["list"]).expect(0).out;
    narrow(&list);
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<&str> = names.filter_map(|line| line.split(' ').next()).filter(|n| !n.is_empty()).collect();
    assert!(names.contains(&"rastrigin") && names.contains(&"multi_restart") && names.contains(&"newton"));
    for name in names {
        let show = program(&["show", name]).expect(0).out;
        assert!(show.starts_with(&format!("{name} (")), "{show}");
        assert!(show.contains("parameters"), "{show}");
        narrow(&show);
    }
}

#[test]
fn shipped_experiments_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let desk = Desk::new("");
    let names = listing(&root.join("experiments"));
    for name in ["saddle.toml", "local_minima.toml", "smoke.toml"] {
        assert!(names.contains(&name.to_string()), "{name} is shipped");
    }
    for name in names.iter().filter(|name| *name != "tuned") {
        let file = format!("experiments/{name}");
        let plan = command(&["plan", &file, "--out", &desk.path("r")]).current_dir(&root).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&plan.stdout), String::from_utf8_lossy(&plan.stderr));
        assert_eq!(plan.status.code(), Some(0), "{name}:\n{err}");
        assert!(out.contains(" 0 kept"), "{out}");
        narrow(&out);
    }
    assert!(!desk.folder("r").exists(), "plan writes nothing");
}

#[test]
fn an_unknown_verb_is_no_file() {
    let answer = program(&["lst"]).expect(2);
    assert!(answer.err.contains("list"), "{}", answer.err);
    assert!(program(&["nowhere.toml"]).expect(2).err.contains("cannot read the experiment file nowhere.toml"));
    assert!(program(&[]).expect(2).err.contains("Experiments"));
}

#[track_caller]
fn narrow(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} characters: {line}", line.chars().count());
    }
}

#[test]
fn facts_follow_the_parameters_that_are_given() {
    let exact = |params: &[&str]| program(&[&["show", "three_nodes"], params].concat()).expect(0).out;
    assert!(exact(&[]).contains("at best 1 of the 15 examples"), "the Fano plane cannot be split");
    assert!(exact(&["--param", "drop=3"]).contains("at best 0 of the 14 examples"), "without a line it can");
    let refused = program(&["show", "three_nodes", "--param", "drop=9"]).expect(2);
    assert!(refused.err.contains("there are 7 sets") && refused.out.is_empty(), "{}", refused.err);
    let stray = program(&["show", "adam", "--param", "lr=1"]).expect(2);
    assert!(stray.err.contains("--param goes with the name of a problem"), "{}", stray.err);
}
