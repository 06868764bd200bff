//! Files, their owners, slots and lines.

use super::*;
use crate::model::{Body, Content, Origin, Ownership, Rendering, Source, Text};

#[test]
fn a_file_lands_as_it_is_with_lf() {
    let bytes = |path: &str, bytes: &[u8]| file_with(path, "", |file| file.contents = Content::Bytes(bytes.to_vec()));
    let tree = composed(&[pack(
        "a",
        vec![
            file_with("run", "x\r\ny", |file| file.executable = true),
            bytes("t", b"a\r\nb"),
            bytes("zero", b"\r\n\0"),
            bytes("latin", b"\xe9\r\n"),
        ],
    )]);
    let tree = tree.unwrap();
    assert_eq!(file_of(&tree, "run").contents, b"x\ny");
    assert!(file_of(&tree, "run").executable && !file_of(&tree, "t").executable);
    assert_eq!(file_of(&tree, "t").contents, b"a\nb");
    assert_eq!(file_of(&tree, "zero").contents, b"\r\n\0");
    assert_eq!(file_of(&tree, "latin").contents, b"\xe9\r\n");
}

#[test]
fn an_instance_in_a_folder_stays_there() {
    let tree = composed(&[(below("a", "services/a"), vec![file("x/y", "")])]).unwrap();
    assert_eq!(tree.files.keys().map(ProjectPath::as_str).collect::<Vec<_>>(), ["services/a/x/y"]);
    let report = problem(&[(below("a", "services/a"), vec![file("../x", "")])]);
    assert_eq!(report.code, "path-refused");
    assert!(report.message.starts_with("`a` 1.0.0: the path `services/a/../x` has `..`"), "{}", report.message);
}

#[test]
fn identical_files_agree_and_others_conflict() {
    let same = composed(&[pack("a", vec![file("LICENSE", "x\n")]), pack("b", vec![file("LICENSE", "x\r\n")])]);
    let origins: Vec<String> =
        file_of(&same.unwrap(), "LICENSE").origins.iter().map(|origin| origin.instance.to_string()).collect();
    assert_eq!(origins, ["a", "b"]);
    let report =
        problem(&[pack("a", vec![file("f", "1\n2\n")]), (named("second", "b"), vec![file("f", "1\n\u{1b}3\n4\n")])]);
    assert_eq!(report.code, "file-conflict");
    assert_eq!(report.message, "`a` 1.0.0 and `second` (`b` 1.0.0) both make `f`, and their contents differ");
    assert_eq!(report.details, ["`a` 1.0.0: line 2 is `2`", "`second` (`b` 1.0.0): line 2 is `\u{fffd}3`"]);
    assert_eq!(
        report.hint.unwrap(),
        "say whose counts, `--settle 'f=@second'`; or leave out one of the two, or move `second` with `--at second=DIR`"
    );
}

/// Neither a settlement nor another folder tells two of one pack's files apart.
#[test]
fn a_conflict_of_a_pack_with_itself_is_its_authors() {
    for (code, one, other) in [
        ("file-conflict", file("f", "1\n"), file("f", "2\n")),
        ("merge-formats-differ", merge("f", "json", "{}"), merge("f", "yaml", "{}")),
    ] {
        let report = problem(&[pack("a", vec![one, other])]);
        assert_eq!(report.code, code);
        assert!(report.hint.unwrap().starts_with("this is for the pack's author"), "{code}");
    }
}

#[test]
fn files_of_one_path_agree_in_everything() {
    let other = |change: fn(&mut crate::model::File)| {
        problem(&[pack("a", vec![file("f", "x # m\n# m\n")]), pack("b", vec![file_with("f", "x # m\n# m\n", change)])])
            .message
    };
    let both = "`a` 1.0.0 and `b` 1.0.0 both make `f`, and their";
    assert_eq!(other(|file| file.executable = true), format!("{both} modes differ"));
    assert_eq!(other(|file| file.ownership = Ownership::Once), format!("{both} ownerships differ"));
    assert_eq!(other(|file| file.slots = vec![opening("s", "# m")]), format!("{both} slots differ"));
}

#[test]
fn slots_are_filled_at_their_indentation_in_order() {
    let body = "def f():\n    # slot: a\n\n    # slot: b\nend\n";
    let open = file_with("f.py", body, |file| file.slots = vec![opening("a", "# slot: a"), opening("b", "# slot: b")]);
    let made = text(
        "f.py",
        &[
            pack("base", vec![open, fill("f.py", "a", "own()\n", 5)]),
            pack("z", vec![fill("f.py", "a", "if z:\n    z()\n\n  \n", 5), fill("f.py", "a", "first()", -1)]),
            pack("c", vec![fill("f.py", "a", "c()", 5), fill("f.py", "a", "c2()", 5), fill("f.py", "a", "\n", 0)]),
        ],
    );
    let expected = "def f():\n    first()\n    own()\n    c()\n    c2()\n    if z:\n        z()\n\n\n\nend\n";
    assert_eq!(made, expected);
}

