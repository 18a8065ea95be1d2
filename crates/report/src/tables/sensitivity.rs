//! Table `sensitivity`: how the score of a method depends on each parameter that was searched, and whether the space was
//! wide enough.

use std::cmp::Ordering;

use serde_json::Value;

use crate::estimators::median;
use crate::format;
use crate::score::Criterion;
use crate::table::{Block, Cell, Table, accounting, names};
use crate::tuning::{Axis, Configuration, Search, Space};

/// A range is looked at in this many parts of equal length on its scale.
const PARTS: usize = 5;

/// The best value lies at the edge of a range when it is within this share of its length from an end: so few draws fall
/// beyond it that the search cannot say on which side of it the optimum is.
const EDGE: f64 = 0.1;

const HEADER: [&str; 20] = [
    "problem",
    "method",
    "parameter",
    "scale",
    "value_lo",
    "value_hi",
    "n_configurations",
    "n_as_good",
    "score_best",
    "score_median",
    "ert_least",
    "n_runs",
    "n_failed",
    "is_best",
    "best_value",
    "best_score",
    "best_lo",
    "best_hi",
    "edge",
    "criterion",
];

/// Column names of the CSV.
fn header() -> Vec<String> {
    names(&HEADER)
}

/// The configurations that have one value of a parameter, or one in a part of its range.
struct Part<'a> {
    /// Ends of the part, equal for a single value.
    values: (Value, Value),
    configurations: Vec<&'a Configuration>,
}

/// The table of a folder of tuning.
pub(crate) fn table(searches: &[Search]) -> Table {
    let (mut rows, mut blocks): (Vec<Vec<Cell>>, Vec<Block>) = (Vec::new(), Vec::new());
    for search in searches {
        rows.extend(csv_rows(search));
        let lines = block_rows(search);
        match blocks.last_mut() {
            Some(block) if block.heading == heading(search) => {
                block.rows.extend(lines);
                block.footer.push(summary(search));
            }
            _ => {
                let mut header = names(&["method", "parameter", "value", "n", "as good", "best", "median"]);
                header.extend(names(if search.criterion == Criterion::Gap { &[""] } else { &["ERT", ""] }));
                let unit = header.len() - 3;
                let footer = vec![summary(search)];
                blocks.push(Block { heading: heading(search), header, rows: lines, keys: 3, unit, footer });
            }
        }
    }
    let configurations = || searches.iter().flat_map(|search| &search.configurations);
    let planned: usize = configurations().map(|configuration| configuration.planned).sum();
    let failed: usize = configurations().map(|configuration| configuration.score.failed).sum();
    Table {
        name: "sensitivity".to_string(),
        title: "How the score of each method depends on its parameters".to_string(),
        notes: names(&[
            "n: configurations with a value there; best, median: score of the best and the median of them, over all values \
             of the other parameters; ERT: least expected running time to the gap; as good: how many the runs do not tell \
             apart from the best of all (within its 95 % interval, and at most twice its ERT).",
            "Score: share of runs that reach the gap, or median of the best gap with failed runs as inf. The best score is \
             the best of many and flatters.",
            "* = the best configuration; edge = it lies in the outer tenth of a range or at an end of a list: widen it there.",
        ]),
        header: header(),
        rows,
        blocks,
        footer: vec![accounting(
            ("planned", planned),
            &[("ended", planned - failed), ("diverged, NaN, panicked or missing", failed)],
        )],
    }
}

fn heading(search: &Search) -> String {
    match search.criterion {
        Criterion::Success { target } => format!("{} (share of runs at gap {})", search.problem, format::gap(target)),
        Criterion::Gap => format!("{} (median of the best gap)", search.problem),
    }
}

/// `adam: best of 16 is lr = 0.05, beta1 = 0.9: 1 [.84,1]; 5 of 16 as good: lr 0.02..0.1`.
fn summary(search: &Search) -> String {
    let best = &search.configurations[search.best];
    let count = search.configurations.len();
    let score = match (search.criterion, best.score.interval) {
        (Criterion::Success { .. }, Some(interval)) => {
            let ert = format!(", ERT {}", format::significant(best.score.ert));
            format::with_interval(best.score.value, interval) + if best.score.ert.is_finite() { &ert } else { "" }
        }
        (_, Some((lo, hi))) => {
            let [value, lo, hi] = [best.score.value, lo, hi].map(format::significant);
            format!("{value} [{lo},{hi}]")
        }
        (_, None) => format::significant(best.score.value),
    };
    let score = match search.criterion {
        Criterion::Success { .. } if best.score.value == 0.0 => {
            format!("{score}, no run reached the gap, so by the median gap")
        }
        _ => score,
    };
    if search.axes.is_empty() {
        return format!("{}: nothing searched: {score}", search.method);
    }
    let pairs: Vec<String> =
        search.axes.iter().zip(&best.values).map(|(axis, value)| format!("{} = {}", axis.name, shown(value))).collect();
    let good = as_good(search);
    let ranges: Vec<String> = (0..search.axes.len()).filter_map(|i| good_range(search, i, &good)).collect();
    let ranges = if ranges.is_empty() { String::new() } else { format!(" ({})", ranges.join(", ")) };
    let method = &search.method;
    format!("{method}: best of {count} is {}: {score}; {} of {count} as good{ranges}", pairs.join(", "), good.len())
}

