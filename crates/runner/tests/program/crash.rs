//! Kills, interrupts and torn files: nothing finished is lost, nothing wrong is shown, the same command continues.

use crate::support::{Desk, await_that, column, journal_lines, lasting, long, manifest, program, start, text, wait};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Enough runs that a kill falls between them, quick enough for a test.
fn many() -> String {
    long(600, 3000)
}

/// What `many` leaves when nothing disturbs it, measured once.
fn undisturbed() -> &'static BTreeMap<String, String> {
    static FILES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FILES.get_or_init(|| {
        let desk = Desk::new(&many());
        desk.run("r").expect(0);
        lasting(&desk.folder("r"))
    })
}

#[test]
fn kills_at_any_moment_change_nothing() {
    let desk = Desk::new(&many());
    let dir = desk.folder("killed");
    let arguments = ["run", &desk.file(), "--out", &desk.path("killed")];
    let arguments = arguments.map(String::from);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for lines in [0, 1, 150, 300] {
        let mut child = start(&arguments);
        await_that("the journal grows", || dir.join("journal.jsonl").exists() && journal_lines(&dir) >= lines);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Once more in the middle of writing the final files.
    let mut child = start(&arguments);
    await_that("the final files appear", || dir.join("runs.csv").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    program(&arguments).expect(0);
    assert_eq!(*undisturbed(), lasting(&dir));
    assert!(!dir.join("journal.jsonl").exists());
    assert!(manifest(&dir)["earlier"].as_array().unwrap().len() >= 4);
}

#[test]
fn an_interrupt_keeps_what_is_finished_and_the_same_command_continues() {
    let desk = Desk::new(&many());
    let dir = desk.folder("stopped");
    let child = start(&["run", &desk.file(), "--out", &desk.path("stopped")]);
    await_that("some runs are finished", || journal_lines(&dir) >= 64);
    // Some wrappers deliver one Ctrl-C twice; a second one only counts when it comes later.
    interrupt(child.id());
    interrupt(child.id());
    let answer = wait(child).expect(130);
    assert!(answer.err.contains("of 600 are done; to continue:"), "{}", answer.err);
    let again = format!("run {} --out {}\n", desk.file(), desk.path("stopped"));
    assert!(answer.err.contains(&again), "{}", answer.err);
    let status = column(&dir, "runs.csv", "status");
    let missing = status.iter().filter(|status| *status == "missing").count();
    assert_eq!(status.len(), 600, "one row per planned run");
    assert!((1..=536).contains(&missing), "{missing} missing");
    assert_eq!(manifest(&dir)["counts"]["missing"], missing);
    assert!(text(&dir, "tables/success.md").contains("missing"));

    let answer = desk.run("stopped").expect(0);
    assert!(answer.err.contains(&format!("{} done, {missing} to run", 600 - missing)), "{}", answer.err);
    assert_eq!(*undisturbed(), lasting(&dir));
}

#[test]
fn an_interrupt_does_not_wait_for_a_long_block_and_a_busy_folder_is_refused() {
    let desk = Desk::new(&long(4, 4_000_000_000));
    let dir = desk.folder("r");
    let child = start(&["run", &desk.file(), "--out", &desk.path("r")]);
    await_that("the work begins", || dir.join("journal.jsonl").exists());
    let second = desk.run("r").expect(2);
    assert!(second.err.contains("another program is working in"), "{}", second.err);
    let interrupted = Instant::now();
    interrupt(child.id());
    wait(child).expect(130);
    assert!(interrupted.elapsed() < Duration::from_secs(8), "{:?}", interrupted.elapsed());
    assert_eq!(column(&dir, "runs.csv", "status"), ["missing"; 4]);
}

#[test]
fn a_torn_journal_line_is_dropped_with_a_notice() {
    let desk = Desk::new(&many());
    let dir = desk.folder("torn");
    let mut child = start(&["run", &desk.file(), "--out", &desk.path("torn")]);
    await_that("some runs are finished", || journal_lines(&dir) >= 100);
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = fs::read(dir.join("journal.jsonl")).unwrap();
    // The kill may have torn a line itself: the last whole one is cut.
    let whole = 1 + journal.iter().rposition(|byte| *byte == b'\n').unwrap();
    let torn = &journal[..whole - 40];
    fs::write(dir.join("journal.jsonl"), torn).unwrap();
    let kept = torn.iter().filter(|byte| **byte == b'\n').count();
    // Killed once more: what came after the torn line must be whole.
    let mut child = start(&["run", &desk.file(), "--out", &desk.path("torn")]);
    await_that("more runs are finished", || journal_lines(&dir) >= kept + 64);
    child.kill().unwrap();
    let killed = wait(child);
    assert!(killed.err.contains("last line of the journal was torn"), "{}", killed.err);
    assert!(killed.err.contains(&format!("{kept} done, {} to run", 600 - kept)), "{}", killed.err);
    desk.run("torn").expect(0);
    assert_eq!(*undisturbed(), lasting(&dir));
}

#[test]
fn a_journal_changed_in_the_middle_is_refused() {
    let desk = Desk::new(&many());
    let dir = desk.folder("r");
    let mut child = start(&["run", &desk.file(), "--out", &desk.path("r")]);
    await_that("some runs are finished", || journal_lines(&dir) >= 64);
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = text(&dir, "journal.jsonl").replacen("budget", "bodget", 1);
    fs::write(dir.join("journal.jsonl"), &journal).unwrap();
    let refused = desk.run("r").expect(2);
    assert!(refused.err.contains("journal.jsonl:1: this line is broken"), "{}", refused.err);
    assert_eq!(text(&dir, "journal.jsonl"), journal);
}

/// Ctrl-C for another process.
fn interrupt(id: u32) {
    let sent = Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
    assert!(sent.success());
}
