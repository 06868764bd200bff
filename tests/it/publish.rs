//! Publishing to a registry in a folder.

use serde_json::{Value, json};

use crate::support::{Machine, Pack, Run, Server};

/// A machine with an empty registry in `packs`.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.run(&["registry", "init", "packs", "--id", "https://packs.acme.example/"]).succeeds();
    machine
}

fn pack(version: &str) -> Pack {
    Pack::new("plain").manifest("version", json!(version)).files(&[("a", version)])
}

fn publish(machine: &Machine, pack: &Pack) -> Run {
    machine.pack("plain.wasm", pack);
    machine.run(&["publish", "plain.wasm", "--registry", "packs"])
}

fn new(machine: &Machine, spec: &str) -> Run {
    std::fs::remove_dir_all(machine.path("shop")).ok();
    let mut command = machine.command(&["new", "shop", "--pack", spec]);
    machine.finish(command.env("SCAFFOLD_REGISTRY", machine.path("packs")))
}

#[track_caller]
fn says(said: &str, code: &str) {
    assert!(said.starts_with(&format!("error[{code}]")), "{said}");
}

#[test]
fn what_is_published_is_found_by_any_client() {
    let machine = machine();
    publish(&machine, &pack("1.0.0")).succeeds();
    new(&machine, "plain").succeeds();
    assert_eq!(machine.read("shop/a"), "1.0.0");
    let server = Server::start(&machine.path("packs"));
    let mut command = machine.command(&["new", "web", "--pack", "plain"]);
    machine.finish(command.env("SCAFFOLD_REGISTRY", server.url())).succeeds();
    assert_eq!(scaffold::registry::verify(&machine.path("packs")), Ok(()));
    assert!(machine.read("packs/index/pl/ai/plain").contains("\"published\":\"2026-01-01T00:00:00Z\""));
}

#[test]
fn a_registry_is_named_by_its_name_or_its_folder() {
    let machine = machine();
    machine.run(&["registry", "add", "acme", "packs"]).succeeds();
    machine.pack("plain.wasm", &pack("1.0.0"));
    let to = |registry: &str| machine.run(&["publish", "plain.wasm", "--registry", registry, "--json"]);
    let document: Value = serde_json::from_str(&to("acme").succeeds().stdout).unwrap();
    assert_eq!((&document["schema"], &document["version"]), (&json!("scaffold.publish/1"), &json!("1.0.0")));
    for (registry, code) in [
        ("nobody", "registry-unknown"),
        ("./nowhere", "registry-io"),
        ("https://packs.example/", "registry-read-only"),
        ("oci://ho st/acme", "registry-address"),
    ] {
        let run = to(registry);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &document["errors"][0]["code"]), (1, &json!(code)));
    }
}

#[test]
fn a_published_version_never_changes() {
    let machine = machine();
    publish(&machine, &pack("1.0.0")).succeeds();
    let before = machine.tree("packs");
    publish(&machine, &pack("1.0.0")).succeeds();
    says(&publish(&machine, &pack("1.0.0").files(&[("a", "other")])).fails(), "version-exists");
    assert_eq!(machine.tree("packs"), before);
}

#[test]
fn what_nobody_could_use_is_not_published() {
    let machine = machine();
    let before = machine.tree("packs");
    machine.write("plain.wasm", "text");
    says(&machine.run(&["publish", "plain.wasm", "--registry", "packs"]).fails(), "not-a-component");
    says(&machine.run(&["publish", "nothing.wasm", "--registry", "packs"]).fails(), "pack-unreadable");
    machine.write("plain.wasm", Pack::new("plain").bare());
    says(&machine.run(&["publish", "plain.wasm", "--registry", "packs"]).fails(), "manifest-missing");
    let questions = pack("1.0.0").questions(json!({ "port": { "type": "no type" } }));
    says(&publish(&machine, &questions).fails(), "question-schema");
    let secret = pack("1.0.0").questions(json!({ "key": { "type": "string", "writeOnly": true } }));
    says(&publish(&machine, &secret).fails(), "question-secret");
    let facts = json!([{ "name": "web", "version": "1.0.0", "facts": { "type": 3 } }]);
    says(&publish(&machine, &pack("1.0.0").manifest("provides", facts)).fails(), "facts-schema-invalid");
    let left: Vec<String> = machine.tree("packs").into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, before.into_iter().map(|(path, _)| path).collect::<Vec<_>>());
}

#[test]
fn yanked_versions_serve_no_newcomers_until_they_are_restored() {
    let machine = machine();
    publish(&machine, &pack("1.0.0")).succeeds();
    publish(&machine, &pack("1.1.0")).succeeds();
    let before = machine.tree("packs");
    let yank = |arguments: &[&str]| machine.run(&[&["yank", "--registry", "packs"], arguments].concat());
    yank(&["plain@1.1.0"]).succeeds();
    yank(&["plain@1.1.0"]).succeeds();
    new(&machine, "plain").succeeds();
    assert_eq!(machine.read("shop/a"), "1.0.0");
    says(&new(&machine, "plain@=1.1.0").fails(), "no-version");
    assert!(machine.read("packs/catalog.json").contains("1.0.0"));
    assert_eq!(scaffold::registry::verify(&machine.path("packs")), Ok(()));
    yank(&["plain@1.1.0", "--undo"]).succeeds();
    assert_eq!(machine.tree("packs"), before);
    says(&yank(&["plain@2.0.0"]).fails(), "version-unknown");
    says(&yank(&["plain"]).fails(), "spec-invalid");
    says(&yank(&["plain@^1"]).fails(), "spec-invalid");
    // Of a pack whose versions are all taken back, the catalogue says nothing.
    yank(&["plain@1.0.0"]).succeeds();
    yank(&["plain@1.1.0"]).succeeds();
    assert!(!machine.read("packs/catalog.json").contains("plain"));
    yank(&["plain@1.0.0", "--undo"]).succeeds();
    yank(&["plain@1.1.0", "--undo"]).succeeds();
    assert_eq!(machine.tree("packs"), before);
}

#[test]
fn publishers_do_not_lose_each_others_work() {
    let machine = machine();
    let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
    let children = versions.map(|version| {
        machine.pack(&format!("{version}.wasm"), &pack(version));
        let mut command = machine.command(&["publish", "--quiet", &format!("{version}.wasm"), "--registry", "packs"]);
        command.spawn().unwrap()
    });
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(scaffold::registry::verify(&machine.path("packs")), Ok(()));
    let index = machine.read("packs/index/pl/ai/plain");
    let found: Vec<&str> = versions.into_iter().filter(|version| index.contains(*version)).collect();
    assert_eq!(found, versions);
}
