//! A change is cut short before each of its operations, or one of them fails; then the next command comes.

use std::io::ErrorKind;

use super::*;

/// More operations than it takes to complete a tiny change, or to roll it back.
const MENDING: usize = 24;

/// The next command leaves the project old or new, and the one after it has nothing to do.
fn assert_mended(root: &Path, old: &Files, new: &Files, context: &str) -> bool {
    let recovery = recover(root).unwrap_or_else(|error| panic!("{context}: {error}"));
    let is_new = assert_old_or_new(root, old, new, context);
    match recovery {
        Recovery::Nothing => {}
        Recovery::Removed | Recovery::ChangeRolledBack => assert!(!is_new, "{context}: {recovery:?}"),
        Recovery::ChangeFinished => assert!(is_new, "{context}"),
        Recovery::Finished => panic!("{context}: no new project was made"),
    }
    assert_eq!(recover(root).unwrap(), Recovery::Nothing, "{context}: the second time");
    is_new
}

#[test]
fn a_kill_before_any_operation_is_mended_by_the_next_command() {
    let (old, new) = (old(), new());
    for (exchanges, before) in worlds() {
        let found = operations(&old, &new, exchanges, before);
        let mut killed_at = 0;
        let mut outcomes = [0, 0];
        for at in 0..found {
            let room = before();
            let context = format!("killed before operation {at} of {found}");
            let count = Cell::new(0);
            let watch = killed(&count, at, exchanges);
            let _ = change_on(Disk::watched(&watch), room.path(), &between(&old, &new));
            killed_at += usize::from(count.get() > at);
            let standing = standing(room.path());
            let is_locked = standing.get(LOCK_FILE) == new.get(LOCK_FILE);
            assert!(!is_locked || standing == new, "{context}: the lock is not the last: {standing:#?}");
            let is_new = assert_mended(room.path(), &old, &new, &context);
            outcomes[usize::from(is_new)] += 1;
        }
        println!("writes found = {found}, writes killed = {killed_at}; old {} and new {}", outcomes[0], outcomes[1]);
        assert_eq!(found, killed_at);
        assert!(found > 60 && outcomes.iter().all(|outcome| *outcome > 20), "{found} {outcomes:?}");
    }
}

/// With and without exchanges, with and without a change before this one.
fn worlds() -> impl Iterator<Item = (bool, fn() -> TempDir)> {
    let before: [fn() -> TempDir; 2] = [old_project, || project(&old())];
    EXCHANGES.into_iter().flat_map(move |exchanges| before.map(|before| (exchanges, before)))
}

#[test]
fn a_kill_while_mending_is_mended_too() {
    let (old, new) = tiny();
    for exchanges in EXCHANGES {
        for first in 0..operations(&old, &new, exchanges, || project(&old)) {
            for second in 0..MENDING {
                let room = project(&old);
                let context = format!("killed before {first}, then before {second}");
                let (count, count_mending) = (Cell::new(0), Cell::new(0));
                let watch = killed(&count, first, exchanges);
                let _ = change_on(Disk::watched(&watch), room.path(), &between(&old, &new));
                let watch = killed(&count_mending, second, exchanges);
                let _ = Target::look(room.path()).unwrap().recover(Disk::watched(&watch));
                assert_mended(room.path(), &old, &new, &context);
            }
        }
    }
}

