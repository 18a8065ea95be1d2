//! Names, labels, parameters and refusals.

use std::collections::BTreeSet;

use autodiff::Scalar;
use problems::{Domain, Problem, Registry};
use serde::{Deserialize, Serialize};

use crate::cases::{build, instance, instances};

#[test]
fn entries_are_documented_and_build_at_their_defaults() {
    for entry in Registry::builtin().entries() {
        assert!(!entry.about.is_empty() && entry.params.iter().all(|param| !param.about.is_empty()), "{}", entry.name);
        let instance = entry.build(&toml::Table::new()).unwrap();
        assert_eq!((instance.name.as_str(), instance.revision), (entry.name, entry.revision));
        let defaults: toml::Table =
            entry.params.iter().map(|param| (param.name.to_string(), param.default.clone())).collect();
        assert_eq!(instance.params, defaults, "{}", entry.name);
    }
}

/// Building from the parameters of an instance gives the instance again.
#[test]
fn params_are_complete() {
    for first in instances() {
        let second = Registry::builtin().get(&first.name).unwrap().build(&first.params).unwrap();
        assert_eq!(
            (first.params.clone(), first.label(), first.dim),
            (second.params.clone(), second.label(), second.dim)
        );
        let x = first.start_point(&mut crate::cases::stream("params", 0));
        let values = [&first, &second].map(|instance| instance.objective.evaluator().value(&x));
        assert_eq!(values[0].to_bits(), values[1].to_bits(), "{}", first.label());
    }
}

#[test]
fn labels_are_short_and_tell_cases_apart() {
    for (name, params, label) in [
        ("rastrigin", "", "rastrigin dim=2"),
        ("rastrigin", "dim = 10", "rastrigin dim=10"),
        ("himmelblau", "", "himmelblau"),
        ("classical_saddle", "wall = 1", "classical_saddle wall=1.0"),
        ("quadratic", "condition = 7", "quadratic dim=2 condition=7.0"),
        ("xor", "", "xor pair=tanh-logistic"),
        ("spherical_spin", "dim = 40\ninstance = 2", "spherical_spin p=3 dim=40 instance=2"),
        ("linear_autoencoder", "n = 3\nlambda = [3, 2, 0.5]", "linear_autoencoder n=3 h=2 lambda=[3.0,2.0,0.5]"),
        ("mlp", "", "mlp hidden=[4]"),
        ("mlp", "hidden = [4, 3]\npool = 2\nsamples = 300", "mlp pool=2 samples=300 hidden=[4,3]"),
        ("mlp", "loss = \"squared\"", "mlp hidden=[4] loss=squared"),
    ] {
        assert_eq!(instance(name, params).label(), label);
    }
    let labels: Vec<String> = instances().iter().map(|instance| instance.label()).collect();
    let distinct: BTreeSet<&String> = labels.iter().collect();
    assert_eq!(distinct.len(), labels.len());
}

