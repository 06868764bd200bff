//! Packs in Python: `componentize-py`, of the pack's virtual environment or of the user's path.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Workplace, process};
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

/// The version that this program was tested with.
const VERSION: &str = "0.25.1";

/// Builds the pack whose `pyproject.toml` is in `folder`, and gives its component.
///
/// # Errors
/// A missing tool, and one that fails.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    let Settings { module, world, paths } = settings(folder)?;
    let world = super::world(MANIFEST, world.as_deref())?;
    let tool = find(folder)?;
    let work = Workplace::new()?;
    // A copy, as the interpreter leaves its byte code beside what it reads.
    work.take_in(folder, "python", &LEFT_OUT)?;
    let mut searched = vec!["python".to_owned()];
    for (at, path) in paths.iter().enumerate() {
        let name = format!("python-{at}");
        work.take_in(&folder.join(path), &name, &LEFT_OUT)?;
        searched.push(name);
    }
    let output = work.path("pack.wasm");
    // Relative paths: what the interpreter remembers of a module is the path by which it was found.
    let mut command = process::command(&tool, work.root());
    command.arg("--quiet").arg("--wit-path").arg(work.contract()?).args(["--world", world, "componentize"]);
    command.arg("--stub-wasi").args(searched.iter().flat_map(|path| ["--python-path", path]));
    command.arg("--output").arg(&output).arg(module.as_deref().unwrap_or(MODULE));
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

/// What `pyproject.toml` says of a pack.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    scaffold: Settings,
}

/// `[tool.scaffold]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The module with the classes.
    module: Option<String>,
    /// What they are written for.
    world: Option<String>,
    /// Other folders in which modules are found, relative to the pack's.
    #[serde(default)]
    paths: Vec<PathBuf>,
}

fn settings(folder: &Path) -> Result<Settings, AuthoringError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| AuthoringError::Unreadable { path, error })?;
    let manifest: Manifest = toml::from_str(&text).map_err(|error| FolderError::toml(MANIFEST, &text, &error))?;
    Ok(manifest.tool.scaffold)
}
