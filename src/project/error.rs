//! What can be wrong with a project's own files.

use std::path::PathBuf;

use super::answers::AskError;
use super::questions::Question;
use crate::model::{Diagnose, INTENT_FILE, Name, PackId, Report, io_cause, near, printable};

/// What can be wrong with `scaffold.toml` and `scaffold.lock`.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The text is not of the file's form.
    #[error("`{file}` can't be read: {message}")]
    Syntax {
        /// The file's name.
        file: &'static str,
        /// Counted from one.
        line: usize,
        /// Counted from one, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
        /// Whether the file holds the marks that git leaves where two branches changed it.
        is_merge: bool,
    },
    /// No project is around a folder.
    #[error("there is no project here: no `scaffold.toml` in `{}` or above it", .from.display())]
    NoProject {
        /// Where it was looked for.
        from: PathBuf,
    },
    /// A project without its lock.
    #[error("the project in `{}` has no `scaffold.lock`", .root.display())]
    NoLock {
        /// The project's folder.
        root: PathBuf,
    },
    /// One of the project's files can't be read.
    #[error("`{file}` can't be read: {}", io_cause(.cause))]
    Unreadable {
        /// The file's name.
        file: &'static str,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// One instance twice in the lock.
    #[error("`scaffold.lock` has the instance `{instance}` twice")]
    LockedTwice {
        /// The instance.
        instance: Name,
    },
    /// A newer scaffold wrote the lock.
    #[error("`scaffold.lock` has the form {found}, and this scaffold reads forms up to {known}")]
    NewerLock {
        /// The lock's form.
        found: u32,
        /// The newest form that is understood.
        known: u32,
    },
    /// An answer that the project's files can't hold.
    #[error("the answer `{key}` can't be written to `scaffold.toml`: it is or holds {reason}")]
    Unwritable {
        /// The answer.
        key: String,
        /// What it is.
        reason: String,
    },
}

impl ProjectError {
    pub(super) fn syntax(file: &'static str, text: &str, error: &toml::de::Error) -> Self {
        Self::syntax_at(file, text, error.span().map_or(0, |span| span.start), error.message())
    }

    /// A mistake before the byte `at`.
    pub(super) fn syntax_at(file: &'static str, text: &str, at: usize, message: &str) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = message.lines().next().unwrap_or_default().to_owned();
        let is_merge = text.lines().any(|line| line.starts_with("<<<<<<< "));
        Self::Syntax { file, line, column, message, is_merge }
    }
}

impl Diagnose for ProjectError {
    fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            Self::Syntax { file, line, column, is_merge, .. } => {
                let (code, hint) = match (*file == INTENT_FILE, is_merge) {
                    (true, false) => ("intent-syntax", "correct the line"),
                    (true, true) => ("intent-syntax", "two branches changed it: settle the places that git marked"),
                    (false, false) => {
                        ("lock-syntax", "the file is written by scaffold: take it back from version control")
                    }
                    (false, true) => (
                        "lock-syntax",
                        "two branches changed it: settle `scaffold.toml`, take one branch's lockfile by `git checkout \
                         --ours scaffold.lock`, and let `scaffold apply --allow-dirty` make it what both come to",
                    ),
                };
                Report::new(code, message).detail(format!("at {file}:{line}:{column}")).hint(hint)
            }
            Self::NoProject { .. } => Report::new("no-project", message)
                .hint("go into a project's folder, or name it with `-C DIR`; `scaffold new DIR --pack SPEC` makes one"),
            Self::NoLock { .. } => Report::new("no-lock", message).hint("take the file back from version control"),
            Self::Unreadable { .. } => {
                Report::new("project-unreadable", message).hint("check that you may read the file")
            }
            Self::LockedTwice { .. } => Report::new("lock-syntax", message)
                .hint("the file is written by scaffold: take it back from version control"),
            Self::NewerLock { .. } => {
                Report::new("lock-newer", message).hint("use the scaffold that wrote it, or a newer one")
            }
            Self::Unwritable { .. } => Report::new("answer-unwritable", message).hint("leave the answer out"),
        }
    }
}

/// What is wrong with a pack's questions. It is the pack's fault.
#[derive(Debug, thiserror::Error)]
pub enum QuestionsError {
    /// The schema.
    #[error("the questions of {pack} are not a sound JSON Schema")]
    Schema {
        /// The pack.
        pack: PackId,
        /// What is wrong.
        reason: String,
    },
    /// A question for a secret.
    #[error("{pack} asks for a secret: `{key}`")]
    Secret {
        /// The pack.
        pack: PackId,
        /// The question.
        key: String,
    },
}