fn as_good(search: &Search) -> Vec<&Configuration> {
    let best = &search.configurations[search.best].score;
    search.configurations.iter().filter(|configuration| configuration.score.is_as_good_as(best)).collect()
}

/// From the least to the greatest value among the configurations that are as good as the best.
fn good_range(search: &Search, axis: usize, good: &[&Configuration]) -> Option<String> {
    let numbers: Option<Vec<f64>> = good.iter().map(|configuration| configuration.values[axis].as_f64()).collect();
    let numbers = numbers?;
    let lo = numbers.iter().copied().reduce(f64::min)?;
    let hi = numbers.iter().copied().reduce(f64::max)?;
    let [lo, hi] = [lo, hi].map(format::significant);
    let name = &search.axes[axis].name;
    Some(if lo == hi { format!("{name} {lo}") } else { format!("{name} {lo}..{hi}") })
}

fn csv_rows(search: &Search) -> Vec<Vec<Cell>> {
    let best = &search.configurations[search.best];
    let criterion = if search.criterion == Criterion::Gap { "gap" } else { "success" };
    let row = |axis: Option<(usize, &Axis)>, part: &Part| {
        let mut row = vec![Cell::text(&search.problem), Cell::text(&search.method)];
        row.push(axis.map_or(Cell::Empty, |(_, axis)| Cell::text(&axis.name)));
        row.push(axis.map_or(Cell::Empty, |(_, axis)| Cell::text(scale(&axis.space))));
        row.extend([&part.values.0, &part.values.1].map(cell));
        row.extend([part.configurations.len(), part.as_good(search)].map(Cell::count));
        row.extend([part.best(), part.median(), part.ert()].map(Cell::optional));
        let runs = part.configurations.iter().map(|configuration| configuration.planned).sum();
        let failed = part.configurations.iter().map(|configuration| configuration.score.failed).sum();
        row.extend([runs, failed, usize::from(part.has(best))].map(Cell::count));
        row.push(axis.map_or(Cell::Empty, |(i, _)| cell(&best.values[i])));
        row.push(Cell::Real(best.score.value));
        row.extend([best.score.interval.map(|(lo, _)| lo), best.score.interval.map(|(_, hi)| hi)].map(Cell::optional));
        row.push(axis.and_then(|(i, axis)| edge(axis, &best.values[i])).map_or(Cell::Empty, Cell::text));
        row.push(Cell::text(criterion));
        row
    };
    if search.axes.is_empty() {
        let all = Part { values: (Value::Null, Value::Null), configurations: search.configurations.iter().collect() };
        return vec![row(None, &all)];
    }
    let of_axis = |(i, axis)| parts(search, i).iter().map(|part| row(Some((i, axis)), part)).collect::<Vec<_>>();
    search.axes.iter().enumerate().flat_map(of_axis).collect()
}

fn block_rows(search: &Search) -> Vec<Vec<Cell>> {
    let best = &search.configurations[search.best];
    let row = |name: &str, value: String, part: &Part, mark: &str| {
        let mut row = vec![Cell::text(&search.method), Cell::text(name), Cell::Text(value)];
        row.extend([part.configurations.len(), part.as_good(search)].map(Cell::count));
        row.extend([part.best(), part.median()].map(Cell::optional));
        if search.criterion != Criterion::Gap {
            row.push(Cell::optional(part.ert()));
        }
        row.push(Cell::text(mark));
        row
    };
    if search.axes.is_empty() {
        let all = Part { values: (Value::Null, Value::Null), configurations: search.configurations.iter().collect() };
        return vec![row("", String::new(), &all, "*")];
    }
    let mut rows = Vec::new();
    for (i, axis) in search.axes.iter().enumerate() {
        for part in parts(search, i) {
            let mark = match (part.has(best), edge(axis, &best.values[i])) {
                (true, Some(side)) => format!("* edge ({side})"),
                (true, None) => "*".to_string(),
                _ => String::new(),
            };
            let (lo, hi) = (shown(&part.values.0), shown(&part.values.1));
            let value = if lo == hi { lo } else { format!("{lo}..{hi}") };
            rows.push(row(&axis.name, value, &part, &mark));
        }
    }
    rows
}

