//! A run is cut short before each of its operations, or one of them fails; then the next run does its work.

use std::cell::Cell;
use std::io::{self, ErrorKind};

use super::disk::Operation;
use super::*;

/// The world before a run.
#[derive(Clone, Copy, Debug)]
enum Start {
    Absent,
    ParentsAbsent,
    Empty,
    WithGit,
}

const STARTS: [Start; 4] = [Start::Absent, Start::ParentsAbsent, Start::Empty, Start::WithGit];

/// A fresh world and the target in it.
fn world(start: Start) -> (TempDir, PathBuf) {
    let room = room();
    let target = match start {
        Start::ParentsAbsent => room.path().join("a/b/shop"),
        _ => room.path().join("shop"),
    };
    if let Start::Empty | Start::WithGit = start {
        fs::create_dir(&target).unwrap();
    }
    if let Start::WithGit = start {
        fs::create_dir(target.join(".git")).unwrap();
        fs::write(target.join(".git/HEAD"), "ref: x\n").unwrap();
    }
    (room, target)
}

/// Everything at the target before a run.
fn before(target: &Path) -> Snapshot {
    if target.exists() { snapshot(target) } else { Snapshot::new() }
}

/// Nothing works from operation `at` on, as after a kill.
fn killed(count: &Cell<usize>, at: usize) -> impl Fn(Operation) -> io::Result<()> {
    move |_| {
        count.set(count.get() + 1);
        if count.get() > at { Err(io::Error::other("killed")) } else { Ok(()) }
    }
}

/// How many operations a run takes.
fn operations(start: Start, tree: &Tree) -> usize {
    let (_room, target) = world(start);
    let count = Cell::new(0);
    create_watched(&target, &killed(&count, usize::MAX), tree).unwrap();
    count.get()
}

/// The operations of filling a folder with the sample from the first move on: seven entries are moved, then the
/// journal, its draft, the staged folder, the lock file and our folder are removed.
const FROM_FIRST_MOVE: usize = 7 + 5;

/// What tests that cut a run twice write: as few operations as have one of each kind.
fn tiny() -> Tree {
    tree(&[("app/main.py", file("app = 1\n", false)), ("README.md", file("# shop\n", false))])
}

/// A project is there from the moment its lock is, and then all of it.
fn assert_whole_or_none(target: &Path, tree: &Tree, untouched: &Snapshot, context: &str) {
    if target.join(LOCK_FILE).exists() {
        let mut found = snapshot(target);
        found.retain(|path, _| !path.starts_with(".scaffold"));
        assert_eq!(found, whole(tree, untouched), "{context}: half a project");
    } else if !target.join(".scaffold/journal").exists() && target.exists() {
        let mut found = snapshot(target);
        found.retain(|path, _| !path.starts_with(".scaffold"));
        assert_eq!(&found, untouched, "{context}: parts without a journal");
    }
}

/// The next run leaves a whole project and nothing else.
fn assert_mended(target: &Path, tree: &Tree, untouched: &Snapshot, context: &str) {
    let outcome = create(target, tree, &own);
    assert!(
        matches!(outcome, Ok(()) | Err(ApplyError::Completed { .. } | ApplyError::NotEmpty { .. })),
        "{context}: {outcome:?}"
    );
    assert_eq!(snapshot(target), whole(tree, untouched), "{context}");
    let parent = target.parent().unwrap();
    assert_eq!(fs::read_dir(parent).unwrap().count(), 1, "{context}: leftovers beside the target");
}

#[test]
fn a_kill_before_any_operation_is_mended_by_the_next_run() {
    let tree = sample();
    for start in STARTS {
        let total = operations(start, &tree);
        assert!(total > 20, "{start:?}: {total} operations are too few to be all");
        for at in 0..total {
            let (_room, target) = world(start);
            let untouched = before(&target);
            let context = format!("{start:?}, killed before operation {at} of {total}");
            let _ = create_watched(&target, &killed(&Cell::new(0), at), &tree);
            assert_whole_or_none(&target, &tree, &untouched, &context);
            if matches!(start, Start::Absent | Start::ParentsAbsent) && target.exists() {
                assert_eq!(snapshot(&target), whole(&tree, &untouched), "{context}");
            }
            assert_mended(&target, &tree, &untouched, &context);
        }
    }
}

