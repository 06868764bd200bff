//! Why a pack did not load, and why a call of it failed.

use std::time::Duration;

use semver::Version;

use super::limits;
use super::pack::{Call, LogLine};
use crate::component::ComponentError;
use crate::model::{Diagnose, Diagnostic, Report, Severity, printable};

/// Why a pack could not be loaded. `pack` is how messages name it: name and version, or a file.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// wasmtime does not run on this machine.
    #[error("WebAssembly can't be run on this machine: {0}")]
    Engine(String),
    /// The file is not a pack.
    #[error("{pack} can't be loaded: {source}")]
    Component {
        /// The pack.
        pack: String,
        /// What is wrong with it.
        source: ComponentError,
    },
    /// The pack was built for a contract that this host does not serve.
    #[error("{pack} was built for `scaffold:pack` {found}; this scaffold serves {served}")]
    Contract {
        /// The pack.
        pack: String,
        /// The contract that it was built for.
        found: Version,
        /// The newest contract that the host serves.
        served: Version,
    },
    /// The pack imports something that packs don't get.
    #[error("{pack} imports `{interface}`, which scaffold does not grant")]
    Import {
        /// The pack.
        pack: String,
        /// What it imports.
        interface: String,
    },
    /// wasmtime does not accept the component.
    #[error("{pack} does not compile")]
    Compile {
        /// The pack.
        pack: String,
        /// wasmtime's reason.
        reason: String,
    },
    /// The component's imports or exports are not of the contract's types.
    #[error(
        "{pack} does not fit the contract: it was built for `scaffold:pack` {found}, and this scaffold serves {served}"
    )]
    Link {
        /// The pack.
        pack: String,
        /// The contract that it was built for.
        found: Version,
        /// The newest contract that the host serves.
        served: Version,
        /// wasmtime's reason.
        reason: String,
    },
    /// The bytes of the pack could not be had.
    #[error("{pack} could not be read")]
    Bytes {
        /// The pack.
        pack: String,
        /// What went wrong.
        report: Box<Report>,
    },
}

impl Diagnose for HostError {
    fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            Self::Engine(_) => Report::new("engine", message),
            Self::Component { source, .. } => Report { message, ..source.report() },
            Self::Contract { found, served, .. } | Self::Link { found, served, .. } => {
                let report = Report::new("contract-unsupported", message).hint(contract_hint(found, served));
                match self {
                    Self::Link { reason, .. } => report.detail(printable(reason)),
                    _ => report,
                }
            }
            Self::Import { .. } => Report::new("import-refused", message)
                .hint("a pack gets `scaffold:pack/jinja`, `scaffold:pack/layout`, `scaffold:pack/log` and WASI 0.2 without files and network; ask its author for a build without this import"),
            Self::Compile { reason, .. } => Report::new("pack-compile", message)
                .detail(printable(reason))
                .hint("the file may be damaged, or use features of WebAssembly that scaffold leaves out"),
            Self::Bytes { report, .. } => report.as_ref().clone(),
        }
    }
}

fn contract_hint(found: &Version, served: &Version) -> &'static str {
    if found > served {
        "use a newer scaffold, or an older version of the pack"
    } else {
        "use a newer version of the pack, or ask its author to build it again"
    }
}

/// A call of a pack that did not return what was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{pack} {failure}")]
pub struct CallError {
    /// How messages name the pack.
    pub pack: String,
    /// What it was asked.
    pub call: Call,
    /// What happened.
    pub failure: CallFailure,
    /// What it had logged and printed by then.
    pub log: Vec<LogLine>,
}

