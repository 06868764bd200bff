//! How things look.

use std::io::{IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::args::{Color, Global};
use crate::model::{Diagnostic, Report, Severity, io_cause, printable};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const STATUS: Style = AnsiColor::Green.on_default().bold();

/// Prints. Colours never carry a meaning of their own, so that nothing is lost where there are none.
#[derive(Clone, Copy)]
pub struct Printer {
    quiet: bool,
    verbose: bool,
    json: bool,
}

impl Printer {
    pub fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self { quiet: global.quiet, verbose: global.verbose, json: global.json }
    }

    /// Whether packs' own lines are wanted.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether data is wanted as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether something that moves may be shown.
    pub fn is_lively(&self) -> bool {
        !self.quiet && !self.json && std::io::stderr().is_terminal()
    }

    /// What was asked for, on standard output; colours only where they can be seen.
    ///
    /// A reader who has gone is no failure of ours; a full disk is, and whoever asked has to know.
    pub fn data(&self, text: &str) {
        let mut stdout = anstream::stdout().lock();
        let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        if let Err(error) = printed
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            let report = Report::new("output", "standard output can't be written");
            self.line(&render(&report.detail(io_cause(&error)).hint("send it elsewhere"), "error", ERROR));
            std::process::exit(1);
        }
    }

    /// A JSON document on standard output.
    pub fn document(&self, schema: &str, mut document: Value) {
        if let Value::Object(members) = &mut document {
            members.shift_insert(0, "schema".to_owned(), schema.into());
        }
        self.data(&format!("{document:#}\n"));
    }

    /// What is or was done, for people.
    pub fn status(&self, verb: &str, rest: &str) {
        if !self.quiet {
            self.line(&format!("{STATUS}{verb:>12}{STATUS:#} {rest}"));
        }
    }

    /// A line for people.
    pub fn note(&self, line: &str) {
        if !self.quiet {
            self.line(line);
        }
    }

    /// A pack's message.
    pub fn diagnostic(&self, pack: &str, said: &Diagnostic) {
        let (style, word) = match said.severity {
            Severity::Error => (ERROR, "error"),
            Severity::Warning => (WARNING, "warning"),
            Severity::Note => (HINT, "note"),
        };
        if self.quiet && said.severity == Severity::Note {
            return;
        }
        self.line(&format!("{style}{word}{style:#}: {}: {}", printable(pack), printable(&said.message)));
        if let Some(help) = &said.help {
            self.line(&format!("\n{HINT}hint{HINT:#}: {}", printable(help)));
        }
    }

    /// Something that went wrong and does not matter to the result.
    pub fn warning(&self, report: &Report) {
        if !self.quiet {
            self.line(&render(report, "warning", WARNING));
        }
    }

    /// Why it could not be done.
    pub fn errors(&self, reports: &[Report]) {
        if self.json {
            let errors: Vec<Value> = reports.iter().map(to_json).collect();
            self.document("scaffold.errors/1", json!({ "errors": errors }));
            return;
        }
        for (at, report) in reports.iter().take(MAX_REPORTS).enumerate() {
            if at > 0 {
                self.line("");
            }
            self.line(&render(report, "error", ERROR));
        }
        if reports.len() > MAX_REPORTS {
            self.line(&format!("\nand {} errors more", reports.len() - MAX_REPORTS));
        }
    }

    fn line(&self, line: &str) {
        print_to(&mut anstream::stderr(), &format!("{line}\n"));
    }
}

/// Writes, and leaves it at that when nobody reads: a closed pipe is no failure of ours.
fn print_to(stream: &mut impl std::io::Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

fn render(report: &Report, word: &str, style: Style) -> String {
    let mut text = format!("{style}{word}[{}]{style:#}: {}", report.code, shown(&report.message));
    for detail in report.details.iter().take(MAX_DETAILS) {
        text.push_str(&format!("\n  {}", shown(detail).replace('\n', "\n  ")));
    }
    if report.details.len() > MAX_DETAILS {
        text.push_str(&format!("\n  and {} more", report.details.len() - MAX_DETAILS));
    }
    if let Some(hint) = &report.hint {
        text.push_str(&format!("\n\n{HINT}hint{HINT:#}: {}", shown(hint)));
    }
    text
}

/// The most errors of a run that are shown to people, and the most lines and characters of what is said of one: what is wrong may
/// be anyone's, and without end. `--json` has all.
const MAX_REPORTS: usize = 100;
const MAX_DETAILS: usize = 200;
const MAX_TEXT: usize = 4_000;

/// A text as a terminal may have it, shortened.
fn shown(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

fn to_json(report: &Report) -> Value {
    json!({
        "code": report.code,
        "message": report.message,
        "details": report.details,
        "hint": report.hint,
    })
}
