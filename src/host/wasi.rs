//! WASI 0.2 as packs get it: there, deterministic and empty.
//!
//! Python and JavaScript runtimes import most of WASI before a pack's first line runs, so refusing it would refuse
//! those languages. Serving it as it is would let a pack see the machine. So: no folders, no environment, no
//! arguments, a wall clock that stands still, random numbers that are the same on every run, standard streams that end
//! up in the pack's log. The monotonic clock is our own: upstream's sleeps are real, and neither an epoch nor a limit
//! interrupts a host call, so here a sleep moves virtual time and returns at once.
//!
//! Sockets and HTTP are imported by default by some tools. A component that imports them loads, and calling one of
//! their functions ends the call with an error that names it.

use std::convert::Infallible;
use std::time::Duration;

use rand::TryRng;
use sha2::{Digest as _, Sha256};
use wasmtime::component::types::{self, ComponentItem};
use wasmtime::component::{Component, HasData, Linker, LinkerInstance, Resource, ResourceTable, ResourceType};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{HostMonotonicClock, HostWallClock, WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use super::error::DeniedCall;
use super::limits;
use super::state::State;
use crate::component::Interface;

/// The time that every pack sees, in seconds since 1970: 2020-01-01, midnight UTC.
const WALL_CLOCK: u64 = 1_577_836_800;

/// Packages of which a component may import anything, and call nothing.
const DENIED: [&str; 2] = ["wasi:sockets", "wasi:http"];

/// Packages that [`link`] serves.
const SERVED: [&str; 5] = ["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:io", "wasi:random"];

/// Whether a component may import an interface of the WASI package `package` at `version`.
pub fn grants(package: &str, version: Option<&semver::Version>) -> bool {
    let preview_2 = version.is_some_and(|version| (version.major, version.minor) == (0, 2));
    preview_2 && (SERVED.contains(&package) || DENIED.contains(&package))
}

/// Whether an interface is one of those that [`link`] serves.
pub fn serves(import: &Interface) -> bool {
    SERVED.contains(&import.package())
}

/// Whether an interface is one that components may import and not call.
pub fn denies(import: &Interface) -> bool {
    DENIED.contains(&import.package())
}

/// What a pack could see of the world if it looked: the same on every machine. Only whoever checks that a pack does not
/// look gives it another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// What the wall clock says, in seconds since 1970.
    pub time: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { time: WALL_CLOCK, seed: 0 }
    }
}

/// A context without folders, environment, arguments or network.
pub fn context(surroundings: Surroundings, stdout: MemoryOutputPipe, stderr: MemoryOutputPipe) -> WasiCtx {
    let Surroundings { time, seed } = surroundings;
    let numbers = Numbers { block: seed, rest: Vec::new() };
    WasiCtxBuilder::new()
        .stdout(stdout)
        .stderr(stderr)
        .wall_clock(FixedClock(time))
        .monotonic_clock(FixedClock(time))
        .secure_random(numbers.clone())
        .insecure_random(numbers)
        .insecure_random_seed(seed.into())
        .max_random_size(limits::RANDOM)
        .build()
}

/// Numbers that look random and are the same everywhere: the digests of 0, 1, 2 and so on.
#[derive(Clone)]
struct Numbers {
    block: u64,
    rest: Vec<u8>,
}

impl TryRng for Numbers {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            if self.rest.is_empty() {
                self.rest = Sha256::digest(self.block.to_le_bytes()).to_vec();
                self.block += 1;
            }
            *byte = self.rest.pop().unwrap_or_default();
        }
        Ok(())
    }
}

struct FixedClock(u64);

impl HostWallClock for FixedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl HostMonotonicClock for FixedClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}

/// A clock that moves when it is waited for, by as much as the wait asked, and by a microsecond when it is read, so
/// that a loop until a moment ends.
#[derive(Debug, Default)]
pub struct VirtualClock {
    nanoseconds: u64,
}

struct ClockView<'a> {
    clock: &'a mut VirtualClock,
    table: &'a mut ResourceTable,
}

struct HasClock;

impl HasData for HasClock {
    type Data<'a> = ClockView<'a>;
}

impl ClockView<'_> {
    fn advance_to(&mut self, instant: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.clock.nanoseconds = self.clock.nanoseconds.max(instant);
        let ready = self.table.push(Ready)?;
        subscribe(self.table, ready)
    }
}

impl monotonic_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.clock.nanoseconds = self.clock.nanoseconds.saturating_add(1_000);
        Ok(self.clock.nanoseconds)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1_000)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.advance_to(when)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.advance_to(self.clock.nanoseconds.saturating_add(duration))
    }
}

/// What has been waited for already.
struct Ready;

#[async_trait::async_trait]
impl Pollable for Ready {
    async fn ready(&mut self) {}
}

struct HasTable;

impl HasData for HasTable {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links the interfaces that packs are served, one by one: what is not here is not to be had.
pub fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    use bindings::{cli, clocks, filesystem, random, sync};

    bindings::io::error::add_to_linker::<State, HasTable>(linker, |state| &mut state.table)?;
    sync::io::poll::add_to_linker::<State, HasTable>(linker, |state| &mut state.table)?;
    sync::io::streams::add_to_linker::<State, HasTable>(linker, |state| &mut state.table)?;

    clocks::wall_clock::add_to_linker::<State, WasiClocks>(linker, State::clocks)?;
    clocks::monotonic_clock::add_to_linker::<State, HasClock>(linker, |state| ClockView {
        clock: &mut state.clock,
        table: &mut state.table,
    })?;

    random::random::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    random::insecure::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(linker, State::random)?;

    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)?;
    sync::filesystem::types::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)?;

    cli::environment::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::exit::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    Ok(())
}

/// Gives a component's imports of the [`DENIED`] packages functions that fail by name.
///
/// wasmtime's own `define_unknown_imports_as_traps` can't serve: it looks names up exactly, so its stubs would hide
/// the served interfaces from components that were built for another patch version of WASI.
pub fn deny_network(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    let engine = component.engine();
    // Resources that an earlier import brought; where they appear again they are the same, and not to be defined.
    let mut known = Vec::new();
    for (name, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        if DENIED.iter().any(|package| name.split('/').next() == Some(package)) {
            deny_instance(&mut linker.instance(name)?, name, &instance, &mut known, component)?;
        } else {
            known.extend(resources(&instance, component).map(|(_, resource)| resource));
        }
    }
    Ok(())
}

fn deny_instance(
    linker: &mut LinkerInstance<'_, State>,
    interface: &str,
    instance: &types::ComponentInstance,
    known: &mut Vec<ResourceType>,
    component: &Component,
) -> wasmtime::Result<()> {
    for (name, resource) in resources(instance, component) {
        if !known.contains(&resource) {
            let ordinal = u32::try_from(known.len())?;
            linker.resource(&name, ResourceType::host_dynamic(ordinal), |_, _| Ok(()))?;
            known.push(resource);
        }
    }
    for (name, export) in instance.exports(component.engine()) {
        if let ComponentItem::ComponentFunc(_) = export.ty {
            let denied = DeniedCall(format!("{interface}#{name}"));
            linker.func_new(name, move |_, _, _, _| Err(denied.clone().into()))?;
        }
    }
    Ok(())
}

fn resources<'a>(
    instance: &'a types::ComponentInstance,
    component: &'a Component,
) -> impl Iterator<Item = (String, ResourceType)> + 'a {
    instance.exports(component.engine()).filter_map(|(name, export)| match export.ty {
        ComponentItem::Resource(resource) => Some((name.to_owned(), resource)),
        _ => None,
    })
}
