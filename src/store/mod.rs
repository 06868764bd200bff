//! What this machine keeps: where configuration, cache and keys are, packs by their digest, and copies of registries'
//! files.
//!
//! Nothing is made before something is to be put there, so a command that only reads leaves no trace. Everything in the
//! cache can be made or fetched again, which decides two things: a blob that does not match its digest is thrown away
//! rather than complained about, and a cache that can't be written is an error that a caller may turn into a warning
//! and go on without ([`StoreError::is_about_the_cache`]).
//!
//! The cache is the user's alone (mode 0700), because code compiled from packs is kept there and run.

mod blobs;
mod cache;
mod error;
mod file;
mod home;
mod mirror;

pub use blobs::Blobs;
pub use cache::{Cache, Usage};
pub use error::StoreError;
pub use file::{is_exposed, open_plain, publish, read_text, replace};
pub use home::Home;
pub use mirror::{Mirror, Mirrored};
