//! Random histories of a project, against a model that knows two things: what the user wrote, and which packs are there
//! with which answers.
//!
//! After every step: nothing that the user wrote is gone, running the command again changes nothing, undoing it brings
//! the project back as it was, and `check` finds no drift that the user did not cause. Where the user wrote nothing, the
//! project is what a new one of the same packs and answers would be.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use crate::life::Scene;
use crate::support::Draft;

const PACKS: [&str; 3] = ["ada", "bob", "cyd"];

/// What is done in a step; numbers are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
enum Step {
    Add(usize),
    Remove(usize),
    Set(usize, u8),
    Unset(usize),
    /// The newest version is published, and taken.
    Update(usize),
    /// The user writes a line into a file.
    Write(usize, usize),
    /// The user removes a file.
    Delete(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..3_usize).prop_map(Step::Add),
        1 => (0..3_usize).prop_map(Step::Remove),
        2 => (0..3_usize, 2..9_u8).prop_map(|(pack, value)| Step::Set(pack, value)),
        1 => (0..3_usize).prop_map(Step::Unset),
        4 => (0..3_usize).prop_map(Step::Update),
        5 => (0..99_usize, 0..99_usize).prop_map(|(file, line)| Step::Write(file, line)),
        1 => (0..99_usize).prop_map(Step::Delete),
    ];
    prop::collection::vec(step, 1..9)
}

/// A version of a pack: lines change, come and go; a file comes every other time, another moves.
fn draft(pack: &str, version: usize) -> Draft {
    let mut lines: Vec<String> = (0..6).map(|at| format!("{pack} line {at}")).collect();
    for change in 1..version {
        lines[(change * 2) % 6] = format!("{pack} line {} of {change}", (change * 2) % 6);
    }
    if version.is_multiple_of(2) {
        lines.push(format!("{pack} tail of {version}"));
    }
    let main = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let draft = Draft::new(pack, &format!("1.{version}.0"))
        .asks("size", 1)
        .file(&format!("{pack}/main.txt"), main)
        .file(
            &format!("{pack}/conf.json"),
            format!("{{\n  \"size\": {{{{ size }}}},\n  \"version\": {version},\n  \"list\": [{version}]\n}}\n"),
        )
        .file(&format!("{pack}/once.txt"), format!("{pack} {version} once\n"))
        .once()
        .line("shared.txt", &format!("{pack} was here"));
    let draft = if !version.is_multiple_of(2) {
        draft.file(&format!("{pack}/odd.txt"), format!("{pack} {version}\n"))
    } else {
        draft
    };
    if version < 3 {
        draft.file(&format!("{pack}/here.txt"), "stays\nmoves\n")
    } else {
        draft
            .file(&format!("{pack}/there/here.txt"), format!("stays\nmoves\n{version}\n"))
            .moved_from(&format!("{pack}/here.txt"))
    }
}

struct World {
    scene: Scene,
    versions: BTreeMap<&'static str, usize>,
    packs: BTreeSet<&'static str>,
    sizes: BTreeMap<&'static str, u8>,
    /// Files in which the user settled conflicts, so that they may say anything.
    settled: BTreeSet<String>,
    /// Lines that the user wrote, and that stand somewhere.
    written: BTreeSet<String>,
    /// Whether the user had a hand in it.
    is_touched: bool,
    count: usize,
}

