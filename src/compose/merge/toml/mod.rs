//! TOML: the first document is changed in place, so that its comments, order and formatting stay.
//!
//! What a fragment brings and nobody else touches comes over with the fragment's own formatting and comments; what
//! several packs make together is written plainly.

mod array;
mod build;
mod places;
mod read;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml_edit::{ArrayOfTables, Decor, DocumentMut, Item, Key, Table, TableLike};

pub(super) use places::find_places;
pub(super) use read::read;

use super::changes::{becomes, extends, grows};
use super::node::canonical;
use array::update_array;
use build::{item_of, set_apart, set_table_apart, table_of, value_of};
use read::model;

pub(super) fn write(texts: &[&str], new: &Value) -> Result<String, String> {
    let mut documents =
        texts.iter().map(|text| read::parse(text)).collect::<Result<Vec<DocumentMut>, _>>()?.into_iter();
    let (Some(mut document), Some(members)) = (documents.next(), new.as_object()) else {
        return Err("a TOML document is a table".to_owned());
    };
    let peers: Vec<DocumentMut> = documents.collect();
    let peers: Vec<&dyn TableLike> = peers.iter().map(|peer| peer.as_table() as &dyn TableLike).collect();
    let starts_blank = texts.first().is_some_and(|text| text.starts_with('\n'));
    update_table(document.as_table_mut(), members, &peers, false)?;
    let text = document.to_string();
    Ok(if starts_blank { text } else { text.trim_start_matches('\n').to_owned() })
}

/// Makes a table say `new`. Inside of an inline table everything stays inline.
fn update_table(
    table: &mut dyn TableLike,
    new: &Map<String, Value>,
    peers: &[&dyn TableLike],
    inline: bool,
) -> Result<(), String> {
    let mut theirs: BTreeMap<&str, Vec<&dyn TableLike>> = BTreeMap::new();
    for &peer in peers {
        for (key, _) in peer.iter() {
            theirs.entry(key).or_default().push(peer);
        }
    }
    for (key, value) in new {
        let peers = theirs.get(key.as_str()).map_or(&[][..], Vec::as_slice);
        match table.get_mut(key) {
            Some(item) if model(item) == *value => {}
            Some(item) => {
                let below: Vec<&Item> = peers.iter().filter_map(|peer| peer.get(key)).collect();
                let header = header_of(item);
                update_item(item, value, &below, inline)?;
                if let Some(header) = header {
                    keep_header(table, key, header);
                }
            }
            None => insert(table, key, value, peers, inline)?,
        }
    }
    Ok(())
}

/// Puts what stood above a table's header above what came in the table's place.
fn keep_header(table: &mut dyn TableLike, key: &str, header: String) {
    match table.get_key_value_mut(key) {
        Some((mut key, Item::Value(_))) => *key.leaf_decor_mut() = Decor::new(header, " "),
        Some((_, Item::Table(table))) => table.decor_mut().set_prefix(header),
        _ => {}
    }
}

/// What stands above a table's header.
fn header_of(item: &Item) -> Option<String> {
    let table = match item {
        Item::Table(table) => Some(table),
        Item::ArrayOfTables(tables) => tables.get(0),
        Item::None | Item::Value(_) => None,
    };
    table.map(|table| table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned())
}

fn insert(
    table: &mut dyn TableLike,
    key: &str,
    value: &Value,
    peers: &[&dyn TableLike],
    inline: bool,
) -> Result<(), String> {
    if inline {
        table.insert(key, Item::Value(value_of(value)?));
        return Ok(());
    }
    let theirs: Vec<(&Key, &Item)> = peers.iter().filter_map(|peer| peer.get_key_value(key)).collect();
    let lends = |item: &Item| !is_inside_inline(item);
    let whole = theirs.iter().find(|(_, item)| lends(item) && model(item) == *value);
    // A part of it, to which the others' parts are added.
    let part = || theirs.first().filter(|(_, item)| lends(item) && becomes(&model(item), value));
    let (peer_key, mut item) = match whole.or_else(part) {
        Some((peer_key, item)) => (Some(*peer_key), (*item).clone()),
        None => (None, item_of(value)?),
    };
    if model(&item) != *value {
        let below: Vec<&Item> = theirs.iter().skip(1).map(|(_, item)| *item).collect();
        update_item(&mut item, value, &below, false)?;
    }
    set_apart(&mut item);
    match peer_key {
        Some(peer_key) => table.entry_format(peer_key).or_insert(item),
        None => table.entry(key).or_insert(item),
    };
    Ok(())
}

/// Whether the item carries the spacing of an inline table, which would look odd on a line of its own.
fn is_inside_inline(item: &Item) -> bool {
    item.as_value().and_then(|value| value.decor().suffix()).and_then(|suffix| suffix.as_str()) == Some(" ")
}

fn update_item(item: &mut Item, new: &Value, peers: &[&Item], inline: bool) -> Result<(), String> {
    match new {
        Value::Object(members) if item.is_table_like() && grows(&model(item), new) => {
            let inline = inline || item.is_inline_table() || item.as_table().is_some_and(Table::is_dotted);
            let peers: Vec<&dyn TableLike> = peers.iter().filter_map(|peer| peer.as_table_like()).collect();
            match item.as_table_like_mut() {
                Some(table) => update_table(table, members, &peers, inline),
                None => Ok(()),
            }
        }
        Value::Array(items) => match item {
            Item::Value(toml_edit::Value::Array(array)) => update_array(array, items),
            // Without a table in it, an array of tables would not be written at all.
            Item::ArrayOfTables(tables) if !items.is_empty() && items.iter().all(Value::is_object) => {
                update_tables(tables, items)
            }
            other => replace(other, new, inline),
        },
        _ => replace(item, new, inline),
    }
}

/// Puts another value where one stands; a comment behind it stays.
fn replace(item: &mut Item, new: &Value, inline: bool) -> Result<(), String> {
    let mut fresh = if inline || !new.is_object() { Item::Value(value_of(new)?) } else { item_of(new)? };
    if let (Some(old), Some(fresh)) = (item.as_value(), fresh.as_value_mut()) {
        *fresh.decor_mut() = old.decor().clone();
    }
    set_apart(&mut fresh);
    *item = fresh;
    Ok(())
}

fn update_tables(tables: &mut ArrayOfTables, new: &[Value]) -> Result<(), String> {
    let old: Vec<Value> = tables.iter().map(|table| model(&Item::Table(table.clone()))).collect();
    let header = tables.get(0).and_then(|first| first.decor().prefix()).and_then(|prefix| prefix.as_str());
    let header = header.map(str::to_owned);
    let mut written: BTreeMap<String, Table> = BTreeMap::new();
    if !extends(&old, new) {
        for (value, table) in old.iter().zip(tables.iter()) {
            written.entry(canonical(value)).or_insert_with(|| table.clone());
        }
        tables.clear();
    }
    for (at, value) in new.iter().enumerate() {
        let members = value.as_object().ok_or("an array of tables holds tables")?;
        if let Some(table) = tables.get_mut(at) {
            update_table(table, members, &[], false)?;
            continue;
        }
        let mut table = match written.get(&canonical(value)) {
            Some(table) => table.clone(),
            None => table_of(members)?,
        };
        set_table_apart(&mut table);
        tables.push(table);
    }
    // What stood above the first table may be about all of them, so it stays when that table goes.
    let first_is_gone = old.first().is_some_and(|first| !new.contains(first)) && !written.is_empty();
    if let (true, Some(header), Some(first)) = (first_is_gone, header, tables.get_mut(0)) {
        first.decor_mut().set_prefix(header);
    }
    Ok(())
}
