//! Tuning: a step of its own on seeds of its own, equal for all methods, recorded in a file that experiments cite.

use crate::support::{Answer, Desk, await_that, column, journal_lines, lasting, manifest, program, start, text, wait};
use std::collections::BTreeSet;
use std::fs;

/// Two tuned methods and one as it is, on two problems.
const FILE: &str = r#"
schema = 1
[experiment]
name = "e"
master_seed = 3
[[problem]]
name = "rastrigin"
gaps = [10.0, 1.0]
[[problem]]
name = "rosenbrock"
gaps = [1.0, 0.1]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = "tuned" }
tune = { lr = { from = 1e-4, to = 0.1, scale = "log" } }
[[method]]
id = "restart"
optimizer = "momentum"
params = { lr = "tuned" }
strategy = "multi_restart"
strategy_params = { cutoff = "tuned" }
tune = { lr = { from = 1e-4, to = 0.1, scale = "log" }, cutoff = { from = 5, to = 50 } }
[[method]]
id = "plain"
optimizer = "adam"
params = { lr = 0.1 }
[runs]
replicates = 10
[budget]
gradients = 100
[tune]
configurations = 6
replicates = 8
[tuned]
file = "tuned/e.toml"
"#;

/// `FILE` that tunes nothing itself and only cites.
fn citing() -> String {
    let is_own = |line: &&str| !line.starts_with("tune = ");
    let text: Vec<&str> = FILE.lines().filter(is_own).collect();
    text.join("\n").replace("[tune]\nconfigurations = 6\nreplicates = 8\n", "")
}

fn tune(desk: &Desk, folder: &str, more: &[&str]) -> Answer {
    let (file, out) = (desk.file(), desk.path(folder));
    program(&[&["tune", &file, "--out", &out], more].concat())
}

fn tuned(desk: &Desk) -> String {
    text(&desk.folder("tuned"), "e.toml")
}

/// A desk on which `FILE` has been tuned.
fn tuned_desk() -> Desk {
    let desk = Desk::new(FILE);
    tune(&desk, "t", &[]).expect(0);
    desk
}

#[test]
fn threads_and_kills_change_nothing() {
    let long = FILE.replace("replicates = 8", "replicates = 40\ngradients = 3000");
    let [one, two, killed] = [1, 2, 3].map(|_| Desk::new(&long));
    tune(&one, "t", &["--threads", "1"]).expect(0);
    tune(&two, "t", &["--threads", "2"]).expect(0);
    let dir = killed.folder("t");
    for lines in [1, 300] {
        let mut child = start(&["tune", &killed.file(), "--out", &killed.path("t")]);
        await_that("the journal grows", || journal_lines(&dir) >= lines);
        child.kill().unwrap();
        wait(child);
        assert!(!killed.folder("tuned").exists(), "nothing is chosen from a part of the runs");
    }
    let answer = tune(&killed, "t", &[]).expect(0);
    assert!(!answer.err.contains("; 0 done"), "{}", answer.err);
    for desk in [&two, &killed] {
        assert_eq!(lasting(&one.folder("t")), lasting(&desk.folder("t")));
        assert_eq!(tuned(&one), tuned(desk));
    }
    // What was searched is part of the results, as their rows are.
    let space = text(&two.folder("t"), "space.csv");
    fs::write(two.folder("t/space.csv"), space.replace("1e-4", "1e-5").replace("0.0001", "0.00001")).unwrap();
    let refused = tune(&two, "t", &[]).expect(2);
    assert!(refused.err.contains("space.csv is not the file that was written"), "{}", refused.err);
    fs::write(two.folder("t/space.csv"), space).unwrap();
    // Once more: nothing to run, the file again.
    fs::remove_file(one.folder("tuned/e.toml")).unwrap();
    assert!(tune(&one, "t", &[]).expect(0).err.contains("already done"));
    assert_eq!(tuned(&one), tuned(&two));
}

