//! JSON Schema, draft 2020-12: how packs describe their questions and the facts that they exchange.
//!
//! A schema comes from a stranger and is read on the user's machine, so it may do less than the standard allows. It
//! stands alone: no reference leads out of the document, and the library is built without the code that could follow
//! one. It ends: a schema that refers to itself is refused, and so is one that is huge once its references are
//! expanded, which bounds the time that checking a value takes. Its patterns run on an engine that never backtracks.
//! `format` stays what the draft makes it, an annotation.

mod error;
mod message;
mod scan;

#[cfg(test)]
mod tests;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

pub use error::{SchemaError, SchemaErrorKind};

/// What schemas and values may use up.
pub mod limits {
    /// Values in a schema's document.
    pub const NODES: usize = 20_000;
    /// Values in a schema whose references were all replaced by what they refer to.
    pub const EXPANDED: u64 = 100_000;
    /// Levels, references counted.
    pub const DEPTH: usize = 96;
    /// Bytes of all patterns of a schema.
    pub const PATTERNS: usize = 16 << 10;
    /// Bytes of one compiled pattern.
    pub const COMPILED_PATTERN: usize = 512 << 10;
    /// Size of the schema times size of the value.
    pub const WORK: u64 = 50_000_000;
    /// Problems of one value that are told.
    pub const PROBLEMS: usize = 50;
}

/// A schema, ready to check values.
#[derive(Clone, Debug)]
pub struct Schema {
    validator: Validator,
    size: u64,
}

/// One thing that is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// A JSON Pointer to the value at fault; empty for the whole.
    pub pointer: String,
    /// What is wrong, short, to be read after the value's name: "`8o` is not an integer".
    pub message: String,
}

impl Schema {
    /// Checks a schema and makes it ready.
    ///
    /// # Errors
    /// A document that is no schema of the draft, refers to something outside itself or to itself, or is too large.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let size = scan::check(schema)?;
        let patterns = PatternOptions::regex().size_limit(limits::COMPILED_PATTERN);
        let options = jsonschema::draft202012::options().with_pattern_options(patterns).offline();
        let validator = options.build(schema).map_err(|error| {
            let pointer = error.instance_path().to_string();
            SchemaError::new(SchemaErrorKind::Invalid, &pointer, &message::of(&error))
        })?;
        Ok(Self { validator, size })
    }

    /// Whether `value` is as the schema says.
    pub fn accepts(&self, value: &Value) -> bool {
        self.is_bearable(value) && self.validator.is_valid(value)
    }

    /// Everything that is wrong with `value`, sorted by place; [`limits::PROBLEMS`] at most.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        if !self.is_bearable(value) {
            return vec![Problem { pointer: String::new(), message: "is too large to be checked".to_owned() }];
        }
        let errors = self.validator.iter_errors(value).take(limits::PROBLEMS);
        let mut problems: Vec<_> = errors.flat_map(|error| message::problems(&error)).collect();
        problems.sort();
        problems.dedup();
        problems.truncate(limits::PROBLEMS);
        problems
    }

    fn is_bearable(&self, value: &Value) -> bool {
        scan::measure(value).is_some_and(|nodes| nodes.saturating_mul(self.size) <= limits::WORK)
    }
}
