//! Data rows: the table a loss is a mean over, and which of its rows.

use std::sync::OnceLock;

use crate::sums::PADDING;

/// A table of data: `count()` rows of `width` numbers each.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    width: usize,
    count: usize,
    /// Row by row, and after the last as many zeros as the widest vector has numbers: reading a row by vectors ends there.
    cells: Vec<f64>,
    /// The cells rounded to single precision, once that is asked for.
    single: OnceLock<Vec<f32>>,
}

impl Rows {
    /// `cells` row by row; `width` > 0 must divide their number, and there is at least one row.
    pub fn new(width: usize, mut cells: Vec<f64>) -> Self {
        assert!(
            width > 0 && !cells.is_empty() && cells.len().is_multiple_of(width),
            "{} cells in rows of {width}",
            cells.len()
        );
        let count = cells.len() / width;
        cells.resize(cells.len() + PADDING, 0.0);
        Rows { width, count, cells, single: OnceLock::new() }
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Row `i`, `width` numbers.
    pub fn row(&self, i: usize) -> &[f64] {
        assert!(i < self.count, "row {i} of {}", self.count);
        &self.cells[i * self.width..][..self.width]
    }

    /// All cells, row by row, and [`PADDING`] more.
    pub(crate) fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// The same in single precision.
    pub(crate) fn single_cells(&self) -> &[f32] {
        self.single.get_or_init(|| self.cells.iter().map(|&cell| cell as f32).collect())
    }
}

/// The data rows one evaluation is the mean over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice<'r> {
    /// All of so many.
    All(usize),
    /// Those listed, in this order.
    Listed(&'r [u32]),
}

impl Choice<'_> {
    pub fn count(self) -> usize {
        match self {
            Choice::All(count) => count,
            Choice::Listed(rows) => rows.len(),
        }
    }

    pub fn row(self, i: usize) -> usize {
        match self {
            Choice::All(_) => i,
            Choice::Listed(rows) => rows[i] as usize,
        }
    }
}
