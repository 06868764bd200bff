//! JSON: read and written whole, at the indentation that the first text has.
//!
//! JSON has no comments to lose, so a changed document is printed anew; one that the merge leaves as it is keeps its
//! bytes.

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

pub(super) fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

pub(super) fn write(base: &str, new: &Value) -> Result<String, String> {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(indentation(base).as_bytes());
    new.serialize(&mut Serializer::with_formatter(&mut bytes, formatter)).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// The white space before the first line that has some; two spaces where none has.
fn indentation(text: &str) -> &str {
    let indents = text.lines().filter_map(|line| {
        let rest = line.trim_start_matches([' ', '\t']);
        (rest.len() < line.len() && !rest.is_empty()).then(|| &line[..line.len() - rest.len()])
    });
    indents.into_iter().next().unwrap_or("  ")
}
