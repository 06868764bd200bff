//! What authors do: writing packs, building and testing them.

mod cases;
mod check;
mod docs;
mod errors;
mod folder;
mod starter;
#[cfg(unix)]
mod tools;
