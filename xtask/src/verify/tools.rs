//! The tools that projects are checked with, of the versions that `tests/verify/` locks.
//!
//! They are installed to `target/verify-tools` once, and again when a lock changes. Downloads are kept there too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checklist::{Checklist, Made};
use crate::failure::{Failure, Outcome};
use crate::{installed, process};

/// What of `tests/verify/` Node runs.
const NODE_FILES: &[&str] = &["package.json", "package-lock.json", ".npmrc", "json-modules.mjs", "workflows.mjs"];
/// Where tools keep what the next run, or the next project, need not fetch or find out again: mostly the types of the
/// packages that all projects have.
const CACHES: &[(&str, &str)] =
    &[("PIP_CACHE_DIR", "pip"), ("UV_CACHE_DIR", "uv"), ("npm_config_cache", "npm"), ("MYPY_CACHE_DIR", "mypy")];

/// What is there to check with.
pub struct Tools {
    /// `target/verify-tools`.
    folder: PathBuf,
    python: Option<PathBuf>,
    node: Option<PathBuf>,
}

impl Tools {
    /// Installs what is missing.
    pub fn install(root: &Path, list: &mut Checklist) -> Outcome<Self> {
        let folder = root.join("target/verify-tools");
        fs::create_dir_all(&folder).map_err(Failure::io(&folder))?;
        let mut tools = Self { folder, python: None, node: None };
        let locks = root.join("tests/verify");
        tools.python = list.make("Python's tools", || tools.install_python(&locks));
        tools.node = list.make("Node's tools", || tools.install_node(&locks));
        Ok(tools)
    }

    /// A program of the Python tools, if they are installed.
    pub fn python(&self, program: &str) -> Option<PathBuf> {
        self.python.as_ref().map(|venv| venv.join("bin").join(program))
    }

    /// The folder of the Node tools, if they are installed.
    pub fn node(&self) -> Option<&Path> {
        self.node.as_deref()
    }

    /// A command that keeps what it downloads where the next run finds it.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = process::command(program, folder);
        for (variable, name) in CACHES {
            command.env(variable, self.folder.join("cache").join(name));
        }
        command.env("CHECKPOINT_DISABLE", "1").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        // The tools and the projects have environments of their own; the developer's is no part of the check.
        for name in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"] {
            command.env_remove(name);
        }
        command
    }

    fn install_python(&self, locks: &Path) -> Outcome<Made<PathBuf>> {
        let venv = self.folder.join("python");
        installed::python(&venv, &locks.join("requirements.txt"), |program| self.command(program, &self.folder))
    }

    fn install_node(&self, locks: &Path) -> Outcome<Made<PathBuf>> {
        if !process::runs("node", &["--version"]) || !process::runs("npm", &["--version"]) {
            return Ok(Made::Skipped("`node` and `npm` are not installed".to_owned()));
        }
        let node = self.folder.join("node");
        let files: Vec<_> = NODE_FILES.iter().map(|name| locks.join(name)).collect();
        installed::once(&node, &files, || {
            for (name, file) in NODE_FILES.iter().zip(&files) {
                fs::copy(file, node.join(name)).map_err(Failure::io(file))?;
            }
            process::quietly(self.command("npm", &node).args(["ci", "--ignore-scripts", "--loglevel=error"]))
        })?;
        Ok(Made::Done(node))
    }
}
