//! Runs packs: everything that names wasmtime.
//!
//! A pack is a stranger's code. What it can do is decided here and nowhere else: it computes on its own memory, asks
//! for an expression to be evaluated, writes lines to a log, and returns data. It gets a fresh instance for each call,
//! so that nothing leaks from one phase to the next, with bounds on time, memory, stack and the size of what it returns
//! ([`limits`]). WASI is served, because the tools of many languages link it whatever a pack needs, but deterministic
//! and empty ([`wasi`]).
//!
//! Compiling costs hundreds of times what running costs, so compiled code is kept on disk by [`compiled`], the one
//! module of the crate that has `unsafe` in it.
//!
//! One implementation serves every version of the contract: `v0_1` turns the bindings of its version into the types
//! of [`crate::model`], and a later version does the same beside it.

mod compiled;
mod engine;
mod error;
mod limits;
mod pack;
mod state;
mod v0_1;
mod wasi;

pub use compiled::CompiledCode;
pub use engine::{Compilation, Host, Options, grants, prepare};
pub use error::{CallError, CallFailure, HostError};
pub use pack::{Call, LogLevel, LogLine, Pack, Spent, Trace};
pub use wasi::Surroundings;

/// The newest version of `scaffold:pack` that this host serves; older ones of the same track load too.
pub const CONTRACT: semver::Version = semver::Version::new(0, 1, 0);
