//! `scaffold` composes projects from template packs.
//!
//! A pack is a WebAssembly component: a pure function from answers and facts to contributions. This crate runs packs,
//! composes what several of them return into one tree, and writes it. `docs/architecture.md` draws the house; the
//! rooms, and which way they look:
//!
//! ```text
//! cli → pipeline → { project, registry, host, reconcile → compose, apply, authoring } → { store, template, schema, component }
//!     → { threads, model }
//! ```
//!
//! `host`, `compose` and `registry` do not know each other. `wasmtime` is named in `host` only, the network in
//! `registry` only, the terminal in `cli` only.

pub mod apply;
pub mod authoring;
pub mod cli;
pub mod component;
pub mod compose;
pub mod host;
pub mod model;
pub mod pipeline;
pub mod project;
pub mod reconcile;
pub mod registry;
pub mod schema;
pub mod store;
pub mod template;
pub mod threads;
