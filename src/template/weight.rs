//! How large a value is when everything in it is visited.
//!
//! Lists share their elements and some make them on demand, so a handful of bytes can stand for more elements than
//! there are atoms. Fuel pays for elements where the engine visits them one by one, but printing and converting visit
//! first and pay later. What does so is therefore given only values that were weighed.

use minijinja::value::{StringInput, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use super::limits;

/// Why a value can't be walked.
pub(super) enum Fault {
    /// Something in it is not defined.
    Undefined(Value),
    /// It is too large or too deep.
    TooLarge,
    /// JSON has no form for it.
    NotJson(String),
}

/// The number of values in `value`, itself included; strings count by their length too.
pub(super) fn of(value: &Value) -> Result<u64, Fault> {
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
        return Ok(1);
    }
    let mut weight = 0;
    let mut pending = vec![(value.clone(), 0)];
    let mut nodes = 0;
    while let Some((value, depth)) = pending.pop() {
        if depth > limits::DEPTH {
            return Err(Fault::TooLarge);
        }
        let length = value.as_str().map_or(0, str::len);
        weight += 1 + (length as u64) / 64;
        if value.is_undefined() {
            return Err(Fault::Undefined(value));
        }
        if length > limits::OUTPUT || weight > limits::FUEL {
            return Err(Fault::TooLarge);
        }
        if !matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
            continue;
        }
        let is_map = value.kind() == ValueKind::Map;
        for element in value.try_iter().into_iter().flatten() {
            nodes += 1;
            if nodes > limits::NODES {
                return Err(Fault::TooLarge);
            }
            let element = if is_map { value.get_item(&element).unwrap_or_default() } else { element };
            pending.push((element, depth + 1));
        }
    }
    Ok(weight)
}

/// Weighs a value that is about to be walked and pays for the walk.
pub(super) fn check(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    match of(value) {
        Ok(weight) => state.consume_fuel(weight),
        // The engine's own conversion makes the error that carries the variable's name.
        Err(Fault::Undefined(undefined)) => StringInput::new(state, &undefined).map(drop),
        Err(_) => Err(Error::new(ErrorKind::OutOfFuel, "a value has too many values in it")),
    }
}
