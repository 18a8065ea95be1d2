//! Picture `by_parameter`: what the experiment makes claims about, against the parameter that its problems or methods vary.

use super::quality::share_axis;
use super::varied::{Series, rows, series, value_of};
use super::{Line, Part, Picture, Source, Z, beside, kind};
use crate::claims::{Claim, Expected, Relation, uncertainty};
use crate::table::{Cell, names};
use crate::tables::outcomes;
use plot::{Axis, Colour, Dash, Layer, Panel, Shape};

/// Series that an eye tells apart in one panel.
const MOST_SERIES: usize = 6;
/// Values that span more than so much are shown by their logarithm.
const DECADES: f64 = 30.0;
/// Sizes that span more than so much: by theirs.
const SIZES: f64 = 8.0;

/// Ends of the names of columns that hold the ends of a range.
const ENDS: [&str; 5] = ["_lo", "_hi", "_least", "_most", "_max"];

/// Columns by which rows differ beside problem and method: those that change what is measured have panels of their own.
const TOPIC_CELLS: [&str; 1] = ["of"];

/// A measured value at a value of the parameter.
struct Point {
    x: f64,
    y: f64,
    interval: Option<(f64, f64)>,
    expected: Option<f64>,
}

/// `None` without claims about problems or methods at three values of a parameter.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for topic in topics(&source.claims) {
        let cells: Vec<String> = topic[0]
            .cells
            .keys()
            .filter(|name| !["problem", "method"].contains(&name.as_str()) && !TOPIC_CELLS.contains(&name.as_str()))
            .cloned()
            .collect();
        let all = rows(source, &topic);
        let is_claimed =
            |one: &Series| one.points.iter().any(|(_, line)| topic.iter().any(|claim| line.is_but(claim, &[])));
        let found = series(source, &all, &cells).into_iter().filter(is_claimed).collect();
        let found = hardest(found);
        for group in panels_of(found) {
            parts.extend(panel(source, &topic, &all, &group));
        }
    }
    Picture::of(
        "by_parameter",
        "What the claims are about, against what the experiment varies",
        names(&[
            "Bars: 95 % intervals, for a running time from the differences between runs. Diamonds: what theory or an earlier \
             measurement makes one expect.",
            "Grey: another law, which claims say it is not; methods without the parameter. The numbers are those of the tables; of several gaps the smallest.",
        ]),
        names(&["table", "quantity", "series", "parameter", "x", "value", "lo", "hi", "expected"]),
        parts,
    )
}

/// Claims about one column of one table, in order of their first ones.
fn topics(claims: &[Claim]) -> Vec<Vec<&Claim>> {
    let topic = |claim: &Claim| {
        let cells = TOPIC_CELLS.map(|name| claim.cells.get(name).map(ToString::to_string));
        (claim.table.clone(), claim.quantity.clone(), cells, claim.cells.keys().cloned().collect::<Vec<_>>())
    };
    let mut topics: Vec<Vec<&Claim>> = Vec::new();
    // Ends of ranges say little by themselves.
    let is_end = |claim: &Claim| ENDS.iter().any(|end| claim.quantity.ends_with(end));
    let is_one = |claim: &&Claim| claim.over.is_none() && claim.cells.contains_key("problem") && !is_end(claim);
    for claim in claims.iter().filter(is_one) {
        match topics.iter_mut().find(|found| topic(found[0]) == topic(claim)) {
            Some(found) => found.push(claim),
            None => topics.push(vec![claim]),
        }
    }
    topics
}

/// Of series that differ in their gap, those with the smallest.
fn hardest(all: Vec<Series>) -> Vec<Series> {
    let gap = |series: &Series| series.points[0].1.optional_number("gap");
    let rest = |series: &Series| -> Vec<String> {
        series.words.iter().filter(|word| !word.starts_with("gap ")).cloned().collect()
    };
    let is_beaten = |one: &Series| {
        all.iter().any(|other| rest(other) == rest(one) && gap(other).zip(gap(one)).is_some_and(|(a, b)| a < b))
    };
    let is_kept: Vec<bool> = all.iter().map(|one| !is_beaten(one)).collect();
    all.into_iter().zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(series, _)| series).collect()
}

