//! Packs without code, from the folder to the project.

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::support::Machine;

/// A pack that uses everything that `pack.toml` knows.
const STYLE: &str = r##"
name = "house-style"
version = "0.1.0"
summary = "What every repository of ours has"
license = "Apache-2.0"
keywords = ["example"]

[questions.team]
title = "Which team owns it?"
type = "string"

[questions.docs]
type = "boolean"
default = true

[questions.fields]
type = "array"
items = { type = "string" }
default = ["id", "name"]

[computed]
slug = "{{ answers.team | kebab }}"
count = "{{ answers.fields | length }}"
path = "teams/{{ computed.slug }}"

[[check]]
holds = "computed.count > 0"
message = "{{ project.name }} has no fields"
answer = "/fields"
help = "name one"

[[check]]
holds = "answers.team != 'nobody'"
message = "nobody owns it"
severity = "warning"

[[provides]]
name = "owner"
version = "1.0.0"
schema = { type = "object", required = ["team", "count"], properties = { count = { type = "integer" } } }
facts = { team = "{{ answers.team }}", count = "{{ computed.count }}", label = "team-{{ computed.slug }}", plain = [1, true] }

[[file]]
template = "docs/{{ field }}.md.j2"
each = "answers.fields"
as = "field"
when = "field != 'id'"

[[folder]]
folder = "docs"
when = "answers.docs"

[[file]]
template = "ci.yml"
path = ".github/workflows/{{ project.name }}.yml"
marks = "brackets"
opens = [{ name = "jobs", marker = "# slot: jobs" }]

[[file]]
template = "raw.txt"
raw = true
once = true

[[merge]]
path = "settings.json"
text = '{ "owner": {{ answers.team | tojson }}, "list": ["a", "b"] }'
lists = [{ pointer = "/list", policy = "sorted" }]

[[merge]]
path = ".env.example"
template = "partials/env"

[[lines]]
path = ".gitignore"
lines = ["*.log", "/{{ computed.path }}/", "{% if answers.docs %}/site/{% endif %}"]

[[slot]]
path = ".github/workflows/{{ project.name }}.yml"
name = "jobs"
template = "partials/job.j2"
each = "answers.fields"

[[step]]
title = "Greet"
command = ["./hello.sh", "{{ answers.team }}"]

[[step]]
title = "Never"
command = ["false"]
when = "answers.team == 'never'"
"##;

const FILES: [(&str, &str); 8] = [
    (
        "templates/hello.sh.j2",
        "#!/bin/sh\n{% from 'partials/macros.j2' import hi %}\necho \"{{ hi(answers.team) }} of {{ project.name }}\"\n",
    ),
    ("templates/docs/{{ field }}.md.j2", "# {{ field }}\n"),
    ("templates/ci.yml", "name: [[ project.name ]]\non: ${{ github.event }}\njobs:\n  # slot: jobs\n"),
    ("templates/raw.txt", "{{ as it is }}\n"),
    ("templates/{% if answers.docs %}NOTES{% endif %}", "plain\n"),
    ("partials/macros.j2", "{% macro hi(name) %}hi {{ name }}{% endmacro %}\n"),
    ("partials/job.j2", "{{ item }}:\n  runs-on: {{ project.name }}\n"),
    ("partials/env", "TEAM={{ computed.slug }}\n"),
];

fn style() -> Machine {
    let machine = Machine::new();
    machine.write("style/pack.toml", STYLE);
    for (file, text) in FILES {
        machine.write(&format!("style/{file}"), text);
    }
    machine.write("style/templates/logo.bin", [0, 159, 146, 150]);
    machine
}

fn new<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [&["new", "shop", "--pack", "./style"], options].concat()
}