#[test]
fn bad_parameters_are_refused_with_what_why_and_what_to_do() {
    for (name, params, expected) in [
        ("rosenbrock", "dim = 1", "rosenbrock: dim = 1 is refused: this surface has 2 <= dim <= 10000; give"),
        ("rastrigin", "dim = 0", "rastrigin: dim = 0 is refused: this surface has 1 <= dim <= 10000"),
        ("quadratic", "condition = 0.5", "condition = 0.5 is refused: it must be a number with 1 <= condition"),
        ("quadratic", "condition = nan", "condition = NaN is refused"),
        ("classical_saddle", "wall = -1", "wall = -1 is refused"),
        ("linear_autoencoder", "n = 3\nh = 4", "h = 4 is refused: it must be a number with 1 <= h <= 3"),
        ("linear_autoencoder", "lambda = [1, 2]", "lambda = [1.0, 2.0] is refused: the closed form needs n = 4"),
        ("linear_autoencoder", "n = 2\nlambda = [1, 1]", "positive, distinct eigenvalues; give them, or []"),
        ("spherical_spin", "p = 13", "p = 13 is refused: it must be a number with 2 <= p <= 12"),
        ("spherical_spin", "p = 4\ndim = 100", "dim = 100 is refused: with p = 4 it has 4421275 couplings, more than"),
        ("mlp", "pool = 3", "pool = 3 is refused: digits have 8 x 8 pixels; give 1, 2, 4 or 8"),
        ("mlp", "samples = 2000", "samples = 2000 is refused: the data has 1797 rows; give at most that, or 0"),
        ("mlp", "hidden = [3, 0]", "hidden = [3, 0] is refused: a layer has 1 to 100000 units; give []"),
        ("mlp", "hidden = [9000000000000000000]", "a layer has 1 to 100000 units"),
        ("mlp", "hidden = [3000]", "hidden = [3000] is refused: 225010 parameters, more than 100000"),
        ("mlp", "positive = 3", "positive = 3 is refused: only loss = \"binary\" uses it"),
        ("mlp", "loss = \"binary\"\npositive = 10", "positive = 10 is refused: the labels are 0 to 9"),
        ("mlp", "data = \"x.csv\"\npool = 2", "pool = 2 is refused: only \"digits\" can be pooled"),
        ("mlp", "l2 = -1", "l2 = -1 is refused"),
        ("mlp", "loss = \"hinge\"", "unknown variant `hinge`, expected one of `softmax`, `binary`, `squared`"),
        ("xor", "pair = \"xor\"", "unknown variant `xor`, expected one of `logistic-logistic`"),
        ("rastrigin", "dim = \"ten\"", "rastrigin: invalid type: string \"ten\", expected usize"),
        ("rastrigin", "dim = -2", "rastrigin: invalid value: integer `-2`, expected usize"),
        ("rastrigin", "n = 2", "rastrigin: unknown parameter \"n\"; its parameters are dim, instance"),
        ("himmelblau", "dim = 2", "himmelblau: unknown parameter \"dim\"; its parameters are instance"),
    ] {
        let message = build(name, params).unwrap_err();
        assert!(message.starts_with(&format!("{name}: ")) && message.contains(expected), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

/// A problem as a user writes it, with fields that `PARAMS` may or may not name.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Mine {
    tilt: f64,
}

impl Problem for Mine {
    const NAME: &'static str = "mine";
    const ABOUT: &'static str = "a tilted bowl";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("tilt", "slope at 0")];
    fn dim(&self) -> usize {
        1
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[0].square() + x[0] * self.tilt
    }
    fn domain(&self) -> Domain {
        Domain::cube(1, -1.0, 1.0)
    }
}

#[test]
fn a_problem_of_ones_own_needs_one_line() {
    let mut registry = Registry::builtin();
    registry.add::<Mine>();
    let mine = registry.get("mine").unwrap().build(&"tilt = 3".parse().unwrap()).unwrap();
    assert_eq!((mine.objective.evaluator().value(&[2.0]), mine.label()), (10.0, "mine tilt=3.0".to_string()));
    assert_eq!((mine.reference, mine.zero_modes, mine.index_fraction_theory(0.0)), (None, 0, None));
}

#[test]
#[should_panic(expected = "two problems are named \"mine\"")]
fn a_name_is_taken_once() {
    Registry::builtin().add::<Mine>().add::<Mine>();
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Undocumented {
    tilt: f64,
}

impl Problem for Undocumented {
    const NAME: &'static str = "undocumented";
    const ABOUT: &'static str = "a bowl with a parameter that is not documented";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    fn dim(&self) -> usize {
        1
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        x[0].square() * self.tilt
    }
    fn domain(&self) -> Domain {
        Domain::cube(1, -1.0, 1.0)
    }
}

#[test]
#[should_panic(expected = "undocumented: PARAMS (left) must name the fields (right)")]
fn a_field_without_documentation_is_found_at_once() {
    Registry::default().add::<Undocumented>();
}
