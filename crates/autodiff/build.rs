//! Tells the crate how far it is optimised: what was measured with it depends on that.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let level = std::env::var("OPT_LEVEL").unwrap_or_else(|_| "unknown".to_string());
    println!("cargo::rustc-env=AUTODIFF_OPT_LEVEL={level}");
}
