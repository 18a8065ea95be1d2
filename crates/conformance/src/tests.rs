//! Every shipped problem keeps its promises; a problem that breaks one is found out.

use autodiff::Scalar;
use problems::Registry;
use problems::prelude::*;
use toml::Table;

use crate::{Finding, Verdict, check};

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
        if ["gradient", "kink", "nan"].contains(&self.fault.as_str()) {
            return vec![];
        }
        vec![KnownPoint::nondegenerate(x, value, index)]
    }
    fn counts(&self) -> Option<Counts> {
        Some(if self.has("counts") { Counts::exact(&[0, 1]) } else { Counts::exact(&[1]) })
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(if self.has("floor") { 0.5 } else { 0.0 }))
    }
}

fn broken(fault: &str) -> Vec<&'static str> {
    let mut registry = Registry::default();
    let entry = registry.add::<Faulty>().get("faulty").unwrap();
    let params: Table = format!("fault = \"{fault}\"").parse().unwrap();
    let (_, findings) = check(entry, &params).unwrap();
    let wrong = |finding: &&Finding| finding.verdict == Verdict::Broken;
    findings.iter().filter(wrong).map(|finding| finding.promise).collect()
}

#[test]
fn each_fault_is_found_and_a_sound_problem_has_none() {
    assert_eq!(broken(""), [""; 0]);
    // The floor is that of the bowl, which the hidden part goes below.
    assert_eq!(broken("gradient"), ["gradient equals differences", "no value below the declared one"]);
    assert_eq!(broken("kink"), ["kinks are declared"]);
    assert_eq!(broken("place"), ["declared points hold"]);
    assert_eq!(broken("value"), ["declared points hold"]);
    assert_eq!(broken("index"), ["declared points hold", "counts agree with the list"]);
    assert_eq!(broken("counts"), ["counts agree with the list"]);
    assert_eq!(broken("floor"), ["no value below the declared one"]);
    assert_eq!(broken("nan"), ["NaN in gives NaN out"]);
}
