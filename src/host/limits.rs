//! What a pack may use.
//!
//! Bounds that a well-meant pack does not come near. Each is enforced by wasmtime while the pack runs, so a breach
//! costs at most what the bound allows.

use wasmtime::ResourceLimiter;

/// Bytes of linear memory, all memories of a component together. Python starts at about 13 MiB.
pub const MEMORY: usize = 512 << 20;
/// Bytes that one call may hand over to the host: strings and lists, results included.
pub const LIFTED: usize = 64 << 20;
/// Bytes that a pack may print on its standard output, and on its standard error.
pub const PRINTED: usize = 1 << 20;
/// Lines that a pack may log in one call; what comes after is dropped.
pub const LOG_LINES: usize = 1_000;
/// Bytes of random data for one request.
pub const RANDOM: u64 = 64 << 10;
/// Entries of WASI's and the component model's handle tables.
pub const HANDLES: usize = 1_000;

const TABLE_ELEMENTS: usize = 100_000;
const INSTANCES: usize = 200;
const TABLES: usize = 64;
const MEMORIES: usize = 16;

/// Counts all memories of a store together: wasmtime's own limits are for each memory.
#[derive(Debug, Default)]
pub struct Limiter {
    memory: usize,
}

impl Limiter {
    /// Bytes of all memories together, which never shrink.
    pub fn memory(&self) -> usize {
        self.memory
    }
}

/// A pack wanted more memory than it may have.
#[derive(Debug, thiserror::Error)]
#[error("the pack wanted more than {} MiB of memory", MEMORY >> 20)]
pub struct MemoryExhausted;

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > MEMORY {
            // An error ends the call with a clear reason; answering "no" would leave the guest to fail in its own way.
            return Err(MemoryExhausted.into());
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > TABLE_ELEMENTS {
            return Err(MemoryExhausted.into());
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
