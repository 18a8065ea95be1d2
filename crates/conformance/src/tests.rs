//! Everything shipped keeps its promises; a problem or an optimizer that breaks one is found out.

mod certificates;
mod optimizers;

use std::sync::atomic::{AtomicU64, Ordering};

use autodiff::Scalar;
use problems::Registry;
use problems::prelude::*;
use toml::Table;

use crate::{Verdict, check};

#[test]
fn every_shipped_problem_keeps_its_promises() {
    let registry = Registry::builtin();
    let mut broken = vec![];
    for entry in registry.entries() {
        for params in [""].iter().chain(entry.cases) {
            let params: Table = params.parse().expect("a case is TOML");
            let (instance, findings) = check(entry, &params).unwrap_or_else(|message| panic!("{message}"));
            let wrong = findings.into_iter().filter(|finding| finding.verdict == Verdict::Broken);
            broken
                .extend(wrong.map(|finding| format!("{}: {}: {}", instance.label(), finding.promise, finding.detail)));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A bowl that can break each promise.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Faulty {
    fault: String,
}

impl Faulty {
    fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }
}

/// Never the same number twice: what a forgotten global does to a surface.
fn next_count() -> f64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed) as f64
}

impl Problem for Faulty {
    const NAME: &'static str = "faulty";
    const ABOUT: &'static str = "a bowl with a fault";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("fault", "what is wrong")];

    fn dim(&self) -> usize {
        3
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let bowl = S::dot(x, x) * 0.5;
        match self.fault.as_str() {
            // The derivative does not see a frozen part.
            "gradient" => bowl + (x[0].frozen() * 2.0).sin(),
            "kink" => bowl + (x[1] - 0.1).abs(),
            // Weak, and off the path of most descents.
            "hidden kink" => bowl + (x[2] - 0.93).relu() * 0.05,
            "jump" => bowl + x[0].lt(S::constant(0.4)).select(S::constant(0.0), S::constant(0.1)),
            "counter" => bowl + 1e-9 * next_count(),
            // The root of a negative number at about half of the starts.
            "root" => bowl + x[0].sqrt(),
            // A term that belongs to the minimum is forgotten: f goes below what is declared, by 1e-6 only.
            "tilt" => bowl + x[1] * 1e-3,
            // One axis is a little steeper than the others.
            "image" => bowl + x[2].square() * 1e-9,
            // A comparison with NaN is false, so the NaN takes a branch and is gone.
            "nan" => S::constant(0.0).lt(x[0]).select(x[0].square(), S::constant(0.0)) + S::dot(&x[1..], &x[1..]),
            _ => bowl,
        }
    }
    fn domain(&self) -> Domain {
        Domain::cube(3, -1.0, 1.0)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let x = if self.has("place") { vec![1e-6, 0.0, 0.0] } else { vec![0.0; 3] };
        let value = if self.has("value") { 1e-9 } else { 0.0 };
        let index = usize::from(self.has("index"));
        if ["gradient", "kink", "nan", "jump", "counter", "root", "tilt"].contains(&self.fault.as_str()) {
            return vec![];
        }
        if self.has("facts") {
            return vec![KnownPoint::nondegenerate(x, 1e-15 * next_count(), 0)];
        }
        vec![KnownPoint::nondegenerate(x, value, index)]
    }
    fn zero_modes(&self) -> usize {
        usize::from(self.has("symmetry"))
    }
    fn symmetry(&self) -> Symmetry {
        if self.has("image") { Symmetry::Vectors { size: 1, flips: true } } else { Symmetry::None }
    }
    fn is_odd(&self) -> bool {
        self.has("odd")
    }
    fn start(&self) -> StartLaw {
        if !self.has("start") {
            return StartLaw::Uniform;
        }
        // Most starts are fine.
        let draw = |stream: &mut Stream| {
            let u = stream.uniform(0.0, 1.0);
            vec![if u < 0.2 { f64::NAN } else { u }, 0.5, 0.5]
        };
        StartLaw::Drawn { about: "now and then no number".to_string(), draw: Arc::new(draw) }
    }
    fn counts(&self) -> Option<Counts> {
        Some(if self.has("counts") { Counts::exact(&[0, 1]) } else { Counts::exact(&[1]) })
    }
    fn euler(&self) -> Option<i64> {
        Some(if self.has("euler") { 0 } else { 1 })
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(if self.has("floor") { 0.5 } else { 0.0 }))
    }
}

