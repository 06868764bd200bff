//! Mistakes that have no better place: each is provoked once, so that its code is seen.

use std::path::Path;

use scaffold::authoring::componentize;
use scaffold::component::{inspect, with_manifest};
use scaffold::model::{Diagnose, Report};
use scaffold::registry::{self, Source as _};
use serde_json::json;

use crate::support::{Machine, Pack};

#[track_caller]
fn code(error: &impl Diagnose, code: &str) -> Report {
    let report = error.report();
    assert_eq!(report.code, code, "{report:?}");
    report
}

#[track_caller]
fn says(said: &str, code: &str) {
    assert!(said.starts_with(&format!("error[{code}]")), "{said}");
}

fn machine() -> Machine {
    let machine = Machine::new();
    machine.pack("plain.wasm", &Pack::new("plain").questions(json!({ "any": {} })).files(&[("a", "b")]));
    machine
}

const NEW: [&str; 4] = ["new", "shop", "--pack", "./plain.wasm"];

fn new(machine: &Machine, options: &[&str]) -> String {
    machine.run(&[&NEW, options].concat()).fails()
}

#[test]
fn command_lines() {
    let machine = machine();
    says(&new(&machine, &["--at", "plain"]), "at-invalid");
    says(&new(&machine, &["--at", "plain=../x"]), "at-invalid");
    says(&new(&machine, &["--name", "..."]), "project-name");
    says(&new(&machine, &["--name", "a\u{7}b"]), "project-name");
    says(&machine.run(&["-C", "nowhere", "cache", "dir"]).fails(), "directory");
}

#[test]
fn places_of_nobody() {
    let machine = machine();
    says(&new(&machine, &["--at", "typo=sub"]), "at-invalid");
    assert!(!machine.path("shop").exists());
}

#[test]
fn a_use_that_would_hide_the_shared_answers() {
    says(&machine().run(&["new", "shop", "--pack", "shared=./plain.wasm"]).fails(), "instance-reserved");
}

