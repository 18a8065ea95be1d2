//! Tables of features and answers: the images that are part of the program, and a user's CSV file.

use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

/// Optical recognition of handwritten digits (Alpaydin and Kaynak 1998): 1797 rows of 64 pixels 0 .. 16, row by
/// row, then the digit. Origin and licence: `data/ORIGIN.md`, `data/LICENSE.md`.
const DIGITS: &str = include_str!("../../../../data/digits_8x8.csv");

/// Pixels along one side of a digit.
pub const DIGIT_SIDE: usize = 8;

/// MNIST averaged to 10 x 10 pixels: 1000 rows of a label and 100 pixels 0 .. 255, the digits in turn.
const MNIST10: &str = include_str!("../../../../data/mnist10x10_1000.csv");

const LAYOUT: &str = "every line holds the features, all numbers, then the label 0, 1, 2, ..., separated by commas (see `label`, `ignore`)";

/// For the first line: it is easily meant as a header.
const HEADER: &str = "the first line is a header only when no cell of it is a number";

/// Rows of features, each with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Features in a row, at least 1.
    pub width: usize,
    /// Features row by row.
    pub features: Vec<f64>,
    /// One answer for each row.
    pub answers: Answers,
}

/// What is to be learned.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// Class of each row, `0 .. classes`; at least 2 classes, each has a row.
    Classes { labels: Vec<usize>, classes: usize },
    /// A number for each row.
    Real(Vec<f64>),
}

/// What the columns of a file are.
pub struct Roles<'a> {
    /// Name or number (from 1) of the answer's column; empty for the last.
    pub label: &'a str,
    /// Names or numbers of columns that are not used.
    pub ignore: &'a [String],
    /// Whether the answer is a number, not a class.
    pub is_real: bool,
}

const USUAL: Roles = Roles { label: "", ignore: &[], is_real: false };

impl Table {
    /// Number of rows.
    pub fn count(&self) -> usize {
        self.features.len() / self.width
    }

    /// The first `count` rows.
    pub fn truncate(&mut self, count: usize) {
        self.features.truncate(count * self.width);
        match &mut self.answers {
            Answers::Classes { labels, .. } => labels.truncate(count),
            Answers::Real(values) => values.truncate(count),
        }
    }

    /// Some rows, by their numbers.
    pub fn rows_of(&self, chosen: &[u32]) -> Table {
        let rows = || chosen.iter().map(|&i| i as usize);
        let answers = match &self.answers {
            Answers::Classes { labels, classes } => {
                Answers::Classes { labels: rows().map(|i| labels[i]).collect(), classes: *classes }
            }
            Answers::Real(values) => Answers::Real(rows().map(|i| values[i]).collect()),
        };
        let features = rows().flat_map(|i| self.features[i * self.width..][..self.width].iter().copied()).collect();
        Table { width: self.width, features, answers }
    }
}

/// The digits with pixels scaled to 0 .. 1 and averaged over squares of `pool` x `pool`, a divisor of 8.
pub fn digits(pool: usize) -> Table {
    let table = parse("digits_8x8.csv", DIGITS.as_bytes(), &USUAL).expect("the shipped file is well formed");
    let side = DIGIT_SIDE / pool;
    let white = 16.0 * (pool * pool) as f64;
    let cell_sum = |pixels: &[f64], cell: usize| -> f64 {
        let (top, left) = (cell / side * pool, cell % side * pool);
        (top..top + pool).map(|y| pixels[y * DIGIT_SIDE + left..][..pool].iter().sum::<f64>()).sum()
    };
    let pooled = |pixels| (0..side * side).map(move |cell| cell_sum(pixels, cell) / white);
    Table { width: side * side, features: table.features.chunks_exact(table.width).flat_map(pooled).collect(), ..table }
}

