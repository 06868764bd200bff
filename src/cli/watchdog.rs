//! The last bound on strangers' code.
//!
//! What packs and templates may use is bounded where they run, by `src/host` and `src/template`, with two gaps. The
//! compiler bounds neither time nor memory, and a small component can be made to need much of both. And the template
//! engine's operators do the work first where a list stands for more elements than it holds: `x + x`, doubled forty
//! times, costs nothing until it is turned into text. Neither has a hook and a thread can't be stopped, but the process
//! can: while packs are compiled and templates evaluated, nothing of a project has been written.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::FAILED;
use super::printer::Printer;
use super::progress::Compiling;
use crate::model::Report;
use crate::pipeline;

/// How often to look.
const TICK: Duration = Duration::from_millis(50);

/// For how many ticks something may go on, and by how many bytes the process may grow meanwhile.
struct Bounds {
    ticks: u32,
    growth: u64,
}

/// 20 seconds and 1.5 GiB: templates of ordinary packs take less than a millisecond.
const TEMPLATE: Bounds = Bounds { ticks: 400, growth: 3 << 29 };
/// 10 minutes and 4 GiB: Python's interpreter takes about 20 seconds and 1 GiB.
const COMPILATION: Bounds = Bounds { ticks: 12_000, growth: 4 << 30 };

/// Watches until it is dropped.
pub struct Watchdog {
    _watched: Sender<()>,
}

/// Something that goes on, since when, and how large the process was then.
struct Suspect<K> {
    what: K,
    ticks: u32,
    memory: u64,
}

impl Watchdog {
    /// Starts watching. On a breach the process ends as by any other error.
    pub fn start(printer: &Printer, compiling: Compiling) -> Self {
        let (watched, gone) = channel::<()>();
        let printer = *printer;
        let watch = move || {
            let (mut template, mut compilation) = (None, None);
            while gone.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                template = look(template, pipeline::oldest_template());
                let packs = compiling.lock().map(|packs| packs.clone()).unwrap_or_default();
                compilation = look(compilation, Some(packs).filter(|packs| !packs.is_empty()));
                if template.as_ref().is_some_and(|template| template.is_beyond(&TEMPLATE)) {
                    end(
                        &printer,
                        Report::new("template-limit", "a template takes more time or memory than templates may"),
                    );
                }
                if let Some(compilation) = compilation.as_ref().filter(|going_on| going_on.is_beyond(&COMPILATION)) {
                    let report = Report::new("pack-compile", "compiling takes more time or memory than packs may");
                    end(
                        &printer,
                        report.details(compilation.what.iter().map(|pack| format!("still compiling {pack}"))),
                    );
                }
            }
        };
        // Without the thread the other bounds are still there.
        let _ = std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
        Self { _watched: watched }
    }
}

fn look<K: PartialEq>(before: Option<Suspect<K>>, now: Option<K>) -> Option<Suspect<K>> {
    let what = now?;
    match before {
        Some(before) if before.what == what => Some(Suspect { ticks: before.ticks + 1, ..before }),
        _ => Some(Suspect { what, ticks: 0, memory: memory() }),
    }
}

impl<K> Suspect<K> {
    fn is_beyond(&self, bounds: &Bounds) -> bool {
        self.ticks > bounds.ticks || memory().saturating_sub(self.memory) > bounds.growth
    }
}

fn end(printer: &Printer, report: Report) -> ! {
    printer.errors(&[report.hint("leave packs out one by one to find the one, and report it to its author")]);
    std::process::exit(i32::from(FAILED));
}

/// The memory that this process has in use, in bytes; zero where the system does not tell.
#[cfg(target_os = "linux")]
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
    kilobytes.and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() << 10
}

#[cfg(not(target_os = "linux"))]
fn memory() -> u64 {
    0
}
