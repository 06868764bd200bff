//! Imports point one way: see `docs/architecture.md`, "The house".

use std::collections::BTreeSet;
use std::path::Path;

/// What each room may name of the crate, and which outside crates are its own.
const ROOMS: [(&str, &[&str]); 15] = [
    ("model", &[]),
    ("threads", &["model"]),
    ("component", &["model"]),
    ("template", &["model", "threads"]),
    ("schema", &["model"]),
    ("store", &["model"]),
    ("apply", &["model", "threads"]),
    ("authoring", &["component", "model", "template"]),
    ("compose", &["model", "schema", "template"]),
    ("host", &["component", "model", "template", "threads"]),
    ("registry", &["component", "model", "store"]),
    ("project", &["model", "schema", "template"]),
    ("reconcile", &["compose", "model"]),
    (
        "pipeline",
        &[
            "apply",
            "authoring",
            "component",
            "compose",
            "host",
            "model",
            "project",
            "reconcile",
            "registry",
            "schema",
            "store",
            "template",
            "threads",
        ],
    ),
    ("cli", &["apply", "host", "model", "pipeline", "project", "reconcile", "registry", "store", "threads"]),
];

/// Crates that only one room may name.
const OWNED: [(&str, &str); 11] = [
    ("docker_credential", "registry"),
    ("http_auth", "registry"),
    ("reqwest", "registry"),
    ("rustls", "registry"),
    ("wasmtime", "host"),
    ("wasmtime_wasi", "host"),
    ("cap_std", "apply"),
    ("clap", "cli"),
    ("inquire", "cli"),
    ("indicatif", "cli"),
    ("anstream", "cli"),
];

#[test]
fn no_room_looks_where_it_may_not() {
    for (room, allowed) in ROOMS {
        for (path, text) in super::errors::sources(&format!("src/{room}")) {
            let named: BTreeSet<&str> = text
                .split("crate::")
                .skip(1)
                .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
                .filter(|name| ROOMS.iter().any(|(room, _)| room == name))
                .collect();
            for name in named {
                assert!(name == room || allowed.contains(&name), "{path}: `{room}` may not name `{name}`");
            }
            for (outside, owner) in OWNED {
                let names_it = text.lines().any(|line| {
                    let code = line.split("//").next().unwrap_or_default();
                    code.contains(&format!("{outside}::"))
                });
                assert!(owner == room || !names_it, "{path}: only `{owner}` may name `{outside}`");
            }
        }
    }
}

#[test]
fn every_room_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            assert!(ROOMS.iter().any(|(room, _)| *room == name), "`{name}` is no room of tests/it/rooms.rs");
        }
    }
}

#[test]
fn unsafe_code_stands_in_one_file() {
    for (path, text) in super::errors::sources("src") {
        let has = text.contains("unsafe {") || text.contains("allow(unsafe_code)");
        assert!(!has || path.ends_with("host/compiled.rs"), "{path} has unsafe code");
    }
}
