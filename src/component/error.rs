//! Why a file is not a pack.

use crate::model::{Diagnose, Report};

/// Why a file is not a pack that could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// Neither a module nor a component.
    #[error("it is no WebAssembly: {0}")]
    NotWasm(String),
    /// A module of core WebAssembly.
    #[error("it is a core module, not a component")]
    CoreModule,
    /// Machine code that some wasmtime compiled.
    #[error("it is compiled code posing as WebAssembly")]
    Precompiled,
    /// Larger than the host compiles.
    #[error("it has {size} bytes, and a pack may have {limit}")]
    TooLarge {
        /// The component's size in bytes.
        size: usize,
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// A component that exports no `scaffold:pack/generator`.
    #[error("it does not export `scaffold:pack/generator`")]
    NotAPack,
    /// The manifest's custom section does not hold a manifest.
    #[error("its manifest can't be read: {0}")]
    Manifest(String),
}

impl Diagnose for ComponentError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::NotWasm(_) => {
                report("not-a-component", "check that the file is the `.wasm` that the pack's build made")
            }
            Self::CoreModule => report(
                "core-module",
                "make a component of it: `scaffold` runs components, which `wit-component` makes of modules",
            ),
            Self::Precompiled => {
                report("precompiled", "scaffold runs only code that it compiled itself; use the pack's `.wasm`")
            }
            Self::TooLarge { .. } => report("component-too-large", "ask the pack's author for a stripped build"),
            Self::NotAPack => {
                report("not-a-pack", "build it against the world `scaffold:pack/pack` of `wit/v0.1.0/pack.wit`")
            }
            Self::Manifest(_) => report(
                "manifest-invalid",
                "build the pack again: the section `scaffold:manifest` is written when it is built",
            ),
        }
    }
}
