//! Packs in Python: `componentize-py`, of the pack's virtual environment or of the user's path.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Workplace, process, world};
use crate::authoring::folder::FolderError;
use crate::authoring::toolchain::ToolchainError;
use crate::authoring::{AuthoringError, strip};

/// The file that says where the pack's class is.
pub(super) const MANIFEST: &str = "pyproject.toml";
/// The module where it does not say. `pack` is the name of the world, which the tool keeps for itself.
const MODULE: &str = "app";
/// Folders of a project that don't belong to the pack, beside those with a dot: they would make its component larger, and
/// another one on another machine.
const LEFT_OUT: [&str; 3] = ["dist", "tests", "wit"];
/// What the interpreter leaves in any folder.
const LEFT_BEHIND: &str = "__pycache__";

/// The version that this program was tested with.
const VERSION: &str = "0.25.1";

/// Builds the pack whose `pyproject.toml` is in `folder`, and gives its component.
///
/// # Errors
/// A missing tool, and one that fails.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    let tool = find(folder)?;
    let Settings { module, world } = settings(folder)?;
    let work = Workplace::new()?;
    // A copy, as the interpreter leaves its byte code beside what it reads.
    let sources = work.path("python");
    copy(folder, &sources, true)?;
    let output = work.path("pack.wasm");
    // Relative paths: what the interpreter remembers of a module is the path by which it was found.
    let mut command = process::command(&tool, work.root());
    command.arg("--quiet").arg("--wit-path").arg(work.contract()?).args(["--world", world, "componentize"]);
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

/// `[tool.scaffold]`.
struct Settings {
    /// The module with the classes.
    module: String,
    /// What they are written for.
    world: &'static str,
}

fn settings(folder: &Path) -> Result<Settings, AuthoringError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| AuthoringError::Unreadable { path, error })?;
    let manifest: toml::Table = toml::from_str(&text).map_err(|error| FolderError::toml(MANIFEST, &text, &error))?;
    let setting = |name| manifest.get("tool").and_then(|tool| tool.get("scaffold")?.get(name)?.as_str());
    Ok(Settings { module: setting("module").unwrap_or(MODULE).to_owned(), world: world(MANIFEST, setting("world"))? })
}

/// Copies what may belong to the pack.
fn copy(from: &Path, to: &Path, is_top: bool) -> Result<(), AuthoringError> {
    let unreadable = |error| AuthoringError::Unreadable { path: from.to_owned(), error };
    fs::create_dir_all(to).map_err(unreadable)?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let is_apart = name.as_encoded_bytes().starts_with(b".") || LEFT_OUT.iter().any(|apart| name == *apart);
        if name == LEFT_BEHIND || (is_top && is_apart) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            copy(&source, &target, false)?;
        } else if kind.is_file() {
            fs::copy(&source, &target).map_err(|error| AuthoringError::Unreadable { path: source, error })?;
        } else {
            // A link would bring in what lies outside of the pack.
            let file = source.display().to_string();
            return Err(FolderError::Template { file, problem: "it is no ordinary file".to_owned() }.into());
        }
    }
    Ok(())
}
