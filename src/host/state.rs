//! What the host keeps for one call of one pack.

use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::limits::{self, Limiter};
use super::pack::{LogLevel, LogLine};
use super::wasi::{self, VirtualClock};

/// The data of a store. A new one for each call.
pub struct State {
    pub(super) limiter: Limiter,
    pub(super) clock: VirtualClock,
    pub(super) table: ResourceTable,
    wasi: WasiCtx,
    log: Vec<LogLine>,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl State {
    pub fn new() -> Self {
        let stdout = MemoryOutputPipe::new(limits::PRINTED);
        let stderr = MemoryOutputPipe::new(limits::PRINTED);
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES);
        Self {
            limiter: Limiter::default(),
            clock: VirtualClock::default(),
            table,
            wasi: wasi::context(stdout.clone(), stderr.clone()),
            log: Vec::new(),
            stdout,
            stderr,
        }
    }

    /// Adds a line that the pack logged.
    pub fn log(&mut self, level: LogLevel, message: String) {
        if self.log.len() < limits::LOG_LINES {
            self.log.push(LogLine { level, message });
        }
    }

    /// Everything that the pack logged and printed: its log first, then standard output, then standard error.
    pub fn into_log(self) -> Vec<LogLine> {
        let mut log = self.log;
        for (level, pipe) in [(LogLevel::Info, self.stdout), (LogLevel::Warning, self.stderr)] {
            let printed = pipe.contents();
            let text = String::from_utf8_lossy(&printed);
            let lines = text.lines().map(|line| LogLine { level, message: line.to_owned() });
            log.extend(lines.take(limits::LOG_LINES));
        }
        log
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
