//! `eval` against closed forms, and its forms of input and output.

use crate::support::{Desk, program};
use serde_json::{Value, json};

fn json(arguments: &[&str]) -> Value {
    let answer = program(&[arguments, &["--json"]].concat()).expect(0);
    assert_eq!(answer.out.lines().count(), 1);
    serde_json::from_str(&answer.out).expect("one JSON object")
}

#[test]
fn rosenbrock_has_the_derivatives_of_the_textbook() {
    // f = 100 (y - x^2)^2 + (1 - x)^2 at (-1.2, 1): f = 24.2, g = (-215.6, -88), H = [[1330, 480], [480, 200]].
    let all = json(&[
        "eval",
        "rosenbrock",
        "--param",
        "dim=2",
        "--at",
        "-1.2,1",
        "--gradient",
        "--hessian",
        "--hvp",
        "1,-1",
        "--spectrum",
    ]);
    let keys: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["gradient", "hessian", "hvp", "inertia", "spectrum", "value"]);
    let close = |value: &Value, expected: f64| {
        // A few roundings of terms up to 3 |expected|.
        let error = (value.as_f64().unwrap() - expected).abs();
        assert!(error <= 1e-13 * expected.abs(), "{value} is not {expected}");
    };
    close(&all["value"], 24.2);
    for (i, expected) in [-215.6, -88.0].into_iter().enumerate() {
        close(&all["gradient"][i], expected);
    }
    for (i, row) in [[1330.0, 480.0], [480.0, 200.0]].into_iter().enumerate() {
        close(&all["hessian"][i][0], row[0]);
        close(&all["hessian"][i][1], row[1]);
    }
    close(&all["hvp"][0], 850.0);
    close(&all["hvp"][1], 280.0);
    // Trace 1530 and determinant 35600 give the eigenvalues.
    let root = (765.0f64 * 765.0 - 35600.0).sqrt();
    close(&all["spectrum"][1], 765.0 + root);
    assert!((all["spectrum"][0].as_f64().unwrap() - 35600.0 / (765.0 + root)).abs() < 1e-11);
    assert_eq!(all["inertia"], json!([0, 0, 2]));
}

#[test]
fn only_what_is_asked_for_is_given() {
    assert_eq!(json(&["eval", "himmelblau", "--at", "3,2"]), json!({ "value": 0.0 }));
    assert_eq!(json(&["eval", "himmelblau", "--at", "3 2", "--gradient"])["gradient"], json!([0.0, 0.0]));
    // Himmelblau's maximum, whose Hessian is negative definite.
    let top = json(&["eval", "himmelblau", "--at=-0.270845,-0.923039", "--spectrum"]);
    assert_eq!(top["inertia"], json!([2, 0, 0]));
    assert_eq!(top.as_object().unwrap().len(), 3);
}

#[test]
fn floats_are_in_shortest_round_trip_form() {
    let answer = program(&["eval", "quadratic", "--param", "dim=1", "--at", "0.1", "--gradient", "--json"]);
    // 1/2 0.1^2 rounded once is 0.005000000000000001, the gradient is x itself.
    assert_eq!(answer.expect(0).out, "{\"value\":0.005000000000000001,\"gradient\":[0.1]}\n");
}

#[test]
fn a_point_can_come_from_a_file() {
    let desk = Desk::new("");
    std::fs::write(desk.path("x.csv"), "-1.2\n1\n").unwrap();
    let file = format!("@{}", desk.path("x.csv"));
    let from_file = json(&["eval", "rosenbrock", "--param", "dim=2", "--at", &file, "--hvp", &file]);
    assert_eq!(from_file, json(&["eval", "rosenbrock", "--param", "dim=2", "--at", "-1.2,1", "--hvp", "-1.2,1"]));
}

