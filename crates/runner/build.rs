//! Hands the compiler's version and the profile to the program, for the manifest of a result folder.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let version = Command::new(compiler).arg("--version").output().ok();
    let version = version.and_then(|output| String::from_utf8(output.stdout).ok());
    let version = version.unwrap_or_else(|| "unknown".to_string());
    println!("cargo::rustc-env=RUNNER_RUSTC={}", version.trim());
    for name in ["PROFILE", "TARGET"] {
        let value = env::var(name).unwrap_or_else(|_| "unknown".to_string());
        println!("cargo::rustc-env=RUNNER_{name}={value}");
    }
}
