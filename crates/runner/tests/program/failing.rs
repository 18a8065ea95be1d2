//! Problems that panic or give NaN: their runs are rows, the others go on, the exit code is 3.

use crate::support::{Desk, call, column, lasting, listing, manifest, program, text};
use problems::Registry;
use problems::prelude::*;

/// `x^2`, but its code panics when it is recorded.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Broken {}

impl Problem for Broken {
    const NAME: &'static str = "broken";
    const ABOUT: &'static str = "panics when it is recorded";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn dim(&self) -> usize {
        1
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[1].square()
    }

    fn domain(&self) -> Domain {
        Domain::cube(1, -1.0, 1.0)
    }
}

/// `x^2 - sqrt(x + 1/2)`: not a number left of -1/2, where a quarter of the starts lie.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Edge {}

impl Problem for Edge {
    const NAME: &'static str = "edge";
    const ABOUT: &'static str = "not a number left of -1/2";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn dim(&self) -> usize {
        1
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[0].square() - (x[0] + 0.5).sqrt()
    }

    fn domain(&self) -> Domain {
        Domain::cube(1, -1.0, 1.0)
    }
}

/// `(x^2 - 1)^2 + x / 4`, whose theory panics above the lower well.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Moody {}

impl Problem for Moody {
    const NAME: &'static str = "moody";
    const ABOUT: &'static str = "its theory panics in one of two wells";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn dim(&self) -> usize {
        1
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        (x[0].square() - 1.0).square() + x[0] * 0.25
    }

    fn domain(&self) -> Domain {
        Domain::cube(1, -2.0, 2.0)
    }

    fn index_fraction_theory(&self, level: f64) -> Option<f64> {
        assert!(level < 0.0, "no theory for the upper well");
        None
    }
}

fn registry() -> Registry {
    let mut registry = Registry::builtin();
    registry.add::<Broken>().add::<Edge>().add::<Moody>();
    registry
}

const TROUBLE: &str = r#"
schema = 1
[experiment]
name = "trouble"
[[problem]]
name = "broken"
[[problem]]
name = "edge"
[[problem]]
name = "moody"
[[problem]]
name = "quadratic"
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.005 }
[runs]
replicates = 40
[budget]
gradients = 400
[critical]
"#;

#[test]
fn every_run_is_a_row_with_its_status_and_the_others_go_on() {
    let desk = Desk::new(TROUBLE);
    let dir = desk.folder("r");
    let run = || call(&registry(), &["run", &desk.file(), "--out", &desk.path("r"), "--threads", "2"]);
    let answer = run().expect(3);
    let status = column(&dir, "runs.csv", "status");
    let of =
        |cell: usize, word: &str| status[40 * cell..40 * (cell + 1)].iter().filter(|status| *status == word).count();
    assert_eq!(of(0, "panic"), 40);
    // A start is left of -1/2 with probability 1/4, and the slope leads the others away from it.
    assert!((4..40).contains(&of(1, "nan")), "{} of 40", of(1, "nan"));
    assert_eq!(of(1, "nan") + of(1, "converged") + of(1, "budget") + of(1, "diverged"), 40);
    let upper = of(2, "panic");
    assert!((5..35).contains(&upper), "{upper} of 40 in the upper well");
    assert_eq!(of(2, "panic") + of(2, "budget") + of(2, "converged"), 40);
    assert_eq!(of(3, "panic") + of(3, "nan") + of(3, "missing"), 0);
    assert_eq!(manifest(&dir)["counts"]["panic"], 40 + upper);

    let failed = 40 + of(1, "nan") + upper;
    assert_eq!(listing(&dir.join("failures")).len(), failed);
    assert!(answer.err.contains("run failed: broken"), "{}", answer.err);
    assert!(answer.err.contains(&format!("... and {} more, in failures/", failed - 5)), "{}", answer.err);
    assert!(!answer.err.contains("stack backtrace") && !answer.err.contains("thread '"), "{}", answer.err);
    let keys = column(&dir, "runs.csv", "run_key");
    let reasons = column(&dir, "runs.csv", "reason");
    assert!(reasons[0].contains("index out of bounds") && reasons[0].contains("failing.rs:"));
    let broken = text(&dir, &format!("failures/{}.txt", keys[0]));
    assert!(broken.contains(&format!("reproduce: runner run {} --only {}", desk.file(), keys[0])));
    let sad = 80 + status[80..120].iter().position(|status| status == "panic").unwrap();
    let note = text(&dir, &format!("failures/{}.txt", keys[sad]));
    assert!(note.contains("no theory for the upper well"), "{note}");
    let x = note.lines().find_map(|line| line.strip_prefix("x at the start: ")).unwrap();
    assert!(x.parse::<f64>().is_ok(), "{note}");

    // The command that is printed shows the same failure and leaves the folder alone.
    let before = lasting(&dir);
    let only = call(&registry(), &["run", &desk.file(), "--out", &desk.path("r"), "--only", &keys[sad]]);
    let only = only.expect(3);
    assert!(only.out.contains("no theory for the upper well"), "{}", only.out);
    assert!(only.err.contains("this equals the row"), "{}", only.err);
    assert_eq!(before, lasting(&dir));

    // A panic is tried again, a NaN is a result; both still count as failed.
    let again = run().expect(3);
    assert!(again.err.contains(&format!("{} done, {} to run", 160 - 40 - upper, 40 + upper)), "{}", again.err);
    assert_eq!(before, lasting(&dir));
}

