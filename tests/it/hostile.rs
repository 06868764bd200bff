//! Packs that mean harm, and files that are no packs: one clear message each, and nothing on disk.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

/// Runs `new` with one hostile pack and gives what was said, having seen that nothing was written.
#[track_caller]
fn refused(pack: &Pack) -> String {
    refused_file(&pack.wasm(), &[])
}

#[track_caller]
fn refused_file(wasm: &[u8], options: &[&str]) -> String {
    let machine = Machine::new();
    machine.write("hostile.wasm", wasm);
    let arguments = [&["new", "shop", "--pack", "./hostile.wasm"], options].concat();
    let said = machine.run(&arguments).fails();
    assert_eq!(machine.names(), [""; 0], "something was left behind");
    said
}

#[test]
fn a_trap() {
    let pack = Pack::new("hostile").render("unreachable");
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-trap]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` broke off: wasm trap: wasm `unreachable` instruction executed
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn an_endless_loop() {
    let pack = Pack::new("hostile").render("(loop $again (br $again)) unreachable");
    assert_data_eq!(
        refused_file(&pack.wasm(), &["--pack-timeout", "0.2"]),
        str![[r#"
error[pack-deadline]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` did not finish within 0.2 s
  in its `render`

hint: give it longer with `--pack-timeout SECONDS`, or report it to the pack's author

"#]]
    );
}

