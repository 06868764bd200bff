//! Why a source does not become a pack.

use std::io;
use std::path::PathBuf;

use super::folder::FolderError;
use super::toolchain::ToolchainError;
use crate::model::{Diagnose, Report, io_cause};

/// Why a module or a folder does not become a component.
#[derive(Debug, thiserror::Error)]
pub enum AuthoringError {
    /// Not a core module of WebAssembly.
    #[error("it is no core module of WebAssembly: {0}")]
    NotAModule(String),
    /// No bindings generator left the type of its world.
    #[error("the module does not say which world it was written for")]
    NoWorld,
    /// The module and the world that it claims do not fit.
    #[error("the module does not fit its world: {0}")]
    Unfit(String),
    /// The folder of a pack without code is not as it should be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The tools of a language fail, or are not there.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// A folder that is no pack's source.
    #[error("`{}` holds no pack's source: {problem}", .folder.display())]
    NoSource {
        /// The folder.
        folder: PathBuf,
        /// What it has or lacks.
        problem: String,
    },
    /// What the tools made can't be read.
    #[error("`{}` can't be read: {}", .path.display(), io_cause(.error))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Diagnose for AuthoringError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Folder(error) => error.report(),
            Self::Toolchain(error) => error.report(),
            Self::NoSource { .. } => {
                report("pack-source-unknown", "name a pack's folder; `scaffold pack new DIR` makes one")
            }
            Self::Unreadable { .. } => report("pack-source-unreadable", "check that the file is readable"),
            Self::NotAModule(_) => report(
                "module-invalid",
                "compile the pack for `wasm32-unknown-unknown` and give the `.wasm` that the compiler made",
            ),
            Self::NoWorld => report(
                "module-without-world",
                "call `scaffold_pack::export!` in the crate, or generate bindings from `wit/v0.1.0/pack.wit`",
            ),
            Self::Unfit(_) => report(
                "module-unfit",
                "keep to what the contract lends: a pack for `wasm32-unknown-unknown` imports nothing else",
            ),
        }
    }
}
