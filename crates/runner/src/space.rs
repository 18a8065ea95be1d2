//! The space that `tune` searches for a method: its axes, and the configurations that stand for it.

use crate::diagnostic::Findings;
use crate::params::Spec;
use crate::tree::{Kind, Node, Pair, Section};
use autodiff::{Stream, math};
use toml::Value;

/// One searched parameter.
#[derive(Debug)]
pub struct Axis<'a> {
    /// Its name and where it stands.
    pub pair: &'a Pair,
    /// The values it can take.
    pub space: Space,
}

/// The values that a searched parameter can take.
#[derive(Debug, Clone, PartialEq)]
pub enum Space {
    /// Each of these.
    List(Vec<Value>),
    /// All from one number up to another.
    Range {
        /// Least value.
        from: f64,
        /// Greatest value.
        to: f64,
        /// What is drawn uniformly.
        scale: Scale,
    },
}

/// What is uniform along a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The value.
    Linear,
    /// Its logarithm.
    Log,
}

impl Space {
    /// `list`, `linear` or `log`.
    pub fn label(&self) -> &'static str {
        match self {
            Space::List(_) => "list",
            Space::Range { scale: Scale::Linear, .. } => "linear",
            Space::Range { scale: Scale::Log, .. } => "log",
        }
    }
}

/// Reads `tune = { lr = { from = 1e-4, to = 1.0, scale = "log" }, beta = [0.0, 0.5, 0.9] }`.
pub fn read<'a>(pairs: &'a [Pair], findings: &mut Findings) -> Vec<Axis<'a>> {
    let axis = |pair: &'a Pair, findings: &mut Findings| {
        let space = match &pair.node.kind {
            Kind::Array(items) => list(pair, items, findings)?,
            Kind::Table(pairs) => range(pair, pairs, findings)?,
            Kind::Scalar(_) => {
                let help = "give a list of values, or { from = 1e-4, to = 1.0, scale = \"log\" }";
                findings.add(&pair.node.span, format!("`{}` has one value, so nothing is searched", pair.key), help);
                return None;
            }
        };
        Some(Axis { pair, space })
    };
    pairs.iter().filter_map(|pair| axis(pair, findings)).collect()
}

fn list(pair: &Pair, items: &[Node], findings: &mut Findings) -> Option<Space> {
    let before = findings.count();
    if items.is_empty() {
        findings.add(&pair.node.span, format!("`{}` is searched over no value at all", pair.key), "");
    }
    let mut values: Vec<Value> = Vec::new();
    for node in items {
        if values.contains(&node.plain()) {
            findings.add(&node.span, "this value stands here twice", "remove one");
        }
        values.push(node.plain());
    }
    (findings.count() == before).then_some(Space::List(values))
}

fn range(pair: &Pair, pairs: &[Pair], findings: &mut Findings) -> Option<Space> {
    let before = findings.count();
    let mut section = Section::new(format!("`{}`", pair.key), pairs);
    for key in ["from", "to"] {
        if section.pair(key).is_none() {
            findings.add(&pair.span, format!("the key `{key}` is missing"), "a range has `from` and `to`");
        }
    }
    let (from, to) = (section.number("from", findings), section.number("to", findings));
    let scale = match section.string("scale", findings) {
        None | Some(("linear", _)) => Scale::Linear,
        Some(("log", _)) => Scale::Log,
        Some((other, node)) => {
            findings.add(&node.span, format!("unknown scale \"{other}\""), "there is \"linear\" and \"log\"");
            Scale::Linear
        }
    };
    section.finish(findings);
    let ((from, node), (to, _)) = (from?, to?);
    if from >= to {
        findings.add(&node.span, format!("`from` = {from} is not below `to` = {to}"), "");
    } else if scale == Scale::Log && from <= 0.0 {
        findings.add(&node.span, format!("a logarithmic range begins above 0, not at {from}"), "");
    }
    (findings.count() == before).then_some(Space::Range { from, to, scale })
}