#[test]
fn a_hunger_for_memory() {
    let pack =
        Pack::new("hostile").render("(loop $again (drop (memory.grow (i32.const 256))) (br $again)) unreachable");
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-memory]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` wanted more than 512 MiB of memory
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_recursion_without_end() {
    let pack = Pack::new("hostile")
        .with("(func $down (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1)))")
        .plan("(call $down (i32.const 0))");
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-stack]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` ran out of stack
  in its `plan`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_million_files() {
    // The list's elements are 56 bytes each; untouched memory makes them files without a name.
    let pack = Pack::new("hostile").pages(1000).render(
        "(i32.store (i32.const 60012) (i32.const 65536))
         (i32.store (i32.const 60016) (i32.const 1000000))
         (i32.const 60000)",
    );
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-size]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` returned more than 64 MiB
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn more_files_than_a_project_may_have() {
    let names: Vec<String> = (0..10_001).map(|number| format!("d{}/{number}", number % 100)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    assert_data_eq!(
        refused(&Pack::new("hostile").files(&files)),
        str![[r#"
error[project-too-large]: the packs make 10001 files, and a project may have 10000 of them

hint: look for the pack that makes files without end, and leave it out

"#]]
    );
}

#[test]
fn an_answer_of_a_hundred_megabytes() {
    // `ok`, no templates, one contribution whose path is a hundred megabytes of nothing.
    let pack = Pack::new("hostile").pages(1700).render(
        "(i32.store (i32.const 60012) (i32.const 60100))
         (i32.store (i32.const 60016) (i32.const 1))
         (i32.store (i32.const 60100) (i32.const 65536))
         (i32.store (i32.const 60104) (i32.const 100000000))
         (i32.const 60000)",
    );
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-size]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` returned more than 64 MiB
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn an_answer_outside_of_its_memory() {
    let pack = Pack::new("hostile").render("(i32.const -8)");
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-trap]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` broke off: pointer out of bounds of memory
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn paths_that_escape() {
    let files = [
        ("../outside", "x"),
        ("/etc/cron.d/x", "x"),
        ("C:\\x", "x"),
        (".git/hooks/pre-commit", "x"),
        (".GiT/config", "x"),
        ("git~1/config", "x"),
        ("a\u{200d}b", "x"),
        ("sub/aux.txt", "x"),
        ("dot.", "x"),
        ("\u{1b}[2J", "x"),
    ];
    assert_data_eq!(
        refused(&Pack::new("hostile").files(&files)),
        str![[r#"
error[path-refused]: `hostile` 0.1.0: the path `�[2J` has the character U+001B in it, which can't be seen

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `../outside` has `..` in it, which would lead elsewhere

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `.GiT/config` leads into `.git`, whose contents can run programs

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `.git/hooks/pre-commit` leads into `.git`, whose contents can run programs

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `/etc/cron.d/x` is absolute: paths are relative to the project

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `C:/x` has `:` in it, which Windows reads as something else

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `a�b` has the character U+200D in it, which can't be seen

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `dot.` has a name in it that ends in a dot or a space, which Windows drops

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `git~1/config` leads into `.git`, whose contents can run programs

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `sub/aux.txt` has `aux.txt` in it, which is a device on Windows

hint: this is for the pack's author: name a path inside the project

"#]]
    );
}

#[test]
fn a_forged_lock() {
    let files = [("scaffold.lock", "version = 1"), ("Scaffold.toml", "x"), (".scaffold/journal", "x")];
    assert_data_eq!(
        refused(&Pack::new("hostile").files(&files)),
        str![[r#"
error[path-refused]: `hostile` 0.1.0: the path `.scaffold/journal` has `.scaffold` in it, which is scaffold's own

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `Scaffold.toml` has `Scaffold.toml` in it, which is scaffold's own

hint: this is for the pack's author: name a path inside the project

error[path-refused]: `hostile` 0.1.0: the path `scaffold.lock` has `scaffold.lock` in it, which is scaffold's own

hint: this is for the pack's author: name a path inside the project

"#]]
    );
}

#[test]
fn names_that_are_one_somewhere() {
    let files =
        [("README.md", "x"), ("readme.md", "x"), ("docs", "x"), ("docs/a", "x"), ("\u{e9}", "x"), ("e\u{301}", "x")];
    assert_data_eq!(
        refused(&Pack::new("hostile").files(&files)),
        str![[r#"
error[path-clash]: `hostile` 0.1.0: the path `docs/a` needs `docs` to be a file and a folder at once
  `hostile` 0.1.0 has `docs`
  `hostile` 0.1.0 has `docs/a`

hint: this is for the pack's author: give the files names that differ by more

error[path-clash]: `hostile` 0.1.0: the path `é` differs from `é` by case or by Unicode normalisation only: some file systems can't tell them apart
  `hostile` 0.1.0 has `<U+00E9>`
  `hostile` 0.1.0 has `e<U+0301>`

hint: this is for the pack's author: give the files names that differ by more

error[path-clash]: `hostile` 0.1.0: the path `readme.md` differs from `README.md` by case or by Unicode normalisation only: some file systems can't tell them apart
  `hostile` 0.1.0 has `README.md`
  `hostile` 0.1.0 has `readme.md`

hint: this is for the pack's author: give the files names that differ by more

"#]]
    );
}

#[test]
fn terminal_escapes_in_a_message() {
    let pack = Pack::new("hostile").plans(|memory| {
        let said = memory.diagnostic("\u{1b}[2J\u{1b}[31mAll is well\u{202e}\u{7}", "/\u{1b}]0;x\u{7}");
        memory.refusal(&[said])
    });
    let said = refused(&pack);
    assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    assert_data_eq!(
        said,
        str![[r#"
error[pack-refused]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` refused the answers
  `�]0;x�`: �[2J�[31mAll is well��

hint: change the answers with `--set KEY=VALUE`

"#]]
    );
}

#[test]
fn terminal_escapes_in_a_question() {
    let pack = Pack::new("hostile").questions(json!({ "a\u{1b}[2J": { "type": "string" } }));
    let said = refused(&pack);
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert_data_eq!(
        said,
        str![[r#"
error[question-schema]: the questions of `hostile` 0.1.0 are not a sound JSON Schema
  `a�[2J` can't be an answer's key: keys are made of letters, digits, `_` and `-`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_template_that_never_ends() {
    let bomb = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}";
    assert_data_eq!(
        refused(&Pack::new("hostile").template("bomb.txt", bomb, json!({}))),
        str![[r#"
error[template-limit]: `hostile` 0.1.0: it takes more work or memory than a template may
  in template `file.j2`, line 1

hint: report it to the author of `hostile`, or use another version of it

"#]]
    );
}

#[test]
fn a_template_that_doubles() {
    let bomb = "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}";
    assert_data_eq!(
        refused(&Pack::new("hostile").template("bomb.txt", bomb, json!({}))),
        str![[r#"
error[template-failed]: `hostile` 0.1.0: invalid operation: there is no `namespace`: let the pack compute the value and give it to the template
  in template `file.j2`, line 1

hint: report it to the author of `hostile`, or use another version of it

"#]]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_template_whose_lists_stand_for_more_than_they_hold() {
    let bomb = "{% macro f(x, d) %}{% if d > 0 %}{{ f(x + x, d - 1) }}{% else %}{{ (x ~ '') | length }}{% endif %}\
                {% endmacro %}{{ f([0], 33) }}";
    assert_data_eq!(
        refused(&Pack::new("hostile").template("bomb.txt", bomb, json!({}))),
        str![[r#"
error[template-limit]: a template takes more time or memory than templates may

hint: leave packs out one by one to find the one, and report it to its author

"#]]
    );
}

/// The same by way of a question's default, which is made before any pack runs.
#[cfg(target_os = "linux")]
#[test]
fn lists_that_stand_for_more_than_they_hold_elsewhere() {
    let doubled = "{% set x = x + x %}".repeat(33);
    let bomb = format!("{{% set x = [0] %}}{doubled}{{{{ (x ~ '') | length }}}}");
    let said = refused(&Pack::new("hostile").questions(json!({ "a": { "type": "string", "x-default": bomb } })));
    assert!(said.starts_with("error[template-limit]"), "{said}");
}

#[test]
fn a_template_that_includes_itself() {
    let bomb = "{% include 'file.j2' %}";
    assert_data_eq!(
        refused(&Pack::new("hostile").template("bomb.txt", bomb, json!({}))),
        str![[r#"
error[template-limit]: `hostile` 0.1.0: its macros, includes or loops are nested too deeply
  in template `file.j2`, line 1

hint: report it to the author of `hostile`, or use another version of it

"#]]
    );
}

#[test]
fn a_template_with_a_mistake() {
    let template = "one\ntwo {{ project.nmae }}\n";
    let values = json!({ "project": { "name": "shop" } });
    assert_data_eq!(
        refused(&Pack::new("hostile").template("a.txt", template, values)),
        str![[r#"
error[template-undefined]: `hostile` 0.1.0: the variable `project.nmae` is not defined
  in template `file.j2`, line 2

hint: report it to the author of `hostile`, or use another version of it

"#]]
    );
}

#[test]
fn a_template_that_does_not_parse() {
    let template = "one\n{% if x %}\n";
    assert_data_eq!(
        refused(&Pack::new("hostile").template("a.txt", template, json!({}))),
        str![[r#"
error[template-syntax]: `hostile` 0.1.0: syntax error: unexpected end of input, expected end of block
  in template `file.j2`, line 2

hint: report it to the author of `hostile`, or use another version of it

"#]]
    );
}

#[test]
fn a_schema_that_reads_a_file() {
    let pack = Pack::new("hostile").questions(json!({ "secret": { "$ref": "file:///etc/passwd" } }));
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[question-schema]: the questions of `hostile` 0.1.0 are not a sound JSON Schema
  `file:///etc/passwd` leads out of the schema; a reference must begin with `#/`, at `/properties/secret/$ref`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_schema_that_calls_home() {
    let pack = Pack::new("hostile").questions(json!({ "secret": { "$ref": "http://127.0.0.1:9/x.json" } }));
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[question-schema]: the questions of `hostile` 0.1.0 are not a sound JSON Schema
  `http://127.0.0.1:9/x.json` leads out of the schema; a reference must begin with `#/`, at `/properties/secret/$ref`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_pattern_that_backtracks() {
    let pack = Pack::new("hostile").questions(json!({ "word": { "type": "string", "pattern": "^(a+)+$" } }));
    let answer = format!("word={}!", "a".repeat(5000));
    let said = refused_file(&pack.wasm(), &["--set", &answer]);
    assert!(said.starts_with("error[answers-invalid]"), "{said}");
}

#[test]
fn a_question_for_a_secret() {
    let pack = Pack::new("hostile").questions(json!({ "password": { "type": "string", "writeOnly": true } }));
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[question-secret]: `hostile` 0.1.0 asks for a secret: `password`
  answers are written to files that are shared; secrets don't belong there

hint: this is a fault of the pack: it should describe the secret in `.env.example`

"#]]
    );
}

#[test]
fn a_file_that_is_no_component() {
    assert_data_eq!(
        refused_file(b"#!/bin/sh\necho hello\n", &[]),
        str![[r#"
error[not-a-component]: `[WORK]/hostile.wasm` is not a pack: it is no WebAssembly: it does not begin as WebAssembly does

hint: check that the file is the `.wasm` that the pack's build made

"#]]
    );
}

#[test]
fn an_empty_file() {
    assert_data_eq!(
        refused_file(b"", &[]),
        str![[r#"
error[not-a-component]: `[WORK]/hostile.wasm` is not a pack: it is no WebAssembly: it does not begin as WebAssembly does

hint: check that the file is the `.wasm` that the pack's build made

"#]]
    );
}

#[test]
fn a_file_that_breaks_off() {
    let wasm = Pack::new("hostile").wasm();
    let half = &wasm[..wasm.len() / 2];
    let said = refused_file(half, &[]);
    assert!(said.starts_with("error[not-a-component]"), "{said}");
}

#[test]
fn a_core_module() {
    assert_data_eq!(
        refused_file(&wat::parse_str("(module)").unwrap(), &[]),
        str![[r#"
error[core-module]: `[WORK]/hostile.wasm` is not a pack: it is a core module, not a component

hint: make a component of it: `scaffold` runs components, which `wit-component` makes of modules

"#]]
    );
}

#[test]
fn a_component_that_is_no_pack() {
    assert_data_eq!(
        refused_file(&wat::parse_str("(component)").unwrap(), &[]),
        str![[r#"
error[not-a-pack]: `[WORK]/hostile.wasm` is not a pack: it does not export `scaffold:pack/generator`

hint: build it against the world `scaffold:pack/pack` of `wit/v0.1.0/pack.wit`

"#]]
    );
}

#[test]
fn compiled_code_that_poses_as_a_pack() {
    let machine = Machine::new();
    machine.pack("good.wasm", &Pack::new("good"));
    machine.run(&["new", "made", "--pack", "./good.wasm"]).succeeds();
    let compiled = walk(&machine.home()).into_iter().find(|path| path.extension().is_some_and(|e| e == "cwasm"));
    let compiled = std::fs::read(compiled.expect("compiled code was kept")).unwrap();
    assert_data_eq!(
        refused_file(&compiled, &[]),
        str![[r#"
error[precompiled]: `[WORK]/hostile.wasm` is not a pack: it is compiled code posing as WebAssembly

hint: scaffold runs only code that it compiled itself; use the pack's `.wasm`

"#]]
    );
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn an_import_that_is_not_granted() {
    let component = r#"(component
        (import "acme:secrets/vault@1.0.0" (instance (export "open" (func))))
        (instance $generator)
        (export "scaffold:pack/generator@0.1.0" (instance $generator)))"#;
    let manifest = serde_json::from_value(json!({ "name": "hostile", "version": "0.1.0", "summary": "x" })).unwrap();
    let wasm = scaffold::component::with_manifest(&wat::parse_str(component).unwrap(), &manifest).unwrap();
    assert_data_eq!(
        refused_file(&wasm, &[]),
        str![[r#"
error[import-refused]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` imports `acme:secrets/vault@1.0.0`, which scaffold does not grant

hint: a pack gets `scaffold:pack/jinja`, `scaffold:pack/layout`, `scaffold:pack/log` and WASI 0.2 without files and network; ask its author for a build without this import

"#]]
    );
}

#[test]
fn exports_of_another_shape() {
    let component = r#"(component
        (instance $generator)
        (export "scaffold:pack/generator@0.1.0" (instance $generator)))"#;
    let manifest = serde_json::from_value(json!({ "name": "hostile", "version": "0.1.0", "summary": "x" })).unwrap();
    let wasm = scaffold::component::with_manifest(&wat::parse_str(component).unwrap(), &manifest).unwrap();
    assert_data_eq!(
        refused_file(&wasm, &[]),
        str![[r#"
error[contract-unsupported]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` does not fit the contract: it was built for `scaffold:pack` 0.1.0, and this scaffold serves 0.1.0
  instance export `scaffold:pack/generator@0.1.0` does not have export `describe`

hint: use a newer version of the pack, or ask its author to build it again

"#]]
    );
}

#[test]
fn facts_that_are_not_json() {
    let pack = Pack::new("hostile").renders(|memory| {
        let rendering = memory.rendering("a.j2", "{not json");
        let file = memory.file("a", rendering, false);
        memory.output(&[], &[file])
    });
    assert_data_eq!(
        refused(&pack),
        str![[r#"
error[pack-invalid]: `hostile` 0.1.0 from `[WORK]/hostile.wasm` returned something that is not valid: the values for `a`: key must be a string at line 1 column 2
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn a_manifest_that_lies() {
    let component = Pack::new("hostile").bare();
    let mut wasm = component;
    let section = wasm_encoder::CustomSection { name: "scaffold:manifest".into(), data: br#"{"name":"../x"}"#.into() };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut wasm);
    assert_data_eq!(
        refused_file(&wasm, &[]),
        str![[r#"
error[manifest-invalid]: `[WORK]/hostile.wasm` is not a pack: its manifest can't be read: `../x` is not a name: a name is lower-case words of letters and digits joined by hyphens, at most 64 characters, the first a letter at line 1 column 15

hint: build the pack again: the section `scaffold:manifest` is written when it is built

"#]]
    );
}
