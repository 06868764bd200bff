//! The engine: how packs are compiled, linked and interrupted.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, EngineWeak, OptLevel};

use super::compiled::CompiledCode;
use super::error::{CallFailure, HostError};
use super::pack::Pack;
use super::state::State;
use super::wasi::Surroundings;
use super::{CONTRACT, v0_1, wasi};
use crate::component::{self, Interface};
use crate::model::{Digest, Report};

/// How often the epoch advances; deadlines are as exact as this.
const TICK: Duration = Duration::from_millis(50);

/// What a host can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where compiled code is kept.
    pub compiled: CompiledCode,
    /// How long one call of a pack may take.
    pub timeout: Duration,
    /// What packs could see of the world.
    pub surroundings: Surroundings,
    /// Whether calls count what they execute; the code that is compiled for it is another, and slower.
    pub metered: bool,
}

/// An engine that waits for the first host; see [`prepare`].
static READY: Mutex<Option<Engine>> = Mutex::new(None);

/// Makes an engine ahead of the first host that counts nothing, for a thread that has nothing else to do.
pub fn prepare() {
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    // A machine that has none is told about when a host is made.
    *ready = Engine::new(&config()).ok();
}

/// Loads packs.
pub struct Host {
    engine: Engine,
    linker: Linker<State>,
    ticker: Ticker,
    options: Options,
}

/// What became of a pack's compiled code.
#[derive(Debug)]
pub enum Compilation {
    /// It was there.
    Kept,
    /// It was made.
    Made,
    /// It was made, and could not be kept for the next time.
    NotKept(std::io::Error),
}

impl Host {
    /// An engine with the contract's functions linked.
    ///
    /// # Errors
    /// A machine that wasmtime does not support.
    pub fn new(options: Options) -> Result<Self, HostError> {
        let wrong = |error: wasmtime::Error| HostError::Engine(format!("{error:#}"));
        let ready = if options.metered { None } else { READY.lock().unwrap_or_else(PoisonError::into_inner).take() };
        let engine = match ready {
            Some(engine) => engine,
            None => Engine::new(config().consume_fuel(options.metered)).map_err(wrong)?,
        };
        let mut linker = Linker::new(&engine);
        v0_1::link(&mut linker).map_err(wrong)?;
        let options = Options { compiled: options.compiled.of_engine(&engine), ..options };
        Ok(Self { ticker: Ticker::new(&engine), engine, linker, options })
    }

    /// Makes a pack ready to be called. `label` is how messages name it; `bytes` is asked for the component only
    /// where no compiled code is kept under `digest`, and must return the bytes of that digest.
    ///
    /// # Errors
    /// Anything that is not a component of a contract that this host serves, with imports that it grants.
    pub fn load(
        &self,
        label: &str,
        digest: &Digest,
        bytes: impl FnOnce() -> Result<Cow<'static, [u8]>, Report>,
    ) -> Result<(Pack, Compilation), HostError> {
        if let Some(pack) = self.load_compiled(label, digest) {
            return Ok((pack?, Compilation::Kept));
        }
        let bytes = bytes().map_err(|report| HostError::Bytes { pack: label.to_owned(), report: Box::new(report) })?;
        let component = self.compile(label, &bytes)?;
        let kept = self.options.compiled.save(digest, &component);
        let compilation = kept.map_or_else(Compilation::NotKept, |()| Compilation::Made);
        Ok((self.link(label, &component)?, compilation))
    }

    /// Lets the code that is kept of one component serve for another that differs from it in custom sections alone, of which
    /// nothing is compiled. Where that fails, the other is compiled when it is loaded.
    pub fn share_compiled(&self, of: &Digest, with: &Digest) {
        self.options.compiled.share(of, with);
    }

    /// Makes a pack ready whose compiled code is kept; none if it is not.
    pub fn load_compiled(&self, label: &str, digest: &Digest) -> Option<Result<Pack, HostError>> {
        let component = self.options.compiled.load(&self.engine, digest)?;
        Some(self.link(label, &component))
    }

