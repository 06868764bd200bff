//! Why a language's tools make no pack.

use crate::model::{Diagnose, Report, printable};

/// Why a language's tools make no pack.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// Something that the language's packs are built with is not on this machine.
    #[error("{what}")]
    Missing {
        /// What is missing, as a sentence.
        what: String,
        /// What was looked at, and why it will not do.
        complaints: Vec<String>,
        /// How to get it.
        hint: String,
    },
    /// A tool failed.
    #[error("`{}` failed: {how}", printable(.command))]
    Failed {
        /// The command.
        command: String,
        /// How it ended.
        how: String,
        /// The last of what it said, where that was not seen already.
        said: Vec<String>,
    },
    /// The tools did what they do, and what was to be made is not there.
    #[error("{what}")]
    Unmade {
        /// What is not there, as a sentence.
        what: String,
        /// What to change.
        hint: String,
    },
}

impl Diagnose for ToolchainError {
    fn report(&self) -> Report {
        match self {
            Self::Missing { complaints, hint, .. } => {
                Report::new("toolchain-missing", self.to_string()).details(complaints.clone()).hint(hint.clone())
            }
            Self::Failed { said, .. } => Report::new("toolchain-failed", self.to_string())
                .details(said.clone())
                .hint("what the tool says stands above; run it yourself in the pack's folder to see it again"),
            Self::Unmade { hint, .. } => Report::new("toolchain-unmade", self.to_string()).hint(hint.clone()),
        }
    }
}
