//! What is recorded along runs and at their end: it changes nothing, it obeys the laws of plateaus, and the tables say it.

use crate::support::{Answer, Desk, call, column, lasting, program, text};
use problems::Registry;
use problems::prelude::*;

/// `(x^2 - gamma y^2) / 2` from (0, y0): the exit from a saddle.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Exit {
    y0: f64,
}

impl Default for Exit {
    fn default() -> Self {
        Exit { y0: 1e-2 }
    }
}

/// A start law with one outcome.
fn always(x: Vec<f64>) -> StartLaw {
    StartLaw::Drawn { draw: Arc::new(move |_| x.clone()), about: "one point".to_string() }
}

impl Problem for Exit {
    const NAME: &'static str = "exit";
    const ABOUT: &'static str = "a saddle that every run leaves";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("y0", "distance from the saddle at the start")];

    fn dim(&self) -> usize {
        2
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        (x[0].square() - x[1].square()) * 0.5
    }

    fn domain(&self) -> Domain {
        Domain::cube(2, -1.0, 1.0)
    }

    fn start(&self) -> StartLaw {
        always(vec![0.0, self.y0])
    }
}

/// `(s - u v)^2 / 2` with s = 2 from balanced weights, u = v = sqrt(a0): Saxe's two layers.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Balanced {}

/// Singular value, and the product of the weights at the start.
const S: f64 = 2.0;
const A0: f64 = 1e-3;

impl Problem for Balanced {
    const NAME: &'static str = "balanced";
    const ABOUT: &'static str = "two layers of one unit from balanced weights";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn dim(&self) -> usize {
        2
    }

    fn value<T: Scalar>(&self, x: &[T], _row: &[T]) -> T {
        (x[0] * x[1] - S).square() * 0.5
    }

    fn domain(&self) -> Domain {
        Domain::cube(2, -4.0, 4.0)
    }

    fn start(&self) -> StartLaw {
        always(vec![A0.sqrt(); 2])
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(0.0))
    }
}

fn registry() -> Registry {
    let mut registry = Registry::builtin();
    registry.add::<Exit>().add::<Balanced>();
    registry
}

/// The numbers of a column.
fn numbers(dir: &std::path::Path, file: &str, name: &str) -> Vec<f64> {
    column(dir, file, name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
}

const EXIT: &str = r#"
schema = 1
[experiment]
name = "exit"
[[problem]]
name = "exit"
y0 = [1e-2, 1e-4, 1e-8, 1e-16]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.1 }
[runs]
replicates = 1
[budget]
gradients = 1000
[stop]
grad_norm = 1e-30
x_above = 1.0
[record]
curves = { every = 1 }
plateaus = { gradient = 0.5, curvature = 0.9 }
"#;

/// y grows by 1.1 a step: |y| > 1 after ceil(ln(1 / y0) / ln 1.1) steps. The gradient is |y|, so the run is on the plateau
/// until |y| passes half of where it ends; curvature is -1 and 1 everywhere.
#[test]
fn the_time_at_a_saddle_is_the_exact_one() {
    let desk = Desk::new(EXIT);
    call(&registry(), &["run", &desk.file(), "--out", &desk.path("r")]).expect(0);
    let dir = desk.folder("r");
    let expected = [49.0, 97.0, 194.0, 387.0];
    assert_eq!(numbers(&dir, "runs.csv", "iterations"), expected);
    assert_eq!(numbers(&dir, "curves.csv", "cost").len(), 49 + 97 + 194 + 387 + 4, "every point is there");
    assert!(numbers(&dir, "curves.csv", "lambda_min").iter().all(|lambda| *lambda == -1.0));
    assert!(numbers(&dir, "curves.csv", "lambda_max").iter().all(|lambda| *lambda == 1.0));
    // 1.1^-7 = 0.513 and 1.1^-8 = 0.467: all points but the last eight are flat, and the crossing counts half.
    for (row, steps) in expected.into_iter().enumerate() {
        let dwell = numbers(&dir, "tables/plateaus.csv", "dwell_q50")[row];
        assert_eq!(dwell, steps - 8.0 + 0.5, "{steps} steps");
    }
    assert_eq!(numbers(&dir, "tables/plateaus.csv", "n_end_there"), [0.0; 4]);
}

const SAXE: &str = r#"
schema = 1
[experiment]
name = "saxe"
[[problem]]
name = "balanced"
gaps = [0.5]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 1e-3 }
[runs]
replicates = 1
[budget]
gradients = 20000
[record]
curves = { every = 1 }
plateaus = { gradient = 0.5, curvature = 1e-6 }
"#;

