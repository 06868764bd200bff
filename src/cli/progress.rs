//! What a run tells while it goes on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::printer::Printer;
use super::prompt::ask_consent;
use crate::host::{LogLevel, LogLine};
use crate::model::{PackId, Report, printable};
use crate::pipeline::Observer;
use crate::registry::Listener;

/// How long downloads go on before a bar is drawn for them: what is over at once should not flicker.
const PATIENCE: Duration = Duration::from_millis(500);

/// Tells the terminal. A bar is drawn only while something is fetched or compiled, and only where one can be seen.
pub struct Progress<'a> {
    printer: &'a Printer,
    bar: Mutex<Option<ProgressBar>>,
    compiling: Compiling,
    downloads: Mutex<Option<Downloads>>,
}

/// What is being fetched, all of it together.
struct Downloads {
    since: Instant,
    /// The packs that are on their way.
    going: BTreeSet<String>,
    total: u64,
    received: u64,
}

/// The packs that are being compiled. The watchdog looks at it too.
pub type Compiling = Arc<Mutex<BTreeSet<String>>>;

impl<'a> Progress<'a> {
    pub fn new(printer: &'a Printer) -> Self {
        Self { printer, bar: Mutex::new(None), compiling: Compiling::default(), downloads: Mutex::new(None) }
    }

    /// The packs that are being compiled at any moment.
    pub fn compiling(&self) -> Compiling {
        Arc::clone(&self.compiling)
    }

    fn with_bar(&self, change: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut bar) = self.bar.lock() {
            change(&mut bar);
        }
    }

    fn with_downloads(&self, change: impl FnOnce(&mut Option<Downloads>)) {
        if let Ok(mut downloads) = self.downloads.lock() {
            change(&mut downloads);
        }
    }

    /// Draws how far the downloads are, once they have gone on for a while.
    fn draw(&self, downloads: &Downloads) {
        if !self.printer.is_lively() || downloads.since.elapsed() < PATIENCE {
            return;
        }
        self.with_bar(|slot| {
            let bar = slot.get_or_insert_with(|| {
                let bar = ProgressBar::new(downloads.total);
                let style = "{prefix:>12} [{bar:20}] {bytes}/{total_bytes} {wide_msg}";
                if let Ok(style) = ProgressStyle::with_template(style) {
                    bar.set_style(style.progress_chars("=> "));
                }
                bar.set_prefix("Fetching");
                bar
            });
            bar.set_length(downloads.total);
            bar.set_position(downloads.received);
            if let Some(pack) = downloads.going.iter().next() {
                bar.set_message(pack.clone());
            }
        });
    }

    /// Prints above the bar, where there is one.
    fn print(&self, print: impl FnOnce()) {
        self.with_bar(|bar| match bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        });
    }
}

impl Observer for Progress<'_> {
    fn compiling(&self, packs: &[String]) {
        if let Ok(mut compiling) = self.compiling.lock() {
            compiling.extend(packs.iter().cloned());
        }
        if !self.printer.is_lively() {
            return;
        }
        let bar = ProgressBar::new(packs.len() as u64);
        if let Ok(style) = ProgressStyle::with_template("{prefix:>12} [{bar:20}] {pos}/{len} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix("Compiling");
        bar.set_message("packs, once for each version");
        bar.enable_steady_tick(Duration::from_millis(100));
        self.with_bar(|slot| *slot = Some(bar));
    }

    fn compiled(&self, pack: &str) {
        if let Ok(mut compiling) = self.compiling.lock() {
            compiling.remove(pack);
        }
        self.with_bar(|slot| {
            if let Some(bar) = slot {
                bar.set_message(pack.to_owned());
                bar.inc(1);
                if Some(bar.position()) >= bar.length() {
                    bar.finish_and_clear();
                    *slot = None;
                }
            }
        });
    }

    fn warning(&self, report: &Report) {
        self.print(|| self.printer.warning(report));
    }

    fn log(&self, pack: &str, line: &LogLine) {
        if !self.printer.is_verbose() {
            return;
        }
        let level = match line.level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warning => "warning",
        };
        self.print(|| self.printer.note(&format!("{}: {level}: {}", printable(pack), printable(&line.message))));
    }
}

impl Listener for Progress<'_> {
    fn fetching(&self, pack: &str, bytes: Option<u64>) {
        self.with_downloads(|slot| {
            let downloads = slot.get_or_insert_with(|| Downloads {
                since: Instant::now(),
                going: BTreeSet::new(),
                total: 0,
                received: 0,
            });
            downloads.going.insert(printable(pack).into_owned());
            downloads.total += bytes.unwrap_or_default();
        });
    }

    fn received(&self, _: &str, bytes: u64) {
        self.with_downloads(|slot| {
            if let Some(downloads) = slot {
                downloads.received += bytes;
                self.draw(downloads);
            }
        });
    }

    fn fetched(&self, pack: &str) {
        self.with_downloads(|slot| {
            let Some(downloads) = slot else { return };
            downloads.going.remove(&*printable(pack));
            if downloads.going.is_empty() {
                *slot = None;
                self.with_bar(|bar| {
                    if let Some(bar) = bar.take() {
                        bar.finish_and_clear();
                    }
                });
            }
        });
    }

    fn takes_unsigned(&self, registry: &str, pack: &PackId) -> bool {
        let question = format!(
            "{pack} is not signed: whoever runs `{registry}` can change it. Take what this registry has all the same?"
        );
        // Whoever breaks off says no.
        ask_consent(&question).unwrap_or_default()
    }

    fn warning(&self, report: &Report) {
        self.print(|| self.printer.warning(report));
    }
}