#[test]
fn everything_that_a_pack_can_do_is_done_without_code() {
    let machine = style();
    let run = machine.run(&new(&["--set", "team=Core Team"])).succeeds();
    assert!(run.stderr.contains("./hello.sh 'Core Team'") && !run.stderr.contains("Never"), "{}", run.stderr);
    let paths: Vec<String> = machine.tree("shop").into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            ".env.example",
            ".github/workflows/shop.yml",
            ".gitignore",
            "NOTES",
            "docs/name.md",
            "hello.sh",
            "logo.bin",
            "raw.txt",
            "scaffold.lock",
            "scaffold.toml",
            "settings.json",
        ]
    );
    assert_eq!(machine.read("shop/hello.sh"), "#!/bin/sh\necho \"hi Core Team of shop\"\n");
    assert_eq!(machine.read("shop/docs/name.md"), "# name\n");
    assert_eq!(machine.read("shop/raw.txt"), "{{ as it is }}\n");
    assert_eq!(machine.read("shop/.gitignore"), "# house-style\n*.log\n/teams/core-team/\n/site/\n");
    assert_eq!(machine.read("shop/.env.example"), "TEAM=core-team\n");
    assert_eq!(std::fs::read(machine.path("shop/logo.bin")).unwrap(), [0, 159, 146, 150]);
    assert_data_eq!(
        machine.read("shop/.github/workflows/shop.yml"),
        str![[r#"
name: shop
on: ${{ github.event }}
jobs:
  id:
    runs-on: shop
  name:
    runs-on: shop

"#]]
    );
    let settings: Value = serde_json::from_str(&machine.read("shop/settings.json")).unwrap();
    assert_eq!(settings["owner"], "Core Team");
}

#[cfg(unix)]
#[test]
fn a_script_may_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = style();
    machine.run(&new(&["--set", "team=a"])).succeeds();
    let mode = |file: &str| std::fs::metadata(machine.path(file)).unwrap().permissions().mode() & 0o111;
    assert_eq!((mode("shop/hello.sh") != 0, mode("shop/NOTES")), (true, 0));
}

#[test]
fn conditions_leave_files_folders_and_lines_out() {
    let machine = style();
    machine.run(&new(&["--set", "team=a", "--set", "docs=false"])).succeeds();
    assert!(!machine.path("shop/docs").exists() && !machine.path("shop/NOTES").exists());
    assert_eq!(machine.read("shop/.gitignore"), "# house-style\n*.log\n/teams/a/\n");
}