/// The broken promises and what is said of them.
fn broken(fault: &str) -> Vec<(&'static str, String)> {
    let mut registry = Registry::default();
    let entry = registry.add::<Faulty>().get("faulty").unwrap();
    let params: Table = format!("fault = \"{fault}\"").parse().unwrap();
    let (_, findings) = check(entry, &params).unwrap();
    let wrong = findings.into_iter().filter(|finding| finding.verdict == Verdict::Broken);
    wrong.map(|finding| (finding.promise, finding.detail)).collect()
}

#[test]
fn each_fault_is_found_and_a_sound_problem_has_none() {
    assert_eq!(broken(""), []);
    let cases: [(&str, &[(&str, &str)]); 18] = [
        // The floor is that of the bowl, which the hidden part goes below.
        (
            "gradient",
            &[("gradient equals differences", "differences give"), ("no value below the declared one", "f = -")],
        ),
        ("kink", &[("kinks are declared", "the gradient jumps at x = (")]),
        ("hidden kink", &[("kinks are declared", "0.930000); smooth it, or declare `has_kinks`")]),
        ("jump", &[("kinks are declared", "the value jumps at x = (0.4")]),
        ("place", &[("declared points hold", "|gradient| = 1.0e-6 at x = (0.000001, 0.000000, 0.000000)")]),
        ("value", &[("declared points hold", "f = 0 at x = (0.000000, 0.000000, 0.000000), declared is 0.000000001")]),
        (
            "index",
            &[
                (
                    "declared points hold",
                    "0 negative and 0 zero eigenvalues at x = (0.000000, 0.000000, 0.000000), declared are 1 and 0",
                ),
                ("counts agree with the list", "a point of index 1 is listed, none is counted"),
            ],
        ),
        ("counts", &[("counts agree with the list", "1 points of index 0 are listed, 0 counted")]),
        ("euler", &[("counts agree with the list", "the counts add up to 1 with alternating signs")]),
        ("floor", &[("no value below the declared one", "declared is 0.5")]),
        ("tilt", &[("no value below the declared one", "f = -0.0000005")]),
        ("nan", &[("NaN in gives NaN out", "x1 = NaN gives a number (1 of 3 coordinates)")]),
        ("counter", &[("built twice, the same bits", "something outside the parameters enters, a counter")]),
        ("facts", &[("built twice, the same bits", "two builds declare different facts")]),
        ("symmetry", &[("minima have the zero modes", "1 declared, but 0 zero eigenvalues at the minimum x = (")]),
        ("image", &[("declared symmetries hold", "the image of x = (")]),
        ("odd", &[("declared symmetries hold", "the image of x = (")]),
        ("start", &[("starts are finite", "a start is not finite: x = (NaN, 0.5")]),
    ];
    for (fault, expected) in cases {
        let found = broken(fault);
        // A start that is no number spoils other looks at it, too: the cause comes first.
        let found = if fault == "start" { &found[..1] } else { &found[..] };
        assert_eq!(found.len(), expected.len(), "{fault}: {found:?}");
        for ((promise, detail), (expected, words)) in found.iter().zip(expected) {
            assert!(promise == expected && detail.contains(words), "{fault}: {promise}: {detail}");
        }
    }
    // A function that is not defined everywhere in its box.
    let found = broken("root");
    assert!(found[0].0 == "starts are finite" && found[0].1.starts_with("f = NaN at the start x = (-"), "{found:?}");
}

/// Kinks that are declared are no fault, and one is shown.
#[test]
fn declared_kinks_are_shown() {
    let registry = Registry::builtin();
    let params: Table = "activation = \"relu\"\npool = 8\nsamples = 20".parse().unwrap();
    let (_, findings) = check(registry.get("mlp").unwrap(), &params).unwrap();
    let kinks = findings.iter().find(|finding| finding.promise == "kinks are declared").unwrap();
    assert!(
        kinks.verdict == Verdict::Holds && kinks.detail.starts_with("declared; the gradient jumps at"),
        "{kinks:?}"
    );
}
