//! The project's two files, as they are written.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

fn project() -> Machine {
    let machine = Machine::new();
    let pack = Pack::new("plain")
        .questions(json!({ "port": { "type": "integer", "default": 8000 }, "team": { "type": "string" } }))
        .files(&[("README.md", "# Plain\n"), ("run.sh", "#!/bin/sh\r\n")]);
    machine.pack("plain.wasm", &pack);
    let name = ["--name", "Plain \"&\" simple"];
    machine.run(&["new", "shop", "--pack", "./plain.wasm", "--set", "team=core", name[0], name[1]]).succeeds();
    machine
}

#[test]
fn the_intent_holds_what_the_user_wants() {
    assert_data_eq!(
        project().read("shop/scaffold.toml"),
        str![[r#"
[project]
name = 'Plain "&" simple'
year = 2026

[packs]
plain = { path = "../plain.wasm" }

[answers.shared]
team = "core"

"#]]
    );
}

#[test]
fn the_lock_holds_what_it_resolved_to() {
    let lock = project().read("shop/scaffold.lock");
    // The component's own digest changes with the tools that made it.
    let checksum = lock.lines().find(|line| line.starts_with("checksum")).unwrap();
    assert_data_eq!(
        lock.replace(checksum, "checksum = \"[COMPONENT]\""),
        str![[r##"
# Written by scaffold: every input of the run that made this project, and the files that came of it.
# Keep it in version control. To change something, edit `scaffold.toml`.
version = 1
edition = 2

[project]
name = 'Plain "&" simple'
year = 2026

[[pack]]
instance = "plain"
name = "plain"
version = "0.1.0"
source = "path+../plain.wasm"
checksum = "[COMPONENT]"
contract = "0.1.0"
imports = ["scaffold:pack/types@0.1.0"]
provides = []
dependencies = []

[pack.answers.given]
team = "core"

[pack.answers.default]
port = 8000

[files]
"README.md" = { checksum = "sha256:9d6dc8a23dc8c4f6fa6a808668530dda7ec277b2ccc74b3c2e987aa4c90a9e1e", packs = ["plain"] }
"run.sh" = { checksum = "sha256:a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf", packs = ["plain"] }

"##]]
    );
}

#[test]
fn both_can_be_read_again() {
    let machine = project();
    let intent = scaffold::project::Intent::parse(&machine.read("shop/scaffold.toml")).unwrap();
    assert_eq!(intent.to_text().unwrap(), machine.read("shop/scaffold.toml"));
    let lock = scaffold::project::Lock::parse(&machine.read("shop/scaffold.lock")).unwrap();
    assert_eq!(lock.to_text().unwrap(), machine.read("shop/scaffold.lock"));
}
