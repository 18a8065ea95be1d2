//! What a command may use of the outside world, and how a command can fail.

use crate::tools::Tools;
use problems::Registry;
use std::io::Write;

/// Characters per line of everything printed.
pub const WIDTH: usize = 80;

/// The two output streams and the things a command can look up.
pub struct Context<'a> {
    /// Known problems.
    pub registry: &'a Registry,
    /// Known methods.
    pub tools: &'a Tools,
    /// Results: tables, listings, JSON.
    pub out: &'a mut dyn Write,
    /// Everything about the way there.
    pub err: &'a mut dyn Write,
    /// Whether `err` is a terminal a progress bar can be drawn on.
    pub live: bool,
    /// How the user starts this program, for commands to copy.
    pub program: &'a str,
    /// The arguments, for the manifest.
    pub arguments: Vec<String>,
}

impl Context<'_> {
    /// A line of results.
    pub fn say(&mut self, line: impl AsRef<str>) {
        // A reader that has seen enough (`| head`) is no error.
        let _ = writeln!(self.out, "{}", line.as_ref());
    }

    /// A line about the way there.
    pub fn note(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", line.as_ref());
    }
}

/// Why a command ends without a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The user can mend it; nothing was written. The text is complete, with its `error:`.
    BadInput(String),
    /// The disk, the system or this program failed.
    Internal(String),
}

impl Failure {
    /// Bad input in one sentence.
    pub fn input(message: impl AsRef<str>) -> Self {
        Failure::BadInput(format!("error: {}\n", message.as_ref()))
    }
}

/// Exit codes, one meaning each.
pub mod exit {
    /// Done.
    pub const DONE: u8 = 0;
    /// The disk, the system or this program failed.
    pub const INTERNAL: u8 = 1;
    /// Bad input; nothing was written.
    pub const BAD_INPUT: u8 = 2;
    /// Finished, with failed runs.
    pub const FAILED_RUNS: u8 = 3;
    /// A check found that something is not as it should be.
    pub const DIFFERENT: u8 = 4;
}
