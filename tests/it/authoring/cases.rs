//! `scaffold pack test`: cases as folders.

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::support::Machine;

const PACK: &str = r#"
name = "web"
version = "0.1.0"
summary = "x"

[questions.auth]
enum = ["none", "jwt"]
default = "none"

[questions.docs]
type = "boolean"
default = false

[questions.port]
type = "integer"
default = 8000

[[check]]
holds = "answers.port > 1023"
message = "{{ answers.port }} is a port for root"
answer = "/port"

[[file]]
template = "docs.md"
when = "answers.docs"

[[file]]
template = "auth.md"
when = "answers.auth != 'none'"
"#;

/// What becomes of answers to versions before 0.1.5.
const MIGRATION: &str = r#"
[[migration]]
before = "0.1.5"
rename = { listen = "port" }
remove = ["colour"]
set = { port = "{{ answers.listen + 8000 }}" }
"#;

fn web() -> Machine {
    let machine = Machine::new();
    machine
        .write("web/pack.toml", PACK)
        .write("web/templates/main.txt", "{% include 'partials/port' %}\nauth: {{ answers.auth }}\n")
        .write("web/templates/docs.md", "docs\n")
        .write("web/templates/auth.md", "auth\n")
        .write("web/partials/port", "port: {{ answers.port }}\n")
        .write("web/partials/unused", "never");
    machine
}

#[test]
fn other_files_are_shown_as_a_diff() {
    let machine = web();
    machine
        .write("web/tests/plain/answers.toml", "port = 9000\n")
        .write("web/tests/plain/expected/main.txt", "port: 8000\nauth: none\n")
        .write("web/tests/plain/expected/gone.txt", "gone\n")
        .write("web/tests/docs/answers.toml", "docs = true\n")
        .write("web/tests/docs/expected/main.txt", "port: 8000\nauth: none\n");
    assert_data_eq!(
        machine.run(&["pack", "test", "web"]).fails(),
        str![[r#"
error[pack-test-failed]: case `docs` makes other files
  --- /dev/null
  +++ made/docs.md
  @@ -0,0 +1 @@
  +docs

hint: if it is right as it is now, run `scaffold pack test --bless` and look at what changed

error[pack-test-failed]: case `plain` makes other files
  --- expected/gone.txt
  +++ /dev/null
  @@ -1 +0,0 @@
  -gone
  --- expected/main.txt
  +++ made/main.txt
  @@ -1,2 +1,2 @@
  -port: 8000
  +port: 9000
   auth: none

hint: if it is right as it is now, run `scaffold pack test --bless` and look at what changed

"#]]
    );
    machine.run(&["pack", "test", "web", "--case", "plain"]).fails();
    let said = machine.run(&["pack", "test", "web", "--case", "plian"]).fails();
    assert!(said.starts_with("error[pack-test-unknown]") && said.contains("`plain`"), "{said}");
}

#[test]
fn what_comes_out_can_be_blessed() {
    let machine = web();
    machine
        .write("web/tests/plain/answers.toml", "")
        .write("web/tests/plain/expected/gone.txt", "gone\n")
        .write("web/tests/low/answers.toml", "port = 80\n")
        .write("web/tests/begun/answers.toml", "docs = true\n")
        .write("web/tests/run/case.toml", "[[run]]\ncommand = [\"true\"]\n");
    machine.run(&["pack", "test", "web"]).fails();
    let run = machine.run(&["pack", "test", "web", "--bless"]).succeeds();
    assert_eq!(machine.read("web/tests/begun/expected/docs.md"), "docs\n");
    assert!(!machine.path("web/tests/run/expected").exists());
    assert!(run.stderr.contains("Blessed `low`") && run.stderr.contains("Blessed `plain`"), "{}", run.stderr);
    assert!(!machine.path("web/tests/plain/expected/gone.txt").exists());
    assert_eq!(machine.read("web/tests/plain/expected/main.txt"), "port: 8000\nauth: none\n");
    assert_eq!(machine.read("web/tests/low/message.txt"), "`port`: 80 is a port for root\n");
    let run = machine.run(&["pack", "test", "web", "--bless"]).succeeds();
    assert!(!run.stderr.contains("Blessed"), "{}", run.stderr);
    let left: Vec<String> = machine.tree("web/tests/plain").into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, ["answers.toml", "expected/main.txt"]);
}

/// What is expected can be changed by blessing; what a command says of it can't, and has to be told.
#[cfg(unix)]
#[test]
fn what_keeps_a_case_from_being_blessed_is_told() {
    let machine = web();
    let run = "[[run]]\ncommand = [\"cat\", \"main.txt\"]\nprints = \"old\\n\"\n";
    machine.write("web/tests/plain/case.toml", run).write("web/tests/plain/expected/main.txt", "old\n");
    for _ in 0..2 {
        let said = machine.run(&["pack", "test", "web", "--bless"]).fails();
        assert!(said.contains("in which `cat main.txt` prints something else"), "{said}");
        assert!(said.contains("hint: mend the pack, or what `[[run]]`"), "{said}");
    }
    assert_eq!(machine.read("web/tests/plain/expected/main.txt"), "old\n");
}

#[test]
fn a_file_that_nobody_would_read_is_an_error() {
    for (slip, meant) in
        [("anwers.toml", "answers.toml"), ("answers.yml", "answers.yaml"), ("expcted/main.txt", "expected")]
    {
        let machine = web();
        machine
            .write("web/tests/plain/case.toml", "[[run]]\ncommand = [\"true\"]\n")
            .write("web/tests/plain/case.toml~", "");
        machine.run(&["pack", "test", "web"]).succeeds();
        machine.write(&format!("web/tests/plain/{slip}"), "");
        let said = machine.run(&["pack", "test", "web"]).fails();
        assert!(said.starts_with("error[pack-source-syntax]") && said.contains(&format!("`{meant}`")), "{said}");
    }
}

/// It would be a case with fewer answers than its author gave.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_input() {
    for part in ["tests/one/answers.toml", "tests/one/case.toml", "questions.json"] {
        let machine = Machine::new();
        machine.write("a/pack.toml", "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n");
        machine.write("a/templates/f", "x").write("a/tests/one/expected/f", "x");
        std::fs::create_dir_all(machine.path("a").join(part)).unwrap();
        let said = machine.run(&["pack", "test", "a"]).fails();
        assert!(said.contains("not a file") || said.contains("a folder"), "{part}: {said}");
    }
}

