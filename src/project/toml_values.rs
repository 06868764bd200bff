//! Answers between JSON, which packs speak, and TOML, which the project's files are written in.

use std::collections::BTreeMap;

use serde_json::Value;
use toml_edit::{Item, Table};

use super::error::ProjectError;

/// The most levels of lists and tables in each other: what is written has to be read again, which has a bound.
const DEPTH: usize = 64;

/// The TOML form of an answer. `key` is how an error names it.
///
/// # Errors
/// Null, which TOML does not have, integers beyond 64 bits with a sign, and what is nested too deeply.
pub fn to_toml(key: &str, value: &Value) -> Result<toml_edit::Value, ProjectError> {
    at_depth(key, value, DEPTH)
}

fn at_depth(key: &str, value: &Value, depth: usize) -> Result<toml_edit::Value, ProjectError> {
    let unwritable = |reason: &str| ProjectError::Unwritable { key: key.to_owned(), reason: reason.to_owned() };
    Ok(match value {
        Value::Null => return Err(unwritable("null")),
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.into(),
            (None, Some(float)) if number.is_f64() => float.into(),
            _ => return Err(unwritable("an integer of more than 63 bits")),
        },
        Value::String(text) => text.into(),
        Value::Array(_) | Value::Object(_) if depth == 0 => {
            return Err(unwritable(&format!("more than {DEPTH} levels of lists and tables")));
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| at_depth(key, item, depth - 1)).collect::<Result<Vec<_>, _>>()?;
            toml_edit::Value::Array(items.into_iter().collect())
        }
        Value::Object(members) => {
            let mut table = toml_edit::InlineTable::new();
            for (name, member) in members {
                table.insert(name, at_depth(key, member, depth - 1)?);
            }
            table.into()
        }
    })
}

/// What the TOML library makes of a date where JSON is read.
const DATE: &str = "$__toml_private_datetime";

/// Takes dates as the text that they are written as: JSON has none.
pub fn dates_as_text(value: &mut Value) {
    match value {
        Value::Object(members) => match members.get(DATE).filter(|_| members.len() == 1) {
            Some(Value::String(date)) => *value = date.clone().into(),
            _ => members.values_mut().for_each(dates_as_text),
        },
        Value::Array(items) => items.iter_mut().for_each(dates_as_text),
        _ => {}
    }
}

/// A table of answers, sorted by key: their order on the command line leaves no trace.
///
/// # Errors
/// As [`to_toml`].
pub fn to_table<'a>(members: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Result<Table, ProjectError> {
    let members: BTreeMap<_, _> = members.into_iter().collect();
    let mut table = Table::new();
    for (key, value) in members {
        table[key.as_str()] = Item::Value(to_toml(key, value)?);
    }
    Ok(table)
}