/// The configurations of a method: its grid when every axis is a list, else `count` points of its space. Each has one
/// value per axis, in their order; no axis, one empty configuration.
///
/// Point k has the coordinate `frac(phi_b(k) + u)` on an axis: Halton's sequence (1960), `phi_b` the radical inverse in
/// the axis' own prime base b, turned by a uniform `u` (Cranley and Patterson 1976) that is keyed by seed, optimizer and
/// parameter. Each coordinate is uniform, so it is a random search, but 16 points cannot crowd in one corner, as
/// independent ones do (Bousquet et al. 2017, arXiv 1706.03200; the tuning rules of AlgoPerf). More configurations or a
/// further axis change none of those before; methods of one optimizer share theirs, as they share start points.
///
/// # Errors
/// A grid of another size, or a space so small that draws coincide: what, and what to do.
pub fn configurations(
    axes: &[Axis],
    specs: &[&Spec],
    optimizer: &str,
    count: u64,
    seed: u64,
) -> Result<Vec<Vec<Pair>>, (String, String)> {
    if axes.is_empty() {
        return Ok(vec![Vec::new()]);
    }
    let lists: Option<Vec<&Vec<Value>>> =
        axes.iter().map(|axis| if let Space::List(values) = &axis.space { Some(values) } else { None }).collect();
    let rows = match lists {
        Some(lists) => {
            let size = lists.iter().fold(1, |size: u64, list| size.saturating_mul(list.len() as u64));
            if size != count {
                return Err((
                    format!("a grid of {size}, where [tune] gives every method {count} configurations"),
                    "no method gets more tuning than another: make it as large, or give a range to draw from".into(),
                ));
            }
            grid(&lists)
        }
        None => {
            let turns: Vec<f64> = axes
                .iter()
                .map(|axis| Stream::new(seed, "tuning", &[optimizer, &axis.pair.key]).uniform(0.0, 1.0))
                .collect();
            (0..count).map(|k| point(axes, specs, &turns, k)).collect()
        }
    };
    if let Some((i, j)) = first_equal(&rows) {
        return Err((
            format!("a space whose points {} and {} are equal", i + 1, j + 1),
            "it has too few values: list them all as a grid, or give wider ranges".into(),
        ));
    }
    let placed = |values: Vec<Value>| {
        let pair = |(axis, value): (&Axis, Value)| Pair {
            key: axis.pair.key.clone(),
            span: axis.pair.span.clone(),
            node: Node { span: axis.pair.node.span.clone(), kind: Kind::Scalar(value) },
        };
        axes.iter().zip(values).map(pair).collect()
    };
    Ok(rows.into_iter().map(placed).collect())
}

/// Every combination, the last axis varying fastest.
fn grid(lists: &[&Vec<Value>]) -> Vec<Vec<Value>> {
    lists.iter().fold(vec![Vec::new()], |rows, list| {
        let extended =
            |row: &Vec<Value>| list.iter().map(|v| [row.clone(), vec![v.clone()]].concat()).collect::<Vec<_>>();
        rows.iter().flat_map(extended).collect()
    })
}

