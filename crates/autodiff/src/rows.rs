//! Data rows: the table a loss is a mean over, and which of its rows.

use crate::lanes::Element;

/// A table of data: `count()` rows of `width` numbers each.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    width: usize,
    cells: Vec<f64>,
}

impl Rows {
    /// `cells` row by row; `width` > 0 must divide their number, and there is at least one row.
    pub fn new(width: usize, cells: Vec<f64>) -> Self {
        assert!(
            width > 0 && !cells.is_empty() && cells.len().is_multiple_of(width),
            "{} cells in rows of {width}",
            cells.len()
        );
        Rows { width, cells }
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Row `i`, `width` numbers.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.cells[i * self.width..][..self.width]
    }

    /// Writes rows to lanes (width x lanes): cell c of the k-th of the rows `chosen` goes to `to[c * lanes + k]`; lanes
    /// beyond the last row repeat it.
    pub(crate) fn to_lanes<E: Element>(
        &self,
        chosen: impl Fn(usize) -> usize,
        count: usize,
        lanes: usize,
        to: &mut [E],
    ) {
        let mut first = 0;
        while first < lanes {
            let rows: [&[f64]; 4] = std::array::from_fn(|k| self.row(chosen((first + k).min(count - 1))));
            for cell in 0..self.width {
                let to = &mut to[cell * lanes + first..][..4];
                for (to, row) in to.iter_mut().zip(rows) {
                    *to = E::of(row[cell]);
                }
            }
            first += 4;
        }
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
