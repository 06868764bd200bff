//! What the user settled.

use serde_json::{Value, json};

use super::*;
use crate::model::{ListPolicy, ListRule};

type Packs = [(Instance, Vec<Contribution>)];

fn settlements(all: &[(&str, Value)]) -> Settlements {
    Settlements::parse(&all.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()).unwrap()
}

/// The text of `path` once that is settled.
fn settled_text(path: &str, packs: &Packs, all: &[(&str, Value)]) -> String {
    let tree = settled(packs, &settlements(all)).unwrap_or_else(|reports| panic!("{reports:#?}"));
    text_of(&tree, path).to_owned()
}

/// What is said of it, code and message.
fn said(packs: &Packs, all: &[(&str, Value)]) -> Vec<(&'static str, String)> {
    let reports = settled(packs, &settlements(all)).unwrap_err();
    reports.into_iter().map(|report| (report.code, report.message)).collect()
}

fn owner(name: &str) -> Value {
    json!({ "owner": name })
}

#[test]
fn a_file_is_its_chosen_owners() {
    let packs = [
        pack("a", vec![file("f", "a\n"), lines("f", &["l"])]),
        pack("b", vec![file_with("f", "b\n", |file| file.executable = true)]),
        pack("c", vec![file("f", "b\n")]),
    ];
    let tree = settled(&packs, &settlements(&[("f", owner("b"))])).unwrap();
    assert_eq!((text_of(&tree, "f"), file_of(&tree, "f").executable), ("b\nl\n", true));
    let origins: Vec<&str> = file_of(&tree, "f").origins.iter().map(|origin| origin.instance.as_str()).collect();
    assert_eq!(origins, ["b", "a"], "`c` has no share any more");
    let nobody = said(&packs, &[("f", owner("d"))]);
    assert_eq!(nobody, [("settlement-owner", "the settlement of `f` names `d`, which has no say there".to_owned())]);
}

#[test]
fn a_pack_that_contradicts_itself_can_not_be_chosen() {
    let packs = [pack("a", vec![file("f", "1"), file("f", "2")]), pack("b", vec![file("f", "3")])];
    assert_eq!(said(&packs, &[("f", owner("a"))])[0].0, "file-conflict");
    assert_eq!(settled_text("f", &packs, &[("f", owner("b"))]), "3");
}

