//! Instances and shares for tests.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

use std::sync::Arc;

use serde_json::json;

use crate::model::{
    Body, Capability, Cardinality, Content, Contribution, Dependency, File, Instance, Manifest, Merge, Opening, Output,
    Ownership, Phase, ProjectPath, Requirement, SlotFill, Text,
};

/// An instance of a pack of its own name.
pub fn instance(name: &str) -> Instance {
    named(name, name)
}

/// A use of a pack under another name.
pub fn named(name: &str, pack: &str) -> Instance {
    let manifest = json!({"name": pack, "version": "1.0.0", "summary": ""});
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    Instance { name: name.parse().unwrap(), at: None, manifest: Arc::new(manifest) }
}

/// An instance in a folder.
pub fn below(name: &str, folder: &str) -> Instance {
    Instance { at: Some(ProjectPath::parse(folder).unwrap()), ..instance(name) }
}

fn with(instance: Instance, change: impl FnOnce(&mut Manifest)) -> Instance {
    let mut manifest = (*instance.manifest).clone();
    change(&mut manifest);
    Instance { manifest: Arc::new(manifest), ..instance }
}

/// An instance that depends on packs.
pub fn requiring(name: &str, packs: &[&str]) -> Instance {
    let dependency =
        |pack: &&str| Dependency { name: pack.parse().unwrap(), version: "*".parse().unwrap(), source: None };
    with(instance(name), |manifest| manifest.dependencies = packs.iter().map(dependency).collect())
}

/// The same instance, offering a capability `NAME@VERSION` with facts of this schema.
pub fn providing(base: Instance, capability: &str, facts: serde_json::Value) -> Instance {
    let (name, version) = capability.split_once('@').unwrap();
    let own = Capability { name: name.parse().unwrap(), version: version.parse().unwrap(), facts };
    with(base, |manifest| manifest.provides.push(own))
}

/// The same instance, taking a capability `NAME@REQUIREMENT`.
pub fn taking(base: Instance, capability: &str, cardinality: Cardinality, needed_in: Phase) -> Instance {
    taking_facts(base, capability, cardinality, needed_in, json!({}))
}

/// The same instance, taking a capability and reading facts of this schema.
pub fn taking_facts(
    base: Instance,
    capability: &str,
    cardinality: Cardinality,
    needed_in: Phase,
    facts: serde_json::Value,
) -> Instance {
    let (name, version) = capability.split_once('@').unwrap();
    let version = version.parse().unwrap();
    let requirement = Requirement { name: name.to_owned(), version, cardinality, facts, needed_in };
    with(base, |manifest| manifest.requires.push(requirement))
}

/// An output of contributions.
pub fn output(contributions: Vec<Contribution>) -> Output {
    Output { templates: Vec::new(), contributions, diagnostics: Vec::new(), next_steps: Vec::new() }
}

fn contribution(path: &str, body: Body) -> Contribution {
    Contribution { path: path.to_owned(), body }
}

/// A literal text.
pub fn literal(text: &str) -> Text {
    Text::Literal(text.to_owned())
}

/// A plain file's body.
pub fn plain(text: &str) -> File {
    File {
        contents: Content::Text(literal(text)),
        executable: false,
        ownership: Ownership::Managed,
        slots: Vec::new(),
        moved_from: Vec::new(),
    }
}

/// A plain file.
pub fn file(path: &str, text: &str) -> Contribution {
    contribution(path, Body::File(plain(text)))
}

/// A file with changes to its body.
pub fn file_with(path: &str, text: &str, change: impl FnOnce(&mut File)) -> Contribution {
    let mut body = plain(text);
    change(&mut body);
    contribution(path, Body::File(body))
}

/// An optional slot.
pub fn opening(name: &str, marker: &str) -> Opening {
    Opening { name: name.to_owned(), marker: marker.to_owned(), required: false, unique: false, sorted: false }
}

/// A fill.
pub fn fill(path: &str, slot: &str, text: &str, order: i32) -> Contribution {
    contribution(path, Body::Slot(SlotFill { name: slot.to_owned(), text: literal(text), order }))
}

/// Lines.
pub fn lines(path: &str, lines: &[&str]) -> Contribution {
    contribution(path, Body::Lines(lines.iter().map(|&line| line.to_owned()).collect()))
}

/// A strong merge without rules for lists.
pub fn merge(path: &str, format: &str, text: &str) -> Contribution {
    merge_with(path, format, text, |_| {})
}

/// A merge with changes to it.
pub fn merge_with(path: &str, format: &str, text: &str, change: impl FnOnce(&mut Merge)) -> Contribution {
    let mut body = Merge { format: format.to_owned(), text: literal(text), weak: false, lists: Vec::new() };
    change(&mut body);
    contribution(path, Body::Merge(body))
}