/// What can happen instead of an answer.
#[derive(Debug, thiserror::Error)]
pub enum CallFailure {
    /// The answers don't suit the pack.
    #[error("refused the answers")]
    Refused(Vec<Diagnostic>),
    /// An expression of the pack failed, for these answers or for all.
    #[error("has an expression that fails")]
    Expression(Vec<Diagnostic>),
    /// A trap: a panic, mostly.
    #[error("broke off: {0}")]
    Trapped(String),
    /// The deadline passed.
    #[error("did not finish within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// Too much memory.
    #[error("wanted more than {} MiB of memory", limits::MEMORY >> 20)]
    Memory,
    /// Endless recursion, mostly.
    #[error("ran out of stack")]
    Stack,
    /// Too large an answer.
    #[error("returned more than {} MiB", limits::LIFTED >> 20)]
    Size,
    /// `exit` was called.
    #[error("stopped itself with exit code {0}")]
    Exited(i32),
    /// A function was called that packs may not call.
    #[error("called `{0}`, which packs may not")]
    Denied(String),
    /// This machine has no room for it.
    #[error("could not be started: this machine has not enough memory or threads")]
    Machine(String),
    /// Its exports are not of the contract's types.
    #[error("does not fit the contract: it was built for `scaffold:pack` {found}, and this scaffold serves {served}")]
    Misfit {
        /// The contract that it was built for.
        found: Version,
        /// The newest contract that the host serves.
        served: Version,
        /// wasmtime's reason.
        reason: String,
    },
    /// What was returned does not have the contract's form.
    #[error("returned something that is not valid: {0}")]
    Invalid(String),
}

impl Diagnose for CallError {
    fn report(&self) -> Report {
        let code = match &self.failure {
            CallFailure::Refused(_) => "pack-refused",
            CallFailure::Expression(_) => "pack-expression",
            CallFailure::Trapped(_) => "pack-trap",
            CallFailure::Deadline(_) => "pack-deadline",
            CallFailure::Memory => "pack-memory",
            CallFailure::Stack => "pack-stack",
            CallFailure::Size => "pack-size",
            CallFailure::Exited(_) => "pack-exit",
            CallFailure::Denied(_) => "pack-denied",
            CallFailure::Machine(_) => "pack-start",
            CallFailure::Misfit { .. } => "contract-unsupported",
            CallFailure::Invalid(_) => "pack-invalid",
        };
        let report = Report::new(code, self.to_string()).detail(format!("in its `{}`", self.call));
        match &self.failure {
            CallFailure::Refused(diagnostics) => {
                let help = errors(diagnostics).find_map(|said| said.help.as_deref());
                let hint = help.map_or("change the answers with `--set KEY=VALUE`".into(), printable);
                Report::new(code, self.to_string()).details(sayings(diagnostics)).hint(hint)
            }
            CallFailure::Expression(diagnostics) => report.details(sayings(diagnostics)).hint(FAULT),
            CallFailure::Deadline(_) => self
                .with_last_words(report)
                .hint("give it longer with `--pack-timeout SECONDS`, or report it to the pack's author"),
            CallFailure::Misfit { found, served, reason } => {
                Report::new(code, self.to_string()).detail(printable(reason)).hint(contract_hint(found, served))
            }
            CallFailure::Machine(reason) => {
                report.detail(printable(reason)).hint("close other programs, or raise the limits of `ulimit -a`")
            }
            _ => self.with_last_words(report).hint(FAULT),
        }
    }
}

impl CallError {
    /// Adds the end of what the pack printed: with Python and JavaScript that is where the reason stands.
    fn with_last_words(&self, report: Report) -> Report {
        let last = self.log.iter().rev().take(8).rev();
        report.details(last.map(|line| format!("it said: {}", printable(&line.message))))
    }
}

/// What can be done about most that goes wrong in a pack.
const FAULT: &str = "this is a fault of the pack: report it to its author";

fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The errors among diagnostics, a line each.
fn sayings(diagnostics: &[Diagnostic]) -> impl Iterator<Item = String> {
    errors(diagnostics).map(|diagnostic| match &diagnostic.answer {
        Some(pointer) => {
            let key = pointer.trim_start_matches('/').replace('/', ".");
            format!("`{}`: {}", printable(&key), printable(&diagnostic.message))
        }
        None => printable(&diagnostic.message).into_owned(),
    })
}

/// What a function that packs may not call answers.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the pack called `{0}`")]
pub struct DeniedCall(pub String);