#[test]
fn no_tuning_run_shares_a_start_or_its_noise_with_a_measured_run() {
    let noisy = FILE.replace("id = \"plain\"", "id = \"plain\"\nnoise = { eta = 1.0 }");
    let desk = Desk::new(&noisy);
    tune(&desk, "t", &[]).expect(0);
    desk.run("r").expect(0);
    let of = |folder: &str, name: &str| -> BTreeSet<String> {
        column(&desk.folder(folder), "runs.csv", name).into_iter().filter(|cell| cell != "0").collect()
    };
    // 8 tuning starts and 10 measured ones on each of two problems; the noise of one method on both.
    assert_eq!([of("t", "f_start").len(), of("r", "f_start").len()], [16, 20]);
    assert_eq!([of("t", "noise_energy").len(), of("r", "noise_energy").len()], [16, 20]);
    for name in ["f_start", "noise_energy", "run_key"] {
        assert!(of("t", name).is_disjoint(&of("r", name)), "{name}");
    }
}

#[test]
fn every_method_gets_the_same_and_what_gets_less_is_named() {
    let desk = Desk::new(FILE);
    let answer = tune(&desk, "t", &[]).expect(0);
    let line = "tuning on rosenbrock dim=2: 2 methods x 6 configurations x 8 runs x 100 gradients; \
                1 configuration as declared: plain";
    assert!(answer.err.contains(line), "{}", answer.err);
    let methods = column(&desk.folder("t"), "runs.csv", "method");
    for (label, runs) in
        [("gd #1", 16), ("gd #6", 16), ("restart #6", 16), ("plain #1", 16), ("gd #7", 0), ("plain #2", 0)]
    {
        assert_eq!(methods.iter().filter(|method| *method == label).count(), runs, "{label}");
    }
    for (space, size) in [("[1e-3, 1e-2]", 2), ("[1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3, 7e-3]", 7)] {
        let grid = FILE.replacen("{ from = 1e-4, to = 0.1, scale = \"log\" }", space, 1);
        let refused = tune(&Desk::new(&grid), "t", &[]).expect(2);
        let message =
            format!("e.toml:16:10: \"gd\" has a grid of {size}, where [tune] gives every method 6 configurations");
        assert!(refused.err.contains(&message), "{}", refused.err);
    }
    let grid = FILE.replacen("{ from = 1e-4, to = 0.1, scale = \"log\" }", "[1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3]", 1);
    tune(&Desk::new(&grid), "t", &[]).expect(0);
}

/// The tuning runs are an experiment like any other: their resolved file, read by `run`, plans the very same.
#[test]
fn the_resolved_file_of_the_tuning_plans_its_runs() {
    let over = "name = \"rosenbrock\"\noverride = { restart = { beta = 0.5 } }";
    let desk = Desk::new(&FILE.replace("name = \"rosenbrock\"", over));
    tune(&desk, "t", &[]).expect(0);
    desk.write(&text(&desk.folder("t"), "config.resolved.toml"));
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("t")]).expect(0);
    assert!(plan.out.contains("208 kept, 0 to run, 0 dropped"), "{}", plan.out);
}

