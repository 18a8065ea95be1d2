//! Claims of an experiment file: what is refused, what reaches the result folder, what `verify` answers.

use crate::support::{Answer, Desk, SMALL, lasting, manifest, program, text};
use std::fs;

/// A claim about [`SMALL`] that holds.
const CLAIM: &str = r#"
[[claim]]
id = "easy"
text = "One start on Rastrigin's function on a line comes within 10 in at least a tenth of the runs"
table = "success"
where = { problem = "rastrigin dim=1", method = "gd", gap = 10 }
quantity = "share"
relation = "at_least"
value = 0.1
kind = "theory"
source = "the five central wells of eleven"
"#;

/// One that fails: one start reaches no less than itself.
const FAILING: &str = r#"
[[claim]]
id = "hopeless"
text = "Restarts are worse than one start"
table = "success"
where = { problem = "rastrigin dim=2", method = "restart", gap = 1.0 }
quantity = "share"
relation = "below"
than = { method = "gd" }
kind = "empirical"
"#;

fn with(claims: &[&str]) -> String {
    SMALL.to_string() + &claims.concat()
}

#[track_caller]
fn refused(text: &str) -> Answer {
    let desk = Desk::new(text);
    let answer = program(&["run", &desk.file(), "--out", &desk.path("r")]).expect(2);
    assert!(!desk.folder("r").exists(), "nothing is written");
    answer
}

