//! What the user has to settle, and the ways to do it.

use std::collections::BTreeSet;

use super::unite::{both_add, unite};
use super::{How, Kept, Verdict, Written};
use crate::model::{TreeFile, as_text};

/// A file on which the packs and the user do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What kind of file it is.
    pub kind: ConflictKind,
    parts: Vec<Part>,
    /// Whether the file is plain text, of which lines can be said to be independent of each other.
    is_plain: bool,
    crlf: bool,
    /// What packs make, where that can't be merged.
    theirs: Vec<u8>,
    executable: bool,
    /// The user's file, where it comes from another path, so that keeping it means writing it.
    arriving: Option<Vec<u8>>,
}

/// What makes the conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Both sides changed the same lines.
    Text,
    /// The texts differ, and what the packs made the last time is not known.
    TwoWay,
    /// Both sides changed a file that is not text.
    Binary,
    /// Something that is no file is where one should be.
    InTheWay,
}

/// A text that could not be merged.
pub(super) struct Split {
    pub(super) parts: Vec<Part>,
    pub(super) is_plain: bool,
}

/// A stretch of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Lines that are settled.
    Agreed(String),
    /// Lines of which there are two versions.
    Split {
        base: String,
        ours: String,
        theirs: String,
        /// Whether another side's lines may begin or end elsewhere: they are like those around them.
        slides: bool,
    },
}

/// How a conflict is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Both versions are written, with marks around them. What can't be marked stays as the user has it.
    Markers,
    /// The user's version counts.
    Ours,
    /// The packs' version counts.
    Theirs,
}

/// The marks, as `git` writes them.
const BEGIN: &str = "<<<<<<< yours\n";
const MIDDLE: &str = "=======\n";
const END: &str = ">>>>>>> packs\n";

impl Conflict {
    pub(super) fn text(split: Split, crlf: bool, has_base: bool, executable: bool) -> Self {
        let kind = if has_base { ConflictKind::Text } else { ConflictKind::TwoWay };
        let Split { parts, is_plain } = split;
        Self { kind, parts, is_plain, crlf, theirs: Vec::new(), executable, arriving: None }
    }

    pub(super) fn binary(theirs: &[u8], executable: bool) -> Self {
        let (kind, parts, theirs) = (ConflictKind::Binary, Vec::new(), theirs.to_vec());
        Self { kind, parts, is_plain: false, crlf: false, theirs, executable, arriving: None }
    }

    pub(super) fn in_the_way(theirs: &TreeFile) -> Self {
        let TreeFile { contents, executable, .. } = theirs;
        Self { kind: ConflictKind::InTheWay, ..Self::binary(contents, *executable) }
    }

    /// The same for a user's file that comes from another path.
    pub(super) fn arriving(self, contents: &[u8]) -> Self {
        Self { arriving: Some(contents.to_vec()), ..self }
    }

    /// Whether [`Conflict::unite`] may settle something: there are places where both sides added lines.
    pub fn may_unite(&self) -> bool {
        let adds = |part: &Part| matches!(part, Part::Split { base, ours, theirs, slides: false } if both_add(base, ours, theirs));
        self.kind == ConflictKind::Text && self.is_plain && self.parts.iter().any(adds)
    }

    /// Settles the places where both sides added lines and the packs' are all among `shared`: fills of slots, and lines
    /// that packs add one by one.
    pub fn unite(mut self, shared: &BTreeSet<String>) -> Verdict {
        for part in &mut self.parts {
            if let Part::Split { base, ours, theirs, slides: false } = part
                && let Some(text) = unite(base, ours, theirs, shared)
            {
                *part = Part::Agreed(text);
            }
        }
        let is_settled = self.parts.iter().all(|part| matches!(part, Part::Agreed(_)));
        // Without places to settle it does not matter how.
        if is_settled { self.settle(Policy::Ours) } else { Verdict::Conflict(self) }
    }

    /// How many places of the file are in conflict.
    pub fn places(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Split { .. })).count().max(1)
    }

    /// Whether marks can be put into the file.
    pub fn is_markable(&self) -> bool {
        matches!(self.kind, ConflictKind::Text | ConflictKind::TwoWay)
    }

    /// What is done if the conflict is settled so. What is in the way of a file is never removed.
    pub fn settle(&self, policy: Policy) -> Verdict {
        let write =
            |contents: Vec<u8>| Verdict::Write(Written { contents, executable: self.executable, how: How::Merged });
        match (self.kind, policy) {
            (ConflictKind::Text | ConflictKind::TwoWay, _) => write(self.written(policy)),
            (ConflictKind::Binary, Policy::Theirs) => write(self.theirs.clone()),
            (ConflictKind::Binary | ConflictKind::InTheWay, _) => match &self.arriving {
                Some(contents) => write(contents.clone()),
                None => Verdict::Keep(Kept::AsIs),
            },
        }
    }

    fn written(&self, policy: Policy) -> Vec<u8> {
        let mut text = String::new();
        for part in &self.parts {
            match (part, policy) {
                (Part::Agreed(agreed), _) => text.push_str(agreed),
                (Part::Split { ours, .. }, Policy::Ours) => text.push_str(ours),
                (Part::Split { theirs, .. }, Policy::Theirs) => text.push_str(theirs),
                (Part::Split { ours, theirs, .. }, Policy::Markers) => {
                    for (mark, lines) in [(BEGIN, ours), (MIDDLE, theirs)] {
                        text.push_str(mark);
                        text.push_str(lines);
                        if !text.ends_with('\n') {
                            text.push('\n');
                        }
                    }
                    text.push_str(END);
                }
            }
        }
        if self.crlf { text.replace('\n', "\r\n").into_bytes() } else { text.into_bytes() }
    }
}

/// A file with marks, where one version counts throughout; none where the marks don't pair, or a line of a version looks
/// like one, so that nobody can tell where it ends.
pub fn settle_marks(contents: &[u8], policy: Policy) -> Option<Vec<u8>> {
    as_text(contents)?;
    let mut settled = Vec::new();
    // Whose version a line is of; none where it is both's.
    let mut whose = None;
    for line in contents.split_inclusive(|&byte| byte == b'\n') {
        let is = |mark: &str| line.trim_ascii_end() == mark.trim_end().as_bytes();
        whose = match whose {
            None if is(BEGIN) => Some(Policy::Ours),
            Some(Policy::Ours) if is(MIDDLE) => Some(Policy::Theirs),
            Some(Policy::Theirs) if is(END) => None,
            _ if is(BEGIN) || is(END) => return None,
            Some(_) if is(MIDDLE) => return None,
            whose => {
                if whose.is_none_or(|whose| whose == policy) {
                    settled.extend_from_slice(line);
                }
                whose
            }
        };
    }
    whose.is_none().then_some(settled)
}

/// Whether a file still has conflict marks: the one that begins them, or the one that ends them.
pub fn has_markers(contents: &[u8]) -> bool {
    let is_mark = |line: &str| line == BEGIN.trim_end() || line == END.trim_end();
    as_text(contents).is_some_and(|text| text.lines().any(is_mark))
}

/// Whether a file that had a conflict may still have it: there are marks, or it can have none.
pub fn is_open(contents: &[u8]) -> bool {
    as_text(contents).is_none() || has_markers(contents)
}
