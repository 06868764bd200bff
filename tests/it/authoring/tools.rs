//! Packs in languages whose tools are not there, or fail: the tools are scripts of a few lines.

use std::os::unix::fs::PermissionsExt as _;

use snapbox::{assert_data_eq, str};

use crate::support::Machine;

/// A machine with a crate, a compiler that says what it is asked, and this cargo.
fn with_cargo(cargo: &str) -> Machine {
    let machine = Machine::new();
    machine.write("a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n");
    let root = machine.path("bin");
    let rustc = format!(
        "#!/bin/sh\ncase \"$*\" in\n*sysroot|*target-libdir*) echo '{}';;\n*) echo x86;;\nesac\n",
        root.display()
    );
    for (tool, script) in [("rustc", rustc.as_str()), ("cargo", cargo), ("rust-lld", "#!/bin/sh\n")] {
        write_tool(&machine, tool, script);
    }
    machine
}

fn write_tool(machine: &Machine, tool: &str, script: &str) {
    let file = format!("bin/{tool}");
    machine.write(&file, script);
    std::fs::set_permissions(machine.path(&file), std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// What is said where of all programs there are only these, which do nothing and succeed.
fn missing(manifest: &str, text: &str, tools: &[&str], variables: &[(&str, &str)]) -> String {
    let machine = Machine::new();
    machine.write(&format!("a/{manifest}"), text);
    for tool in tools {
        write_tool(&machine, tool, "#!/bin/sh\n");
    }
    let mut command = machine.command(&["pack", "build", "a"]);
    let said = machine.finish(command.env("PATH", machine.path("bin")).envs(variables.iter().copied())).fails();
    assert!(!machine.path("a/dist").exists());
    said
}

fn build(machine: &Machine) -> String {
    let mut command = machine.command(&["pack", "build", "a"]);
    let path = std::env::join_paths([machine.path("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
    machine.finish(command.env("PATH", path)).fails()
}

#[test]
fn a_tool_that_fails_is_named_as_it_was_called() {
    let machine = with_cargo(
        "#!/bin/sh\ncase \"$1\" in\nmetadata) echo '{\"packages\":[]}';;\nbuild) echo 'error: no' >&2; exit 101;;\nesac\n",
    );
    let said = build(&machine);
    assert!(said.contains("error: no\n"), "{said}");
    assert!(said.contains("error[toolchain-failed]: `cargo build --release --target wasm32-unknown-unknown"), "{said}");
}

#[test]
fn a_crate_that_makes_no_module_is_told_what_to_write() {
    let machine = with_cargo("#!/bin/sh\n[ \"$1\" = build ] || echo '{\"packages\":[]}'\n");
    let said = build(&machine);
    assert!(said.starts_with("error[toolchain-unmade]") && said.contains("crate-type = [\"cdylib\"]"), "{said}");
}

#[test]
fn what_cargo_can_not_read_is_told_in_its_words() {
    let machine = with_cargo("#!/bin/sh\n[ \"$1\" != metadata ] || { echo 'no targets specified' >&2; exit 101; }\n");
    let said = build(&machine);
    assert!(said.starts_with("error[toolchain-failed]: `cargo metadata"), "{said}");
    assert!(said.contains("\n  no targets specified\n"), "{said}");
}

#[test]
fn javascript_without_node() {
    assert_data_eq!(
        missing("package.json", "{}", &[], &[]),
        str![[r#"
error[toolchain-missing]: packs in JavaScript are built by Node, which is not on the `PATH`

hint: get it from your system's packages, or from nodejs.org

"#]]
    );
}

#[test]
fn javascript_without_what_makes_components() {
    assert_data_eq!(
        missing("package.json", "{}", &["node"], &[]),
        str![[r#"
error[toolchain-missing]: packs in JavaScript are built by `@bytecodealliance/componentize-js`, which is not installed in the pack's folder

hint: in the pack's folder: `npm install`

"#]]
    );
}

#[test]
fn python_without_what_makes_components() {
    assert_data_eq!(
        missing("pyproject.toml", "", &["python3"], &[]),
        str![[r#"
error[toolchain-missing]: packs in Python are built by `componentize-py`, which is not here
  neither in the pack's `.venv` nor on the `PATH`

hint: in the pack's folder: `python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1`

"#]]
    );
}

#[test]
fn c_without_make() {
    assert_data_eq!(
        missing("Makefile", "", &["zig"], &[]),
        str![[r#"
error[toolchain-missing]: packs in C are built by `make`, which is not on the `PATH`

hint: get it from your system's packages: `make`

"#]]
    );
}

/// A variable that leads nowhere is no compiler either.
#[test]
fn c_without_a_compiler() {
    let said = missing("Makefile", "", &["make"], &[]);
    assert_eq!(said, missing("Makefile", "", &["make"], &[("WASI_SDK_PATH", "/nowhere")]));
    assert_data_eq!(
        said,
        str![[r#"
error[toolchain-missing]: no C compiler with a library for WASI is here
  `WASI_SDK_PATH` is not set to the WASI SDK
  neither `zig` nor Python's `ziglang` is on the `PATH`

hint: `python3 -m pip install ziglang`, or the WASI SDK of github.com/WebAssembly/wasi-sdk

"#]]
    );
}

/// The compiler that is there is the one that `make` is given: the SDK's before Zig, and Zig however it came.
#[test]
fn c_takes_the_compiler_that_is_there() {
    for (tools, variable, taken) in [
        (&["zig", "python3", "sdk/bin/clang"][..], "sdk", "sdk/bin/clang"),
        (&["zig", "python3"], "nowhere", "CC=zig cc"),
        (&["python3"], "nowhere", "CC=python3 -m ziglang cc"),
    ] {
        let machine = Machine::new();
        machine.write("a/Makefile", "");
        write_tool(&machine, "make", "#!/bin/sh\n[ \"$1\" = --version ] || { echo \"$1\"; exit 1; }\n");
        tools.iter().for_each(|tool| write_tool(&machine, tool, "#!/bin/sh\n"));
        let mut command = machine.command(&["pack", "build", "a"]);
        let sdk = machine.path("bin").join(variable);
        let said = machine.finish(command.env("PATH", machine.path("bin")).env("WASI_SDK_PATH", sdk)).fails();
        assert!(said.starts_with("error[toolchain-failed]") && said.contains(taken), "{said}");
    }
}