/// Saxe, McClelland and Ganguli (2013): a(t) = s e^(2 s t) / (e^(2 s t) - 1 + s / a0), t = lr times the number of the step.
/// The loss is s^2 / 8 where a = s / 2: after t = ln(s / a0 - 1) / (2 s), the length of the plateau. The gradient's norm is
/// sqrt(2 a) (s - a), greatest at a = s / 3, and the least eigenvalue 3 a - s is negative until there: the run is on the
/// plateau, at half the greatest gradient, until a = a1 with sqrt(a1) (s - a1) = half of sqrt(s / 3) (2 s / 3).
#[test]
fn saxes_plateau_has_its_length() {
    let desk = Desk::new(SAXE);
    call(&registry(), &["run", &desk.file(), "--out", &desk.path("r")]).expect(0);
    let dir = desk.folder("r");
    let lr = 1e-3;
    // Step t is measured at cost t + 1. Euler's method lags behind the flow: a step multiplies small weights by 1 + lr s, not
    // by e^(lr s), so times are lr s / 2 = 0.1 % too long; a step more is 0.05 %.
    let half = (S / A0 - 1.0).ln() / (2.0 * S);
    let hit = lr * (numbers(&dir, "hits.csv", "cost")[0] - 1.0);
    assert!((hit / half - 1.0).abs() < 2e-3, "{hit} for {half}");

    let target = 0.5 * (S / 3.0).sqrt() * (2.0 * S / 3.0);
    let (mut lo, mut hi) = (A0, S / 3.0);
    for _ in 0..100 {
        let a = 0.5 * (lo + hi);
        if a.sqrt() * (S - a) < target { lo = a } else { hi = a }
    }
    let until = (lo * (S - A0) / (A0 * (S - lo))).ln() / (2.0 * S);
    let dwell = lr * numbers(&dir, "tables/plateaus.csv", "dwell_q50")[0];
    assert!((dwell / until - 1.0).abs() < 2e-3, "{dwell} for {until}");

    // The law itself, at every recorded point: from the loss, a = s - sqrt(2 f).
    let (costs, losses) = (numbers(&dir, "curves.csv", "cost"), numbers(&dir, "curves.csv", "f"));
    assert!(costs.len() > 3000);
    for (cost, f) in costs.iter().zip(&losses).filter(|(_, f)| **f > 1e-6) {
        let growth = (2.0 * S * lr * (cost - 1.0)).exp();
        let exact = S * growth / (growth - 1.0 + S / A0);
        let a = S - (2.0 * f).sqrt();
        // A lag of 0.1 % of 1.9 where it moves fastest, s^2 / 2 = 2 per unit of time.
        assert!((a - exact).abs() < 4e-3, "cost {cost}: {a} for {exact}");
    }
}

const DATA: &str = r#"
schema = 1
[experiment]
name = "data"
[[problem]]
name = "mlp"
pool = 4
samples = 90
hidden = [5]
held_out = 0.4
gaps = [1.0]
[[problem]]
name = "rastrigin"
methods = ["gd", "restart", "newton"]
gaps = [1.0]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.002 }
[[method]]
id = "sgd"
optimizer = "sgd"
params = { lr = 1.0, batch = 6 }
schedule = { name = "cosine" }
[[method]]
id = "restart"
optimizer = "gradient_descent"
params = { lr = 0.002 }
strategy = "multi_restart"
strategy_params = { cutoff = 30 }
[[method]]
id = "line-search"
optimizer = "backtracking"
[[method]]
id = "newton"
finder = "newton"
[runs]
replicates = 6
[budget]
gradients = 200
"#;

fn measured(text: &str, folder: &str) -> (Desk, Answer) {
    let desk = Desk::new(text);
    let answer = desk.run(folder).expect(0);
    (desk, answer)
}

