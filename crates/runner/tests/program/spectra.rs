//! Spectra in experiment files: as a survey, and along runs.

use crate::support::{Desk, column, lasting, program};

fn numbers(dir: &std::path::Path, file: &str, name: &str) -> Vec<f64> {
    column(dir, file, name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
}

/// `sum c_i x_i^2 / 2` with c from 1 to 10 in five equal ratios, and four steps of gradient descent.
const RUN: &str = r#"
schema = 1
[experiment]
name = "spectra"
[[problem]]
name = "quadratic"
dim = 3
condition = 100.0
methods = ["gd"]
[[problem]]
name = "spherical_spin"
p = 3
dim = 12
instance = [0, 1]
methods = ["points"]
[[method]]
id = "gd"
optimizer = "gradient_descent"
params = { lr = 0.001 }
[[method]]
id = "points"
survey = "spectrum"
params = { steps = 30, lr = 0.02, polish = true }
[runs]
replicates = 3
[budget]
gradients = 50
[critical]
at = ["stop"]
[record]
spectrum = { at = ["start", 10, "stop"], replicates = 2 }
"#;

#[test]
fn spectra_along_runs_and_of_surveys_are_rows_with_the_law_beside_them() {
    let desk = Desk::new(RUN);
    desk.run("r").expect(0);
    let dir = desk.folder("r");
    for threads in ["1", "3"] {
        program(&["run", &desk.file(), "--threads", threads, "--out", &desk.path(threads)]).expect(0);
        assert_eq!(lasting(&desk.folder(threads)), lasting(&dir), "{threads} threads");
    }
    let of = |name| column(&dir, "spectrum.csv", name);
    let (at, kind, n) = (of("at"), of("kind"), of("n"));
    let value: Vec<f64> = numbers(&dir, "spectrum.csv", "value");
    let quadratic: Vec<usize> = (0..n.len()).filter(|i| n[*i] == "3").collect();
    let here = |place: &str, what: &str| -> Vec<f64> {
        quadratic.iter().filter(|i| at[**i] == place && kind[**i] == what).map(|i| value[*i]).collect()
    };
    // Two of the three runs, the same Hessian everywhere: geometric from 1 to the condition.
    for place in ["start", "10", "stop"] {
        let eigenvalues = here(place, "eigenvalue");
        assert_eq!(eigenvalues.len(), 6, "{place}");
        for (ours, exact) in eigenvalues.iter().zip([1.0, 10.0, 100.0, 1.0, 10.0, 100.0]) {
            assert!((ours / exact - 1.0).abs() < 1e-13, "{ours} {exact}");
        }
    }
    let (start, later) = (here("start", "level"), here("10", "level"));
    assert!(start.iter().zip(&later).all(|(start, later)| later < start), "the loss falls in between");
    // Critical points of the spin glass: 11 eigenvalues, and the semicircle around -3 u as law.
    let spins: Vec<usize> = (0..n.len()).filter(|i| n[*i] == "11").collect();
    let levels: Vec<f64> = spins.iter().filter(|i| kind[**i] == "level").map(|i| value[*i]).collect();
    let edges = |what: &str| spins.iter().filter(|i| kind[**i] == what).map(|i| value[*i]).collect::<Vec<f64>>();
    let classes = column(&dir, "critical.csv", "class");
    let certified = classes.iter().filter(|class| ["minimum", "saddle"].contains(&class.as_str())).count() - 3;
    assert_eq!((levels.len(), at[spins[0]].as_str()), (certified, "found 1"));
    assert!(certified >= 3, "{classes:?}");
    let radius = 2.0 * (6.0 * 11.0 / 12.0f64).sqrt();
    for ((level, lower), upper) in levels.iter().zip(edges("lower-edge")).zip(edges("upper-edge")) {
        assert!((lower + 3.0 * level + radius).abs() < 1e-12 && (upper + 3.0 * level - radius).abs() < 1e-12);
    }
    assert!(edges("gradient").iter().all(|g| *g < 1e-9), "they are critical");
    // Both draws are one line of the table.
    let tables = column(&dir, "tables/spectrum.csv", "problem");
    assert_eq!(tables.iter().filter(|label| *label == "spherical_spin p=3 dim=12").count(), 1);
    // The resolved file plans the same runs.
    let resolved = desk.folder("r").join("config.resolved.toml");
    let again = program(&["plan", resolved.to_str().unwrap(), "--out", &desk.path("r")]).expect(0).out;
    assert!(again.contains("9 kept, 0 to run"), "{again}");
}

#[test]
fn what_cannot_be_looked_at_is_refused_with_the_size_and_the_other_way() {
    let large = "[[problem]]\nname = \"mlp\"\nhidden = [200]\nsamples = 20\ndata = \"digits\"\n";
    let base = |problem: &str, rest: &str| {
        format!(
            "schema = 1\n[experiment]\nname = \"e\"\n{problem}[runs]\nreplicates = 1\n[budget]\ngradients = 20\n{rest}"
        )
    };
    let survey = "[[method]]\nid = \"all\"\nsurvey = \"spectrum\"\n";
    let gd = "[[method]]\nid = \"gd\"\noptimizer = \"gradient_descent\"\n";
    let small = "[[problem]]\nname = \"quadratic\"\n";
    for (file, words) in [
        (base(large, survey), &["15010 x 15010 numbers, 3.6 GB", "measure = \"density\"", "Lanczos"][..]),
        (base(large, &format!("{gd}[record]\nspectrum = {{}}\n")), &["`spectrum` in [record] at mlp", "15010 x 15010"]),
        (
            base(large, &format!("{survey}params = {{ measure = \"density\", polish = true }}\n")),
            &["polish = true forms the Hessian"],
        ),
        (base(small, &format!("{survey}params = {{ measure = \"every\" }}\n")), &["every", "density"]),
        (base(small, &format!("{survey}params = {{ lr = -1.0 }}\n")), &["lr = -1: a step size is a positive number"]),
        (
            base(small, &format!("{gd}[record]\nspectrum = {{ probes = 1 }}\n")),
            &["probes = 1: a standard error needs 2"],
        ),
        (base(small, &format!("{gd}[record]\nspectrum = {{ at = [\"end\"] }}\n")), &["\"stop\", \"start\" or a cost"]),
        (base(small, &format!("{gd}[record]\nspectrum = {{ at = [21] }}\n")), &["21 is beyond the budget of 20"]),
        (base(small, &format!("{gd}[record]\nspectrum = {{ measur = 1 }}\n")), &["measur", "did you mean"]),
    ] {
        let desk = Desk::new(&file);
        let answer = desk.run("r").expect(2);
        assert!(words.iter().all(|word| answer.err.contains(word)), "{words:?}: {}", answer.err);
        assert!(!desk.folder("r").exists());
    }
    // Without a matrix it goes, and the two are told apart by what they cost.
    let density = "params = { measure = \"density\", lanczos_steps = 3, probes = 2 }\n";
    let desk = Desk::new(&base(large, &format!("{survey}{density}")));
    desk.run("r").expect(0);
    assert_eq!(numbers(&desk.folder("r"), "runs.csv", "n_hess"), [0.0]);
    assert_eq!(numbers(&desk.folder("r"), "runs.csv", "n_hvp"), [6.0]);
}

#[test]
fn a_point_on_a_kink_is_said_to_be_one() {
    // |x - 1| with starts within 1e-9 of 1, and with starts beyond.
    let text = |upper: &str| {
        format!(
            "schema = 1\n[experiment]\nname = \"e\"\n[[problem]]\nname = \"formula\"\ndim = 2\n\
             value = \"abs(x1 - 1) + 3*x2^2\"\nlower = 1.0\nupper = {upper}\n[[method]]\nid = \"all\"\n\
             survey = \"spectrum\"\n[runs]\nreplicates = 3\n"
        )
    };
    let desk = Desk::new(&text("1.000000001"));
    desk.run("kink").expect(0);
    let dir = desk.folder("kink");
    let reasons = column(&dir, "runs.csv", "reason");
    assert!(reasons.iter().all(|reason| reason.starts_with("not smooth: the gradient jumps by 2.0")), "{reasons:?}");
    assert_eq!(column(&dir, "spectrum.csv", "kind"), ["kink"; 3]);
    assert_eq!(numbers(&dir, "tables/spectrum.csv", "n_not_smooth"), [3.0]);
    desk.write(&text("2.0"));
    desk.run("smooth").expect(0);
    let reasons = column(&desk.folder("smooth"), "runs.csv", "reason");
    assert!(reasons.iter().all(|reason| reason.ends_with("of the smooth piece around the point")), "{reasons:?}");
    let kinds = column(&desk.folder("smooth"), "spectrum.csv", "kind");
    let values = numbers(&desk.folder("smooth"), "spectrum.csv", "value");
    let eigenvalues = kinds.iter().zip(values).filter(|(kind, _)| *kind == "eigenvalue").map(|(_, value)| value);
    assert_eq!(eigenvalues.collect::<Vec<_>>(), [0.0, 6.0, 0.0, 6.0, 0.0, 6.0]);
}
