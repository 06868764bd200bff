//! TOML as JSON with its members in the order in which they were written: the order of questions is that of asking.

use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item};

use super::FolderError;

/// A TOML text as a JSON object.
///
/// # Errors
/// A syntax error.
pub(super) fn parse(file: &str, text: &str) -> Result<Map<String, Value>, FolderError> {
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| FolderError::Syntax {
        file: file.to_owned(),
        place: None,
        message: error.message().to_owned(),
    })?;
    Ok(document.as_table().iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect())
}

fn of_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => of_value(value),
        Item::Table(table) => table.iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect(),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| table.iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect::<Value>())
            .collect(),
    }
}

fn of_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(truth) => (*truth.value()).into(),
        // JSON has no times; the text is what every reader can use.
        toml_edit::Value::Datetime(time) => time.value().to_string().into(),
        toml_edit::Value::Array(items) => items.iter().map(of_value).collect(),
        toml_edit::Value::InlineTable(table) => {
            table.iter().map(|(key, value)| (key.to_owned(), of_value(value))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_order_of_writing_is_kept() {
        let text = "[z]\nb = 1\na = { y = [1, 2.5], x = true }\n[a]\n[[l]]\nt = 1979-05-27\n";
        let json = Value::Object(parse("x.toml", text).unwrap()).to_string();
        assert_eq!(json, r#"{"z":{"b":1,"a":{"y":[1,2.5],"x":true}},"a":{},"l":[{"t":"1979-05-27"}]}"#);
    }
}
