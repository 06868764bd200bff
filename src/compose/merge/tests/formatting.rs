//! What a merge leaves as it was, by example.

use super::*;

#[test]
fn what_changes_nothing_keeps_every_byte() {
    for (format, text, same) in [
        (Format::Json, "{ \"a\":1,\n \"b\" : [1,2] }", "{\"b\":[2]}"),
        (Format::Jsonc, "// top\n{ \"a\":1, // why\n \"b\" : [1,2,],}", "{\"b\":[2,],}"),
        (Format::Toml, "a=1 # why\n\n\n[t]\nx = 'y'", "t.x = \"y\""),
        (Format::Yaml, "# top\na:   1\nb: {c: [x,   y]}", "b: {c: [y]}"),
        (Format::Dotenv, "# top\n\nA=1\nB='x'", "B=x"),
    ] {
        assert_eq!(merged(format, &[strong(text), strong(same), weak(same)]), text);
    }
}

#[test]
fn toml_keeps_comments_and_takes_those_of_fragments() {
    let base = "\
# The project.
[project]
name = \"shop\" # as typed
dependencies = [
    \"fastapi\", # the web
    \"sqlalchemy\", # the rest
]

[tool.ruff]
line-length = 120

# The end.
";
    let fragment = "\
[project]
# Exact money.
precision = 2
dependencies = [\"asyncpg\", \"fastapi\"]

# How strict.
[tool.mypy]
strict = true
since = 2026-01-01

[[tool.mypy.overrides]]
module = \"x\"
";
    let expected = "\
# The project.
[project]
name = \"shop\" # as typed
dependencies = [
    \"fastapi\", # the web
    \"sqlalchemy\", # the rest
    \"asyncpg\",
]
# Exact money.
precision = 2

[tool.ruff]
line-length = 120

# How strict.
[tool.mypy]
strict = true
since = 2026-01-01

[[tool.mypy.overrides]]
module = \"x\"

# The end.
";
    assert_eq!(merged(Format::Toml, &[strong(base), strong(fragment)]), expected);
    assert_eq!(merged(Format::Toml, &[strong(expected), strong(fragment)]), expected);
}

#[test]
fn toml_changes_a_weak_value_in_its_place() {
    let text = merged(Format::Toml, &[weak("a = 1 # one\nb = [1, 2]\n"), strong("a = 'x'\nb = [3]\n")]);
    assert_eq!(text, "a = \"x\" # one\nb = [1, 2, 3]\n");
    let inline = merged(Format::Toml, &[strong("t = { a = 1 }\nd.x = 1\n"), strong("t.b.c = 2\n[d.y]\nz = 1\n")]);
    assert_eq!(inline, "t = { a = 1 , b = { c = 2 } }\nd.x = 1\nd.y = { z = 1 }\n");
    let tables = merged(Format::Toml, &[strong("[[s]]\nn = 1\n\n[z]\n"), strong("[[s]]\nn = 2\n")]);
    assert_eq!(tables, "[[s]]\nn = 1\n\n[[s]]\nn = 2\n\n[z]\n");
}

#[test]
fn toml_lists_are_sorted_with_their_comments() {
    let base = "\
l = [ # all
    # Two.
    \"c\", # see
    \"a\", # one
    # end
]
m = [
  \"y\",
  \"x\" # last
]
n = [\"z\", 'w']
";
    let lists = [rule("/*", ListPolicy::Sorted)];
    let fragment = Fragment { text: "l = ['b']\nm = ['w']\nn = ['v']\n", weak: false, lists: &lists };
    let expected = "\
l = [ # all
    \"a\", # one
    \"b\",
    # Two.
    \"c\", # see
    # end
]
m = [
  \"w\",
  \"x\", # last
  \"y\"
]
n = [\"v\", 'w', \"z\"]
";
    assert_eq!(merged(Format::Toml, &[strong(base), fragment]), expected);
}

#[test]
fn what_two_fragments_bring_together_keeps_the_comments_of_both() {
    let fragments = |one: &'static str, two: &'static str, base: &'static str| [strong(base), strong(one), strong(two)];
    let yaml =
        fragments("# Data.\nv:\n  # Of one.\n  a: 1\n", "v:\n    b: [x]\n    # Of two.\n    c: 2 # two\n", "k: 0\n");
    assert_eq!(
        merged(Format::Yaml, &yaml),
        "k: 0\n# Data.\nv:\n  # Of one.\n  a: 1\n  b: [x]\n  # Of two.\n  c: 2 # two\n"
    );
    let toml = fragments("# Data.\n[v]\n# Of one.\na = 1\n", "[v]\nb = ['x']\n# Of two.\nc = 2 # two\n", "k = 0\n");
    let expected = "k = 0\n\n# Data.\n[v]\n# Of one.\na = 1\nb = ['x']\n# Of two.\nc = 2 # two\n";
    assert_eq!(merged(Format::Toml, &toml), expected);
}

#[test]
fn dotenv_keeps_what_is_there_and_takes_comments_along() {
    let base = "# Ports.\nPORT=1 # one\nHOST=h\n";
    let text = merged(
        Format::Dotenv,
        &[weak(base), strong("# Where it listens.\nPORT=2\n\n# Two\n# lines.\nexport DB=\"x y\"\nHOST='h'\n")],
    );
    assert_eq!(text, "# Ports.\nPORT=2\nHOST=h\n# Two\n# lines.\nexport DB=\"x y\"\n");
    let errors = merge(Format::Dotenv, &[strong("A=1"), strong("A=2")]).unwrap_err();
    let wants = |value: &str| format!("\"{value}\"");
    let clash = MergeError::Clash {
        pointer: "/A".to_owned(),
        about_rules: false,
        first: (0, wants("1")),
        second: (1, wants("2")),
    };
    assert_eq!(errors, [clash]);
}

#[test]
fn texts_that_are_not_of_the_format_are_all_named() {
    for (format, broken, message) in [
        (Format::Json, "{\"a\": }", "unexpected close brace on line 1 column 7"),
        (Format::Json, "", "the text is empty"),
        (Format::Json, "{} // no", "comments are not allowed on line 1 column 4"),
        (Format::Json, "[1,]", "trailing commas are not allowed on line 1 column 3"),
        (Format::Json, "[1,\u{a0}2]", "expected value at line 1 column 4"),
        (Format::Json, "{\"a\": 1,\n\"a\": 1}", "line 2: the member `a` is there twice"),
        (Format::Jsonc, "{\"a\": }", "unexpected close brace on line 1 column 7"),
        (Format::Jsonc, "{a: 1}", "expected string for object property on line 1 column 2"),
        (Format::Jsonc, "[1 2]", "expected comma on line 1 column 3"),
        (Format::Jsonc, "[\"a\nb\"]", "line 1: control character"),
        (Format::Jsonc, "// one\n[1e999]", "line 2: number out of range"),
        (Format::Jsonc, "{} /* open", "unterminated comment block on line 1 column 4"),
        (Format::Toml, "x = 1\na = = 1", "line 2: extra `=`, expected nothing"),
        (Format::Yaml, "a: [", "unclosed bracket '[' at line 1, column 4"),
        (Format::Yaml, "a: 1\n---\nb: 2\n", "multiple YAML documents"),
        (Format::Yaml, "a: .inf", "non-finite float"),
        (Format::Dotenv, "what", "line 1 is no `KEY=VALUE`"),
    ] {
        let errors = merge(format, &[strong(broken), strong(broken)]).unwrap_err();
        assert_eq!(errors.len(), 2);
        let MergeError::Unreadable { layer: 1, message: found } = &errors[1] else { panic!("{errors:?}") };
        assert!(found.contains(message), "{found}");
    }
    let lists = [rule("a", ListPolicy::Unite)];
    let errors = merge(Format::Json, &[strong("{}"), Fragment { text: "{}", weak: false, lists: &lists }]).unwrap_err();
    assert_eq!(errors, [MergeError::Pointer { layer: 1, pointer: "a".to_owned() }]);
}