#[test]
fn each_mistake_in_a_claim_is_shown_where_it_stands_with_what_to_do() {
    // (what stands there, what is written instead, where, what the message says)
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("id = \"easy\"\n", "", "[[claim]]", &["the key `id` is missing"]),
        ("id = \"easy\"", "id = \"so easy\"", "so easy", &["\"so easy\" cannot name a claim"]),
        ("kind = \"theory\"", "kind = \"theory\"\nunit = \"1\"", "unit", &["unknown key `unit` in [[claim]]"]),
        ("kind = \"theory\"", "kind = \"belief\"", "belief", &["unknown kind \"belief\"", "\"theory\", \"empirical\""]),
        (
            "source = \"the five central wells of eleven\"\n",
            "",
            "[[claim]]",
            &["`source` is missing", "theory comes from"],
        ),
        (
            "relation = \"at_least\"",
            "relation = \"is\"",
            "\"is\"",
            &["unknown relation \"is\"", "\"equals\", \"below\""],
        ),
        ("quantity = \"share\"\n", "", "[[claim]]", &["the key `quantity` is missing"]),
        ("quantity = \"share\"", "quantity = \"shares\"", "shares", &["no column `shares`", "did you mean `share`?"]),
        ("quantity = \"share\"", "quantity = \"interval\"", "interval", &["column `interval` holds words"]),
        (
            "quantity = \"share\"",
            "quantity = \"share\"\nover = \"some\"",
            "some",
            &["unknown over \"some\"", "\"min\""],
        ),
        ("table = \"success\"", "table = \"succes\"", "succes", &["no table \"succes\"", "did you mean \"success\"?"]),
        ("method = \"gd\"", "methods = \"gd\"", "methods =", &["no column `methods`", "did you mean `method`?"]),
        ("method = \"gd\"", "method = \"gdd\"", "gdd", &["no method of this file has the label \"gdd\"", "\"gd\"?"]),
        (
            "problem = \"rastrigin dim=1\"",
            "problem = \"rastrigin\"",
            "\"rastrigin\",",
            &["no problem of this file has the label \"rastrigin\"", "rastrigin dim=1"],
        ),
        ("gap = 10 ", "gap = 9 ", "gap = 9", &["no target of this problem", "its gaps: 0.1, 1"]),
        ("gap = 10 ", "gap = [10] ", "gap = [10]", &["a cell is a text or a finite number, got a list"]),
        ("value = 0.1\n", "", "[[claim]]", &["nothing to hold its quantity against", "`value`, `theory`"]),
        ("value = 0.1", "value = 0.1\ntheory = \"share_lo\"", "theory =", &["one of `value`, `theory` and `than`"]),
        ("value = 0.1", "theory = \"expected\"", "expected", &["no column `expected`", "its columns: problem"]),
        ("value = 0.1", "than = {}", "[[claim]]", &["`than` names no cell"]),
        ("value = 0.1", "than = { method = \"gd\" }", "than", &["does not differ from the one in `where`"]),
        ("value = 0.1", "value = nan", "nan", &["`value` needs a finite number"]),
        ("value = 0.1", "value = 0.1\ntolerance = 0.1", "tolerance", &["a meaning only for relation = \"equals\""]),
        // What could not turn out otherwise.
        ("value = 0.1", "value = 0.0", "value = 0.0", &["cannot fail: `share` is from 0 to 1"]),
        ("value = 0.1", "value = 1.5", "value = 1.5", &["cannot hold: `share` is from 0 to 1"]),
        ("\"at_least\"\nvalue = 0.1", "\"above\"\nvalue = -0.1", "-0.1", &["cannot fail"]),
        ("\"at_least\"\nvalue = 0.1", "\"above\"\nvalue = 1", "value = 1", &["cannot hold"]),
        ("\"at_least\"\nvalue = 0.1", "\"below\"\nvalue = 0", "value = 0", &["cannot hold"]),
        ("\"at_least\"\nvalue = 0.1", "\"at_most\"\nvalue = 1", "value = 1", &["cannot fail"]),
        ("\"at_least\"\nvalue = 0.1", "\"equals\"\nvalue = 0.5\ntolerance = 0.5", "value = 0.5", &["cannot fail"]),
        ("\"at_least\"\nvalue = 0.1", "\"equals\"\nvalue = 2\ntolerance = 0.5", "value = 2", &["cannot hold"]),
        ("\"at_least\"\nvalue = 0.1", "\"equals\"\nvalue = 0\ntolerance = inf", "inf", &["needs a finite number"]),
        ("\"at_least\"\nvalue = 0.1", "\"equals\"\nvalue = 0\ntolerance = -1", "-1", &["must not be negative"]),
        ("\"at_least\"\nvalue = 0.1", "\"equals\"\nvalue = 0\ntolerance_se = 0", "_se", &["must be above 0"]),
        (
            "\"at_least\"\nvalue = 0.1",
            "\"equals\"\nvalue = 0.2\ntolerance_se = 3\ntolerance = 0.1",
            "tolerance_se",
            &["either `tolerance` or `tolerance_se`"],
        ),
        (
            "\"at_least\"\nvalue = 0.1",
            "\"equals\"\nthan = { method = \"restart\" }\ntolerance = 1",
            "than",
            &["cannot fail"],
        ),
        (
            "\"at_least\"\nvalue = 0.1",
            "\"equals\"\nthan = { method = \"restart\" }\ntolerance_se = 2",
            "than",
            &["two shares are not compared in standard errors"],
        ),
        (
            "quantity = \"share\"\nrelation = \"at_least\"\nvalue = 0.1",
            "quantity = \"ert\"\nrelation = \"above\"\nthan = { method = \"restart\" }",
            "than",
            &["no table says how uncertain `ert` is", "\"at_most\" and \"at_least\""],
        ),
        (
            "quantity = \"share\"\nrelation = \"at_least\"",
            "quantity = \"ert\"\ntolerance_se = 3\nrelation = \"equals\"",
            "value",
            &["no table says the standard error of `ert`", "use `tolerance`"],
        ),
        (
            "quantity = \"share\"\nrelation = \"at_least\"\nvalue = 0.1",
            "quantity = \"share\"\nover = \"max\"\nrelation = \"at_least\"\ntheory = \"share_lo\"",
            "theory",
            &["`theory` is a column of one row"],
        ),
        (
            "quantity = \"share\"\nrelation = \"at_least\"\nvalue = 0.1",
            "over = \"count\"\nrelation = \"at_least\"\nvalue = 0",
            "value",
            &["cannot fail: a count of rows is at least 0"],
        ),
    ];
    for (before, after, place, says) in cases {
        assert!(CLAIM.contains(before), "{before}");
        let text = with(&[&CLAIM.replacen(before, after, 1)]);
        let answer = refused(&text);
        for word in *says {
            assert!(answer.err.contains(word), "{after}: {word} is not in\n{}", answer.err);
        }
        let lines: Vec<usize> =
            text.lines().enumerate().filter(|(_, line)| line.contains(place)).map(|(i, _)| i + 1).collect();
        let found = lines.iter().any(|line| answer.err.contains(&format!("e.toml:{line}:")));
        assert!(found, "{after}: line {lines:?} is not named in\n{}", answer.err);
        assert!(answer.err.contains("1 problem in "), "{after}: one mistake, one finding\n{}", answer.err);
    }
}

#[test]
fn claims_of_tables_that_will_not_be_made_and_two_of_one_name_are_refused() {
    for (removed, table, quantity, key) in [
        ("plateaus = { gradient = 0.5 }\n", "plateaus", "share", "`plateaus` in [record]"),
        ("examples = true\n", "examples", "share", "`examples` in [record]"),
        ("at = [\"stop\", ", "endpoints", "minimum_share", "[critical] with \"stop\" among `at`"),
    ] {
        let claim = CLAIM.replace("\"success\"", &format!("\"{table}\"")).replace(", gap = 10", "");
        let claim = claim.replace("\"share\"", &format!("\"{quantity}\""));
        let text = with(&[&claim]);
        assert!(text.contains(removed));
        let replacement = if removed.starts_with("at") { "at = [" } else { "" };
        let answer = refused(&text.replace(removed, replacement));
        assert!(answer.err.contains(&format!("table `{table}` needs {key}")), "{}", answer.err);
    }
    let answer = refused(&with(&[CLAIM, CLAIM]));
    assert!(answer.err.contains("two claims have the id \"easy\""), "{}", answer.err);
}

