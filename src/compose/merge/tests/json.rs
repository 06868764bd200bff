//! What a merge of JSON and JSONC leaves as it was, by example.

use super::*;

#[test]
fn json_is_changed_where_it_changes() {
    let base = r#"{
  "name":   "shop",
  "files": ["dist", "src"],
  "scripts": { "test": "vitest" },
  "empty": {},
  "none": [],
  "tight": {"a":[1,2]},
  "exports": [
    "./a"
  ]
}
"#;
    let fragment = r#"{
    "files": ["src", "bin"],
    "scripts": {"lint": "eslint ."},
    "empty": {"deep": {"x": [1]}},
    "none": ["y", "z"],
    "tight": {"a": [3], "b": {"c": 4}},
    "exports": ["./b", {"import": "./c"}],
    "more": {
        "kept": [ 1, 2 ],
        "as": {"written": true}
    }
}"#;
    let expected = r#"{
  "name":   "shop",
  "files": ["dist", "src", "bin"],
  "scripts": { "test": "vitest", "lint": "eslint ." },
  "empty": {
    "deep": {
      "x": [1]
    }
  },
  "none": ["y", "z"],
  "tight": {"a":[1,2,3],"b":{"c":4}},
  "exports": [
    "./a",
    "./b",
    {
      "import": "./c"
    }
  ],
  "more": {
    "kept": [ 1, 2 ],
    "as": {"written": true}
  }
}
"#;
    assert_eq!(merged(Format::Json, &[strong(base), strong(fragment)]), expected);
    assert_eq!(merged(Format::Json, &[strong(expected), strong(fragment)]), expected);
}

#[test]
fn json_keeps_its_indentation() {
    let text = merged(Format::Json, &[strong("{\n    \"b\": 1\n}\n"), strong("{\"a\": [1, {}], \"b\": 1}")]);
    assert_eq!(text, "{\n    \"b\": 1,\n    \"a\": [1, {}]\n}\n");
    let tabs = merged(Format::Json, &[strong("{\n\t\"b\": 1\n}"), strong("{\n  \"a\": {\n    \"c\": 2\n  }\n}\n")]);
    assert_eq!(tabs, "{\n\t\"b\": 1,\n\t\"a\": {\n\t\t\"c\": 2\n\t}\n}");
}

#[test]
fn json_on_one_line_is_put_into_lines() {
    let texts = ["{\"a\":1,\"b\":{\"c\":[]}}\n", "{\"b\": {\"d\": \"x\"}}"];
    let expected = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [],\n    \"d\": \"x\"\n  }\n}\n";
    assert_eq!(merged(Format::Json, &texts.map(strong)), expected);
    assert_eq!(merged(Format::Json, &[strong("[1, 2]\n"), strong("[3]")]), "[1, 2, 3]\n");
    // What changes nothing stays on its line.
    assert_eq!(merged(Format::Json, &[strong(texts[0]), strong("{\"a\": 1}")]), texts[0]);
}

#[test]
fn json_takes_values_as_fragments_write_them() {
    let base = "{\n  \"a\": 1,\n  \"b\": [1]\n}";
    let lists = [rule("/b", ListPolicy::Replace)];
    let strong = Fragment { text: "{\"a\": 1.50, \"b\": []}", weak: false, lists: &lists };
    assert_eq!(merged(Format::Json, &[weak(base), strong]), "{\n  \"a\": 1.50,\n  \"b\": []\n}");
}

#[test]
fn jsonc_keeps_comments_and_takes_those_of_fragments() {
    let base = r#"// How this project compiles.
{
  "compilerOptions": {
    "strict": true, // always
    "lib": ["es2024" /* no DOM */],
    /* Where
     * it goes. */
    "outDir": "dist" // for npm
    // "noEmit": true
  },
  "include": [
    "src", // ours
    // and tests
    "tests"
  ],
  "exclude": [ // never
  ]
}
// The end.
"#;
    let fragment = r#"{
    // Of the pack.
    "compilerOptions": {
        "lib": ["dom"],
        // With React.
        "jsx": "react-jsx", // since 17
        "paths": {
            /* Short
             * names. */
            "@/*": ["./src/*"],
        },
    },
    "include": [
        // Types.
        "types", // generated
    ],
    "exclude": ["dist"],
}
"#;
    let expected = r#"// How this project compiles.
{
  "compilerOptions": {
    "strict": true, // always
    "lib": ["es2024" /* no DOM */, "dom"],
    /* Where
     * it goes. */
    "outDir": "dist", // for npm
    // "noEmit": true
    // With React.
    "jsx": "react-jsx", // since 17
    "paths": {
      /* Short
       * names. */
      "@/*": ["./src/*"],
    }
  },
  "include": [
    "src", // ours
    // and tests
    "tests",
    // Types.
    "types" // generated
  ],
  "exclude": [ // never
    "dist"
  ]
}
// The end.
"#;
    assert_eq!(merged(Format::Jsonc, &[strong(base), strong(fragment)]), expected);
    assert_eq!(merged(Format::Jsonc, &[strong(expected), strong(fragment)]), expected);
}

