//! A stand-in for the schema room: replaced when the branches meet.

use serde_json::Value;

/// Why a schema can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(String);

/// A compiled JSON Schema.
#[derive(Debug)]
pub struct Schema(jsonschema::Validator);

/// What a value has against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON Pointer into the value.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// A value that is no schema.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        jsonschema::validator_for(schema).map(Self).map_err(|error| SchemaError(error.to_string()))
    }

    /// All problems of a value.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        self.0
            .iter_errors(value)
            .map(|error| Problem { pointer: error.instance_path().to_string(), message: error.to_string() })
            .collect()
    }
}
