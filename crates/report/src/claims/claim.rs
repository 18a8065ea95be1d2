//! The rows of `claims.csv`: what an experiment claims of its tables.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::error::ReportError;
use crate::load::load_if_there;
use crate::rows::Row;
use crate::table::Cell;

/// Cells by column name: text, or a number.
pub(crate) type Cells = BTreeMap<String, Value>;

/// What a claim rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A figure that follows from mathematics or is published.
    Theory,
    /// What was seen; it has to be seen on both halves of the replicates too.
    Empirical,
}

/// How the measured value has to lie to the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Within the tolerance.
    Equals,
    /// Less; than another row: by more than chance.
    Below,
    /// More; than another row: by more than chance.
    Above,
    /// Not more.
    AtMost,
    /// Not less.
    AtLeast,
}

/// What becomes of several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
    /// How many rows there are (with a value in the quantity's column, if one is named).
    Count,
}

impl Kind {
    /// The word in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Theory => "theory",
            Kind::Empirical => "empirical",
        }
    }
}

impl Relation {
    /// Every relation.
    pub const ALL: [Relation; 5] =
        [Relation::Equals, Relation::Below, Relation::Above, Relation::AtMost, Relation::AtLeast];

    /// The word in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Equals => "equals",
            Relation::Below => "below",
            Relation::Above => "above",
            Relation::AtMost => "at_most",
            Relation::AtLeast => "at_least",
        }
    }

    /// The sign for people.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Relation::Equals => "=",
            Relation::Below => "<",
            Relation::Above => ">",
            Relation::AtMost => "<=",
            Relation::AtLeast => ">=",
        }
    }
}

impl Over {
    /// Every way.
    pub const ALL: [Over; 5] = [Over::Min, Over::Max, Over::Mean, Over::Sum, Over::Count];

    /// The word in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Over::Min => "min",
            Over::Max => "max",
            Over::Mean => "mean",
            Over::Sum => "sum",
            Over::Count => "count",
        }
    }
}

/// A row of `claims.csv`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct ClaimRow {
    id: String,
    text: String,
    kind: Kind,
    source: String,
    table: String,
    cells: String,
    quantity: String,
    over: Option<Over>,
    relation: Relation,
    value: Option<f64>,
    theory: Option<String>,
    than: Option<String>,
    tolerance: Option<f64>,
    tolerance_se: Option<f64>,
}

impl Row for ClaimRow {
    const FILE: &'static str = "claims.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "text",
        "kind",
        "source",
        "table",
        "cells",
        "quantity",
        "over",
        "relation",
        "value",
        "theory",
        "than",
        "tolerance",
        "tolerance_se",
    ];
}

/// What the measured value is held against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// A number.
    Value(f64),
    /// Another column of the same row.
    Theory(String),
    /// The same quantity in the row in which these cells differ.
    Than(Cells),
}

/// How far from it a value may be that equals it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tolerance {
    /// As an absolute number.
    Absolute(f64),
    /// In standard errors.
    StandardErrors(f64),
}

/// One claim.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    pub id: String,
    pub text: String,
    pub kind: Kind,
    pub source: String,
    pub table: String,
    /// The rows it is about.
    pub cells: Cells,
    /// A column; empty for a count of rows.
    pub quantity: String,
    pub over: Option<Over>,
    pub relation: Relation,
    pub expected: Expected,
    pub tolerance: Tolerance,
}

/// The claims of the folder `dir`, in the order of its experiment file; none without the file.
pub(crate) fn load(dir: &Path) -> Result<Vec<Claim>, ReportError> {
    let Some(rows) = load_if_there::<ClaimRow>(dir)? else { return Ok(Vec::new()) };
    let mut claims: Vec<Claim> = Vec::new();
    for (line, row) in &rows.rows {
        if claims.iter().any(|claim| claim.id == row.id) {
            return Err(rows.malformed(*line, format!("claim \"{}\" is there twice", row.id)));
        }
        claims.push(claim(row, |problem| rows.malformed(*line, problem))?);
    }
    Ok(claims)
}

fn claim(row: &ClaimRow, malformed: impl Fn(String) -> ReportError) -> Result<Claim, ReportError> {
    let cells = |column: &str, text: &str| {
        let is_plain = |value: &Value| value.is_string() || value.is_number();
        let cells = serde_json::from_str::<Cells>(text).ok().filter(|cells| cells.values().all(is_plain));
        cells.ok_or_else(|| malformed(format!("column `{column}` is no JSON object of texts and numbers")))
    };
    let expected = match (row.value, &row.theory, &row.than) {
        (Some(value), None, None) => Expected::Value(value),
        (None, Some(column), None) => Expected::Theory(column.clone()),
        (None, None, Some(than)) => Expected::Than(cells("than", than)?),
        _ => return Err(malformed("a claim has one of value, theory and than".to_string())),
    };
    let tolerance = match (row.tolerance, row.tolerance_se) {
        (Some(_), Some(_)) => return Err(malformed("a claim has one tolerance".to_string())),
        (None, Some(count)) => Tolerance::StandardErrors(count),
        (width, None) => Tolerance::Absolute(width.unwrap_or(0.0)),
    };
    Ok(Claim {
        id: row.id.clone(),
        text: row.text.clone(),
        kind: row.kind,
        source: row.source.clone(),
        table: row.table.clone(),
        cells: cells("cells", &row.cells)?,
        quantity: row.quantity.clone(),
        over: row.over,
        relation: row.relation,
        expected,
        tolerance,
    })
}

/// Whether a cell of a table is the wanted one: numbers compare as numbers, however they are written.
pub(crate) fn is_the(wanted: &Value, cell: &Cell) -> bool {
    let number = match wanted {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    match cell {
        Cell::Text(text) => {
            wanted.as_str() == Some(text) || (!wanted.is_string() && number.is_some() && text.parse().ok() == number)
        }
        Cell::Empty => wanted.as_str() == Some(""),
        Cell::Integer(count) => number == Some(*count as f64),
        Cell::Real(value) | Cell::AtLeast(value) => number == Some(*value),
    }
}

/// `problem = rastrigin dim=2, gap = 0.5`.
pub(crate) fn in_words(cells: &Cells) -> String {
    let one = |(column, value): (&String, &Value)| match value {
        Value::String(text) => format!("{column} = {text}"),
        other => format!("{column} = {other}"),
    };
    cells.iter().map(one).collect::<Vec<String>>().join(", ")
}
