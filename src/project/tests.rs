//! Answering questions: dense rules, in tables.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::model::{Diagnose as _, JsonObject, Name, PackId, Project};

fn questions(schema: Value) -> Questions {
    parse(schema).unwrap()
}

fn parse(schema: Value) -> Result<Questions, QuestionsError> {
    let pack = PackId { name: "pack".parse().unwrap(), version: semver::Version::new(1, 0, 0) };
    Questions::parse(&pack, schema.as_object().unwrap())
}

fn answer(schema: Value, set: &[&str]) -> Result<JsonObject, Vec<String>> {
    let questions = questions(schema);
    let name: Name = "pack".parse().unwrap();
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let given = Given::read(&set, None).unwrap();
    let project = Project { name: "My Shop".to_owned(), year: 2026 };
    match answer_all(&[(&name, &questions)], &given, &Standing::default(), &project, Mode::Defaults) {
        Ok(mut all) => {
            Ok(all.answers.remove(&name).unwrap().into_iter().map(|(key, answer)| (key, answer.value)).collect())
        }
        Err(error) => Err(error.report().details),
    }
}

fn one(schema: Value, text: &str) -> Result<Value, String> {
    let schema = json!({ "properties": { "a": schema } });
    answer(schema, &[&format!("a={text}")]).map(|answers| answers["a"].clone()).map_err(|lines| lines.join("\n"))
}

