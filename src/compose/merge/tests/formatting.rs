//! What a merge leaves as it was, by example.

use super::*;

fn merged(format: Format, fragments: &[Fragment<'_>]) -> String {
    match merge(format, fragments) {
        Ok(text) => text,
        Err(errors) => panic!("{errors:#?}"),
    }
}

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
fn yaml_fills_what_was_empty_with_fragments_lines() {
    let fragment = "v:\n  # Tables.\n  data: # all\nl:\n  # One.\n  - a: 1\n";
    let text = merged(Format::Yaml, &[strong("# Data.\nv: {} # none\nl: []\n"), strong(fragment)]);
    assert_eq!(text, "# Data.\nv: # none\n  # Tables.\n  data: # all\nl:\n  # One.\n  - a: 1\n");
}

#[test]
fn yaml_keeps_comments_and_takes_those_of_fragments() {
    let base = "\
# A workflow.
name: ci # short
on:
  push:
    branches: [main]   # only here

jobs:
  lint:
    runs-on: ubuntu-24.04
    steps:
    - uses: actions/checkout@v4
    # Then the checks.
    - run: |
        make lint

        make types
    # after lint

# The end.
";
    let fragment = "\
on:
  push:
    branches: [main, 'release/**']
  # By hand, too.
  workflow_dispatch:
jobs:
    # On a real database.
    test:
        services:
            db: {image: \"postgres:17\"}
        env:
            PORT: \"5432\"
            WORDS: >-
                one
                two
    lint:
        steps:
            - run: make docs # and these
";
    let expected = "\
# A workflow.
name: ci # short
on:
  push:
    branches: [main, 'release/**']   # only here
  # By hand, too.
  workflow_dispatch:

jobs:
  lint:
    runs-on: ubuntu-24.04
    steps:
    - uses: actions/checkout@v4
    # Then the checks.
    - run: |
        make lint

        make types
    # after lint
    - run: make docs # and these
  # On a real database.
  test:
      services:
          db: {image: \"postgres:17\"}
      env:
          PORT: \"5432\"
          WORDS: >-
              one
              two

# The end.
";
    assert_eq!(merged(Format::Yaml, &[strong(base), strong(fragment)]), expected);
    assert_eq!(merged(Format::Yaml, &[strong(expected), strong(fragment)]), expected);
}

#[test]
fn yaml_changes_weak_values_in_their_places() {
    let base = "a: 1 # one\nb:  # nothing yet\nc: &x {k: 1}\nd:\n  - 2\n  - 1 # low\ne: |\n  old\n  text\n\nf: {}\n";
    let new = "a: 'two' \nb: {z: [1]}\nc: {k: 1, \"l\": 'no'}\nd: [3]\ne: short\nf:\n  g: |\n    x\n    y\n";
    let text = merged(Format::Yaml, &[weak(base), strong(new)]);
    let expected = "\
a: 'two' # one
b: # nothing yet
  z:
    - 1
c: &x {k: 1, l: \"no\"}
d:
  - 2
  - 1 # low
  - 3
e: short

f:
  g: |
    x
    y
";
    assert_eq!(text, expected);
}

#[test]
fn yaml_lists_are_sorted_and_replaced() {
    let lists = [rule("/a", ListPolicy::Sorted), rule("/b", ListPolicy::Replace)];
    let two = Fragment { text: "a: [b]\nb: [z]\n", weak: false, lists: &lists };
    let block = merged(Format::Yaml, &[strong("a: # all\n  - c # two\n  - 'a' # one\nb:\n- x\nc: 1\n"), two]);
    assert_eq!(block, "a: # all\n  - 'a' # one\n  - b\n  - c # two\nb:\n- z\nc: 1\n");
    let flow = merged(Format::Yaml, &[strong("a: [c, 'a'] # why\nb: []\n"), two]);
    assert_eq!(flow, "a: ['a', b, c] # why\nb:\n  - z\n");
}

#[test]
fn yaml_without_a_first_value_takes_the_fragments() {
    assert_eq!(merged(Format::Yaml, &[strong("# only this\n"), strong("# one\na: 1\n")]), "# only this\n# one\na: 1\n");
    assert_eq!(merged(Format::Yaml, &[strong("{}\n"), strong("a: {b: 1}\n")]), "a:\n  b: 1\n");
    assert_eq!(merged(Format::Yaml, &[strong("---\nz: 1"), strong("a: 1")]), "---\nz: 1\na: 1\n");
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
fn yaml_merge_keys_and_aliases_stay() {
    let base = "base: &b\n  x: 1\nuse:\n  <<: *b\n  y: 2\n";
    assert_eq!(merged(Format::Yaml, &[strong(base), strong("use: {z: 3, x: 1}\n")]), format!("{base}  z: 3\n"));
    let alias = "base: &b {x: 1}\nuse: *b\n";
    assert_eq!(
        merged(Format::Yaml, &[strong(alias), strong("use: {y: 2}\n")]),
        "base: &b {x: 1}\nuse:\n  x: 1\n  \"y\": 2\n"
    );
    let errors = merge(Format::Yaml, &[strong(alias), strong("base: {y: 2}\n")]).unwrap_err();
    assert!(matches!(errors.as_slice(), [MergeError::Unfaithful { .. }]), "{errors:?}");
}

#[test]
fn yaml_words_that_are_truth_values_elsewhere_are_quoted() {
    let lists = [rule("/a", ListPolicy::Sorted)];
    let sorted = Fragment { text: "a: [x]", weak: false, lists: &lists };
    let words = "a: [yes, 'no', 1_0, on, 0x1, \"1.0\", 007, 1e3, plain words, 'it''s']\n";
    let text = merged(Format::Yaml, &[strong("z: 1\n"), sorted, strong(words)]);
    let expected = "\
z: 1
a:
  - 1
  - 10
  - 1000.0
  - \"007\"
  - \"1.0\"
  - \"it's\"
  - \"no\"
  - \"on\"
  - plain words
  - x
  - \"yes\"
";
    assert_eq!(text, expected);
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

#[test]
fn yaml_of_every_style_keeps_its_lines() {
    for base in [
        "\u{feff}a: 1\n",
        "%YAML 1.2\n---\na: 1\n...\n",
        "--- # c\na: 1\n",
        "? a\n: 1\n? b\n: - x\n",
        "list:\n-\n- a\n",
        "list: &l\n- a\n",
        "list:\n  - - a\n    - b\n  -\n    k: 1\n    # in\n",
        "a: |+\n  keep\n\n\n",
        "a: >2-\n    x\n\n   y\n",
        "a: 'multi\n  line'   # c\n",
        "\"a b\": \"\\u00e9 é\"\né: {ü: 1} # ö\n",
        "list: !!seq\n  - !x a\n",
        "new:\n  ? k2\n",
        "a:\n    deep:\n        x: 1\n\n\n    # tail of a\n# tail of all\n\n\n",
    ] {
        let text = merged(Format::Yaml, &[strong(base), strong("# about new\nnew:\n  k: [1] # one\nlist: [zz]\n")]);
        assert!(base.lines().all(|line| text.lines().any(|kept| kept == line)), "{text}");
        assert_eq!(text.matches("k: [1] # one\n").count(), 1, "{text}");
        assert_eq!(text.matches("zz").count(), 1, "{text}");
    }
    for (base, expected) in [
        ("--- {a: 1}\n", "--- {a: 1, list: [zz]}\n"),
        ("list: [\n  a, # x\n  b,\n]\n", "list: [\n  a, # x\n  b, zz,\n]\n"),
        ("list:   [  ]  # e\n", "list: # e\n  - zz\n"),
        ("<<: {list: [a]}\n", "<<: {list: [a]}\nlist:\n  - a\n  - zz\n"),
        ("# c\n\n{\"list\": [1]}\n# d\n", "# c\n\n{\"list\": [1, zz]}\n# d\n"),
    ] {
        assert_eq!(merged(Format::Yaml, &[strong(base), strong("list: [zz]\n")]), expected);
    }
}
