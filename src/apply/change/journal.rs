//! What a change does, written down before it begins.

use std::collections::BTreeSet;
use std::path::Path;

use cap_std::fs::Dir;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::folders::Folders;
use super::super::journal::{FILE, FORMAT, parse, read};
use super::super::{ApplyError, INTENT_FILE, LOCK_FILE};
use super::super::{disk::open_folder, folders::split};
use super::{Change, Entry, Written};
use crate::model::{Digest, ProjectPath};

/// A change without its contents. Those are in the folders beside and around the journal, each under the number that
/// its step has here.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    /// The folders that the change makes, those above before those below.
    pub folders: Vec<ProjectPath>,
    /// What becomes of each entry, in their order.
    pub steps: Vec<Step>,
}

/// What becomes of an entry.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub entry: Entry,
    /// What was there when the change was planned.
    pub before: Option<Digest>,
    /// What will be there.
    pub after: Option<Written>,
}

impl Step {
    /// Whether a file of the project goes. The project's own two files, should they go, go at the end with those that
    /// are written: while they are there the project is one.
    pub fn is_removal(&self) -> bool {
        self.after.is_none() && matches!(self.entry, Entry::File(_))
    }
}

impl Journal {
    /// The journal of a change of the project in `root`, which it looks at for what has to be made.
    pub fn of(change: &Change<'_>, root: &Dir) -> Result<Self, ApplyError> {
        let steps = change.entries.iter().map(|(entry, edit)| {
            let after = edit.after.as_ref();
            let written = |after: &super::After<'_>| Written {
                digest: Digest::of(&after.contents),
                executable: after.executable,
            };
            Step { entry: entry.clone(), before: edit.before, after: after.map(written) }
        });
        let steps: Vec<_> = steps.filter(|step| step.before.is_some() || step.after.is_some()).collect();
        let folders = missing_folders(&steps, root)?;
        Ok(Self { format: FORMAT, folders, steps })
    }

    /// The steps with their numbers: first what goes, which may make room for the rest, then what is written.
    pub fn parts(&self) -> (Vec<Numbered<'_>>, Vec<Numbered<'_>>) {
        let numbered =
            self.steps.iter().enumerate().map(|(number, step)| Numbered { number: number.to_string(), step });
        numbered.partition(|numbered| numbered.step.is_removal())
    }

    /// Reads the journal in `dir`, which is at `shown`, if there is one.
    pub fn read(dir: &Dir, shown: &Path) -> Result<Option<Self>, ApplyError> {
        let journal = read(dir).and_then(|bytes| bytes.map(|bytes| Self::parse(&bytes)).transpose());
        journal.map_err(|reason| ApplyError::ChangeJournal { path: shown.join(FILE), reason })
    }

    /// As any journal, it may be a stranger's. Its paths are checked as they are read, and lead nowhere.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let journal: Self = parse(bytes)?;
        let is_sorted = journal.steps.is_sorted_by(|one, next| one.entry < next.entry)
            && journal.folders.is_sorted_by(|one, next| one < next);
        let is_change = journal.steps.iter().all(|step| step.before.is_some() || step.after.is_some());
        if is_sorted && is_change { Ok(journal) } else { Err("it is damaged".to_owned()) }
    }
}

/// A step, and the name that its files have in scaffold's own folders.
#[derive(Clone, Debug)]
pub(super) struct Numbered<'a> {
    pub number: String,
    pub step: &'a Step,
}

impl<'a> Numbered<'a> {
    /// The name of the step's files.
    pub fn name(&self) -> &Path {
        self.number.as_ref()
    }

    /// The digest of the new file.
    pub fn written(&self) -> Option<Digest> {
        self.step.after.map(|after| after.digest)
    }

    /// The folder of the step's entry in the project, and its name there.
    pub fn place(&self) -> (&'a str, &'a Path) {
        let (folder, name) = split(self.step.entry.as_str());
        (folder, name.as_ref())
    }
}

/// The folders that are not there yet.
fn missing_folders(steps: &[Step], root: &Dir) -> Result<Vec<ProjectPath>, ApplyError> {
    let removed: BTreeSet<&str> =
        steps.iter().filter(|step| step.is_removal()).map(|step| step.entry.as_str()).collect();
    let mut folders = Folders::new(root);
    let mut missing = BTreeSet::new();
    for step in steps.iter().filter(|step| step.after.is_some()) {
        let path = step.entry.as_str();
        let Err(barrier) = folders.enter(split(path).0, open_folder) else { continue };
        let is_free = barrier.cause.kind() == std::io::ErrorKind::NotFound || removed.contains(&*barrier.folder);
        if !is_free {
            return Err(barrier.not_written(Path::new("")));
        }
        missing.extend(above(path).filter(|folder| folder.len() >= barrier.folder.len()));
    }
    let parsed = missing.into_iter().map(ProjectPath::parse).collect::<Result<_, _>>();
    parsed.map_err(|error| ApplyError::write(error.path.clone())(std::io::Error::other(error)))
}

/// The folders that the entry at `path` is in, the innermost first.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/')).map(|(folder, _)| folder)
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The names of the project's own files are no [`ProjectPath`]s, so they can't be taken for others.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            INTENT_FILE => Ok(Self::Intent),
            LOCK_FILE => Ok(Self::Lock),
            path => ProjectPath::parse(path).map(Self::File).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn step(path: &str) -> String {
        format!(r#"{{"entry":"{path}","before":null,"after":{{"digest":"{}","executable":false}}}}"#, Digest::of(b""))
    }

    fn journal(steps: &[String]) -> Result<Journal, String> {
        Journal::parse(format!(r#"{{"format":1,"folders":["a"],"steps":[{}]}}"#, steps.join(",")).as_bytes())
    }

    #[test]
    fn a_journal_comes_back_as_it_was_written() {
        let read = journal(&["a/b", "b", INTENT_FILE, LOCK_FILE].map(step)).unwrap();
        assert_eq!(
            read.steps.iter().map(|step| step.entry.as_str()).collect::<Vec<_>>(),
            ["a/b", "b", INTENT_FILE, LOCK_FILE]
        );
        assert_eq!(Journal::parse(&serde_json::to_vec(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn strange_journals_are_refused() {
        for bad in ["../x", "/etc/passwd", ".git/config", ".scaffold/change/lock", "sub/scaffold.lock", ""] {
            assert!(journal(&[step(bad)]).is_err(), "{bad}");
        }
        assert!(journal(&[step("b"), step("a")]).is_err(), "out of order");
        assert!(journal(&[step("a"), step("a")]).is_err(), "twice");
        assert!(journal(&[r#"{"entry":"a","before":null,"after":null}"#.into()]).is_err(), "nothing and nothing");
        assert!(Journal::parse(br#"{"format":1,"folders":["../a"],"steps":[]}"#).is_err());
        assert!(Journal::parse(br#"{"format":1,"folders":["b","a"],"steps":[]}"#).is_err());
        let newer = Journal::parse(br#"{"format":2}"#).unwrap_err();
        assert_eq!(newer, "it has format 2, and this `scaffold` knows format 1");
    }

    #[test]
    fn folders_above_a_path() {
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(above("a").count(), 0);
    }
}
