//! A temporary folder that a tool works in, and the contract as tools want it: a file.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::authoring::AuthoringError;

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

    /// The folder with the contract, written on the first call.
    pub fn contract(&self) -> Result<PathBuf, AuthoringError> {
        let folder = self.path("contract");
        let write = || {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("pack.wit"), CONTRACT)
        };
        write().map_err(|error| AuthoringError::Unreadable { path: folder.clone(), error })?;
        Ok(folder)
    }
}
