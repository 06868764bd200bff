//! What the host keeps for one call of one pack.

use std::collections::BTreeMap;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::limits::{self, Limiter};
use super::pack::{LogLevel, LogLine};
use super::wasi::{self, Surroundings, VirtualClock};
use crate::model::{Context, Diagnostic, Name, ProjectPath, Taken};

/// How the contract writes the folder of an instance that stands in the project's root.
const ROOT: &str = ".";

/// The data of a store. A new one for each call.
pub struct State {
    surroundings: Surroundings,
    pub(super) limiter: Limiter,
    pub(super) clock: VirtualClock,
    pub(super) table: ResourceTable,
    /// Where the instances stand that the call's arguments name.
    folders: BTreeMap<Name, Option<ProjectPath>>,
    log: Vec<LogLine>,
    /// What the host said of expressions that failed.
    faults: Vec<String>,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
    /// Made when WASI is first called.
    wasi: Option<WasiCtx>,
}

impl State {
    pub fn new(surroundings: Surroundings) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::HANDLES);
        Self {
            surroundings,
            limiter: Limiter::default(),
            clock: VirtualClock::default(),
            table,
            folders: BTreeMap::new(),
            log: Vec::new(),
            faults: Vec::new(),
            stdout: MemoryOutputPipe::new(limits::PRINTED),
            stderr: MemoryOutputPipe::new(limits::PRINTED),
            wasi: None,
        }
    }

    /// Lets the pack ask for the folders of the instances that these arguments name.
    pub fn know_folders(&mut self, context: &Context, taken: &[Taken]) {
        let own = (context.instance.clone(), context.at.clone());
        let others = taken.iter().map(|taken| (taken.instance.clone(), taken.at.clone()));
        self.folders = std::iter::once(own).chain(others).collect();
    }

    /// The folder of an instance, where the pack may know it.
    pub fn folder_of(&self, instance: &str) -> Option<&str> {
        let (_, at) = self.folders.iter().find(|(name, _)| name.as_str() == instance)?;
        Some(at.as_ref().map_or(ROOT, ProjectPath::as_str))
    }

    /// Adds a line that the pack logged.
    pub fn log(&mut self, level: LogLevel, message: String) {
        if self.log.len() < limits::LOG_LINES {
            self.log.push(LogLine { level, message });
        }
    }

    /// Remembers that an expression of the pack failed.
    pub fn note_fault(&mut self, message: &str) {
        if self.faults.len() < limits::LOG_LINES {
            self.faults.push(message.to_owned());
        }
    }

    /// Whether what the pack says comes from an expression of its own that failed.
    pub fn is_fault(&self, said: &Diagnostic) -> bool {
        self.faults.iter().any(|fault| said.message.contains(fault))
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
        let ctx =
            self.wasi.get_or_insert_with(|| wasi::context(self.surroundings, self.stdout.clone(), self.stderr.clone()));
        WasiCtxView { ctx, table: &mut self.table }
    }
}