#[test]
fn cited_values_are_applied_and_recorded() {
    let desk = tuned_desk();
    desk.run("r").expect(0);
    let file: toml::Table = tuned(&desk).parse().unwrap();
    let dir = desk.folder("r");
    let rows = ["problem", "method", "method_params"].map(|name| column(&dir, "cells.csv", name));
    let mut by_hand = citing().replace("[tuned]\nfile = \"tuned/e.toml\"", "").replace("lr = \"tuned\"", "lr = 0.01");
    by_hand = by_hand.replace("strategy_params = { cutoff = \"tuned\" }", "");
    for problem in ["rastrigin", "rosenbrock"] {
        let mut overrides = Vec::new();
        for chosen in file["chosen"].as_array().unwrap().iter().filter(|c| c["name"].as_str() == Some(problem)) {
            let (label, method) = (chosen["problem"].as_str().unwrap(), chosen["method"].as_str().unwrap());
            let values = chosen["values"].as_table().unwrap();
            assert_eq!(values.is_empty(), method == "plain");
            let here: Vec<usize> =
                (0..rows[0].len()).filter(|i| rows[0][*i] == label && rows[1][*i] == method).collect();
            assert_eq!(here.len(), 1, "one row for its ten runs");
            for i in here {
                let params: serde_json::Value = serde_json::from_str(&rows[2][i]).unwrap();
                for (name, value) in values {
                    let found = params.get(name).unwrap_or_else(|| &params["strategy"][name]);
                    assert_eq!(*found, serde_json::to_value(value).unwrap(), "{label} {method} {name}");
                }
            }
            if !values.is_empty() {
                let pairs: Vec<String> = values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                overrides.push(format!("{method} = {{ {} }}", pairs.join(", ")));
            }
        }
        let over = format!("name = \"{problem}\"\noverride = {{ {} }}", overrides.join(", "));
        by_hand = by_hand.replace(&format!("name = \"{problem}\""), &over);
    }
    let resolved = text(&dir, "config.resolved.toml");
    let hash = manifest(&dir)["tuned"]["sha256"].as_str().unwrap().to_string();
    assert!(resolved.contains(&format!("tuned/e.toml (sha256 {hash})")), "{resolved}");
    // The same values given by hand, or by the resolved file, are the same runs.
    for text in [by_hand, resolved] {
        desk.write(&text);
        let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
        assert!(plan.out.contains("60 kept, 0 to run, 0 dropped"), "{}", plan.out);
    }
}

#[test]
fn plan_shows_what_tuning_costs() {
    let answer = program(&["plan", &Desk::new(FILE).file()]).expect(2);
    // 2 problems x (2 x 6 + 1) configurations x 8 runs x 100 gradients
    assert!(
        answer.out.contains("`tune`: 26 configurations, 208 runs, at most 2.08e4 gradient-equivalents"),
        "{}",
        answer.out
    );
    assert!(answer.err.contains("`tune FILE` writes one"), "{}", answer.err);
    let plan = program(&["plan", &tuned_desk().file()]).expect(0);
    assert!(plan.out.contains("`tune`: 26") && plan.out.contains("60 to run"), "{}", plan.out);
}

