//! What the writers ask of an old and a new value, to change as little as they can.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::canonical;
use super::rules::pointer;

/// Whether an object has all the members that it had; then it can be changed member by member.
pub(super) fn grows(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.keys().all(|key| new.contains_key(key)),
        _ => false,
    }
}

/// Whether a list has the elements that it had in their places, changed at most by members that objects gained; then
/// it can be changed in place. Elements that only changed places are better moved as they are written.
pub(super) fn extends(old: &[Value], new: &[Value]) -> bool {
    let mut changed = old.iter().zip(new).filter(|(old, new)| old != new).peekable();
    if new.len() < old.len() || changed.peek().is_none() {
        return new.len() >= old.len();
    }
    let all: BTreeSet<String> = new.iter().map(canonical).collect();
    changed.all(|(old, new)| grows(old, new) && !all.contains(&canonical(old)))
}

/// Whether a value can be changed in place: it only gains members or elements.
pub(super) fn becomes(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => extends(old, new),
        _ => grows(old, new),
    }
}

/// The place of the first member or element that two values do not share.
pub(super) fn difference(one: &Value, two: &Value) -> String {
    let below = |segment: String, one: Option<&Value>, two: Option<&Value>| {
        let rest = one.zip(two).map(|(one, two)| difference(one, two));
        format!("{}{}", pointer(&[segment]), rest.unwrap_or_default())
    };
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            let differs = one.keys().chain(two.keys()).find(|key| one.get(*key) != two.get(*key));
            differs.map(|key| below(key.clone(), one.get(key), two.get(key))).unwrap_or_default()
        }
        (Value::Array(one), Value::Array(two)) => {
            let differs = (0..one.len().max(two.len())).find(|at| one.get(*at) != two.get(*at));
            differs.map(|at| below(at.to_string(), one.get(at), two.get(at))).unwrap_or_default()
        }
        _ => String::new(),
    }
}