/// Four rows, softmax over two classes at weights 0: each row loses ln 2, and the gradient of a weight is the mean of
/// (1/2 - target) times the feature.
#[test]
fn a_problem_reads_a_data_file_by_its_path() {
    let desk = Desk::new("");
    let path = desk.path("my.csv");
    std::fs::write(&path, "\u{feff}len,wid,kind\r\n1.5,2,0\r\n-3,\"4\",1\r\n2,1,0\r\n1,5,1\r\n\r\n").unwrap();
    let data = format!("data={path}");
    let question = ["eval", "mlp", "--param", &data, "--param", "hidden=[]"];
    let all = json(&[&question[..], &["--at", "0,0,0,0,0,0", "--gradient"]].concat());
    assert!((all["value"].as_f64().unwrap() - 2f64.ln()).abs() < 1e-15);
    assert_eq!(all["gradient"], json!([-0.6875, 0.75, 0.6875, -0.75, 0.0, 0.0]));
    let roles = ["--param", "label=kind", "--param", "ignore=[\"len\"]", "--at", "0,0,0,0", "--gradient"];
    assert_eq!(json(&[&question[..], &roles].concat())["gradient"], json!([0.75, -0.75, 0.0, 0.0]));

    std::fs::write(&path, "len,wid,kind\n1.5,2,0\n-3,zwei,1\n").unwrap();
    let answer = program(&[&question[..], &["--at", "0"]].concat()).expect(2);
    assert_eq!((answer.out.as_str(), answer.err.lines().count()), ("", 1));
    assert!(answer.err.contains("my.csv:3: column 2: \"zwei\" is not a finite number; every line"), "{}", answer.err);
    let answer = program(&["eval", "mlp", "--param", "data=no/such.csv", "--at", "0"]).expect(2);
    assert!(answer.err.contains("data: no/such.csv: No such file"), "{}", answer.err);
}

#[test]
fn on_a_sphere_derivatives_are_euclidean_and_the_spectrum_is_tangential() {
    // One spin coupling on two coordinates: f is homogeneous of degree p = 2, so g.x = 2 f, and the
    // tangent space has one dimension.
    let x = "1.2,0.7483314773547883";
    let all =
        json(&["eval", "spherical_spin", "--param", "p=2", "--param", "dim=2", "--at", x, "--gradient", "--spectrum"]);
    let x: Vec<f64> = x.split(',').map(|word| word.parse().unwrap()).collect();
    let dot: f64 = (0..2).map(|i| x[i] * all["gradient"][i].as_f64().unwrap()).sum();
    assert!((dot - 2.0 * all["value"].as_f64().unwrap()).abs() < 1e-13);
    assert_eq!(all["spectrum"].as_array().unwrap().len(), 1);
    let off = program(&["eval", "spherical_spin", "--param", "dim=2", "--at", "1,0", "--spectrum"]).expect(0);
    assert!(off.err.contains("is not on the sphere"), "{}", off.err);
    assert!(off.out.starts_with("value "), "{}", off.out);
}

#[test]
fn wrong_questions_are_answered_with_what_to_do() {
    for (arguments, expected) in [
        (vec!["eval", "rosenbrok", "--at", "1,1"], "did you mean \"rosenbrock\"?"),
        (vec!["eval", "himmelblau", "--at", "1"], "--at has 1 number, but himmelblau has dim = 2"),
        (vec!["eval", "himmelblau", "--at", "1,2", "--hvp", "1,2,3"], "--hvp has 3 numbers"),
        (vec!["eval", "himmelblau", "--at", "1,two"], "\"two\" is not a number"),
        (vec!["eval", "himmelblau", "--at", "@nowhere.csv"], "cannot read nowhere.csv"),
        (vec!["eval", "rastrigin", "--param", "dmi=3", "--at", "1"], "did you mean `dim`?"),
        (vec!["eval", "rastrigin", "--param", "dim=-3", "--at", "1"], "dim"),
        (vec!["eval", "xor", "--param", "pair=tanh-tanh", "--at", "1"], "tanh-tanh"),
        (vec!["show", "rastrign"], "did you mean \"rastrigin\"?"),
        (vec!["tables", "nowhere"], "no result folder"),
    ] {
        let answer = program(&arguments).expect(2);
        assert!(answer.err.contains(expected), "{arguments:?}: {}", answer.err);
        assert_eq!(answer.out, "");
    }
}

