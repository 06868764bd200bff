//! A pack's questions: a JSON Schema object, read as a list of things to ask.
//!
//! The order of properties is the order of asking. Two members are ours: `x-when`, a schema over the answers so far
//! that says whether a question is asked at all, and `x-default`, a template that makes its default.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error::QuestionsError;
use crate::model::{JsonObject, PackId, printable};
use crate::schema::{Problem, Schema};

/// Keywords that ask nothing of all answers together.
const OF_SINGLE: [&str; 7] = ["$schema", "$id", "$defs", "type", "title", "description", "properties"];

/// The questions of one pack.
#[derive(Debug)]
pub struct Questions {
    /// In the order of asking.
    pub list: Vec<Question>,
    /// Everything that is asked of all answers together, but for which must be there: that depends on `x-when`.
    schema: Schema,
    /// What is asked of each answer by itself: conditions between answers say nothing about one alone.
    single: Schema,
    document: Value,
}

/// One question.
#[derive(Debug)]
pub struct Question {
    /// The answer's key.
    pub key: String,
    /// What is asked.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// How it is asked.
    pub kind: Kind,
    /// The default, as it stands in the schema.
    pub default: Option<Value>,
    /// A template that makes the default, of `project` and the answers so far.
    pub computed_default: Option<String>,
    /// Where it does not hold for the answers so far, the question is not asked.
    pub when: Option<Schema>,
    /// Whether there must be an answer.
    pub required: bool,
}

impl Question {
    /// Its answers, where they can be counted.
    pub fn choices(&self) -> Option<Vec<Value>> {
        match &self.kind {
            Kind::Select(options) if !options.is_empty() => Some(options.clone()),
            Kind::Confirm => Some(vec![false.into(), true.into()]),
            _ => None,
        }
    }
}

/// How a question is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Confirm,
    /// One of these.
    Select(Vec<Value>),
    /// Any of these.
    MultiSelect(Vec<Value>),
    /// Anything else, as JSON.
    Json,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let listed = |options: &[Value]| {
            options.iter().map(|option| format!("`{}`", plain(option))).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Text => f.write_str("text"),
            Self::Integer => f.write_str("a whole number"),
            Self::Number => f.write_str("a number"),
            Self::Confirm => f.write_str("`true` or `false`"),
            Self::Select(options) => write!(f, "one of {}", listed(options)),
            Self::MultiSelect(options) => write!(f, "a JSON array of {}", listed(options)),
            Self::Json => f.write_str("JSON"),
        }
    }
}

/// A value as it is typed: text without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

impl Questions {
    /// Reads a manifest's questions.
    ///
    /// # Errors
    /// A schema that is none, that looks outside of itself, that asks for a secret, or whose keys can't be typed.
    pub fn parse(pack: &PackId, questions: &JsonObject) -> Result<Self, QuestionsError> {
        let document = Value::Object(questions.clone());
        let wrong = |reason: String| QuestionsError::Schema { pack: pack.clone(), reason };
        let compile =
            |schema: &Value| Schema::compile(schema).map_err(|error| wrong(format!("{error}, {}", error.place())));
        if questions.get("type").is_some_and(|kind| kind != "object") {
            return Err(wrong("the questions are not of the type `object`".to_owned()));
        }
        let empty = JsonObject::new();
        let properties = match questions.get("properties") {
            None => &empty,
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(wrong("`properties` is not an object".to_owned())),
        };
        let required: BTreeSet<&str> = questions
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut list = Vec::new();
        for (key, property) in properties {
            if !is_key(key) {
                return Err(wrong(format!(
                    "`{}` can't be an answer's key: keys are made of letters, digits, `_` and `-`",
                    printable(key)
                )));
            }
            if asks_for_secret(&document, property) {
                return Err(QuestionsError::Secret { pack: pack.clone(), key: key.clone() });
            }
            let text = |member: &str| member_of(&document, property, member).and_then(Value::as_str).map(str::to_owned);
            let when = member_of(&document, property, "x-when");
            let when = when.map(|when| compile(&with_definitions(&document, when))).transpose()?;
            list.push(Question {
                key: key.clone(),
                title: text("title").unwrap_or_else(|| key.clone()),
                description: text("description"),
                kind: kind(&document, property),
                default: member_of(&document, property, "default").cloned(),
                computed_default: text("x-default"),
                when,
                required: required.contains(key.as_str()),
            });
        }
        let mut rest = questions.clone();
        // What must be there depends on what is asked, and unknown keys are told with their neighbours.
        for member in ["required", "additionalProperties", "unevaluatedProperties"] {
            rest.shift_remove(member);
        }
        let says_more = rest.keys().any(|keyword| !OF_SINGLE.contains(&keyword.as_str()));
        let schema = compile(&Value::Object(rest))?;
        let single = if says_more {
            compile(&with_definitions(&document, &json!({ "properties": properties })))?
        } else {
            schema.clone()
        };
        Ok(Self { list, schema, single, document })
    }

    /// What is wrong with the answers, taken together.
    pub fn problems(&self, answers: &JsonObject) -> Vec<Problem> {
        self.schema.problems(&Value::Object(answers.clone()))
    }