#[test]
fn a_kill_while_mending_is_mended_too() {
    let tree = tiny();
    for start in [Start::Absent, Start::Empty] {
        let total = operations(start, &tree);
        for first in 0..total {
            for second in 0..12 {
                let (_room, target) = world(start);
                let context = format!("{start:?}, killed before {first}, then before {second}");
                let _ = create_watched(&target, &killed(&Cell::new(0), first), &tree);
                let count = Cell::new(0);
                let watch = killed(&count, second);
                let _ = Target::look(&target).unwrap().recover(Disk::watched(&watch));
                assert_whole_or_none(&target, &tree, &Snapshot::new(), &context);
                assert_mended(&target, &tree, &Snapshot::new(), &context);
            }
        }
    }
}

#[test]
fn a_failing_operation_leaves_nothing_behind() {
    let tree = sample();
    for start in STARTS {
        for at in 0..operations(start, &tree) {
            let (room, target) = world(start);
            let all_before = snapshot(room.path());
            let untouched = before(&target);
            let context = format!("{start:?}, operation {at} fails");
            let count = Cell::new(0);
            let full_once = |_| {
                count.set(count.get() + 1);
                if count.get() == at + 1 { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
            };
            match create_watched(&target, &full_once, &tree) {
                // The project was in place and only the staging folder could not be removed.
                Ok(()) => assert_mended(&target, &tree, &untouched, &context),
                Err(error) => {
                    assert!(error.to_string().ends_with("the disk is full"), "{context}: {error}");
                    assert!(
                        error.to_string().contains("shop") || matches!(start, Start::Absent | Start::ParentsAbsent)
                    );
                    assert_eq!(snapshot(room.path()), all_before, "{context}");
                }
            }
        }
    }
}

#[test]
fn a_kill_while_taking_back_is_mended() {
    let tree = tiny();
    let total = operations(Start::Empty, &tree);
    for fails in 0..total {
        for at in fails + 1..total {
            let (_room, target) = world(Start::Empty);
            let context = format!("operation {fails} fails, killed before {at}");
            let count = Cell::new(0);
            let watch = |_| {
                count.set(count.get() + 1);
                if count.get() == fails + 1 || count.get() > at { Err(io::Error::other("killed")) } else { Ok(()) }
            };
            let _ = create_watched(&target, &watch, &tree);
            assert_whole_or_none(&target, &tree, &Snapshot::new(), &context);
            assert_mended(&target, &tree, &Snapshot::new(), &context);
        }
    }
}

#[test]
fn what_was_done_is_reported() {
    let tree = sample();
    let recovered = |start, at| {
        let (_room, target) = world(start);
        let _ = create_watched(&target, &killed(&Cell::new(0), at), &tree);
        let first = recover(&target).unwrap();
        assert_eq!(recover(&target).unwrap(), Recovery::Nothing, "a second look finds nothing to do");
        (first, target.join(LOCK_FILE).exists())
    };
    assert_eq!(recovered(Start::Absent, 0), (Recovery::Nothing, false));
    assert_eq!(recovered(Start::Absent, 1), (Recovery::Removed, false), "an empty staging folder");
    assert_eq!(recovered(Start::Absent, 10), (Recovery::Removed, false));
    let first_move = operations(Start::Empty, &tree) - FROM_FIRST_MOVE;
    assert_eq!(recovered(Start::Empty, 10), (Recovery::Removed, false));
    assert_eq!(recovered(Start::Empty, first_move), (Recovery::Finished, true));
}

#[test]
fn an_interrupted_project_is_finished_but_not_replaced() {
    let tree = sample();
    let (_room, target) = world(Start::Empty);
    let _ = create_watched(&target, &killed(&Cell::new(0), operations(Start::Empty, &tree) - FROM_FIRST_MOVE), &tree);
    let other = super::tree(&[("other", file("", false))]);
    let error = create(&target, &other, &own).unwrap_err();
    assert_eq!(code(&error), "target-completed");
    assert_eq!(snapshot(&target), whole(&tree, &Snapshot::new()));
}