#[test]
fn jsonc_keeps_trailing_commas_and_odd_comments() {
    for (base, expected) in [
        ("{\n  \"a\": 1, // x\n}\n", "{\n  \"a\": 1, // x\n  \"l\": [\"z\"],\n}\n"),
        ("{\"l\": [\"a\",], /* c */}", "{\"l\": [\"a\", \"z\",], /* c */}"),
        ("{ \"a\": 1 // x\n}", "{ \"a\": 1, // x\n  \"l\": [\"z\"]\n}"),
        ("// only this", "// only this\n{\n  \"l\": [\"z\"]\n}\n"),
        ("", "{\n  \"l\": [\"z\"]\n}\n"),
        ("{ /* none */ }", "{ /* none */\n  \"l\": [\"z\"]\n}"),
        ("{\n  \"l\": [ // y\n    \"a\" // x\n  ]\n}", "{\n  \"l\": [ // y\n    \"a\", // x\n    \"z\"\n  ]\n}"),
        ("{\n  \"l\": [\n    // later\n  ]\n}", "{\n  \"l\": [\n    // later\n    \"z\"\n  ]\n}"),
        ("\u{feff}{\n\t\"a\": 1\n}", "\u{feff}{\n\t\"a\": 1,\n\t\"l\": [\"z\"]\n}"),
    ] {
        assert_eq!(merged(Format::Jsonc, &[strong(base), strong("{\"l\": [\"z\"]}")]), expected);
    }
}

#[test]
fn jsonc_lists_are_sorted_with_their_comments() {
    let base = "{\n  \"l\": [ // all\n    // two\n    \"c\", // see\n    \"a\", // one\n    // end\n  ]\n}\n";
    let lists = [rule("/l", ListPolicy::Sorted)];
    let fragment = Fragment { text: "{\n \"l\": [\n  // new\n  \"b\"\n ]\n}", weak: false, lists: &lists };
    let expected = "{\n  \"l\": [ // all\n    \"a\", // one\n    // new\n    \"b\",\n    // two\n    \"c\", // see\n    // end\n  ]\n}\n";
    assert_eq!(merged(Format::Jsonc, &[strong(base), fragment]), expected);
}

#[test]
fn what_two_fragments_bring_together_keeps_the_comments_of_both() {
    let one = "{\n  // Ours.\n  \"v\": {\n    // Of one.\n    \"a\": 1\n  }\n}\n";
    let two = "{\n    \"v\": {\n        // Of two.\n        \"b\": 2 // two\n    }\n}\n";
    let expected = "{\n\t\"k\": 0,\n\t// Ours.\n\t\"v\": {\n\t\t// Of one.\n\t\t\"a\": 1,\n\t\t// Of two.\n\t\t\"b\": 2 // two\n\t}\n}\n";
    assert_eq!(merged(Format::Jsonc, &[strong("{\n\t\"k\": 0\n}\n"), strong(one), strong(two)]), expected);
}

#[test]
fn jsonc_puts_a_mark_behind_a_comment_on_a_line_of_its_own() {
    let fragment = strong("{\n  \"b\": 2 // two\n}");
    assert_eq!(merged(Format::Jsonc, &[strong("{\n  \"a\": 1 }"), fragment]), "{\n  \"a\": 1,\n  \"b\": 2 // two\n}");
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for (format, deep) in [(Format::Json, 100_000), (Format::Jsonc, 100_000), (Format::Jsonc, 128)] {
        let text = nested(deep);
        let errors = merge(format, &[strong(&text)]).unwrap_err();
        let [MergeError::Unreadable { message, .. }] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(message, "line 1: more than 127 values inside of each other");
    }
    let deepest = nested(127);
    assert_eq!(merged(Format::Jsonc, &[strong(&deepest), strong(&deepest)]), deepest);
}
