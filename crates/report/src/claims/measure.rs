//! The value that a claim is about, out of the rows of its table.

use super::claim::{Cells, Claim, Over, in_words, is_the};
use super::columns::{Uncertainty, number, uncertainty};
use crate::table::{Cell, Table};

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured<'t> {
    pub value: f64,
    pub uncertainty: Uncertainty,
    /// The row it stands in, unless it comes from several.
    pub row: Option<&'t [Cell]>,
}

/// The quantity of the claim in the rows with these cells, or why there is none.
pub(crate) fn measure<'t>(table: &'t Table, claim: &Claim, cells: &Cells) -> Result<Measured<'t>, String> {
    let rows = matching(table, cells)?;
    let whole = |value| Ok(Measured { value, uncertainty: Uncertainty::default(), row: None });
    if let Some(missing) = rows.iter().find_map(|row| missing_runs(table, row)) {
        return Err(format!("{missing} of its runs are missing"));
    }
    if claim.over == Some(Over::Count) && claim.quantity.is_empty() {
        return whole(rows.len() as f64);
    }
    let column = position(table, &claim.quantity)?;
    let values: Vec<Option<f64>> = rows.iter().map(|row| number(&row[column])).collect();
    if claim.over == Some(Over::Count) {
        return whole(values.iter().flatten().count() as f64);
    }
    let which = in_words(cells);
    if rows.is_empty() {
        return Err(format!("no row of table `{}` has {which}", table.name));
    }
    let present: Vec<f64> = values.iter().copied().flatten().collect();
    if present.len() < values.len() {
        let cell = if matches!(rows[0][column], Cell::Text(_)) { "holds words" } else { "is empty" };
        return Err(format!("the cell `{}` {cell} where {which}", claim.quantity));
    }
    if present.iter().any(|value| value.is_nan()) {
        return Err(format!("the cell `{}` is not a number where {which}", claim.quantity));
    }
    let sum = || present.iter().sum::<f64>();
    match claim.over {
        Some(Over::Min) => whole(present.iter().copied().fold(f64::INFINITY, f64::min)),
        Some(Over::Max) => whole(present.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        Some(Over::Mean) => whole(sum() / present.len() as f64),
        Some(Over::Sum) => whole(sum()),
        Some(Over::Count) => unreachable!("counted above"),
        None if rows.len() > 1 => Err(format!("{} rows of table `{}` have {which}", rows.len(), table.name)),
        None => {
            let uncertainty = uncertainty(table, rows[0], &claim.quantity, present[0]);
            Ok(Measured { value: present[0], uncertainty, row: Some(rows[0]) })
        }
    }
}

/// Position of a column.
pub(crate) fn position(table: &Table, column: &str) -> Result<usize, String> {
    let found = table.header.iter().position(|name| name == column);
    found.ok_or_else(|| format!("table `{}` has no column `{column}`", table.name))
}

/// The cell of a row in this column.
pub(crate) fn cell<'t>(table: &Table, row: &'t [Cell], column: &str) -> Option<&'t Cell> {
    position(table, column).ok().map(|i| &row[i])
}

/// The rows in which the cells are these.
fn matching<'t>(table: &'t Table, cells: &Cells) -> Result<Vec<&'t [Cell]>, String> {
    let mut wanted = Vec::new();
    for (column, value) in cells {
        wanted.push((position(table, column)?, value));
    }
    let fits = |row: &&Vec<Cell>| wanted.iter().all(|(i, value)| is_the(value, &row[*i]));
    Ok(table.rows.iter().filter(fits).map(Vec::as_slice).collect())
}

/// How many of the row's runs are not done, if any.
fn missing_runs(table: &Table, row: &[Cell]) -> Option<f64> {
    number(cell(table, row, "n_missing")?).filter(|count| *count > 0.0)
}
