//! A temporary folder that a tool works in, and the contract as tools want it: a file.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::authoring::AuthoringError;
use crate::authoring::folder::FolderError;

/// The contract that packs are built for.
const CONTRACT: &str = include_str!("../../../wit/v0.1.0/pack.wit");

/// A folder that is gone when the tool is done.
pub(super) struct Workplace(TempDir);

impl Workplace {
    /// An empty one.
    pub fn new() -> Result<Self, AuthoringError> {
        let folder = tempfile::tempdir();
        folder.map(Self).map_err(|error| AuthoringError::Unreadable { path: std::env::temp_dir(), error })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// The folder with the contract, written anew.
    pub fn contract(&self) -> Result<PathBuf, AuthoringError> {
        let folder = self.path("contract");
        let write = || {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("pack.wit"), CONTRACT)
        };
        write().map_err(|error| AuthoringError::Unreadable { path: folder.clone(), error })?;
        Ok(folder)
    }

    /// Copies what may belong to a pack: `from` becomes the folder `name` here, without the folders of that folder that have
    /// a dot or are left out.
    ///
    /// # Errors
    /// A file that can't be read, and a link, which would bring in what lies outside of the pack.
    pub fn take_in(&self, from: &Path, name: &str, left_out: &[&str]) -> Result<(), AuthoringError> {
        let is_apart = |name: &OsStr| {
            name.as_encoded_bytes().starts_with(b".") || left_out.iter().any(|left_out| name == *left_out)
        };
        copy(from, &self.path(name), &is_apart)
    }
}

/// What Python leaves in any folder.
const LEFT_BEHIND: &str = "__pycache__";

fn copy(from: &Path, to: &Path, is_apart: &dyn Fn(&OsStr) -> bool) -> Result<(), AuthoringError> {
    let unreadable = |error| AuthoringError::Unreadable { path: from.to_owned(), error };
    fs::create_dir_all(to).map_err(unreadable)?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if name == LEFT_BEHIND || is_apart(&name) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            copy(&source, &target, &|_| false)?;
        } else if kind.is_file() {
            fs::copy(&source, &target).map_err(|error| AuthoringError::Unreadable { path: source, error })?;
        } else {
            let file = source.display().to_string();
            return Err(FolderError::Template { file, problem: "it is no ordinary file".to_owned() }.into());
        }
    }
    Ok(())
}