impl Diagnose for QuestionsError {
    fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            Self::Schema { reason, .. } => Report::new("question-schema", message)
                .detail(printable(reason))
                .hint("this is a fault of the pack: report it to its author"),
            Self::Secret { .. } => Report::new("question-secret", message)
                .detail("answers are written to files that are shared; secrets don't belong there")
                .hint("this is a fault of the pack: it should describe the secret in `.env.example`"),
        }
    }
}

/// What is wrong with what the user gave, before any question is known.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// `--set` without `=`.
    #[error("`--set {}` has no `=`", printable(.text))]
    NoEquals {
        /// What was typed.
        text: String,
    },
    /// A key with an empty part.
    #[error("`--set {}` has an empty key", printable(.text))]
    EmptyKey {
        /// What was typed.
        text: String,
    },
    /// The answers file can't be read.
    #[error("the answers file `{}` can't be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// It is too large.
    #[error("the answers file `{}` is larger than {limit} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// Its text is not of the form that its extension promises.
    #[error("the answers file `{}` can't be understood", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser says, over several lines at times.
        reason: String,
    },
    /// Its name does not say what it is.
    #[error("the answers file `{}` has no extension that is known", .path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
}

impl Diagnose for GivenError {
    fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            Self::NoEquals { .. } | Self::EmptyKey { .. } => {
                Report::new("set-invalid", message).hint("write `--set KEY=VALUE` or `--set PACK.KEY=VALUE`")
            }
            Self::Unreadable { reason, .. } => {
                Report::new("answers-file", message).detail(io_cause(reason)).hint("check the path")
            }
            Self::TooLarge { .. } => {
                Report::new("answers-file", message).hint("answers are small; is it the right file?")
            }
            Self::Syntax { reason, .. } => Report::new("answers-file", message)
                .details(reason.lines().take(6).map(|line| printable(line).chars().take(200).collect()))
                .hint("correct the file"),
            Self::Extension { .. } => {
                Report::new("answers-file", message).hint("call it `.toml`, `.yaml`, `.yml` or `.json`")
            }
        }
    }
}

/// Why the questions are not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// Answers are missing, wrong or unknown.
    #[error("{}", headline(.0))]
    Troubles(Vec<Trouble>),
    /// A question could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl AnswersError {
    /// Whether the user broke off.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Self::Ask(AskError::Interrupted))
    }
}

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    /// `INSTANCE.KEY`.
    pub key: String,
    message: String,
    is_missing: bool,
}

impl Trouble {
    pub(super) fn wrong(key: String, message: String) -> Self {
        Self { key, message, is_missing: false }
    }

    pub(super) fn missing(instance: &Name, question: &Question) -> Self {
        let key = format!("{instance}.{}", question.key);
        let message = format!("missing, {}: `--set {key}=VALUE`", question.kind);
        Self { key, message, is_missing: true }
    }

    /// An answer to a pack that is not there.
    pub(super) fn no_instance<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        let message = format!("neither a question nor a pack of the project: those are `{}`", known.join("`, `"));
        Self { key: name.to_owned(), message, is_missing: false }
    }

    pub(super) fn unknown<'a>(full: &str, key: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let message = match near(key, known.iter().copied()).first() {
            Some(near) => format!("nobody asks this; did you mean `{near}`?"),
            None if known.is_empty() => "nobody asks anything".to_owned(),
            None => format!("nobody asks this; there are `{}`", known.join("`, `")),
        };
        Self { key: full.to_owned(), message, is_missing: false }
    }
}

fn headline(troubles: &[Trouble]) -> String {
    let number = troubles.len();
    let (noun, verb) = if number == 1 { ("answer", "is") } else { ("answers", "are") };
    if troubles.iter().all(|trouble| trouble.is_missing) {
        format!("{number} {noun} {verb} missing")
    } else {
        format!("{number} {noun} {verb} missing or wrong")
    }
}

impl Diagnose for AnswersError {
    fn report(&self) -> Report {
        match self {
            Self::Ask(error) => {
                Report::new("terminal", error.to_string()).hint("answer with `--set KEY=VALUE`, or take `--defaults`")
            }
            Self::Troubles(troubles) => {
                let only_missing = troubles.iter().all(|trouble| trouble.is_missing);
                let (code, hint) = if only_missing {
                    ("answers-missing", "give them with `--set` or in a file with `--answers FILE`")
                } else {
                    (
                        "answers-invalid",
                        "correct them where they are given: on the command line, or in `scaffold.toml` under `[answers]`",
                    )
                };
                let lines = troubles
                    .iter()
                    .map(|trouble| format!("`{}`: {}", printable(&trouble.key), printable(&trouble.message)));
                Report::new(code, self.to_string()).details(lines).hint(hint)
            }
        }
    }
}
