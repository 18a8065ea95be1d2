//! `census` against counts that are known, by enumeration or by topology, and what it refuses.

use crate::support::{Desk, call, column, program};
use problems::Registry;
use problems::prelude::*;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let answer = program(&[&["census"], arguments, &["--json"]].concat()).expect(0);
    assert_eq!(answer.out.lines().count(), 1);
    serde_json::from_str(&answer.out).expect("one JSON object")
}

fn counts(found: &Value) -> [u64; 5] {
    ["minima", "saddles", "maxima", "degenerate", "undecided"].map(|key| found[key].as_u64().expect("a count"))
}

#[test]
fn surfaces_of_two_variables_have_the_points_they_are_known_for() {
    for (name, expected) in [
        ("himmelblau", [4, 4, 1]),
        ("six_hump_camel", [6, 7, 2]),
        ("mueller_brown", [3, 2, 0]),
        ("rastrigin", [121, 220, 100]),
        ("no_critical_point", [0, 0, 0]),
    ] {
        let found = json(&[name]);
        let [minima, saddles, maxima] = expected;
        assert_eq!(counts(&found), [minima, saddles, maxima, 0, 0], "{name}");
        assert_eq!(found["complete"], true);
        let points = found["points"].as_array().unwrap();
        assert_eq!(points.len() as u64, minima + saddles + maxima);
        for point in points {
            let (radius, value) = (point["radius"].as_f64().unwrap(), &point["value"]);
            assert!(radius < 1e-10 && value[0].as_f64() <= value[1].as_f64(), "{point}");
            assert!(point.get("in_domain").is_none());
        }
        if name == "no_critical_point" {
            continue;
        }
        // A moved copy has the same points in its own domain, and others in the corners of the box around it.
        let moved = json(&[name, "--param", "instance=1"]);
        assert_eq!(moved["complete"], true);
        let inside = moved["points"].as_array().unwrap().iter().filter(|point| point["in_domain"] == true);
        let mut by_index = [0; 3];
        inside.for_each(|point| by_index[point["index"].as_u64().unwrap() as usize] += 1);
        assert_eq!(by_index, expected, "{name} moved");
    }
}

#[test]
fn griewank_obeys_the_index_theorem() {
    // On the faces x = +-9 pi and y = +-7 sqrt(2) pi the waves of f have no slope, so the gradient points outwards like
    // that of |x|^2/4000: the sum of (-1)^index is the Euler characteristic of the square, 1 (Poincare and Hopf).
    let (x, y) = (9.0 * std::f64::consts::PI, 7.0 * 2f64.sqrt() * std::f64::consts::PI);
    let found = json(&["griewank", &format!("--box={},{x},{},{y}", -x, -y)]);
    assert_eq!(found["complete"], true);
    let [minima, saddles, maxima, ..] = counts(&found);
    assert!(minima + maxima == saddles + 1 && minima > 100, "{:?}", counts(&found));
}

#[test]
fn schwefel_has_every_listed_point_and_its_infinite_curvature_is_undecided() {
    // 14 x 14 points with a second derivative; on the axes x_i = 0, where f'' is infinite and f' = 0, 14 + 14 + 1 more.
    let found = json(&["schwefel"]);
    assert_eq!(counts(&found), [49, 98, 49, 0, 29]);
    assert_eq!(found["complete"], false);
}

#[test]
fn degenerate_points_are_named_not_proved() {
    let found = json(&["monkey_saddle"]);
    assert_eq!(counts(&found), [0, 0, 0, 1, 0]);
    let at = found["regions"][0]["degenerate"].as_array().unwrap();
    assert!(at.iter().all(|x| x.as_f64().unwrap().abs() < 1e-6));
}

#[test]
fn the_text_fits_the_screen_and_says_what_is_proved() {
    let text = program(&["census", "himmelblau", "--box=-6,6"]).expect(0).out;
    assert!(
        text.contains("9 critical points proved, and these are all:\n4 minima, 4 saddles, 1 maximum; boxes"),
        "{text}"
    );
    assert!(text.contains("minimum  0      0                  3, 2\n"), "{text}");
    let others = ["monkey_saddle", "rastrigin", "schwefel"].map(|name| program(&["census", name]).expect(0).out);
    for line in others.iter().chain([&text]).flat_map(|text| text.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(others[0].contains("degenerate by numerical tests, not proved"), "{}", others[0]);
    assert!(others[1].contains("... and 381 more; --json lists all"), "{}", others[1]);
    assert!(others[2].contains("there may be more"), "{}", others[2]);
}

/// `(x^2 - 1)^2`, said to have three minima.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Boaster {}

impl Problem for Boaster {
    const NAME: &'static str = "boaster";
    const ABOUT: &'static str = "two wells that are said to be three";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn dim(&self) -> usize {
        1
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        (x[0].square() - 1.0).square()
    }

    fn domain(&self) -> Domain {
        Domain::cube(1, -2.1, 2.0)
    }

    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[3, 1]))
    }
}