#[test]
fn text_is_read_by_the_schemas_type() {
    for (schema, text, value) in [
        (json!({ "type": "string" }), "42", json!("42")),
        (json!({ "type": "integer" }), "42", json!(42)),
        (json!({ "type": "integer" }), "-7", json!(-7)),
        (json!({ "type": "number" }), "0.5", json!(0.5)),
        (json!({ "type": "boolean" }), "true", json!(true)),
        (json!({ "type": "array" }), "[1, 2]", json!([1, 2])),
        (json!({ "type": "object" }), r#"{"b": 1}"#, json!({ "b": 1 })),
        (json!({ "enum": [1, "two"] }), "1", json!(1)),
        (json!({ "enum": [1, "two"] }), "two", json!("two")),
        (json!({ "type": ["integer", "string"] }), "1", json!(1)),
        (json!({ "type": ["integer", "string"] }), "x=y", json!("x=y")),
        (json!({}), "plain", json!("plain")),
        (json!({ "type": "string" }), "", json!("")),
    ] {
        assert_eq!(one(schema.clone(), text).unwrap(), value, "{schema} {text}");
    }
    for (schema, text) in [
        (json!({ "type": "integer" }), "4.5"),
        (json!({ "type": "integer" }), "x"),
        (json!({ "type": "boolean" }), "yes"),
        (json!({ "type": "array" }), "1,2"),
        (json!({ "type": "string", "minLength": 2 }), "x"),
        (json!({ "enum": ["a"] }), "b"),
    ] {
        assert!(one(schema.clone(), text).is_err(), "{schema} {text}");
    }
}

#[test]
fn references_inside_of_the_document_are_followed() {
    let schema = json!({ "$defs": { "port": { "type": "integer", "maximum": 9 } }, "properties": { "a": { "$ref": "#/$defs/port" } } });
    assert_eq!(answer(schema.clone(), &["a=7"]).unwrap()["a"], 7);
    assert!(answer(schema, &["a=70"]).is_err());
}

#[test]
fn a_question_that_is_not_asked_has_no_answer_and_needs_none() {
    let schema = json!({
        "required": ["auth", "issuer"],
        "properties": {
            "auth": { "enum": ["jwt", "none"], "default": "jwt" },
            "issuer": { "type": "string", "x-when": { "properties": { "auth": { "const": "jwt" } } } }
        }
    });
    assert_eq!(answer(schema.clone(), &["auth=none"]).unwrap().len(), 1);
    assert_eq!(answer(schema.clone(), &[]).unwrap_err().len(), 1);
    assert_eq!(answer(schema, &["issuer=x"]).unwrap().len(), 2);
}

#[test]
fn defaults_may_be_made_of_the_project_and_of_answers() {
    let schema = json!({
        "properties": {
            "port": { "type": "integer", "default": 8000 },
            "admin": { "type": "integer", "x-default": "{{ port + 1 }}" },
            "host": { "type": "string", "x-default": "{{ project.name | kebab }}.example" }
        }
    });
    let answers = answer(schema, &["port=9000"]).unwrap();
    assert_eq!((&answers["admin"], &answers["host"]), (&json!(9001), &json!("my-shop.example")));
}

#[test]
fn members_are_reached_with_dots() {
    let schema = json!({
        "properties": { "a": { "type": "object", "properties": { "b": { "type": "object", "properties": { "c": { "type": "integer" } } } } } }
    });
    assert_eq!(answer(schema.clone(), &["a.b.c=1", "pack.a.d=x"]).unwrap()["a"], json!({ "b": { "c": 1 }, "d": "x" }));
    assert!(answer(schema, &["a.b.c=x"]).unwrap_err()[0].starts_with("`pack.a.b.c`"));
}

#[test]
fn what_stands_beside_a_reference_counts() {
    let schema = json!({
        "$defs": { "port": { "type": "integer" } },
        "required": ["a"],
        "properties": { "a": { "$ref": "#/$defs/port", "default": 8000 } }
    });
    assert_eq!(answer(schema.clone(), &[]).unwrap()["a"], 8000);
    assert!(answer(schema, &["a=x"]).unwrap_err()[0].contains("whole number"));
}

#[test]
fn a_condition_between_answers_is_not_asked_of_one_alone() {
    let schema = json!({
        "properties": { "kind": { "enum": ["a", "b"] }, "n": { "type": "integer" } },
        "if": { "properties": { "kind": { "const": "a" } } },
        "then": { "properties": { "n": { "maximum": 5 } } }
    });
    assert_eq!(answer(schema.clone(), &["kind=b", "n=9"]).unwrap()["n"], 9);
    assert!(answer(schema, &["kind=a", "n=9"]).is_err());
}

#[test]
fn a_default_that_is_wrong_is_the_packs_own() {
    let lines = answer(json!({ "properties": { "a": { "type": "integer", "default": "x" } } }), &[]).unwrap_err();
    assert!(lines[0].contains("the pack's own default is wrong"), "{lines:?}");
}

#[test]
fn unsound_questions_are_the_packs_fault() {
    for (schema, code) in [
        (json!({ "properties": { "a": { "type": "strong" } } }), "question-schema"),
        (json!({ "properties": { "a": { "$ref": "https://example.com/x" } } }), "question-schema"),
        (json!({ "properties": { "a": { "x-when": { "$ref": "file:///etc/passwd" } } } }), "question-schema"),
        (json!({ "properties": { "a b": {} } }), "question-schema"),
        (json!({ "properties": [] }), "question-schema"),
        (json!({ "type": "array" }), "question-schema"),
        (json!({ "properties": { "a": { "writeOnly": true } } }), "question-secret"),
        (
            json!({ "$defs": { "t": {} }, "properties": { "a": { "$ref": "#/$defs/t", "writeOnly": true } } }),
            "question-secret",
        ),
        (
            json!({ "properties": { "a": { "properties": { "b": { "allOf": [{ "writeOnly": true }] } } } } }),
            "question-secret",
        ),
        (
            json!({ "$defs": { "s": { "writeOnly": true } }, "properties": { "a": { "$ref": "#/$defs/s" } } }),
            "question-secret",
        ),
    ] {
        assert_eq!(parse(schema.clone()).unwrap_err().report().code, code, "{schema}");
    }
}

#[test]
fn what_can_not_be_set_is_said_at_once() {
    for wrong in ["port", "=1", "a..b=1"] {
        assert_eq!(Given::read(&[wrong.to_owned()], None).unwrap_err().report().code, "set-invalid", "{wrong}");
    }
}

/// However often they refer to each other: this would take for ever.
#[test]
fn definitions_are_looked_at_once() {
    let chain: serde_json::Map<String, Value> = (0..64)
        .map(|at| {
            let next = json!({ "$ref": format!("#/$defs/d{}", (at + 1) % 64) });
            (format!("d{at}"), json!({ "properties": { "a": next, "b": next, "c": next, "d": next } }))
        })
        .collect();
    let schema = json!({ "$defs": chain, "properties": { "a": { "$ref": "#/$defs/d0" } } });
    assert!(parse(schema).is_err());
}
