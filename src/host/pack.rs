//! A loaded pack, and calling it.

use std::fmt;
use std::time::Duration;

use semver::Version;
use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;

use super::engine::Ticker;
use super::error::{CallError, CallFailure, DeniedCall};
use super::limits::{self, MemoryExhausted};
use super::state::State;
use super::wasi::Surroundings;
use super::{CONTRACT, v0_1};
use crate::model::{Context, JsonObject, Manifest, Output, Planned, Taken};
use crate::threads;

/// A pack that is compiled, linked and ready to be called, from several threads at once if need be.
pub struct Pack {
    pub(super) label: String,
    pub(super) bindings: v0_1::Bindings,
    pub(super) ticker: Ticker,
    pub(super) timeout: Duration,
    pub(super) surroundings: Surroundings,
    /// Whether its engine counts what is executed.
    pub(super) metered: bool,
    /// The contract that it was built for.
    pub(super) contract: Version,
}

/// What a pack can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Its manifest.
    Describe,
    /// The first phase.
    Plan,
    /// The second.
    Render,
    /// Answers that were given to an older version.
    Migrate,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Describe => "describe",
            Self::Plan => "plan",
            Self::Render => "render",
            Self::Migrate => "migrate",
        })
    }
}

/// What a call leaves behind beside its answer.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What the pack logged and printed.
    pub log: Vec<LogLine>,
    /// What it used up.
    pub spent: Spent,
}

/// What a pack uses up: the same on every machine, unlike time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Instructions of WebAssembly, roughly: wasmtime's fuel. Zero where the host does not meter.
    pub fuel: u64,
    /// Bytes of memory at the most.
    pub memory: usize,
}

impl Spent {
    /// What two calls use up, one after the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { fuel: self.fuel.saturating_add(other.fuel), memory: self.memory.max(other.memory) }
    }

    /// The more of either.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { fuel: self.fuel.max(other.fuel), memory: self.memory.max(other.memory) }
    }
}

/// A line that a pack logged or printed, as it wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The text: pass it through [`crate::model::printable`].
    pub message: String,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// For the pack's author.
    Debug,
    /// Ordinary.
    Info,
    /// Standard error, too.
    Warning,
}

impl Pack {
    /// Asks the pack for its manifest.
    ///
    /// # Errors
    /// A call that fails, or a manifest that is not valid.
    pub fn describe(&self) -> Result<(Manifest, Trace), CallError> {
        self.call(Call::Describe, v0_1::describe)
    }

    /// Runs the first phase.
    ///
    /// # Errors
    /// A call that fails, facts that are not JSON, or a pack that refuses its answers.
    pub fn plan(&self, context: &Context, taken: &[Taken]) -> Result<(Planned, Trace), CallError> {
        self.call(Call::Plan, |bindings, store| v0_1::plan(bindings, store, context, taken))
    }

    /// Runs the second phase.
    ///
    /// # Errors
    /// A call that fails, values that are not JSON, or a pack that refuses its answers.
    pub fn render(&self, context: &Context, taken: &[Taken]) -> Result<(Output, Trace), CallError> {
        self.call(Call::Render, |bindings, store| v0_1::render(bindings, store, context, taken))
    }

    /// Carries answers over that were given to an older version. None: the pack has nothing to say about that.
    ///
    /// # Errors
    /// A call that fails, an answer that is no JSON object, or a pack that refuses the old answers.
    pub fn migrate(&self, old: &Version, answers: &JsonObject) -> Result<(Option<JsonObject>, Trace), CallError> {
        let Some(migration) = self.bindings.migration() else { return Ok((None, Trace::default())) };
        self.call(Call::Migrate, |bindings, store| v0_1::migrate(bindings, store, &migration, old, answers).map(Some))
    }

