//! Descents in single precision: other rows, equal bytes again, certificates in double precision.

use crate::support::{Desk, column, lasting, program};

const BOTH: &str = r#"
schema = 1
[experiment]
name = "precision"
[[problem]]
name = "mlp"
pool = 4
samples = 60
hidden = [2]
l2 = 0.1
[[problem]]
name = "mlp"
pool = 4
samples = 60
hidden = [2]
l2 = 0.1
precision = "f32"
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.5 }
[runs]
replicates = 4
[budget]
gradients = 2000
[stop]
grad_norm = 1e-5
[critical]
at = ["stop"]
"#;

#[test]
fn single_precision_descends_on_other_numbers_and_is_certified_in_double() {
    let desk = Desk::new(BOTH);
    for threads in ["1", "3"] {
        program(&["run", &desk.file(), "--threads", threads, "--out", &desk.path(threads)]).expect(0);
    }
    assert_eq!(lasting(&desk.folder("1")), lasting(&desk.folder("3")));
    let dir = desk.folder("1");
    let finals = column(&dir, "runs.csv", "f_final");
    let (double, single) = finals.split_at(4);
    for (double, single) in double.iter().zip(single) {
        let [double, single] = [double, single].map(|text| text.parse::<f64>().expect("a number"));
        assert!(double != single, "single precision changes the last digits");
        assert!((double - single).abs() < 1e-4 * double.abs(), "{double} and {single} are values of one minimum");
    }
    // Weights near a minimum, found in single precision, are polished to one in double precision: gradients below what
    // single precision can say, and the values of the double descents.
    let grads = column(&dir, "critical.csv", "grad_norm");
    assert!(grads.iter().all(|grad| grad.parse::<f64>().expect("a number") < 1e-12), "{grads:?}");
    let labels = column(&dir, "runs.csv", "problem");
    assert!(labels[7].ends_with("f32") && !labels[0].ends_with("f32"), "{labels:?}");
}
