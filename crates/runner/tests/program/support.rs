//! Calling the program, in this process or as its own, and looking at what it leaves behind.

use problems::Registry;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a command gave back.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The answer, if the exit code is the expected one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out:\n{}\nerr:\n{}", self.out, self.err);
        self
    }
}

/// The program with `arguments`, as a process that is not started yet.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
    command.args(arguments).env_remove("CARGO_PKG_NAME").stdin(Stdio::null());
    command
}

/// The program as a process, to its end.
pub fn program(arguments: &[&str]) -> Answer {
    Answer::of(&command(arguments).output().expect("the program starts"))
}

/// The program as a process that goes on by itself.
pub fn start(arguments: &[&str]) -> Child {
    let silent = || Stdio::piped();
    command(arguments).stdout(silent()).stderr(silent()).spawn().expect("the program starts")
}

/// The end of a started program.
pub fn wait(child: Child) -> Answer {
    Answer::of(&child.wait_with_output().expect("the program ends"))
}

/// The program inside this process, over problems of one's own.
pub fn call(registry: &Registry, arguments: &[&str]) -> Answer {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let code = runner::run(registry, optimizers::Catalogue::builtin(), words, "runner", false, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Answer { code: code.into(), out: text(out), err: text(err) }
}

/// A folder that disappears, with an experiment file and a place for results in it.
pub struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    /// A desk with `text` as its experiment file.
    pub fn new(text: &str) -> Self {
        let desk = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        desk.write(text);
        desk
    }

    /// Replaces the experiment file.
    pub fn write(&self, text: &str) {
        fs::write(self.dir.path().join("e.toml"), text).expect("the file is written");
    }

    /// Path of the experiment file.
    pub fn file(&self) -> String {
        self.path("e.toml")
    }

    /// Path of something on the desk.
    pub fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// The result folder called `name`.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `run` of the file into the folder `name`, as a process.
    pub fn run(&self, name: &str) -> Answer {
        program(&["run", &self.file(), "--out", &self.path(name)])
    }
}

/// The files of a result folder that must not depend on chance, clock or threads, by name.
pub fn lasting(dir: &Path) -> BTreeMap<String, String> {
    let sums = text(dir, "SHA256SUMS");
    let names = sums.lines().map(|line| line.split_once("  ").expect("sum and name").1.to_string());
    let mut files: BTreeMap<String, String> = names.map(|name| (name.clone(), text(dir, &name))).collect();
    for name in listing(&dir.join("failures")) {
        files.insert(format!("failures/{name}"), text(dir, &format!("failures/{name}")));
    }
    files.insert("SHA256SUMS".to_string(), sums);
    files
}

/// A file of a folder as text.
#[track_caller]
pub fn text(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Names in a folder, sorted; none if there is no folder.
pub fn listing(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// One column of a CSV file.
pub fn column(dir: &Path, file: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(dir.join(file)).expect("a CSV file");
    let at = reader.headers().expect("a header").iter().position(|header| header == name);
    let at = at.unwrap_or_else(|| panic!("{file} has no column {name}"));
    reader.records().map(|row| row.expect("a row")[at].to_string()).collect()
}

/// Waits until `is_so`, at most a minute.
#[track_caller]
pub fn await_that(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited a minute until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Lines of the journal so far.
pub fn journal_lines(dir: &Path) -> usize {
    let bytes = fs::read(dir.join("journal.jsonl")).unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The manifest.
pub fn manifest(dir: &Path) -> serde_json::Value {
    serde_json::from_str(&text(dir, "manifest.json")).expect("the manifest is JSON")
}

/// A small experiment that has every kind of cell.
pub const SMALL: &str = r#"
schema = 1
[experiment]
name = "small"
[[problem]]
name = "rastrigin"
dim = [1, 2]
methods = ["gd", "restart", "noisy", "newton"]
[[problem]]
name = "spherical_spin"
dim = 5
methods = ["gd", "newton"]
gaps = []
[[problem]]
name = "mlp"
pool = 8
samples = 24
hidden = [1]
gaps = [2.0]
methods = ["sgd"]
[[method]]
id = "gd"
optimizer = "gradient_descent"
[[method]]
id = "restart"
optimizer = "gradient_descent"
strategy = "multi_restart"
strategy_params = { cutoff = 20 }
[[method]]
id = "noisy"
optimizer = "adam"
params = { lr = 0.01 }
strategy = "noisy_start"
[[method]]
id = "sgd"
optimizer = "sgd"
params = { lr = 0.1, batch = 7 }
[[method]]
id = "newton"
finder = "newton"
[runs]
replicates = 40
[budget]
gradients = 100
[targets]
gaps = [10.0, 1.0, 0.1]
[record]
curves = { per_decade = 4, replicates = 30 }
plateaus = { gradient = 0.5 }
examples = true
[critical]
at = ["stop", "start", 10]
"#;

/// One cell of many runs that never converge, so that there is time to interrupt.
pub fn long(replicates: usize, gradients: u64) -> String {
    format!(
        r#"
schema = 1
[experiment]
name = "long"
[[problem]]
name = "rastrigin"
dim = 6
gaps = [10.0, 1.0]
[[method]]
id = "noisy"
optimizer = "gradient_descent"
strategy = "noisy_start"
strategy_params = {{ window = 1.0 }}
[runs]
replicates = {replicates}
[budget]
gradients = {gradients}
[record]
curves = {{ per_decade = 6 }}
[critical]
at = ["stop"]
"#
    )
}
