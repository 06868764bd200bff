//! Where a file, a line or a value comes from.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

/// Two packs that share a file by a slot, one by merging, and one line by line.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.pack("site.wasm", &site()).pack("shop.wasm", &shop());
    machine.run(&["new", "web", "--pack", "./site.wasm", "--pack", "./shop.wasm", "--set", "port=80"]).succeeds();
    machine
}

fn site() -> Pack {
    let template = "\
Routes of {{ name }}:
{% for route in routes %}
- {{ route }}
{% endfor %}
{% include 'end.j2' %}
";
    Pack::new("site").questions(json!({ "port": { "type": "integer", "default": 8000 } })).renders(|memory| {
        let templates = [memory.template("routes.j2", template), memory.template("end.j2", "# more\nthe end\n")];
        let values = json!({ "name": "web", "routes": ["/", "/about"], "answers": { "port": 80 } });
        let text = memory.rendering("routes.j2", &values.to_string());
        let content = [vec![1, 0, 0, 0], text].concat();
        let slot = memory.opening("more", "# more", [false; 3]);
        let routes = memory.file_with("docs/routes.txt", content, [false; 2], &[slot]);
        let settings = memory.literal("{\n  // how wide\n  \"tab\": 2,\n  \"rulers\": [\n    80\n  ]\n}\n");
        let settings = memory.merge("settings.json", "jsonc", settings, false, &[]);
        let ignored = memory.lines(".gitignore", &["*.log"]);
        let script = memory.literal("exit 0\n");
        let script = memory.file("once.sh", script, true);
        let blob = memory.bytes(&[0, 159, 146, 150]);
        let blob = memory.file_with("logo.bin", blob, [false; 2], &[]);
        memory.output(&templates, &[routes, settings, ignored, script, blob])
    })
}