impl World {
    fn new() -> Self {
        let drafts: Vec<Draft> = PACKS.iter().map(|pack| draft(pack, 1)).collect();
        Self {
            scene: Scene::new(&drafts, &["ada"]),
            versions: PACKS.iter().map(|pack| (*pack, 1)).collect(),
            packs: ["ada"].into(),
            sizes: BTreeMap::new(),
            settled: BTreeSet::new(),
            written: BTreeSet::new(),
            is_touched: false,
            count: 0,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Add(pack) => {
                self.packs.insert(PACKS[pack]);
                self.command(&["add", PACKS[pack]]);
            }
            Step::Remove(pack) if self.packs.len() > 1 && self.packs.contains(PACKS[pack]) => {
                self.packs.remove(PACKS[pack]);
                self.sizes.remove(PACKS[pack]);
                self.command(&["remove", PACKS[pack]]);
            }
            Step::Set(pack, size) if self.packs.contains(PACKS[pack]) => {
                self.sizes.insert(PACKS[pack], size);
                self.command(&["set", &format!("{}.size={size}", PACKS[pack])]);
            }
            Step::Unset(pack) if self.packs.contains(PACKS[pack]) => {
                self.sizes.remove(PACKS[pack]);
                self.command(&["set", "--unset", &format!("{}.size", PACKS[pack])]);
            }
            Step::Update(pack) => {
                let version = self.versions.get_mut(PACKS[pack]).unwrap();
                *version += 1;
                let next = draft(PACKS[pack], *version);
                self.scene.publish(&next);
                self.command(&["update"]);
            }
            Step::Write(file, line) => self.write(file, line),
            Step::Delete(file) => self.delete(file),
            Step::Remove(_) | Step::Set(..) | Step::Unset(_) => {}
        }
    }

    /// Files that packs made and the user may have changed, but for those that are written once.
    fn files(&self) -> Vec<String> {
        let files = self.scene.tree().into_iter().map(|(path, _)| path);
        files.filter(|path| !path.starts_with("scaffold.") && !path.ends_with("once.txt")).collect()
    }

