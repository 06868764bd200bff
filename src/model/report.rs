//! What an error says to a person.
//!
//! Every room has an error type of its own; what they share is that each can be turned into a [`Report`], and only
//! the printer in `cli` decides how a report looks.

/// One message: what happened, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The code under which `docs/errors.md` explains it: `path-refused`.
    pub code: &'static str,
    /// What happened, in one sentence without a full stop, names in backticks.
    pub message: String,
    /// Where, or the single problems when several were found together; a line each.
    pub details: Vec<String>,
    /// What to do about it, where there is something: best a command.
    pub hint: Option<String>,
}

impl Report {
    /// A report of the bare message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), hint: None }
    }

    /// Adds a line that says where.
    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// Adds several lines.
    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// An error that knows how to explain itself.
pub trait Diagnose {
    /// The report that a person is shown.
    fn report(&self) -> Report;
}