impl Part<'_> {
    fn has(&self, best: &Configuration) -> bool {
        self.configurations.iter().any(|configuration| std::ptr::eq(*configuration, best))
    }

    fn as_good(&self, search: &Search) -> usize {
        let best = &search.configurations[search.best].score;
        self.configurations.iter().filter(|configuration| configuration.score.is_as_good_as(best)).count()
    }

    fn best(&self) -> Option<f64> {
        let scores = self.configurations.iter().map(|configuration| &configuration.score);
        scores.min_by(|a, b| a.rank(b)).map(|score| score.value)
    }

    /// Least expected running time to the target.
    fn ert(&self) -> Option<f64> {
        let is_reached = |ert: &f64| *ert < f64::INFINITY;
        let all = self.configurations.iter().map(|configuration| configuration.score.ert);
        all.filter(is_reached).reduce(f64::min)
    }

    fn median(&self) -> Option<f64> {
        median(&self.configurations.iter().map(|configuration| configuration.score.value).collect::<Vec<f64>>())
    }
}

/// The parts of one axis, in ascending order of numbers; parts of a range without a draw are there, too.
fn parts(search: &Search, axis: usize) -> Vec<Part<'_>> {
    let all = || search.configurations.iter();
    match &search.axes[axis].space {
        Space::List(values) => {
            let mut values = values.clone();
            values.sort_by(order);
            let of_value = |value: Value| {
                let is_here = |configuration: &&Configuration| order(&configuration.values[axis], &value).is_eq();
                Part { configurations: all().filter(is_here).collect(), values: (value.clone(), value) }
            };
            values.into_iter().map(of_value).collect()
        }
        space => {
            let part = |i: usize| {
                let [lo, hi] = [i, i + 1].map(|end| at(space, end as f64 / PARTS as f64));
                let is_here = |configuration: &&Configuration| {
                    let value = configuration.values[axis].as_f64().unwrap_or(lo);
                    value >= lo && (value < hi || i == PARTS - 1)
                };
                Part { configurations: all().filter(is_here).collect(), values: (lo.into(), hi.into()) }
            };
            (0..PARTS).map(part).collect()
        }
    }
}

/// Numbers by size, an integer equal to the same number with a point; anything else stays in its order.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ if a == b => Ordering::Equal,
        _ => a.to_string().cmp(&b.to_string()),
    }
}

/// Where a value lies between the ends of a range, as a share of its length on its scale.
fn position(space: &Space, value: &Value) -> Option<f64> {
    let value = value.as_f64()?;
    match space {
        Space::List(_) => None,
        Space::Range { from, to, is_log: true } => Some((value / from).ln() / (to / from).ln()),
        Space::Range { from, to, is_log: false } => Some((value - from) / (to - from)),
    }
}

/// The value at a share of the length of a range, to three digits; exact at its ends.
fn at(space: &Space, share: f64) -> f64 {
    let short = |value: f64| format!("{value:.2e}").parse().expect("a formatted number");
    match space {
        Space::Range { from, .. } if share == 0.0 => *from,
        Space::Range { to, .. } if share == 1.0 => *to,
        Space::Range { from, to, is_log: true } => short(from * (to / from).powf(share)),
        Space::Range { from, to, is_log: false } => short(from + share * (to - from)),
        Space::List(_) => f64::NAN,
    }
}

/// At which end of the space a value lies, if it does. A list of fewer than three numbers has nothing but ends.
fn edge(axis: &Axis, value: &Value) -> Option<&'static str> {
    let side = |is_low: bool, is_high: bool| if is_low { Some("low") } else { is_high.then_some("high") };
    match &axis.space {
        Space::List(values) => {
            let numbers: Option<Vec<f64>> = values.iter().map(Value::as_f64).collect();
            let (numbers, value) = (numbers.filter(|numbers| numbers.len() > 2)?, value.as_f64()?);
            side(numbers.iter().all(|other| value <= *other), numbers.iter().all(|other| value >= *other))
        }
        space => {
            let share = position(space, value)?;
            side(share <= EDGE, share >= 1.0 - EDGE)
        }
    }
}

fn scale(space: &Space) -> &'static str {
    match space {
        Space::List(_) => "list",
        Space::Range { is_log: true, .. } => "log",
        Space::Range { is_log: false, .. } => "linear",
    }
}

fn cell(value: &Value) -> Cell {
    match (value.as_u64(), value.as_f64(), value) {
        (Some(count), _, _) => Cell::Integer(count),
        (_, Some(number), _) => Cell::Real(number),
        (_, _, Value::Null) => Cell::Empty,
        (_, _, Value::String(word)) => Cell::text(word),
        (_, _, other) => Cell::Text(other.to_string()),
    }
}

fn shown(value: &Value) -> String {
    match (value, value.as_f64()) {
        (Value::Null, _) => String::new(),
        (Value::String(word), _) => word.clone(),
        (_, Some(number)) => format::significant(number),
        (other, _) => other.to_string(),
    }
}
