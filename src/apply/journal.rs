//! What is being moved out of a staging folder, written down before it begins.
//!
//! Here is how any journal is written and read, and what the journal of a new project says. That of a change is in
//! `change/journal.rs`.

use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
#[cfg(unix)]
use std::time::UNIX_EPOCH;

use cap_std::fs::{Dir, OpenOptions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disk::{Disk, open_file, unless_absent};
use super::{ApplyError, INTENT_FILE, LOCK_FILE, Own, Project};
use crate::model::{ProjectPath, io_cause};

/// The journal's name in the staging folder.
pub(super) const FILE: &str = "journal";
/// Its name while it is being written.
pub(super) const DRAFT: &str = "journal.new";

/// The version of the journals' format.
pub(super) const FORMAT: u32 = 1;

/// The most bytes that are read of a journal: that of a change of 10,000 files has 2.4 million.
const MAX_SIZE: u64 = 16 << 20;

/// The entries of a new project's folder, in the order in which they are moved into it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    entries: Vec<String>,
}

/// What every version's journal has.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl Journal {
    /// The journal of a project that is complete in the staging folder.
    pub fn of(project: Project<'_>) -> Self {
        let mut entries: Vec<String> = Vec::new();
        for path in project.tree.files.keys() {
            let entry = path.names().next().unwrap_or_default();
            if entries.last().is_none_or(|last| last != entry) {
                entries.push(entry.to_owned());
            }
        }
        entries.extend(project.own.iter().flat_map(|_| Own::NAMES).map(str::to_owned));
        Self { format: FORMAT, entries }
    }

    /// The names to move.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Path> {
        self.entries.iter().map(Path::new)
    }

    /// Reads the journal in `dir`, which is at `shown`, if there is one.
    pub fn read(dir: &Dir, shown: &Path) -> Result<Option<Self>, ApplyError> {
        let read = read(dir).and_then(|bytes| bytes.map(|bytes| Self::parse(&bytes)).transpose());
        read.map_err(|reason| ApplyError::Journal { path: shown.join(FILE), reason })
    }

    /// A journal is a file that anyone may have put there: it names entries, never paths that lead anywhere.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let journal: Self = parse(bytes)?;
        for entry in &journal.entries {
            let is_ours = entry == INTENT_FILE || entry == LOCK_FILE;
            if !is_ours && (entry.contains('/') || ProjectPath::parse(entry).is_err()) {
                return Err("it names what is no entry of a project".to_owned());
            }
        }
        Ok(journal)
    }
}

/// Writes a journal into `dir`. It is there from one moment to the next, and whole.
pub(super) fn write(disk: Disk<'_>, dir: &Dir, journal: &impl Serialize) -> io::Result<()> {
    let mut journal = serde_json::to_value(journal)?;
    if let (Value::Object(members), Some(place)) = (&mut journal, place_of(dir)?) {
        members.insert(PLACE.to_owned(), place);
    }
    let bytes = serde_json::to_vec(&journal)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(io::Error::other("it would be too large"));
    }
    disk.write_file(dir, DRAFT.as_ref(), &bytes, false)?;
    disk.move_entry(dir, DRAFT.as_ref(), dir, FILE.as_ref())
}

/// Removes the journal in `dir`, and what there may be of one.
pub(super) fn remove(disk: Disk<'_>, dir: &Dir) -> io::Result<()> {
    [FILE, DRAFT].iter().try_for_each(|file| unless_absent(disk.remove_file(dir, file.as_ref())))
}

/// The bytes of the journal in `dir`, if there is one.
pub(super) fn read(dir: &Dir) -> Result<Option<Vec<u8>>, String> {
    let file = match open_file(dir, FILE.as_ref(), OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_cause(&error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_SIZE).read_to_end(&mut bytes).map_err(|error| io_cause(&error))?;
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&bytes) else { return Ok(Some(bytes)) };
    let place = members.shift_remove(PLACE);
    let is_known = members.get("format").and_then(Value::as_u64) == Some(u64::from(FORMAT));
    if is_known && place != place_of(dir).map_err(|error| io_cause(&error))? {
        return Err("it was not written in this folder: it came with a copy of the project".to_owned());
    }
    serde_json::to_vec(&members).map(Some).map_err(|error| error.to_string())
}

/// The member that says in which folder a journal was written.
const PLACE: &str = "place";

/// What tells a folder from every copy of it, such as a clone of a repository that has our own folder in it: whoever
/// made that would decide what the next command writes. None where the system has no such thing.
///
/// Its number, and when it came to be. Where that is not known, the number of the device, which is another one after the next
/// mount on some systems.
fn place_of(dir: &Dir) -> io::Result<Option<Value>> {
    #[cfg(unix)]
    {
        use cap_std::fs::MetadataExt as _;
        let found = dir.dir_metadata()?;
        let born = found.created().ok().and_then(|born| born.into_std().duration_since(UNIX_EPOCH).ok());
        Ok(Some(match born {
            Some(born) => serde_json::json!({ "folder": found.ino(), "born": [born.as_secs(), born.subsec_nanos()] }),
            None => serde_json::json!({ "folder": found.ino(), "device": found.dev() }),
        }))
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        Ok(None)
    }
}

/// Reads a journal of either kind.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let damaged = |_| "it is damaged".to_owned();
    let versioned: Versioned = serde_json::from_slice(bytes).map_err(damaged)?;
    if versioned.format != FORMAT {
        return Err(format!("it has format {}, and this `scaffold` knows format {FORMAT}", versioned.format));
    }
    serde_json::from_slice(bytes).map_err(damaged)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_journal_comes_back_as_it_was_written() {
        let journal = Journal { format: FORMAT, entries: vec!["app".into(), INTENT_FILE.into(), LOCK_FILE.into()] };
        assert_eq!(Journal::parse(&serde_json::to_vec(&journal).unwrap()).unwrap(), journal);
    }

    #[test]
    fn strange_journals_are_refused() {
        for bad in [
            "",
            "{}",
            r#"{"format":1}"#,
            r#"{"format":1,"entries":["../x"]}"#,
            r#"{"format":1,"entries":["/etc"]}"#,
            r#"{"format":1,"entries":["a/b"]}"#,
            r#"{"format":1,"entries":[".git"]}"#,
            r#"{"format":1,"entries":[".scaffold"]}"#,
            r#"{"format":1,"entries":[],"more":1}"#,
        ] {
            assert!(Journal::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let newer = Journal::parse(br#"{"format":2,"moves":[]}"#).unwrap_err();
        assert_eq!(newer, "it has format 2, and this `scaffold` knows format 1");
    }
}