/// Series of one parameter together; of a method's parameter only those on one problem for one gap, since scales differ.
fn panels_of(all: Vec<Series>) -> Vec<Vec<Series>> {
    let key = |series: &Series| {
        let first = &series.points[0].1;
        let problem = if series.is_of_method { first.text("problem") } else { "" };
        let gap = first.optional_number("gap").filter(|_| series.is_of_method);
        (series.parameter.clone(), problem.to_string(), gap.map(f64::to_bits))
    };
    let mut groups: Vec<Vec<Series>> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|group| key(&group[0]) == key(&one) && group.len() < MOST_SERIES) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn panel(source: &Source, topic: &[&Claim], all: &[Line], group: &[Series]) -> Option<Part> {
    let (table, quantity) = (topic[0].table.as_str(), topic[0].quantity.as_str());
    let measured: Vec<Vec<Point>> = group
        .iter()
        .map(|series| series.points.iter().filter_map(|(x, line)| point(source, topic, *x, line)).collect())
        .collect();
    let points = || measured.iter().flatten();
    let without = without(source, all, group, quantity);
    let others = others(topic, group);
    let values = || {
        let points = points().flat_map(|point| [Some(point.y), point.expected].into_iter().flatten());
        let drawn = others.iter().flat_map(|(_, line)| line.iter().map(|[_, y]| *y));
        points.chain(without.iter().map(|(_, y)| *y)).chain(drawn)
    };
    let first = points().next()?.y;
    if points().all(|point| point.y == first) {
        return None;
    }
    let is_common = |word: &String| group.iter().all(|series| series.words.contains(word));
    let mut title: Vec<String> = group[0].words.iter().filter(|word| is_common(word)).cloned().collect();
    if title.is_empty() {
        title = surfaces(group);
    }
    let parameter = &group[0].parameter;
    let x = axis(&in_words(parameter), points().map(|point| point.x), SIZES);
    let x = if points().all(|point| point.x.fract() == 0.0) { x.whole() } else { x };
    let is_large_share = || values().fold(0.0, f64::max) > 0.5;
    let is_log = spans(values(), DECADES);
    let y = if crate::claims::column_range(quantity) == (0.0, 1.0) && !is_log && is_large_share() {
        share_axis(&words(topic[0]))
    } else {
        axis(&words(topic[0]), values(), DECADES)
    };
    // An interval that reaches 0 has no lower end on a logarithmic axis.
    let least = values().filter(|y| *y > 0.0).fold(f64::INFINITY, f64::min);
    let lower = |lo: f64| if is_log { lo.max(0.3 * least) } else { lo };
    let y = match is_log {
        true => {
            let ends = points().filter_map(|point| point.interval).map(|(_, hi)| hi);
            y.range(0.25 * least, 1.6 * values().chain(ends).fold(0.0, f64::max))
        }
        false => y,
    };
    let mut panel = Panel::new(x, y).title(title.join(" "));
    let mut rows = Vec::new();
    let expected: Vec<[f64; 2]> =
        points().filter_map(|point| Some([point.x, point.expected?])).filter(|[_, y]| !is_log || *y > 0.0).collect();
    for (i, (series, points)) in group.iter().zip(&measured).enumerate() {
        let rest: Vec<String> = series.words.iter().filter(|word| !is_common(word)).cloned().collect();
        let name = if rest.is_empty() { "measured".to_string() } else { rest.join(" ") };
        let at = |f: &dyn Fn(&Point) -> Option<[f64; 2]>| points.iter().filter_map(f).collect::<Vec<[f64; 2]>>();
        let ends = points.iter().filter_map(|p| p.interval.map(|(lo, hi)| [p.x, lower(lo), hi])).collect();
        let shift = 0.6 * beside(i, group.len());
        let expected = at(&|p| Some([p.x, p.expected?]));
        if expected.len() > 1 {
            panel = panel.layer(Layer::curve(expected).colour(Colour(120, 120, 120)).width(0.8).shifted(shift));
        }
        for layer in [
            Layer::curve(at(&|p| Some([p.x, p.y]))).named(&name),
            Layer::intervals(ends),
            Layer::markers(at(&|p| Some([p.x, p.y])), Shape::Circle).width(3.2).named(&name),
        ] {
            panel = panel.layer(layer.series(i).shifted(shift));
        }
        let expected = at(&|p| Some([p.x, p.expected?]));
        if !expected.is_empty() {
            let marks = Layer::markers(expected, Shape::Diamond).colour(Colour::WHITE).width(3.6);
            panel = panel.layer(marks.shifted(shift + EXPECTED_BESIDE));
        }
        let words = series.words.join(" ");
        for point in points {
            let head = [table, quantity, &words, parameter].map(Cell::text);
            let interval = point.interval;
            let numbers = [Some(point.x), Some(point.y), interval.map(|i| i.0), interval.map(|i| i.1), point.expected];
            rows.push(head.into_iter().chain(numbers.map(Cell::optional)).collect());
        }
    }
    if !expected.is_empty() {
        let key = Layer::markers(Vec::new(), Shape::Diamond).colour(Colour::WHITE).width(3.6);
        panel = panel.layer(key.named("expected"));
    }
    for (i, (column, line)) in others.iter().enumerate() {
        let name = column_words(column);
        let curve = Layer::curve(line.clone()).colour(Colour(90, 90, 90)).dash([Dash::Dashed, Dash::DashDot][i % 2]);
        panel = panel.layer(curve.named(&name));
        let cell = |&[x, y]: &[f64; 2]| {
            let head = [table, quantity, &name, parameter].map(Cell::text);
            head.into_iter().chain([Some(x), Some(y), None, None, None].map(Cell::optional)).collect()
        };
        rows.extend(line.iter().map(cell));
    }
    let ends = points().map(|p| p.x).fold((f64::INFINITY, 0.0f64), |(lo, hi), x| (lo.min(x), hi.max(x)));
    for (i, (method, y)) in without.iter().enumerate() {
        let dash = [Dash::Dotted, Dash::DashDot, Dash::Long][i % 3];
        let line = Layer::curve(vec![[ends.0, *y], [ends.1, *y]]).colour(Colour(90, 90, 90)).dash(dash);
        panel = panel.layer(line.named(method));
        let head = [table, quantity, method, parameter].map(Cell::text);
        let numbers = [None, Some(*y), None, None, None].map(Cell::optional);
        rows.push(head.into_iter().chain(numbers).collect());
    }
    // None stands for another.
    let kind = format!("{table} {quantity} {} {parameter}", title.join(" "));
    Some(Part { kind, panels: vec![panel], rows })
}

