//! Messages for the user.

use crate::prelude::*;
use crate::{Diagnostic, Severity};

impl Diagnostic {
    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, message: message.into(), answer: None, help: None }
    }

    /// Nothing is written.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// Something is likely not as the user wants it.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Good to know.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    /// Names the answer that it is about, by its JSON Pointer: `/resource`.
    #[must_use]
    pub fn about(mut self, pointer: &str) -> Self {
        self.answer = Some(pointer.to_owned());
        self
    }

    /// Says what the user can do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
