//! Solvers, schedules, noise, restarts and stopping rules as an experiment file asks for them, and as rows show them.

use crate::support::{Desk, column, lasting, program, text};
use std::collections::BTreeMap;
use std::fs;

const FILE: &str = r#"
schema = 1
[experiment]
name = "field"
[[problem]]
name = "rastrigin"
methods = ["line-search", "luby", "cosine"]
[[problem]]
name = "spherical_spin"
dim = 8
methods = ["line-search"]
gaps = []
[[problem]]
name = "mlp"
pool = 4
samples = 60
hidden = [2]
methods = ["from-data", "stochastic"]
gaps = []
[[method]]
id = "line-search"
optimizer = "backtracking"
[[method]]
id = "luby"
optimizer = "gradient_descent"
params = { lr = 0.001 }
strategy = "multi_restart"
strategy_params = { until = "luby", cutoff = 5 }
[[method]]
id = "cosine"
optimizer = "adam"
params = { lr = 0.05 }
schedule = { name = "cosine", warmup = 0.1 }
noise = [{ on = "start", eta = 0.01 }, { on = "weights", eta = 1e-4, window = 0.5 }]
[[method]]
id = "from-data"
optimizer = "adam"
params = { lr = 0.05 }
strategy_params = { start = "data" }
[[method]]
id = "stochastic"
optimizer = "sgd"
params = { lr = 0.1, batch = 16, replacement = true }
noise = { on = "gradient", eta = 0.01 }
[runs]
replicates = 3
[budget]
gradients = 40
[targets]
gaps = [1.0]
[stop]
stall = { window = 30, decrease = 1e-9 }
"#;

fn numbers(cells: &[String]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
}

#[test]
fn counts_attempts_and_noise_are_in_the_rows() {
    let desk = Desk::new(FILE);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    let of = |name: &str| column(&dir, "runs.csv", name);
    let (keys, methods, cost) = (of("run_key"), of("method"), numbers(&of("cost")));
    let counts = ["n_f", "n_grad", "n_hvp", "n_hess"].map(|name| numbers(&of(name)));
    let (steps, energy) = (numbers(&of("noisy_steps")), numbers(&of("noise_energy")));
    let mut attempts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let [of_run, spent] = ["run_key", "cost"].map(|name| column(&dir, "attempts.csv", name));
    for (key, cost) in of_run.into_iter().zip(numbers(&spent)) {
        attempts.entry(key).or_default().push(cost);
    }
    for i in 0..keys.len() {
        let gradient = if methods[i] == "stochastic" { 16.0 / 60.0 } else { 1.0 };
        let total = 0.5 * counts[0][i] + gradient * counts[1][i] + 2.0 * counts[2][i];
        assert!((total - cost[i]).abs() <= 1e-12 && cost[i] <= 40.0, "{}: {total} and {}", methods[i], cost[i]);
        assert_eq!(counts[0][i] > 0.0, methods[i] == "line-search", "{}", methods[i]);
        match methods[i].as_str() {
            // Start noise is energy, but no noisy step; half of the 40 steps are noisy.
            "cosine" => assert!(steps[i] == 20.0 && energy[i] > 0.0),
            "stochastic" => assert!(steps[i] == 90.0 && energy[i] > 0.0),
            _ => assert_eq!((steps[i], energy[i]), (0.0, 0.0)),
        }
        match attempts.get(&keys[i]) {
            Some(costs) => {
                assert_eq!(methods[i], "luby");
                assert_eq!(costs, &[5.0, 5.0, 10.0, 5.0, 5.0, 10.0]);
            }
            None => assert_ne!(methods[i], "luby"),
        }
    }
    assert_eq!(attempts.len(), 3);

    // The resolved file plans the same runs; more replicates keep the rows there are, attempts included.
    let plan = |file: &str| program(&["plan", file, "--out", &desk.path("r")]).expect(0).out;
    assert!(plan(&dir.join("config.resolved.toml").display().to_string()).contains("18 kept, 0 to run, 0 dropped"));
    let before = text(&dir, "attempts.csv");
    desk.write(&FILE.replace("replicates = 3", "replicates = 4"));
    desk.run("r").expect(0);
    assert!(text(&dir, "attempts.csv").starts_with(&before));
    desk.run("fresh").expect(0);
    assert_eq!(lasting(&dir), lasting(&desk.folder("fresh")));
    assert!(lasting(&dir).contains_key("attempts.csv") && text(&dir, "SHA256SUMS").contains("attempts.csv"));

    // Rows that were not recorded are measured again when they are wanted, and only those.
    desk.write(&format!("{FILE}[record]\nattempts = false\n"));
    let without = program(&["run", &desk.file(), "--out", &desk.path("without")]).expect(0);
    assert!(without.err.contains("18 to run"), "{}", without.err);
    assert_eq!(fs::read_to_string(desk.folder("without").join("attempts.csv")).unwrap().lines().count(), 1);
    desk.write(FILE);
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("without")]).expect(0);
    assert!(plan.out.contains("15 kept, 3 to run, 3 dropped"), "{}", plan.out);
}

