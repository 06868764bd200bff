//! What can be read off a component without running it.
//!
//! The host asks before it compiles, the registry before it publishes, and neither may believe the other's word, so
//! the answer is made here from the bytes alone: the contract that the component was built for, what it imports, and
//! the manifest that `scaffold pack build` left in a custom section.

mod error;
mod inspect;

pub use error::ComponentError;
pub use inspect::{Inspection, Interface, inspect, with_manifest};