#[test]
fn a_wrong_declaration_is_contradicted() {
    let mut registry = Registry::builtin();
    registry.add::<Boaster>();
    let answer = call(&registry, &["census", "boaster"]).expect(4);
    assert!(answer.err.contains("[2, 1] by proof, [3.0, 1.0] as declared"), "{}", answer.err);
    // In a part of the domain other counts are no contradiction.
    call(&registry, &["census", "boaster", "--box=0.5,2"]).expect(0);
}

#[test]
fn boundaries_limits_and_boxes_of_ones_own() {
    let half = json(&["formula", "--box=0,1"]);
    assert_eq!((counts(&half), &half["boundary"], &half["complete"]), ([0; 5], &1.into(), &false.into()));
    let cut = program(&["census", "rastrigin", "--boxes", "200"]).expect(0).out;
    assert!(cut.contains("raise --boxes"), "{cut}");
    let corner = json(&["himmelblau", "--box=2,4,1,3"]);
    assert_eq!(counts(&corner), [1, 0, 0, 0, 0]);
}

#[test]
fn what_cannot_be_searched_is_refused_with_a_reason() {
    for (arguments, words) in [
        (&["spherical_spin"][..], "sphere"),
        (&["rastrigin", "--param", "dim=9"], "9 variables"),
        (&["ackley"], "kinks"),
        (&["rastrign"], "did you mean \"rastrigin\""),
        (&["himmelblau", "--box=1,2,3"], "3 numbers"),
        (&["himmelblau", "--box=2,1"], "LO < HI"),
        (&["himmelblau", "--box=0,inf"], "LO < HI"),
        (&["himmelblau", "--box=0,one"], "\"one\" is not a number"),
        (&["himmelblau", "--param", "dim=3"], "dim"),
    ] {
        let answer = program(&[&["census"], arguments].concat()).expect(2);
        assert!(answer.err.contains(words) && answer.out.is_empty(), "{arguments:?}: {}", answer.err);
        assert!(answer.err.starts_with("error: ") || answer.err.contains("error"), "{}", answer.err);
    }
}

/// A census in an experiment: rows of points and counts by index, the row of the run with what was proved.
#[test]
fn a_survey_is_a_run_with_rows_of_its_own() {
    let text = "schema = 1\n[experiment]\nname = \"all\"\n[[problem]]\nname = \"himmelblau\"\n[[method]]\nid = \"all\"\n\
                survey = \"census\"\nreplicates = 1\n[critical]\n";
    let desk = Desk::new(text);
    desk.run("out").expect(0);
    let out = desk.folder("out");
    // Himmelblau's function has 4 minima, 4 saddles and a maximum.
    assert_eq!(column(&out, "counts.csv", "index"), ["0", "1", "2"]);
    assert_eq!(column(&out, "counts.csv", "found"), ["4", "4", "1"]);
    assert_eq!(column(&out, "critical.csv", "proof"), ["proved"; 9]);
    assert!(column(&out, "runs.csv", "reason")[0].starts_with("9 critical points proved in "));
    assert!(crate::support::text(&out, "config.resolved.toml").contains("\n[critical]\n"));
    // Without the section the points are counted and are no rows, and a folder of the one is not complete for the other.
    desk.write(&text.replace("[critical]\n", ""));
    desk.run("counts").expect(0);
    let counts = desk.folder("counts");
    let measured = |dir: &std::path::Path| ["index", "found"].map(|name| column(dir, "counts.csv", name));
    assert_eq!(measured(&counts), measured(&out));
    assert!(column(&counts, "critical.csv", "proof").is_empty());
    assert!(!crate::support::text(&counts, "config.resolved.toml").contains("[critical]"));
    assert!(desk.run("out").expect(2).err.contains("1 finished run that this file no longer plans"));
    // On a sphere it is refused before anything is written.
    desk.write(&text.replace("himmelblau", "spherical_spin"));
    let answer = desk.run("none").expect(2);
    assert!(answer.err.contains("it lives on a sphere"), "{}", answer.err);
    assert!(!desk.folder("none").exists());
}
