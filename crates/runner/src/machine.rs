//! What the numbers were made with: program, compiler, machine. Everything best effort, nothing personal.

use crate::figure::sha256;
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::Command;

/// Where this program comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Program {
    /// Version of the workspace.
    pub version: &'static str,
    /// Commit of the sources, if they are under git and git is there.
    pub commit: Option<String>,
    /// Whether anything but results differs from that commit.
    pub dirty: Option<bool>,
    /// Hash of the lock file the program was built with.
    pub cargo_lock_sha256: String,
    /// Compiler.
    pub rustc: &'static str,
    /// Cargo profile (`debug` is the optimised dev profile).
    pub profile: &'static str,
    /// `opt-level` of that profile.
    pub opt_level: &'static str,
    /// Whether debug assertions are compiled in.
    pub debug_assertions: bool,
    /// Platform.
    pub target: &'static str,
}

impl Program {
    /// Asks git about the sources this program was built from.
    pub fn of_this_build() -> Self {
        let commit = git(&["rev-parse", "HEAD"]);
        let changes = git(&["status", "--porcelain", "--", ":(top)", ":(top,exclude)results"]);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            dirty: commit.as_ref().and(changes).map(|text| !text.is_empty()),
            commit,
            cargo_lock_sha256: sha256(include_bytes!("../../../Cargo.lock")),
            rustc: env!("RUNNER_RUSTC"),
            profile: env!("RUNNER_PROFILE"),
            opt_level: autodiff::OPT_LEVEL,
            debug_assertions: cfg!(debug_assertions),
            target: env!("RUNNER_TARGET"),
        }
    }
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(["-C", env!("CARGO_MANIFEST_DIR")]).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_string())
}

/// The computer.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Model name of the processor.
    pub cpu: String,
    /// Logical processors.
    pub cores: usize,
    /// Instruction sets found at run time.
    pub features: Vec<&'static str>,
    /// Operating system and kernel.
    pub os: String,
    /// Main memory, rounded to gibibytes.
    pub ram_gib: u64,
}

impl Machine {
    /// This computer.
    pub fn here() -> Self {
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_string()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            features: features(),
            os: operating_system(),
            ram_gib: memory_gib().unwrap_or(0),
        }
    }
}

/// The value of the first line `name : value` or `name=value` of a small system file.
fn field(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(rest.trim_matches(|c: char| c.is_whitespace() || ":=\"".contains(c)).to_string())
}

fn memory_gib() -> Option<u64> {
    let text = field("/proc/meminfo", "MemTotal")?;
    let kib: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some((kib / f64::from(1 << 20)).round() as u64)
}

fn operating_system() -> String {
    let name = field("/etc/os-release", "PRETTY_NAME");
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let parts = [name, kernel.map(|text| format!("kernel {}", text.trim()))];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    if known.is_empty() { std::env::consts::OS.to_string() } else { known.join(", ") }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let checks = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    checks.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

/// Why this build or machine is slower than it could be, one sentence each.
pub fn slowness() -> Vec<String> {
    let mut notices = Vec::new();
    if !autodiff::vector_unit() {
        notices.push(
            "this processor has no AVX2 with FMA: everything works, with the same results, \
             but many times slower"
                .to_string(),
        );
    }
    if autodiff::OPT_LEVEL == "0" {
        notices.push(
            "this program was built without optimisation: about 20 times slower; \
             the profiles in the repository's Cargo.toml optimise"
                .to_string(),
        );
    }
    notices
}

/// Environment variables that can change speed or build, if set.
pub fn environment() -> BTreeMap<&'static str, String> {
    ["RAYON_NUM_THREADS", "RUSTFLAGS"].into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))).collect()
}

/// A text without the path of the user's home folder.
pub fn without_home(text: &str) -> String {
    match std::env::var("HOME") {
        Ok(home) if home.len() > 1 => text.replace(&home, "~"),
        _ => text.to_string(),
    }
}
