//! The journal: one checksummed line per finished run, so that a kill at any moment loses nothing finished.

use crate::figure::short_hash;
use crate::record::Record;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// File name inside the result folder.
pub const FILE: &str = "journal.jsonl";

const OPEN: &str = "{\"sum\":\"";
const MIDDLE: &str = "\",\"row\":";

/// The open journal; only one thread of one process writes it.
#[derive(Debug)]
pub struct Journal {
    file: File,
}

impl Journal {
    /// Opens the journal of `dir` for appending. A torn last line was cut off by [`recover`] before.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(dir.join(FILE))?;
        Ok(Self { file })
    }

    /// Appends one line in a single write; after that a kill of the process no longer loses it.
    ///
    /// # Errors
    /// Whatever the file system says, such as a full disk.
    pub fn append(&mut self, record: &Record) -> io::Result<()> {
        self.file.write_all(line(record).as_bytes())
    }
}

fn line(record: &Record) -> String {
    let row = serde_json::to_string(record).expect("a record is plain text");
    format!("{OPEN}{}{MIDDLE}{row}}}\n", short_hash(row.as_bytes()))
}

fn parse(line: &str) -> Option<Record> {
    let rest = line.strip_prefix(OPEN)?;
    let sum = rest.get(..16)?;
    let row = rest[16..].strip_prefix(MIDDLE)?.strip_suffix('}')?;
    if short_hash(row.as_bytes()) != sum {
        return None;
    }
    serde_json::from_str(row).ok()
}

/// What a journal holds.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Its intact rows, in the order they were written.
    pub records: Vec<Record>,
    /// Bytes at the end that belong to a torn line.
    pub torn: u64,
    /// Bytes before them: the journal is cut to this length before it is continued.
    pub intact: u64,
}

/// Reads the journal of `dir`; none is an empty one.
///
/// # Errors
/// A line that is broken although it is not the last one: that is no torn write.
pub fn recover(dir: &Path) -> Result<Recovered, String> {
    let path = dir.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovered::default()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let mut found = Recovered::default();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((i, raw)) = lines.next() {
        let text = std::str::from_utf8(raw).ok().and_then(|text| text.strip_suffix('\n'));
        match text.and_then(parse) {
            Some(record) => {
                found.records.push(record);
                found.intact += raw.len() as u64;
            }
            None if lines.peek().is_none() => found.torn = raw.len() as u64,
            None => {
                return Err(format!(
                    "{}:{}: this line is broken and not the last one, so the file was changed by \
                     something else; move it away to continue without its runs",
                    path.display(),
                    i + 1
                ));
            }
        }
    }
    Ok(found)
}

/// Cuts a torn last line off the journal of `dir`.
///
/// # Errors
/// Whatever the file system says.
pub fn trim(dir: &Path, recovered: &Recovered) -> io::Result<()> {
    if recovered.torn == 0 {
        return Ok(());
    }
    OpenOptions::new().write(true).open(dir.join(FILE))?.set_len(recovered.intact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(key: &str) -> Record {
        let mut record = Record::empty(key, "budget", "a \"reason\", with\\signs and ä");
        record.rows[crate::part::Part::Hits].push(vec!["0.1".to_string(), String::new()]);
        record
    }

    #[test]
    fn a_line_cut_at_any_byte_is_dropped_and_the_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (sample("a"), sample("b"));
        let whole = line(&first) + &line(&second);
        for cut in line(&first).len()..whole.len() {
            std::fs::write(dir.path().join(FILE), &whole.as_bytes()[..cut]).unwrap();
            let found = recover(dir.path()).unwrap();
            assert_eq!(found.records, std::slice::from_ref(&first), "cut at {cut}");
            trim(dir.path(), &found).unwrap();
            Journal::open(dir.path()).unwrap().append(&second).unwrap();
            assert_eq!(recover(dir.path()).unwrap().records, [first.clone(), second.clone()]);
        }
    }

    #[test]
    fn a_changed_letter_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let whole = (line(&sample("a")) + &line(&sample("b"))).replacen("budget", "bodget", 1);
        std::fs::write(dir.path().join(FILE), whole).unwrap();
        assert!(recover(dir.path()).unwrap_err().contains("journal.jsonl:1"));
    }
}
