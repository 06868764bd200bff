//! Packs in Rust: the tutorial, and that the place where a pack is built leaves no trace in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::runs;
use crate::support::{Machine, Reader, page};

/// Where crates are compiled for packs, kept for the next time.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/foreign-tools/rust")
}

/// What cargo needs of this machine: the toolchain's home, and the crates that it has.
fn environment() -> Vec<(&'static str, OsString)> {
    let homes = ["HOME", "CARGO_HOME", "RUSTUP_HOME"];
    let homes = homes.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    homes.chain([("CARGO_TARGET_DIR", target().into())]).collect()
}

fn is_missing() -> bool {
    let missing = !runs("cargo");
    assert!(!missing || std::env::var_os("CI").is_none(), "CI lacks cargo");
    missing
}

#[test]
fn the_tutorial_can_be_followed() {
    if is_missing() {
        return;
    }
    let machine = Machine::new();
    // The target may have come another way: `scaffold pack build` finds that too.
    let mut reader = Reader::new(&machine).installs("rustup target add wasm32-unknown-unknown", &|| ());
    for (name, value) in environment() {
        reader = reader.env(name, value);
    }
    // Its own messages are not those of the page.
    reader = reader.env("CARGO_TERM_QUIET", "true");
    reader.follow(&page("tutorials/rust.md"));
}

/// A panic in a crate beside the pack's own names its file.
///
/// What cargo compiled in one folder is fresh to it in another where a crate has the same name, version and place in its
/// workspace, and files that are older. Other tests use the same target folder at the same time, so the two crates here
/// have a name and a version that no other test builds.
#[test]
fn a_component_is_the_same_wherever_it_is_built() {
    if is_missing() {
        return;
    }
    let machine = Machine::new();
    let built = ["here", "some/where/else"].map(|folder| {
        let pack = format!("{folder}/traceless");
        machine.run(&["pack", "new", &pack, "--lang", "rust"]).succeeds();
        let replace = |file: &str, line: &str, other: &str| {
            let path = format!("{pack}/vendor/scaffold-pack/{file}");
            let text = machine.read(&path);
            assert!(text.contains(line), "{path} has no `{line}`");
            machine.write(&path, text.replacen(line, other, 1));
        };
        replace("Cargo.toml", "version = \"0.1.0\"", "version = \"0.1.77\"");
        let parse = "    serde_json::from_str(json)";
        replace("src/context.rs", parse, &format!("    assert!(json.len() != 77_777);\n{parse}"));
        let output = format!("{folder}/traceless.wasm");
        let mut command = machine.command(&["pack", "build", &pack, "--output", &output]);
        machine.finish(command.envs(environment())).succeeds();
        std::fs::read(machine.path(&output)).unwrap()
    });
    let has = |text: &[u8]| built[0].windows(text.len()).any(|window| window == text);
    assert!(has(b"scaffold-pack/src/context.rs"), "the panic that was to be there is not");
    let own = machine.path("");
    let home = std::env::var_os("CARGO_HOME").or_else(|| std::env::var_os("HOME")).unwrap_or_default();
    for path in [own.as_os_str(), target().as_os_str(), &home] {
        assert!(path.is_empty() || !has(path.as_encoded_bytes()), "{path:?} is in the component");
    }
    assert!(built[0] == built[1], "the two folders give different bytes");
}
