//! A project before and after a change.

mod faults;
mod histories;
mod intruders;
mod made;

use std::borrow::Cow;
use std::cell::Cell;
use std::io;

use super::disk::Operation;
use super::*;
use crate::apply::change::change_on;
use crate::model::Digest;

/// The files of a project: what is in them, and whether they can be run.
type Files = BTreeMap<String, (String, bool)>;

fn files(files: &[(&str, &str)]) -> Files {
    files
        .iter()
        .map(|(path, contents)| ((*path).to_owned(), ((*contents).to_owned(), path.starts_with("bin/"))))
        .collect()
}

/// A project with what changes differ in: depth, files that stay, names that sort around a slash.
fn old() -> Files {
    files(&[
        ("README.md", "# shop\n"),
        ("app/main.py", "app = 1\n"),
        ("app/api/orders.py", "router = 1\n"),
        ("app-tools/größe.txt", "ü\n"),
        ("bin/run", "#!/bin/sh\n"),
        ("config/settings.ini", "a=1\n"),
        ("data", "1 2 3\n"),
        ("docs/guide/a.md", "a\n"),
        ("docs/guide/b.md", "b\n"),
        ("kept.txt", "kept\n"),
        ("scaffold.lock", "version = 1\n"),
        ("scaffold.toml", "[project]\n"),
    ])
}

/// What becomes of it: files that go, with their folders, that come, with new folders, that are replaced; a folder that
/// becomes a file and a file that becomes a folder.
fn new() -> Files {
    let mut new = files(&[
        ("README.md", "# shop\n\nnew\n"),
        ("app/main.py", "app = 2\n"),
        ("app/extra.py", ""),
        ("app-tools/größe.txt", "ü\n"),
        ("bin/run", "#!/bin/sh\n"),
        ("bin/stop", "#!/bin/sh\n"),
        ("config", "a=1\n"),
        ("data/numbers", "1 2 3\n"),
        ("deploy/k8s/base/app.yaml", "kind: x\n"),
        ("deploy/k8s/other.yaml", "kind: y\n"),
        ("kept.txt", "kept\n"),
        ("scaffold.lock", "version = 2\n"),
        ("scaffold.toml", "[project]\n# more\n"),
    ]);
    new.insert("bin/run".into(), ("#!/bin/sh\n".into(), false));
    new
}

/// A change of each kind in as few operations as can be: for tests that run it again and again.
fn tiny() -> (Files, Files) {
    let old = files(&[("a/x", "1\n"), ("b", "1\n"), (LOCK_FILE, "1\n")]);
    let new = files(&[("b", "2\n"), ("c/y", "2\n"), (LOCK_FILE, "2\n")]);
    (old, new)
}

fn entry(path: &str) -> Entry {
    match path {
        INTENT_FILE => Entry::Intent,
        LOCK_FILE => Entry::Lock,
        path => Entry::File(ProjectPath::parse(path).unwrap()),
    }
}

/// The change that makes one of the other.
fn between<'a>(old: &Files, new: &'a Files) -> Change<'a> {
    let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let edits = differing.map(|path| {
        let before = old.get(path).map(|(contents, _)| Digest::of(contents.as_bytes()));
        let after = new.get(path).map(|(contents, executable)| After {
            contents: Cow::Borrowed(contents.as_bytes()),
            executable: *executable,
        });
        (entry(path), Edit { before, after })
    });
    Change { entries: edits.collect() }
}

/// Makes a project of the files.
fn project(files: &Files) -> TempDir {
    let room = room();
    for (path, (contents, executable)) in files {
        let path = room.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        if *executable {
            set_executable(&path);
        }
    }
    room
}

/// A project with the old files, after a change before this one: of `kept.txt`, which this one leaves alone.
fn old_project() -> TempDir {
    let mut older = old();
    older.insert("kept.txt".into(), ("older\n".into(), false));
    let room = project(&older);
    change(room.path(), &between(&older, &old())).unwrap();
    room
}

fn set_executable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).unwrap().permissions().mode();
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o111)).unwrap();
    }
}

/// The files of a project as they stand, scaffold's own folder aside. Empty folders count as files, for there are none.
fn standing(root: &Path) -> Files {
    let mut found = snapshot(root);
    found.retain(|path, _| !path.starts_with(".scaffold"));
    let folders: Vec<_> =
        found.iter().filter(|(_, contents)| contents.is_none()).map(|(path, _)| path.clone()).collect();
    for folder in folders {
        if found.keys().any(|path| path.starts_with(&folder) && *path != folder) {
            found.remove(&folder);
        }
    }
    let text = |path: &Path| path.to_str().unwrap().replace('\\', "/");
    let executable = |path: &Path| is_executable(&root.join(path));
    let entries = found.into_iter().map(|(path, contents)| match contents {
        Some(contents) => (text(&path), (String::from_utf8(contents).unwrap(), executable(&path))),
        None => (text(&path) + "/", (String::new(), false)),
    });
    entries.collect()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("bin"))
}

/// What the last change was, as two sets of files.
fn last(root: &Path) -> Option<(Files, BTreeMap<String, Digest>)> {
    let last = last_change(root).unwrap()?;
    let (mut before, mut after) = (Files::new(), BTreeMap::new());
    for (entry, edit) in last.entries {
        let path = entry.as_str().to_owned();
        if let Some(Before { contents, executable }) = edit.before {
            before.insert(path.clone(), (String::from_utf8(contents).unwrap(), executable));
        }
        if let Some(written) = edit.after {
            after.insert(path, written.digest);
        }
    }
    Some((before, after))
}

/// The project is one of the two, nothing is left of a change at work, and the last change is the one that made it so.
fn assert_old_or_new(root: &Path, old: &Files, new: &Files, context: &str) -> bool {
    let standing = standing(root);
    let is_new = standing == *new;
    assert!(is_new || standing == *old, "{context}: {standing:#?}");
    assert!(!is_unfinished(root), "{context}: leftovers");
    let touched = between(old, new).entries.into_keys().map(|entry| entry.as_str().to_owned());
    let (before, _) = last(root).unwrap_or_default();
    let expected: Files = touched.filter_map(|path| Some((path.clone(), old.get(&path)?.clone()))).collect();
    assert_eq!(before == expected, is_new, "{context}: {before:#?}");
    is_new
}

/// Whether the system can exchange two files. Where it can't other moves are made, and everything holds for those too.
const EXCHANGES: [bool; 2] = [true, false];

/// Nothing works from operation `at` on, as after a kill.
fn killed(count: &Cell<usize>, at: usize, exchanges: bool) -> impl Fn(Operation) -> io::Result<()> {
    disturbed(count, exchanges, move |number| if number >= at { Err(io::Error::other("killed")) } else { Ok(()) })
}

/// Something happens before operations, which are numbered.
fn disturbed(
    count: &Cell<usize>,
    exchanges: bool,
    before: impl Fn(usize) -> io::Result<()>,
) -> impl Fn(Operation) -> io::Result<()> {
    move |operation| {
        if operation == Operation::Exchange && !exchanges {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let number = count.get();
        count.set(number + 1);
        before(number)
    }
}

/// How many operations a change takes.
fn operations(old: &Files, new: &Files, exchanges: bool, project: impl Fn() -> TempDir) -> usize {
    let room = project();
    let count = Cell::new(0);
    let watch = killed(&count, usize::MAX, exchanges);
    change_on(Disk::watched(&watch), room.path(), &between(old, new)).unwrap();
    assert_eq!(standing(room.path()), *new);
    count.get()
}
