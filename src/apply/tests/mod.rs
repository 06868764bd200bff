//! What a project on disk looks like, and ways to spoil it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod changes;
mod faults;
mod surveys;
mod targets;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::model::{Ownership, ProjectPath, TreeFile};

const INTENT: &[u8] = b"[project]\nname = \"shop\"\n";
const LOCK: &[u8] = b"version = 1\n";

/// Everything below a folder: the contents of files, none for folders, the aim of links.
type Snapshot = BTreeMap<PathBuf, Option<Vec<u8>>>;

fn snapshot(root: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            let contents = if kind.is_symlink() {
                Some(fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes())
            } else if kind.is_dir() {
                open.push(path.clone());
                None
            } else {
                Some(fs::read(&path).unwrap())
            };
            found.insert(path.strip_prefix(root).unwrap().to_owned(), contents);
        }
    }
    found
}

fn file(contents: &str, executable: bool) -> TreeFile {
    TreeFile {
        contents: contents.into(),
        executable,
        ownership: Ownership::Managed,
        origins: Vec::new(),
        moved_from: Vec::new(),
    }
}

fn tree(files: &[(&str, TreeFile)]) -> Tree {
    Tree { files: files.iter().map(|(path, file)| (ProjectPath::parse(path).unwrap(), file.clone())).collect() }
}

/// A small project with what makes projects differ: depth, an empty file, names that sort around a slash.
fn sample() -> Tree {
    tree(&[
        (".github/workflows/ci.yml", file("on: push\n", false)),
        ("README.md", file("# shop\n", false)),
        ("app/api/orders.py", file("router = 1\n", false)),
        ("app/main.py", file("app = 1\n", false)),
        ("app-tools/größe.txt", file("ü\n", false)),
        ("app/__init__.py", file("", false)),
        ("bin/run", file("#!/bin/sh\n", true)),
    ])
}

/// What a whole project looks like, plus what was in the target.
fn whole(tree: &Tree, before: &Snapshot) -> Snapshot {
    let mut expected = before.clone();
    for (path, file) in &tree.files {
        for folder in Path::new(path.as_str()).ancestors().skip(1).filter(|folder| *folder != Path::new("")) {
            expected.insert(folder.to_owned(), None);
        }
        expected.insert(path.as_str().into(), Some(file.contents.clone()));
    }
    expected.insert(INTENT_FILE.into(), Some(INTENT.into()));
    expected.insert(LOCK_FILE.into(), Some(LOCK.into()));
    expected
}

fn own<'a>() -> Result<Own<'a>, Report> {
    Ok(Own { intent: INTENT, lock: LOCK })
}

fn create_sample(target: &Path) -> Result<(), ApplyError> {
    create(target, &sample(), &own)
}

fn create_watched(
    target: &Path,
    before: &dyn Fn(disk::Operation) -> std::io::Result<()>,
    tree: &Tree,
) -> Result<(), ApplyError> {
    create_on(Disk::watched(before), target, Project { tree, own: Some(&own) })
}

/// A folder in memory where there is such a file system: thousands of folders come and go here.
fn room() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The code under which an error is explained.
fn code(error: &ApplyError) -> &'static str {
    crate::model::Diagnose::report(error).code
}