/// Recording changes nothing but keys, and what it says of the end is what the run's own row says.
#[test]
fn recording_changes_no_run_and_agrees_with_its_end() {
    let (plain, _) = measured(DATA, "r");
    let record = "[record]\ncurves = { per_decade = 5, replicates = 4, spectrum = true }\nexamples = true\n";
    let (recorded, _) = measured(&format!("{DATA}{record}"), "r");
    let (before, after) = (plain.folder("r"), recorded.folder("r"));
    for threads in ["1", "7"] {
        let out = recorded.path(threads);
        program(&["run", &recorded.file(), "--threads", threads, "--out", &out]).expect(0);
        assert_eq!(lasting(&recorded.folder(threads)), lasting(&after), "{threads} threads");
    }
    for name in ["reason", "cost", "f_best", "f_final", "f_held_out", "grad_norm", "x_hash", "n_grad", "noise_energy"] {
        assert_eq!(column(&before, "runs.csv", name), column(&after, "runs.csv", name), "{name}");
    }
    assert!(!before.join("curves.csv").exists() && !before.join("examples.csv").exists(), "they are opt-in");
    assert!(text(&after, "SHA256SUMS").contains("curves.csv") && text(&after, "SHA256SUMS").contains("examples.csv"));

    let of = |name| column(&after, "runs.csv", name);
    let (keys, methods, problems) = (of("run_key"), of("method"), of("problem"));
    let curve_keys = column(&after, "curves.csv", "run_key");
    for (i, key) in keys.iter().enumerate() {
        let last = curve_keys.iter().rposition(|k| k == key);
        let is_recorded = of("replicate")[i].parse::<u64>().unwrap() < 4 && methods[i] != "newton";
        assert_eq!(last.is_some(), is_recorded, "{}", methods[i]);
        let Some(last) = last else { continue };
        let at_end = |name| column(&after, "curves.csv", name)[last].clone();
        assert_eq!(at_end("cost"), of("cost")[i], "{}", methods[i]);
        assert_eq!(at_end("plateau"), "", "nobody asked");
        assert_eq!(at_end("lr_factor").is_empty(), methods[i] == "line-search");
        if methods[i] != "restart" {
            assert_eq!((at_end("f"), at_end("f_held_out")), (of("f_final")[i].clone(), of("f_held_out")[i].clone()));
            // The sum of squares is taken in another order.
            let [a, b] = [at_end("grad_norm"), of("grad_norm")[i].clone()].map(|cell| cell.parse::<f64>().unwrap());
            assert!((a / b - 1.0).abs() < 1e-14, "{a} {b}");
        }
        assert_eq!(at_end("f_held_out").is_empty(), problems[i].starts_with("rastrigin"));
    }

    // The mean over the rows is the loss (there is no weight decay), and fitted is what the threshold says.
    let (example_keys, losses) = (column(&after, "examples.csv", "run_key"), numbers(&after, "examples.csv", "loss"));
    let fitted = column(&after, "examples.csv", "fitted");
    assert_eq!(losses.len(), 4 * 6 * 54, "four methods, six runs, 54 rows that are not held out");
    for (i, key) in keys.iter().enumerate().filter(|(i, _)| problems[*i].starts_with("mlp") && methods[*i] != "newton")
    {
        let own = example_keys.iter().zip(&losses).filter(|(k, _)| *k == key).map(|(_, loss)| loss);
        let mean = own.sum::<f64>() / 54.0;
        let f: f64 = of("f_final")[i].parse().unwrap();
        if methods[i] != "restart" {
            assert!((mean - f).abs() < 1e-13 * f.abs().max(1.0), "{mean} for {f}");
        }
    }
    for (loss, fitted) in losses.iter().zip(&fitted) {
        assert_eq!(fitted == "1", *loss <= std::f64::consts::LN_2);
    }
    let share = numbers(&after, "tables/examples.csv", "n_fitted").iter().sum::<f64>();
    assert_eq!(share, fitted.iter().filter(|fitted| *fitted == "1").count() as f64);
}

/// More recorded runs: the others are kept, and the bytes are those of a fresh folder.
#[test]
fn asking_for_more_measures_only_what_is_new() {
    let record = |text: &str| format!("{DATA}[record]\ncurves = {{ per_decade = 5, replicates = {text} }}\n");
    let (desk, _) = measured(&record("2"), "r");
    desk.write(&record("4"));
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    // Two more replicates of six cells that descend (newton has no curve and stands alone with two cells).
    assert!(plan.out.contains("36 kept, 12 to run, 12 dropped"), "{}", plan.out);
    program(&["run", &desk.file(), "--out", &desk.path("r"), "--drop"]).expect(0);
    desk.run("fresh").expect(0);
    assert_eq!(lasting(&desk.folder("r")), lasting(&desk.folder("fresh")));
    desk.write(DATA);
    program(&["run", &desk.file(), "--out", &desk.path("r"), "--drop"]).expect(0);
    assert!(!desk.folder("r").join("curves.csv").exists(), "a file that nobody asks for any more goes");
    // The losses of rows are wanted: only descents on data lack them, four cells of six runs.
    desk.write(&format!("{DATA}[record]\nexamples = true\n"));
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    assert!(plan.out.contains("24 kept, 24 to run, 24 dropped"), "{}", plan.out);
}