    fn write(&mut self, file: usize, line: usize) {
        let files = self.files();
        let Some(path) = files.get(file % files.len().max(1)) else { return };
        self.count += 1;
        self.is_touched = true;
        let text = self.scene.read(path);
        let mut lines: Vec<&str> = text.lines().collect();
        let new = if path.ends_with(".json") {
            format!("  \"user-{}\": true,", self.count)
        } else {
            format!("user-{} wrote", self.count)
        };
        let at = if path.ends_with(".json") { 1 } else { line % (lines.len() + 1) };
        lines.insert(at.min(lines.len()), &new);
        self.scene.write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>());
        self.written.insert(format!("user-{}", self.count));
    }

    fn delete(&mut self, file: usize) {
        let files = self.files();
        let Some(path) = files.get(file % files.len().max(1)) else { return };
        self.is_touched = true;
        std::fs::remove_file(self.scene.machine.path(&format!("shop/{path}"))).unwrap();
        let left = self.scene.tree();
        self.written.retain(|line| holds(&left, line));
    }

    /// Runs a command, and checks all that has to hold after any.
    fn command(&mut self, arguments: &[&str]) {
        let before = self.scene.tree();
        let run = self.scene.run(arguments);
        assert!(run.code == 0 || run.code == 3, "{arguments:?}: {}", run.stderr);
        let after = self.scene.tree();
        for line in &self.written {
            assert!(holds(&after, line), "{arguments:?} lost {line}: {}", run.stderr);
        }
        if after != before {
            self.scene.run(&["undo"]).succeeds();
            assert_eq!(shown(&self.scene.tree()), shown(&before), "{arguments:?} is not undone");
            self.scene.run(&["undo"]).succeeds();
            assert_eq!(shown(&self.scene.tree()), shown(&after), "undoing {arguments:?} is not undone");
        }
        if run.code == 3 {
            assert!(self.is_touched, "a conflict with nobody: {}", run.stderr);
            self.settle();
            self.scene.run(&["apply"]).succeeds();
        }
        let settled = self.scene.tree();
        let again = self.scene.run(arguments);
        // What is gone can't be removed again; that is told, and changes nothing.
        assert!(again.code == 0 || arguments[0] == "remove", "{arguments:?} again: {}", again.stderr);
        assert_eq!(shown(&self.scene.tree()), shown(&settled), "{arguments:?} again: {}", again.stderr);
        self.check();
        self.check_values();
    }

    /// What the user did not change in a structured file is what packs say, and nothing stands there twice.
    fn check_values(&self) {
        for pack in &self.packs {
            let path = format!("{pack}/conf.json");
            if self.settled.contains(&path) || !self.scene.has(&path) {
                continue;
            }
            let text = self.scene.read(&path);
            let conf: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(conf["size"], self.sizes.get(pack).copied().unwrap_or(1), "{text}");
            let minor = self.locked(pack).split('.').nth(1).unwrap().parse::<usize>().unwrap();
            assert_eq!(conf["version"], minor, "{text}");
            assert_eq!(conf["list"], serde_json::json!([minor]), "{text}");
        }
    }

    /// Settles conflicts by keeping both versions.
    fn settle(&mut self) {
        let is_mark = |line: &str| ["<<<<<<< yours", "=======", ">>>>>>> packs"].contains(&line);
        let lock: toml::Table = self.scene.read("scaffold.lock").parse().unwrap();
        for path in lock["conflicts"].as_array().unwrap() {
            let path = path.as_str().unwrap();
            let text = self.scene.read(path);
            let kept: String = text.lines().filter(|line| !is_mark(line)).map(|line| format!("{line}\n")).collect();
            self.scene.write(path, kept);
            self.settled.insert(path.to_owned());
        }
    }

    fn check(&self) {
        let check = self.scene.json(&["check"]);
        assert_eq!(check["lock"], "current");
        let kinds: BTreeSet<&str> =
            check["files"].as_array().unwrap().iter().filter_map(|file| file["kind"].as_str()).collect();
        if self.is_touched {
            assert!(!kinds.contains("stale") && !kinds.contains("conflicting"), "{check}");
        } else {
            assert!(kinds.is_empty(), "{check}");
            assert_eq!(shown(&comparable(self.scene.tree())), shown(&comparable(self.fresh())));
        }
    }

    /// What a new project of the same packs and answers is.
    fn fresh(&self) -> Vec<(String, Vec<u8>)> {
        let folder = format!("fresh-{}", self.scene.machine.names().len());
        let mut arguments = vec!["new".to_owned(), folder.clone(), "--name".to_owned(), "shop".to_owned()];
        for pack in &self.packs {
            let version = self.locked(pack);
            arguments.extend(["--pack".to_owned(), format!("{pack}@={version}")]);
        }
        for (pack, size) in &self.sizes {
            arguments.extend(["--set".to_owned(), format!("{pack}.size={size}")]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.scene.run_in(".", &arguments).succeeds();
        self.scene.machine.tree(&folder)
    }

    fn locked(&self, pack: &str) -> String {
        let tree = self.scene.json(&["tree"]);
        let is_it = |found: &&Value| found["name"] == pack;
        tree["packs"].as_array().unwrap().iter().find(is_it).unwrap()["version"].as_str().unwrap().to_owned()
    }
}

fn holds(tree: &[(String, Vec<u8>)], line: &str) -> bool {
    tree.iter().any(|(_, contents)| {
        String::from_utf8_lossy(contents)
            .lines()
            .any(|found| found.split(|c: char| c.is_whitespace() || c == '"').any(|word| word == line))
    })
}

/// Without what differs by history alone: the project's own two files, files that are written once, the order of lines
/// that several packs have in one file.
fn comparable(mut tree: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    tree.retain(|(path, _)| !path.starts_with("scaffold.") && !path.ends_with("once.txt"));
    for (path, contents) in &mut tree {
        if path == "shared.txt" {
            let text = String::from_utf8_lossy(contents).into_owned();
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            *contents = lines.join("\n").into_bytes();
        }
    }
    tree
}

fn shown(tree: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    tree.iter().map(|(path, contents)| (path.clone(), String::from_utf8_lossy(contents).into_owned())).collect()
}

/// How many histories are lived; more with `HISTORIES` in the environment.
fn histories() -> u32 {
    std::env::var("HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(16)
}

proptest! {
    #![proptest_config(Config { cases: histories(), max_shrink_iters: 64, failure_persistence: None, ..Config::default() })]
    #[test]
    fn any_history_keeps_what_the_user_wrote(steps in steps()) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
    }
}
