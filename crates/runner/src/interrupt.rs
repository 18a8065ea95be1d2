//! Ctrl-C (and the end signals of batch systems): the first asks for an orderly stop, the second ends the process.

use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// Exit code of an interrupted, resumable command.
pub const EXIT_CODE: u8 = 130;

/// A second signal this soon is the same one: some wrappers send it to the process and to its group.
const SAME_SIGNAL: Duration = Duration::from_millis(500);

static FIRST: OnceLock<Instant> = OnceLock::new();
static INSTALL: Once = Once::new();

/// Listens from now on.
pub fn listen() {
    INSTALL.call_once(|| {
        let handler = || {
            if FIRST.get_or_init(Instant::now).elapsed() > SAME_SIGNAL {
                std::process::exit(i32::from(EXIT_CODE));
            }
        };
        // Where signals cannot be caught, a kill is as good as an interrupt: the journal has it all.
        let _ = ctrlc::set_handler(handler);
    });
}

/// Whether an orderly stop was asked for.
pub fn requested() -> bool {
    FIRST.get().is_some()
}