#[test]
fn a_failing_operation_is_rolled_back() {
    let (old, new) = (old(), new());
    for (exchanges, before) in worlds() {
        for at in 0..operations(&old, &new, exchanges, before) {
            let room = before();
            let untouched = snapshot(room.path());
            let context = format!("operation {at} fails");
            let count = Cell::new(0);
            let full = |number| if number == at { Err(ErrorKind::StorageFull.into()) } else { Ok(()) };
            let watch = disturbed(&count, exchanges, full);
            match change_on(Disk::watched(&watch), room.path(), &between(&old, &new)) {
                // What failed was clearing up: an emptied folder stays, or something that the next command removes.
                Ok(()) => {
                    recover(room.path()).unwrap();
                    let mut standing = standing(room.path());
                    standing.retain(|path, _| !path.ends_with('/'));
                    assert_eq!(standing, new, "{context}");
                }
                Err(error) => {
                    assert!(error.to_string().ends_with("the disk is full") || code(&error) == "target-appeared");
                    assert_eq!(snapshot(room.path()), untouched, "{context}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_kill_while_rolling_back_is_mended() {
    let (old, new) = tiny();
    for exchanges in EXCHANGES {
        for fails in 0..operations(&old, &new, exchanges, || project(&old)) {
            for at in fails + 1..fails + MENDING {
                let room = project(&old);
                let context = format!("operation {fails} fails, killed before {at}");
                let count = Cell::new(0);
                let watch = disturbed(&count, exchanges, |number| {
                    if number == fails || number >= at { Err(io::Error::other("killed")) } else { Ok(()) }
                });
                let _ = change_on(Disk::watched(&watch), room.path(), &between(&old, &new));
                recover(room.path()).unwrap();
                // Where it is the removal of an emptied folder that failed, it stays.
                if standing(room.path()).contains_key("a/") {
                    fs::remove_dir(room.path().join("a")).unwrap();
                }
                assert_old_or_new(room.path(), &old, &new, &context);
            }
        }
    }
}

/// A project whose change was killed before operation `at`.
fn killed_project(at: usize) -> TempDir {
    let room = old_project();
    let count = Cell::new(0);
    let _ = change_on(Disk::watched(&killed(&count, at, true)), room.path(), &between(&old(), &new()));
    room
}

/// The number of the operation before which the journal has just been written.
fn journal_written() -> usize {
    (0..).find(|at| killed_project(*at).path().join(".scaffold/change/undo/journal").exists()).unwrap()
}

#[test]
fn what_was_done_is_reported() {
    let written = journal_written();
    let done = |at| recover(killed_project(at).path()).unwrap();
    assert_eq!(done(0), Recovery::Nothing);
    assert_eq!(done(written - 1), Recovery::Removed);
    assert_eq!(done(written), Recovery::ChangeFinished);
}

#[test]
fn a_file_that_lost_its_contents_with_the_power_is_not_put_into_its_place() {
    let room = killed_project(journal_written() + 3);
    let staged = fs::read_dir(room.path().join(".scaffold/change/staging")).unwrap();
    let last = staged.map(|entry| entry.unwrap().path()).max().unwrap();
    fs::write(last, "").unwrap();
    assert_eq!(recover(room.path()).unwrap(), Recovery::ChangeRolledBack);
    assert!(!assert_old_or_new(room.path(), &old(), &new(), "rolled back"));
}

#[test]
fn a_lock_file_that_was_removed_by_hand_keeps_nothing_from_being_recovered() {
    let room = killed_project(journal_written() + 3);
    fs::remove_file(room.path().join(".scaffold/change/lock")).unwrap();
    assert_eq!(recover(room.path()).unwrap(), Recovery::ChangeFinished);
    assert!(assert_old_or_new(room.path(), &old(), &new(), "adopted"));
}

#[test]
fn a_journal_that_can_not_be_believed_keeps_everything_in_place() {
    for journal in ["", r#"{"format":9}"#, r#"{"format":1,"folders":[],"steps":[{"entry":"../x","before":null}]}"#] {
        let room = killed_project(journal_written() + 3);
        fs::write(room.path().join(".scaffold/change/undo/journal"), journal).unwrap();
        let before = snapshot(room.path());
        for error in [recover(room.path()).unwrap_err(), change(room.path(), &between(&old(), &new())).unwrap_err()] {
            assert_eq!(code(&error), "journal-invalid");
        }
        assert_eq!(snapshot(room.path()), before);
    }
}

#[test]
fn old_files_without_a_journal_are_not_removed() {
    let room = killed_project(journal_written() + 3);
    fs::remove_file(room.path().join(".scaffold/change/undo/journal")).unwrap();
    let kept = snapshot(&room.path().join(".scaffold/change/undo"));
    assert!(!kept.is_empty());
    assert_eq!(code(&recover(room.path()).unwrap_err()), "staging-in-the-way");
    assert_eq!(snapshot(&room.path().join(".scaffold/change/undo")), kept);
}
