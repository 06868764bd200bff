//! What is wrong with a folder.

use std::io;
use std::path::PathBuf;

use crate::model::{Diagnose, Report, io_cause, printable};

/// What is wrong with the folder of a pack without code.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or folder can't be read.
    #[error("`{}` can't be read: {}", .path.display(), io_cause(.error))]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is not written as its format wants, or not as a pack is described.
    #[error("`{file}` can't be understood: {}", printable(.message))]
    Syntax {
        /// The file, relative to the pack's folder.
        file: String,
        /// Line and column, where they are known.
        place: Option<(usize, usize)>,
        /// What the parser says.
        message: String,
    },
    /// `pack.toml` says something that can't be.
    #[error("`pack.toml` can't be used: {}", printable(.problem))]
    Entry {
        /// What is wrong.
        problem: String,
        /// What to write instead.
        hint: String,
    },
    /// A file below `templates/` or `partials/` can't be used.
    #[error("`{}` can't be used: {problem}", printable(.file))]
    Template {
        /// The file, relative to the pack's folder.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A template is not Jinja.
    #[error("a template can't be used: {problem}")]
    Jinja {
        /// What the engine says.
        problem: String,
        /// In which template.
        place: Option<String>,
    },
}

impl FolderError {
    /// `pack.toml` says something that can't be.
    pub(super) fn entry(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Entry { problem: problem.into(), hint: hint.into() }
    }

    /// A file in JSON is not as it should be.
    pub(in crate::authoring) fn json(file: &str, error: &serde_json::Error) -> Self {
        let place = Some((error.line(), error.column()));
        Self::Syntax { file: file.to_owned(), place, message: error.to_string() }
    }

    /// A file in TOML is not as it should be.
    pub(in crate::authoring) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().and_then(|span| text.get(..span.start)).map(|before| {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (line, column)
        });
        Self::Syntax { file: file.to_owned(), place, message: error.message().to_owned() }
    }
}

impl Diagnose for FolderError {
    fn report(&self) -> Report {
        let report = |code| Report::new(code, self.to_string());
        match self {
            Self::Unreadable { .. } => {
                report("pack-source-unreadable").hint("check that the path is right and readable")
            }
            Self::Syntax { file, place, .. } => report("pack-source-syntax")
                .details(place.map(|(line, column)| format!("at {file}:{line}:{column}")))
                .hint("`docs/authoring.md` lists what may stand there"),
            Self::Entry { hint, .. } => report("pack-source-invalid").hint(hint.clone()),
            Self::Jinja { place, .. } => report("pack-source-jinja")
                .details(place.clone())
                .hint("mend it; where the file uses these marks itself, choose other `marks` or write `raw = true`"),
            Self::Template { .. } => report("pack-source-template").hint("rename, move or remove the file"),
        }
    }
}
