//! Formulas given as text: their values, and the column of what is wrong in them.

use crate::cases::{build, instance, max_abs, stream};

fn value(formula: &str, x: &[f64]) -> f64 {
    let formula = instance("formula", &format!("dim = {}\nvalue = '{formula}'", x.len()));
    formula.objective.evaluator().value(x)
}

/// Every expression has a value that can be worked out by hand at (3, 2), exact in binary.
#[test]
fn notation_means_what_it_usually_means() {
    for (formula, expected) in [
        ("x1 - x2 - 1", 0.0),
        ("x1 - (x2 - 1)", 2.0),
        ("8 / x2 / 2", 2.0),
        ("x1 + x2 * x1^2", 21.0),
        ("-x1^2", -9.0),
        ("(-x1)^2", 9.0),
        ("2^3^2 / 2^9 * (x1 - x2)", 1.0),
        ("x2^-1", 0.5),
        ("4^0.5 + 0*x1", 2.0),
        ("- - x1 + + x2", 5.0),
        (" 1.5e1*x1-.5 * x2 ", 44.0),
        ("sum(i, 1, n, i*x[i])", 7.0),
        ("sum(i, 1, n - 1, x[i+1] - x[i])", -1.0),
        ("sum(i, 1, n, sum(j, 1, i, x[i] * x[j]))", 19.0),
        ("sum(i, 1, 2, sum(i, 3, 4, i)) + 0*x1", 14.0),
        ("sum(i, 3, 2, x[i]) + prod(i, 3, 2, x[i])", 1.0),
        ("prod(i, 1, n, x[i])", 6.0),
        ("min(x1, x2) + 10*max(x1, x2)", 32.0),
        ("abs(x2 - x1) + relu(x2 - x1) + square(x2)", 5.0),
        ("n + x1 * 0", 2.0),
        ("exp(0*x1) + ln(1 + 0*x1) + log(1) + sqrt(4)", 3.0),
        ("cos(0*pi*x1) + sin(0*x1) + tanh(0*x1) + logistic(0*x1)", 1.5),
    ] {
        assert_eq!(value(formula, &[3.0, 2.0]), expected, "{formula}");
    }
    // Functions with values that are not exact: to a rounding or two of the value.
    let close = |formula: &str, expected: f64| {
        let found = value(formula, &[3.0, 2.0]);
        assert!((found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "{formula}: {found}, {expected}");
    };
    close("x1^1.5", 27f64.sqrt());
    close("x1^x2 + 0*x2^x1", 9.0);
    close("e^x2 * pi", 2f64.exp() * std::f64::consts::PI);
    close("softplus(x1)", 3f64.exp().ln_1p());
}

/// A surface written as text is the one written in Rust: values, gradients and Hessians at random points.
#[test]
fn shipped_surfaces_can_be_written_as_text() {
    for (name, params, formula) in [
        ("rastrigin", "dim = 3", "10*n + sum(i, 1, n, x[i]^2 - 10*cos(2*pi*x[i]))"),
        ("rosenbrock", "dim = 4", "sum(i, 1, n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)"),
        ("styblinski_tang", "dim = 2", "sum(i, 1, n, x[i]^4 - 16*x[i]^2 + 5*x[i]) / 2"),
        ("himmelblau", "", "(x1^2 + x2 - 11)^2 + (x1 + x2^2 - 7)^2"),
    ] {
        let shipped = instance(name, params);
        let dim = shipped.dim;
        let text = instance("formula", &format!("dim = {dim}\nvalue = '{formula}'"));
        for i in 0..5 {
            let x = shipped.start_point(&mut stream("formula", i));
            let at = |instance: &problems::Instance| {
                let mut eval = instance.objective.evaluator();
                let (mut grad, mut hess) = (vec![0.0; dim], vec![0.0; dim * dim]);
                let value = eval.gradient(&x, &mut grad);
                eval.hessian(&x, &mut hess);
                [vec![value], grad, hess].concat()
            };
            let (a, b) = (at(&shipped), at(&text));
            let apart: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            // Other orders of the same few operations.
            assert!(max_abs(&apart) <= 64.0 * f64::EPSILON * (1.0 + max_abs(&a)), "{name}: {a:?} {b:?}");
        }
    }
}

#[test]
fn a_fault_names_its_column() {
    let long = "1 + ".repeat(2000);
    let deep = format!("{}x1", "(".repeat(150));
    let signs = format!("{}x1", "-".repeat(150));
    let powers = format!("x1{}", "^x1".repeat(150));
    for (formula, expected) in [
        ("x1 +", "value, column 5: found the end, expected a number, a name, \"(\" or a sign"),
        ("x1 +* 3", "column 5 at \"* 3\": found \"*\", expected a number"),
        ("(x1", "column 4: found the end, expected \")\" or an operator"),
        ("x1)", "column 3 at \")\": found \")\", expected an operator or the end"),
        ("x1 x2", "column 4 at \"x2\": found \"x\", expected an operator or the end"),
        ("1e+x1", "column 4 at \"x1\": found \"x\", expected a number"),
        ("\u{b5}", "column 1 at \"\u{b5}\": found \"\u{b5}\""),
        ("\u{b5} x1 \u{b5}", "column 1"),
        ("x1 + y", "column 6 at \"y\": unknown name \"y\"; there are x1 to x2"),
        ("x1 + x3", "column 6 at \"x3\": x3 does not exist; with dim = 2"),
        ("x0", "x0 does not exist"),
        ("x[n + 1]", "column 1 at \"x[n + 1]\": x3 does not exist"),
        ("x[x2]", "an index cannot depend on x"),
        ("x[0.5]", "an index must be a whole number, but this is 0.5"),
        ("sum(i, 1, x1, 1)", "column 11 at \"x1, 1)\": a bound cannot depend on x"),
        ("sum(2, 1, 2, x1)", "column 5 at \"2, 1, 2, x1)\": the first argument of sum is the name"),
        ("sum(n, 1, 2, x1)", "\"n\" has a meaning already; call it i, j or k"),
        ("sum(i, 1, 2)", "sum takes 4 arguments, given 3"),
        ("sum(i, 1, 9999999, x1)", "more than 1000000 terms"),
        ("cos(x1, x2)", "cos takes 1 argument, given 2"),
        ("cosine(x1)", "unknown function \"cosine\"; there are sqrt, exp"),
        (&long, "longer than 4000 characters; write long sums as sum("),
        (&deep, "column 100 at \"((((((((((((((((((((((((\": more than 100 parts inside each other"),
        (&signs, "more than 100 parts inside each other"),
        (&powers, "more than 100 parts inside each other"),
    ] {
        let message = build("formula", &format!("value = '{formula}'")).unwrap_err();
        assert!(message.contains(expected), "{formula}: {message}");
    }
    // What is allowed does not fill the stack.
    let sum = vec!["x1"; 1300].join("+");
    assert_eq!(value(&sum, &[1.0]), 1300.0);
    assert_eq!(value(&format!("{}x1{}", "(".repeat(98), ")".repeat(98)), &[7.0]), 7.0);
}
