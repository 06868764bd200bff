//! Packs in languages whose tools are not there, or fail: the tools are scripts of a few lines.

use std::os::unix::fs::PermissionsExt as _;

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
        machine.write(&format!("bin/{tool}"), script);
        std::fs::set_permissions(root.join(tool), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    machine
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