#[test]
fn a_refusal_has_to_come_and_to_say_what_is_expected() {
    let machine = web();
    machine.write("web/tests/low/answers.toml", "port = 80\n").write("web/tests/low/message.txt", "for nobody\n");
    let said = machine.run(&["pack", "test", "web"]).fails();
    assert!(said.contains("case `low` is refused in other words") && said.contains("- for nobody"), "{said}");
    machine.write("web/tests/low/message.txt", "port for root\n");
    machine.run(&["pack", "test", "web"]).succeeds();
    machine.write("web/tests/low/answers.toml", "port = 8080\n");
    let said = machine.run(&["pack", "test", "web"]).fails();
    assert!(said.contains("case `low` makes a project, and should be refused"), "{said}");
}

#[test]
fn a_matrix_runs_every_combination_and_coverage_tells_what_is_left() {
    let machine = web();
    machine.write("web/tests/all/case.toml", "[matrix]\nauth = [\"none\", \"jwt\"]\n");
    let run = machine.run(&["pack", "test", "web", "--json"]).succeeds();
    let tested: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(tested["cases"][0]["runs"], 2);
    let coverage = serde_json::to_string(&tested["coverage"]).unwrap();
    let expected =
        r#"{"templates":5,"unrendered":["docs.md","partials/unused"],"answers":5,"ungiven":["docs=true","port"]}"#;
    assert_eq!(coverage, expected);
    machine.write("web/tests/all/case.toml", "[matrix]\nauth = [\"none\", \"jwt\"]\nport = [80, 8080]\n");
    let said = machine.run(&["pack", "test", "web"]).fails();
    assert!(said.contains("case `all` with `auth=jwt`, `port=80` is refused"), "{said}");
}

