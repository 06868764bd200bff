//! Questions and how they are answered without a terminal.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

/// A pack that writes what it was told into one file.
fn survey() -> Pack {
    Pack::new("survey").manifest(
        "questions",
        json!({
            "type": "object",
            "required": ["team"],
            "properties": {
                "team": { "type": "string", "title": "Which team owns it?", "minLength": 2 },
                "port": { "type": "integer", "default": 8000, "minimum": 1, "maximum": 65535 },
                "auth": { "type": "string", "enum": ["jwt", "none"], "default": "jwt" },
                "issuer": {
                    "type": "string",
                    "x-when": { "properties": { "auth": { "const": "jwt" } } },
                    "x-default": "https://auth.{{ project.name | kebab }}.example"
                },
                "regions": { "type": "array", "items": { "enum": ["eu", "us"] }, "default": [] },
                "limits": {
                    "type": "object",
                    "properties": { "cpu": { "type": "number" }, "memory": { "type": "string" } }
                }
            }
        }),
    )
}

fn machine() -> Machine {
    let machine = Machine::new();
    machine.pack("survey.wasm", &survey());
    machine
}

#[track_caller]
fn answers(machine: &Machine, options: &[&str]) -> String {
    let arguments = [&["new", "My Shop", "--pack", "./survey.wasm"], options].concat();
    machine.run(&arguments).succeeds();
    let lock = machine.read("My Shop/scaffold.lock");
    lock.split("[pack.answers").skip(1).map(|part| part.split("\n\n").next().unwrap().to_owned() + "\n").collect()
}

#[track_caller]
fn refused(machine: &Machine, options: &[&str]) -> String {
    let arguments = [&["new", "shop", "--pack", "./survey.wasm"], options].concat();
    let said = machine.run(&arguments).fails();
    assert!(!machine.path("shop").exists());
    said
}

