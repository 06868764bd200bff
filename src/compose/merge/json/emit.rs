//! Plain values as JSON.

use serde_json::Value;

/// How wide a list of scalars may be to stand on one line.
const WIDTH: usize = 80;

/// What stands between the parts of something on one line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spacing {
    /// No space behind commas and colons.
    pub(super) tight: bool,
    /// A space inside of the braces of an object.
    pub(super) padded: bool,
}

impl Spacing {
    pub(super) fn comma(self) -> &'static str {
        if self.tight { "," } else { ", " }
    }

    pub(super) fn colon(self) -> &'static str {
        if self.tight { ":" } else { ": " }
    }
}

/// A member on one line.
pub(super) fn inline_member(name: &str, value: &Value, spacing: Spacing) -> String {
    format!("{}{}{}", Value::from(name), spacing.colon(), inline(value, spacing))
}

/// A value on one line.
pub(super) fn inline(value: &Value, spacing: Spacing) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, spacing)).collect();
            format!("[{}]", items.join(spacing.comma()))
        }
        Value::Object(members) => {
            let pad = if spacing.padded && !members.is_empty() { " " } else { "" };
            let members: Vec<String> =
                members.iter().map(|(name, value)| inline_member(name, value, spacing)).collect();
            format!("{{{pad}{}{pad}}}", members.join(spacing.comma()))
        }
        scalar => scalar.to_string(),
    }
}

/// A value in lines, for a parent at `indent`: a list of scalars stays on one line where it fits.
pub(super) fn lines(value: &Value, indent: &str, unit: &str) -> String {
    let below = format!("{indent}{unit}");
    let (open, close, parts): (_, _, Vec<String>) = match value {
        Value::Array(items) if !items.is_empty() => {
            if is_short(items, indent) {
                return inline(value, Spacing::default());
            }
            ('[', ']', items.iter().map(|item| lines(item, &below, unit)).collect())
        }
        Value::Object(members) if !members.is_empty() => {
            let member = |(name, value): (&String, &Value)| member(name, value, &below, unit);
            ('{', '}', members.iter().map(member).collect())
        }
        other => return inline(other, Spacing::default()),
    };
    format!("{open}\n{below}{}\n{indent}{close}", parts.join(&format!(",\n{below}")))
}

/// A member in lines.
pub(super) fn member(name: &str, value: &Value, indent: &str, unit: &str) -> String {
    format!("{}: {}", Value::from(name), lines(value, indent, unit))
}

/// Whether a list stands on one line at `indent`: it holds nothing that holds anything, and it fits.
pub(super) fn is_short(items: &[Value], indent: &str) -> bool {
    let is_flat = |item: &Value| !(item.is_array() || item.is_object()) || is_empty(item);
    // Texts count before they are escaped: that is near enough.
    let width: usize = items.iter().map(|item| item.as_str().map_or(8, |text| text.chars().count() + 4)).sum();
    items.iter().all(is_flat) && indent.len() + width <= WIDTH
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}
