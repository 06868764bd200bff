//! Why a task failed: one text for one developer, who reads it where it is printed.

use std::fmt;
use std::io;
use std::path::Path;

use scaffold::model::Diagnose;

/// What every task returns.
pub type Outcome<T> = Result<T, Failure>;

/// What went wrong, and what to do about it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure in these words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A file that could not be read, made or removed.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self(format!("`{}`: {error}", path.display()))
    }

    /// What one of the library's errors says, `about` first.
    pub fn from_report(about: &str, error: &impl Diagnose) -> Self {
        let report = error.report();
        let mut text = format!("{about}: {} [{}]", report.message, report.code);
        for line in report.details.into_iter().chain(report.hint.map(|hint| format!("hint: {hint}"))) {
            text.push_str("\n  ");
            text.push_str(&line);
        }
        Self(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