#[test]
fn slots_can_be_unique_and_sorted() {
    let open = |unique, sorted| {
        file_with("f", "# s", |file| {
            file.slots = vec![crate::model::Opening { unique, sorted, ..opening("s", "# s") }];
        })
    };
    for (unique, sorted, expected) in
        [(false, false, "x\nb\nx\na"), (true, false, "x\nb\na"), (false, true, "a\nb\nx\nx"), (true, true, "a\nb\nx")]
    {
        let made = text(
            "f",
            &[
                pack("o", vec![open(unique, sorted), fill("f", "s", "x\n", 0)]),
                pack("p", vec![fill("f", "s", "b", 0), fill("f", "s", "x", 0), fill("f", "s", "a", 9)]),
            ],
        );
        assert_eq!(made, expected, "unique {unique}, sorted {sorted}");
    }
}

#[test]
fn slots_that_are_wrong_are_told() {
    let open = |text: &str, slots: &[(&str, &str)]| {
        let slots = slots.iter().map(|(name, marker)| opening(name, marker)).collect();
        file_with("f", text, |file| file.slots = slots)
    };
    let of = |code: &'static str, message: &str, packs: &[(Instance, Vec<Contribution>)]| {
        let report = problem(packs);
        assert_eq!((report.code, report.message.as_str()), (code, message));
        report
    };
    let gone = "the marker `# s` of the slot `s` stands on no line of `f` from `a` 1.0.0";
    let report = of("slot-marker", gone, &[pack("a", vec![open("a\nx # s\n", &[("s", "# s")])])]);
    assert_eq!(report.details, ["line 2 holds it and more: `x # s`"]);
    let twice = "the marker `# s` of the slot `s` stands on the lines 1 and 3 of `f` from `a` 1.0.0";
    of("slot-marker", twice, &[pack("a", vec![open("# s\nx\n  # s", &[("s", "# s")])])]);
    let repeated = "`a` 1.0.0 opens the slot `s` of `f` twice, by name or by marker";
    of("slot-repeated", repeated, &[pack("a", vec![open("# s\n# t\n", &[("s", "# s"), ("s", "# t")])])]);
    let unknown = "`b` 1.0.0 fills the slot `x` of `f`, which `a` 1.0.0 does not open";
    let opened = || pack("a", vec![open("# s\n# t\n", &[("s", "# s"), ("t", "# t")])]);
    let report = of("slot-unknown", unknown, &[opened(), pack("b", vec![fill("f", "x", "1", 0)])]);
    assert_eq!(report.details, ["the file opens `s` and `t`"]);
    let orphan = "`b` 1.0.0 fills the slot `x` of `g`, and no pack makes that file";
    of("slot-without-file", orphan, &[opened(), pack("b", vec![fill("g", "x", "1", 0)])]);
    let required = file_with("f", "# s\n", |file| {
        file.slots = vec![crate::model::Opening { required: true, ..opening("s", "# s") }];
    });
    let empty = "the slot `s` of `f` from `a` 1.0.0 has to be filled, and no pack does";
    let report = of("slot-empty", empty, &[pack("a", vec![required, fill("f", "s", " \n", 0)])]);
    assert_eq!(report.details, ["the file opens `s`; none is filled"]);
    let two = file_with("f", "# s\n# t\n", |file| {
        file.slots = vec![crate::model::Opening { required: true, ..opening("s", "# s") }, opening("t", "# t")];
    });
    let report = of("slot-empty", empty, &[pack("a", vec![two]), pack("b", vec![fill("f", "t", "x", 0)])]);
    assert_eq!(report.details, ["the file opens `s` and `t`; `b` 1.0.0 fills `t`"]);
}

#[test]
fn a_fill_opens_no_slot_and_leaves_no_marker() {
    let open = file_with("f", "# a\n# b\n", |file| file.slots = vec![opening("a", "# a"), opening("b", "# b")]);
    let report =
        problem(&[pack("o", vec![open]), pack("p", vec![fill("f", "a", "x\n  # b", 0), fill("f", "b", "y", 0)])]);
    assert_eq!(report.code, "slot-marker");
    let message = "the text that `p` 1.0.0 has for the slot `a` of `f` from `o` 1.0.0 holds the marker `# b` of a slot";
    assert_eq!(report.message, message);
}

