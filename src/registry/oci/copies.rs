//! What was read of a pack's repository, kept as an index file would be.
//!
//! There are two such files for a pack: one of its tags, which is whole, and one of single artifacts that were asked for,
//! which is not and says nothing about what else there is.

use std::sync::atomic::Ordering;

use super::Oci;
use crate::model::{Digest, Name};
use crate::registry::{IndexLine, index_path, parse_index, write_index};
use crate::store::Mirrored;

/// The folder of what tags name that are no versions.
const TAGS: &str = "tags";

/// Of which a copy is kept.
pub(super) enum Copied<'a> {
    /// All tags that are versions.
    List,
    /// Single artifacts, by their versions.
    Singles,
    /// What a tag names that is no version.
    Tag(&'a str),
}

/// What was read earlier.
pub(super) struct Copy {
    /// The versions, ascending.
    pub(super) lines: Vec<IndexLine>,
    /// Whether they are to be believed without asking.
    pub(super) is_fresh: bool,
}

impl Copied<'_> {
    fn file(&self, name: &Name) -> String {
        match self {
            Self::List => index_path(name),
            Self::Singles => format!("singles/{name}"),
            // Tags differ by case, and files may not.
            Self::Tag(tag) => format!("{TAGS}/{name}/{}", Digest::of(tag.as_bytes()).hex()),
        }
    }
}

impl Oci<'_> {
    /// The copy, if it is here and whole. One that is fresh is used.
    pub(super) fn copy(&self, copied: &Copied<'_>, name: &Name) -> Option<Copy> {
        let copy = self.note(self.mirror.get(&copied.file(name))).flatten()?;
        let lines = parse_index(&self.url, name, &copy.body).ok()?;
        let is_fresh = self.believes(&copy);
        if is_fresh {
            self.believed.store(true, Ordering::Relaxed);
        }
        Some(Copy { lines, is_fresh })
    }

    /// Keeps a copy in place of the one before.
    pub(super) fn keep(&self, copied: &Copied<'_>, name: &Name, lines: &[IndexLine]) {
        // Lines that have no form in JSON have none to be kept in.
        if let Ok(text) = write_index(lines) {
            self.note(self.mirror.put(&copied.file(name), None, text.as_bytes()));
        }
    }

    /// Keeps a single artifact beside the others.
    pub(super) fn keep_single(&self, line: &IndexLine) {
        let mut lines = self.copy(&Copied::Singles, &line.name).map(|copy| copy.lines).unwrap_or_default();
        lines.retain(|other| other.version != line.version);
        lines.push(line.clone());
        self.keep(&Copied::Singles, &line.name, &lines);
    }

    /// Every version that was ever read, ascending.
    pub(super) fn known(&self, name: &Name) -> Vec<IndexLine> {
        let copies = [Copied::List, Copied::Singles].into_iter().filter_map(|copied| self.copy(&copied, name));
        let mut lines: Vec<IndexLine> = copies.flat_map(|copy| copy.lines).collect();
        lines.sort_by(|a, b| a.version.cmp(&b.version));
        lines.dedup_by(|a, b| a.version == b.version);
        lines
    }

    /// Removes what is kept of a pack.
    pub(super) fn remove_copies(&self, name: &Name) {
        for copied in [Copied::List, Copied::Singles] {
            self.note(self.mirror.remove(&copied.file(name)));
        }
        self.note(self.mirror.remove_folder(&format!("{TAGS}/{name}")));
    }

    fn believes(&self, copy: &Mirrored) -> bool {
        copy.age < self.access.fresh && !self.doubtful.load(Ordering::Relaxed)
    }
}