#[test]
fn the_density_of_a_random_matrix_agrees_with_its_spectrum() {
    let n = 300;
    let at = vec!["0"; n].join(",");
    let all = json(&["eval", "goe", "--param", "dim=300", "--at", &at, "--spectrum", "--density", "60,8"]);
    let spectrum: Vec<f64> = all["spectrum"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let density = &all["density"];
    let figure = |value: &Value| value.as_f64().unwrap();
    for (k, pair) in density["lowest"].as_array().unwrap().iter().enumerate() {
        let error = (figure(&pair["value"]) - spectrum[k]).abs();
        assert!(error <= figure(&pair["residual"]) + 1e-12, "{pair} {}", spectrum[k]);
    }
    for (k, pair) in density["highest"].as_array().unwrap().iter().enumerate() {
        let error = (figure(&pair["value"]) - spectrum[n - 1 - k]).abs();
        assert!(error <= figure(&pair["residual"]) + 1e-12, "{pair}");
    }
    let [neg, zero, pos] = [0, 1, 2].map(|k| figure(&all["inertia"][k]) / n as f64);
    assert_eq!(zero, 0.0);
    for (word, exact) in [("negative", neg), ("positive", pos)] {
        let range = &density[word];
        let slack = 5.0 * figure(&range["std_error"]);
        assert!(figure(&range["low"]) - slack <= exact && exact <= figure(&range["high"]) + slack, "{range} {exact}");
    }
    let mean = spectrum.iter().sum::<f64>() / n as f64;
    assert!((figure(&density["mean"]["value"]) - mean).abs() < 5.0 * figure(&density["mean"]["std_error"]));
    for pair in density["quantiles"].as_array().unwrap() {
        let (share, value) = (figure(&pair[0]), figure(&pair[1]));
        let exact = spectrum.iter().filter(|&&lambda| lambda < value).count() as f64 / n as f64;
        // One probe counts to sqrt(2 a (1 - a) / n) < 0.04, eight to 0.015; half a node of sixty on top.
        assert!((share - exact).abs() < 0.05, "{pair} {exact}");
    }
    // The curve is a density: its trapezoids cover all but the tails of the kernel beyond three widths.
    let curve = density["curve"].as_array().unwrap();
    let step = figure(&curve[1][0]) - figure(&curve[0][0]);
    let area: f64 = curve.iter().map(|point| step * figure(&point[1])).sum();
    assert!((area - 1.0).abs() < 1e-3, "{area}");
    let text = program(&["eval", "goe", "--param", "dim=300", "--at", &at, "--density", "60,8"]).expect(0).out;
    for word in ["density  60 Lanczos steps from 8 probes", "negative ", "positive ", "quantile  1 % below", "lowest "]
    {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn a_hessian_too_large_to_form_is_refused_and_its_density_is_not() {
    // 64 pixels, 200 hidden units, 10 classes: 15 010 weights. At zero weights the network is constant.
    let network = ["eval", "mlp", "--param", "hidden=[200]", "--param", "pool=1", "--param", "samples=20"];
    let desk = Desk::new("");
    std::fs::write(desk.path("x.csv"), "0\n".repeat(15_010)).unwrap();
    let at = format!("@{}", desk.path("x.csv"));
    for option in ["--spectrum", "--hessian"] {
        let refused = program(&[&network[..], &["--at", &at, option]].concat()).expect(2);
        for word in [option, "15010 x 15010", "3.6 GB", "--density"] {
            assert!(refused.err.contains(word), "{}", refused.err);
        }
        assert_eq!(refused.out, "");
    }
    let density = json(&[&network[..], &["--at", &at, "--density", "6,2"]].concat());
    // With equal logits of ten classes the block of the output biases is I/10 - 1/100: its eigenvalue 1/10 is at most the
    // largest of the whole (Cauchy).
    let top = &density["density"]["highest"][0];
    let [value, residual] = ["value", "residual"].map(|key| top[key].as_f64().unwrap());
    assert!(value >= 0.1 - residual && residual < 1e-6, "{top}");
    // The hidden weights alone, 12 800 of them, are multiplied by zero: most of the spectrum is one atom at 0, which lies
    // whole in both enclosures.
    let [negative, positive] = ["negative", "positive"].map(|word| density["density"][word]["high"].as_f64().unwrap());
    assert!(negative > 0.85 && positive > 0.85, "{negative} {positive}");
    for wrong in ["6", "0,2", "6,1"] {
        let refused = program(&["eval", "himmelblau", "--at", "1,2", "--density", wrong]).expect(2);
        assert!(refused.err.contains("STEPS,N"), "{}", refused.err);
    }
}

#[test]
fn a_point_on_a_kink_is_reported_as_such() {
    // Students without weight: the gradient jumps by the length of the teacher's share.
    let net = ["eval", "safran_shamir", "--param", "k=2", "--param", "n=2"];
    let at_zero = json(&[&net[..], &["--at", "0,0,0,0", "--spectrum"]].concat());
    assert!(at_zero["kink"].as_f64().unwrap() > 0.1, "{at_zero}");
    let beside = json(&[&net[..], &["--at", "0.5,0.2,-0.3,0.4", "--spectrum"]].concat());
    assert!(beside.get("kink").is_none() && beside["spectrum"].as_array().unwrap().len() == 4, "{beside}");
    let text = program(&[&net[..], &["--at", "0,0,0,0", "--hessian"]].concat()).expect(0).out;
    assert!(text.contains("kink     the gradient jumps by") && text.contains("there is no Hessian"), "{text}");
}