#[cfg(unix)]
#[test]
fn an_environment_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let machine = machine();
    for variable in ["SCAFFOLD_REGISTRY", "SOURCE_DATE_EPOCH"] {
        let mut command = machine.command(&NEW);
        says(&machine.finish(command.env(variable, std::ffi::OsStr::from_bytes(b"\xff"))).fails(), "environment");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_can_not_be_written() {
    let machine = machine();
    let full = std::fs::File::create("/dev/full").unwrap();
    let mut command = machine.command(&[&NEW[..], &["--dry-run"]].concat());
    // Not caught by the test: what the program says of it goes to standard error.
    let output = command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    says(&String::from_utf8(output.stderr).unwrap(), "output");
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_room() {
    let machine = machine();
    machine.run(&NEW).succeeds();
    // Kilobytes: too few for a pack's memory, which is reserved in advance, and for the threads' stacks.
    for (room, code) in [(4_000_000, "pack-start"), (90_000, "no-thread")] {
        let mut command = std::process::Command::new("sh");
        let scaffold = env!("CARGO_BIN_EXE_scaffold");
        let script = format!("ulimit -v {room}; exec {scaffold} new again --pack ./plain.wasm");
        command.args(["-c", &script]).current_dir(machine.path("")).env("SCAFFOLD_HOME", machine.home());
        says(&machine.finish(&mut command).fails(), code);
    }
}

#[test]
fn an_answer_that_can_not_be_written() {
    let machine = machine();
    machine.write("answers.json", r#"{ "any": [null] }"#);
    says(&new(&machine, &["--answers", "answers.json"]), "answer-unwritable");
    assert!(!machine.path("shop").exists());
}

#[test]
fn git_that_is_not_there() {
    let machine = machine();
    let mut command = machine.command(&[&NEW[..], &["--git"]].concat());
    let run = machine.finish(command.env("PATH", machine.path(""))).succeeds();
    assert!(run.stderr.contains("warning[git-init]"), "{}", run.stderr);
}

#[test]
fn a_cache_that_is_not_ours() {
    let machine = machine();
    std::fs::create_dir_all(machine.home().join("cache")).unwrap();
    std::fs::write(machine.home().join("cache/photos.zip"), "mine").unwrap();
    says(&machine.run(&["cache", "clean"]).fails(), "cache-untagged");
    assert!(machine.home().join("cache/photos.zip").exists());
}

#[test]
fn locks() {
    let parse = |text: &str| scaffold::project::Lock::parse(text).unwrap_err();
    code(&parse("version = 99\n"), "lock-newer");
    let report = code(&parse("version = 1\nedition = \n"), "lock-syntax");
    assert!(report.details[0].starts_with("at scaffold.lock:2:"), "{report:?}");
}

#[test]
fn components() {
    let large = [&b"\0asm"[..], &vec![0; 64 << 20]].concat();
    code(&inspect(&large).unwrap_err(), "component-too-large");
    let wasm = Pack::new("plain").wasm();
    let manifest = inspect(&wasm).unwrap().manifest.unwrap();
    code(&with_manifest(&wasm, &manifest).unwrap_err(), "manifest-invalid");
}

#[test]
fn a_component_that_does_not_compile() {
    // Parses, and does not validate: an instance of a component that is not there.
    let machine = machine();
    let mut wasm = Pack::new("plain").bare();
    wasm.extend([5, 3, 1, 0x99, 0]);
    machine.write("plain.wasm", &wasm);
    let said = machine.run(&NEW).fails();
    says(&said, "pack-compile");
}

#[test]
fn modules() {
    code(&componentize(b"text").unwrap_err(), "module-invalid");
    code(&componentize(&wat::parse_str("(module)").unwrap()).unwrap_err(), "module-without-world");
    let module = Pack::new("plain").imports(r#"(import "env" "time" (func))"#).module_with_world();
    code(&componentize(&module).unwrap_err(), "module-unfit");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    registry::init(folder.path(), "https://packs.example/").unwrap();
    let wasm = Pack::new("plain").wasm();
    registry::publish(folder.path(), &wasm, "2026-01-02T03:04:05Z", &|_| true).unwrap();
    folder
}

/// Runs `new` with a registry in which something was changed.
fn with_registry(change: impl FnOnce(&Path)) -> String {
    let folder = folder();
    change(folder.path());
    let machine = Machine::new();
    let mut command = machine.command(&["new", "shop", "--pack", "plain"]);
    let said = machine.finish(command.env("SCAFFOLD_REGISTRY", folder.path())).fails();
    assert!(!machine.path("shop").exists());
    said
}

fn blob(folder: &Path) -> std::path::PathBuf {
    std::fs::read_dir(folder.join("blobs/sha256")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn registries() {
    let good = with_registry(|folder| std::fs::remove_file(blob(folder)).unwrap());
    says(&good, "blob-missing");
    says(&with_registry(|folder| std::fs::write(blob(folder), "short").unwrap()), "blob-size");
    let changed = with_registry(|folder| {
        let mut wasm = std::fs::read(blob(folder)).unwrap();
        *wasm.last_mut().unwrap() ^= 1;
        std::fs::write(blob(folder), wasm).unwrap();
    });
    says(&changed, "blob-digest");
    says(&with_registry(|folder| std::fs::write(folder.join("config.json"), "[]").unwrap()), "registry-config");
    says(&with_registry(|folder| std::fs::write(folder.join("index/pl/ai/plain"), "{}\n").unwrap()), "registry-index");
    let dir = with_registry(|folder| {
        std::fs::remove_file(folder.join("index/pl/ai/plain")).unwrap();
        std::fs::create_dir(folder.join("index/pl/ai/plain")).unwrap();
    });
    says(&dir, "registry-io");
    let large = with_registry(|folder| {
        let file = std::fs::File::create(folder.join("index/pl/ai/plain")).unwrap();
        file.set_len(40 << 20).unwrap();
    });
    says(&large, "registry-too-large");
}

#[test]
fn a_catalog_that_is_none() {
    let folder = folder();
    std::fs::write(folder.path().join("catalog.json"), "{").unwrap();
    let source = registry::Folder::open(folder.path()).unwrap();
    code(&source.catalog().unwrap_err(), "registry-catalog");
}

#[test]
fn publishing() {
    let folder = folder();
    let wasm = Pack::new("other").wasm();
    code(&registry::publish(folder.path(), &wasm, "yesterday", &|_| true).unwrap_err(), "publish-time");
}

#[test]
fn more_packs_than_a_project_may_have() {
    code(&registry::ResolveError::TooManyPacks { limit: 256 }, "too-many-packs");
}

#[test]
fn templates() {
    let render = |name: &str, twice: bool| {
        let machine = Machine::new();
        let pack = Pack::new("plain").renders(|memory| {
            let templates: Vec<_> = (0..=u32::from(twice)).map(|_| memory.template("file.j2", "x")).collect();
            let rendering = memory.rendering(name, "{}");
            let file = memory.file("a", rendering, false);
            memory.output(&templates, &[file])
        });
        machine.pack("plain.wasm", &pack);
        machine.run(&NEW).fails()
    };
    says(&render("fill.j2", false), "template-unknown");
    says(&render("file.j2", true), "template-duplicate");
}

#[test]
fn a_terminal_that_fails() {
    let error = scaffold::project::AskError::Terminal("it is gone".to_owned());
    code(&scaffold::project::AnswersError::from(error), "terminal");
}

#[test]
fn settlements_that_can_not_be_read() {
    let machine = machine();
    for settle in ["Makefile", "Makefile=[1]", "../x=@plain", "a=@Not A Name", "a#/b"] {
        says(&new(&machine, &["--settle", settle]), "settlement-invalid");
    }
    says(&new(&machine, &["--settle", "a#/b=null"]), "settlement-invalid");
    says(&new(&machine, &["--settle", "a#/b=1", "--settle", "a#/b=2"]), "settlement-invalid");
    says(&new(&machine, &["--at", "plain=x", "--at", "plain=y"]), "at-invalid");
    says(&new(&machine, &["--settle", "a#/b=3.10"]), "settlement-stale");
}

#[test]
fn names_that_folders_would_give_twice() {
    let machine = Machine::new();
    let needy = Pack::new("needy").manifest("dependencies", json!([{ "name": "plain", "version": "*" }]));
    machine.pack("plain.wasm", &Pack::new("plain").files(&[("a", "b")])).pack("needy.wasm", &needy);
    let uses = ["new", "shop", "--pack", "x-plain=./plain.wasm", "--pack", "./needy.wasm", "--at", "needy=x"];
    let said = machine.run(&uses).fails();
    says(&said, "instance-twice");
    assert!(said.contains("`--pack NAME=plain --at NAME=x`"), "{said}");
}

#[test]
fn projects_that_can_not_be_made_again() {
    let machine = machine();
    machine.run(&NEW).succeeds();
    let explain = || machine.run(&["-C", "shop", "explain", "a"]);
    let lock = machine.read("shop/scaffold.lock");
    machine.write(
        "shop/scaffold.lock",
        lock.replace("source = \"path+../plain.wasm\"", "source = \"registry+https://else.example/\""),
    );
    // Its bytes are kept here, and they will do.
    explain().succeeds();
    std::fs::remove_dir_all(machine.home()).unwrap();
    says(&explain().fails(), "locked-registry-unknown");
    machine.write("shop/scaffold.lock", lock.replace("source = \"path+", "source = \"nowhere+"));
    says(&explain().fails(), "lock-syntax");
    machine.write("shop/scaffold.lock", lock.replace("edition = ", "edition = 9"));
    assert!(explain().succeeds().stderr.starts_with("warning[edition-differs]"));
    let once = lock.split("[[pack]]").nth(1).unwrap().split("[files]").next().unwrap();
    machine.write("shop/scaffold.lock", lock.replace("[files]", &format!("[[pack]]{once}[files]")));
    says(&explain().fails(), "lock-syntax");
    std::fs::remove_file(machine.path("shop/scaffold.lock")).unwrap();
    std::fs::create_dir(machine.path("shop/scaffold.lock")).unwrap();
    says(&explain().fails(), "project-unreadable");
}