/// Training goes on until the held-out loss has not fallen for `patience` epochs, and the reason says so.
#[test]
fn early_stopping_says_why() {
    let (desk, _) = measured(&format!("{DATA}[stop]\npatience = 12\n[record]\ncurves = {{ every = 1 }}\n"), "r");
    let dir = desk.folder("r");
    let of = |name| column(&dir, "runs.csv", name);
    let (keys, methods) = (of("run_key"), of("method"));
    let stopped: Vec<usize> =
        (0..keys.len()).filter(|i| methods[*i] == "sgd" && of("status")[*i] == "stalled").collect();
    assert!(stopped.len() >= 4, "{:?}", of("reason"));
    for i in stopped {
        let here = column(&dir, "curves.csv", "run_key");
        let held_out: Vec<f64> = numbers(&dir, "curves.csv", "f_held_out");
        let own: Vec<f64> = here.iter().zip(held_out).filter(|(key, _)| **key == keys[i]).map(|(_, f)| f).collect();
        // One point per epoch from cost 0 on; the start is not judged.
        let least = (1..own.len()).min_by(|a, b| own[*a].total_cmp(&own[*b])).unwrap();
        assert_eq!(own.len() - 1 - least, 12, "twelve epochs after the least");
        let reason = format!(
            "held-out loss {:.4}: least {:.4} at cost {least}, none below it in 12 epochs",
            own[own.len() - 1],
            own[least]
        );
        assert_eq!(of("reason")[i], reason);
    }
}

#[test]
fn mistakes_in_what_to_record_are_shown_where_they_stand() {
    for (record, line, words) in [
        ("curves = true", "curves", &["`curves` needs a table"][..]),
        ("curves = { per_decade = 0 }", "curves", &["`per_decade` must be at least 1, got 0"]),
        ("curves = { per_decade = 3, every = 2 }", "curves", &["either `per_decade` or `every`", "remove one"]),
        ("curves = { evry = 2 }", "evry", &["unknown key `evry` in `curves`", "did you mean `every`?"]),
        ("curves = { replicates = 0 }", "curves", &["`replicates` must be at least 1"]),
        ("curves = { spectrum = 1 }", "curves", &["`spectrum` needs true or false"]),
        ("plateaus = {}", "plateaus", &["`plateaus` are looked for at the points of `curves`", "per_decade = 10"]),
        ("curves = {}\nplateaus = { gradient = 2.0 }", "plateaus", &["`gradient` is a share, got 2"]),
        ("curves = {}\nplateaus = { curvatur = 0.1 }", "curvatur", &["did you mean `curvature`?"]),
        ("examples = 1", "examples", &["`examples` needs true or false"]),
        ("examples = { loss_above = 0 }", "examples", &["`loss_above` must be above 0"]),
        ("examples = { above = 1 }", "examples", &["unknown key `above` in `examples`", "loss_above"]),
        ("curve = {}", "curve", &["unknown key `curve` in [record]", "did you mean `curves`?"]),
    ] {
        let file = format!("{DATA}[record]\n{record}\n");
        let desk = Desk::new(&file);
        let err = desk.run("r").expect(2).err;
        let at = file.lines().position(|text| text.contains(line)).unwrap() + 1;
        assert!(err.contains(&format!(":{at}:")), "{record}: {err}");
        assert!(words.iter().all(|word| err.contains(word)), "{record}: {err}");
    }
    let without = DATA.split("[[problem]]\nname = \"mlp\"").next().unwrap().to_string()
        + "[[problem]]"
        + DATA.split_once("gaps = [1.0]\n[[problem]]").unwrap().1
        + "[record]\nexamples = true\n";
    let err = Desk::new(&without).run("r").expect(2).err;
    assert!(
        err.contains("`examples` in [record] are the data rows of a problem, and no problem here has any"),
        "{err}"
    );
}

/// Sprinkhuizen-Kuyper and Boers (1996): an XOR network that fails cannot tell two, three or four patterns apart, and stays
/// at 1/4, 1/3 or 1/2. Its curve ends there.
#[test]
fn stuck_xor_curves_lie_on_the_ladder() {
    let (desk, _) = measured(
        r#"
schema = 1
[experiment]
name = "ladder"
[[problem]]
name = "xor"
pair = "relu-linear"
gaps = [0.01]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.05 }
[runs]
replicates = 60
[budget]
gradients = 6000
[record]
curves = { every = 1000 }
"#,
        "r",
    );
    let dir = desk.folder("r");
    let (keys, losses) = (column(&dir, "curves.csv", "run_key"), numbers(&dir, "curves.csv", "f"));
    let is_last = |i: &usize| keys.get(i + 1) != Some(&keys[*i]);
    let late: Vec<f64> = (0..keys.len()).filter(is_last).map(|i| losses[i]).filter(|f| *f > 0.01).collect();
    let ladder = [0.25, 1.0 / 3.0, 0.5];
    let on = ladder.map(|step| late.iter().filter(|f| (*f - step).abs() < 1e-3).count());
    assert!(on.iter().all(|count| *count > 0), "every step of the ladder is there: {on:?} of {}", late.len());
    assert!(10 * on.iter().sum::<usize>() >= 9 * late.len(), "{on:?} of {}", late.len());
}