    /// One call: a store and an instance that live no longer than it.
    fn call<T: Send>(
        &self,
        call: Call,
        run: impl FnOnce(&v0_1::Bindings, &mut Store<State>) -> Result<T, Failure> + Send,
    ) -> Result<(T, Trace), CallError> {
        let in_store = || match self.new_store() {
            Ok(mut store) => {
                let result = run(&self.bindings, &mut store);
                let fuel = if self.metered { u64::MAX - store.get_fuel().unwrap_or(u64::MAX) } else { 0 };
                let state = store.into_data();
                let spent = Spent { fuel, memory: state.limiter.memory() };
                (result, Trace { log: state.into_log(), spent })
            }
            Err(failure) => (Err(failure.into()), Trace::default()),
        };
        let (result, trace) = match threads::run(|| threads::guard(in_store)) {
            Ok(Some(returned)) => returned,
            // A panic in wasmtime or in the host's own functions: the pack's call failed, not the process.
            Ok(None) => {
                (Err(CallFailure::Trapped("the host could not carry out the call".to_owned()).into()), Trace::default())
            }
            Err(error) => (Err(CallFailure::Machine(error.to_string()).into()), Trace::default()),
        };
        match result {
            Ok(value) => Ok((value, trace)),
            Err(failure) => {
                let failure = match failure {
                    Failure::Wasm(error) => classify(&error, self.timeout),
                    Failure::Instance(error) => self.classify_instance(&error),
                    Failure::Call(failure) => failure,
                };
                Err(CallError { pack: self.label.clone(), call, failure, log: trace.log })
            }
        }
    }

    /// Instantiating fails by what the component's own start does, or because it is not what the contract says.
    fn classify_instance(&self, error: &wasmtime::Error) -> CallFailure {
        match classify(error, self.timeout) {
            CallFailure::Trapped(_) if error.downcast_ref::<Trap>().is_none() => {
                let reason = format!("{error:#}");
                // The words are those of `component/instance.rs` in 48.0; there is no type for this.
                if reason.contains("failed to convert function to given type") {
                    CallFailure::Misfit { found: self.contract.clone(), served: CONTRACT, reason }
                } else {
                    CallFailure::Machine(reason)
                }
            }
            failure => failure,
        }
    }

    fn new_store(&self) -> Result<Store<State>, CallFailure> {
        let deadline = self.ticker.ticks(self.timeout)?;
        let mut store = Store::new(self.bindings.engine(), State::new(self.surroundings));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits::LIFTED);
        store.set_max_component_handles(limits::HANDLES);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(deadline);
        if self.metered {
            // Counted, not bounded: the bound is time.
            store.set_fuel(u64::MAX).map_err(|error| CallFailure::Machine(error.to_string()))?;
        }
        Ok(store)
    }
}

/// What a call of the bindings can end with: an error of wasmtime, or one that is understood already.
#[derive(Debug)]
pub enum Failure {
    Wasm(wasmtime::Error),
    Instance(wasmtime::Error),
    Call(CallFailure),
}

impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Self::Wasm(error)
    }
}

impl From<CallFailure> for Failure {
    fn from(failure: CallFailure) -> Self {
        Self::Call(failure)
    }
}

/// Turns wasmtime's error into what happened, in the words of the user's world.
fn classify(error: &wasmtime::Error, timeout: Duration) -> CallFailure {
    if let Some(denied) = error.downcast_ref::<DeniedCall>() {
        return CallFailure::Denied(denied.0.clone());
    }
    if error.downcast_ref::<MemoryExhausted>().is_some() {
        return CallFailure::Memory;
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return CallFailure::Exited(exit.0);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => CallFailure::Deadline(timeout),
        Some(Trap::StackOverflow) => CallFailure::Stack,
        Some(trap) => CallFailure::Trapped(trap.to_string()),
        // wasmtime has no type for this one; the words are those of `component/func/options.rs` in 48.0.
        None if error.root_cause().to_string().contains("fuel allocated for hostcalls") => CallFailure::Size,
        None => CallFailure::Trapped(error.root_cause().to_string()),
    }
}

/// A component with everything linked, of which instances can be made.
pub(super) type Linked = InstancePre<State>;
