//! What lies on a disk, in a registry or in a pack's folder may be anyone's: it is told, and nothing is lost or waited for.

use scaffold::registry::{IndexLine, write_index};

use crate::life::Scene;
use crate::support::{Draft, Machine};

const PACK: &str = "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n";

fn one(version: &str) -> Draft {
    Draft::new("a", version).file("f", version)
}

/// A pack is asked about that wants more than it had before; so what it wants can't be left to whoever wrote the index.
#[test]
fn an_index_that_says_something_else_of_a_component() {
    type Change = fn(&mut IndexLine);
    let changes: [(&str, Change); 2] = [
        ("list of imports", |line| line.imports.push("wasi:cli/exit@0.2.9".to_owned())),
        ("contract", |line| line.contract.major = 77),
    ];
    for (what, change) in changes {
        let scene = Scene::new(&[one("1.0.0")], &["a"]);
        scene.publish(&one("1.1.0"));
        let mut lines = scene.registry.lines("a");
        lines.iter_mut().for_each(change);
        std::fs::write(scene.registry.index("a"), write_index(&lines).unwrap()).unwrap();
        let before = scene.tree();
        for arguments in [&["update"][..], &["apply"]] {
            let said = scene.run(arguments).fails();
            assert!(said.starts_with("error[blob-manifest]") && said.contains(&format!("another {what}")), "{said}");
        }
        assert_eq!(scene.tree(), before);
    }
}

/// A circle, and a tree in which everything has two ways down.
#[test]
fn a_lock_whose_packs_depend_on_each_other_without_end() {
    let chain: Vec<Draft> = (0..30)
        .map(|at| {
            let pack = Draft::new(&format!("p{at}"), "1.0.0").file(&format!("f{at}"), "");
            (1..=2).filter(|step| at + step < 30).fold(pack, |pack, step| pack.needs(&format!("p{}", at + step), "1"))
        })
        .collect();
    let scene = Scene::new(&chain, &["p0"]);
    let drawn = scene.run(&["tree"]).succeeds().stdout;
    assert!(drawn.lines().count() < 100 && drawn.contains("p3 1.0.0 (*)\n"), "{drawn}");
    let lock = scene.read("scaffold.lock");
    assert!(lock.contains("dependencies = [\"p29\"]"), "{lock}");
    scene.write("scaffold.lock", lock.replace("dependencies = [\"p29\"]", "dependencies = [\"p0\"]"));
    assert!(scene.run(&["tree"]).succeeds().stdout.contains("p0 1.0.0 (*)\n"));
}

#[test]
fn names_and_entries_of_a_project_file_that_can_not_be() {
    let scene = Scene::new(&[one("1.0.0")], &["a"]);
    let intent = scene.read("scaffold.toml");
    for (from, to, told) in [
        ("name = \"shop\"", "name = \"a\\nb\"", "characters in it that can't be seen"),
        ("name = \"shop\"", "name = \"..\"", "has a letter or digit"),
        ("a = \"^1.0.0\"", "a = \"^1.x.y\"", "`^1.x.y` is no version requirement"),
        ("a = \"^1.0.0\"", "a = { git = \"x\" }", "unknown field `git`"),
        ("a = \"^1.0.0\"", "a = { version = \"^1\", at = \"../x\" }", "`../x`"),
        ("a = \"^1.0.0\"", "a = 1", "expected a version requirement such as"),
    ] {
        scene.write("scaffold.toml", intent.replace(from, to));
        let said = scene.run(&["apply"]).fails();
        assert!(said.starts_with("error[intent-syntax]") && said.contains(told), "{said}");
        assert!(said.contains("  at scaffold.toml:"), "{said}");
    }
}

/// Each is as much to run as another pack.
#[test]
fn a_project_of_more_uses_than_packs_may_be() {
    let scene = Scene::new(&[one("1.0.0")], &["a"]);
    let uses: String =
        (0..300).map(|at| format!("a{at} = {{ pack = \"a\", version = \"1\", at = \"d{at}\" }}\n")).collect();
    scene.write("scaffold.toml", scene.read("scaffold.toml").replace("[packs]\n", &format!("[packs]\n{uses}")));
    let said = scene.run(&["apply"]).fails();
    assert!(said.starts_with("error[too-many-packs]"), "{said}");
}

/// As in a file of answers.
#[test]
fn a_date_in_a_project_file_is_text() {
    let machine = Machine::new();
    machine.write("a/pack.toml", format!("{PACK}[questions.day]\ntype = \"string\"\n"));
    machine.write("a/templates/f", "{{ answers.day }}\n");
    machine.run(&["new", "shop", "--pack", "./a", "--set", "day=x"]).succeeds();
    let intent = machine.read("shop/scaffold.toml");
    machine.write("shop/scaffold.toml", intent.replace("day = \"x\"", "day = 1979-05-27"));
    machine.run(&["-C", "shop", "apply"]).succeeds();
    assert_eq!(machine.read("shop/f"), "1979-05-27\n");
    machine.run(&["-C", "shop", "check"]).succeeds();
}