/// Names of the surfaces that series are about, when they have nothing else in common.
fn surfaces(group: &[Series]) -> Vec<String> {
    let name = |series: &Series| kind(series.points[0].1.text("problem"));
    let mut names: Vec<String> = group.iter().map(name).collect();
    names.dedup();
    vec![names.join(", ")]
}

/// Other laws: figures of a column that the claims say the measured ones are above or below, along the whole series.
fn others(topic: &[&Claim], group: &[Series]) -> Vec<(String, Vec<[f64; 2]>)> {
    let column = |claim: &&Claim| match &claim.expected {
        Expected::Theory(column) if claim.relation != Relation::Equals => Some(column.clone()),
        _ => None,
    };
    let mut columns: Vec<String> = topic.iter().filter_map(column).collect();
    columns.dedup();
    let line = |column: &str, series: &Series| -> Vec<[f64; 2]> {
        series.points.iter().filter_map(|(x, line)| Some([*x, line.number(column)?])).collect()
    };
    let lines = |column: String| group.iter().map(|series| (column.clone(), line(&column, series))).collect::<Vec<_>>();
    columns.into_iter().flat_map(lines).filter(|(_, line)| line.len() > 1).collect()
}

/// Pixels between a mark and what is expected there, so that one does not hide the other.
const EXPECTED_BESIDE: f64 = 3.0;

/// Methods drawn as lines beside one whose parameter varies.
const MOST_WITHOUT: usize = 3;

/// Where a method's parameter varies: methods on the same problem that do not have it, with their values.
fn without(source: &Source, all: &[Line], group: &[Series], quantity: &str) -> Vec<(String, f64)> {
    let first = &group[0].points[0].1;
    if !group[0].is_of_method {
        return Vec::new();
    }
    let is_drawn = |line: &Line| {
        group.iter().flat_map(|series| &series.points).any(|(_, drawn)| drawn.text("method") == line.text("method"))
    };
    let is_like = |line: &&Line| {
        line.text("problem") == first.text("problem") && line.optional_number("gap") == first.optional_number("gap")
    };
    let has_none = |line: &&Line| value_of(source, line, &group[0].parameter).is_none();
    let lines = all.iter().filter(is_like).filter(|line| !is_drawn(line)).filter(has_none);
    lines
        .filter_map(|line| Some((line.text("method").to_string(), line.number(quantity)?)))
        .take(MOST_WITHOUT)
        .collect()
}