#[test]
fn a_place_gets_a_value_or_an_owner_whatever_comes_later() {
    let packs = [
        pack("a", vec![merge("f", "json", r#"{"x": {"y": 1}}"#)]),
        pack("b", vec![merge("f", "json", r#"{"x": {"y": 2}}"#)]),
        pack("c", vec![merge("f", "json", r#"{"x": {"y": 3}}"#)]),
        pack("d", vec![merge("f", "json", r#"{"z": 0}"#)]),
    ];
    let value = |all: &[(&str, Value)]| -> Value { serde_json::from_str(&settled_text("f", &packs, all)).unwrap() };
    for (choice, y) in [
        (owner("a"), json!(1)),
        (owner("b"), json!(2)),
        (owner("c"), json!(3)),
        (json!(4), json!(4)),
        (json!({ "deep": [1] }), json!({ "deep": [1] })),
    ] {
        assert_eq!(value(&[("f#/x/y", choice)])["x"]["y"], y);
    }
    let packs_with_parts = [
        pack("a", vec![merge("f", "json", r#"{"x": {"p": 1}}"#)]),
        pack("b", vec![merge("f", "json", r#"{"x": 1}"#)]),
        pack("c", vec![merge("f", "json", r#"{"x": {"q": 2}}"#)]),
    ];
    let settled = settled_text("f", &packs_with_parts, &[("f#/x", json!({ "r": 3 }))]);
    assert_eq!(serde_json::from_str::<Value>(&settled).unwrap(), json!({ "x": { "r": 3 } }));
    assert_eq!(said(&packs, &[("f#/x/y", owner("d"))])[0].0, "settlement-owner");
    assert_eq!(said(&packs, &[("f#/x/y", owner("e"))])[0].0, "settlement-owner");
}

#[test]
fn kinds_that_differ_and_the_whole_document_can_be_settled() {
    let packs = [pack("a", vec![merge("f", "yaml", "x: [1]\n")]), pack("b", vec![merge("f", "yaml", "x: {y: 1}\n")])];
    assert_eq!(settled_text("f", &packs, &[("f#/x", owner("a"))]), "x: [1]\n");
    assert_eq!(settled_text("f", &packs, &[("f#/x", json!(true))]), "x: true\n");
    let packs = [pack("a", vec![merge("f", "json", "[1]")]), pack("b", vec![merge("f", "json", "{}")])];
    assert_eq!(settled_text("f", &packs, &[("f#", owner("b"))]), "{}\n");
}

#[test]
fn rules_for_a_list_can_be_settled() {
    let with = |policy, text: &str| {
        merge_with("f", "json", text, |merge| merge.lists = vec![ListRule { pointer: "/l".to_owned(), policy }])
    };
    let packs = [
        pack("a", vec![with(ListPolicy::Append, r#"{"l": [2]}"#)]),
        pack("b", vec![with(ListPolicy::Sorted, r#"{"l": [2, 1]}"#)]),
    ];
    let list = |choice| -> Value {
        let value: Value = serde_json::from_str(&settled_text("f", &packs, &[("f#/l", choice)])).unwrap();
        value["l"].clone()
    };
    assert_eq!(list(owner("a")), json!([2, 2, 1]));
    assert_eq!(list(owner("b")), json!([1, 2]));
    assert_eq!(list(json!([])), json!([]));
}

#[test]
fn lines_of_one_key_can_be_settled() {
    let packs = [
        pack("a", vec![lines(".env", &["A=1", "B=1"])]),
        pack("b", vec![lines(".env", &["A=2"])]),
        pack("c", vec![lines(".env", &["A=3"])]),
    ];
    let of = |choice| settled_text(".env", &packs, &[(".env#/A", choice)]);
    assert_eq!(of(owner("a")), "# a\nA=1\nB=1\n");
    assert_eq!(of(owner("c")), "# a\nA=3\nB=1\n");
    assert_eq!(of(json!("two words")), "# a\nA=two words\nB=1\n");
    assert_eq!(of(json!(9)), "# a\nA=9\nB=1\n");
    let packs = [pack("o", vec![file(".env", "A=0\n# end\n")]), pack("b", vec![lines(".env", &["A=2"])])];
    assert_eq!(settled_text(".env", &packs, &[(".env#/A", owner("b"))]), "A=2\n# end\n");
    let packs = [pack("o", vec![file(".env", "A=0\n")]), pack("b", vec![merge(".env", "dotenv", "A=2\n")])];
    assert_eq!(settled_text(".env", &packs, &[(".env#/A", json!("x # y"))]), "A=\"x # y\"\n");
}

#[test]
fn a_settlement_that_settles_nothing_is_stale() {
    let packs = [
        pack("a", vec![file("same", "x"), merge("f", "json", r#"{"x": 1}"#), lines(".env", &["A=1"])]),
        pack("b", vec![file("same", "x"), merge("f", "json", r#"{"x": 1}"#), lines(".env", &["A=1"])]),
    ];
    let stale = |key: &str| format!("the settlement of `{key}` settles nothing: the packs do not disagree there");
    for (key, value) in [
        ("same", owner("a")),
        ("gone", owner("a")),
        ("same#/x", json!(1)),
        ("f#/x", json!(1)),
        ("f#/y", json!(1)),
        (".env#/A", json!(1)),
    ] {
        assert_eq!(said(&packs, &[(key, value)]), [("settlement-stale", stale(key))]);
    }
}

#[test]
fn dotenv_lines_are_whoever_brought_them() {
    let packs = [
        pack("a", vec![merge(".env", "dotenv", "A=1\n")]),
        pack("b", vec![merge(".env", "dotenv", "B=2\n")]),
        pack("c", vec![lines(".env", &["B=3"])]),
    ];
    let report = problem(&packs);
    assert_eq!(report.details, ["`b` 1.0.0: B=2", "`c` 1.0.0: B=3"]);
    assert_eq!(settled_text(".env", &packs, &[(".env#/B", owner("c"))]), "A=1\nB=3\n");
    assert_eq!(settled_text(".env", &packs, &[(".env#/B", owner("b"))]), "A=1\nB=2\n");
    let nobody = said(&packs, &[(".env#/B", owner("d"))]);
    assert_eq!(
        nobody,
        [("settlement-owner", "the settlement of `.env#/B` names `d`, which has no say there".to_owned())]
    );
    assert_eq!(said(&packs, &[(".env#/B", json!([1]))])[0].0, "settlement-invalid");
}
