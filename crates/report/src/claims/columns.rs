//! What is known of the columns of the tables: which can be claimed something of, their ranges, where their uncertainty
//! stands.

use crate::estimators::{LEVEL, wilson};
use crate::table::{Cell, Table};
use crate::tables::MAKERS;

/// The 97.5 % point of the normal distribution: half the width of a 95 % interval in standard errors.
pub(crate) const Z: f64 = 1.959_963_984_540_054;

/// Shares of independent runs: table, column, and the column with the number of runs.
const SHARES: &[(&str, &str, &str)] = &[
    ("success", "share", "n_planned"),
    ("success", "ended", "n_planned"),
    ("comparison", "share", "n_method"),
    ("comparison", "baseline_share", "n_baseline"),
    ("restarts", "real", "n_real"),
    ("plateaus", "share", "n_recorded"),
    ("examples", "share", "n_runs"),
    ("endpoints", "minimum_share", "n_planned"),
    ("barriers", "share_barrier", "n_ways"),
    ("barriers", "share_lower", "n_paired"),
    ("barriers", "share_monotone", "n_from_start"),
    ("basins", "share", "n_starts"),
    ("counts", "euler_share", "n_euler"),
    ("matrix_signs", "share", "n_draws"),
    ("tolerance", "share", "n_planned"),
    ("optimum", "zero_share", "n_draws"),
];

/// Columns that hold words.
const WORDS: &[&str] = &[
    "at",
    "problem",
    "method",
    "baseline",
    "interval",
    "test",
    "verdict",
    "class",
    "bin",
    "restarted_method",
    "criterion",
    "quantity",
    "parameter",
    "of",
    "way",
    "place",
    "directions",
];

/// Names of the tables that a folder of runs can have, in reading order.
pub fn table_names() -> Vec<&'static str> {
    MAKERS.iter().map(|maker| maker.name).collect()
}

/// The columns of a table's CSV; `None` when no table has this name.
pub fn table_columns(table: &str) -> Option<Vec<String>> {
    MAKERS.iter().find(|maker| maker.name == table).map(|maker| (maker.header)())
}

/// Whether a column holds words rather than numbers.
pub fn holds_words(column: &str) -> bool {
    WORDS.contains(&column)
}

/// The least and the greatest number that a column can hold.
pub fn column_range(column: &str) -> (f64, f64) {
    const SHARE: (f64, f64) = (0.0, 1.0);
    const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| column.starts_with(prefix));
    let is = |names: &[&str]| names.contains(&column);
    if column == "correlation" || starts(&["difference"]) {
        (-1.0, 1.0)
    } else if starts(&[
        "share",
        "ended",
        "best_of_",
        "exact_",
        "real",
        "minimum_share",
        "baseline_share",
        "euler_share",
        "zero_share",
    ]) || is(&["p", "p_holm", "index_mean", "theory_mean", "negative_mean", "zero_mean", "positive_mean"])
        || is(&["negative_theory", "negative_least", "negative_most"])
        || starts(&["distance_"])
        || is(&["derived", "derived_lo", "derived_hi", "derived_unbiased", "least_detectable"])
        || is(&["unseen", "volume", "recall", "independent", "large_n"])
    {
        SHARE
    } else if starts(&["n_", "cost", "ert", "baseline_ert", "cutoff_ert", "dwell_", "attempts_", "grad_norm", "index_"])
        || column.ends_with("_se")
        || column == "deviation_rms"
    {
        POSITIVE
    } else {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// Where the uncertainty of a column stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// The column is a share of as many runs as that column says.
    Share(&'static str),
    /// The standard error is in that column.
    StandardError(String),
    /// The ends of the 95 % interval are in those columns.
    Interval(String, String),
}

/// The one rule for standard errors: a share of runs by its number of runs; else `X_se`; else `X_lo` and `X_hi`, a 95 %
/// interval. `x_mean` also goes by the name `x`.
pub(crate) fn source(table: &str, column: &str) -> Option<Source> {
    if let Some((_, _, total)) = SHARES.iter().find(|(name, share, _)| *name == table && *share == column) {
        return Some(Source::Share(total));
    }
    let columns = table_columns(table)?;
    let stems = [Some(column), column.strip_suffix("_mean")];
    stems.into_iter().flatten().find_map(|stem| {
        let [se, lo, hi] = ["se", "lo", "hi"].map(|end| format!("{stem}_{end}"));
        if columns.contains(&se) {
            Some(Source::StandardError(se))
        } else {
            (columns.contains(&lo) && columns.contains(&hi)).then_some(Source::Interval(lo, hi))
        }
    })
}

/// Whether the rows of a table say how uncertain a column is.
pub fn has_uncertainty(table: &str, column: &str) -> bool {
    source(table, column).is_some()
}

/// Whether a column is a share of independent runs, whose standard error depends on what is expected.
pub fn is_share(table: &str, column: &str) -> bool {
    matches!(source(table, column), Some(Source::Share(_)))
}

/// How uncertain a value is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Uncertainty {
    /// Successes and runs, of a share.
    pub share: Option<(usize, usize)>,
    /// 95 %.
    pub interval: Option<(f64, f64)>,
    /// Of a value that is no share of runs: the error of a share depends on what is expected.
    pub se: Option<f64>,
}

/// The uncertainty of the number `value` in this row and column.
pub(crate) fn uncertainty(table: &Table, row: &[Cell], column: &str, value: f64) -> Uncertainty {
    let number = |column: &str| number(&row[table.header.iter().position(|name| name == column)?]);
    match source(&table.name, column) {
        None => Uncertainty::default(),
        Some(Source::Share(total)) => match number(total) {
            Some(total) if total >= 1.0 => {
                let share = ((value * total).round() as usize, total as usize);
                Uncertainty { share: Some(share), interval: Some(wilson(share.0, share.1, LEVEL)), se: None }
            }
            _ => Uncertainty::default(),
        },
        Some(Source::StandardError(column)) => {
            let se = number(&column);
            Uncertainty { share: None, interval: se.map(|se| (value - Z * se, value + Z * se)), se }
        }
        Some(Source::Interval(lo, hi)) => match (number(&lo), number(&hi)) {
            (Some(lo), Some(hi)) => {
                Uncertainty { share: None, interval: Some((lo, hi)), se: Some((hi - lo) / (2.0 * Z)) }
            }
            _ => Uncertainty::default(),
        },
    }
}

/// The number in a cell, if there is one.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(count) => Some(*count as f64),
        Cell::Real(value) | Cell::AtLeast(value) => Some(*value),
        Cell::Empty | Cell::Text(_) => None,
    }
}
