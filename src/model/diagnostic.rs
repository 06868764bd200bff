//! What a pack says to its user.

/// A message that a pack returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// The text, as the pack wrote it: pass it through [`crate::model::printable`] before a terminal sees it.
    pub message: String,
    /// The JSON Pointer of the answer that it is about.
    pub answer: Option<String>,
    /// What the user can do.
    pub help: Option<String>,
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Something is likely not as the user wants it.
    Warning,
    /// Good to know.
    Note,
}
