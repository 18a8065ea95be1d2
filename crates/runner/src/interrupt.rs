//! Ctrl-C (and the end signals of batch systems): the first asks for an orderly stop, the second ends the process.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of an interrupted, resumable command.
pub const EXIT_CODE: u8 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();

/// Listens from now on.
pub fn listen() {
    INSTALL.call_once(|| {
        let handler = || {
            if REQUESTED.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(EXIT_CODE));
            }
        };
        // Where signals cannot be caught, a kill is as good as an interrupt: the journal has it all.
        let _ = ctrlc::set_handler(handler);
    });
}

/// Whether an orderly stop was asked for.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
