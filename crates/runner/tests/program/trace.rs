//! `trace`, and optimizers in `check` and `new`: what a user sees, and that it is what `run` does.

use crate::support::{Desk, column, program};
use serde_json::{Value, json};

fn traced(arguments: &[&str]) -> Value {
    let answer = program(&[&["trace"], arguments, &["--json"]].concat()).expect(0);
    serde_json::from_str(&answer.out).expect("one JSON object")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// `x_i^2 i / 2` by descent with lr 1/4: x_1 is multiplied by 3/4 and x_2 by 1/2 in each step, which is exact in binary.
#[test]
fn iterates_are_those_of_the_formula() {
    let question =
        ["formula", "gradient_descent", "--problem-param", "dim=2", "--problem-param", "value=x1^2/2 + x2^2"];
    let all = traced(&[&question[..], &["--param", "lr=0.25", "--start", "1,-2", "--steps", "3"]].concat());
    assert_eq!(all["iterates"], json!([[1.0, -2.0], [0.75, -1.0], [0.5625, -0.5], [0.421875, -0.25]]));
    assert_eq!(all["values"], json!([4.5, 1.28125, 0.408203125, 0.1514892578125]));
    assert_eq!((&all["status"], &all["cost"]), (&json!("budget"), &json!(4.0)));
    assert!(all["reason"].as_str().unwrap().starts_with("3 of 3 steps taken, |grad| "));
    assert!(all.get("rows").is_none());
    // Inverse time with rate 1 halves the second step: x_1 = 0.75 (1 - 1/8).
    let schedule = ["--schedule", "name=inverse_time", "--schedule", "rate=1"];
    let slower =
        traced(&[&question[..], &schedule, &["--param", "lr=0.25", "--start", "1,-2", "--steps", "2"]].concat());
    assert_eq!(slower["iterates"], json!([[1.0, -2.0], [0.75, -1.0], [0.65625, -0.75]]));
}

/// The trace with seed S is replicate 0 of an experiment with master_seed S: same start, same minibatches, same end.
#[test]
fn a_trace_is_the_first_run_of_an_experiment() {
    let desk = Desk::new(
        r#"
schema = 1
[experiment]
name = "e"
master_seed = 7
[[problem]]
name = "mlp"
pool = 4
samples = 50
hidden = [2]
gaps = []
[[method]]
id = "sgd"
optimizer = "momentum"
params = { lr = 0.05, batch = 8 }
[[method]]
id = "search"
optimizer = "backtracking"
[runs]
replicates = 2
[budget]
gradients = 9
"#,
    );
    desk.run("r").expect(0);
    let (starts, ends) =
        (column(&desk.folder("r"), "runs.csv", "f_start"), column(&desk.folder("r"), "runs.csv", "f_final"));
    let problem = ["--problem-param", "pool=4", "--problem-param", "samples=50", "--problem-param", "hidden=[2]"];
    let more = ["--seed", "7", "--budget", "9", "--steps", "1000"];
    let sgd = traced(&[&["mlp", "momentum", "--param", "lr=0.05", "--param", "batch=8"], &problem[..], &more].concat());
    let search = traced(&[&["mlp", "backtracking"], &problem[..], &more].concat());
    for (trace, run) in [(&sgd, 0), (&search, 2)] {
        let values = numbers(&trace["values"]);
        assert_eq!(values[0].to_string(), starts[run].parse::<f64>().unwrap().to_string());
        assert_eq!(values.last().unwrap().to_string(), ends[run].parse::<f64>().unwrap().to_string());
    }
    // Nine epochs of fifty rows by eight: 56 steps, and each shows its rows.
    let rows = sgd["rows"].as_array().unwrap();
    assert_eq!((rows.len(), sgd["iterates"].as_array().unwrap().len()), (56, 57));
    assert!(rows.iter().all(|rows| numbers(rows).len() == 8));
    let mut first: Vec<u64> = rows[..6].iter().flat_map(numbers).map(|row| row as u64).collect();
    first.sort_unstable();
    first.dedup();
    assert_eq!((first.len(), search.get("rows")), (48, None));
}

#[test]
fn a_trace_ends_early_and_says_why() {
    let diverged = traced(&["himmelblau", "gradient_descent", "--param", "lr=10", "--start=2,2"]);
    assert_eq!(diverged["status"], "diverged");
    let values = diverged["values"].as_array().unwrap();
    assert!(values.len() < 21 && values.len() == diverged["iterates"].as_array().unwrap().len());
    // The logarithm of a negative number after one step, from 0.1 to -4.9.
    let root = ["formula", "gradient_descent", "--problem-param", "dim=1", "--problem-param", "value=ln(x1)"];
    let nan = traced(&[&root[..], &["--param", "lr=0.5", "--start", "0.1"]].concat());
    assert_eq!((&nan["status"], &nan["values"][1]), (&json!("nan"), &Value::Null));
    let bowl = ["formula", "gradient_descent", "--problem-param", "dim=1", "--problem-param", "value=x1^2"];
    let bowl = [&bowl[..], &["--param", "lr=0.25", "--start", "1"]].concat();
    assert_eq!(traced(&bowl)["status"], "budget");
    assert_eq!(traced(&[&bowl[..], &["--grad-tol", "0.01"]].concat())["status"], "converged");
}

#[test]
fn the_text_fits_the_screen_in_any_dimension() {
    for dim in ["1", "4", "5", "300"] {
        let out = program(&["trace", "rastrigin", "adam", "--problem-param", &format!("dim={dim}")]).expect(0).out;
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
        assert_eq!(out.lines().filter(|line| line.starts_with("    ")).count(), 21, "{out}");
    }
}

#[test]
fn wrong_questions_about_a_trace_are_answered_with_what_to_do() {
    for (arguments, expected) in [
        (vec!["himmelblo", "adam"], "did you mean \"himmelblau\"?"),
        (vec!["himmelblau", "adma"], "unknown optimizer \"adma\"; did you mean \"adam\"?"),
        (vec!["himmelblau", "adam", "--param", "lrr=1"], "did you mean `lr`?"),
        (vec!["himmelblau", "adam", "--param", "lr=-1"], "lr = -1"),
        (vec!["himmelblau", "adam", "--start", "1"], "--start has 1 number, but himmelblau has dim = 2"),
        (vec!["himmelblau", "sgd"], "needs a problem with data rows"),
        (vec!["himmelblau", "adam", "--schedule", "last=1"], "give its name once, such as --schedule name=cosine"),
        (vec!["himmelblau", "adam", "--schedule", "name=cosin"], "did you mean \"cosine\"?"),
        (vec!["himmelblau", "backtracking", "--schedule", "name=cosine"], "there is no learning rate to multiply"),
        (vec!["himmelblau", "adam", "--grad-tol", "nan"], "give 0 or more"),
        (vec!["himmelblau", "adam", "--steps", "0"], "--steps"),
    ] {
        let answer = program(&[&["trace"], &arguments[..]].concat()).expect(2);
        assert!(answer.err.contains(expected), "{arguments:?}: {}", answer.err);
        assert_eq!(answer.out, "");
    }
}

#[test]
fn an_optimizer_is_checked_by_name() {
    let out = program(&["check", "momentum", "--param", "beta=0.5"]).expect(0).out;
    assert!(out.starts_with("momentum beta=0.5\n  holds   it lowers a convex quadratic"), "{out}");
    assert!(out.ends_with("optimizer: every promise holds\n") && out.lines().all(|line| line.chars().count() <= 80));
    // A step so long that the bowl throws it out is a broken promise.
    let out = program(&["check", "gradient_descent", "--param", "lr=3"]).expect(4).out;
    assert!(out.contains("BROKEN  it lowers a convex quadratic"), "{out}");
    let answer = program(&["check", "adma"]).expect(2);
    assert!(answer.err.contains("no problem and no optimizer is called \"adma\"; did you mean \"adam\"?"));
}

#[test]
fn a_template_says_what_to_add_and_is_never_written_over_another_file() {
    let desk = Desk::new("");
    let folder = desk.path("");
    for (more, type_name, line) in [
        (vec![], "impl Rule for MyThing", "  optimizers.add_rule::<my_thing::MyThing>();"),
        (vec!["--solver"], "impl Solver for MyThing", "  optimizers.add_solver::<my_thing::MyThing>();"),
    ] {
        let question = [&["new", "optimizer", "my_thing", "--out", &folder], &more[..]].concat();
        let out = program(&question).expect(0).out;
        assert!(out.contains("now add to your main.rs:\n  mod my_thing;\n") && out.contains(line), "{out}");
        let text = std::fs::read_to_string(desk.path("my_thing.rs")).unwrap();
        assert!(text.contains(type_name) && text.contains("use optimizers::prelude::*;"), "{text}");
        assert!(!text.contains("TypeName") && !text.contains("name_of_it") && !text.contains("LIBRARY"), "{text}");
        assert!(program(&question).expect(2).err.contains("cannot write"));
        std::fs::remove_file(desk.path("my_thing.rs")).unwrap();
    }
    assert!(program(&["new", "optimizer", "adam"]).expect(2).err.contains("there is an optimizer \"adam\" already"));
    assert!(program(&["new", "problem", "adam"]).expect(2).err.contains("there is an optimizer \"adam\" already"));
    assert!(program(&["new", "optimizer", "My-Rule"]).expect(2).err.contains("such as my_rule"));
}
