//! A tree on its own, without a project around it: a pack's new folder.

use std::path::Path;

use super::disk::Disk;
use super::{ApplyError, Project, create_on};
use crate::model::Tree;

/// Writes a tree to `target`, which must not exist or be empty: whole, or not at all. Missing parents are made.
///
/// # Errors
/// A target that holds something, and files that can't be written.
pub fn export(target: &Path, tree: &Tree) -> Result<(), ApplyError> {
    create_on(Disk::real(), target, Project { tree, own: None })
}