#[test]
fn checks_refuse_and_warn() {
    let machine = style();
    assert_data_eq!(
        machine.run(&new(&["--set", "team=a", "--set", "fields=[]"])).fails(),
        str![[r#"
error[pack-refused]: `house-style` 0.1.0 from `[WORK]/style` refused the answers
  `fields`: shop has no fields

hint: name one

"#]]
    );
    let run = machine.run(&new(&["--set", "team=nobody"])).succeeds();
    assert!(run.stderr.contains("warning: `house-style` 0.1.0 from `[WORK]/style`: nobody owns it"), "{}", run.stderr);
}

#[test]
fn a_question_without_a_default_wants_an_answer() {
    let machine = style();
    let said = machine.run(&new(&[])).fails();
    assert!(said.starts_with("error[answers-missing]") && said.contains("team"), "{said}");
}

#[test]
fn a_pack_is_the_same_wherever_and_whenever_it_is_built() {
    let (one, other) = (style(), style());
    // As a checkout on Windows has them.
    for (file, text) in FILES {
        other.write(&format!("style/{file}"), text.replace('\n', "\r\n"));
    }
    let build = |machine: &Machine| {
        let run = machine.run(&["pack", "build", "style"]).succeeds();
        assert_eq!(run.stdout, "style/dist/house-style-0.1.0.wasm\n");
        std::fs::read(machine.path("style/dist/house-style-0.1.0.wasm")).unwrap()
    };
    let first = build(&one);
    assert_eq!(first, build(&one));
    assert_eq!(first, build(&other));
}

#[test]
fn what_a_folder_stands_for_is_what_is_built_of_it() {
    let machine = style();
    machine.run(&new(&["--set", "team=a"])).succeeds();
    machine.run(&["pack", "build", "style", "--output", "x.wasm"]).succeeds();
    machine.run(&["new", "again", "--name", "shop", "--pack", "./x.wasm", "--set", "team=a"]).succeeds();
    let lock = |project: &str| {
        let lock = machine.read(&format!("{project}/scaffold.lock"));
        lock.lines().find(|line| line.starts_with("checksum")).unwrap().to_owned()
    };
    assert_eq!(lock("shop"), lock("again"));
    // The folder has not changed, so the project can be made again from its lock.
    machine.run(&["-C", "shop", "explain", "NOTES"]).succeeds();
}

#[test]
fn what_is_built_is_said() {
    let machine = style();
    let run = machine.run(&["-C", "style", "pack", "build", "--json"]).succeeds();
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["schema"], "scaffold.pack-build/1");
    assert_eq!(document["language"], "no code");
    assert_eq!(document["file"], "./dist/house-style-0.1.0.wasm");
    let imports: Vec<&str> = document["imports"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(imports.iter().all(|import| import.starts_with("scaffold:pack/")), "{imports:?}");
}

#[test]
fn a_built_pack_is_published_as_any_other() {
    let machine = style();
    machine.run(&["pack", "build", "style"]).succeeds();
    machine.run(&["registry", "init", "reg"]).succeeds();
    machine.run(&["publish", "style/dist/house-style-0.1.0.wasm", "--registry", "./reg"]).succeeds();
}

/// Two packs of one repository in folders of their own, and one in the root that takes facts of both.
#[test]
fn a_taker_knows_in_which_folders_the_givers_stand() {
    let machine = Machine::new();
    machine.write(
        "service/pack.toml",
        r#"
        name = "service"
        version = "0.1.0"
        summary = "A service"
        [[provides]]
        name = "service"
        version = "1.0.0"
        facts = { name = "{{ instance }}" }
        "#,
    );
    machine.write("service/templates/where", "{{ folder }}\n");
    let taker = |cardinality: &str| {
        format!(
            r#"
            name = "ci"
            version = "0.1.0"
            summary = "CI"
            [computed]
            first = "{{{{ taken.service }}}}"
            [[requires]]
            name = "service"
            version = "^1"
            cardinality = "{cardinality}"
            "#
        )
    };
    machine.write("ci/pack.toml", taker("any-number"));
    machine.write(
        "ci/templates/ci.txt",
        "{% for offer in taken.service %}{{ offer.facts.name }}: {{ offer.folder }} {{ offer.version }}\n{% endfor %}",
    );
    machine
        .run(&[
            "new",
            "shop",
            "--pack",
            "./ci",
            "--pack",
            "a=./service",
            "--pack",
            "b=./service",
            "--at",
            "a=services/a",
        ])
        .succeeds();
    assert_eq!(machine.read("shop/ci.txt"), "a: services/a 1.0.0\nb: . 1.0.0\n");
    assert_eq!(machine.read("shop/services/a/where"), "services/a\n");
    assert_eq!(machine.read("shop/where"), ".\n");
    // Who takes one at most has it, or nothing, and no list.
    machine.write("ci/pack.toml", taker("at-most-one"));
    machine.write("ci/templates/ci.txt", "{{ taken.service.folder if computed.first else 'none' }}\n");
    machine.run(&["new", "alone", "--pack", "./ci"]).succeeds();
    assert_eq!(machine.read("alone/ci.txt"), "none\n");
    machine.run(&["new", "both", "--pack", "./ci", "--pack", "./service"]).succeeds();
    assert_eq!(machine.read("both/ci.txt"), ".\n");
}

#[test]
fn a_slip_in_an_expression_is_told_with_the_expression() {
    let machine = Machine::new();
    let pack = |rest: &str| format!("name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n{rest}\n");
    for (code, rest, told) in [
        ("pack-expression", "[computed]\nx = \"{{ answers.typo }}\"", "`answers.typo` is not defined"),
        (
            "pack-expression",
            "[[lines]]\npath = \"x\"\nlines = [\"{{ item }}\"]\neach = \"project.name\"",
            "`project.name`: invalid operation: a loop needs a list, and this is a string",
        ),
        (
            "pack-expression",
            "[[lines]]\npath = \"x\"\nlines = [\"y\"]\nwhen = \"project.name\"",
            "`project.name`: invalid operation: a condition is true or false, and this is a string",
        ),
    ] {
        machine.write("a/pack.toml", pack(rest));
        let said = machine.run(&["new", "shop", "--pack", "./a"]).fails();
        assert!(said.starts_with(&format!("error[{code}]")) && said.contains(told), "{said}");
        // It is a mistake to whoever checks the pack, too.
        assert!(machine.run(&["pack", "check", "a"]).fails().contains(&format!("error[{code}]")));
    }
}

/// A value that is made of other packs' facts waits for them, and so does one that is made of it; a word that looks alike
/// does not.
#[test]
fn values_wait_for_what_they_are_made_of() {
    let machine = Machine::new();
    let taker = |needed: &str, rest: &str| {
        format!(
            r#"
            name = "ci"
            version = "0.1.0"
            summary = "x"
            [questions.mistaken]
            type = "boolean"
            default = false
            [computed]
            plain = "{{{{ not answers.mistaken }}}}"
            port = "{{{{ taken.service.facts.port }}}}"
            next = "{{{{ computed.port + 1 }}}}"
            [[requires]]
            name = "service"
            version = "^1"
            needed-in = "{needed}"
            [[lines]]
            path = "ports"
            lines = ["{{{{ computed.port }}}} {{{{ computed.next }}}}"]
            [[check]]
            holds = "computed.plain"
            message = "mistaken"
            {rest}
            "#
        )
    };
    machine.write(
        "service/pack.toml",
        "name = \"service\"\nversion = \"0.1.0\"\nsummary = \"x\"\n[[provides]]\nname = \"service\"\nversion = \"1.0.0\"\n\
         facts = { port = 80 }\n",
    );
    machine.write("ci/pack.toml", taker("render", ""));
    machine.run(&["new", "shop", "--pack", "./ci", "--pack", "./service"]).succeeds();
    assert_eq!(machine.read("shop/ports"), "80 81\n");
    let check = "[[check]]\nholds = \"taken.service.facts.port > 100\"\nmessage = \"low\"";
    machine.write("ci/pack.toml", taker("render", check));
    let said = machine.run(&["pack", "build", "ci"]).fails();
    assert!(said.contains("wants `taken.service.facts.port`") && said.contains("needed-in = \"plan\""), "{said}");
    machine.write("ci/pack.toml", taker("plan", check));
    let said = machine.run(&["new", "low", "--pack", "./ci", "--pack", "./service"]).fails();
    assert!(said.starts_with("error[pack-refused]") && said.contains("low"), "{said}");
}

/// What was answered to 0.1.0 serves 0.3.0: a question has another name, one has gone, one is made of another.
#[test]
fn answers_to_an_older_version_are_carried_over() {
    let machine = Machine::new();
    let pack = |version: &str, rest: &str| {
        let questions = "[questions.title]\ntype = \"string\"\n[questions.port]\ntype = \"integer\"\ndefault = 80\n\
                         [questions.old]\ntype = \"string\"\ndefault = \"x\"\n";
        let questions = if version == "0.1.0" { questions } else { "" };
        format!("name = \"notes\"\nversion = \"{version}\"\nsummary = \"x\"\n{questions}{rest}\n")
    };
    machine.write("notes/pack.toml", pack("0.1.0", "")).write("notes/templates/all", "{{ answers | tojson }}\n");
    let set = ["--set", "title=a \"b\", c", "--set", "old=y", "--set", "port=8080"];
    machine.run(&[&["new", "shop", "--pack", "./notes"][..], &set].concat()).succeeds();
    machine.write(
        "notes/pack.toml",
        pack(
            "0.3.0",
            r#"
            [questions.name]
            type = "string"
            [questions.address]
            type = "string"
            [[migration]]
            before = "0.1.0"
            set = { name = "never" }
            [[migration]]
            before = "0.2.0"
            rename = { title = "heading" }
            remove = ["old"]
            [[migration]]
            before = "0.3.0"
            rename = { heading = "name", port = "address" }
            set = { address = "{{ version }}:{{ answers.port }}" }
            [[migration]]
            before = "0.3.0"
            when = "answers.name == 'nobody'"
            set = { name = "never" }
            "#,
        ),
    );
    let run = machine.run(&["-C", "shop", "update"]).succeeds();
    assert!(run.stderr.contains("notes"), "{}", run.stderr);
    assert_eq!(machine.read("shop/all"), r#"{"name": "a \"b\", c", "address": "0.1.0:8080"}"#.to_owned() + "\n");
    let intent = machine.read("shop/scaffold.toml");
    assert!(intent.contains("name = ") && !intent.contains("old") && !intent.contains("title"), "{intent}");
}

/// It may be the value that the user gave to another question.
#[test]
fn what_a_migration_sets_by_itself_is_no_answer_of_the_users() {
    let machine = Machine::new();
    let question = |name: &str| format!("[questions.{name}]\ntype = \"boolean\"\ndefault = false\n");
    let pack = |version: &str, rest: &[&str]| {
        format!("name = \"a\"\nversion = \"{version}\"\nsummary = \"x\"\n{}", rest.concat())
    };
    machine
        .write("a/pack.toml", pack("0.1.0", &[&question("debug")]))
        .write("a/templates/f", "{{ answers | tojson }}\n");
    machine.run(&["new", "shop", "--pack", "./a", "--set", "debug=true"]).succeeds();
    let migration = "[[migration]]\nbefore = \"0.2.0\"\nset = { telemetry = true }\n";
    machine.write("a/pack.toml", pack("0.2.0", &[&question("debug"), &question("telemetry"), migration]));
    machine.run(&["-C", "shop", "update"]).succeeds();
    assert_eq!(machine.read("shop/f"), "{\"debug\": true, \"telemetry\": true}\n");
    let intent = machine.read("shop/scaffold.toml");
    assert!(intent.contains("debug = true") && !intent.contains("telemetry"), "{intent}");
}

/// Whatever the questions are called, and whether or not the user answered the one whose name it takes.
#[test]
fn a_renamed_answer_stays_in_the_place_of_one_that_had_the_name() {
    for old in ["aold", "zold"] {
        for given in [&["other=THEIRS"][..], &[]] {
            let machine = Machine::new();
            let pack = |version: &str, questions: &[&str], rest: &str| {
                let question = |name: &&str| format!("[questions.{name}]\ntype = \"string\"\ndefault = \"d\"\n");
                let questions: String = questions.iter().map(question).collect();
                format!("name = \"notes\"\nversion = \"{version}\"\nsummary = \"x\"\n{questions}{rest}\n")
            };
            machine.write("notes/pack.toml", pack("0.1.0", &[old, "other"], ""));
            machine.write("notes/templates/all", "{{ answers | tojson }}\n");
            let mine = format!("{old}=MINE");
            let mut arguments = vec!["new", "shop", "--pack", "./notes", "--set", &mine];
            arguments.extend(given.iter().flat_map(|given| ["--set", given]));
            machine.run(&arguments).succeeds();
            let migration = format!("[[migration]]\nbefore = \"0.2.0\"\nrename = {{ {old} = \"other\" }}");
            machine.write("notes/pack.toml", pack("0.2.0", &["other"], &migration));
            machine.run(&["-C", "shop", "update"]).succeeds();
            assert_eq!(machine.read("shop/all"), "{\"other\": \"MINE\"}\n", "{old} {given:?}");
            // It is still an answer that the user gave.
            assert!(machine.read("shop/scaffold.toml").contains("MINE"), "{old} {given:?}");
        }
    }
}

/// Every pack without code can be asked to carry answers over. Where it has nothing to say, what the user took out of
/// `scaffold.toml` stays out.
#[test]
fn a_pack_that_carries_nothing_over_brings_nothing_back() {
    let machine = Machine::new();
    let pack = |version: &str| {
        format!(
            "name = \"notes\"\nversion = \"{version}\"\nsummary = \"x\"\n\
             [questions.port]\ntype = \"integer\"\ndefault = 80\n"
        )
    };
    machine.write("notes/pack.toml", pack("0.1.0")).write("notes/templates/port", "{{ answers.port }}\n");
    machine.run(&["new", "shop", "--pack", "./notes", "--set", "port=8080"]).succeeds();
    let intent = machine.read("shop/scaffold.toml");
    assert!(intent.contains("port = 8080\n"), "{intent}");
    machine.write("shop/scaffold.toml", intent.replace("port = 8080\n", ""));
    machine.write("notes/pack.toml", pack("0.2.0"));
    machine.run(&["-C", "shop", "update"]).succeeds();
    assert_eq!(machine.read("shop/port"), "80\n");
}
