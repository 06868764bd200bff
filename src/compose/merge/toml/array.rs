//! Changing an array in its place.

use std::collections::BTreeMap;

use serde_json::Value;
use toml_edit::{Array, Decor, RawString};

use super::build::value_of;
use super::read::value_model;
use super::update_table;
use crate::compose::merge::changes::extends;
use crate::compose::merge::node::canonical;

/// Makes an array say `new`.
pub(super) fn update_array(array: &mut Array, new: &[Value]) -> Result<(), String> {
    let old: Vec<Value> = array.iter().map(value_model).collect();
    if !extends(&old, new) {
        return refill(array, new);
    }
    for (at, (old, new)) in old.iter().zip(new).enumerate() {
        let (false, Some(value), Some(members)) = (old == new, array.get_mut(at), new.as_object()) else { continue };
        match value.as_inline_table_mut() {
            Some(table) => update_table(table, members, &[], true)?,
            None => *value = value_of(new)?,
        }
    }
    for value in &new[old.len()..] {
        push(array, value_of(value)?);
    }
    Ok(())
}

/// Appends an element the way the last one stands: on a line of its own where that one does.
fn push(array: &mut Array, mut value: toml_edit::Value) {
    let last = array.iter().last().and_then(|last| last.decor().prefix()).and_then(|prefix| prefix.as_str());
    let line = last.and_then(|prefix| prefix.rfind('\n').map(|at| prefix[at..].to_owned()));
    let Some(line) = line else {
        let prefix = if array.is_empty() { "" } else { " " };
        *value.decor_mut() = Decor::new(prefix, "");
        return array.push_formatted(value);
    };
    // Behind a trailing comma, what follows the last element's line is the array's: a comment there is that element's.
    let behind = array.trailing().as_str().unwrap_or_default().to_owned();
    let comment = behind.trim_end();
    let prefix = format!("{}{line}", if array.trailing_comma() { comment } else { "" });
    if array.trailing_comma() {
        array.set_trailing(behind[comment.len()..].to_owned());
    }
    *value.decor_mut() = Decor::new(prefix, "");
    array.push_formatted(value);
}

/// Writes all elements again, those that were there as they were written, with their comments.
fn refill(array: &mut Array, new: &[Value]) -> Result<(), String> {
    let Elements { head, elements, tail } = Elements::of(array);
    let template = array.iter().last().and_then(|last| last.decor().prefix()).and_then(RawString::as_str);
    let line = template.and_then(|prefix| prefix.rfind('\n').map(|at| prefix[at..].to_owned()));
    let mut written: BTreeMap<String, Element> = BTreeMap::new();
    for element in elements {
        written.entry(canonical(&value_model(&element.value))).or_insert(element);
    }
    array.clear();
    let mut before = head;
    for (at, value) in new.iter().enumerate() {
        let Element { above, mut value, behind } = match (written.get(&canonical(value)), &line) {
            (Some(element), _) => element.clone(),
            (None, line) => {
                Element { above: line.clone().unwrap_or_default(), value: value_of(value)?, behind: String::new() }
            }
        };
        let prefix = match &line {
            Some(_) => format!("{before}{above}"),
            None => {
                if at == 0 {
                    String::new()
                } else {
                    " ".to_owned()
                }
            }
        };
        *value.decor_mut() = Decor::new(prefix, "");
        array.push_formatted(value);
        before = behind;
    }
    array.set_trailing(format!("{before}{tail}"));
    Ok(())
}

/// The elements of an array with the comments of each, and what stands before and behind all of them.
struct Elements {
    head: String,
    elements: Vec<Element>,
    tail: String,
}

#[derive(Clone)]
struct Element {
    /// What stands above it, from the end of the line before on.
    above: String,
    value: toml_edit::Value,
    /// A comment on its line.
    behind: String,
}

impl Elements {
    fn of(array: &Array) -> Self {
        let mut all = Self { head: String::new(), elements: Vec::new(), tail: String::new() };
        for value in array {
            let above = all.take_behind(value.decor().prefix());
            all.elements.push(Element { above, value: value.clone(), behind: String::new() });
            all.tail = all.take_behind(value.decor().suffix());
        }
        all.tail = all.take_behind(Some(array.trailing()));
        all
    }

    /// Gives the last element, or the opening mark, the comment on its line, and returns what comes below it.
    fn take_behind(&mut self, next: Option<&RawString>) -> String {
        let text = format!("{}{}", self.tail, next.and_then(RawString::as_str).unwrap_or_default());
        self.tail.clear();
        let (line, below) = text.split_at(text.find('\n').unwrap_or(text.len()));
        if line.contains('#') {
            self.elements.last_mut().map_or(&mut self.head, |last| &mut last.behind).push_str(line);
        }
        below.to_owned()
    }
}
