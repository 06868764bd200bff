//! The one shape of environment, and the bounds around running it.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use minijinja::value::StringInput;
use minijinja::{AutoEscape, Environment, Error, State, Template, UndefinedBehavior, Value};

use super::{TemplateError, TemplateErrorKind, filters, limits, syntax, weight};
use crate::threads;

/// An environment without templates.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(limits::FUEL));
    environment.set_recursion_limit(limits::RECURSION);
    environment.set_formatter(write_value);
    if let Ok(own) = syntax(None) {
        environment.set_syntax(own);
    }
    filters::install(&mut environment);
    environment
}

/// The environment of texts that stand alone.
pub(super) fn shared() -> &'static Environment<'static> {
    static SHARED: OnceLock<Environment<'static>> = OnceLock::new();
    SHARED.get_or_init(environment)
}

/// Renders into memory, up to the limit of output.
pub(super) fn render(template: &Template<'_, '_>, values: Value) -> Result<String, TemplateError> {
    let mut output = Bounded::default();
    let outcome = template.render_captured_to(values, &mut output).map(drop);
    if output.overflowed {
        let message = format!("it writes more than {} bytes", limits::OUTPUT);
        return Err(TemplateError::new(TemplateErrorKind::Limit, message));
    }
    outcome.map_err(|error| TemplateError::of_engine(&error))?;
    String::from_utf8(output.bytes)
        .map_err(|_| TemplateError::new(TemplateErrorKind::Failed, "its output is not UTF-8"))
}

/// Runs the engine with a stack of known size.
///
/// The engine parses, compares, prints and drops nested values by native recursion, and callers come with stacks of
/// very different sizes: the main thread, a worker, a host call beneath a pack's own frames. [`scan`](super::scan) and
/// the limits bound the depth; this provides for it.
pub(super) fn on_own_stack<T: Send>(
    work: impl FnOnce() -> Result<T, TemplateError> + Send,
) -> Result<T, TemplateError> {
    let failed = |message: &str| TemplateError::new(TemplateErrorKind::Failed, message);
    let guarded = || {
        let _running = Running::begin();
        threads::guard(work).unwrap_or_else(|| Err(failed("the template engine failed on it")))
    };
    threads::run(guarded).unwrap_or_else(|error| Err(failed(&error.to_string())))
}

/// What the engine is working on, by number.
static RUNNING: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

/// A piece of work, for as long as it is worked on.
struct Running(u64);

impl Running {
    fn begin() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        with_running(|running| running.insert(number));
        Self(number)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        with_running(|running| running.remove(&self.0));
    }
}

/// The number of the oldest piece of work that the engine has not finished.
pub(super) fn oldest_running() -> Option<u64> {
    with_running(|running| running.first().copied())
}

fn with_running<T>(look: impl FnOnce(&mut BTreeSet<u64>) -> T) -> T {
    look(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How `{{ … }}` writes: containers only after they were weighed.
fn write_value(out: &mut minijinja::Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    weight::check(state, value)?;
    if value.is_undefined() {
        // The engine's own conversion makes the error that carries the variable's name.
        StringInput::new(state, value)?;
    }
    minijinja::escape_formatter(out, state, value)
}

/// Bytes in memory, up to the limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    overflowed: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > limits::OUTPUT {
            self.overflowed = true;
            return Err(io::Error::other("too much output"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
