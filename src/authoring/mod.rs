//! From what an author wrote to a pack.
//!
//! A pack's author compiles to a core module, or writes a folder without code; what the host loads is a component that
//! carries its manifest. The steps between are pure functions of bytes, so that the same source becomes the same component
//! on every machine: [`folder`] makes a module of a folder, [`componentize`] wraps a module, and
//! [`crate::component::with_manifest`] adds what `describe` returned.

mod cases;
mod combine;
mod componentize;
mod error;
pub mod folder;
mod join;
mod starter;
mod toolchain;

pub use cases::{Case, EXPECTED, Expected, ExpectedFile, MESSAGE, Run, cases};
pub use combine::{combinations, product};
pub use componentize::{componentize, strip};
pub use error::AuthoringError;
pub use starter::starter;
pub use toolchain::{Built, Language, ToolchainError, rust};
