//! `scaffold pack new`: what it starts is whole, and passes its own tests.

use serde_json::Value;

use crate::support::Machine;

#[test]
fn a_pack_without_code_is_started_built_tested_and_used() {
    let machine = Machine::new();
    let run = machine.run(&["pack", "new", "greeter"]).succeeds();
    assert!(run.stderr.contains("scaffold pack test greeter"), "{}", run.stderr);
    let files: Vec<String> = machine.tree("greeter").into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        files,
        [
            ".gitignore",
            "README.md",
            "pack.toml",
            "templates/hello.sh",
            "tests/blank/answers.toml",
            "tests/blank/message.txt",
            "tests/defaults/answers.toml",
            "tests/defaults/case.toml",
            "tests/defaults/expected/.gitignore",
            "tests/defaults/expected/hello.sh",
            "tests/loud/answers.toml",
            "tests/loud/expected/.gitignore",
            "tests/loud/expected/hello.sh",
        ]
    );
    machine.run(&["pack", "build", "greeter"]).succeeds();
    let run = machine.run(&["pack", "test", "greeter", "--json"]).succeeds();
    let tested: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(tested["cases"].as_array().unwrap().len(), 3);
    assert_eq!(tested["coverage"]["unrendered"], Value::Array(Vec::new()));
    assert_eq!(tested["coverage"]["ungiven"], Value::Array(Vec::new()));
    machine.run(&["new", "shop", "--pack", "./greeter/dist/greeter-0.1.0.wasm", "--defaults"]).succeeds();
    assert_eq!(machine.read("shop/hello.sh"), "#!/bin/sh\necho \"hello, shop!\"\n");
}

#[test]
fn answers_and_name_go_into_it() {
    let machine = Machine::new();
    let set = ["--set", "summary=A \"quoted\" one", "--set", "license=MIT", "--name", "other"];
    machine.run(&[&["pack", "new", "packs/greeter"], &set[..]].concat()).succeeds();
    let pack = machine.read("packs/greeter/pack.toml");
    assert!(pack.starts_with("name = \"other\"\nversion = \"0.1.0\"\nsummary = \"A \\\"quoted\\\" one\"\n"), "{pack}");
    machine.run(&["pack", "test", "packs/greeter"]).succeeds();
}

#[test]
fn a_pack_in_rust_brings_the_sdk_and_the_contract() {
    let machine = Machine::new();
    machine.run(&["pack", "new", "greeter", "--lang", "rust"]).succeeds();
    for file in [
        "src/lib.rs",
        "templates/hello.sh.j2",
        "vendor/scaffold-pack/src/lib.rs",
        "vendor/scaffold-pack/derive/src/lib.rs",
        "tests/loud/answers.toml",
    ] {
        assert!(machine.path("greeter").join(file).is_file(), "{file}");
    }
    assert_eq!(machine.read("greeter/wit/v0.1.0/pack.wit"), crate::support::CONTRACT);
    let manifest: toml::Value = toml::from_str(&machine.read("greeter/Cargo.toml")).unwrap();
    assert_eq!(manifest["package"]["name"].as_str(), Some("greeter"));
}

#[test]
fn a_folder_in_use_stays_as_it_is() {
    let machine = Machine::new();
    machine.write("greeter/mine", "mine");
    let said = machine.run(&["pack", "new", "greeter"]).fails();
    assert!(said.starts_with("error[target-not-empty]"), "{said}");
    assert_eq!(machine.tree("greeter").len(), 1);
}

#[test]
fn a_name_that_no_pack_can_have() {
    let said = Machine::new().run(&["pack", "new", "My_Pack"]).fails();
    assert!(said.starts_with("error[pack-name]") && said.contains("--name"), "{said}");
}

/// The vendored SDK has a manifest of its own, which must want what the SDK's does.
#[test]
fn the_vendored_sdk_wants_what_the_sdk_wants() {
    let read = |path: &str| -> toml::Table {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        toml::from_str(&std::fs::read_to_string(root.join(path)).unwrap()).unwrap()
    };
    // What the packs' workspace says for all of its crates.
    let workspace = read("plugins/Cargo.toml");
    let wants = |manifest: &toml::Table| -> Vec<(String, toml::Value)> {
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let targets = targets.into_iter().flat_map(toml::Table::values).map(|target| &target["dependencies"]);
        let tables = targets.chain([&manifest["dependencies"]]).map(|table| table.as_table().unwrap().clone());
        tables.flatten().map(|(name, wish)| (name.clone(), inherit(&workspace, &name, wish))).collect()
    };
    for folder in ["", "/derive"] {
        let own = read(&format!("plugins/sdk{folder}/Cargo.toml"));
        let vendored = read(&format!("plugins/starter/templates/rust/vendor/scaffold-pack{folder}/Cargo.toml"));
        assert_eq!(own.get("features"), vendored.get("features"));
        assert_eq!(own["package"]["version"], vendored["package"]["version"]);
        assert_eq!(own.get("lib"), vendored.get("lib"));
        assert_eq!(wants(&own), wants(&vendored));
    }
}

/// A dependency with what it has of the workspace.
fn inherit(workspace: &toml::Table, name: &str, wish: toml::Value) -> toml::Value {
    let toml::Value::Table(mut wish) = wish else { return wish };
    if wish.remove("workspace").is_none() {
        return wish.into();
    }
    let mut whole = workspace["workspace"]["dependencies"][name].as_table().unwrap().clone();
    for (key, value) in wish {
        match (whole.get_mut(&key), value) {
            (Some(toml::Value::Array(features)), toml::Value::Array(more)) => features.extend(more),
            (_, value) => drop(whole.insert(key, value)),
        }
    }
    whole.into()
}

#[test]
fn a_pack_is_started_in_the_folder_that_is_here() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("mine")).unwrap();
    machine.run(&["-C", "mine", "pack", "new", "."]).succeeds();
    let mut names: Vec<_> =
        std::fs::read_dir(machine.path("mine")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert!(names.iter().any(|name| name == "pack.toml") && !names.iter().any(|name| name == ".scaffold"), "{names:?}");
    let said = machine.run(&["-C", "mine", "pack", "new", "."]).fails();
    assert!(said.starts_with("error[target-not-empty]"), "{said}");
}
