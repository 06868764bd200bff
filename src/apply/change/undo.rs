//! The last change, kept so that it can be undone.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::super::ApplyError;
use super::super::disk::{open_file, open_folder};
use super::super::journal::FILE;
use super::super::survey::{is_executable, read_bounded};
use super::super::target::OWN_FOLDER;
use super::journal::{Journal, Numbered};
use super::{Before, Entry, UNDO, Written};
use crate::model::{Digest, io_cause};

/// The last change of a project, with all that it takes to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The entries that it touched.
    pub entries: BTreeMap<Entry, LastEdit>,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEdit {
    /// What was there before. None: nothing.
    pub before: Option<Before>,
    /// What the change put there. None: nothing.
    pub after: Option<Written>,
}

/// What the last change of the project `root` did. None: there was none, or it is not kept.
///
/// A change that was interrupted is not the last one yet: [`recover`](super::super::recover) comes first.
///
/// # Errors
/// What is kept can't be read.
pub fn last_change(root: &Path) -> Result<Option<LastChange>, ApplyError> {
    let shown = PathBuf::from(OWN_FOLDER).join(UNDO);
    let opened = Dir::open_ambient_dir(root, ambient_authority())
        .and_then(|root| open_folder(&root, OWN_FOLDER.as_ref()))
        .and_then(|own| open_folder(&own, UNDO.as_ref()));
    let kept = match opened {
        Ok(kept) => kept,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(ApplyError::read(shown)(cause)),
    };
    let Some(journal) = Journal::read(&kept, &shown)? else { return Ok(None) };
    let (removals, writes) = journal.parts();
    let mut entries = BTreeMap::new();
    for numbered in removals.iter().chain(&writes) {
        let step = numbered.step;
        let before = step.before.map(|digest| read(&kept, numbered, digest)).transpose();
        let before = before.map_err(|cause| ApplyError::ChangeJournal {
            path: shown.join(FILE),
            reason: format!(
                "`{}`, which it names `{}`, is lost: {}",
                step.entry.as_str(),
                numbered.number,
                io_cause(&cause)
            ),
        })?;
        entries.insert(step.entry.clone(), LastEdit { before, after: step.after });
    }
    Ok(Some(LastChange { entries }))
}

fn read(kept: &Dir, numbered: &Numbered<'_>, digest: Digest) -> io::Result<Before> {
    let file = open_file(kept, numbered.name(), OpenOptions::new().read(true))?;
    let executable = is_executable(&file.metadata()?);
    let contents = read_bounded(file)?;
    if Digest::of(&contents) != digest {
        return Err(io::Error::other("it was changed"));
    }
    Ok(Before { contents, executable })
}
