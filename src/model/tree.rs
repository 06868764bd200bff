//! The one tree that composition makes.

use std::collections::BTreeMap;

use super::{Name, Ownership, ProjectPath};

/// All files of a project, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The files.
    pub files: BTreeMap<ProjectPath, TreeFile>,
}

/// A file as it will stand on disk, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// The bytes, text with LF.
    pub contents: Vec<u8>,
    /// Whether it may be run.
    pub executable: bool,
    /// Who keeps it up to date.
    pub ownership: Ownership,
    /// Every instance that has a share in it, the file's owner first, then in canonical order.
    pub origins: Vec<Origin>,
    /// Where older versions of its owner put the same file.
    pub moved_from: Vec<ProjectPath>,
}

/// One instance's share in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The instance.
    pub instance: Name,
    /// The template that made the share, where there was one.
    pub template: Option<String>,
}
