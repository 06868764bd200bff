//! Plain values as TOML.

use serde_json::{Map, Value};
use toml_edit::{Array, ArrayOfTables, Datetime, InlineTable, Item, Table};

use crate::compose::merge::node::SCALAR;

/// A member of a table: objects become tables, lists of objects arrays of tables.
pub(super) fn item_of(value: &Value) -> Result<Item, String> {
    match value {
        Value::Object(members) if !members.contains_key(SCALAR) => table_of(members).map(Item::Table),
        Value::Array(items) if !items.is_empty() && items.iter().all(is_table) => {
            let mut tables = ArrayOfTables::new();
            for members in items.iter().filter_map(Value::as_object) {
                tables.push(table_of(members)?);
            }
            Ok(Item::ArrayOfTables(tables))
        }
        other => value_of(other).map(Item::Value),
    }
}

fn is_table(value: &Value) -> bool {
    value.as_object().is_some_and(|members| !members.contains_key(SCALAR))
}

/// A table with a header of its own.
pub(super) fn table_of(members: &Map<String, Value>) -> Result<Table, String> {
    let mut table = Table::new();
    for (key, value) in members {
        let mut item = item_of(value)?;
        set_apart(&mut item);
        table.insert(key, item);
    }
    Ok(table)
}

/// A value on one line.
pub(super) fn value_of(value: &Value) -> Result<toml_edit::Value, String> {
    Ok(match value {
        Value::Null => return Err("TOML has no null".to_owned()),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.into(),
            (None, Some(float)) if number.is_f64() => float.into(),
            _ => return Err(format!("TOML has no integer as large as {number}")),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => {
            let mut array = Array::new();
            for item in items {
                array.push(value_of(item)?);
            }
            array.into()
        }
        Value::Object(members) => match members.get(SCALAR).and_then(Value::as_str) {
            Some(scalar) => disguised(scalar)?,
            None => inline(members)?.into(),
        },
    })
}

fn inline(members: &Map<String, Value>) -> Result<InlineTable, String> {
    let mut table = InlineTable::new();
    for (key, value) in members {
        table.insert(key, value_of(value)?);
    }
    Ok(table)
}

/// What JSON has no kind for: a datetime, or a float that is not a number.
fn disguised(text: &str) -> Result<toml_edit::Value, String> {
    match text.parse::<Datetime>() {
        Ok(datetime) => Ok(datetime.into()),
        Err(_) => text.parse::<f64>().map(Into::into).map_err(|_| format!("`{text}` is no value of TOML")),
    }
}

/// Frees what was taken from another document of its place there, and puts a blank line before each table's header.
pub(super) fn set_apart(item: &mut Item) {
    match item {
        Item::Table(table) => set_table_apart(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(set_table_apart),
        Item::None | Item::Value(_) => {}
    }
}

pub(super) fn set_table_apart(table: &mut Table) {
    table.set_position(None);
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    if !prefix.starts_with('\n') {
        let apart = format!("\n{prefix}");
        table.decor_mut().set_prefix(apart);
    }
    for (_, item) in table.iter_mut() {
        set_apart(item);
    }
}
