#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;

fn problems(schema: Value, value: Value) -> Vec<(String, String)> {
    let schema = Schema::compile(&schema).unwrap();
    schema.problems(&value).into_iter().map(|problem| (problem.pointer, problem.message)).collect()
}

fn refused(schema: Value) -> SchemaErrorKind {
    Schema::compile(&schema).unwrap_err().kind
}

#[test]
fn problems_are_read_by_people() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name", "port"],
        "additionalProperties": false,
        "properties": {
            "name": {"$ref": "#/$defs/name"},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "auth": {"enum": ["jwt", "none", 3]},
            "tags": {"type": "array", "maxItems": 1, "uniqueItems": true},
            "size": {"type": ["integer", "null"]},
            "fixed": {"const": true},
        },
        "$defs": {"name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3}},
    });
    let value =
        json!({"name": "A\u{1b}[2J", "auth": "jws", "tags": [1, 1], "size": "8o", "fixed": 1, "x": 0, "port": "8o"});
    let got = problems(schema.clone(), value);
    let want = [
        ("/auth", "must be one of `jwt`, `none`, `3`"),
        ("/fixed", "must be `true`"),
        ("/name", "`A\u{fffd}[2J` does not match the pattern `^[a-z]+$`"),
        ("/name", "`A\u{fffd}[2J` is too long: it may have 3 characters"),
        ("/port", "`8o` is not an integer"),
        ("/size", "`8o` is neither null nor an integer"),
        ("/tags", "may have 1 items"),
        ("/tags", "must not have an item twice"),
        ("/x", "is not known"),
    ];
    assert_eq!(got, want.map(|(pointer, message)| (pointer.to_owned(), message.to_owned())));
    assert_eq!(
        problems(schema.clone(), json!({})),
        [("/name".into(), "is missing".into()), ("/port".into(), "is missing".into())]
    );
    assert_eq!(
        problems(schema, json!({"name": "abc", "port": 0})),
        [("/port".into(), "`0` is too small: it must be at least 1".into())]
    );
}

#[test]
fn nothing_leads_out_of_a_schema() {
    for target in [
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "https://json-schema.org/draft/2020-12/schema",
        "other.json",
        "//host/x",
        "#name",
        "#%2Fx",
    ] {
        assert_eq!(refused(json!({"properties": {"a": {"$ref": target}}})), SchemaErrorKind::External, "{target}");
        assert_eq!(
            refused(json!({"$defs": {"a": {"prefixItems": [{"$ref": target}]}}})),
            SchemaErrorKind::External,
            "{target}"
        );
        assert_eq!(refused(json!({"allOf": [{"$dynamicRef": target}]})), SchemaErrorKind::External, "{target}");
    }
    assert_eq!(refused(json!({"$schema": "http://json-schema.org/draft-07/schema#"})), SchemaErrorKind::External);
    assert_eq!(refused(json!({"$schema": "file:///etc/passwd"})), SchemaErrorKind::External);
    assert_eq!(refused(json!({"properties": {"a": {"$id": "https://x.example/"}}})), SchemaErrorKind::External);
    assert_eq!(refused(json!({"$ref": "#/$defs/gone"})), SchemaErrorKind::Invalid);
    assert!(Schema::compile(&json!({"$id": "https://x.example/s", "$ref": "#/$defs/a", "$defs": {"a": {}}})).is_ok());
    // A property or a constant that is merely called so.
    assert!(
        Schema::compile(&json!({"properties": {"$ref": {"type": "string"}}, "const": {"$ref": "http://x"}})).is_ok()
    );
}

#[test]
fn schemas_have_an_end() {
    let doubled = (0..40).map(|n| {
        (
            format!("d{n}"),
            json!({"allOf": [{"$ref": format!("#/$defs/d{}", n + 1)}, {"$ref": format!("#/$defs/d{}", n + 1)}]}),
        )
    });
    let mut definitions: serde_json::Map<_, _> = doubled.collect();
    definitions.insert("d40".into(), json!({"type": "string"}));
    let mut deep = json!({});
    for _ in 0..200 {
        deep = json!({"not": deep});
    }
    for endless in [
        json!({"$ref": "#"}),
        json!({"properties": {"a": {"$ref": "#"}}}),
        json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
        json!({"$ref": "#/$defs/d0", "$defs": definitions}),
        deep,
        json!({"enum": (0..30_000).collect::<Vec<_>>()}),
        json!({"pattern": "a".repeat(20_000)}),
    ] {
        assert_eq!(refused(endless), SchemaErrorKind::Limit);
    }
}

#[test]
fn patterns_neither_backtrack_nor_swell() {
    let schema = Schema::compile(&json!({"pattern": "^(a+)+$"})).unwrap();
    assert!(!schema.accepts(&json!(format!("{}!", "a".repeat(50_000)))));
    for pattern in ["(?=a)b", r"(a)\1", "((a{100}){100}){100}", "(", r"\p{L}{9999}{9999}"] {
        assert_eq!(refused(json!({"pattern": pattern})), SchemaErrorKind::Invalid, "{pattern}");
    }
}

#[test]
fn large_values_are_refused_in_time() {
    let unique = Schema::compile(&json!({"uniqueItems": true})).unwrap();
    assert!(unique.accepts(&json!((0..20_000).map(|n| json!({"n": n})).collect::<Vec<_>>())));
    let costly =
        Schema::compile(&json!({"items": {"enum": (0..10_000).map(|n| json!({"n": n})).collect::<Vec<_>>()[..6_000]}}));
    let value = json!((0..50_000).collect::<Vec<_>>());
    assert_eq!(costly.unwrap().problems(&value)[0].message, "is too large to be checked");
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!([deep]);
    }
    assert!(!Schema::compile(&json!({})).unwrap().accepts(&deep));
    let many = problems(json!({"items": {"type": "string"}}), json!((0..1000).collect::<Vec<_>>()));
    assert_eq!(many.len(), limits::PROBLEMS);
}

#[test]
fn what_is_no_schema_is_refused() {
    for wrong in [
        json!({"type": "strin"}),
        json!({"minimum": "1"}),
        json!({"properties": []}),
        json!({"pattern": 1}),
        json!("x"),
    ] {
        assert_eq!(refused(wrong), SchemaErrorKind::Invalid);
    }
}
