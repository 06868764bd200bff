//! What can be wrong with a project's own files.

use crate::model::{Diagnose, Report};

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
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        Self::Syntax { file, line, column, message }
    }
}

impl Diagnose for ProjectError {
    fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            Self::Syntax { file, line, column, .. } if *file == super::INTENT_FILE => {
                Report::new("intent-syntax", message).detail(format!("at {file}:{line}:{column}")).hint("correct the line")
            }
            Self::Syntax { file, line, column, .. } => Report::new("lock-syntax", message)
                .detail(format!("at {file}:{line}:{column}"))
                .hint("the file is written by scaffold: take it back from version control"),
            Self::NewerLock { .. } => {
                Report::new("lock-newer", message).hint("use the scaffold that wrote it, or a newer one")
            }
            Self::Unwritable { .. } => Report::new("answer-unwritable", message).hint("leave the answer out"),
        }
    }
}
