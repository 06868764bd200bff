//! Other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};

/// Variables, by the start of their names, that a `cargo run` leaves for its children and that would change what
/// another cargo builds.
const LEFT_BY_CARGO: &[&str] = &[
    "CARGO_BIN_",
    "CARGO_BUILD_",
    "CARGO_CFG_",
    "CARGO_CRATE_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_FEATURE_",
    "CARGO_INCREMENTAL",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
];

/// How many of the last lines of a failed command's output are shown.
const MAX_SAID: usize = 80;

/// A command in a folder, with nothing to read.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Takes from a command's environment what an outer cargo left there, and what the developer set for the host's build.
pub fn forget_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let left = |name: &str| name == "CARGO" || LEFT_BY_CARGO.iter().any(|prefix| name.starts_with(prefix));
        if name.to_str().is_some_and(left) {
            command.env_remove(name);
        }
    }
}

/// Runs a command to its end, its output where ours goes.
pub fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| unstartable(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed: {status}", line(command)))) }
}

/// Runs a command and returns what it printed; its complaints are part of the failure.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| unstartable(command, &error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("`{}` failed: {}\n{}", line(command), output.status, complaint.trim_end())));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("`{}` printed no text", line(command))))
}

/// Runs a command and keeps what it prints to itself, unless it fails.
pub fn quietly(command: &mut Command) -> Outcome<()> {
    let output = command.output().map_err(|error| unstartable(command, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = format!("`{}` failed: {}", line(command), output.status);
    for said in [&output.stdout, &output.stderr] {
        let said = String::from_utf8_lossy(said);
        let lines: Vec<&str> = said.trim_end().lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(MAX_SAID)) {
            text.push_str("\n    ");
            text.push_str(line);
        }
    }
    Err(Failure::new(text))
}

/// Whether a program is there and starts.
pub fn runs(program: &str, arguments: &[&str]) -> bool {
    output(command(program, Path::new("/")).args(arguments)).is_ok()
}

fn unstartable(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` can't be started: {error}", command.get_program().display()))
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
