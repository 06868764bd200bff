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
        Format::Json | Format::Jsonc => "{}",
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
        Format::Jsonc => format!("// # first\n\n{text}\n/* # last */"),
        Format::Json | Format::Dotenv => text.to_owned(),
    }
}

/// Writes JSON in a layout that follows `choices`: in lines or not, at some indentation, and with comments and trailing
/// commas where the format bears them. Each comment is there once.
struct Dresser<'a> {
    commented: bool,
    unit: &'a str,
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    comments: usize,
}

impl<'a> Dresser<'a> {
    fn new(format: Format, choices: &'a [u8]) -> Self {
        let unit = ["  ", "\t", " ", "    "][usize::from(choices[0] % 4)];
        Self { commented: format == Format::Jsonc, unit, choices: choices.iter().cycle(), comments: 0 }
    }

    fn chance(&mut self) -> bool {
        self.choices.next().is_some_and(|choice| choice % 3 == 0)
    }

    fn comment(&mut self, before: &str, may_end_line: bool) -> String {
        if !self.commented || !self.chance() {
            return String::new();
        }
        self.comments += 1;
        let at = self.comments;
        if may_end_line && self.chance() { format!("{before}// <{at}>") } else { format!("{before}/* <{at}> */") }
    }

    fn dress(&mut self, value: &Value, depth: usize) -> String {
        let (open, close, parts): (_, _, Vec<String>) = match value {
            Value::Array(items) => ('[', ']', items.iter().map(|item| self.dress(item, depth + 1)).collect()),
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    format!("{}: {}", Value::from(name.as_str()), self.dress(value, depth + 1))
                };
                ('{', '}', members.iter().map(member).collect())
            }
            scalar => return scalar.to_string(),
        };
        let in_lines = !self.chance();
        let line = if in_lines { format!("\n{}", self.unit.repeat(depth + 1)) } else { String::new() };
        let mut out = format!("{open}{}", self.comment(" ", in_lines));
        let count = parts.len();
        for (at, part) in parts.into_iter().enumerate() {
            out.push_str(&self.comment(&line, in_lines));
            out.push_str(&format!("{line}{part}"));
            out.push_str(&self.comment(" ", false));
            if at + 1 < count || self.commented && self.chance() {
                out.push(',');
            }
            out.push_str(&self.comment(" ", in_lines));
        }
        out.push_str(&self.comment(&line, in_lines));
        let end = if in_lines { format!("\n{}", self.unit.repeat(depth)) } else { String::new() };
        format!("{out}{end}{close}")
    }
}

/// The comments of a dressed text.
fn comments_in(text: &str) -> Vec<&str> {
    text.match_indices("* <")
        .chain(text.match_indices("// <"))
        .filter_map(|(at, _)| text[at..].split_inclusive('>').next())
        .collect()
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
    if *policy == ListPolicy::Unite && !weak {
        // Then nothing of the first text goes.
        assert!(comments_in(first).iter().all(|comment| text.contains(comment)), "{first}\n-- to\n{text}");
    }
    let keeps = |comment: &str| !first.contains(comment) || text.contains(comment);
    assert!(keeps("# first") && keeps("# last"), "{text}");
    // Merging what is merged changes nothing.
    let again = [Fragment { text: &text, ..fragments[0] }, fragments[1]];
    assert_eq!(merge(format, &again).unwrap(), text);
}

/// A value in which the order of lists' elements does not tell.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_cached_key(node::canonical);
            items.dedup_by_key(|item| node::canonical(item));
            Value::Array(items)
        }
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), sorted(value))).collect(),
        scalar => scalar.clone(),
    }
}

/// Values by key, each with the quotes around it.
type Assignments = std::collections::BTreeMap<String, (String, &'static str)>;

fn assignments() -> impl Strategy<Value = Assignments> {
    btree_map("[A-F_]", ("[a-c #=.$]{0,4}", prop::sample::select(vec!["\"", "'"])), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_says_what_the_model_says(a in document(), b in document(), weak: bool, policy in policy()) {
        check(Format::Json, &a, &b, weak, &policy);
    }

    #[test]
    fn jsonc_says_what_the_model_says(a in document(), b in document(), weak: bool, policy in policy()) {
        check(Format::Jsonc, &a, &b, weak, &policy);
    }

    #[test]
    fn json_of_every_layout_says_it_too(
        (a, b) in (document(), document()), choices in vec(any::<u8>(), 1..40), weak: bool, policy in policy()
    ) {
        for format in [Format::Json, Format::Jsonc] {
            let mut dresser = Dresser::new(format, &choices);
            let texts = [dresser.dress(&a, 0), dresser.dress(&b, 0)];
            check_texts(format, &commented(format, &texts[0]), &texts[1], weak, &policy);
        }
    }

    #[test]
    fn three_texts_say_what_the_model_says(
        values in [document(), document(), document()], choices in vec(any::<u8>(), 1..40)
    ) {
        for format in [Format::Json, Format::Jsonc, Format::Toml, Format::Yaml] {
            let dressed = |value: &Value| match format {
                Format::Json | Format::Jsonc => Dresser::new(format, &choices).dress(value, 0),
                _ => text_of(format, value),
            };
            let texts: Vec<String> = values.iter().map(dressed).collect();
            let mut fragments: Vec<Fragment<'_>> = texts.iter().map(|text| weak(text)).collect();
            fragments[1].weak = false;
            let layers: Vec<Layer<'_>> = fragments
                .iter()
                .map(|one| Layer { value: format.read(one.text).unwrap(), weak: one.weak, lists: &[] })
                .collect();
            let text = merge(format, &fragments).unwrap();
            assert_eq!(format.read(&text).unwrap(), merge_layers(&layers).unwrap());
            fragments[0] = weak(&text);
            assert_eq!(merge(format, &fragments).unwrap(), text);
        }
    }

    /// A weak layer yields whether it comes first or last: only the order of members and elements tells.
    #[test]
    fn a_weak_layer_yields_wherever_it_stands(a in document(), b in document(), policy in policy()) {
        let lists = rules_of(&policy);
        let (weak, strong) = (
            Layer { value: a, weak: true, lists: &lists }, Layer { value: b, weak: false, lists: &lists }
        );
        let first = merge_layers(&[weak.clone(), strong.clone()]).unwrap();
        let last = merge_layers(&[strong, weak]).unwrap();
        assert_eq!(sorted(&first), sorted(&last));
    }

    #[test]
    fn dotenv_says_what_the_model_says(a in assignments(), b in assignments(), weak: bool) {
        let text = |values: &Assignments| {
            let line = |(key, (value, quote)): (&String, &(String, &str))| format!("# of {key}\n{key}={quote}{value}{quote}\n");
            values.iter().map(line).collect::<String>()
        };
        check_texts(Format::Dotenv, &format!("# first\n\n{}", text(&a)), &text(&b), weak, &ListPolicy::Unite);
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
        let flow = |value: &Value| format!("{}\n", escaped(&text_of(Format::Json, value)));
        let block = |value: &Value| text_of(Format::Yaml, value);
        let first = commented(Format::Yaml, &flow(&a));
        check_texts(Format::Yaml, &first, &flow(&b), weak, &policy);
        check_texts(Format::Yaml, &first, &block(&b), weak, &policy);
        check_texts(Format::Yaml, &commented(Format::Yaml, &block(&a)), &flow(&b), weak, &policy);
    }
}
