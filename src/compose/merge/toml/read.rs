//! TOML as plain values.

use serde_json::{Map, Number, Value};
use toml_edit::{DocumentMut, Item, TableLike};

use crate::compose::merge::node::SCALAR;

pub(in crate::compose::merge) fn read(text: &str) -> Result<Value, String> {
    if text.contains(SCALAR) {
        return Err(format!("the name `{SCALAR}` is the host's own"));
    }
    parse(text).map(|document| table_model(document.as_table()))
}

pub(super) fn parse(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"))
    })
}

pub(super) fn model(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => value_model(value),
        Item::Table(table) => table_model(table),
        Item::ArrayOfTables(tables) => tables.iter().map(|table| table_model(table)).collect(),
    }
}

fn table_model(table: &dyn TableLike) -> Value {
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), model(item))).collect())
}

pub(super) fn value_model(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Integer(number) => Value::from(*number.value()),
        toml_edit::Value::Float(number) => {
            Number::from_f64(*number.value()).map_or_else(|| disguised(&number.value().to_string()), Value::Number)
        }
        toml_edit::Value::Boolean(flag) => Value::from(*flag.value()),
        toml_edit::Value::Datetime(datetime) => disguised(&datetime.value().to_string()),
        toml_edit::Value::Array(array) => array.iter().map(value_model).collect(),
        toml_edit::Value::InlineTable(table) => table_model(table),
    }
}

/// What JSON has no kind for.
fn disguised(text: &str) -> Value {
    Value::Object(Map::from_iter([(SCALAR.to_owned(), Value::from(text))]))
}