#[test]
fn parts_that_do_not_fit_are_shown_where_they_stand() {
    for (before, after, line, words) in [
        ("\"cosine\", warmup", "\"cosin\", warmup", "cosin\"", &["unknown schedule \"cosin\"", "\"cosine\""][..]),
        ("warmup = 0.1", "warm_up = 0.1", "warm_up", &["schedule \"cosine\" has no parameter", "`warmup`"]),
        ("warmup = 0.1", "warmup = 1.5", "warmup", &["warmup = 1.5", "share of the steps"]),
        ("{ name = \"cosine\", warmup = 0.1 }", "{ warmup = 0.1 }", "schedule =", &["the key `name` is missing"]),
        ("schedule = {", "schedul = {", "schedul =", &["unknown key `schedul`", "did you mean `schedule`?"]),
        ("on = \"weights\"", "on = \"wieghts\"", "wieghts", &["unknown variant `wieghts`"]),
        ("eta = 1e-4, window", "eta = 1e-4, windo", "windo =", &["`noise` has no parameter `windo`"]),
        ("eta = 1e-4", "eta = -1.0", "eta = -1.0", &["eta = -1", "not negative"]),
        (
            "optimizer = \"backtracking\"",
            "optimizer = \"backtracking\"\nschedule = { name = \"step\" }",
            "backtracking",
            &["backtracking chooses its own step lengths"],
        ),
        (
            "optimizer = \"backtracking\"",
            "optimizer = \"backtracking\"\nnoise = { eta = 0.5 }",
            "noise = { eta = 0.5",
            &["backtracking has no plain step", "on = \"start\""],
        ),
        (
            "methods = [\"line-search\", \"luby\"",
            "methods = [\"from-data\", \"luby\"",
            "rastrigin",
            &["start = \"data\"", "no such law"],
        ),
        ("name = \"mlp\"", "name = \"mlp\"\nprecision = \"f32\"", "", &[]),
        ("window = 30", "window = 0", "{ window = 0,", &["`window` must be at least 1"]),
        ("decrease = 1e-9", "decrease = -1", "decrease", &["`decrease` is a share of the value"]),
        ("[stop]", "[stop]\npatience = 5", "", &["no problem here holds any out"]),
        ("[stop]", "[record]\nattempts = 1\n[stop]", "attempts = 1", &["`attempts` needs true or false"]),
    ] {
        assert!(FILE.contains(before), "{before}");
        let edited = FILE.replacen(before, after, 1);
        let desk = Desk::new(&edited);
        let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]);
        if words.is_empty() {
            plan.expect(0);
            continue;
        }
        let err = plan.expect(2).err;
        for word in words {
            assert!(err.contains(word), "{after}: {err}");
        }
        if let Some(at) = edited.lines().position(|text| !line.is_empty() && text.contains(line)) {
            assert!(err.contains(&format!(":{}:", at + 1)), "{after}: line {}: {err}", at + 1);
        }
    }
}

/// A solver evaluates in double precision only; a problem asked to run in single precision says so before it runs.
#[test]
fn a_solver_refuses_single_precision() {
    let file = FILE
        .replace("name = \"mlp\"", "name = \"mlp\"\nprecision = \"f32\"")
        .replace("[\"from-data\", \"stochastic\"]", "[\"line-search\"]");
    let desk = Desk::new(&file);
    let err = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(2).err;
    assert!(err.contains("precision = \"f32\" is for update rules, and backtracking is a solver"), "{err}");
}
