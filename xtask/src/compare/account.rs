//! What became of an edit.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::edits::{Change, Edit};
use crate::failure::{Failure, Outcome};

/// Where something stands after an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Where it belongs.
    InPlace,
    /// There, between the marks of a conflict.
    Marked,
    /// Where the file stood before it moved.
    OldPlace,
    /// In a `.rej` file beside it.
    Rejected,
    /// Nowhere.
    Lost,
}

/// What became of both sides of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// What the user did.
    pub edit: Where,
    /// What the new version brings; none where it brings nothing.
    pub update: Option<Where>,
}

impl Fate {
    /// Looks at the project after the update.
    pub fn of(edit: &Edit, project: &Path) -> Outcome<Self> {
        let place = edit.moved.unwrap_or(edit.path);
        let file = read(project, place)?;
        let rejected = read(project, &format!("{place}.rej"))?;
        let look = |text: &str| find(text, file.as_deref(), rejected.as_deref());
        let update = edit.theirs.map(look);
        let mine = match edit.change {
            Change::Replace(_, _, mine) | Change::Create(mine) => look(mine),
            Change::Remove if file.is_some() => Where::Lost,
            Change::Remove if rejected.is_some() => Where::Rejected,
            Change::Remove => Where::InPlace,
            Change::Crlf => line_ends(file.as_deref().unwrap_or_default()),
            Change::Executable if is_executable(&project.join(place)) => Where::InPlace,
            Change::Executable => Where::Lost,
        };
        let fate = Self { edit: mine, update };
        if fate.edit != Where::Lost || edit.moved.is_none() {
            return Ok(fate);
        }
        // It may not have moved along.
        match edit.change {
            Change::Replace(_, _, mine) if read(project, edit.path)?.is_some_and(|old| old.contains(mine)) => {
                Ok(Self { edit: Where::OldPlace, ..fate })
            }
            _ => Ok(fate),
        }
    }

    /// Whether the user's work is still somewhere.
    pub fn is_kept(self) -> bool {
        self.edit != Where::Lost
    }

    /// Whether there is nothing left to do for the user.
    pub fn is_done(self) -> bool {
        self.edit == Where::InPlace && matches!(self.update, None | Some(Where::InPlace))
    }

    /// In words.
    pub fn text(self) -> &'static str {
        match (self.edit, self.update) {
            (Where::Lost, _) => "**lost**",
            (Where::Marked, _) | (_, Some(Where::Marked)) => "kept, conflict marked",
            (Where::InPlace, None | Some(Where::InPlace)) => "kept",
            (Where::InPlace, Some(Where::Rejected)) => "kept; the update's change is in a `.rej`",
            (Where::InPlace, Some(_)) => "kept; the update's change is **lost**",
            (Where::Rejected, None) => "kept, with a `.rej` beside it",
            (Where::Rejected, Some(_)) => "in a `.rej` only",
            (Where::OldPlace, _) => "kept in the old place, not in the new one",
        }
    }
}

/// A file as text; none where there is none.
fn read(project: &Path, path: &str) -> Outcome<Option<String>> {
    let path = project.join(path);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io(&path)(error)),
    }
}

/// Where a text stands, of which each line may be in another state: the worst counts.
fn find(text: &str, file: Option<&str>, rejected: Option<&str>) -> Where {
    let unix = |contents: &str| contents.replace("\r\n", "\n");
    let file = file.map(unix).unwrap_or_default();
    if without_conflicts(&file, |_| false).contains(text) {
        return Where::InPlace;
    }
    let is_there = |contents: &str| text.lines().all(|line| contents.contains(line));
    if is_there(&file) {
        return Where::Marked;
    }
    if rejected.is_some_and(is_there) { Where::Rejected } else { Where::Lost }
}

/// Where line ends with CRLF are: those of the user's side count.
fn line_ends(file: &str) -> Where {
    let mine = without_conflicts(file, |side| side == Side::Ours);
    let crlf = mine.matches("\r\n").count();
    if crlf == 0 || crlf != mine.matches('\n').count() {
        Where::Lost
    } else if mine != file {
        Where::Marked
    } else {
        Where::InPlace
    }
}

/// The side of a conflict that a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The user's.
    Ours,
    /// What both came from.
    Base,
    /// The update's.
    Theirs,
}

/// A text without marks of conflicts, and without the lines between them of which `keeps` does not say to keep them.
pub fn without_conflicts(text: &str, keeps: impl Fn(Side) -> bool) -> String {
    let mut side = None;
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        side = match (line.get(..7), side) {
            (Some("<<<<<<<"), None) => Some(Side::Ours),
            (Some("|||||||"), Some(Side::Ours)) => Some(Side::Base),
            (Some("======="), Some(Side::Ours | Side::Base)) => Some(Side::Theirs),
            (Some(">>>>>>>"), Some(Side::Theirs)) => None,
            (_, side) => {
                if side.is_none_or(&keeps) {
                    kept.push_str(line);
                }
                continue;
            }
        };
    }
    kept
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "a\n<<<<<<< mine\nb\n||||||| base\nc\n=======\nd\n>>>>>>> theirs\ne\n";

    #[test]
    fn texts_are_found_wherever_they_are() {
        assert_eq!(find("e", Some(CONFLICT), None), Where::InPlace);
        assert_eq!(find("b", Some(CONFLICT), None), Where::Marked);
        assert_eq!(find("a\nb\n", Some(CONFLICT), None), Where::Marked);
        assert_eq!(find("x", Some(CONFLICT), Some("+x\n")), Where::Rejected);
        assert_eq!(find("x", Some(CONFLICT), None), Where::Lost);
        assert_eq!(find("x", None, None), Where::Lost);
    }

    #[test]
    fn a_conflict_is_settled_for_one_side() {
        assert_eq!(without_conflicts(CONFLICT, |side| side == Side::Ours), "a\nb\ne\n");
        assert_eq!(without_conflicts(CONFLICT, |side| side == Side::Theirs), "a\nd\ne\n");
        assert_eq!(without_conflicts("=======\n", |_| false), "=======\n");
    }

    #[test]
    /// Where line ends with CRLF are: those of the user's side count.
    fn line_ends_that_are_mixed_are_lost() {
        assert_eq!(line_ends("a\r\nb\r\n"), Where::InPlace);
        assert_eq!(line_ends("a\r\nb\n"), Where::Lost);
        assert_eq!(line_ends("<<<<<<< mine\na\r\n=======\na\n>>>>>>> theirs\nb\r\n"), Where::Marked);
        assert_eq!(line_ends(""), Where::Lost);
    }

    #[test]
    fn what_is_lost_outweighs_what_was_brought() {
        let fate = Fate { edit: Where::Lost, update: Some(Where::InPlace) };
        assert!(!fate.is_kept() && !fate.is_done());
        assert_eq!(fate.text(), "**lost**");
        let fate = Fate { edit: Where::InPlace, update: Some(Where::Rejected) };
        assert!(fate.is_kept() && !fate.is_done());
    }
}
