//! Other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ToolchainError;

/// How many of the last lines of a failed command's output are shown.
const MAX_SAID: usize = 40;

/// A command in a folder, with nothing to read.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs a command and returns what it printed; its complaints are part of the failure.
pub fn output(command: &mut Command) -> Result<String, ToolchainError> {
    finish(command, true)
}

/// Runs a command and returns what it printed; its complaints go where ours do, as it makes them.
pub fn watched(command: &mut Command) -> Result<String, ToolchainError> {
    finish(command.stderr(Stdio::inherit()), false)
}

fn finish(command: &mut Command, shows_output: bool) -> Result<String, ToolchainError> {
    let result = command.output();
    let failed = |how: String, said: Vec<String>| ToolchainError::Failed { command: line(command), how, said };
    let output = match result {
        Ok(output) => output,
        Err(error) => return Err(failed(crate::model::io_cause(&error), Vec::new())),
    };
    if !output.status.success() {
        let said = if shows_output { last_lines(&output.stdout, &output.stderr) } else { Vec::new() };
        return Err(failed(output.status.to_string(), said));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("it printed no text".to_owned(), Vec::new()))
}

fn last_lines(stdout: &[u8], stderr: &[u8]) -> Vec<String> {
    let text = [String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr)].join("\n");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(MAX_SAID)).map(|&line| line.to_owned()).collect()
}

/// Whether a program is there and starts.
pub fn runs(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    output(command(program, Path::new("/")).args(arguments)).is_ok()
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
