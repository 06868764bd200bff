//! The last bound on templates.
//!
//! Fuel, output and depth of templates are bounded where they run (`src/template`). What the engine's operators do
//! with lists that stand for more elements than they hold is not: `x + x`, doubled forty times, costs nothing until it
//! is turned into text. The engine has no hook there and a thread can't be stopped, but the process can: at this point
//! nothing has been written.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::FAILED;
use super::printer::Printer;
use crate::model::Report;

/// How long rendering may take. A project of 10,000 files takes about a second.
const TIME: Duration = Duration::from_secs(60);
/// How much memory, in bytes, the process may take while it renders, where the system tells.
const MEMORY: u64 = 1 << 30;
/// How often to look.
const TICK: Duration = Duration::from_millis(50);

/// Watches until it is dropped.
pub struct Watchdog {
    _watched: Sender<()>,
}

impl Watchdog {
    /// Starts watching. On a breach the process ends as by any other error.
    pub fn start(printer: Printer) -> Self {
        let (watched, gone) = channel::<()>();
        let watch = move || {
            let start = Instant::now();
            while gone.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if start.elapsed() > TIME || memory().is_some_and(|bytes| bytes > MEMORY) {
                    let message = "a template takes more time or memory than templates may";
                    let hint = "render with fewer packs to find the one, and report it to its author";
                    printer.errors(&[Report::new("template-limit", message).hint(hint)]);
                    std::process::exit(i32::from(FAILED));
                }
            }
        };
        // Without the thread the other bounds are still there.
        let _ = std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
        Self { _watched: watched }
    }
}

/// The memory that this process has in use, in bytes.
#[cfg(target_os = "linux")]
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<u64> {
    None
}
