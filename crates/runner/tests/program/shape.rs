//! Surveys of the shape of a surface as methods of an experiment: their files, and surfaces that are refused.

use crate::support::{Desk, column, lasting};

const HEAD: &str = "schema = 1\n[experiment]\nname = \"shape\"\n[[problem]]\nname = \"double_well\"\ndim = 2\n";

/// A method that surveys once.
fn method(survey: &str, params: &str) -> String {
    format!("[[method]]\nid = \"{survey}\"\nsurvey = \"{survey}\"\nreplicates = 1\nparams = {{ {params} }}\n")
}

/// `1/4 sum (x^2 - 1)^2` in the plane: minima at the four corners, saddles of height 1/4 between neighbours, basins of a
/// quarter each; up to its declared symmetries one of each.
#[test]
fn surveys_of_shape_write_rows_that_theory_gives() {
    let text = [
        HEAD,
        &method("paths", "ways = [\"straight\", \"matched\"]"),
        &method("slices", "directions = [\"coordinates\"], line = 0, plane = 3"),
        &method("basins", "starts = 40, up_to_symmetry = false"),
        &method("connections", "source = \"census\", up_to_symmetry = false"),
    ]
    .concat();
    let desk = Desk::new(&text);
    let answer = desk.run("out").expect(0);
    let out = desk.folder("out");
    let reals = |file: &str, name: &str| -> Vec<f64> {
        column(&out, file, name).iter().map(|cell| cell.parse().unwrap()).collect()
    };
    assert_eq!(column(&out, "paths.csv", "way"), ["straight", "matched"]);
    assert!(reals("paths.csv", "barrier")[0] >= 0.25 - 1e-15);
    assert_eq!(reals("paths.csv", "barrier")[1], 0.0, "any two minima are copies");
    assert_eq!(column(&out, "profiles.csv", "t").len(), 2 * 51);
    // The nine places are the corners, sides and middle of [-2, 2]^2: (2^2 - 1)^2 / 4 = 9/4 per outer coordinate.
    let plane: Vec<f64> = reals("slices.csv", "f").into_iter().take(9).collect();
    assert_eq!(plane, [4.5, 2.5, 4.5, 2.5, 0.5, 2.5, 4.5, 2.5, 4.5]);
    assert_eq!(
        (column(&out, "basins.csv", "volume"), reals("basins.csv", "starts").iter().sum::<f64>()),
        (vec!["0.25".to_string(); 4], 40.0)
    );
    let mut places = column(&out, "basins.csv", "place");
    places.sort();
    assert_eq!(places, ["-1 -1", "-1 1", "1 -1", "1 1"]);
    assert!(reals("connections.csv", "f").iter().all(|f| (f - 0.25).abs() < 1e-15));
    assert_eq!(column(&out, "merges.csv", "minima"), ["1", "1", "1", "1", "4"]);
    for title in ["Barriers along ways", "Lines and planes", "Share of the starts", "How high each minimum"] {
        assert!(answer.out.contains(title), "{title}: {}", answer.out);
    }
    assert!(answer.out.lines().all(|line| line.chars().count() <= 80), "{}", answer.out);
    // The rows are the same for any number of threads, and the same command finds nothing to do.
    let again = crate::support::program(&["run", &desk.file(), "--out", &desk.path("two"), "--threads", "1"]);
    again.expect(0);
    assert_eq!(lasting(&out), lasting(&desk.folder("two")));
    assert!(desk.run("out").expect(0).err.contains("already done"));
}

#[test]
fn surfaces_and_values_that_fit_no_survey_are_refused_before_anything_is_written() {
    let sphere = HEAD.replace("double_well\"\ndim = 2", "spherical_spin\"\ndim = 5");
    let line = HEAD.replace("dim = 2", "dim = 1");
    for (head, survey, params, words) in [
        (sphere.as_str(), "basins", "descent = \"lbfgs\"", "it lives on a sphere, and L-BFGS works in flat space"),
        (sphere.as_str(), "connections", "source = \"census\"", "or give source = \"search\""),
        (line.as_str(), "slices", "directions = [\"eigen\"]", "it has one variable, so there is no plane"),
        (HEAD, "paths", "ways = [\"strait\"]", "unknown variant `strait`"),
        (HEAD, "paths", "ways = []", "ways = []: nothing would be followed"),
        (HEAD, "paths", "rise = -1.0", "rise = -1"),
        (HEAD, "basins", "starts = 0", "starts = 0: nothing would be counted"),
        (HEAD, "basins", "steps = 0", "steps = 0: no descent would move"),
        (HEAD, "slices", "plane = 1", "plane = 1: one place is no plane"),
        (HEAD, "slices", "radius = 0.0", "radius = 0"),
        (HEAD, "connections", "searches = 0", "searches = 0: nothing would be found"),
        (HEAD, "connections", "sources = \"census\"", "did you mean `source`?"),
    ] {
        let desk = Desk::new(&(head.to_string() + &method(survey, params)));
        let answer = desk.run("none").expect(2);
        assert!(answer.err.contains(words), "{survey} {params}: {}", answer.err);
        assert!(!desk.folder("none").exists());
    }
}
