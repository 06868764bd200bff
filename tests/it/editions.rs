//! What an edition promises: the same packs and answers give the same bytes.
//!
//! A lock records by which edition its tree was rendered, and updates count on it. `tests/editions/N` lists digests of
//! what edition N renders: of published packs, whose components never change, and of the gallery's compositions. A list
//! is written once and never again. Where it fails, either the change of bytes was not meant, or `RENDER_EDITION` has to
//! be raised; then this test writes the new edition's lists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scaffold::model::Digest;
use scaffold::project::RENDER_EDITION;

use crate::support::Machine;

/// Digests by path.
type Listing = BTreeMap<String, String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/editions/{RENDER_EDITION}"))
}

/// Compares with the list of that name, or writes it where the edition has none yet. What is newer than the list is no
/// business of it.
fn compare(name: &str, found: &Listing) {
    let path = folder().join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        std::fs::create_dir_all(folder()).unwrap();
        let lines: String = found.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
        std::fs::write(&path, lines).unwrap();
        panic!("edition {RENDER_EDITION} had no list `{name}`: it was written, and has to be committed");
    };
    let listed = text.lines().filter_map(|line| line.split_once("  "));
    let changed: Vec<&str> = listed
        .filter(|(digest, path)| found.get(*path).map(String::as_str) != Some(*digest))
        .map(|(_, path)| path)
        .collect();
    assert!(changed.is_empty(), "edition {RENDER_EDITION} renders these in another way: {changed:#?}");
}

/// What published packs make: projects, and the packs of each.
fn made_by(projects: &[(&str, &[&str])]) -> Listing {
    let machine = Machine::new();
    let registry = Path::new(env!("CARGO_MANIFEST_DIR")).join("registry");
    let mut found = Listing::new();
    for (project, packs) in projects {
        let named = packs.iter().flat_map(|pack| ["--pack", *pack]);
        let arguments: Vec<&str> = ["new", project, "--name", "shop", "--defaults"].into_iter().chain(named).collect();
        machine.finish(machine.command(&arguments).env("SCAFFOLD_REGISTRY", &registry)).succeeds();
        for (path, contents) in machine.tree(project) {
            if !path.starts_with("scaffold.") {
                found.insert(format!("{project}/{path}"), Digest::of(&contents).hex());
            }
        }
    }
    found
}

#[test]
fn published_packs_render_as_they_did() {
    let found = made_by(&[
        ("orders", &["fastapi-orders@=0.2.0", "fastapi-base@=0.2.0", "fastapi-auth@=0.1.0"][..]),
        ("old", &["fastapi-orders@=0.1.0", "fastapi-base@=0.1.1"]),
        (
            "all",
            &[
                "fastapi-orders@=0.2.0",
                "fastapi-users@=0.1.0",
                "fastapi-base@=0.2.0",
                "fastapi-auth@=0.1.0",
                "gh-actions@=0.1.0",
                "terraform-eks@=0.1.0",
            ],
        ),
    ]);
    compare("published.sha256", &found);
}

/// Those that were built when the contract was frozen.
#[test]
fn packs_of_the_frozen_contract_render_as_they_did() {
    let found = made_by(&[(
        "all",
        &[
            "fastapi-orders@=0.2.1",
            "fastapi-users@=0.1.1",
            "fastapi-base@=0.2.1",
            "fastapi-auth@=0.1.1",
            "gh-actions@=0.2.0",
            "terraform-eks@=0.2.0",
        ],
    )]);
    compare("frozen.sha256", &found);
}

#[test]
fn the_gallery_looks_as_it_did() {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery");
    let mut found = Listing::new();
    let mut open = vec![gallery.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let below = path.strip_prefix(&gallery).unwrap().to_str().unwrap().to_owned();
            if below.split('/').nth(1) == Some("project") {
                found.insert(below, Digest::of(&std::fs::read(&path).unwrap()).hex());
            }
        }
    }
    assert!(!found.is_empty());
    compare("gallery.sha256", &found);
}
