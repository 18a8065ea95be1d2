//! The expression of a formula: what the parser makes of the text, and its value over any scalar.

use autodiff::Scalar;

/// A part of a formula and where it begins in the text (byte, from 0).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    /// `pi`, `e`, `n`, a loop variable, or a variable such as `x3`.
    Name(String),
    /// `x[i]`
    Element(Box<Expression>),
    Negated(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// A function by its name.
    Call(String, Vec<Expression>),
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
}

/// Something wrong at a place of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
}

/// A value: known when the formula is recorded, or depending on x. Indices, bounds of sums and exponents that are
/// known are used as the numbers they are.
#[derive(Clone, Copy)]
enum Value<S> {
    Known(f64),
    Open(S),
}

impl<S: Scalar> Value<S> {
    fn scalar(self) -> S {
        match self {
            Value::Known(number) => S::constant(number),
            Value::Open(value) => value,
        }
    }

    fn map(self, known: fn(f64) -> f64, open: fn(S) -> S) -> Self {
        match self {
            Value::Known(number) => Value::Known(known(number)),
            Value::Open(value) => Value::Open(open(value)),
        }
    }

    fn with(self, other: Self, known: fn(f64, f64) -> f64, open: fn(S, S) -> S) -> Self {
        match (self, other) {
            (Value::Known(a), Value::Known(b)) => Value::Known(known(a, b)),
            (a, b) => Value::Open(open(a.scalar(), b.scalar())),
        }
    }
}

/// Functions of one argument.
pub(super) const FUNCTIONS: [&str; 12] =
    ["sqrt", "exp", "ln", "sin", "cos", "tanh", "logistic", "softplus", "relu", "abs", "square", "log"];

/// All that can be called, for messages.
const CALLABLE: &str = "sqrt, exp, ln (or log), sin, cos, tanh, logistic, softplus, relu, abs, square, min, max, sum(i, from, to, term), prod(i, from, to, factor)";

/// Most terms of all sums and products together.
const MOST_TERMS: usize = 1_000_000;

/// Where an expression is evaluated: the point, and the loop variables outside in.
struct Scope<'a, S> {
    x: &'a [S],
    loops: Vec<(&'a str, f64)>,
    terms: usize,
}

impl Expression {
    /// The value at `x` (dim,).
    ///
    /// # Errors
    /// A name, an index or a number of arguments that does not fit; the same for every x of one length.
    pub(super) fn value<S: Scalar>(&self, x: &[S]) -> Result<S, Fault> {
        Ok(self.at_scope(&mut Scope { x, loops: vec![], terms: 0 })?.scalar())
    }

    /// Whether one of these functions is called anywhere.
    pub(super) fn calls_any(&self, names: &[&str]) -> bool {
        match &self.kind {
            Kind::Number(_) | Kind::Name(_) => false,
            Kind::Element(a) | Kind::Negated(a) => a.calls_any(names),
            Kind::Binary(_, a, b) => a.calls_any(names) || b.calls_any(names),
            Kind::Call(name, arguments) => {
                names.contains(&name.as_str()) || arguments.iter().any(|argument| argument.calls_any(names))
            }
        }
    }

