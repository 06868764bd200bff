//! Between the engine's values and JSON.

use std::io;

use minijinja::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::weight::{self, Fault};
use super::{TemplateError, TemplateErrorKind};

/// The widest indentation of `tojson`.
const MAX_INDENT: usize = 16;

impl Fault {
    /// The error of an expression whose value is at fault.
    pub(super) fn in_expression(self, expression: &str) -> TemplateError {
        match self {
            Self::Undefined(_) => TemplateError::undefined(expression.trim()),
            Self::TooLarge => TemplateError::new(TemplateErrorKind::Limit, "its value has too many values in it"),
            Self::NotJson(reason) => {
                TemplateError::new(TemplateErrorKind::Failed, format!("its value has no form in JSON: {reason}"))
            }
        }
    }
}

/// An engine's value as JSON. Members keep their order.
pub(super) fn from_engine(value: &Value) -> Result<serde_json::Value, Fault> {
    weight::of(value)?;
    if value.is_undefined() {
        return Err(Fault::Undefined(value.clone()));
    }
    serde_json::to_value(value).map_err(|error| Fault::NotJson(error.to_string()))
}

/// JSON text as people write it: a space after `:` and `,`, or one member a line with `indent` spaces. Nothing is
/// escaped for HTML, since templates make source files.
pub(super) fn write(value: &serde_json::Value, indent: Option<usize>) -> Result<String, serde_json::Error> {
    use serde::Serialize as _;
    let mut text = Vec::new();
    match indent {
        None => value.serialize(&mut Serializer::with_formatter(&mut text, OneLine))?,
        Some(width) => {
            let spaces = " ".repeat(width.min(MAX_INDENT));
            let formatter = PrettyFormatter::with_indent(spaces.as_bytes());
            value.serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
