//! A surface given by its formula in an experiment file or on the command line, without a line of Rust.

mod expression;
mod parse;

use std::sync::OnceLock;

use crate::prelude::*;
use expression::{Expression, Fault};

/// `f(x) = value`, a formula in the usual notation, with its exact derivatives.
///
/// - variables `x1` to `xn`, or `x[i]` with an index that is known: `x[i+1]`; `n` is `dim`; constants `pi` and `e`;
/// - `+ - * / ^` and parentheses; a sign binds after a power, powers bind to the right;
/// - sqrt, exp, ln (or log), sin, cos, tanh, logistic, softplus, relu, abs, square, min(a, b), max(a, b);
/// - `sum(i, from, to, term)` and `prod(i, from, to, factor)` for any `dim`.
///
/// A power with a whole exponent is a product, any other needs a positive base. Nothing is known about the surface: give
/// `reference` in the experiment file where gaps are wanted.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Formula {
    dim: usize,
    value: String,
    lower: f64,
    upper: f64,
    #[serde(skip)]
    parsed: OnceLock<Result<Expression, Fault>>,
}

impl Default for Formula {
    fn default() -> Self {
        let value = "sum(i, 1, n, x[i]^2)".to_string();
        Formula { dim: 2, value, lower: -5.0, upper: 5.0, parsed: OnceLock::new() }
    }
}

impl Formula {
    fn parsed(&self) -> Result<&Expression, Fault> {
        self.parsed.get_or_init(|| parse::parse(&self.value)).as_ref().map_err(Clone::clone)
    }

    /// What is wrong, with the column (from 1) and the text from there.
    fn refusal(&self, fault: &Fault) -> String {
        const SHOWN: usize = 24;
        let column = self.value[..fault.at].chars().count() + 1;
        let rest: String = self.value[fault.at..].chars().take(SHOWN).collect();
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = if rest.is_empty() { String::new() } else { format!(" at \"{rest}\"") };
        format!("value, column {column}{place}: {}", fault.what)
    }
}

impl Problem for Formula {
    const NAME: &'static str = "formula";
    const ABOUT: &'static str = "your own function, written in the experiment file: value = \"x1^2*x2 - cos(3*x1*x2)\"";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables n, 1 to 10000"),
        (
            "value",
            "the formula: x1 ... xn or x[i], + - * / ^, sqrt exp ln sin cos tanh logistic softplus relu abs square min max, pi e n, sum(i, from, to, term), prod(...)",
        ),
        ("lower", "starts are uniform from here in each coordinate ..."),
        ("upper", "... to here"),
    ];
    const LABEL: &'static [&'static str] = &["dim", "value"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] = &[
        "value = \"x1^2*x2 - cos(3*x1*x2)\"",
        "dim = 5\nvalue = \"sum(i, 1, n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)\"",
        "dim = 3\nvalue = \"10*n + sum(i, 1, n, x[i]^2 - 10*cos(2*pi*x[i]))\"\ninstance = 1",
        "value = \"-20*exp(-0.2*sqrt((x1^2 + x2^2)/2 + 1e-3)) + max(tanh(x1), logistic(x2)) + softplus(-x1)\"",
        "lower = 0.5\nupper = 2.0\nvalue = \"x1^x2 + x2^-1.5 + x1^0.5 + prod(k, 1, 3, x1 - k) + ln(x1)/e + square(x2)^2^-1\"",
    ];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 10_000)?;
        if !(self.lower < self.upper && self.lower.is_finite() && self.upper.is_finite()) {
            let (lower, upper) = (self.lower, self.upper);
            return Err(format!("lower = {lower}, upper = {upper} is refused: starts need lower < upper"));
        }
        let middle = vec![0.5 * (self.lower + self.upper); self.dim];
        let checked = self.parsed().and_then(|expression| expression.value(&middle));
        checked.map(drop).map_err(|fault| self.refusal(&fault))
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let value = self.parsed().and_then(|expression| expression.value(x));
        value.unwrap_or_else(|fault| panic!("checked before: {}", self.refusal(&fault)))
    }
    fn has_kinks(&self) -> bool {
        self.parsed().is_ok_and(|expression| expression.calls_any(&["abs", "min", "max", "relu"]))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, self.lower, self.upper)
    }
}