    fn at_scope<'a, S: Scalar>(&'a self, scope: &mut Scope<'a, S>) -> Result<Value<S>, Fault> {
        match &self.kind {
            Kind::Number(number) => Ok(Value::Known(*number)),
            Kind::Name(name) => self.name(name, scope),
            Kind::Element(index) => {
                let number = index.whole("an index", scope)?;
                self.variable(number, scope.x)
            }
            Kind::Negated(a) => Ok(a.at_scope(scope)?.map(|a| -a, |a| -a)),
            Kind::Binary(operator, a, b) => {
                let (a, b) = (a.at_scope(scope)?, b.at_scope(scope)?);
                Ok(match operator {
                    Operator::Add => a.with(b, |a, b| a + b, |a, b| a + b),
                    Operator::Sub => a.with(b, |a, b| a - b, |a, b| a - b),
                    Operator::Mul => a.with(b, |a, b| a * b, |a, b| a * b),
                    Operator::Div => a.with(b, |a, b| a / b, |a, b| a / b),
                    Operator::Pow => power(a, b),
                })
            }
            Kind::Call(name, arguments) => self.call(name, arguments, scope),
        }
    }

    fn fault(&self, what: String) -> Fault {
        Fault { at: self.at, what }
    }

    fn name<S: Scalar>(&self, name: &str, scope: &Scope<S>) -> Result<Value<S>, Fault> {
        if let Some((_, number)) = scope.loops.iter().rev().find(|(known, _)| *known == name) {
            return Ok(Value::Known(*number));
        }
        match name {
            "pi" => return Ok(Value::Known(std::f64::consts::PI)),
            "e" => return Ok(Value::Known(std::f64::consts::E)),
            "n" => return Ok(Value::Known(scope.x.len() as f64)),
            _ => {}
        }
        match name.strip_prefix('x').and_then(|digits| digits.parse().ok()) {
            Some(number) => self.variable(number, scope.x),
            None => Err(self.fault(format!(
                "unknown name \"{name}\"; there are x1 to x{}, x[i], n, pi, e and the variable of a sum",
                scope.x.len()
            ))),
        }
    }

    fn variable<S: Scalar>(&self, number: i64, x: &[S]) -> Result<Value<S>, Fault> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        match place.and_then(|place| x.get(place)) {
            Some(&value) => Ok(Value::Open(value)),
            None => Err(self.fault(format!("x{number} does not exist; with dim = {0} there are x1 to x{0}", x.len()))),
        }
    }

    /// The value as a whole number known in advance.
    fn whole<'a, S: Scalar>(&'a self, what: &str, scope: &mut Scope<'a, S>) -> Result<i64, Fault> {
        match self.at_scope(scope)? {
            Value::Known(number) if number.fract() == 0.0 && number.abs() < 1e9 => Ok(number as i64),
            Value::Known(number) => Err(self.fault(format!("{what} must be a whole number, but this is {number}"))),
            Value::Open(_) => Err(self.fault(format!("{what} cannot depend on x"))),
        }
    }

    fn call<'a, S: Scalar>(
        &'a self,
        name: &str,
        arguments: &'a [Expression],
        scope: &mut Scope<'a, S>,
    ) -> Result<Value<S>, Fault> {
        let wants = |count: usize| {
            let given = arguments.len();
            if given == count {
                Ok(())
            } else {
                Err(self.fault(format!(
                    "{name} takes {count} argument{}, given {given}",
                    if count == 1 { "" } else { "s" }
                )))
            }
        };
        match name {
            "min" | "max" => {
                wants(2)?;
                let (a, b) = (arguments[0].at_scope(scope)?, arguments[1].at_scope(scope)?);
                Ok(if name == "max" {
                    a.with(b, Scalar::max, Scalar::max)
                } else {
                    a.with(b, |a, b| -Scalar::max(-a, -b), |a, b| -(-a).max(-b))
                })
            }
            "sum" | "prod" => {
                wants(4)?;
                self.over_range(name, arguments, scope)
            }
            _ if FUNCTIONS.contains(&name) => {
                wants(1)?;
                let a = arguments[0].at_scope(scope)?;
                Ok(match name {
                    "sqrt" => a.map(Scalar::sqrt, Scalar::sqrt),
                    "exp" => a.map(Scalar::exp, Scalar::exp),
                    "ln" | "log" => a.map(Scalar::ln, Scalar::ln),
                    "sin" => a.map(Scalar::sin, Scalar::sin),
                    "cos" => a.map(Scalar::cos, Scalar::cos),
                    "tanh" => a.map(Scalar::tanh, Scalar::tanh),
                    "logistic" => a.map(Scalar::logistic, Scalar::logistic),
                    "softplus" => a.map(Scalar::softplus, Scalar::softplus),
                    "relu" => a.map(Scalar::relu, Scalar::relu),
                    "abs" => a.map(Scalar::abs, Scalar::abs),
                    "square" => a.map(Scalar::square, Scalar::square),
                    _ => unreachable!("a function of the list"),
                })
            }
            _ => Err(self.fault(format!("unknown function \"{name}\"; there are {CALLABLE}"))),
        }
    }

    /// `sum(i, from, to, term)` or the product of the same form; empty ranges give 0 or 1.
    fn over_range<'a, S: Scalar>(
        &self,
        name: &str,
        arguments: &'a [Expression],
        scope: &mut Scope<'a, S>,
    ) -> Result<Value<S>, Fault> {
        let [variable, from, to, term] = arguments else { unreachable!("four arguments") };
        let Kind::Name(variable_name) = &variable.kind else {
            return Err(variable.fault(format!("the first argument of {name} is the name of its variable, such as i")));
        };
        let is_variable_of_x = variable_name.strip_prefix('x').is_some_and(|rest| rest.parse::<u32>().is_ok());
        if is_variable_of_x || ["n", "pi", "e", "x"].contains(&variable_name.as_str()) {
            return Err(variable.fault(format!("\"{variable_name}\" has a meaning already; call it i, j or k")));
        }
        let bounds = (from.whole("a bound", scope)?, to.whole("a bound", scope)?);
        let is_sum = name == "sum";
        let mut total: Option<Value<S>> = None;
        for number in bounds.0..=bounds.1 {
            scope.terms += 1;
            if scope.terms > MOST_TERMS {
                return Err(self.fault(format!("more than {MOST_TERMS} terms")));
            }
            scope.loops.push((variable_name, number as f64));
            let value = term.at_scope(scope);
            scope.loops.pop();
            let value = value?;
            total = Some(match total {
                None => value,
                Some(total) if is_sum => total.with(value, |a, b| a + b, |a, b| a + b),
                Some(total) => total.with(value, |a, b| a * b, |a, b| a * b),
            });
        }
        Ok(total.unwrap_or(Value::Known(if is_sum { 0.0 } else { 1.0 })))
    }
}

/// `a^b`: repeated squaring for a whole b, a square root for 1/2, else `exp(b ln a)`, which needs `a > 0`.
fn power<S: Scalar>(a: Value<S>, b: Value<S>) -> Value<S> {
    const MOST: f64 = 1024.0;
    let general = |a: S, b: S| (a.ln() * b).exp();
    match b {
        Value::Known(b) if b.fract() == 0.0 && b.abs() <= MOST => match a {
            Value::Known(a) => Value::Known(Scalar::powi(a, b as i32)),
            Value::Open(a) => Value::Open(a.powi(b as i32)),
        },
        Value::Known(0.5) => a.map(Scalar::sqrt, Scalar::sqrt),
        Value::Known(number) => match a {
            Value::Known(a) => Value::Known(Scalar::exp(Scalar::ln(a) * number)),
            Value::Open(a) => Value::Open((a.ln() * number).exp()),
        },
        Value::Open(b) => Value::Open(general(a.scalar(), b)),
    }
}
