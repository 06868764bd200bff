//! What holds of every document.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

/// Texts that some reader of some format could take for something else.
fn word() -> impl Strategy<Value = String> {
    let awkward = [
        "",
        " ",
        "a b",
        "yes",
        "null",
        "~",
        "1",
        "1.0",
        "0x1",
        "- a",
        "# no",
        "a # b",
        "a: b",
        "a:",
        "[x]",
        "{y}",
        "'q'",
        "\"d\"",
        "\\",
        "line\nbreak",
        "two\n\nlines\n",
        "\n",
        "tail\n\n",
        " lead\nmore",
        "\ttab",
        "ü€",
        "\u{85}",
        "*a",
        "&a",
        "!t",
        "%d",
        "@x",
        "`b",
        "|",
        ">",
        "a,b",
        "<<",
        "=",
        "---",
        "...",
        "? k",
        "2026-01-01",
        "x\u{7f}",
    ];
    prop_oneof![3 => "[a-d]{1,2}", 2 => prop::sample::select(awkward.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6f64..1e6).prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::Array), object(inner).prop_map(Value::Object)]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    btree_map(word(), inner, 0..4).prop_map(|members| members.into_iter().collect())
}

fn document() -> impl Strategy<Value = Value> {
    object(value()).prop_map(Value::Object)
}

/// A text that says `value`: what the format's writer makes of nothing.
fn text_of(format: Format, value: &Value) -> String {
    let nothing = match format {
        Format::Json => "{}",
        Format::Toml | Format::Yaml | Format::Dotenv => "",
    };
    let text = format.write(&[nothing], &json!({}), value).unwrap();
    assert_eq!(&format.read(&text).unwrap(), value, "written as:\n{text}");
    text
}

/// JSON whose characters YAML takes too.
fn escaped(json: &str) -> String {
    let odd = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'));
    json.chars().map(|c| if odd(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// A text with comments and blank lines where the format bears them; its value is the same.
fn commented(format: Format, text: &str) -> String {
    match format {
        Format::Toml => format!("# first\n\n{text}\n# last\n"),
        Format::Yaml => format!("# first\n\n{text}# last\n"),
        Format::Json | Format::Dotenv => text.to_owned(),
    }
}

fn policy() -> impl Strategy<Value = ListPolicy> {
    prop_oneof![
        Just(ListPolicy::Unite),
        Just(ListPolicy::Sorted),
        Just(ListPolicy::Replace),
        Just(ListPolicy::ByKey("a".to_owned())),
    ]
}

/// Rules that reach the lists of three levels.
fn rules_of(policy: &ListPolicy) -> Vec<ListRule> {
    ["/*", "/*/*", "/*/*/*"].iter().map(|pointer| rule(pointer, policy.clone())).collect()
}

fn check(format: Format, base: &Value, fragment: &Value, weak: bool, policy: &ListPolicy) {
    check_texts(format, &commented(format, &text_of(format, base)), &text_of(format, fragment), weak, policy);
}

fn check_texts(format: Format, first: &str, second: &str, weak: bool, policy: &ListPolicy) {
    let lists = rules_of(policy);
    let read = |text: &str| format.read(text).unwrap();
    let layers =
        [Layer { value: read(first), weak, lists: &[] }, Layer { value: read(second), weak: !weak, lists: &lists }];
    // One layer is weak, so only rules and kinds of lists could clash, and they do not differ.
    let expected = merge_layers(&layers).unwrap();
    let fragments = [Fragment { text: first, weak, lists: &[] }, Fragment { text: second, weak: !weak, lists: &lists }];
    let text = match merge(format, &fragments) {
        Ok(text) => text,
        Err(errors) => panic!("{errors:?}\n{first}\n-- and\n{second}\n-- to {expected}"),
    };
    assert_eq!(read(&text), expected);
    let keeps = |comment: &str| !first.contains(comment) || text.contains(comment);
    assert!(keeps("# first") && keeps("# last"), "{text}");
    // Merging what is merged changes nothing.
    let again = [Fragment { text: &text, ..fragments[0] }, fragments[1]];
    assert_eq!(merge(format, &again).unwrap(), text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_says_what_the_model_says(a in document(), b in document(), weak: bool, policy in policy()) {
        check(Format::Json, &a, &b, weak, &policy);
    }

    #[test]
    fn toml_says_what_the_model_says(a in document(), b in document(), weak: bool, policy in policy()) {
        check(Format::Toml, &a, &b, weak, &policy);
    }

    #[test]
    fn yaml_says_what_the_model_says(a in document(), b in document(), weak: bool, policy in policy()) {
        check(Format::Yaml, &a, &b, weak, &policy);
    }

    /// JSON is YAML, in its other style.
    #[test]
    fn yaml_in_flow_style_says_it_too(a in document(), b in document(), weak: bool, policy in policy()) {
        let flow = |value: &Value| escaped(&text_of(Format::Json, value));
        let block = |value: &Value| text_of(Format::Yaml, value);
        let first = commented(Format::Yaml, &flow(&a));
        check_texts(Format::Yaml, &first, &flow(&b), weak, &policy);
        check_texts(Format::Yaml, &first, &block(&b), weak, &policy);
        check_texts(Format::Yaml, &commented(Format::Yaml, &block(&a)), &flow(&b), weak, &policy);
    }
}
