//! What a run tells while it goes on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::host::{LogLevel, LogLine};
use crate::model::{Report, printable};
use crate::pipeline::Observer;

/// Tells the terminal. A bar is drawn only while something is compiled, and only where one can be seen.
pub struct Progress<'a> {
    printer: &'a Printer,
    bar: Mutex<Option<ProgressBar>>,
    compiling: Compiling,
}

/// The packs that are being compiled. The watchdog looks at it too.
pub type Compiling = Arc<Mutex<BTreeSet<String>>>;

impl<'a> Progress<'a> {
    pub fn new(printer: &'a Printer) -> Self {
        Self { printer, bar: Mutex::new(None), compiling: Compiling::default() }
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