/// Claims are part of no run: they come, change and go, and every run is kept.
#[test]
fn claims_come_change_and_go_and_every_run_is_kept() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    let (dir, before) = (desk.folder("r"), lasting(&desk.folder("r")));
    let rows = |name: &str| name.ends_with(".csv") && !name.contains("claims");
    for (claims, has) in [(vec![CLAIM], true), (vec![CLAIM, FAILING], true), (vec![], false)] {
        desk.write(&with(&claims));
        let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
        assert!(plan.out.contains("440 kept, 0 to run, 0 dropped"), "{}", plan.out);
        let answer = desk.run("r").expect(0);
        assert_eq!(answer.out.contains("What is claimed"), has);
        let after = lasting(&dir);
        for (name, text) in before.iter().filter(|(name, _)| rows(name)) {
            assert!(after[name] == *text, "{name} is as it was");
        }
        assert_eq!([after.contains_key("claims.csv"), after.contains_key("tables/claims.csv")], [has, has]);
        assert_eq!(manifest(&dir)["measured"], 0);
        // What was written is settled: the same command again only shows it.
        assert!(desk.run("r").expect(0).err.contains("440 of 440 already done"));
        assert_eq!(lasting(&dir), after);
    }
    assert_eq!(lasting(&dir), before);
}

/// The resolved file is an experiment file with the same claims.
#[test]
fn the_resolved_file_claims_the_same() {
    let more = r#"
[[claim]]
id = "se"
text = "With \"quotes\", commas, and a theory in the row"
table = "index_vs_loss"
where = { problem = "spherical_spin p=3 dim=5 instance=0", bin = "all" }
quantity = "index_mean"
relation = "equals"
theory = "theory_mean"
tolerance_se = 3
kind = "empirical"
[[claim]]
id = "count"
text = "Some cells come within 0.1"
table = "success"
where = { gap = 0.1 }
over = "count"
relation = "equals"
value = 6
kind = "empirical"
[[claim]]
id = "near"
text = "Two steps of the ladder"
table = "success"
where = { problem = "rastrigin dim=1", method = "gd", gap = 1 }
quantity = "share"
relation = "equals"
than = { gap = 0.1 }
tolerance = 0.25
kind = "empirical"
"#;
    let desk = Desk::new(&with(&[CLAIM, FAILING, more]));
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let claims = text(&dir, "claims.csv");
    assert_eq!(claims.lines().count(), 6, "{claims}");
    desk.write(&text(&dir, "config.resolved.toml"));
    desk.run("r").expect(0);
    assert_eq!(text(&dir, "claims.csv"), claims);
    assert_eq!(manifest(&dir)["measured"], 0);
}

#[test]
fn verify_answers_by_its_exit_code_and_writes_nothing() {
    let desk = Desk::new(&with(&[CLAIM]));
    desk.run("good").expect(0);
    desk.write(&with(&[CLAIM, FAILING]));
    // A claim that fails is a result, not a failed run.
    desk.run("bad").expect(0);
    desk.write(SMALL);
    desk.run("none").expect(0);
    let [good, bad, none] = ["good", "bad", "none"].map(|name| desk.path(name));
    let before = ["good", "bad"].map(|name| lasting(&desk.folder(name)));

    let answer = program(&["verify", &good]).expect(0);
    assert!(answer.out.contains("easy") && answer.out.ends_with("1 claim: 1 hold, 0 fail\n"), "{}", answer.out);
    let answer = program(&["verify", &good, &bad]).expect(4);
    assert!(answer.out.ends_with("3 claims: 2 hold, 1 fail\n"), "{}", answer.out);
    assert!(answer.out.contains(&format!("{good}:\n")), "{}", answer.out);
    assert!(answer.err.contains("claim fails: hopeless of "), "{}", answer.err);
    assert!(answer.out.lines().filter(|line| !line.contains('/')).all(|line| line.chars().count() <= 80));
    assert_eq!(["good", "bad"].map(|name| lasting(&desk.folder(name))), before);

    // A folder without claims is named and left out beside others, and refused alone.
    let answer = program(&["verify", &none, &good, &bad]).expect(4);
    assert!(answer.out.ends_with("3 claims: 2 hold, 1 fail\n"), "{}", answer.out);
    assert!(answer.err.contains(&format!("note: {none} claims nothing and is left out\n")), "{}", answer.err);
    program(&["verify", &good, &none]).expect(0);
    let answer = program(&["verify", &none]).expect(2);
    assert!(answer.err.contains("claims nothing (it has no claims.csv)") && answer.out.is_empty(), "{}", answer.err);
    let answer = program(&["verify", &desk.path("nowhere")]).expect(2);
    assert!(answer.err.contains("is no result folder of this program"), "{}", answer.err);
    program(&["verify"]).expect(2);
    // Whoever edits a claim in the folder is told so: it is edited in the experiment file.
    let file = desk.folder("bad").join("claims.csv");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("below", "above")).unwrap();
    let answer = program(&["verify", &bad]).expect(2);
    assert!(answer.err.contains("claims.csv is not the file that was written"), "{}", answer.err);
}
