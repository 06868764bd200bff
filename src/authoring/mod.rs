//! From what a compiler made to a pack.
//!
//! A pack's author compiles to a core module; what the host loads is a component that carries its manifest. The two
//! steps between are pure functions of bytes, so that the same module becomes the same component on every machine:
//! [`componentize`] wraps the module, and [`crate::component::with_manifest`] adds what `describe` returned.

mod componentize;
mod error;

pub use componentize::componentize;
pub use error::AuthoringError;
