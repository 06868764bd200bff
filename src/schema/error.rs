//! Why a schema can't be used.

use crate::model::printable;

/// Why a schema can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    /// What kind of mistake it is.
    pub kind: SchemaErrorKind,
    /// A JSON Pointer into the schema.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaErrorKind {
    /// It is no schema of draft 2020-12.
    Invalid,
    /// It refers to something outside itself.
    External,
    /// It is too large, too deep, or without end.
    Limit,
}

impl SchemaError {
    pub(super) fn new(kind: SchemaErrorKind, pointer: &str, message: &str) -> Self {
        let short = |text: &str| printable(&text.chars().take(300).collect::<String>()).into_owned();
        Self { kind, pointer: short(pointer), message: short(message) }
    }
    /// Where in the schema: "at `/properties/port`".
    pub fn place(&self) -> String {
        if self.pointer.is_empty() { "at its root".to_owned() } else { format!("at `{}`", self.pointer) }
    }
}