    /// What is wrong with one answer by itself.
    pub fn problems_of(&self, key: &str, value: &Value) -> Vec<Problem> {
        let place = format!("/{key}");
        let alone = json!({ key: value });
        let mut problems = self.single.problems(&alone);
        problems.retain(|problem| {
            problem.pointer.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        problems
    }

    /// The first of the `examples` that the schema has for a key.
    pub fn example(&self, key: &str) -> Option<Value> {
        let property = &self.document["properties"][key];
        member_of(&self.document, property, "examples")?.as_array()?.first().cloned()
    }

    /// Whether there is a question of this key.
    pub fn has(&self, key: &str) -> bool {
        self.list.iter().any(|question| question.key == key)
    }

    /// Reads what was typed for a key, or for a member inside of it, by the type that the schema gives it.
    ///
    /// # Errors
    /// The rest of a sentence that begins with the key.
    pub fn read_text(&self, key: &str, inside: &[String], text: &str) -> Result<Value, String> {
        let nothing = Value::Null;
        let mut schema = &self.document["properties"][key];
        for member in inside {
            let members = member_of(&self.document, schema, "properties").unwrap_or(&nothing);
            schema = &members[member.as_str()];
        }
        let member = |name: &str| member_of(&self.document, schema, name).unwrap_or(&nothing);
        read_text(member("enum"), member("type"), text)
    }
}

fn read_text(options: &Value, kind: &Value, text: &str) -> Result<Value, String> {
    if let Some(option) = options.as_array().into_iter().flatten().find(|option| plain(option) == text) {
        return Ok(option.clone());
    }
    let kinds: Vec<&str> = match kind {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let shown = printable(text).into_owned();
    let json: Option<Value> = serde_json::from_str(text).ok();
    let of_kind = |kind: &str| json.clone().filter(|value| is_of(value, kind));
    match kinds[..] {
        [] => Ok(of_kind("object").or_else(|| of_kind("array")).unwrap_or_else(|| text.into())),
        ["string"] => Ok(text.into()),
        ["integer"] => of_kind("integer").ok_or(format!("`{shown}` is not a whole number")),
        ["number"] => of_kind("number").ok_or(format!("`{shown}` is not a number")),
        ["boolean"] => of_kind("boolean").ok_or(format!("`{shown}` is neither `true` nor `false`")),
        ["array"] => of_kind("array").ok_or(format!("`{shown}` is not a JSON array")),
        ["object"] => of_kind("object").ok_or(format!("`{shown}` is not a JSON object")),
        _ => kinds
            .iter()
            .filter(|kind| **kind != "string")
            .find_map(|kind| of_kind(kind))
            .or_else(|| kinds.contains(&"string").then(|| text.into()))
            .ok_or(format!("`{shown}` is none of {}", kinds.join(", "))),
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn kind(document: &Value, property: &Value) -> Kind {
    let member = |schema, name: &str| member_of(document, schema, name);
    if let Some(options) = member(property, "enum").and_then(Value::as_array) {
        return Kind::Select(options.clone());
    }
    match member(property, "type").and_then(Value::as_str) {
        Some("string") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Confirm,
        Some("array") => {
            match member(property, "items").and_then(|items| member(items, "enum")).and_then(Value::as_array) {
                Some(options) => Kind::MultiSelect(options.clone()),
                None => Kind::Json,
            }
        }
        _ => Kind::Json,
    }
}

/// How many references are followed, one after the other.
const REFERENCES: usize = 16;

/// A member of a schema, or of what it refers to: what stands beside a `$ref` comes first.
fn member_of<'a>(document: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let mut schema = schema;
    for _ in 0..REFERENCES {
        if let Some(member) = schema.get(name) {
            return Some(member);
        }
        let reference = schema.get("$ref")?.as_str()?;
        schema = document.pointer(reference.strip_prefix('#')?)?;
    }
    None
}

/// Whether a schema, or anything in it or that it refers to, is `writeOnly`.
fn asks_for_secret(document: &Value, schema: &Value) -> bool {
    let mut due = vec![schema];
    // Each is looked at once, however many refer to it: the schema may be anyone's, and nobody has looked at it yet.
    let mut seen = BTreeSet::new();
    while let Some(value) = due.pop() {
        if !seen.insert(std::ptr::from_ref(value)) {
            continue;
        }
        match value {
            Value::Object(members) => {
                if members.get("writeOnly") == Some(&Value::Bool(true)) {
                    return true;
                }
                let reference = members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
                due.extend(reference.and_then(|pointer| document.pointer(pointer)));
                // What follows are values, not schemas.
                let parts = members
                    .iter()
                    .filter(|(name, _)| !["default", "const", "enum", "examples"].contains(&name.as_str()));
                due.extend(parts.map(|(_, part)| part));
            }
            Value::Array(parts) => due.extend(parts),
            _ => {}
        }
    }
    false
}

/// A part of the document as a schema of its own, with the definitions that it may refer to.
fn with_definitions(document: &Value, part: &Value) -> Value {
    match (part, document.get("$defs")) {
        (Value::Object(members), Some(definitions)) => {
            let mut members = members.clone();
            members.insert("$defs".to_owned(), definitions.clone());
            Value::Object(members)
        }
        _ => part.clone(),
    }
}

/// Keys are typed on command lines and stand in TOML without quotes.
fn is_key(key: &str) -> bool {
    let mut characters = key.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && key.len() <= 64
}
