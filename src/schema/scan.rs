//! Looks through a schema before the library sees it.
//!
//! Every schema in the document is visited once, and references are followed. What a schema weighs is the number of
//! values that checking may have to look at; a reference weighs what it refers to, so a few references that double
//! each other are found out without being expanded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{SchemaError, SchemaErrorKind, limits};

/// The draft's address, which `$schema` may name.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords whose value is a schema.
const SCHEMA: [&str; 12] = [
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "if",
    "then",
    "else",
    "not",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
    "additionalItems",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is an object of schemas.
const MAP: [&str; 6] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];
/// Keywords that lead elsewhere by rules that no pack needs.
const REFUSED: [&str; 5] = ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor"];

/// Refuses what a schema may not do, and says what it weighs.
pub(super) fn check(schema: &Value) -> Result<u64, SchemaError> {
    let fits = measure(schema).is_some_and(|nodes| nodes <= limits::NODES as u64);
    if !fits {
        let message = format!("it has more than {} values or {} levels", limits::NODES, limits::DEPTH);
        return Err(SchemaError::new(SchemaErrorKind::Limit, "", &message));
    }
    let mut scan = Scan { root: schema, weights: BTreeMap::new(), open: BTreeSet::new(), patterns: 0 };
    scan.schema(schema, "")
}

/// The number of values in `value`; none if it is nested too deeply or has far too many.
pub(super) fn measure(value: &Value) -> Option<u64> {
    let mut nodes = 0;
    let mut pending = vec![(value, 0)];
    while let Some((value, depth)) = pending.pop() {
        nodes += 1;
        if depth > limits::DEPTH || nodes > limits::WORK {
            return None;
        }
        match value {
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => pending.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    Some(nodes)
}

struct Scan<'a> {
    root: &'a Value,
    /// By pointer: what was visited, and what it weighs.
    weights: BTreeMap<String, u64>,
    /// By pointer: what is being visited, from the root down.
    open: BTreeSet<String>,
    patterns: usize,
}

impl Scan<'_> {
    fn schema(&mut self, schema: &Value, pointer: &str) -> Result<u64, SchemaError> {
        let limit = |message: &str| Err(SchemaError::new(SchemaErrorKind::Limit, pointer, message));
        if let Some(&weight) = self.weights.get(pointer) {
            return Ok(weight);
        }
        if self.open.len() > limits::DEPTH {
            return limit("it is nested too deeply, references counted");
        }
        if !self.open.insert(pointer.to_owned()) {
            return limit("it refers to itself, and a schema must have an end");
        }
        let mut weight = measure(schema).unwrap_or(limits::EXPANDED);
        if let Value::Object(members) = schema {
            for (keyword, value) in members {
                let below = format!("{pointer}/{}", escape(keyword));
                weight = weight.saturating_add(self.keyword(keyword, value, &below)?);
            }
        }
        if weight > limits::EXPANDED {
            return limit(&format!("it stands for more than {} values once references are followed", limits::EXPANDED));
        }
        self.open.remove(pointer);
        self.weights.insert(pointer.to_owned(), weight);
        Ok(weight)
    }

    fn keyword(&mut self, keyword: &str, value: &Value, pointer: &str) -> Result<u64, SchemaError> {
        match (keyword, value) {
            ("$ref", Value::String(target)) => self.reference(target, pointer),
            ("$schema", Value::String(draft)) if draft.trim_end_matches('#') != DRAFT => {
                Err(external(pointer, &format!("`{draft}` is not a draft that is understood; it must be `{DRAFT}`")))
            }
            ("$id", _) if pointer != "/$id" => Err(external(pointer, "`$id` may stand at the root only")),
            ("pattern", Value::String(pattern)) => self.pattern(pattern, pointer),
            _ if REFUSED.contains(&keyword) => {
                Err(external(pointer, &format!("`{keyword}` is not offered; `$ref` with a pointer is")))
            }
            (_, Value::Object(members)) if MAP.contains(&keyword) => {
                let mut weight = 0_u64;
                for (name, schema) in members {
                    if keyword == "patternProperties" {
                        self.pattern(name, pointer)?;
                    }
                    let within = self.schema(schema, &format!("{pointer}/{}", escape(name)))?;
                    weight = weight.saturating_add(within);
                }
                // Definitions weigh where they are referred to.
                Ok(if matches!(keyword, "$defs" | "definitions") { 0 } else { weight })
            }
            (_, Value::Array(schemas)) if LIST.contains(&keyword) => {
                let mut weight = 0_u64;
                for (index, schema) in schemas.iter().enumerate() {
                    weight = weight.saturating_add(self.schema(schema, &format!("{pointer}/{index}"))?);
                }
                Ok(weight)
            }
            _ if SCHEMA.contains(&keyword) => self.schema(value, pointer),
            _ => Ok(0),
        }
    }

    fn reference(&mut self, target: &str, pointer: &str) -> Result<u64, SchemaError> {
        let fragment = target.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(fragment) = fragment else {
            let message = format!("`{target}` leads out of the schema; a reference must begin with `#/`");
            return Err(external(pointer, &message));
        };
        if fragment.contains('%') {
            return Err(external(pointer, &format!("`{target}` is percent-encoded; write the name as it is")));
        }
        match self.root.pointer(fragment) {
            Some(schema) => self.schema(schema, fragment),
            None => Err(SchemaError::new(SchemaErrorKind::Invalid, pointer, &format!("nothing stands at `{target}`"))),
        }
    }

    fn pattern(&mut self, pattern: &str, pointer: &str) -> Result<u64, SchemaError> {
        self.patterns += pattern.len();
        if self.patterns > limits::PATTERNS {
            let message = format!("its patterns have more than {} bytes", limits::PATTERNS);
            return Err(SchemaError::new(SchemaErrorKind::Limit, pointer, &message));
        }
        Ok(pattern.len() as u64)
    }
}

fn external(pointer: &str, message: &str) -> SchemaError {
    SchemaError::new(SchemaErrorKind::External, pointer, message)
}

/// A member's name as a part of a JSON Pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