/// Bases of the axes, in their order. Beyond a few axes Halton's sequence needs more points than a search has.
const BASES: [u64; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

/// Point `k` of a space.
fn point(axes: &[Axis], specs: &[&Spec], turns: &[f64], k: u64) -> Vec<Value> {
    let value = |(i, axis): (usize, &Axis)| {
        let u = (radical_inverse(k, BASES[i % BASES.len()]) + turns[i]).fract();
        match &axis.space {
            Space::List(values) => values[((u * values.len() as f64) as usize).min(values.len() - 1)].clone(),
            Space::Range { from, to, scale } => number(*from, *to, *scale, &specs[i].default, u),
        }
    };
    axes.iter().enumerate().map(value).collect()
}

/// The digits of `k` in base `b`, mirrored at the point: in [0, 1).
fn radical_inverse(mut k: u64, b: u64) -> f64 {
    let (mut sum, mut place) = (0.0, 1.0);
    while k > 0 {
        place /= b as f64;
        sum += (k % b) as f64 * place;
        k /= b;
    }
    sum
}

/// The value at the share `u` of a range: an integer for a parameter that is one, else a number of three significant
/// digits, finer than any search can tell apart and short enough to quote.
fn number(from: f64, to: f64, scale: Scale, default: &Value, u: f64) -> Value {
    let is_integer = matches!(default, Value::Integer(_));
    // Integers are the floors of [from, to + 1).
    let top = if is_integer { to + 1.0 } else { to };
    let x = match scale {
        Scale::Linear => (top - from).mul_add(u, from),
        Scale::Log => math::exp((math::ln(top) - math::ln(from)).mul_add(u, math::ln(from))),
    };
    if is_integer {
        return Value::Integer(x.floor().clamp(from, to) as i64);
    }
    let short: f64 = format!("{x:.2e}").parse().expect("a formatted number");
    Value::Float(short.clamp(from, to))
}

fn first_equal(rows: &[Vec<Value>]) -> Option<(usize, usize)> {
    (0..rows.len()).find_map(|j| (0..j).find(|i| rows[*i] == rows[j]).map(|i| (i, j)))
}

/// The master seed of the tuning runs: another one, so that no stream of a tuning run (starts, noise, batches) is one of
/// a measured run.
pub fn tuning_seed(master_seed: u64) -> u64 {
    // 60 bits, so that it is an integer in TOML.
    let digest = crate::figure::sha256(format!("nonconvex/tuning/1/{master_seed}").as_bytes());
    u64::from_str_radix(&digest[..15], 16).expect("hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    fn spec(default: Value) -> Spec {
        Spec { name: String::new(), default, about: String::new() }
    }

    /// The values of the configurations of a space whose parameters have these defaults.
    fn searched(text: &str, defaults: &[Value], count: u64) -> Vec<Vec<Value>> {
        let mut findings = Findings::new("f.toml", text);
        let pairs = tree::parse(text, &mut findings);
        let axes = read(&pairs, &mut findings);
        assert_eq!(findings.count(), 0, "{}", findings.render());
        let specs: Vec<Spec> = defaults.iter().cloned().map(spec).collect();
        let list = configurations(&axes, &specs.iter().collect::<Vec<_>>(), "sgd", count, 7).unwrap();
        list.iter().map(|row| row.iter().map(|pair| pair.node.plain()).collect()).collect()
    }

    const LOG: &str = "lr = { from = 1e-4, to = 1.0, scale = \"log\" }\n";

    /// With base 2, any 2^m successive points have one in each of 2^m equal parts, turned or not.
    #[test]
    fn sixteen_points_fill_sixteen_parts_of_a_range() {
        let rows = searched(LOG, &[0.01.into()], 16);
        let mut shares: Vec<f64> = rows.iter().map(|row| (row[0].as_float().unwrap().log10() + 4.0) / 4.0).collect();
        shares.sort_by(f64::total_cmp);
        // Ends included, for the way around; three digits are 0.2 % of a value, 0.0006 of this range.
        let gaps = shares.windows(2).map(|pair| pair[1] - pair[0]).chain([shares[0] + 1.0 - shares[15]]);
        for gap in gaps {
            assert!((gap - 1.0 / 16.0).abs() < 0.0012, "{gap} in {shares:?}");
        }
    }

    #[test]
    fn more_configurations_or_axes_change_none_of_those_before() {
        let few = searched(LOG, &[0.01.into()], 5);
        let many = searched(LOG, &[0.01.into()], 12);
        assert_eq!(few[..], many[..5]);
        let two = searched(&format!("{LOG}beta = [0.0, 0.5, 0.9]"), &[0.01.into(), 0.9.into()], 5);
        assert!(few.iter().zip(&two).all(|(a, b)| a[0] == b[0]));
    }

    #[test]
    fn integers_reach_both_ends_and_lists_every_value() {
        let text = format!("n = {{ from = 2, to = 5 }}\nword = [\"a\", \"b\", \"c\"]\n{LOG}");
        let rows = searched(&text, &[Value::Integer(1), "a".into(), 0.01.into()], 30);
        let count = |axis: usize, value: Value| rows.iter().filter(|row| row[axis] == value).count();
        // Halton points: each of k equal parts of an axis gets its share of 30 within the two of the discrepancy.
        for n in 2..=5 {
            assert!(count(0, Value::Integer(n)).abs_diff(30 / 4) <= 2, "{rows:?}");
        }
        assert!(["a", "b", "c"].iter().all(|word| count(1, (*word).into()).abs_diff(10) <= 2));
    }

    #[test]
    fn a_grid_is_every_combination_with_the_last_axis_fastest() {
        let rows = searched("a = [1, 2]\nb = [0.5, 0.25]\n", &[Value::Integer(1), 0.5.into()], 4);
        let shown: Vec<String> = rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect();
        assert_eq!(shown, ["1 0.5", "1 0.25", "2 0.5", "2 0.25"]);
    }

    #[test]
    fn the_tuning_seed_is_another_one_that_toml_can_hold() {
        let seeds = [0, 1, 2, u64::MAX].map(tuning_seed);
        assert!(seeds.iter().all(|seed| i64::try_from(*seed).is_ok()));
        let all: std::collections::HashSet<u64> = seeds.into_iter().chain([0, 1, 2, u64::MAX]).collect();
        assert_eq!(all.len(), 8);
    }
}