/// MNIST at 10 x 10 pixels, scaled to 0 .. 1.
pub fn mnist10() -> Table {
    let roles = Roles { label: "label", ..USUAL };
    let mut table = parse("mnist10x10_1000.csv", MNIST10.as_bytes(), &roles).expect("the shipped file is well formed");
    table.features.iter_mut().for_each(|pixel| *pixel /= 255.0);
    table
}

/// A user's file, features as they are. A first line in which no cell is a number is taken for a header.
///
/// # Errors
/// The file cannot be read or is malformed: file, line, column, and what to do.
pub fn read(path: &str, roles: &Roles) -> Result<Table, String> {
    let text = std::fs::read(Path::new(path)).map_err(|error| {
        format!(
            "{KEY}{path}: {error}; give \"digits\", or the path of a CSV file as seen from the current folder, or \"mnist10\", \"parity\", \"spirals\", \"teacher\""
        )
    })?;
    parse(&format!("{KEY}{path}"), &text, roles)
}

/// What messages about the file begin with: the parameter that names it.
const KEY: &str = "data: ";

fn parse(name: &str, text: &[u8], roles: &Roles) -> Result<Table, String> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
    let mut header: Option<StringRecord> = None;
    let mut columns: Option<Columns> = None;
    let mut features = vec![];
    let (mut labels, mut values) = (vec![], vec![]);
    let mut line_of_label = BTreeMap::new();
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|error| unreadable(name, text, &error))?;
        let line = line_of(&record, text);
        if i == 0 && record.iter().all(|cell| cell.parse::<f64>().is_err()) {
            header = Some(record);
            continue;
        }
        let at_line = |what: String| {
            let hint = if i == 0 { format!("; {HEADER}") } else { String::new() };
            format!("{name}:{line}: {what}{hint}")
        };
        if columns.is_none() {
            let fault = |what: &str| at_line(format!("{what}; {LAYOUT}"));
            columns = Some(Columns::of(roles, header.as_ref(), record.len(), name, fault)?);
        }
        let columns = columns.as_ref().expect("set above");
        let answer = columns.row(&record, &mut features).map_err(at_line)?;
        let column = columns.label + 1;
        if roles.is_real {
            let number = answer.parse::<f64>().ok().filter(|number| number.is_finite());
            let refusal = || at_line(format!("column {column}: \"{answer}\" is not a finite number; {LAYOUT}"));
            values.push(number.ok_or_else(refusal)?);
        } else {
            let refusal = |_| {
                at_line(format!(
                    "column {column}: label \"{answer}\" is not one of 0, 1, 2, ...; {LAYOUT}; for numbers, labels = \"real\""
                ))
            };
            let label: usize = answer.parse().map_err(refusal)?;
            labels.push(label);
            line_of_label.entry(label).or_insert(line);
        }
    }
    let Some(columns) = columns else {
        let what = if header.is_some() { "a header and no rows" } else { "no rows" };
        return Err(format!("{name}:1: {what}; {LAYOUT}"));
    };
    let width = columns.features.len();
    if roles.is_real {
        if values.len() < 2 {
            return Err(format!("{name}: {} row; two are needed; {LAYOUT}", values.len()));
        }
        return Ok(Table { width, features, answers: Answers::Real(values) });
    }
    let classes = line_of_label.len();
    if classes < 2 {
        let count = labels.len();
        let column = columns.label + 1;
        return Err(format!(
            "{name}: column {column}: {count} rows with {classes} different label; two labels are needed; {LAYOUT}"
        ));
    }
    if let Some((missing, (label, line))) = line_of_label.iter().enumerate().find(|(i, (label, _))| i != *label) {
        return Err(format!(
            "{name}:{line}: column {}: label {label}, but none is {missing}; number the classes 0, 1, 2, ... without \
             gaps; for numbers, labels = \"real\"",
            columns.label + 1
        ));
    }
    Ok(Table { width, features, answers: Answers::Classes { labels, classes } })
}

/// Where the features and the answer of a line stand, counted from 0.
struct Columns {
    count: usize,
    label: usize,
    features: Vec<usize>,
}

