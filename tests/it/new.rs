//! `scaffold new`: what is written, and what is not.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

fn greeting() -> Pack {
    Pack::new("greeting").questions(json!({ "word": { "type": "string", "default": "Hello" } })).template(
        "hello/{name}.txt",
        "{{ word }}, world\n",
        json!({ "word": "Hi" }),
    )
}

fn plain() -> Pack {
    Pack::new("plain").files(&[("README.md", "# Plain\n"), ("src/a/b.txt", "b\n")])
}

#[test]
fn a_project_is_made_whole() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    let run = machine.run(&["new", "shop", "--pack", "./plain.wasm"]).succeeds();
    assert_eq!(run.stdout, "");
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Created `shop` with 4 files from plain 0.1.0
note: `plain` comes from a path: without it the project can't be rendered again

Next steps:
  cd shop

"#]]
    );
    let names: Vec<String> = machine.tree("shop").into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, ["README.md", "scaffold.lock", "scaffold.toml", "src/a/b.txt"]);
    assert_eq!(machine.names(), ["shop"]);
}

#[test]
fn parents_are_made() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    machine.run(&["new", "a/b/shop", "--pack", "./plain.wasm"]).succeeds();
    assert_eq!(machine.read("a/b/shop/README.md"), "# Plain\n");
    assert!(machine.read("a/b/shop/scaffold.toml").contains("path = \"../../../plain.wasm\""));
}

#[test]
fn an_empty_folder_is_filled() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    std::fs::create_dir(machine.path("shop")).unwrap();
    machine.run(&["-C", "shop", "new", ".", "--pack", "../plain.wasm"]).succeeds();
    let names: Vec<String> = machine.tree("shop").into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, ["README.md", "scaffold.lock", "scaffold.toml", "src/a/b.txt"]);
    assert!(machine.read("shop/scaffold.toml").contains("name = \"shop\""));
}

#[test]
fn a_folder_with_something_in_it_is_refused_before_any_pack_runs() {
    let machine = Machine::new();
    machine.pack("trap.wasm", &Pack::new("trap").plan("unreachable")).write("shop/mine.txt", "mine");
    assert_data_eq!(
        machine.run(&["new", "shop", "--pack", "./trap.wasm"]).fails(),
        str![[r#"
error[target-not-empty]: `[WORK]/shop` is not empty
  it holds `mine.txt`

hint: choose a folder that does not exist yet, or an empty one; `scaffold init` makes a project of one with files

"#]]
    );
    assert_eq!(machine.tree("shop"), [("mine.txt".to_owned(), b"mine".to_vec())]);
}

#[test]
fn a_folder_that_is_refused_keeps_what_looks_like_leftovers() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain()).write("shop/mine.txt", "mine");
    machine.write("shop/.scaffold/lock", "").write("shop/.scaffold/staging/kept.txt", "kept");
    let before = machine.tree("shop");
    machine.run(&["new", "shop", "--pack", "./plain.wasm"]).fails();
    assert_eq!(machine.tree("shop"), before);
}

