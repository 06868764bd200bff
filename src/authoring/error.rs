//! Why a source does not become a pack.

use super::folder::FolderError;
use crate::model::{Diagnose, Report};

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
}

impl Diagnose for AuthoringError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Folder(error) => error.report(),
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