/// What is wrong with a citation: `(in the tuning file, before, after, what the message says)`.
#[test]
fn a_tuning_file_that_does_not_fit_is_refused() {
    let desk = tuned_desk();
    let good = tuned(&desk);
    let cases: &[(bool, &str, &str, &[&str])] = &[
        (
            true,
            "name = \"rastrigin\"\nrevision = 1",
            "name = \"rastrigin\"\nrevision = 9",
            &["e.toml:15:17: tuned/e.toml was made for revision 9 of rastrigin, and this program has 1", "tune again"],
        ),
        (
            true,
            "name = \"gradient_descent\", params",
            "name = \"gradient_descent\", revision = 8, params",
            &["is no tuning file"],
        ),
        (
            true,
            "revision = 1 }, strategy",
            "revision = 8 }, strategy",
            &["e.toml:15:17: \"gd\" was tuned with revision 8 of \"gradient_descent\", and this program has 1"],
        ),
        (true, "fingerprint = \"\"", "fingerprint = \"ab\"", &["made for other data of rastrigin dim=2"]),
        (true, "schema = 1", "schema = 2", &["e.toml:36:8: ", "has schema 2, and this program reads 1"]),
        (true, "values = { lr = ", "values = { lr = 1", &["\"gd\" was tuned as another method"]),
        (true, "method = \"gd\"", "method = \"dg\"", &["tuned/e.toml has nothing for \"gd\" on rastrigin dim=2"]),
        (true, "[[chosen]]", "[[choosen]]", &["is no tuning file"]),
        (
            false,
            "name = \"rosenbrock\"",
            "name = \"rosenbrock\"\ndim = 3",
            &["has nothing for \"gd\" on rosenbrock dim=3", "it was made for: rastrigin dim=2, rosenbrock dim=2"],
        ),
        (false, "name = \"rosenbrock\"", "name = \"himmelblau\"", &["has nothing for \"gd\" on himmelblau"]),
        (false, "id = \"gd\"", "id = \"gdd\"", &["tuned/e.toml has no method \"gdd\"", "did you mean \"gd\"?"]),
        (
            false,
            "optimizer = \"momentum\"\nparams = { lr = \"tuned\" }",
            "optimizer = \"momentum\"\nparams = { lr = \"tuned\", beta = \"tuned\" }",
            &["`beta` of \"restart\" was not tuned in tuned/e.toml", "it has: cutoff, lr"],
        ),
        (
            false,
            "optimizer = \"momentum\"\nparams = { lr = \"tuned\" }",
            "optimizer = \"momentum\"\nparams = { lr = \"tuned\", beta = 0.5 }",
            &["\"restart\" was tuned as another method on rastrigin dim=2", "tune this one"],
        ),
        (
            false,
            "params = { lr = \"tuned\" }",
            "params = { lrr = \"tuned\" }",
            &["\"gradient_descent\" has no parameter `lrr`", "did you mean \"lr\"?"],
        ),
        (
            false,
            "[tuned]\nfile = \"tuned/e.toml\"",
            "",
            &["e.toml:15:17: `lr` is \"tuned\", and no tuning file is cited"],
        ),
        (false, "tuned/e.toml", "tuned/f.toml", &["e.toml:36:8: cannot read the tuning file", "tuned/f.toml"]),
        (false, "file = \"tuned/e.toml\"", "", &["the key `file` is missing"]),
    ];
    for (of_file, before, after, expected) in cases {
        let source = if *of_file { good.as_str() } else { FILE };
        assert!(source.contains(before), "{before}");
        let edited = source.replacen(before, after, 1);
        desk.write(if *of_file { FILE } else { &edited });
        fs::write(desk.folder("tuned/e.toml"), if *of_file { &edited } else { &good }).unwrap();
        let answer = desk.run("r").expect(2);
        for words in *expected {
            assert!(answer.err.contains(words), "{after}: {words}\n{}", answer.err);
        }
        assert!(!desk.folder("r").exists(), "nothing is written");
    }
    let twice = FILE.replace("optimizer = \"momentum\"", "optimizer = \"perturbed_gd\"");
    for (file, expected) in [
        (
            FILE.replace("strategy_params = { cutoff", "strategy_params = { lr"),
            "\"multi_restart\" has no parameter `lr`",
        ),
        (
            FILE.replace("{ lr = \"tuned\" }\nstrategy", "{ cutoff = \"tuned\" }\nstrategy"),
            "\"momentum\" has no parameter `cutoff`",
        ),
        (
            twice.replace("cutoff = \"tuned\"", "decrease = \"tuned\""),
            "`decrease` is a parameter of \"perturbed_gd\", too",
        ),
        (
            FILE.replace("optimizer = \"adam\"\nparams = { lr = 0.1", "finder = \"newton\"\nparams = { lr = \"tuned\""),
            "a finder has no tuned parameters",
        ),
    ] {
        desk.write(&file);
        let answer = desk.run("r").expect(2);
        assert!(answer.err.contains(expected), "{expected}\n{}", answer.err);
    }
    let given = citing().replace("lr = \"tuned\"", "lr = 0.01").replace("cutoff = \"tuned\"", "cutoff = 9");
    desk.write(&given);
    assert!(desk.run("r").expect(2).err.contains("a tuning file is cited and no parameter is \"tuned\""));
    // What a problem overrides need not be in the file.
    fs::write(desk.folder("tuned/e.toml"), &good).unwrap();
    desk.write(&citing().replace(
        "name = \"rosenbrock\"",
        "name = \"rosenbrock\"\ndim = 3\noverride = { gd = { lr = 0.1 }, restart = { lr = 0.1, cutoff = 9 } }",
    ));
    desk.run("r").expect(0);
}

