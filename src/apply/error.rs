//! Why a project could not be written, or changed.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::{Diagnose, Report, io_cause, printable};

/// Why a project could not be written, or changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The target holds something.
    #[error("`{}` is not empty", shown(.target))]
    NotEmpty {
        /// The folder.
        target: PathBuf,
        /// What is in it, sorted.
        entries: Vec<OsString>,
    },
    /// The target, or what should be a folder above it, is something else.
    #[error("`{}` is not a folder", shown(.path))]
    NotAFolder {
        /// What is no folder.
        path: PathBuf,
    },
    /// The target is a symbolic link.
    #[error("`{}` is a symbolic link, and a new project is not written through one", shown(.target))]
    Link {
        /// The link.
        target: PathBuf,
    },
    /// Another process is writing a project there.
    #[error("another `scaffold` is writing to `{}` right now", shown(.target))]
    Busy {
        /// The target of both.
        target: PathBuf,
        /// The folder that the other one uses.
        staging: PathBuf,
    },
    /// The folder that the project would be put together in is taken by something else.
    #[error("`{}` is in the way: what is to be written is put together there before it is moved into place", shown(.path))]
    InTheWay {
        /// The folder's path.
        path: PathBuf,
    },
    /// A killed run had written everything; the project is whole now, and it is not this run's.
    #[error("`{}` was left unfinished by a run that was interrupted, and is complete now", shown(.target))]
    Completed {
        /// The folder.
        target: PathBuf,
    },
    /// Something was put where the project, or a part of it, was about to appear.
    #[error("`{}` appeared while the project was being written", shown(.path))]
    Appeared {
        /// What appeared.
        path: PathBuf,
    },
    /// The target's place does not take a project.
    #[error("can't make a project in `{}`: {}", shown(.path), io_cause(.cause))]
    Unwritable {
        /// The folder that can't be written.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file of the project is not what it was when the change was planned.
    #[error("`{}` was changed by another program in the meantime", shown(.path))]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A change could be neither completed nor rolled back.
    #[error("{error}")]
    Unfinished {
        /// What keeps it from being completed.
        error: Box<ApplyError>,
        /// What keeps it from being rolled back.
        back: Box<ApplyError>,
        /// Where the files are that it has moved away.
        kept: PathBuf,
    },
    /// A file or folder of the project could not be written.
    #[error("can't write `{}`: {}", shown(.path), io_cause(.cause))]
    Write {
        /// Where it would have ended up.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A file of the project can't be read.
    #[error("can't read `{}`: {}", shown(.path), io_cause(.cause))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// What should stand in one of scaffold's own files can't be written down.
    #[error("{}", .0.message)]
    Own(Box<Report>),
    /// A journal that no `scaffold` of this version has written.
    #[error("the journal `{}` can't be read: {reason}", shown(.path))]
    Journal {
        /// The journal's path.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The journal of a change that no `scaffold` of this version has written, or whose files are not there.
    #[error("the journal `{}` can't be read: {reason}", shown(.path))]
    ChangeJournal {
        /// The journal's path.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl ApplyError {
    /// Makes a [`ApplyError::Write`] of what the system said about `path`.
    pub(super) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Write { path: path.into(), cause }
    }

    /// Makes a [`ApplyError::Read`] of what the system said about `path`.
    pub(super) fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Read { path: path.into(), cause }
    }

    /// Makes a [`ApplyError::Unwritable`] of what the system said about `path`.
    pub(super) fn unwritable(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Unwritable { path: path.into(), cause }
    }
}

/// A path in a message.
fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// The most entries of a folder that a message names.
const NAMED: usize = 5;

/// What is in a folder, in one line.
fn listing(entries: &[OsString]) -> String {
    let names: Vec<_> =
        entries.iter().take(NAMED).map(|name| format!("`{}`", printable(&name.to_string_lossy()))).collect();
    match entries.len().saturating_sub(NAMED) {
        0 => format!("it holds {}", names.join(", ")),
        more => format!("it holds {} and {more} more", names.join(", ")),
    }
}

impl Diagnose for ApplyError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::NotEmpty { entries, .. } => {
                report("target-not-empty", "choose a folder that does not exist yet, or an empty one; `scaffold init` makes a project of one with files")
                    .detail(listing(entries))
            }
            Self::NotAFolder { .. } => report("target-not-a-folder", "choose another place for the project"),
            Self::Link { .. } => report("target-not-a-folder", "name the folder itself rather than a link to it"),
            Self::Busy { staging, .. } => Report::new("target-busy", self.to_string()).hint(format!(
                "wait until it is done; if there is none, remove `{}` and run the command again",
                shown(staging)
            )),
            Self::InTheWay { path } => Report::new("staging-in-the-way", self.to_string())
                .hint(format!("look at `{}`, move it away or remove it, and run the command again", shown(path))),
            Self::Completed { target } => Report::new("target-completed", self.to_string()).hint(format!(
                "use the project that is there, or remove `{}` and run the command again",
                shown(target)
            )),
            Self::Appeared { .. } => report("target-appeared", "move it away and run the command again"),
            Self::Changed { .. } => report("file-changed", "nothing was changed: run the command again"),
            Self::Unfinished { back, kept, .. } => Report::new("change-unfinished", self.to_string())
                .detail(format!("the change can't be rolled back either: {back}"))
                .detail(format!("the files that it has moved away are in `{}`", shown(kept)))
                .hint("set that right and run the command again: it completes the change, or rolls it back"),
            Self::Unwritable { cause, .. } => report("target-unwritable", remedy(cause)),
            Self::Write { cause, .. } => report("write-failed", remedy(cause)),
            Self::Own(report) => Report::clone(report),
            Self::Read { .. } => report("project-unreadable", "check that it is a file that you may read"),
            Self::Journal { path, .. } => Report::new("journal-invalid", self.to_string()).hint(format!(
                "run the newest `scaffold` there, or remove `{}` together with what it has begun to write",
                shown(path.parent().unwrap_or(path))
            )),
            Self::ChangeJournal { path, .. } => Report::new("journal-invalid", self.to_string()).hint(format!(
                "run the newest `scaffold` there; or take what you need from `{0}`, which holds files as they were before \
                 a change, and remove `{0}`",
                shown(path.parent().unwrap_or(path))
            )),
        }
    }
}