/// A pack whose cases are all refusals has templates for all that.
#[test]
fn what_no_case_renders_is_told() {
    let machine = web();
    machine
        .write("web/tests/root/answers.toml", "port = 80\n")
        .write("web/tests/root/message.txt", "a port for root\n");
    let run = machine.run(&["pack", "test", "web"]).succeeds();
    assert!(run.stderr.contains("Rendered 0 of 5 templates\n"), "{}", run.stderr);
    assert!(run.stderr.contains("never `main.txt`\n"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn whether_a_file_may_be_run_is_compared() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    let machine = Machine::new();
    machine.write("a/pack.toml", "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n");
    machine.write("a/templates/run", "#!/bin/sh\n").write("a/templates/plain", "x").write("a/tests/one/case.toml", "");
    machine.run(&["pack", "test", "a", "--bless"]).succeeds();
    machine.run(&["pack", "test", "a"]).succeeds();
    let set = |file: &str, mode| {
        fs::set_permissions(machine.path("a/tests/one/expected").join(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("run", 0o644);
    set("plain", 0o755);
    let said = machine.run(&["pack", "test", "a"]).fails();
    assert!(said.contains("`run` is executable, and should not be"), "{said}");
    assert!(said.contains("`plain` is not executable, and should be"), "{said}");
}

#[cfg(unix)]
#[test]
fn commands_are_run_in_the_project() {
    let machine = web();
    let case = |command: &str| format!("[[run]]\ncommand = {command}\nprints = \"auth: none\\n\"\n");
    machine.write("web/tests/run/case.toml", case(r#"["grep", "auth", "main.txt"]"#));
    machine.run(&["pack", "test", "web"]).succeeds();
    for (command, told) in [
        (r#"["grep", "port", "main.txt"]"#, "`grep port main.txt` prints something else"),
        (r#"["grep", "nothing", "main.txt"]"#, "`grep nothing main.txt` fails"),
        (r#"["no-such-program"]"#, "can't run `no-such-program`"),
    ] {
        machine.write("web/tests/run/case.toml", case(command));
        let said = machine.run(&["pack", "test", "web"]).fails();
        assert!(said.contains(told) && !said.contains("--bless"), "{said}");
        // What fails when it is run is not made right by being written down.
        machine.run(&["pack", "test", "web", "--bless"]).fails();
    }
}

/// What is wrong with a pack or a case does not become what is expected.
#[test]
fn a_fault_is_not_blessed() {
    let machine = web();
    machine.write("web/tests/a/answers.toml", "").write("web/tests/a/expected/main.txt", "port: 8000\nauth: none\n");
    let stays = |told: &str| {
        for arguments in [&["pack", "test", "web"][..], &["pack", "test", "web", "--bless"]] {
            let said = machine.run(arguments).fails();
            assert!(said.contains(told) && !said.contains("--bless"), "{said}");
        }
        assert_eq!(machine.read("web/tests/a/expected/main.txt"), "port: 8000\nauth: none\n");
    };
    machine.write("web/partials/port", "port: {{ answers.prt }}\n");
    stays("`answers.prt`");
    machine.write("web/partials/port", "port: {{ answers.port }}\n");
    machine.write("web/tests/a/case.toml", "packs = [\"../gone\"]\n");
    stays("gone");
    // A refusal is one of the author's own, but not in the place of files.
    machine.write("web/tests/a/case.toml", "").write("web/tests/a/answers.toml", "port = 80\n");
    stays("80 is a port for root");
}

#[test]
fn other_packs_of_the_project_are_composed() {
    let machine = web();
    machine.write("base/pack.toml", "name = \"base\"\nversion = \"0.1.0\"\nsummary = \"x\"\n");
    machine.write("base/templates/base.txt", "{{ project.name }} {{ project.year }}\n");
    machine
        .write(
            "web/tests/both/case.toml",
            "name = \"stall\"\nyear = 2030\npacks = [\"b=../base\"]\nat = { b = \"sub\" }\n",
        )
        .write("web/tests/both/expected/main.txt", "port: 8000\nauth: none\n")
        .write("web/tests/both/expected/sub/base.txt", "stall 2030\n");
    machine.run(&["pack", "test", "web"]).succeeds();
}

#[test]
fn a_case_that_is_not_as_it_should_be() {
    let machine = web();
    machine.write("web/tests/x/case.toml", "nmae = \"x\"\n");
    let said = machine.run(&["pack", "test", "web"]).fails();
    assert!(said.starts_with("error[pack-source-syntax]") && said.contains("at tests/x/case.toml:1:1"), "{said}");
    for (text, told) in [("[matrix]\nport = []\n", "`port` of `[matrix]`"), ("[[run]]\ncommand = []\n", "`[[run]]`")] {
        machine.write("web/tests/x/case.toml", text);
        let said = machine.run(&["pack", "test", "web"]).fails();
        assert!(said.starts_with("error[pack-source-syntax]") && said.contains(told), "{said}");
    }
}

/// With `from`, the answers are an older version's, and the pack carries them over.
#[test]
fn a_case_may_begin_with_an_older_version() {
    let machine = web();
    machine.write("web/pack.toml", PACK.replace("version = \"0.1.0\"", "version = \"0.2.0\"") + MIGRATION);
    machine
        .write("web/tests/moved/answers.toml", "listen = 80\ncolour = \"red\"\n")
        .write("web/tests/moved/case.toml", "from = \"0.1.0\"\n")
        .write("web/tests/moved/expected/main.txt", "port: 8080\nauth: none\n");
    machine.run(&["pack", "test", "web"]).succeeds();

    // Of this version nothing is carried over.
    machine.write("web/tests/moved/case.toml", "from = \"0.1.5\"\n");
    machine.write("web/tests/moved/expected/main.txt", "port: 8000\nauth: none\n");
    for arguments in [&["pack", "test", "web"][..], &["pack", "test", "web", "--bless"]] {
        let said = machine.run(arguments).fails();
        assert!(said.contains("case `moved` loses answers") && said.contains("`80` for `listen`"), "{said}");
    }

    for from in ["0.2.0", "0.3.0"] {
        machine.write("web/tests/moved/case.toml", format!("from = \"{from}\"\n"));
        let said = machine.run(&["pack", "test", "web"]).fails();
        assert!(said.starts_with("error[pack-test-from]") && said.contains(&format!("begins with {from}")), "{said}");
    }
    machine.write("web/tests/moved/case.toml", "from = \"yesterday\"\n");
    assert!(machine.run(&["pack", "test", "web"]).fails().starts_with("error[pack-source-syntax]"));
}
