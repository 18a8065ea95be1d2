//! Reads one CSV file into typed rows; every complaint names file and line.

use std::fs;
use std::path::{Path, PathBuf};

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord};

use crate::error::ReportError;
use crate::rows::Row;

/// The rows of one file with the line each starts on.
pub(crate) struct Loaded<T> {
    file: PathBuf,
    /// `(line, row)`, in file order.
    pub rows: Vec<(u64, T)>,
}

impl<T> Loaded<T> {
    /// A complaint about `line` of this file.
    pub fn malformed(&self, line: u64, problem: String) -> ReportError {
        ReportError::Malformed { file: self.file.clone(), line, problem }
    }
}

/// Reads `T::FILE` of the folder `dir`, which an experiment may do without.
pub(crate) fn load_if_there<T: Row>(dir: &Path) -> Result<Option<Loaded<T>>, ReportError> {
    if dir.join(T::FILE).exists() { load(dir).map(Some) } else { Ok(None) }
}

/// Reads `T::FILE` of the folder `dir`.
pub(crate) fn load<T: Row>(dir: &Path) -> Result<Loaded<T>, ReportError> {
    let file = dir.join(T::FILE);
    let bytes = fs::read(&file).map_err(|source| ReportError::Unreadable { file: file.clone(), source })?;
    let mut reader = ReaderBuilder::new().from_reader(bytes.as_slice());
    let mut loaded = Loaded { file, rows: Vec::new() };

    let header = reader.headers().map_err(|error| complaint(&loaded, &error, T::COLUMNS))?.clone();
    if let Some(problem) = header_problem(&header, T::COLUMNS) {
        return Err(loaded.malformed(1, problem));
    }
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| complaint(&loaded, &error, T::COLUMNS))? {
        let line = record.position().map_or(0, Position::line);
        let row = record.deserialize(Some(&header)).map_err(|error| complaint(&loaded, &error, T::COLUMNS))?;
        loaded.rows.push((line, row));
    }
    Ok(loaded)
}

/// How the header differs from the schema, if it does.
fn header_problem(header: &StringRecord, columns: &[&str]) -> Option<String> {
    let missing: Vec<&str> = columns.iter().copied().filter(|c| !header.iter().any(|h| h == *c)).collect();
    let unknown: Vec<&str> = header.iter().filter(|h| !columns.contains(h)).collect();
    match (missing.as_slice(), unknown.as_slice()) {
        ([], []) if header.iter().eq(columns.iter().copied()) => None,
        ([], []) => Some(format!("columns out of order or repeated; expected {}", columns.join(","))),
        _ => Some(format!("wrong header: missing [{}], unknown [{}]", missing.join(", "), unknown.join(", "))),
    }
}

/// A csv error in our words.
fn complaint<T>(loaded: &Loaded<T>, error: &csv::Error, columns: &[&str]) -> ReportError {
    let line = error.position().map_or(1, Position::line);
    let problem = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where the header has {expected_len}")
        }
        ErrorKind::Deserialize { err, .. } => {
            match err.field().and_then(|i| columns.get(i as usize)) {
                Some(column) => format!("column `{column}`: {}", err.kind()),
                // An unknown word carries no column, but names the words expected.
                None => err.kind().to_string(),
            }
        }
        ErrorKind::Utf8 { .. } => "text is not UTF-8".to_string(),
        _ => error.to_string(),
    };
    loaded.malformed(line, problem)
}
