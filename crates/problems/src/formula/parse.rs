//! From text to expression: the usual notation, read with winnow's operator-precedence parser.

use winnow::ascii::{float, multispace0};
use winnow::combinator::{
    Infix, Prefix, alt, cut_err, delimited, expression, opt, peek, preceded, separated, terminated,
};
use winnow::error::{StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::{AsChar, LocatingSlice, Location};
use winnow::token::{one_of, take_while};

use super::expression::{Expression, Fault, Kind, Operator};

type Text<'i> = LocatingSlice<&'i str>;

/// Longest formula: its parts nest by as much as it has operators, and a stack is finite.
const MOST_BYTES: usize = 4000;

/// Deepest nesting of parentheses, signs and powers.
const MOST_DEPTH: usize = 100;

/// The expression a text says: `+ - * /` and `^` (which binds first, to the right, and before a sign: -x^2 is -(x^2)),
/// parentheses, numbers, names, `x[...]`, functions with arguments in parentheses.
pub(super) fn parse(text: &str) -> Result<Expression, Fault> {
    if text.len() > MOST_BYTES {
        let what = format!("longer than {MOST_BYTES} characters; write long sums as sum(i, 1, n, term)");
        return Err(Fault { at: MOST_BYTES, what });
    }
    if let Some(at) = too_deep(text) {
        return Err(Fault { at, what: format!("more than {MOST_DEPTH} parts inside each other") });
    }
    terminated(sum, multispace0).parse(LocatingSlice::new(text)).map_err(|error| {
        let at = error.offset();
        let found = match text[at..].chars().next() {
            Some(found) => format!("\"{found}\""),
            None => "the end".to_string(),
        };
        let mut needed = error.inner().context().filter_map(|context| match context {
            StrContext::Expected(needed) => Some(needed.to_string()),
            _ => None,
        });
        let needed = needed.next().unwrap_or_else(|| "an operator or the end".to_string());
        Fault { at, what: format!("found {found}, expected {needed}") }
    })
}

/// Where the nesting passes its limit: parentheses, and in each the powers and signs that follow one another.
fn too_deep(text: &str) -> Option<usize> {
    let mut levels = vec![0];
    let mut before = '(';
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let last = levels.len() - 1;
        match c {
            '(' | '[' => levels.push(0),
            ')' | ']' if last > 0 => drop(levels.pop()),
            '^' => levels[last] += 1,
            '+' | '-' if "+-*/^(,[".contains(before) => levels[last] += 1,
            '+' | '-' | '*' | '/' | ',' => levels[last] = 0,
            _ => {}
        }
        if levels.len() + levels.iter().sum::<usize>() > MOST_DEPTH {
            return Some(at);
        }
        before = c;
    }
    None
}

fn expected(what: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(what))
}

fn binary(operator: Operator, a: Expression, b: Expression) -> Expression {
    Expression { at: a.at, kind: Kind::Binary(operator, Box::new(a), Box::new(b)) }
}

/// A sum of products of powers of operands.
fn sum(text: &mut Text) -> ModalResult<Expression> {
    let sign = alt((
        '-'.value(Prefix(12, |_: &mut Text, a: Expression| {
            Ok(Expression { at: a.at, kind: Kind::Negated(Box::new(a)) })
        })),
        '+'.value(Prefix(12, |_: &mut Text, a: Expression| Ok(a))),
    ));
    let operator = alt((
        '+'.value(Infix::Left(5, |_: &mut Text, a, b| Ok(binary(Operator::Add, a, b)))),
        '-'.value(Infix::Left(5, |_: &mut Text, a, b| Ok(binary(Operator::Sub, a, b)))),
        '*'.value(Infix::Left(7, |_: &mut Text, a, b| Ok(binary(Operator::Mul, a, b)))),
        '/'.value(Infix::Left(7, |_: &mut Text, a, b| Ok(binary(Operator::Div, a, b)))),
        '^'.value(Infix::Right(14, |_: &mut Text, a, b| Ok(binary(Operator::Pow, a, b)))),
    ));
    let mut whole = expression(preceded(multispace0, operand))
        .prefix(preceded(multispace0, sign.context(expected("a number, a name, \"(\" or a sign"))))
        .infix(preceded(multispace0, operator));
    whole.parse_next(text)
}

/// A number, a parenthesis, a name, an element of x, or a call.
fn operand(text: &mut Text) -> ModalResult<Expression> {
    let at = text.current_token_start();
    let kind = alt((number, parenthesis, named)).parse_next(text)?;
    Ok(Expression { at, kind })
}

fn number(text: &mut Text) -> ModalResult<Kind> {
    // Also "inf" and "nan" are numbers to the library: here they are names.
    peek(one_of((AsChar::is_dec_digit, '.'))).parse_next(text)?;
    cut_err(float.context(expected("a number"))).map(Kind::Number).parse_next(text)
}

fn parenthesis(text: &mut Text) -> ModalResult<Kind> {
    let inner = delimited('(', cut_err(sum), closing(')', "\")\" or an operator"));
    inner.map(|inner: Expression| inner.kind).parse_next(text)
}

fn closing<'i>(bracket: char, what: &'static str) -> impl ModalParser<Text<'i>, char, winnow::error::ContextError> {
    cut_err(preceded(multispace0, bracket).context(expected(what)))
}

fn named(text: &mut Text) -> ModalResult<Kind> {
    let letter = one_of(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = (letter, take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_')).take();
    let name: &str = word.context(expected("a number, a name, \"(\" or a sign")).parse_next(text)?;
    if name == "x" && opt(preceded(multispace0, '[')).parse_next(text)?.is_some() {
        let index = terminated(cut_err(sum), closing(']', "\"]\" or an operator"));
        return index.map(|index| Kind::Element(Box::new(index))).parse_next(text);
    }
    if opt(preceded(multispace0, '(')).parse_next(text)?.is_some() {
        let list = separated(1.., cut_err(sum), preceded(multispace0, ','));
        let arguments: Vec<Expression> =
            terminated(list, closing(')', "\",\", \")\" or an operator")).parse_next(text)?;
        return Ok(Kind::Call(name.to_string(), arguments));
    }
    Ok(Kind::Name(name.to_string()))
}
