//! Packs in Python, JavaScript and C that were written against the contract alone, as their languages' tools build
//! them: with all of WASI among their imports, sockets and HTTP too.
//!
//! `tests/foreign/build.sh` builds them, with tools that it fetches once. Where its programs are missing the tests say
//! so and do nothing; CI has them all.

mod packages;
mod rust;
mod tutorials;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Run};

const LANGUAGES: [&str; 3] = ["python", "javascript", "c"];

/// The folder with the built packs, and a home in which they are compiled once for all tests.
fn built() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let missing: Vec<&str> =
                ["bash", "python3", "npm", "node", "cargo"].into_iter().filter(|program| !runs(program)).collect();
            if !missing.is_empty() {
                assert!(std::env::var_os("CI").is_none(), "CI lacks {missing:?}");
                eprintln!("skipped: packs in other languages can't be built without {missing:?}");
                return None;
            }
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let out = root.join("target/foreign");
            let status = Command::new("bash").arg(root.join("tests/foreign/build.sh")).arg(&out).status().unwrap();
            assert!(status.success(), "tests/foreign/build.sh failed");
            Some(out)
        })
        .as_deref()
}

/// What `tests/foreign/build.sh` fetched.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/foreign-tools")
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn new(machine: &Machine, built: &Path, languages: &[&str], options: &[&str]) -> Run {
    machine.finish(&mut command(machine, built, languages, options))
}

fn command(machine: &Machine, built: &Path, languages: &[&str], options: &[&str]) -> Command {
    let packs: Vec<String> = languages
        .iter()
        .map(|language| built.join(format!("greeting-{language}.wasm")).display().to_string())
        .collect();
    let mut arguments = vec!["new", "shop"];
    arguments.extend(packs.iter().flat_map(|pack| ["--pack", pack]));
    arguments.extend(options);
    // Compiling Python's interpreter takes as long as everything else together.
    arguments.extend(["--pack-timeout", "60"]);
    let mut command = machine.command(&arguments);
    command.env("SCAFFOLD_HOME", built.join("home"));
    command
}

#[test]
fn each_language_loads_and_renders() {
    let Some(built) = built() else { return };
    for language in LANGUAGES {
        let machine = Machine::new();
        let options = ["--set", "greeting=Servus", "--set", "loud=true"];
        new(&machine, built, &[language], &options).succeeds();
        assert_eq!(machine.read(&format!("shop/greetings/{language}.txt")), "SERVUS, SHOP (2026)!\n");
    }
}

