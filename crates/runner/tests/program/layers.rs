//! Who may depend on whom: the crates of the workspace form the layers of ARCHITECTURE.md and no other edge.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Development tools that nothing depends on and that may look everywhere.
const EXEMPT: [&str; 2] = ["bench", "gallery"];

fn layers() -> Edges {
    let layers: [(&str, &[&str]); 10] = [
        ("allocations", &[]),
        ("autodiff", &[]),
        ("problems", &["autodiff"]),
        ("symmetric", &["autodiff"]),
        ("optimizers", &["allocations", "autodiff", "symmetric"]),
        ("landscape", &["allocations", "autodiff", "symmetric"]),
        ("plot", &[]),
        ("report", &["plot"]),
        ("conformance", &["autodiff", "landscape", "optimizers", "problems"]),
        ("runner", &["autodiff", "conformance", "problems", "optimizers", "landscape", "report"]),
    ];
    let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    layers.iter().map(|(name, below)| (name.to_string(), owned(below))).collect()
}

/// Edges between members of the workspace, development and build dependencies included.
fn edges(metadata: &Value) -> Edges {
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_string();
    let members: BTreeSet<String> = packages.iter().map(name).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            (name(package), dependencies.iter().map(name).filter(|n| members.contains(n)).collect())
        })
        .filter(|(name, _): &(String, _)| !EXEMPT.contains(&name.as_str()))
        .collect()
}

#[test]
fn crates_depend_on_each_other_as_the_architecture_says() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    assert_eq!(edges(&metadata), layers());
}

#[test]
fn an_edge_between_two_members_is_seen_and_one_to_a_stranger_is_not() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "autodiff", "dependencies": [{ "name": "sha2", "kind": null }] },
        { "name": "report", "dependencies": [{ "name": "autodiff", "kind": "dev" }] },
        { "name": "bench", "dependencies": [{ "name": "report", "kind": null }] },
    ]});
    let found = edges(&metadata);
    assert_eq!(found["report"].iter().collect::<Vec<_>>(), ["autodiff"]);
    assert!(found["autodiff"].is_empty() && !found.contains_key("bench"));
}
