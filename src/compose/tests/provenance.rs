//! Where lines and places come from.

use super::*;
use crate::model::{ListPolicy, ListRule};

/// Explains `path` of packs, and asserts that it is what they compose to.
fn explained(path: &str, packs: &[(Instance, Vec<Contribution>)], settlements: &Settlements) -> Provenance {
    let outputs: Vec<Output> = packs.iter().map(|(_, contributions)| output(contributions.clone())).collect();
    let texts = texts_of(&outputs);
    let shares = shares_of(packs, &outputs, &texts);
    let at = ProjectPath::parse(path).unwrap();
    let provenance = explain(&shares, settlements, &at).unwrap().unwrap();
    let tree = settled(packs, settlements).unwrap();
    assert_eq!(provenance.text.as_deref(), Some(text_of(&tree, path)));
    assert_eq!(provenance.lines.len(), text_of(&tree, path).lines().count());
    provenance
}

/// Every line with the instances that it is from; `user` where that was settled.
fn lines_of(provenance: &Provenance) -> String {
    let who = |attribution: &Attribution| {
        attribution.party.as_ref().map_or("user".to_owned(), |party| party.instance.to_string())
    };
    let text = provenance.text.as_deref().unwrap_or_default();
    let line = |(line, from): (&str, &Vec<Attribution>)| {
        let from: Vec<String> = from.iter().map(who).collect();
        format!("{:<6}| {line}\n", from.join(" "))
    };
    text.lines().zip(&provenance.lines).map(line).collect()
}

fn lines(path: &str, packs: &[(Instance, Vec<Contribution>)]) -> String {
    lines_of(&explained(path, packs, &Settlements::default()))
}

#[test]
fn yaml_is_told_by_keys_elements_comments_and_blocks() {
    let a = "# head\nservices:\n  web: # why\n    image: web\n    ports: [80]\nscript: |\n  # no comment\n  two\n";
    let b = "services:\n  # the database\n  db:\n    image: pg\n  web:\n    ports: [81]\nlast: &x 1\nagain: *x\n";
    let expected = "\
a     | # head
a     | services:
a     |   web: # why
a     |     image: web
a b   |     ports: [80, 81]
b     |   # the database
b     |   db:
b     |     image: pg
a     | script: |
a     |   # no comment
a     |   two
b     | last: 1
b     | again: 1
";
    assert_eq!(
        lines("c.yaml", &[pack("a", vec![file("c.yaml", a)]), pack("b", vec![merge("c.yaml", "yaml", b)])]),
        expected
    );
}

#[test]
fn toml_is_told_by_keys_headers_and_tables() {
    let a = "[project]\nname = \"x\"\ndependencies = [\n    \"one\",\n]\n\n[[tool.index]]\nurl = 1\n";
    let b = "[project]\ndependencies = [\"two\"]\nscripts.run = \"b\"\n\n# strict\n[tool.mypy]\nstrict = true\n\n[[tool.index]]\nurl = 2\n";
    let made = lines("p.toml", &[pack("a", vec![file("p.toml", a)]), pack("b", vec![merge("p.toml", "toml", b)])]);
    for line in [
        "a     | [project]",
        "a     |     \"one\",",
        "b     |     \"two\",",
        "b     | scripts.run = \"b\"",
        "a     | url = 1",
        "b     | # strict",
        "b     | [tool.mypy]",
        "b     | strict = true",
        "b     | url = 2",
    ] {
        assert!(made.contains(&format!("{line}\n")), "{line}\n{made}");
    }
}

#[test]
fn dotenv_and_lines_are_told_by_who_asked_first() {
    let packs = [
        pack("a", vec![file(".env", "A=1\n")]),
        pack("b", vec![merge(".env", "dotenv", "# why\nB=2\n")]),
        pack("c", vec![super::lines(".env", &["A=1", "C=3"])]),
        pack("d", vec![super::lines(".env", &["C=3", "D=4"])]),
    ];
    let expected = "a     | A=1\nb     | # why\nb     | B=2\n      | \nc     | # c\nc     | C=3\n      | \nd     | # d\nd     | D=4\n";
    assert_eq!(lines(".env", &packs), expected);
}

#[test]
fn fills_are_told_below_what_merges_make_of_them() {
    let open = file_with("c.json", "{\n  \"a\": 1,\n  // slot\n  \"z\": [0]\n}\n", |file| {
        file.slots = vec![opening("s", "// slot")]
    });
    let packs = [
        pack("a", vec![open]),
        pack("b", vec![fill("c.json", "s", "\"b\": 2,", 0)]),
        pack("c", vec![merge("c.json", "json", "{\"z\": [1]}")]),
    ];
    let expected = "a     | {\na     |   \"a\": 1,\nb     |   \"b\": 2,\na c   |   \"z\": [0, 1]\na     | }\n";
    assert_eq!(lines("c.json", &packs), expected);
}

#[test]
fn places_are_told_after_lists_were_sorted_and_joined_by_key() {
    let with = |policy, text: &str| {
        merge_with("c.json", "json", text, |merge| merge.lists = vec![ListRule { pointer: "/l".to_owned(), policy }])
    };
    let of = |provenance: &Provenance, pointer: &str| {
        provenance.places[pointer]
            .attribution
            .party
            .as_ref()
            .map(|party| party.instance.to_string())
            .unwrap_or_default()
    };
    let sorted = [
        pack("a", vec![with(ListPolicy::Sorted, "{\"l\": [3, 1]}")]),
        pack("b", vec![with(ListPolicy::Sorted, "{\"l\": [2]}")]),
    ];
    let provenance = explained("c.json", &sorted, &Settlements::default());
    assert_eq!(["/l/0", "/l/1", "/l/2"].map(|pointer| of(&provenance, pointer)), ["a", "b", "a"]);
    let by_key = || ListPolicy::ByKey("id".to_owned());
    let joined = [
        pack("a", vec![with(by_key(), "{\"l\": [{\"id\": 1, \"x~/\": 1}]}")]),
        pack("b", vec![with(by_key(), "{\"l\": [{\"id\": 2}, {\"id\": 1, \"y\": 2}]}")]),
    ];
    let provenance = explained("c.json", &joined, &Settlements::default());
    let pointers = ["/l/0", "/l/0/x~0~1", "/l/0/y", "/l/1/id"];
    assert_eq!(pointers.map(|pointer| of(&provenance, pointer)), ["a", "a", "b", "b"]);
}

#[test]
fn what_was_settled_is_the_users() {
    let packs = [
        pack("a", vec![super::lines(".env", &["A=1"]), merge("f", "toml", "x = 1\n")]),
        pack("b", vec![super::lines(".env", &["A=2"]), merge("f", "toml", "x = 2\n")]),
    ];
    let compose = [(".env#/A", 3), ("f#/x", 3)].map(|(key, value)| (key.to_owned(), value.into())).into();
    let settlements = Settlements::parse(&compose).unwrap();
    assert_eq!(lines_of(&explained(".env", &packs, &settlements)), "a     | # a\nuser  | A=3\n");
    assert_eq!(lines_of(&explained("f", &packs, &settlements)), "user  | x = 3\n");
}
