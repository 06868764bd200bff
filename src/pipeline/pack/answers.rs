//! The sets of answers that a pack is checked with.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::authoring::combinations;
use crate::model::JsonObject;
use crate::project::{Kind, Question, Questions, plain};

/// Sets of answers: those to choices in combination, those without a default by an example.
pub(super) fn sets(questions: &Questions) -> Vec<JsonObject> {
    let choices: Vec<(&Question, Vec<Value>)> =
        questions.list.iter().filter_map(|question| Some((question, question.choices()?))).collect();
    let sizes: Vec<usize> = choices.iter().map(|(_, choices)| choices.len()).collect();
    let set = |combination: Vec<usize>| {
        let chosen: BTreeMap<&str, &Value> = choices
            .iter()
            .zip(combination)
            .filter_map(|((question, choices), choice)| Some((question.key.as_str(), choices.get(choice)?)))
            .collect();
        answered(questions, &chosen)
    };
    let mut sets: Vec<JsonObject> = Vec::new();
    // Combinations that differ only in questions that are not asked are one.
    for set in combinations(&sizes).into_iter().map(set) {
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    sets
}

/// The answers to give, where these are chosen.
fn answered(questions: &Questions, chosen: &BTreeMap<&str, &Value>) -> JsonObject {
    let mut answers = JsonObject::new();
    let mut known = JsonObject::new();
    for question in &questions.list {
        let is_asked =
            question.when.as_ref().is_none_or(|when| when.problems(&Value::Object(known.clone())).is_empty());
        if !is_asked {
            continue;
        }
        let has_default = question.default.is_some() || question.computed_default.is_some();
        let given = match chosen.get(question.key.as_str()) {
            Some(value) => Some((*value).clone()),
            None if has_default || !question.required => None,
            None => Some(example(questions, question)),
        };
        if let Some(value) = given.clone().or_else(|| question.default.clone()) {
            known.insert(question.key.clone(), value);
        }
        answers.extend(given.map(|value| (question.key.clone(), value)));
    }
    answers
}

/// An answer to a question that has no default: the first of its `examples`, or a plain one of its type.
fn example(questions: &Questions, question: &Question) -> Value {
    questions.example(&question.key).unwrap_or_else(|| match &question.kind {
        Kind::Integer | Kind::Number => 1.into(),
        Kind::MultiSelect(options) => options.iter().take(1).cloned().collect(),
        Kind::Json => json!({}),
        _ => "sample".into(),
    })
}

/// Answers as they are typed, in one line; none where there are none.
pub(super) fn line(answers: &JsonObject) -> Option<String> {
    let given: Vec<String> = answers.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
    (!given.is_empty()).then(|| format!("with `{}`", given.join("`, `")))
}
