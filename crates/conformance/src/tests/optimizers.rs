//! Every shipped optimizer keeps its promises; a rule or a solver that breaks one is found out.

use std::sync::atomic::{AtomicU64, Ordering};

use optimizers::Catalogue;
use optimizers::prelude::*;
use toml::Table;

use crate::{Verdict, check_optimizer};

#[test]
fn every_shipped_optimizer_keeps_its_promises() {
    let mut broken = vec![];
    for entry in &Catalogue::builtin().optimizers {
        let findings = check_optimizer(entry, &Table::new()).unwrap_or_else(|message| panic!("{message}"));
        let wrong = findings.into_iter().filter(|finding| finding.verdict == Verdict::Broken);
        broken.extend(wrong.map(|finding| format!("{}: {}: {}", entry.name, finding.promise, finding.detail)));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Heavy ball that can break each promise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FaultyRule {
    fault: String,
    batch: usize,
    offset: f64,
}

/// Never the same number twice: what a forgotten global does to a run.
fn next_count() -> f64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed) as f64
}

impl Config for FaultyRule {
    const NAME: &'static str = "faulty_rule";
    const ABOUT: &'static str = "Heavy ball with a fault.";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("fault", "what is wrong"), ("batch", "rows"), ("offset", "added to the step, > -1")];

    fn check(&self) -> Result<(), String> {
        if self.fault == "no_such_word" {
            return Err("fault = no_such_word: there is no such fault".to_string());
        }
        let is_fine = self.fault == "refusal" || (self.offset > -1.0 && self.offset.is_finite());
        let name = if self.fault == "nameless" { "a number" } else { "offset" };
        if is_fine { Ok(()) } else { Err(format!("{name} is not in range")) }
    }
}

impl Rule for FaultyRule {
    fn batch(&self) -> usize {
        if self.fault == "batch" { self.batch.min(2) } else { self.batch }
    }

    fn memory(&self) -> Memory {
        Memory::of_vectors([0.0])
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let fault = self.fault.as_str();
        let norms = runs.grad_norms();
        // Steeper than the bowl is anywhere.
        runs.for_each_run(|run| assert!(fault != "panic" || norms[run.lane] < 9.5, "too steep"));
        let [excess, scale] = runs.per_run(|run| {
            let excess = if fault == "counter" { 1e-9 * next_count() } else { 0.0 };
            let scale = match fault {
                "minibatch" if run.is_minibatch => -1.0,
                "row scale" if self.batch > 0 => 1.0 + 1e-12,
                _ => 1.0,
            };
            [excess, scale]
        });
        runs.each(self, [&excess, &scale]);
    }
}

impl Update<1, 2> for FaultyRule {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v]: [S; 1], [excess, scale]: [S; 2]) -> (S, [S; 1]) {
        let v = (v * 0.5 + g + excess) * scale;
        let lr = if self.fault == "uphill" { -1e-2 } else { 1e-2 };
        (x - v * lr, [v])
    }
}

/// Descent with a fixed step that can break what a solver promises.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FaultySolver {
    fault: i64,
}

impl Config for FaultySolver {
    const NAME: &'static str = "faulty_solver";
    const ABOUT: &'static str = "Descent with a fault.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("fault", "what is wrong, 0 to 9")];

    fn check(&self) -> Result<(), String> {
        if (0..=9).contains(&self.fault) { Ok(()) } else { Err(format!("fault = {}: there is none", self.fault)) }
    }
}

impl Solver for FaultySolver {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        static STEPS: AtomicU64 = AtomicU64::new(0);
        let mut grad = vec![0.0; x.len()];
        let mut next = x.to_vec();
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
            let lr = match self.fault {
                // Steps that depend on all steps ever made.
                1 => 1e-2 / (1.0 + STEPS.fetch_add(1, Ordering::Relaxed) as f64),
                3 => 1e-2 * (1.0 + 0.1 * random.normal()),
                _ => 1e-2,
            };
            if self.fault == 2 {
                next.iter_mut().zip(&*x).zip(&grad).for_each(|((next, x), g)| *next = x - lr * g);
            } else {
                oracle.moved(x, -lr, &grad, &mut next);
            }
            x.copy_from_slice(&next);
        }
    }
}

/// Promises and words of what is said of them.
type Broken = &'static [(&'static str, &'static str)];

/// The broken promises and what is said of them.
fn broken(name: &str, params: &str) -> Vec<(&'static str, String)> {
    let mut catalogue = Catalogue::builtin();
    catalogue.add_rule::<FaultyRule>().add_solver::<FaultySolver>();
    let findings = check_optimizer(catalogue.optimizer(name).unwrap(), &params.parse().unwrap()).unwrap();
    let wrong = findings.into_iter().filter(|finding| finding.verdict == Verdict::Broken);
    wrong.map(|finding| (finding.promise, finding.detail)).collect()
}

#[test]
fn each_fault_is_found_and_sound_ones_have_none() {
    assert_eq!(broken("faulty_rule", ""), []);
    assert_eq!(broken("faulty_solver", ""), []);
    // A solver that draws is no fault.
    assert_eq!(broken("faulty_solver", "fault = 3"), []);
    let cases: [(&str, &str, Broken); 10] = [
        (
            "faulty_rule",
            "fault = \"uphill\"",
            &[
                ("it lowers a convex quadratic", "diverged: f "),
                ("it stays on a sphere and gets on", "at the start"),
                ("minibatches are what they say", "at the start"),
            ],
        ),
        ("faulty_rule", "fault = \"panic\"", &[("NaN and infinity end a run", "it panics: too steep")]),
        (
            "faulty_rule",
            "fault = \"counter\"",
            &[
                ("the same seed, the same bits", "something outside the seed enters"),
                ("a batch has the bits of single runs", "is another one when alone"),
                ("minibatches are what they say", "are not those of the whole objective"),
            ],
        ),
        ("faulty_rule", "fault = \"refusal\"", &[("bad parameters are refused", "`offset = nan` is accepted")]),
        ("faulty_rule", "fault = \"nameless\"", &[("bad parameters are refused", "does not name it: ")]),
        ("faulty_rule", "fault = \"batch\"", &[("minibatches are what they say", "makes steps on 2 rows")]),
        ("faulty_rule", "fault = \"minibatch\"", &[("minibatches are what they say", "are not those of the whole")]),
        ("faulty_rule", "fault = \"row scale\"", &[("minibatches are what they say", "are not those of the whole")]),
        (
            "faulty_solver",
            "fault = 1",
            &[
                ("the same seed, the same bits", "something outside the seed enters"),
                ("a batch has the bits of single runs", "is another one when alone"),
            ],
        ),
        ("faulty_solver", "fault = 2", &[("it stays on a sphere and gets on", "|x| = ")]),
    ];
    for (name, params, expected) in cases {
        let found = broken(name, params);
        assert_eq!(found.len(), expected.len(), "{name}, {params}: {found:?}");
        for ((promise, detail), (expected, words)) in found.iter().zip(expected) {
            assert!(promise == expected && detail.contains(words), "{name}, {params}: {promise}: {detail}");
        }
    }
}
