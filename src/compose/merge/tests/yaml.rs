//! What a merge of YAML leaves as it was, by example.

use super::*;

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
