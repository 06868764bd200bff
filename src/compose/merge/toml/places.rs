//! Where the places of a TOML document stand.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use crate::compose::merge::places::Places;

pub(in crate::compose::merge) fn find_places(text: &str, places: &mut Places) -> Result<(), String> {
    let document = Document::parse(text).map_err(|error| error.message().to_owned())?;
    places.note(0..text.len());
    members(document.as_table(), places);
    Ok(())
}

fn members(table: &dyn TableLike, places: &mut Places) {
    for (name, item) in table.iter() {
        let key = table.key(name).and_then(toml_edit::Key::span);
        places.within(name, |places| {
            if let Some(span) = joined(key, item.span()) {
                places.note(span);
            }
            match item {
                Item::None => {}
                Item::Value(value) => inside(value, places),
                Item::Table(table) => members(table, places),
                Item::ArrayOfTables(tables) => {
                    for (at, table) in tables.iter().enumerate() {
                        places.within(at, |places| {
                            if let Some(span) = table.span() {
                                places.note(span);
                            }
                            members(table, places);
                        });
                    }
                }
            }
        });
    }
}

fn inside(value: &Value, places: &mut Places) {
    match value {
        Value::InlineTable(table) => members(table, places),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places.within(at, |places| {
                    if let Some(span) = item.span() {
                        places.note(span);
                    }
                    inside(item, places);
                });
            }
        }
        _ => {}
    }
}

/// From the first of both to the last; a table's header holds its key already.
fn joined(key: Option<Range<usize>>, value: Option<Range<usize>>) -> Option<Range<usize>> {
    match (key, value) {
        (Some(key), Some(value)) => Some(key.start.min(value.start)..key.end.max(value.end)),
        (one, other) => one.or(other),
    }
}
