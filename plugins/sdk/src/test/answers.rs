//! Answers as the host hands them over: with defaults, and without what is not asked.

use serde_json::{Map, Value, json};
use std::panic;

use super::{jinja, parse};
use crate::prelude::*;
use crate::{Context, Pack, Project};

/// These answers, and the defaults of the others that are asked.
pub(super) fn complete<P: Pack>(project: &Project, given: &Value) -> Value {
    let questions = parse("questions", &P::manifest().questions);
    let properties = questions["properties"].as_object().cloned().unwrap_or_default();
    if let Some(unknown) = given.as_object().into_iter().flat_map(Map::keys).find(|key| !properties.contains_key(*key))
    {
        panic!("the pack does not ask for `{unknown}`");
    }
    let mut answers = Map::new();
    for (key, question) in &properties {
        let so_far = Value::Object(answers.clone());
        if question.get("x-when").is_some_and(|when| !holds(when, &so_far)) {
            assert!(given.get(key).is_none(), "`{key}` is not asked with the answers before it");
            continue;
        }
        let answer = given.get(key).cloned().or_else(|| computed(question, project, &so_far));
        answers.extend(answer.or_else(|| question.get("default").cloned()).map(|answer| (key.clone(), answer)));
    }
    Value::Object(answers)
}

fn computed(question: &Value, project: &Project, answers: &Value) -> Option<Value> {
    let template = question["x-default"].as_str()?;
    let values = json!({ "project": { "name": project.name, "year": project.year }, "answers": answers });
    let text = jinja::interpolate(template, &values.to_string())
        .unwrap_or_else(|failure| panic!("`{template}`: {}", failure.message));
    // As the host reads what is typed: text where text is asked for.
    Some(match question["type"].as_str() {
        Some("string") | None => Value::String(text),
        Some(_) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    })
}

/// Whether a condition holds, as far as the keywords go with which conditions are written.
fn holds(schema: &Value, value: &Value) -> bool {
    let keywords = match schema {
        Value::Object(keywords) => keywords,
        other => return *other == Value::Bool(true),
    };
    let each = |list: &Value| list.as_array().cloned().unwrap_or_default();
    keywords.iter().all(|(keyword, what)| match keyword.as_str() {
        "const" => what == value,
        "enum" => each(what).contains(value),
        "not" => !holds(what, value),
        "allOf" => each(what).iter().all(|schema| holds(schema, value)),
        "anyOf" => each(what).iter().any(|schema| holds(schema, value)),
        "required" => each(what).iter().filter_map(Value::as_str).all(|key| value.get(key).is_some()),
        "contains" => value.as_array().is_none_or(|elements| elements.iter().any(|element| holds(what, element))),
        "properties" => what.as_object().into_iter().flatten().all(|(key, schema)| match value.get(key) {
            Some(value) => holds(schema, value),
            None => true,
        }),
        other => panic!("the test kit does not know `{other}` in a condition: give the answers to `test::context`"),
    })
}

/// The context of a project in which the pack is used once.
pub(super) fn context(answers: &Value) -> Context {
    assert!(answers.is_object(), "answers are an object, not {answers}");
    Context { project: project(), instance: "pack".to_owned(), answers: answers.to_string() }
}

pub(super) fn project() -> Project {
    Project { name: "shop".to_owned(), year: 2026 }
}