#[test]
fn files_for_once_and_all_are_nobody_elses() {
    let once = |change: fn(&mut crate::model::File)| {
        let file = file_with("f", "# s\n", |file| {
            file.ownership = Ownership::Once;
            change(file);
        });
        pack("a", vec![file])
    };
    let tree = composed(&[once(|_| {})]).unwrap();
    assert_eq!(file_of(&tree, "f").ownership, Ownership::Once);
    for (share, guest) in [
        ("lines", lines("f", &["x"])),
        ("a merge", merge("f", "json", "{}")),
        ("text for a slot", fill("f", "s", "x", 0)),
    ] {
        let report = problem(&[once(|_| {}), pack("b", vec![guest])]);
        assert_eq!(report.code, "once-shared");
        let expected = format!("`b` 1.0.0 has {share} for `f`, which `a` 1.0.0 hands to the user once and for all");
        assert_eq!(report.message, expected);
    }
    let own = problem(&[once(|file| file.slots = vec![opening("s", "# s")])]);
    assert_eq!(own.code, "once-shared");
}

#[test]
fn only_text_can_be_shared() {
    let binary = file_with("f", "", |file| file.contents = Content::Bytes(vec![0, 1]));
    let report = problem(&[pack("a", vec![binary]), pack("b", vec![lines("f", &["x"])])]);
    assert_eq!(report.code, "not-text");
    assert_eq!(report.message, "`b` 1.0.0 has lines for `f`, and the file that `a` 1.0.0 makes there is not text");
}

#[test]
fn lines_are_grouped_by_pack_or_go_behind_a_file() {
    let packs = [
        pack("a", vec![lines(".gitignore", &["x", "y"])]),
        pack("b", vec![lines(".gitignore", &["y", "z", "x"]), lines("notes.txt", &["n"])]),
    ];
    let tree = composed(&packs).unwrap();
    assert_eq!(text_of(&tree, ".gitignore"), "# a\nx\ny\n\n# b\nz\n");
    assert_eq!(text_of(&tree, "notes.txt"), "n\n");
    let owned = [pack("a", vec![file(".gitignore", "*.log\nz")]), packs[0].clone(), packs[1].clone()];
    assert_eq!(text(".gitignore", &owned), "*.log\nz\n\n# a\nx\ny\n");
}

#[test]
fn dotenv_lines_of_one_key_and_two_values_conflict() {
    let report = problem(&[
        pack("a", vec![lines(".env.example", &["PORT=1", "HOST=h"])]),
        pack("b", vec![lines(".env.example", &["HOST=h", "PORT=2"])]),
    ]);
    assert_eq!(report.code, "merge-conflict");
    assert_eq!(report.message, "`a` 1.0.0 and `b` 1.0.0 give `/PORT` in `.env.example` different values");
    assert_eq!(report.details, ["`a` 1.0.0: PORT=1", "`b` 1.0.0: PORT=2"]);
    let report = problem(&[
        pack("a", vec![merge(".env.example", "dotenv", "PORT=1\n")]),
        pack("b", vec![lines(".env.example", &["PORT=2"])]),
    ]);
    assert_eq!(report.details, ["`a` 1.0.0: PORT=1", "`b` 1.0.0: PORT=2"]);
}

#[test]
fn templates_are_rendered_with_their_values_and_named_in_origins() {
    let rendering = |template: &str, name: &str| {
        let values = serde_json::json!({"name": name}).as_object().unwrap().clone();
        Text::Template(Rendering { template: template.to_owned(), values: values.into() })
    };
    let templated = |path: &str, text: Text| file_with(path, "", |file| file.contents = Content::Text(text));
    let source = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned(), syntax: None };
    let (base, user) = (instance("a"), instance("b"));
    let mut first = output(vec![templated("x", rendering("t", "one")), templated("y", rendering("t", "two"))]);
    first.templates = vec![source("t", "hello {{ name }}\r\n# s\nend"), source("unused", "{{ never")];
    let Body::File(opened) = &mut first.contributions[0].body else { panic!() };
    opened.slots = vec![opening("s", "# s")];
    let second = output(vec![fill("x", "s", "filled", 0)]);
    let made = |first: &Output| {
        let texts = [first, &second].map(|output| Texts::render(output, &Budget::default()));
        let share = |instance, output, texts| Share { instance, output, texts };
        compose(&[share(&base, first, &texts[0]), share(&user, &second, &texts[1])], &Settlements::default())
    };
    // A template that can't be parsed is a problem also when nobody names it, and the pack's only one.
    let problems = made(&first).unwrap_err();
    assert!(matches!(problems.as_slice(), [Problem::Template(_)]), "{problems:?}");
    first.templates.pop();
    let tree = made(&first).unwrap().tree;
    assert_eq!(text_of(&tree, "x"), "hello one\nfilled\nend");
    assert_eq!(text_of(&tree, "y"), "hello two\n# s\nend");
    let origin = |name: &str, template: Option<&str>| Origin {
        instance: name.parse().unwrap(),
        template: template.map(str::to_owned),
    };
    assert_eq!(file_of(&tree, "x").origins, [origin("a", Some("t")), origin("b", None)]);
}
