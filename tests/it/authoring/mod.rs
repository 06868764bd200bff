//! What authors do: writing packs, building and testing them.

mod errors;
mod folder;