#[test]
fn a_mended_problem_is_measured_without_dropping_anything() {
    /// The same problem with its code mended.
    #[derive(Clone, Default, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Mended {}

    impl Problem for Mended {
        const NAME: &'static str = "broken";
        const ABOUT: &'static str = "mended";
        const PARAMS: &'static [(&'static str, &'static str)] = &[];

        fn dim(&self) -> usize {
            1
        }

        fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
            x[0].square()
        }

        fn domain(&self) -> Domain {
            Domain::cube(1, -1.0, 1.0)
        }
    }

    let only_broken: String = TROUBLE.replace("[[problem]]\nname = \"edge\"\n[[problem]]\nname = \"moody\"\n", "");
    let desk = Desk::new(&only_broken);
    let arguments = ["run", &desk.file(), "--out", &desk.path("r")];
    call(&registry(), &arguments).expect(3);
    let mut mended = Registry::builtin();
    mended.add::<Mended>();
    let answer = call(&mended, &arguments).expect(0);
    assert!(answer.err.contains("40 done, 40 to run"), "{}", answer.err);
    assert!(!desk.folder("r").join("failures").exists());
}

#[test]
fn plan_and_show_survive_a_broken_problem() {
    let desk = Desk::new(TROUBLE);
    let plan = call(&registry(), &["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    assert!(plan.out.lines().any(|line| line.starts_with("broken") && line.ends_with("panics")));
    let show = call(&registry(), &["show", "broken"]).expect(0);
    assert!(show.out.contains("its code panics: index out of bounds"), "{}", show.out);
    let eval = call(&registry(), &["eval", "broken", "--at", "1"]).expect(1);
    assert!(eval.err.contains("problem \"broken\" panics"), "{}", eval.err);
    let nan = call(&registry(), &["eval", "edge", "--at", "-1", "--json"]).expect(0);
    assert_eq!(nan.out, "{\"value\":null}\n");
}

#[test]
fn a_diverging_run_is_data() {
    let desk = Desk::new(
        &TROUBLE
            .replace("name = \"broken\"", "name = \"monkey_saddle\"")
            .replace("[[problem]]\nname = \"edge\"\n[[problem]]\nname = \"moody\"\n", ""),
    );
    program(&["run", &desk.file(), "--out", &desk.path("r")]).expect(0);
    assert!(column(&desk.folder("r"), "runs.csv", "status").contains(&"diverged".to_string()));
}

#[test]
fn a_search_that_runs_away_is_data() {
    // The control has no critical point: a search that meets a nearly singular Hessian can leave for infinity, where
    // nothing is finite. With this seed one did, and was once called `nan`.
    let desk = Desk::new(
        r#"
schema = 1
[experiment]
name = "away"
master_seed = 20240611
[[problem]]
name = "no_critical_point"
[[method]]
id = "newton"
finder = "newton"
params = { descend = [0, 3, 10, 30, 100], lr = 0.05 }
[runs]
replicates = 60
"#,
    );
    program(&["run", &desk.file(), "--out", &desk.path("r")]).expect(0);
    let status = column(&desk.folder("r"), "runs.csv", "status");
    assert_eq!(status.len(), 60);
    assert!(!status.contains(&"converged".to_string()), "nothing is a critical point here");
}
