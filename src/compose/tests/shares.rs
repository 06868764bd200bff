//! Structured merges into files, and everything that can be wrong at once.

use super::*;
use crate::model::{ListPolicy, ListRule};

#[test]
fn merges_go_into_the_owners_file_after_its_slots() {
    let open = file_with("c.yml", "# top\na: 1\n# slot\n", |file| file.slots = vec![opening("s", "# slot")]);
    let made = text(
        "c.yml",
        &[
            pack("m", vec![merge("c.yml", "yaml", "b: {x: 1}\n")]),
            pack("o", vec![open]),
            pack("p", vec![merge("c.yml", "yaml", "b: {y: 2}\na: 1\n"), fill("c.yml", "s", "slotted: true", 0)]),
        ],
    );
    assert_eq!(made, "# top\na: 1\nslotted: true\nb: {x: 1, \"y\": 2}\n");
}

#[test]
fn without_a_file_the_first_merger_sets_the_formatting() {
    let made = text(
        "p.toml",
        &[
            pack("m", vec![merge("p.toml", "toml", "# mine\na = 'x'")]),
            pack("n", vec![merge("p.toml", "toml", "# too\nb = 'y' # yes\n")]),
        ],
    );
    assert_eq!(made, "# mine\na = 'x'\n# too\nb = 'y' # yes\n");
    assert_eq!(text("x.json", &[pack("m", vec![merge("x.json", "json", "{}")])]), "{}\n");
}

#[test]
fn a_files_values_count_as_its_owners() {
    let owner = || pack("o", vec![file("s.json", "{\"tab\": 2}\n")]);
    let report = problem(&[pack("m", vec![merge("s.json", "json", "{\"tab\": 4}")]), owner()]);
    assert_eq!(report.code, "merge-conflict");
    assert_eq!(report.message, "`o` 1.0.0 and `m` 1.0.0 give `/tab` in `s.json` different values");
    assert_eq!(report.details, ["`o` 1.0.0: 2", "`m` 1.0.0: 4"]);
    let weak = merge_with("s.json", "json", "{\"tab\": 4, \"eol\": 1}", |merge| merge.weak = true);
    let made = text("s.json", &[pack("m", vec![weak]), owner()]);
    assert_eq!(made, "{\n  \"tab\": 2,\n  \"eol\": 1\n}\n");
}

#[test]
fn merges_that_can_not_be_are_told() {
    let rule = |policy| vec![ListRule { pointer: "/l".to_owned(), policy }];
    let with = |policy| merge_with("f", "json", "{\"l\": []}", |merge| merge.lists = rule(policy));
    let of = |code: &'static str, message: &str, packs: &[(Instance, Vec<Contribution>)]| {
        let report = problem(packs);
        assert_eq!((report.code, report.message.as_str()), (code, message));
        report
    };
    let ini = "`a` 1.0.0 merges into `f` as `ini`, a format that this version can't merge";
    let report = of("merge-format-unknown", ini, &[pack("a", vec![merge("f", "ini", "{}")])]);
    assert_eq!(report.details, ["formats that can be merged: dotenv, json, jsonc, toml and yaml"]);
    let formats = "`a` 1.0.0 merges into `f` as `json` and `b` 1.0.0 as `toml`";
    let packs = [pack("a", vec![merge("f", "json", "{}")]), pack("b", vec![merge("f", "toml", "")])];
    of("merge-formats-differ", formats, &packs);
    let lines_into = "`b` 1.0.0 adds lines to `f`, which `a` 1.0.0 merges as `json`";
    let packs = [pack("a", vec![merge("f", "json", "{}")]), pack("b", vec![lines("f", &["x"])])];
    of("lines-into-structure", lines_into, &packs);
    let packs = [pack("a", vec![file("f", "{")]), pack("b", vec![merge("f", "json", "{}")])];
    of("merge-unreadable", "what `a` 1.0.0 gives for `f` is not json", &packs);
    let rules = "`a` 1.0.0 and `b` 1.0.0 have different rules for the list `/l` in `f`";
    let report = of(
        "list-rule-conflict",
        rules,
        &[pack("a", vec![with(ListPolicy::Append)]), pack("b", vec![with(ListPolicy::ByKey("id".to_owned()))])],
    );
    assert_eq!(report.details, ["`a` 1.0.0: append", "`b` 1.0.0: by-key id"]);
    let pointer = merge_with("f", "json", "{}", |merge| {
        merge.lists = vec![ListRule { pointer: "l".to_owned(), policy: ListPolicy::Unite }];
    });
    let message = "`a` 1.0.0 has a list rule for `f` whose pointer `l` does not start with `/`";
    of("list-rule-invalid", message, &[pack("a", vec![pointer])]);
    let anchored = "base: &b {x: 1}\nuse: *b\n";
    let packs = [pack("a", vec![file("f", anchored)]), pack("b", vec![merge("f", "yaml", "base: {y: 2}\n")])];
    let message = "what `a` 1.0.0 and `b` 1.0.0 give for `f` can't be merged into one text that says all of it";
    let report = of("merge-unfaithful", message, &packs);
    assert_eq!(report.details, ["the merged text would say something else at `/use/y`"]);
}

#[test]
fn all_problems_are_found_and_sorted_by_path() {
    let reports = composed(&[
        pack("a", vec![file("z", "1"), file("m.json", "{\"a\": 1, \"b\": 1}"), file("../up", "")]),
        pack(
            "b",
            vec![
                fill("b", "s", "x", 0),
                file("z", "2"),
                merge("m.json", "json", "{\"b\": 2, \"a\": 2}"),
                file("Z", ""),
                lines("fine", &["x"]),
            ],
        ),
    ])
    .unwrap_err();
    let codes: Vec<&str> = reports.iter().map(|report| report.code).collect();
    let expected =
        ["path-refused", "path-clash", "slot-without-file", "merge-conflict", "merge-conflict", "file-conflict"];
    assert_eq!(codes, expected, "{reports:#?}");
}
