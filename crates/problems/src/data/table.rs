//! Labelled tables: the 8x8 digits that are part of the program, and a user's CSV file.

use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

/// Optical recognition of handwritten digits (Alpaydin and Kaynak 1998): 1797 rows of 64 pixels 0 .. 16, row by
/// row, then the digit. Origin and licence: `data/ORIGIN.md`, `data/LICENSE.md`.
const DIGITS: &str = include_str!("../../../../data/digits_8x8.csv");

/// Pixels along one side of a digit.
pub const DIGIT_SIDE: usize = 8;

const LAYOUT: &str = "every line holds the features, all numbers, then the label 0, 1, 2, ..., separated by commas";

/// Rows of features, each with the number of its class.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Features in a row.
    pub width: usize,
    /// Features row by row.
    pub features: Vec<f64>,
    /// Class of each row, `0 .. classes`.
    pub labels: Vec<usize>,
    /// Number of classes, at least 2; each has a row.
    pub classes: usize,
}

impl Table {
    /// Number of rows.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// The first `count` rows.
    pub fn truncate(&mut self, count: usize) {
        self.features.truncate(count * self.width);
        self.labels.truncate(count);
    }
}

/// The digits with pixels scaled to 0 .. 1 and averaged over squares of `pool` x `pool`, a divisor of 8.
pub fn digits(pool: usize) -> Table {
    let table = parse("digits_8x8.csv", DIGITS.as_bytes()).expect("the shipped file is well formed");
    let side = DIGIT_SIDE / pool;
    let white = 16.0 * (pool * pool) as f64;
    let cell_sum = |pixels: &[f64], cell: usize| -> f64 {
        let (top, left) = (cell / side * pool, cell % side * pool);
        (top..top + pool).map(|y| pixels[y * DIGIT_SIDE + left..][..pool].iter().sum::<f64>()).sum()
    };
    let pooled = |pixels| (0..side * side).map(move |cell| cell_sum(pixels, cell) / white);
    Table { width: side * side, features: table.features.chunks_exact(table.width).flat_map(pooled).collect(), ..table }
}

/// A user's file, features as they are. A first line in which no cell is a number is taken for a header.
///
/// # Errors
/// The file cannot be read or is malformed: file, line, column, and what to do.
pub fn read(path: &str) -> Result<Table, String> {
    let text = std::fs::read(Path::new(path)).map_err(|error| {
        format!("{path}: {error}; give \"digits\", or the path of a CSV file as seen from the current folder")
    })?;
    parse(path, &text)
}

fn parse(name: &str, text: &[u8]) -> Result<Table, String> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
    let mut table = Table { width: 0, features: vec![], labels: vec![], classes: 0 };
    let mut line_of_label = BTreeMap::new();
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|error| format!("{name}: {error}; {LAYOUT}"))?;
        let line = line_of(&record, text);
        if i == 0 && record.iter().all(|cell| cell.parse::<f64>().is_err()) {
            continue;
        }
        if table.labels.is_empty() {
            table.width = record.len() - 1;
        }
        let label = row(&record, table.width, &mut table.features).map_err(|what| format!("{name}:{line}: {what}"))?;
        table.labels.push(label);
        line_of_label.entry(label).or_insert(line);
    }
    table.classes = line_of_label.len();
    if table.classes < 2 {
        let (count, classes) = (table.count(), table.classes);
        return Err(format!("{name}: {count} rows with {classes} different labels; two are needed; {LAYOUT}"));
    }
    if let Some((missing, (label, line))) = line_of_label.iter().enumerate().find(|(i, (label, _))| i != *label) {
        return Err(format!(
            "{name}:{line}: label {label}, but none is {missing}; number the classes 0, 1, 2, ... without gaps"
        ));
    }
    Ok(table)
}

/// Line of the file, from 1, that a record stands on; the reader counts from the end of the record before it.
fn line_of(record: &StringRecord, text: &[u8]) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let before = text[position.byte() as usize..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + before.filter(|byte| **byte == b'\n').count() as u64
}

/// Appends the features of one line and returns its label.
fn row(record: &StringRecord, width: usize, features: &mut Vec<f64>) -> Result<usize, String> {
    if width == 0 {
        return Err(format!("a single cell; {LAYOUT}"));
    }
    if record.len() != width + 1 {
        return Err(format!("{} cells where the first row has {}; {LAYOUT}", record.len(), width + 1));
    }
    for (column, cell) in record.iter().take(width).enumerate() {
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        features
            .push(number.ok_or_else(|| format!("column {}: \"{cell}\" is not a finite number; {LAYOUT}", column + 1))?);
    }
    let label = &record[width];
    label.parse().map_err(|_| format!("column {}: label \"{label}\" is not one of 0, 1, 2, ...; {LAYOUT}", width + 1))
}