    fn compile(&self, label: &str, bytes: &[u8]) -> Result<Component, HostError> {
        let pack = || label.to_owned();
        let inspection = component::inspect(bytes).map_err(|source| HostError::Component { pack: pack(), source })?;
        let found = inspection.contract;
        if !serves(&found) {
            return Err(HostError::Contract { pack: pack(), found, served: CONTRACT });
        }
        if let Some(refused) = inspection.imports.iter().find(|import| !grants(import)) {
            return Err(HostError::Import { pack: pack(), interface: refused.to_string() });
        }
        Component::from_binary(&self.engine, bytes)
            .map_err(|error| HostError::Compile { pack: pack(), reason: format!("{error:#}") })
    }

    fn link(&self, label: &str, component: &Component) -> Result<Pack, HostError> {
        let types = component.component_type();
        let imports: Vec<Interface> = types.imports(&self.engine).map(|(name, _)| Interface::parse(name)).collect();
        let exports = types.exports(&self.engine).map(|(name, _)| Interface::parse(name));
        let contract = exports.filter(|export| export.package() == "scaffold:pack").find_map(|export| export.version);
        let contract = contract.unwrap_or(CONTRACT);
        let misfit = |error: wasmtime::Error| HostError::Link {
            pack: label.to_owned(),
            found: contract.clone(),
            served: CONTRACT,
            reason: format!("{error:#}"),
        };
        let mut linker = Cow::Borrowed(&self.linker);
        // Packs in Rust and C import none of its many functions.
        if imports.iter().any(wasi::serves) {
            wasi::link(linker.to_mut()).map_err(misfit)?;
        }
        if imports.iter().any(wasi::denies) {
            wasi::deny_network(linker.to_mut(), component).map_err(misfit)?;
        }
        let linked = linker.instantiate_pre(component).map_err(misfit)?;
        let bindings = v0_1::Bindings::new(linked).map_err(misfit)?;
        Ok(Pack {
            label: label.to_owned(),
            bindings,
            ticker: self.ticker.clone(),
            timeout: self.options.timeout,
            surroundings: self.options.surroundings,
            metered: self.options.metered,
            contract,
        })
    }
}

/// Whether a pack that was built for the contract `version` may be tried. Below 1.0 the minor version names the track;
/// a newer patch version may import functions that this host lacks, which shows when the pack is linked.
fn serves(version: &semver::Version) -> bool {
    (version.major, version.minor) == (CONTRACT.major, CONTRACT.minor) && version.pre.is_empty()
}

/// Whether a pack may import an interface.
pub fn grants(import: &Interface) -> bool {
    match import.package() {
        "scaffold:pack" => import.version.as_ref().is_some_and(serves),
        package => wasi::grants(package, import.version.as_ref()),
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .cranelift_opt_level(OptLevel::Speed)
        .parallel_compilation(true)
        .epoch_interruption(true)
        // What traps is told by its code; nobody walks the stack.
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .generate_address_map(false)
        // Two machines must get the same bits from the same pack.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(true)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false);
    config
}

/// Advances the engine's epoch from a thread that starts with the first call and ends with the engine.
#[derive(Clone)]
pub(super) struct Ticker {
    engine: Engine,
    /// Once it was tried: whether the thread runs, or why not.
    started: Arc<OnceLock<Result<(), String>>>,
}

impl Ticker {
    fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), started: Arc::default() }
    }

    /// The number of ticks in a time, the ticker running from now on.
    ///
    /// # Errors
    /// The system starts no thread for it, so nothing would end a call.
    pub fn ticks(&self, time: Duration) -> Result<u64, CallFailure> {
        let tick = |engine: EngineWeak| {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        };
        let start = || {
            let engine = self.engine.weak();
            let thread = std::thread::Builder::new().name("epoch".to_owned()).spawn(move || tick(engine));
            thread.map(drop).map_err(|error| format!("no thread could be started: {error}"))
        };
        self.started.get_or_init(start).clone().map_err(CallFailure::Machine)?;
        // One more: the first tick may come at once.
        Ok(u64::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX).saturating_add(1))
    }
}
