//! The pages for authors are true: those here need nothing but `scaffold`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Machine, Reader, page};

#[test]
fn every_chapter_of_authoring_can_be_followed() {
    for chapter in page("authoring.md").split("\n## ").skip(1) {
        Reader::new(&Machine::new()).follow(chapter);
    }
}

#[test]
fn the_tutorial_without_code_can_be_followed() {
    Reader::new(&Machine::new()).follow(&page("tutorials/no-code.md"));
}

/// All but what fetches the two repositories, which are here already.
#[test]
fn the_workflow_publishes_the_next_version() {
    let machine = Machine::new();
    let authoring = page("authoring.md");
    let chapter = authoring.split("\n## ").find(|chapter| chapter.starts_with("Publishing\n")).unwrap();
    Reader::new(&machine).follow(chapter);
    let git = |folder: &str, arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "init.defaultBranch=main"]);
        machine.finish(command.args(arguments).current_dir(machine.path(folder))).succeeds().stdout
    };
    git("", &["init", "--quiet", "--bare", "origin"]);
    git("packs", &["init", "--quiet"]);
    git("packs", &["add", "--all"]);
    git("packs", &["commit", "--quiet", "--message", "style 0.1.0"]);
    git("packs", &["remote", "add", "origin", "../origin"]);
    git("packs", &["push", "--quiet", "--set-upstream", "origin", "main"]);

    machine.write("style/pack.toml", machine.read("style/pack.toml").replace("0.1.0", "0.2.0"));
    let workflow: Value = serde_saphyr::from_str(&machine.read("style/.github/workflows/publish.yml")).unwrap();
    let steps = workflow["jobs"]["publish"]["steps"].as_array().unwrap();
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert_eq!(scripts.len(), 5);
    let folder = Path::new(env!("CARGO_BIN_EXE_scaffold")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([PathBuf::from(folder)].into_iter().chain(std::env::split_paths(&path))).unwrap();
    for script in scripts {
        // What GitHub does with an expression before a shell sees it, and the shell that it starts.
        let script = script.replace("${{ github.ref_name }}", "0.2.0");
        let mut command = Command::new("sh");
        command.args(["-e", "-c", &script]).current_dir(machine.path(""));
        machine.finish(command.env("PATH", &path).env("SCAFFOLD_HOME", machine.home())).succeeds();
    }
    assert_eq!(git("origin", &["log", "--format=%s"]), "style 0.2.0\nstyle 0.1.0\n");
    let files = git("origin", &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(files.lines().filter(|file| file.ends_with(".wasm")).count(), 2, "{files}");
    let index = files.lines().find(|file| file.starts_with("index/") && file.ends_with("/style")).unwrap();
    assert!(git("origin", &["show", &format!("main:{index}")]).contains("0.2.0"));
}
