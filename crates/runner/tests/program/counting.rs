//! Surveys that count: from a range of draws in the file to tables and claims, and what they refuse.

use crate::support::{Desk, column, lasting, program, text};

const COUNTING: &str = r#"
schema = 1

[experiment]
name = "counts"
master_seed = 3

[[problem]]
name = "spherical_spin"
dim = 3
instance = { from = 4, to = 9 }
methods = ["all"]
gaps = []

[[problem]]
name = "six_hump_camel"
methods = ["all", "listed"]
gaps = []

[[problem]]
name = "goe"
dim = 2
methods = ["signs"]
gaps = []

[[problem]]
name = "three_nodes"
drop = [0, 1]
methods = ["exact"]
gaps = []

[[method]]
id = "exact"
survey = "optimum"

[[method]]
id = "all"
survey = "enumerate"
params = { first = 64 }

[[method]]
id = "listed"
survey = "listed"

[[method]]
id = "signs"
survey = "matrix_signs"
params = { draws = 5000 }

[critical]
prove = true

[runs]
replicates = 1

[[claim]]
id = "euler"
text = "The sphere has Euler characteristic 2"
table = "counts"
where = { problem = "spherical_spin p=3 dim=3", index = "all" }
quantity = "euler_share"
relation = "equals"
value = 1
tolerance = 1e-9
kind = "theory"
source = "Poincare and Hopf"
"#;

#[test]
fn draws_are_counted_together_and_claims_name_them() {
    let desk = Desk::new(COUNTING);
    let answer = desk.run("out").expect(0);
    let (out, dir) = (&answer.out, desk.folder("out"));
    assert!(out.contains("spherical_spin p=3 dim=3, all (6 draws)"), "{out}");
    assert!(out.contains("sum of (-1)^index as topology has it: 6 of 6"), "{out}");
    assert_eq!(column(&dir, "tables/claims.csv", "verdict"), ["holds"]);
    // All points of the list, with the mirror images of the camel, and nothing else; each proved.
    let problems = column(&dir, "tables/listed.csv", "problem");
    let camel: Vec<usize> = (0..problems.len()).filter(|&i| problems[i] == "six_hump_camel").collect();
    assert_eq!(camel.len(), 2);
    for (name, value) in [("recall", "1"), ("n_same_signs", "15"), ("n_elsewhere", "0")] {
        assert!(camel.iter().all(|&i| column(&dir, "tables/listed.csv", name)[i] == value), "{name}");
    }
    assert!(column(&dir, "critical.csv", "proof").iter().all(|proof| proof == "proved"));
    // What was drawn adds up.
    let found = column(&dir, "tables/matrix_signs.csv", "n_found");
    assert_eq!(found.iter().map(|count| count.parse::<u64>().unwrap()).sum::<u64>(), 5000);
    // All 64 splits of the Fano plane are tried, at half a gradient each, and one of 15 examples stays wrong.
    let of = |name: &str| column(&dir, "tables/optimum.csv", name);
    assert_eq!(of("least_mean"), [(1.0f64 / 30.0).to_string(), "0".to_string()]);
    assert_eq!((&of("tried_most")[0], &of("zero_share")[1]), (&"64".to_string(), &"1".to_string()));
    let costs: Vec<String> = column(&dir, "runs.csv", "cost");
    let fano = column(&dir, "runs.csv", "problem").iter().position(|name| name.starts_with("three_nodes")).unwrap();
    assert_eq!(costs[fano], "32");
    // The same bytes on one thread.
    program(&["run", &desk.file(), "--out", &desk.path("one"), "--threads", "1"]).expect(0);
    let (many, one) = (lasting(&dir), lasting(&desk.folder("one")));
    assert!(many.keys().eq(one.keys()) && many.iter().all(|(name, bytes)| one[name] == *bytes));
    assert!(text(&dir, "config.resolved.toml").contains("instance = 9"));
}

#[test]
fn surveys_refuse_surfaces_and_ranges_that_say_nothing() {
    for (from, to, says) in [
        ("dim = 2\nmethods = [\"signs\"]", "dim = 101\nmethods = [\"signs\"]", "no draw shows all of one sign"),
        ("name = \"goe\"\ndim = 2", "name = \"himmelblau\"", "not a draw of the Gaussian orthogonal ensemble"),
        ("[\"all\", \"listed\"]", "[\"all\", \"signs\"]", "take the problem \"goe\" without spikes"),
        ("name = \"six_hump_camel\"", "name = \"mixed_spin\"", "it lists no critical points"),
        ("drop = [0, 1]", "output = \"free\"", "no finite list of candidates"),
        ("[\"all\", \"listed\"]", "[\"all\", \"exact\"]", "take \"three_nodes\""),
        ("{ from = 4, to = 9 }", "{ from = 9, to = 4 }", "is no range of whole numbers"),
        ("{ from = 4, to = 9 }", "{ from = 4 }", "as in { from = 1, to = 400 }"),
        ("{ from = 4, to = 9 }", "{ from = 1, to = 1000000000000 }", "at most 100000 values"),
        ("first = 64", "finder = \"newtn\"", "the finders are newton"),
        ("dim=3\", index", "dim=3 instance=11\", index", "has the label"),
    ] {
        assert!(COUNTING.contains(from), "{from}");
        let desk = Desk::new(&COUNTING.replace(from, to));
        let answer = program(&["run", &desk.file(), "--out", &desk.path("out")]).expect(2);
        assert!(answer.err.contains(says), "{to}: {}", answer.err);
        assert!(!desk.folder("out").exists(), "nothing is half written");
    }
}
