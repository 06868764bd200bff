//! Compiled code and blobs: kept for the next run, trusted only where they may be, never needed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Machine, Pack};

fn machine() -> Machine {
    let machine = Machine::new();
    machine.pack("plain.wasm", &Pack::new("plain").files(&[("a", "b")]));
    machine.run(&["new", "first", "--pack", "./plain.wasm"]).succeeds();
    machine
}

fn compiled(machine: &Machine) -> PathBuf {
    let mut found = Vec::new();
    walk(&machine.home(), &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "cwasm"));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

#[test]
fn compiled_code_is_used_again() {
    let machine = machine();
    let before = fs::metadata(compiled(&machine)).unwrap().modified().unwrap();
    let name = machine.read("first/scaffold.toml");
    machine.run(&["new", "second", "--name", "first", "--pack", "./plain.wasm"]).succeeds();
    assert_eq!(machine.read("second/scaffold.toml"), name);
    assert_eq!(fs::metadata(compiled(&machine)).unwrap().modified().unwrap(), before);
}

#[test]
fn damaged_code_is_made_again() {
    let machine = machine();
    let file = compiled(&machine);
    for damage in [&b"not an object file"[..], b""] {
        fs::remove_file(&file).unwrap();
        fs::write(&file, damage).unwrap();
        fs::remove_dir_all(machine.path("second")).ok();
        machine.run(&["new", "second", "--pack", "./plain.wasm"]).succeeds();
        assert!(fs::metadata(compiled(&machine)).unwrap().len() > 1000);
    }
}

#[cfg(unix)]
#[test]
fn code_that_others_could_have_written_is_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = machine();
    let file = compiled(&machine);
    let folder = file.parent().unwrap().to_owned();
    // Were the file run, the run would fail: it is as long as before, and nonsense past its header.
    let mut code = fs::read(&file).unwrap();
    let text = code.len() / 2;
    code[text..].fill(0xcc);
    fs::remove_file(&file).unwrap();
    fs::write(&file, &code).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let run = machine.run(&["new", "second", "--pack", "./plain.wasm"]).succeeds();
    assert!(run.stderr.contains("warning[cache-unwritable]"), "{}", run.stderr);
    assert_eq!(fs::read(&file).unwrap(), code, "a folder that is not ours alone was written to");
}

#[cfg(unix)]
#[test]
fn code_behind_a_link_is_not_run() {
    let machine = machine();
    let file = compiled(&machine);
    let elsewhere = machine.path("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    machine.run(&["new", "second", "--pack", "./plain.wasm"]).succeeds();
    assert!(!fs::symlink_metadata(&file).unwrap().is_symlink(), "the link was followed");
}

#[cfg(unix)]
#[test]
fn the_folder_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = machine();
    let mode = fs::metadata(compiled(&machine).parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_that_can_not_be_written_is_a_warning() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &Pack::new("plain").files(&[("a", "b")]));
    let mut command = machine.command(&["new", "shop", "--pack", "./plain.wasm"]);
    let run = machine.finish(command.env("SCAFFOLD_HOME", "/proc/home")).succeeds();
    assert!(run.stderr.contains("warning[cache-unwritable]"), "{}", run.stderr);
    assert_eq!(machine.read("shop/a"), "b");
}

#[test]
fn a_damaged_component_is_found_and_removed() {
    let machine = machine();
    let verify = || machine.run(&["cache", "verify", "--json"]).succeeds().stdout;
    assert!(verify().contains("\"removed\": []"));
    let folder = machine.home().join("cache/blobs/sha256");
    let blob = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    fs::write(&blob, "damaged").unwrap();
    let name = blob.file_stem().unwrap().to_str().unwrap().to_owned();
    let said = verify();
    assert!(said.contains(&name) && said.contains("\"checked\": 1"), "{said}");
    assert!(!blob.exists());
    assert!(verify().contains("\"checked\": 0"));
}

#[test]
fn the_cache_can_be_found_measured_and_cleaned() {
    let machine = machine();
    let folder = machine.run(&["cache", "dir"]).succeeds().stdout;
    assert_eq!(folder, "[HOME]/cache\n");
    let size: u64 = machine.run(&["cache", "size"]).succeeds().stdout.trim().parse().unwrap();
    assert!(size > 1000);
    machine.run(&["cache", "clean"]).succeeds();
    assert_eq!(machine.run(&["cache", "size"]).succeeds().stdout, "0\n");
    machine.run(&["new", "second", "--pack", "./plain.wasm"]).succeeds();
}