#[test]
fn a_file_in_the_way_is_refused() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain()).write("shop", "a file");
    assert_data_eq!(
        machine.run(&["new", "shop", "--pack", "./plain.wasm"]).fails(),
        str![[r#"
error[target-not-a-folder]: `[WORK]/shop` is not a folder

hint: choose another place for the project

"#]]
    );
    assert_eq!(machine.read("shop"), "a file");
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_can_not_be_written_is_refused() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    // A file system on which nobody, root included, makes folders.
    let said = machine.run(&["new", "/proc/shop", "--pack", "./plain.wasm"]).fails();
    assert!(said.starts_with("error[target-unwritable]: can't make a project in `/proc`"), "{said}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    let run = machine.run(&["new", "shop", "--pack", "./plain.wasm", "--dry-run"]).succeeds();
    assert_data_eq!(
        run.stdout,
        str![[r#"
           shop/
      8 B  ├── README.md  plain
    758 B  ├── scaffold.lock  scaffold's own
     80 B  ├── scaffold.toml  scaffold's own
           └── src/
               └── a/
      2 B          └── b.txt  plain

        2  plain 0.1.0: all its own
        4  files in all, 848 B

"#]]
    );
    assert_eq!(machine.names(), [""; 0]);
}

#[test]
fn a_dry_run_shows_whose_each_file_is() {
    let machine = Machine::new();
    let shares = |name: &str, lines: &[&str]| {
        Pack::new(name).renders(|memory| {
            let text = memory.literal("x\n");
            let own = memory.file(&format!("{name}.txt"), text, name == "two");
            let lines = memory.lines(".gitignore", lines);
            memory.output(&[], &[own, lines])
        })
    };
    machine.pack("one.wasm", &shares("one", &["a"])).pack("two.wasm", &shares("two", &["b"]));
    let new = ["new", "shop", "--pack", "./one.wasm", "--pack", "./two.wasm", "--dry-run"];
    let plain = machine.run(&new).succeeds().stdout;
    for line in [
        "     17 B  ├── .gitignore  one + two\n",
        "      2 B  ├── one.txt  one\n",
        "      2 B  └── two.txt  two, yours once written\n",
        "        2  one 0.1.0: 1 shared with others (+)\n",
    ] {
        assert!(plain.contains(line), "{line}{plain}");
    }
    let colored = machine.run(&[&new[..], &["--color", "always"]].concat()).succeeds().stdout;
    for styled in ["\u{1b}[36mone.txt\u{1b}[0m  one\n", "\u{1b}[32mtwo.txt\u{1b}[0m  two"] {
        assert!(colored.contains(styled), "{styled:?} {colored:?}");
    }
    let json = machine.run(&[&new[..], &["--json"]].concat()).succeeds().stdout;
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["written"], false);
    assert_eq!(document["files"][0]["text"], "# one\na\n\n# two\nb\n");
    assert_eq!(document["files"][0]["packs"], json!(["one", "two"]));
    assert!(document["lock"].as_str().unwrap().contains("[[pack]]"));
    assert_eq!(machine.names(), [""; 0]);
}

#[test]
fn json_says_what_was_made() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    let run = machine.run(&["new", "shop", "--pack", "./plain.wasm", "--json"]).succeeds();
    assert_eq!(run.stderr, "");
    let mut document: Value = serde_json::from_str(&run.stdout).unwrap();
    document["packs"][0]["sha256"] = "[DIGEST]".into();
    assert_data_eq!(
        format!("{document:#}"),
        str![[r#"
{
  "schema": "scaffold.new/1",
  "directory": "[WORK]/shop",
  "written": true,
  "packs": [
    {
      "instance": "plain",
      "name": "plain",
      "version": "0.1.0",
      "sha256": "[DIGEST]",
      "at": null,
      "requested": true,
      "answers": {}
    }
  ],
  "files": [
    {
      "path": "README.md",
      "bytes": 8,
      "sha256": "9d6dc8a23dc8c4f6fa6a808668530dda7ec277b2ccc74b3c2e987aa4c90a9e1e",
      "executable": false,
      "once": false,
      "packs": [
        "plain"
      ],
      "shares": [
        {
          "instance": "plain",
          "template": null
        }
      ]
    },
    {
      "path": "src/a/b.txt",
      "bytes": 2,
      "sha256": "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f",
      "executable": false,
      "once": false,
      "packs": [
        "plain"
      ],
      "shares": [
        {
          "instance": "plain",
          "template": null
        }
      ]
    }
  ],
  "next_steps": []
}
"#]]
    );
}

#[test]
fn json_says_what_went_wrong() {
    let machine = Machine::new();
    let run = machine.run(&["new", "shop", "--pack", "./missing.wasm", "--json"]);
    assert_eq!(run.code, 1);
    assert_data_eq!(
        run.stdout,
        str![[r#"
{
  "schema": "scaffold.errors/1",
  "errors": [
    {
      "code": "pack-unreadable",
      "message": "the pack `[WORK]/missing.wasm` can't be read: No such file or directory (os error 2)",
      "details": [],
      "hint": "check the path and that you may read the file"
    }
  ]
}

"#]]
    );
}

#[test]
fn git_is_begun_on_request() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    machine.run(&["new", "shop", "--pack", "./plain.wasm", "--git"]).succeeds();
    assert!(machine.path("shop/.git/HEAD").is_file());
}

#[test]
fn a_path_is_not_a_template() {
    let machine = Machine::new();
    machine.pack("greeting.wasm", &greeting());
    machine.run(&["new", "shop", "--pack", "./greeting.wasm", "--defaults"]).succeeds();
    assert_eq!(machine.read("shop/hello/{name}.txt"), "Hi, world\n");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["new", "shop"]).code, 2);
    assert_eq!(machine.run(&["new", "shop", "--pack", "x", "--colour"]).code, 2);
}

#[test]
fn an_instance_goes_below_its_folder() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &plain());
    machine
        .run(&["new", "shop", "--pack", "one=./plain.wasm", "--pack", "two=./plain.wasm", "--at", "two=services/two"])
        .succeeds();
    let names: Vec<String> = machine.tree("shop").into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "scaffold.lock",
            "scaffold.toml",
            "services/two/README.md",
            "services/two/src/a/b.txt",
            "src/a/b.txt"
        ]
    );
}