fn shop() -> Pack {
    Pack::new("shop").renders(|memory| {
        let template = memory.template("shop.j2", "- {{ path }}\n- /cart\n");
        let text = memory.rendering("shop.j2", r#"{"path": "/shop"}"#);
        let fill = memory.fill("docs/routes.txt", "more", text, 0);
        let settings = memory.literal("{\n  \"rulers\": [\n    100\n  ],\n  \"eol\": \"lf\"\n}\n");
        let settings = memory.merge("settings.json", "jsonc", settings, false, &[]);
        let ignored = memory.lines(".gitignore", &["*.tmp"]);
        memory.output(&[template], &[fill, settings, ignored])
    })
}

fn explained(machine: &Machine, place: &str) -> String {
    let run = machine.run(&["-C", "web", "explain", place]).succeeds();
    assert_eq!(run.stderr, "");
    run.stdout
}

#[test]
fn a_file_is_told_by_stretches() {
    let machine = machine();
    assert_data_eq!(
        explained(&machine, "docs/routes.txt"),
        str![[r#"
docs/routes.txt

1-3       `site` 0.1.0: its file, template `routes.j2`
4-5       `shop` 0.1.0: text for the slot `more`, which `site` 0.1.0 opens, template `shop.j2`
6         `site` 0.1.0: its file, template `routes.j2`

"#]]
    );
    assert_data_eq!(
        explained(&machine, "settings.json"),
        str![[r#"
settings.json

1-3       `shop` 0.1.0: a merge as jsonc
4         `site` 0.1.0: a merge as jsonc
5-6       `shop` 0.1.0: a merge as jsonc
7-8       `site` 0.1.0: a merge as jsonc
9         `shop` 0.1.0: a merge as jsonc

"#]]
    );
    assert_data_eq!(
        explained(&machine, ".gitignore"),
        str![[r#"
.gitignore

1-3       `shop` 0.1.0: lines that it asks for
4-5       `site` 0.1.0: lines that it asks for

"#]]
    );
    assert_data_eq!(
        explained(&machine, "once.sh"),
        str![[r#"
once.sh
  written once, and yours from then on

1         `site` 0.1.0: its file

"#]]
    );
    assert_data_eq!(
        explained(&machine, "logo.bin"),
        str![[r#"
logo.bin

all       `site` 0.1.0: its file

"#]]
    );
}

#[test]
fn a_line_is_told_with_its_template_and_what_that_was_given() {
    let machine = machine();
    assert_eq!(machine.read("web/docs/routes.txt"), "Routes of web:\n- /\n- /about\n- /shop\n- /cart\nthe end\n");
    assert_data_eq!(
        explained(&machine, "docs/routes.txt:3"),
        str![[r#"
docs/routes.txt:3
  | - /about

from      `site` 0.1.0
as        its file
template  `routes.j2`, line 3
answers   port = 80 (given)
given     name = "web"
          routes = ["/","/about"]

"#]]
    );
    assert_data_eq!(
        explained(&machine, "docs/routes.txt:5"),
        str![[r#"
docs/routes.txt:5
  | - /cart

from      `shop` 0.1.0
as        text for the slot `more`, which `site` 0.1.0 opens
template  `shop.j2`, line 2

"#]]
    );
    assert_data_eq!(
        explained(&machine, "docs/routes.txt:6"),
        str![[r#"
docs/routes.txt:6
  | the end

from      `site` 0.1.0
as        its file
template  `routes.j2`, by line 2 of `end.j2`

"#]]
    );
}

#[test]
fn a_place_of_a_structured_file_is_told_by_its_pointer() {
    let machine = machine();
    assert_data_eq!(
        explained(&machine, "settings.json#/rulers/1"),
        str![[r#"
settings.json#/rulers/1, line 4
  |     80

from      `site` 0.1.0
as        a merge as jsonc
at        /rulers/1
answers   port = 80 (given)

"#]]
    );
    assert_data_eq!(
        explained(&machine, "settings.json#/eol"),
        str![[r#"
settings.json#/eol, line 6
  |   "eol": "lf",

from      `shop` 0.1.0
as        a merge as jsonc
at        /eol

"#]]
    );
    assert_data_eq!(
        explained(&machine, "settings.json:2"),
        str![[r#"
settings.json:2
  |   "rulers": [

from      `shop` 0.1.0
as        a merge as jsonc
at        /rulers

"#]]
    );
}

#[test]
fn what_the_user_wrote_is_the_users() {
    let machine = machine();
    machine.write("web/docs/routes.txt", "mine\nRoutes of web:\n- /\n- /contact\n- /shop\r\n- /cart\nthe end\n");
    assert_data_eq!(
        explained(&machine, "docs/routes.txt"),
        str![[r#"
docs/routes.txt
  you edited this file after it was generated

1         you
2-3       `site` 0.1.0: its file, template `routes.j2`
4         you
5-6       `shop` 0.1.0: text for the slot `more`, which `site` 0.1.0 opens, template `shop.j2`
7         `site` 0.1.0: its file, template `routes.j2`

"#]]
    );
    assert_data_eq!(
        explained(&machine, "docs/routes.txt:1"),
        str![[r#"
docs/routes.txt:1
  you edited this file after it was generated
  | mine

from      you: no pack generated this line

"#]]
    );
    std::fs::remove_file(machine.path("web/docs/routes.txt")).unwrap();
    assert!(explained(&machine, "docs/routes.txt:1").contains("you removed this file"));
}

#[test]
fn paths_are_as_typed_where_one_is() {
    let machine = machine();
    let run = machine.run(&["-C", "web/docs", "explain", "routes.txt:1"]).succeeds();
    assert!(run.stdout.starts_with("docs/routes.txt:1\n"), "{}", run.stdout);
    let run = machine.run(&["-C", "web/docs", "explain", "../settings.json#/tab"]).succeeds();
    assert!(run.stdout.contains("at        /tab\n"), "{}", run.stdout);
}

#[test]
fn json_has_all_of_it() {
    let machine = machine();
    let run = machine.run(&["-C", "web", "explain", "docs/routes.txt:3", "--json"]).succeeds();
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["schema"], "scaffold.explain/1");
    assert_eq!(document["state"], "as-generated");
    let from = &document["stretches"][0]["from"][0];
    assert_eq!(
        (&from["pack"], &from["kind"], &from["template"]),
        (&json!("site"), &json!("file"), &json!("routes.j2"))
    );
    assert_eq!(from["template_line"], json!({ "template": "routes.j2", "line": 3 }));
    assert_eq!(from["answers"], json!({ "port": { "value": 80, "given": true } }));
    assert_eq!(from["values"]["routes"], json!(["/", "/about"]));
}

#[test]
fn it_is_the_lock_that_counts_and_not_what_is_wanted_now() {
    let machine = machine();
    let before = explained(&machine, "docs/routes.txt:3");
    machine.write("web/scaffold.toml", machine.read("web/scaffold.toml").replace("port = 80", "port = 81"));
    // Another build of the same pack: this machine keeps the one that the lock names.
    machine.pack("site.wasm", &Pack::new("site").files(&[("other", "")]));
    assert_eq!(explained(&machine, "docs/routes.txt:3"), before);
    std::fs::remove_dir_all(machine.home()).unwrap();
    let said = machine.run(&["-C", "web", "explain", "docs/routes.txt:3"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[locked-pack-gone]: the locked bytes of `site` 0.1.0 are gone: `[WORK]/web/../site.wasm` was rebuilt, and this machine keeps no copy

hint: build `site` 0.1.0 again, or bring its `.wasm` back

"#]]
    );
}

#[test]
fn what_no_pack_made_is_an_error() {
    let machine = machine();
    let explain = |arguments: &[&str]| machine.run(&[&["-C", "web", "explain"], arguments].concat()).fails();
    assert_data_eq!(
        explain(&["docs/route.txt"]),
        str![[r#"
error[explain-unknown]: no pack made `docs/route.txt`
  near it: `docs/routes.txt`

hint: ask about a file that `scaffold.lock` lists: `scaffold explain PATH`, `PATH:LINE` or `PATH#/POINTER`

"#]]
    );
    assert_data_eq!(
        explain(&["docs/routes.txt:70"]),
        str![[r#"
error[explain-unknown]: `docs/routes.txt` has no line 70
  it has 6 lines

hint: ask about a file that `scaffold.lock` lists: `scaffold explain PATH`, `PATH:LINE` or `PATH#/POINTER`

"#]]
    );
    assert_data_eq!(
        explain(&["settings.json#/tabs"]),
        str![[r#"
error[explain-unknown]: `settings.json` has no place `/tabs` that can be told of
  near it: `/tab`

hint: ask about a file that `scaffold.lock` lists: `scaffold explain PATH`, `PATH:LINE` or `PATH#/POINTER`

"#]]
    );
    assert_data_eq!(
        explain(&["docs/routes.txt:x"]),
        str![[r#"
error[explain-place]: `docs/routes.txt:x` names no place: `x` is no line

hint: write `PATH`, `PATH:LINE` or `PATH#/POINTER`

"#]]
    );
    assert_data_eq!(
        explain(&["../other"]),
        str![[r#"
error[explain-place]: `../other` is outside of the project

hint: name a file of the project, relative to where you are

"#]]
    );
    assert_data_eq!(
        machine.run(&["explain", "x"]).fails(),
        str![[r#"
error[no-project]: there is no project here: no `scaffold.toml` in `[WORK]` or above it

hint: go into a project's folder, or name it with `-C DIR`; `scaffold new DIR --pack SPEC` makes one

"#]]
    );
    std::fs::remove_file(machine.path("web/scaffold.lock")).unwrap();
    assert_data_eq!(
        explain(&["docs/routes.txt"]),
        str![[r#"
error[no-lock]: the project in `[WORK]/web` has no `scaffold.lock`

hint: take the file back from version control

"#]]
    );
}

#[test]
fn a_settled_place_is_told_to_be_the_users() {
    let machine = Machine::new();
    let merging = |name: &str, tab: u8| {
        Pack::new(name).renders(|memory| {
            let text = memory.literal(&format!("{{\n  \"tab\": {tab}\n}}\n"));
            let merge = memory.merge("settings.json", "json", text, false, &[]);
            memory.output(&[], &[merge])
        })
    };
    machine.pack("a.wasm", &merging("a", 2)).pack("b.wasm", &merging("b", 4));
    let new = ["new", "web", "--pack", "./a.wasm", "--pack", "./b.wasm", "--settle", "settings.json#/tab=3"];
    machine.run(&new).succeeds();
    let settled = "\n[compose]\n\"settings.json#/tab\" = 3\n";
    assert!(machine.read("web/scaffold.toml").ends_with(settled), "{}", machine.read("web/scaffold.toml"));
    assert!(machine.read("web/scaffold.lock").contains(settled), "{}", machine.read("web/scaffold.lock"));
    assert_data_eq!(
        explained(&machine, "settings.json#/tab"),
        str![[r#"
settings.json#/tab, line 2
  |   "tab": 3

from      you
as        settled under `[compose]` in `scaffold.toml`
at        /tab

"#]]
    );
}

#[test]
fn a_pointer_is_into_the_file_as_it_stands() {
    let machine = machine();
    let text = machine.read("web/settings.json");
    machine.write(
        "web/settings.json",
        text.replace("    100,\n", "    60,\n    100,\n").replace("\"tab\": 2", "\"tab\": 3"),
    );
    let from = |pointer: &str| {
        let run = machine.run(&["-C", "web", "explain", &format!("settings.json#{pointer}"), "--json"]).succeeds();
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let stretch = &document["stretches"][0];
        (stretch["text"].as_str().unwrap().trim().to_owned(), stretch["from"][0]["instance"].clone())
    };
    assert_eq!(from("/rulers/0"), ("60,".to_owned(), Value::Null));
    assert_eq!(from("/rulers/1"), ("100,".to_owned(), json!("shop")));
    assert_eq!(from("/rulers/2"), ("80".to_owned(), json!("site")));
    assert_eq!(from("/tab"), ("\"tab\": 3".to_owned(), Value::Null));
    machine.run(&["-C", "web", "explain", "settings.json#/rulers/3"]).fails();
}

#[test]
fn files_of_one_pack_and_empty_ones_are_told_of_too() {
    let machine = Machine::new();
    machine.pack(
        "one.wasm",
        &Pack::new("one").files(&[("p.toml", "[a]\nb = [1, 2]\n"), ("empty", ""), (".env", "A=1\n")]),
    );
    machine.run(&["new", "web", "--pack", "./one.wasm"]).succeeds();
    assert!(explained(&machine, "p.toml#/a/b/1").starts_with("p.toml#/a/b/1, line 2\n"));
    assert!(explained(&machine, ".env#/A").contains("from      `one` 0.1.0\n"));
    assert!(explained(&machine, "empty").ends_with("all       `one` 0.1.0: its file\n"));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_not_followed() {
    let machine = machine();
    machine.write("secret", "mine\n");
    for target in ["../secret", "/dev/zero"] {
        std::fs::remove_file(machine.path("web/once.sh")).unwrap();
        std::os::unix::fs::symlink(target, machine.path("web/once.sh")).unwrap();
        let said = machine.run(&["-C", "web", "explain", "once.sh:1"]).fails();
        assert!(said.starts_with("error[project-unreadable]: `once.sh` can't be read"), "{said}");
    }
}

#[test]
fn a_large_file_is_told_of_as_quickly_as_it_is_made() {
    // As many lines and elements as would take minutes if each looked at all others.
    let machine = Machine::new();
    let pack = |name: &str| {
        Pack::new(name).renders(|memory| {
            let lines: Vec<String> = (0..20_000).map(|at| format!("{name} {at}")).collect();
            let lines = memory.lines("words.txt", &lines.iter().map(String::as_str).collect::<Vec<_>>());
            let items: Vec<String> = (0..8_000).map(|at| format!("    \"{name} {at}\"")).collect();
            let text = memory.literal(&format!("{{\n  \"l\": [\n{}\n  ]\n}}\n", items.join(",\n")));
            let merge = memory.merge("l.json", "json", text, false, &[]);
            memory.output(&[], &[lines, merge])
        })
    };
    machine.pack("a.wasm", &pack("a")).pack("b.wasm", &pack("b"));
    machine.run(&["new", "web", "--pack", "./a.wasm", "--pack", "./b.wasm"]).succeeds();
    assert!(explained(&machine, "words.txt:30000").contains("from      `b` 0.1.0\n"));
    assert!(explained(&machine, "l.json#/l/12000").contains("from      `b` 0.1.0\n"));
}

/// A line is made of what it names; only where that can't be told, everything may count.
#[test]
fn a_line_is_told_with_the_values_that_it_names() {
    let machine = Machine::new();
    let questions =
        "[questions.port]\ntype = \"integer\"\ndefault = 80\n[questions.host]\ntype = \"string\"\ndefault = \"h\"\n";
    machine.write("a/pack.toml", format!("name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n{questions}"));
    machine.write(
        "a/templates/f",
        "# {{ project.name }}\nport {{ answers.port }}\nplain\n{% for x in [answers.host] %}\n{{ x }}\n{% endfor %}\n",
    );
    machine.run(&["new", "shop", "--pack", "./a"]).succeeds();
    let said = |line: usize| machine.run(&["-C", "shop", "explain", &format!("f:{line}")]).succeeds().stdout;
    let (name, port, plain, looped) = (said(1), said(2), said(3), said(4));
    assert!(name.contains("given     project.name = \"shop\"\n") && !name.contains("answers"), "{name}");
    assert!(port.contains("answers   port = 80 (default)\n") && !port.contains("host"), "{port}");
    assert!(!plain.contains("answers") && !plain.contains("given"), "{plain}");
    assert!(looped.contains("port = 80") && looped.contains("host = \"h\""), "{looped}");
}
