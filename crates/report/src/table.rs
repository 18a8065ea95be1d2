//! A table as data: full-precision rows for the CSV, and blocks laid out for a reader.

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Not applicable.
    Empty,
    /// Words or a label.
    Text(String),
    /// A count.
    Integer(u64),
    /// A number; people see three significant digits, the CSV has the shortest text that reads back exactly.
    Real(f64),
    /// A number known only from below; people see `>` in front of it.
    AtLeast(f64),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Cell::Text(text.into())
    }

    /// A count.
    pub fn count(count: usize) -> Self {
        Cell::Integer(count as u64)
    }

    /// A number that may be absent.
    pub fn optional(value: Option<f64>) -> Self {
        value.map_or(Cell::Empty, Cell::Real)
    }

    /// Belongs flush right in its column.
    pub(crate) fn is_number(&self) -> bool {
        !matches!(self, Cell::Empty | Cell::Text(_))
    }
}

/// The rows of one problem as a reader wants them.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What the rows have in common, usually the problem.
    pub heading: String,
    /// Column names.
    pub header: Vec<String>,
    /// Rows as long as the header.
    pub rows: Vec<Vec<Cell>>,
    /// Leading columns that are repeated when the others do not fit beside each other.
    pub keys: usize,
    /// How many of the other columns stay together when they are continued below.
    pub unit: usize,
    /// Statistics of the whole block.
    pub footer: Vec<String>,
}

/// A finished table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without extension.
    pub name: String,
    /// What the table answers.
    pub title: String,
    /// What a reader must know to read it alone, one sentence each.
    pub notes: Vec<String>,
    /// Column names of the CSV.
    pub header: Vec<String>,
    /// Rows of the CSV, as long as the header.
    pub rows: Vec<Vec<Cell>>,
    /// The same for people, one block per problem.
    pub blocks: Vec<Block>,
    /// The accounting line first: where every planned run or certificate went.
    pub footer: Vec<String>,
}

/// Owned column names.
pub(crate) fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|name| (*name).to_string()).collect()
}

/// The accounting line `whole 9 = part 4 + part 5`.
///
/// # Panics
/// The parts do not add up to the whole: a table that lost a row must not be printed.
pub(crate) fn accounting(whole: (&str, usize), parts: &[(&str, usize)]) -> String {
    let sum: usize = parts.iter().map(|(_, count)| count).sum();
    assert_eq!(sum, whole.1, "accounting of {} does not add up: {parts:?}", whole.0);
    let parts: Vec<String> = parts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    format!("{} {} = {}", whole.0, whole.1, parts.join(" + "))
}