impl Columns {
    /// `fault` makes the message about the line; a role that no column has is a wrong parameter, not a wrong line.
    fn of(
        roles: &Roles,
        header: Option<&StringRecord>,
        count: usize,
        file: &str,
        fault: impl Fn(&str) -> String,
    ) -> Result<Self, String> {
        if count < 2 {
            return Err(fault("a single cell"));
        }
        if let Some(header) = header.filter(|header| header.len() != count) {
            return Err(fault(&format!("{count} cells where the header has {}", header.len())));
        }
        let find = |key: &str, wanted: &str| {
            let places = header.iter().flat_map(|header| header.iter().enumerate());
            let places: Vec<usize> = places.filter(|(_, name)| *name == wanted).map(|(column, _)| column).collect();
            if places.len() > 1 {
                let numbers = places.iter().map(|column| (column + 1).to_string()).collect::<Vec<_>>().join(", ");
                return Err(format!("{key} \"{wanted}\" is the name of columns {numbers}; give the number of one"));
            }
            let named = places.first().copied();
            let numbered =
                || wanted.parse().ok().filter(|number| (1..=count).contains(number)).map(|number: usize| number - 1);
            named.or_else(numbered).ok_or_else(|| {
                let names = header.map_or("the file has no header".to_string(), |header| {
                    format!("the columns are {}", header.iter().collect::<Vec<_>>().join(", "))
                });
                let file = file.strip_prefix(KEY).unwrap_or(file);
                format!("{key} \"{wanted}\" is no column of {file}: {names}; give a name or a number from 1 to {count}")
            })
        };
        let label = if roles.label.is_empty() { count - 1 } else { find("label", roles.label)? };
        let ignored = roles.ignore.iter().map(|wanted| find("ignore", wanted)).collect::<Result<Vec<_>, _>>()?;
        let features: Vec<usize> = (0..count).filter(|column| *column != label && !ignored.contains(column)).collect();
        if features.is_empty() {
            return Err(fault("no column is left for the features"));
        }
        Ok(Columns { count, label, features })
    }

    /// Appends the features of one line and returns its answer.
    fn row<'r>(&self, record: &'r StringRecord, features: &mut Vec<f64>) -> Result<&'r str, String> {
        if record.iter().any(|cell| cell.contains('\n')) {
            return Err(format!("a quote that is opened in this line is not closed in it; {LAYOUT}"));
        }
        if record.len() != self.count {
            let cells = if record.len() == 1 { "cell" } else { "cells" };
            return Err(format!("{} {cells} where the first row has {}; {LAYOUT}", record.len(), self.count));
        }
        for &column in &self.features {
            let cell = &record[column];
            let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
            let refusal = || format!("column {}: \"{cell}\" is not a finite number; {LAYOUT}", column + 1);
            features.push(number.ok_or_else(refusal)?);
        }
        Ok(&record[self.label])
    }
}

/// The message for bytes that are no text.
fn unreadable(name: &str, text: &[u8], error: &csv::Error) -> String {
    const REMEDY: &str = "save the file as UTF-8 text (in a spreadsheet: \"CSV UTF-8\")";
    let csv::ErrorKind::Utf8 { pos: Some(position), err } = error.kind() else {
        return format!("{name}: {error}; {REMEDY}");
    };
    let line = line_at(position, text);
    format!("{name}:{line}: column {}: bytes that are not UTF-8; {REMEDY}", err.field() + 1)
}

/// Line of the file, from 1, that a record stands on; the reader counts from the end of the record before it.
fn line_of(record: &StringRecord, text: &[u8]) -> u64 {
    record.position().map_or(0, |position| line_at(position, text))
}

/// The same from the place where the record before ended.
fn line_at(position: &csv::Position, text: &[u8]) -> u64 {
    let before = text[position.byte() as usize..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + before.filter(|byte| **byte == b'\n').count() as u64
}