/// What to do when the system refuses.
fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk and run the command again",
        io::ErrorKind::NotADirectory => "move away what stands there and run the command again",
        io::ErrorKind::InvalidFilename => "choose a shorter name for the project's folder",
        _ => "choose another place for the project, or make this one writable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_listings_are_cut() {
        let names = |count: usize| (0..count).map(|n| OsString::from(format!("f{n}"))).collect::<Vec<_>>();
        assert_eq!(listing(&names(1)), "it holds `f0`");
        assert_eq!(listing(&names(7)), "it holds `f0`, `f1`, `f2`, `f3`, `f4` and 2 more");
    }

    #[test]
    fn names_are_made_harmless() {
        let error = ApplyError::NotEmpty { target: "a\u{1b}[2J".into(), entries: vec!["b\u{7}".into()] };
        let report = error.report();
        assert_eq!(report.message, "`a\u{fffd}[2J` is not empty");
        assert_eq!(report.details, ["it holds `b\u{fffd}`"]);
    }

    #[test]
    fn a_change_that_is_stuck_says_why() {
        let error = ApplyError::Unfinished {
            error: Box::new(ApplyError::Changed { path: "a".into() }),
            back: Box::new(ApplyError::write("b")(io::ErrorKind::PermissionDenied.into())),
            kept: ".scaffold/change/undo".into(),
        };
        let report = error.report();
        assert_eq!(report.message, "`a` was changed by another program in the meantime");
        assert_eq!(
            report.details,
            [
                "the change can't be rolled back either: can't write `b`: permission denied",
                "the files that it has moved away are in `.scaffold/change/undo`"
            ]
        );
    }

    #[test]
    fn a_full_disk_is_named_with_the_path() {
        let report = ApplyError::write("shop/app/main.py")(io::ErrorKind::StorageFull.into()).report();
        assert_eq!(report.code, "write-failed");
        assert_eq!(report.message, "can't write `shop/app/main.py`: the disk is full");
        assert_eq!(report.hint.as_deref(), Some("make room on the disk and run the command again"));
    }
}