fn point(source: &Source, topic: &[&Claim], x: f64, line: &Line) -> Option<Point> {
    let quantity = topic[0].quantity.as_str();
    let y = line.number(quantity).filter(|y| y.is_finite())?;
    let interval = match quantity {
        "ert" => runtime_interval(source, line, y),
        _ => uncertainty(line.table, line.row, quantity, y).interval,
    };
    let expected = topic.iter().find_map(|claim| {
        let is_it = claim.relation == Relation::Equals && line.is_but(claim, &[]);
        match (&claim.expected, is_it) {
            (Expected::Value(value), true) => Some(*value),
            (Expected::Theory(column), true) => line.number(column),
            _ => None,
        }
    });
    Some(Point { x, y, interval, expected })
}

/// Of a running time c / h, with the costs c and hits h of the runs: its error to first order is that of the mean of c - ERT h
/// over the mean of h.
fn runtime_interval(source: &Source, line: &Line, ert: f64) -> Option<(f64, f64)> {
    let (problem, method, gap) = (line.text("problem"), line.text("method"), line.number("gap")?);
    let is_it = |run: &&crate::folder::Run| run.row.problem == problem && run.row.method == method;
    let runs: Vec<&crate::folder::Run> = source.folder.runs.iter().filter(is_it).collect();
    let outcomes = outcomes(&runs, gap);
    let hits = outcomes.iter().filter(|outcome| outcome.hit.is_some()).count() as f64;
    let off = |outcome: &crate::estimators::Outcome| match outcome.hit {
        Some(cost) => cost - ert,
        None => outcome.cost,
    };
    let half = Z * outcomes.iter().map(|outcome| off(outcome).powi(2)).sum::<f64>().sqrt() / hits;
    (hits > 1.0).then_some(((ert - half).max(0.0), ert + half))
}

fn spans(values: impl Iterator<Item = f64> + Clone, ratio: f64) -> bool {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    least > 0.0 && values.fold(0.0, f64::max) > ratio * least
}

fn axis(label: &str, values: impl Iterator<Item = f64> + Clone, ratio: f64) -> Axis {
    if spans(values, ratio) { Axis::log(label) } else { Axis::linear(label) }
}

/// A parameter for people.
fn in_words(parameter: &str) -> String {
    match parameter {
        "dim" => "number of variables".to_string(),
        "hidden" => "hidden units".to_string(),
        "eta" => "variance of the noise, eta".to_string(),
        "cutoff" => "steps to a restart (cutoff)".to_string(),
        other => format!("parameter {other}"),
    }
}

/// Another law for people.
fn column_words(column: &str) -> String {
    match column {
        "independent" => "if signs were independent, 2⁻ⁿ".to_string(),
        other => format!("{} by theory", other.replace('_', " ")),
    }
}

/// A column of a table for people.
fn words(claim: &Claim) -> String {
    let of = || match claim.cells.get("of").and_then(serde_json::Value::as_str) {
        Some("f_start") => "loss at the start".to_string(),
        Some("f_final") => "loss at the end".to_string(),
        Some("f_held_out") => "held-out loss".to_string(),
        other => other.unwrap_or_default().to_string(),
    };
    match (claim.table.as_str(), claim.quantity.as_str()) {
        ("success", "share") => "share of runs that reached the gap".to_string(),
        ("success", "ended") => "share of runs that end in the gap".to_string(),
        ("success", "ert") => "gradients per success (ERT)".to_string(),
        ("spread", "mean") => format!("mean of the {}", of()),
        ("spread", "sd") => format!("sd of the {}", of()),
        ("counts", "mean") => "critical points per surface".to_string(),
        ("draws", "level_mean") => "mean level of end points".to_string(),
        ("draws", "spread_mean") => "spread of end points of one surface".to_string(),
        ("spectrum", "negative_mean") => "share of negative eigenvalues".to_string(),
        ("levels", "n_points") => "runs that end there".to_string(),
        ("levels", "level") => "level of the points".to_string(),
        ("optimum", "least_mean") => "least loss, from the exact search".to_string(),
        ("optimum", "tried_mean") => "splits tried by the exact search".to_string(),
        ("matrix_signs", "share") => "share of matrices with this index".to_string(),
        ("matrix_signs", "rate") => "−log(share) / dim²".to_string(),
        (_, "lambda_min") => "least eigenvalue".to_string(),
        (table, quantity) => format!("{} ({table})", quantity.replace('_', " ")),
    }
}