#[test]
fn what_is_said_of_an_error_has_an_end() {
    let scene = Scene::new(&[one("1.0.0")], &["a"]);
    let slips: String = (0..5_000).map(|at| format!("x{at} = 1\n")).collect();
    scene.write("scaffold.toml", scene.read("scaffold.toml") + "[answers.a]\n" + &slips);
    let said = scene.run(&["apply"]).fails();
    assert!(said.lines().count() < 300 && said.contains("\n  and 4800 more\n"), "{} lines", said.lines().count());
    let said = scene.run(&["set", &format!("port={}", "[".repeat(60_000))]).fails();
    assert!(said.len() < 20_000, "{} bytes", said.len());
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// The folder of a pack may be a stranger's.
    #[test]
    fn a_pack_is_not_built_through_a_link() {
        for (link, to) in [("a/dist/a-0.1.0.wasm", "precious"), ("a/dist", "elsewhere")] {
            let machine = Machine::new();
            machine.write("a/pack.toml", PACK).write("a/templates/f", "x").write("precious", "precious");
            std::fs::create_dir(machine.path("elsewhere")).unwrap();
            std::fs::create_dir_all(machine.path(link).parent().unwrap()).unwrap();
            symlink(machine.path(to), machine.path(link)).unwrap();
            let said = machine.run(&["pack", "build", "a"]).fails();
            assert!(said.starts_with("error[pack-unwritable]") && said.contains("a symbolic link"), "{said}");
            assert_eq!(machine.read("precious"), "precious");
            assert_eq!(machine.tree("elsewhere"), []);
        }
    }

    /// And so may that of a registry, which others push to.
    #[test]
    fn nothing_is_published_through_a_link() {
        for part in ["index", "blobs", "catalog.json", ".lock"] {
            let machine = Machine::new();
            machine.write("a/pack.toml", PACK).write("a/templates/f", "x").write("victim/x", "x");
            machine.run(&["pack", "build", "a"]).succeeds();
            machine.run(&["registry", "init", "reg", "--id", "https://x.example/"]).succeeds();
            let (path, elsewhere) = (machine.path("reg").join(part), machine.path("victim").join(part));
            if part.contains('.') {
                std::fs::rename(&path, &elsewhere).unwrap();
            } else {
                std::fs::create_dir(&elsewhere).unwrap();
            }
            symlink(&elsewhere, &path).unwrap();
            let before = machine.tree("victim");
            let said = machine.run(&["publish", "a/dist/a-0.1.0.wasm", "--registry", "./reg"]).fails();
            assert!(said.starts_with("error[registry-io]") && said.contains("a symbolic link"), "{part}: {said}");
            assert_eq!(machine.tree("victim"), before, "{part}");
        }
    }

    /// A pipe that nobody writes to would be waited for.
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let pipe = |path: &std::path::Path| {
            let _ = std::fs::remove_file(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        };
        let scene = Scene::new(&[one("1.0.0")], &["a"]);
        pipe(&scene.registry.index("a"));
        let said = scene.run_in(".", &["new", "other", "--pack", "a"]).fails();
        assert!(said.starts_with("error[registry-io]") && said.contains("it is not a file"), "{said}");
        pipe(&scene.registry.path().join("config.json"));
        let said = scene.run_in(".", &["new", "other", "--pack", "a"]).fails();
        assert!(said.contains("it is not a file"), "{said}");
        let machine = Machine::new();
        pipe(&machine.home().join("config/config.toml"));
        let said = machine.run(&["registry", "list"]).fails();
        assert!(said.starts_with("error[config-invalid]") && said.contains("it is not a file"), "{said}");
    }

    /// The next command in the folder finishes what a killed run had begun there.
    #[test]
    fn a_project_that_was_appearing_in_a_folder_is_finished() {
        use std::os::unix::fs::MetadataExt as _;

        for command in [&["check"][..], &["tree"], &["apply"], &["explain", "f"]] {
            let scene = Scene::new(&[one("1.0.0")], &["a"]);
            let before = scene.tree();
            let own = scene.machine.path("shop/.scaffold");
            std::fs::create_dir_all(own.join("staging")).unwrap();
            std::fs::write(own.join("lock"), "").unwrap();
            std::fs::rename(scene.machine.path("shop/scaffold.lock"), own.join("staging/scaffold.lock")).unwrap();
            let found = std::fs::metadata(&own).unwrap();
            let place = match found.created().map(|born| born.duration_since(std::time::UNIX_EPOCH).unwrap()) {
                Ok(born) => format!(r#""born":[{},{}]"#, born.as_secs(), born.subsec_nanos()),
                Err(_) => format!(r#""device":{}"#, found.dev()),
            };
            let entries = r#"["f","scaffold.toml","scaffold.lock"]"#;
            let journal = format!(r#"{{"format":1,"entries":{entries},"place":{{"folder":{},{place}}}}}"#, found.ino());
            std::fs::write(own.join("journal"), journal).unwrap();
            let run = scene.run(command).succeeds();
            assert!(run.stderr.contains("Finished what an interrupted run had begun"), "{}", run.stderr);
            assert_eq!(scene.tree(), before);
            assert!(!own.exists());
        }
    }
}
