//! Packs in Python: `componentize-py`, of the pack's virtual environment or of the user's path.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Workplace, process};
use crate::authoring::toolchain::ToolchainError;
use crate::authoring::{AuthoringError, strip};

/// The file that says where the pack's class is.
pub(super) const MANIFEST: &str = "pyproject.toml";
/// The module where it does not say. `pack` is the name of the world, which the tool keeps for itself.
const MODULE: &str = "app";
/// What need not be seen by the build, and would make it another one on another machine.
const LEFT_OUT: [&str; 5] = [".venv", "__pycache__", "dist", "tests", "wit"];

/// The version that this program was tested with.
const VERSION: &str = "0.25.1";

/// Builds the pack whose `pyproject.toml` is in `folder`, and gives its component.
///
/// # Errors
/// A missing tool, and one that fails.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    let tool = find(folder)?;
    let module = module(folder)?;
    let work = Workplace::new()?;
    // A copy, as the interpreter leaves its byte code beside what it reads.
    let sources = work.path("python");
    copy(folder, &sources)?;
    let output = work.path("pack.wasm");
    // Relative paths: what the interpreter remembers of a module is the path by which it was found.
    let mut command = process::command(&tool, work.root());
    command.arg("--quiet").arg("--wit-path").arg(work.contract()?).args(["--world", "pack", "componentize"]);
    command.args(["--stub-wasi", "--python-path", "python", "--output"]).arg(&output).arg(module);
    if let Ok(environment) = folder.join(".venv").canonicalize() {
        command.env("VIRTUAL_ENV", environment);
    }
    process::output(&mut command)?;
    let component = fs::read(&output).map_err(|error| AuthoringError::Unreadable { path: output, error })?;
    strip(&component)
}

fn find(folder: &Path) -> Result<PathBuf, ToolchainError> {
    let own = folder.join(".venv/bin/componentize-py");
    let own = own.canonicalize().unwrap_or(own);
    let candidates = [own, PathBuf::from("componentize-py")];
    candidates.into_iter().find(|tool| process::runs(tool, &["--version"])).ok_or_else(|| ToolchainError::Missing {
        what: "packs in Python are built by `componentize-py`, which is not here".to_owned(),
        complaints: vec!["neither in the pack's `.venv` nor on the `PATH`".to_owned()],
        hint: format!(
            "in the pack's folder: `python3 -m venv .venv && .venv/bin/pip install componentize-py=={VERSION}`"
        ),
    })
}

/// `module` of `[tool.scaffold]`.
fn module(folder: &Path) -> Result<String, AuthoringError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| AuthoringError::Unreadable { path, error })?;
    let manifest: toml::Table =
        toml::from_str(&text).map_err(|error| crate::authoring::folder::FolderError::toml(MANIFEST, &text, &error))?;
    let module = manifest.get("tool").and_then(|tool| tool.get("scaffold")?.get("module")?.as_str());
    Ok(module.unwrap_or(MODULE).to_owned())
}

/// Copies what may belong to the pack.
fn copy(from: &Path, to: &Path) -> Result<(), AuthoringError> {
    let unreadable = |error| AuthoringError::Unreadable { path: from.to_owned(), error };
    fs::create_dir_all(to).map_err(unreadable)?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(|error| AuthoringError::Unreadable { path: source, error })?;
        }
    }
    Ok(())
}
