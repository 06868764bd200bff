//! The packages that packs in other languages are written with, checked by what their languages have for it, without the
//! host. What they do in it, the packs of the other tests show.

use std::path::Path;
use std::process::Command;

use crate::foreign::{built, tools};
use crate::support::Machine;

#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{command:?}\n{stdout}{stderr}");
}

#[test]
fn python_passes_its_tests() {
    if built().is_some() {
        succeeds(Command::new("python3").args(["-B", "-m", "unittest", "discover", "plugins/python/tests"]));
    }
}

/// The package, what stands between it and the contract's bindings, and the pack that `pack new` starts.
#[test]
fn python_passes_the_strictest_check_of_its_types() {
    if built().is_none() {
        return;
    }
    let machine = Machine::new();
    machine.run(&["pack", "new", "greeter", "--lang", "python"]).succeeds();
    let paths = [tools().join("bindings"), Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/python")];
    let mut mypy = Command::new(tools().join("mypy/bin/mypy"));
    mypy.env("MYPYPATH", std::env::join_paths(paths).unwrap());
    // The bindings are somebody else's.
    mypy.args(["--strict", "--follow-imports=silent", "--cache-dir"]).arg(machine.path("cache"));
    succeeds(mypy.arg("plugins/python/scaffold_pack").arg(machine.path("greeter/app.py")));
}

#[test]
fn javascript_passes_its_tests() {
    if built().is_some() {
        succeeds(Command::new("node").args(["--test", "plugins/javascript/test/"]));
    }
}