#[test]
fn all_three_compose() {
    let Some(built) = built() else { return };
    let machine = Machine::new();
    new(&machine, built, &LANGUAGES, &["--defaults"]).succeeds();
    let merged: Value = serde_json::from_str(&machine.read("shop/greetings.json")).unwrap();
    assert_data_eq!(
        format!("{merged:#}"),
        str![[r#"
{
  "languages": {
    "c": true,
    "javascript": true,
    "python": true
  },
  "all": [
    "c",
    "javascript",
    "python"
  ]
}
"#]]
    );
    assert_data_eq!(
        machine.read("shop/.gitignore"),
        str![[r#"
# greeting-c
*.tmp
c.log

# greeting-javascript
javascript.log

# greeting-python
python.log

"#]]
    );
    assert_data_eq!(
        machine.read("shop/greetings/c.facts"),
        str![[r#"
greeting-javascript greeting-javascript@1.0.0
greeting-python greeting-python@1.0.0

"#]]
    );
}

#[test]
fn clocks_and_random_numbers_are_the_same_on_every_run() {
    let Some(built) = built() else { return };
    let trees = ["UTC", "Asia/Tokyo"].map(|zone| {
        let machine = Machine::new();
        let mut command = command(&machine, built, &LANGUAGES, &["--defaults"]);
        machine.finish(command.env("TZ", zone)).succeeds();
        let mut tree = machine.tree("shop");
        // The two project files name the packs' place relative to the project, which differs.
        tree.retain(|(path, _)| !path.starts_with("scaffold."));
        tree
    });
    assert_eq!(trees[0], trees[1]);
}

/// Runs `scaffold` where the tools of all languages are found.
fn with_tools(machine: &Machine, built: &Path, arguments: &[&str]) -> Run {
    let tools = tools();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Zig's environment first: it is found by way of its `python3`, the other by a program of its own.
    let own = [tools.join("ziglang/bin"), tools.join("componentize-py/bin")];
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap();
    // Where Node looks, as in a folder in which `npm install` was run.
    #[cfg(unix)]
    if !machine.path("node_modules").exists() {
        std::os::unix::fs::symlink(tools.join("javascript/node_modules"), machine.path("node_modules")).unwrap();
    }
    let mut command = machine.command(&[arguments, &["--pack-timeout", "60"]].concat());
    command.env("PATH", &path).env("SCAFFOLD_HOME", built.join("home"));
    // The toolchain's home, which rustup needs; and compiled crates, kept for the next time.
    command.env("ZIG_GLOBAL_CACHE_DIR", tools.join("zig-cache"));
    command.env("CARGO_TARGET_DIR", tools.join("rust")).env("HOME", std::env::var_os("HOME").unwrap_or_default());
    machine.finish(&mut command)
}

/// What `scaffold pack new` starts is the same pack in every language: built from source by its language's tools, it makes
/// the same files, byte for byte.
#[test]
fn packs_that_are_started_in_any_language_make_the_same_trees() {
    let Some(built) = built() else { return };
    let machine = Machine::new();
    let run = |arguments: &[&str]| with_tools(&machine, built, arguments).succeeds();
    let trees = ["none", "rust", "python", "javascript", "c"].map(|language| {
        // Not `greeter`, as the tutorials' is: cargo takes crates of one name and place for the same one.
        let (folder, project) = (format!("{language}/started"), format!("{language}/shop"));
        run(&["pack", "new", &folder, "--lang", language]);
        let wasm = format!("{language}/started.wasm");
        run(&["pack", "build", &folder, "--output", &wasm]);
        let set = ["--set", "greeting=good \"morning\"", "--set", "loud=true"];
        run(&[&["new", &project, "--pack", &format!("./{wasm}")], &set[..]].concat());
        let mut tree = machine.tree(&project);
        // The two project files name the packs' place and digest, which differ.
        tree.retain(|(path, _)| !path.starts_with("scaffold."));
        tree
    });
    // What is generated for packs in C is of this contract.
    for file in ["pack.h", "pack.c", "pack_component_type.o"] {
        let fresh = std::fs::read(tools().join("c").join(file)).unwrap();
        assert!(fresh == std::fs::read(machine.path("c/started/sdk").join(file)).unwrap(), "plugins/c/{file}");
    }
    assert_eq!(trees[0].len(), 2);
    for tree in &trees[1..] {
        assert_eq!(*tree, trees[0]);
    }
}

#[test]
fn a_refusal_names_the_answer() {
    let Some(built) = built() else { return };
    for language in LANGUAGES {
        let machine = Machine::new();
        let said = new(&machine, built, &[language], &["--set", "greeting=forbidden"]).fails();
        assert!(said.starts_with("error[pack-refused]") && said.contains("`greeting`"), "{said}");
        assert_eq!(machine.names(), [""; 0]);
    }
}

/// `examples/` has one pack in five languages: each passes the same cases, whose trees are compared byte for byte, and has
/// nothing that `scaffold pack check` would tell.
#[test]
fn the_examples_are_one_pack_in_five_languages() {
    let Some(built) = built() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let machine = Machine::new();
    let examples = root.join("examples");
    // Node looks for its packages above the folder.
    for folder in ["examples/javascript", "examples/none", "examples/service", "plugins/javascript"] {
        copy(&root.join(folder), &machine.path(folder));
    }
    let service = examples.join("service").display().to_string();
    let cases = machine.tree("examples/none/tests");
    assert!(cases.len() > 10, "{cases:?}");
    for language in ["none", "rust", "python", "javascript", "c"] {
        copy(&examples.join(language).join("tests"), &machine.path(language));
        assert_eq!(machine.tree(language), cases, "{language}");
        let place = if language == "javascript" { machine.path("examples") } else { examples.clone() };
        let folder = place.join(language).display().to_string();
        let run = with_tools(&machine, built, &["pack", "test", &folder, "--json"]).succeeds();
        let tested: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(tested["cases"].as_array().unwrap().len(), 4, "{language}");
        assert_eq!(tested["coverage"]["ungiven"], Value::Array(Vec::new()), "{language}");
        assert_eq!(tested["coverage"]["unrendered"], Value::Array(Vec::new()), "{language}");
        let wasm = format!("{language}.wasm");
        with_tools(&machine, built, &["pack", "build", &folder, "--output", &wasm]).succeeds();
        let check = ["pack", "check", &wasm, "--pack", &service, "--json"];
        let checked: Value = serde_json::from_str(&with_tools(&machine, built, &check).succeeds().stdout).unwrap();
        assert_eq!((&checked["warnings"], &checked["refused"]), (&Value::Array(Vec::new()), &0.into()), "{language}");
        assert_eq!(checked["combinations"], 2, "{language}");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap() {
            kind if kind.is_dir() && entry.file_name() != "target" => copy(&source, &target),
            kind if kind.is_file() => drop(std::fs::copy(&source, &target).unwrap()),
            _ => {}
        }
    }
}