#[test]
fn a_space_that_cannot_be_searched_is_refused() {
    let range = "{ from = 1e-4, to = 0.1, scale = \"log\" }";
    let cases: &[(&str, &str, &[&str])] = &[
        (range, "{ from = 0.1, to = 0.1 }", &["e.toml:16:24: `from` = 0.1 is not below `to` = 0.1"]),
        (range, "{ from = 0.0, to = 0.1, scale = \"log\" }", &["a logarithmic range begins above 0"]),
        (range, "{ from = 1e-4, scale = \"log\" }", &["the key `to` is missing"]),
        (range, "{ from = 1e-4, to = 0.1, scale = \"lin\" }", &["unknown scale \"lin\""]),
        (range, "{ from = 1e-4, upto = 0.1 }", &["unknown key `upto`"]),
        (range, "0.1", &["`lr` has one value, so nothing is searched"]),
        (range, "[]", &["no value at all"]),
        (range, "[0.1, 0.1]", &["stands here twice"]),
        (range, "[0.1, \"fast\"]", &["`lr` of method \"gd\" needs a finite number, got a string"]),
        (range, "[-0.1, 0.1, 0.2, 0.3, 0.4, 0.5]", &["method \"gd\"", "lr = -0.1"]),
        ("tune = { lr", "tune = { rate", &["has no parameter `rate`"]),
        ("{ from = 5, to = 50 }", "{ from = 5, to = 5.5 }", &["`cutoff` of method \"restart\" needs an integer"]),
        (
            "{ lr = { from = 1e-4, to = 0.1, scale = \"log\" }, cutoff = { from = 5, to = 50 } }",
            "{ cutoff = { from = 5, to = 7 } }",
            &["\"restart\" has a space whose points", "are equal"],
        ),
        (
            "name = \"rosenbrock\"",
            "name = \"rosenbrock\"\noverride = { gd = { lr = 0.1 } }",
            &["`lr` of \"gd\" is searched by `tune`, and this problem fixes it"],
        ),
        (
            "optimizer = \"adam\"\nparams = { lr = 0.1 }",
            "finder = \"newton\"\ntune = { lr = [0.1, 1.0] }",
            &["a finder has no tuning"],
        ),
        ("gaps = [1.0, 0.1]", "gaps = []", &["rosenbrock dim=2 has no gaps", "criterion = \"gap\""]),
        ("replicates = 8", "replicates = 8\ncriterion = \"best\"", &["unknown criterion \"best\""]),
        ("configurations = 6", "configuration = 6", &["unknown key `configuration` in [tune]"]),
        ("[tune]\nconfigurations = 6\nreplicates = 8", "", &["there is no [tune]"]),
    ];
    for (before, after, expected) in cases {
        assert!(FILE.contains(before), "{before}");
        let desk = Desk::new(&FILE.replacen(before, after, 1));
        let answer = tune(&desk, "t", &[]).expect(2);
        for words in *expected {
            assert!(answer.err.contains(words), "{after}: {words}\n{}", answer.err);
        }
        assert!(!desk.folder("t").exists() && !desk.folder("tuned").exists(), "nothing is written");
    }
    let none = FILE.replace("\ntune = ", "\n#").replace("\"tuned\"", "0.01").replace("cutoff = 0.01", "cutoff = 9");
    let answer = tune(&Desk::new(&none.replace("[tuned]\nfile = \"tuned/e.toml\"", "")), "t", &[]).expect(2);
    assert!(answer.err.contains("no method has parameters to tune"), "{}", answer.err);
}

/// Problems without a reference level are tuned by the median of the best level, and a finder stays out of it.
#[test]
fn the_criterion_gap_needs_no_reference() {
    let file = FILE
        .replace("name = \"rosenbrock\"\ngaps = [1.0, 0.1]", "name = \"goe\"\ndim = 4\ngaps = []")
        .replace("optimizer = \"adam\"\nparams = { lr = 0.1 }", "finder = \"newton\"")
        .replace("replicates = 8", "replicates = 8\ncriterion = \"gap\"");
    let desk = Desk::new(&file);
    tune(&desk, "t", &[]).expect(0);
    assert!(tuned(&desk).contains("criterion = \"gap\""));
    assert!(!text(&desk.folder("t"), "runs.csv").contains("newton"));
    let tables = text(&desk.folder("t"), "tables/sensitivity.md");
    assert!(tables.contains("median of the best gap"), "{tables}");
}
