//! What can be wrong with a result folder.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A result folder that no table can be made from.
#[derive(Debug)]
pub enum ReportError {
    /// The file cannot be read at all.
    Unreadable {
        /// Path as it was opened.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line of the file breaks the schema or contradicts another line.
    Malformed {
        /// Path as it was opened.
        file: PathBuf,
        /// Line, counted from 1 (the header).
        line: u64,
        /// What is wrong there.
        problem: String,
    },
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::Unreadable { file, source } => write!(
                f,
                "{}: cannot be read: {source}; is this a result folder? Run the experiment to make one",
                file.display()
            ),
            ReportError::Malformed { file, line, problem } => write!(
                f,
                "{}:{line}: {problem}; result files are not edited by hand: run the experiment again to rebuild them",
                file.display()
            ),
        }
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReportError::Unreadable { source, .. } => Some(source),
            ReportError::Malformed { .. } => None,
        }
    }
}
