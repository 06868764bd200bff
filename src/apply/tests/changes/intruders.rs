//! Somebody writes into the project at any moment of a change.

use super::*;

/// What the user writes.
const MINE: &str = "mine\n";

/// Where the user writes: files that go, are replaced and come, and where folders go and come.
const PLACES: [&str; 6] = ["a/x", "b", "c/y", LOCK_FILE, "a", "c"];

fn cases() -> impl Iterator<Item = (bool, &'static str)> {
    EXCHANGES.into_iter().flat_map(|exchanges| PLACES.map(|place| (exchanges, place)))
}

/// Writes a file, whatever was there, as an editor does.
fn write(path: &Path) -> bool {
    fs::create_dir_all(path.parent().unwrap()).is_ok() && fs::write(path, MINE).is_ok()
}

/// The project with what stands at `path` in it is old or new, once that is not looked at.
fn assert_old_or_new_but_for(root: &Path, path: &str, context: &str) {
    let mut standing = standing(root);
    standing.remove(path);
    let but_for = |mut files: Files| {
        files.remove(path);
        files
    };
    assert!(standing == but_for(tiny().0) || standing == but_for(tiny().1), "{context}: {standing:#?}");
}

#[test]
fn what_is_written_at_any_moment_is_kept() {
    let (old, new) = tiny();
    let mut stuck = 0;
    for (exchanges, place) in cases() {
        for at in 0..operations(&old, &new, exchanges, || project(&old)) {
            let room = project(&old);
            let path = room.path().join(place);
            let context = format!("`{place}` is written before operation {at}");
            let (count, is_written) = (Cell::new(0), Cell::new(false));
            let intrude = disturbed(&count, exchanges, |number| {
                if number == at {
                    is_written.set(write(&path));
                }
                Ok(())
            });
            let made = change_on(Disk::watched(&intrude), room.path(), &between(&old, &new));
            if !is_written.get() {
                continue;
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}: {made:?}");
            let Err(error) = made else {
                assert!(!is_unfinished(room.path()), "{context}");
                assert_old_or_new_but_for(room.path(), place, &context);
                continue;
            };
            assert!(error.to_string().contains('`'), "{error}");
            if let ApplyError::Unfinished { .. } = error {
                stuck += 1;
                // It stays so until the file is out of the way.
                assert_eq!(code(&recover(room.path()).unwrap_err()), "change-unfinished", "{context}");
                assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}");
                fs::remove_file(&path).unwrap();
                assert_ne!(recover(room.path()).unwrap(), Recovery::Nothing, "{context}");
            } else {
                assert_eq!(recover(room.path()).unwrap(), Recovery::Nothing, "{context}: {error}");
                assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}");
            }
            assert_old_or_new_but_for(room.path(), place, &context);
        }
    }
    assert!(stuck > 0, "none was in the way of both directions");
}

#[test]
fn what_is_written_while_a_change_is_rolled_back_is_kept() {
    let (mut old, new) = tiny();
    let mut stuck = 0;
    for (exchanges, place) in cases().filter(|(_, place)| *place != LOCK_FILE) {
        for at in 0..60 {
            old.insert(LOCK_FILE.into(), ("1\n".into(), false));
            let room = project(&old);
            let planned = between(&old, &new);
            // So the last step of the change fails.
            old.insert(LOCK_FILE.into(), (MINE.into(), false));
            fs::write(room.path().join(LOCK_FILE), MINE).unwrap();
            let path = room.path().join(place);
            let context = format!("`{place}` is written before operation {at}");
            let (count, is_written) = (Cell::new(0), Cell::new(false));
            let intrude = disturbed(&count, exchanges, |number| {
                if number == at {
                    is_written.set(write(&path));
                }
                Ok(())
            });
            let error = change_on(Disk::watched(&intrude), room.path(), &planned).unwrap_err();
            if !is_written.get() {
                continue;
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}: {error}");
            if let ApplyError::Unfinished { .. } = error {
                stuck += 1;
                assert_eq!(code(&recover(room.path()).unwrap_err()), "change-unfinished", "{context}");
                assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}");
                fs::remove_file(&path).unwrap();
                assert_eq!(recover(room.path()).unwrap(), Recovery::ChangeRolledBack, "{context}");
            }
            let (mut standing, mut expected) = (standing(room.path()), old.clone());
            standing.remove(place);
            expected.remove(place);
            assert_eq!(standing, expected, "{context}");
        }
    }
    assert!(stuck > 0, "nothing that was in place was edited");
}

#[test]
fn what_is_written_after_a_kill_is_kept() {
    let (old, new) = tiny();
    for (exchanges, place) in cases() {
        for at in 0..operations(&old, &new, exchanges, || project(&old)) {
            let room = project(&old);
            let path = room.path().join(place);
            let context = format!("killed before operation {at}, then `{place}` is written");
            let count = Cell::new(0);
            let watch = killed(&count, at, exchanges);
            let _ = change_on(Disk::watched(&watch), room.path(), &between(&old, &new));
            if !write(&path) {
                continue;
            }
            if let Err(error) = recover(room.path()) {
                assert_eq!(code(&error), "change-unfinished", "{context}");
                assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}");
                fs::remove_file(&path).unwrap();
                recover(room.path()).unwrap();
            } else {
                assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "{context}");
            }
            assert!(!is_unfinished(room.path()), "{context}");
            assert_old_or_new_but_for(room.path(), place, &context);
        }
    }
}

#[cfg(unix)]
#[test]
fn links_that_appear_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (old, new) = tiny();
    let outside = room();
    fs::create_dir_all(outside.path().join("y")).unwrap();
    fs::write(outside.path().join("x"), "1\n").unwrap();
    let untouched = snapshot(outside.path());
    for (place, aim) in [("a", ""), ("a/x", "x"), ("b", "x"), ("c", ""), ("c/y", "x")] {
        for at in 0..operations(&old, &new, true, || project(&old)) {
            let room = project(&old);
            let path = room.path().join(place);
            let count = Cell::new(0);
            let intrude = disturbed(&count, true, |number| {
                if number == at {
                    // What was there is moved, so that nothing the user has is lost by our doing.
                    let _ = fs::rename(&path, room.path().join("moved"));
                    let _ = symlink(outside.path().join(aim), &path);
                }
                Ok(())
            });
            let _ = change_on(Disk::watched(&intrude), room.path(), &between(&old, &new));
            let _ = recover(room.path());
            assert_eq!(snapshot(outside.path()), untouched, "`{place}` before operation {at}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_replaced_is_never_missing() {
    let (old, new) = (old(), new());
    let room = old_project();
    let replaced: Vec<_> = old.keys().filter(|path| new.get(*path).is_some_and(|new| new.0 != old[*path].0)).collect();
    assert!(replaced.iter().any(|path| *path == INTENT_FILE) && replaced.len() == 4, "{replaced:?}");
    let look = |_| {
        for path in &replaced {
            let contents = fs::read_to_string(room.path().join(path)).unwrap();
            assert!(contents == old[*path].0 || contents == new[*path].0, "{path}");
        }
        Ok(())
    };
    change_on(Disk::watched(&look), room.path(), &between(&old, &new)).unwrap();
}