#[test]
fn a_missing_answer_says_how_to_give_it() {
    assert_data_eq!(
        refused(&machine(), &[]),
        str![[r#"
error[answers-missing]: 1 answer is missing
  `survey.team`: missing, text: `--set survey.team=VALUE`

hint: give them with `--set` or in a file with `--answers FILE`

"#]]
    );
}

#[test]
fn defaults_are_taken_and_said_to_be_defaults() {
    assert_data_eq!(
        answers(&machine(), &["--set", "team=core"]),
        str![[r#"
.given]
team = "core"
.default]
auth = "jwt"
issuer = "https://auth.my-shop.example"
port = 8000
regions = []

"#]]
    );
}

#[test]
fn values_are_read_by_their_type() {
    let options = [
        "--set",
        "team=42",
        "--set",
        "survey.port=9000",
        "--set",
        "regions=[\"us\",\"eu\"]",
        "--set",
        "limits.cpu=0.5",
        "--set",
        "limits.memory=1Gi",
        "--set",
        "auth=none",
    ];
    assert_data_eq!(
        answers(&machine(), &options),
        str![[r#"
.given]
auth = "none"
limits = { cpu = 0.5, memory = "1Gi" }
port = 9000
regions = ["us", "eu"]
team = "42"

"#]]
    );
}

#[test]
fn every_problem_is_listed_at_once() {
    let options = [
        "--set",
        "port=8o",
        "--set",
        "auth=basic",
        "--set",
        "regions=[\"mars\"]",
        "--set",
        "prot=1",
        "--set",
        "survey.tem=x",
        "--set",
        "limits.cpu=many",
    ];
    assert_data_eq!(
        refused(&machine(), &options),
        str![[r#"
error[answers-invalid]: 7 answers are missing or wrong
  `prot`: nobody asks this; did you mean `port`?
  `survey.auth`: must be one of `jwt`, `none`
  `survey.limits.cpu`: `many` is not a number
  `survey.port`: `8o` is not a whole number
  `survey.regions.0`: must be one of `eu`, `us`
  `survey.team`: missing, text: `--set survey.team=VALUE`
  `survey.tem`: nobody asks this; did you mean `team`?

hint: correct them where they are given: on the command line, or in `scaffold.toml` under `[answers]`

"#]]
    );
}

#[test]
fn an_answer_to_a_question_that_is_not_asked_is_a_problem() {
    let options = ["--set", "team=core", "--set", "auth=none", "--set", "issuer=https://x.example"];
    assert_data_eq!(
        refused(&machine(), &options),
        str![[r#"
error[answers-invalid]: 1 answer is missing or wrong
  `issuer`: is not asked with these answers

hint: correct them where they are given: on the command line, or in `scaffold.toml` under `[answers]`

"#]]
    );
}

#[test]
fn answers_come_from_toml_yaml_and_json() {
    let toml = "port = 9000\n[survey]\nteam = 'core'\n[survey.limits]\ncpu = 1.5\n";
    let yaml = "port: 9000\nsurvey:\n  team: core\n  limits: { cpu: 1.5 }\n";
    let json = r#"{"port": 9000, "survey": {"team": "core", "limits": {"cpu": 1.5}}}"#;
    let read = |file: &str, text: &str| {
        let machine = machine();
        machine.write(file, text);
        answers(&machine, &["--answers", file])
    };
    let from_toml = read("answers.toml", toml);
    assert_data_eq!(
        from_toml.clone(),
        str![[r#"
.given]
limits = { cpu = 1.5 }
port = 9000
team = "core"
.default]
auth = "jwt"
issuer = "https://auth.my-shop.example"
regions = []

"#]]
    );
    assert_eq!(read("answers.yaml", yaml), from_toml);
    assert_eq!(read("answers.json", json), from_toml);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let machine = machine();
    machine.write("answers.toml", "team = 'file'\nport = 1\n");
    let said = answers(&machine, &["--answers", "answers.toml", "--set", "team=line"]);
    assert!(said.contains("team = \"line\"") && said.contains("port = 1\n"), "{said}");
}

#[test]
fn an_answers_file_with_a_mistake_is_placed() {
    let machine = machine();
    machine.write("answers.toml", "team = 'core'\nport = = 1\n");
    assert_data_eq!(
        refused(&machine, &["--answers", "answers.toml"]),
        str![[r#"
error[answers-file]: the answers file `answers.toml` can't be understood
  TOML parse error at line 2, column 8
    |
  2 | port = = 1
    |        ^
  extra `=`, expected nothing

hint: correct the file

"#]]
    );
}

#[test]
fn an_answers_file_that_is_not_there() {
    assert_data_eq!(
        refused(&machine(), &["--answers", "missing.toml"]),
        str![[r#"
error[answers-file]: the answers file `missing.toml` can't be read
  it does not exist

hint: check the path

"#]]
    );
}

#[cfg(unix)]
#[test]
fn an_answers_file_that_never_ends_or_never_begins() {
    let machine = machine();
    std::os::unix::fs::symlink("/dev/zero", machine.path("zero.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(machine.path("pipe.json")).status().unwrap().success());
    for file in ["zero.json", "pipe.json"] {
        let said = refused(&machine, &["--answers", file]);
        assert!(said.starts_with("error[answers-file]"), "{said}");
    }
}

#[test]
fn one_text_that_two_packs_read_differently_is_written_for_each() {
    let machine = Machine::new();
    machine.pack("a.wasm", &Pack::new("text").questions(json!({ "port": { "type": "string" } })));
    machine.pack("b.wasm", &Pack::new("number").questions(json!({ "port": { "type": "integer" } })));
    machine.run(&["new", "shop", "--pack", "./a.wasm", "--pack", "./b.wasm", "--set", "port=80"]).succeeds();
    let intent = machine.read("shop/scaffold.toml");
    assert!(intent.contains("port = \"80\"") && intent.contains("port = 80\n"), "{intent}");
}

#[test]
fn answers_that_the_user_gave_go_to_the_intent() {
    let machine = machine();
    answers(&machine, &["--set", "team=core", "--set", "survey.port=9000"]);
    assert_data_eq!(
        machine.read("My Shop/scaffold.toml"),
        str![[r#"
[project]
name = "My Shop"
year = 2026

[packs]
survey = { path = "../survey.wasm" }

[answers.shared]
team = "core"

[answers.survey]
port = 9000

"#]]
    );
}

#[test]
fn a_key_without_a_pack_goes_to_every_pack_that_asks() {
    let machine = machine();
    let asking = Pack::new("other").questions(json!({ "team": { "type": "string" }, "own": { "type": "boolean" } }));
    machine.pack("other.wasm", &asking);
    let options = ["--pack", "./other.wasm", "--set", "team=core", "--set", "other.own=true"];
    assert_data_eq!(
        answers(&machine, &options),
        str![[r#"
.given]
own = true
team = "core"
.given]
team = "core"
.default]
auth = "jwt"
issuer = "https://auth.my-shop.example"
port = 8000
regions = []

"#]]
    );
    assert!(machine.read("My Shop/scaffold.toml").contains("[answers.shared]\nteam = \"core\""));
}

#[test]
fn the_same_answers_in_another_order_are_the_same() {
    let trees = [["team=core", "limits.cpu=1", "limits.memory=x"], ["limits.memory=x", "limits.cpu=1", "team=core"]]
        .map(|set| {
            let options = set.map(|answer| ["--set", answer]).concat();
            let machine = machine();
            answers(&machine, &options);
            machine.tree("My Shop")
        });
    assert_eq!(trees[0], trees[1]);
}
