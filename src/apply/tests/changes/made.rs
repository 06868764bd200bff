//! Changes that nobody disturbs, and those that can't be.

use super::*;

#[test]
fn a_change_is_made_whole_and_can_be_undone() {
    let (old, new) = (old(), new());
    let room = project(&old);
    assert_eq!(last(room.path()), None);
    for (from, to) in [(&old, &new), (&new, &old), (&old, &new)] {
        change(room.path(), &between(from, to)).unwrap();
        assert!(assert_old_or_new(room.path(), from, to, "made"));
        let (_, after) = last(room.path()).unwrap();
        for (path, digest) in after {
            assert_eq!(digest, Digest::of(to[&path].0.as_bytes()), "{path}");
        }
        assert_eq!(fs::read(room.path().join(".scaffold/.gitignore")).unwrap(), b"*\n");
        assert_eq!(fs::read_dir(room.path().join(".scaffold")).unwrap().count(), 2);
        assert_eq!(recover(room.path()).unwrap(), Recovery::Nothing);
    }
}

/// The change that undoes one.
fn reversed(last: &LastChange) -> Change<'_> {
    let entries = last.entries.iter().map(|(entry, edit)| {
        let after =
            |before: &'_ Before| After { contents: before.contents.clone().into(), executable: before.executable };
        let after = edit.before.as_ref().map(after);
        (entry.clone(), Edit { before: edit.after.map(|written| written.digest), after })
    });
    Change { entries: entries.collect() }
}

#[test]
fn a_change_is_undone_and_redone() {
    let (old, new) = (old(), new());
    let room = old_project();
    change(room.path(), &between(&old, &new)).unwrap();
    for (from, to) in [(&new, &old), (&old, &new), (&new, &old)] {
        change(room.path(), &reversed(&last_change(room.path()).unwrap().unwrap())).unwrap();
        assert!(assert_old_or_new(room.path(), from, to, "reversed"));
    }
    fs::write(room.path().join("README.md"), "mine").unwrap();
    let again = last_change(room.path()).unwrap().unwrap();
    assert_eq!(code(&change(room.path(), &reversed(&again)).unwrap_err()), "file-changed");
}

#[test]
fn a_change_of_nothing_changes_nothing() {
    let room = old_project();
    let before = snapshot(room.path());
    let nothing = BTreeMap::from([(entry("a"), Edit { before: None, after: None })]);
    for entries in [BTreeMap::new(), nothing] {
        change(room.path(), &Change { entries }).unwrap();
    }
    assert_eq!(snapshot(room.path()), before);
}

#[test]
fn a_folder_becomes_a_project_and_is_none_again() {
    let adopted = files(&[("mine.txt", "mine\n")]);
    let mut made = adopted.clone();
    made.extend(files(&[("app/main.py", "app\n"), (INTENT_FILE, "x\n"), (LOCK_FILE, "y\n")]));
    let room = project(&adopted);
    change(room.path(), &between(&adopted, &made)).unwrap();
    assert_eq!(standing(room.path()), made);
    change(room.path(), &between(&made, &adopted)).unwrap();
    assert_eq!(standing(room.path()), adopted);
}

#[test]
fn two_thousand_files_are_changed() {
    let many = |what: &str| -> Files {
        let path = |n: usize| format!("d{}/e{}/f{n}", n % 7, n % 500);
        (0..2000).map(|n| (path(n), (format!("{what} {n}"), false))).collect()
    };
    let (old, new) = (many("old"), many("new"));
    let room = project(&old);
    change(room.path(), &between(&old, &new)).unwrap();
    assert_eq!(standing(room.path()), new);
}

#[test]
fn what_is_not_as_planned_is_left_alone() {
    let edited = |path: &str, contents: Option<&str>, code_of: &str| {
        let room = old_project();
        let named = if code_of == "target-appeared" { path.trim_end_matches("/mine.ini") } else { path };
        let path = room.path().join(path);
        match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let before = snapshot(room.path());
        let error = change(room.path(), &between(&old(), &new())).unwrap_err();
        assert_eq!(code(&error), code_of, "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(snapshot(room.path()), before);
    };
    edited("README.md", Some("mine"), "file-changed");
    edited("docs/guide/b.md", Some("mine"), "file-changed");
    edited("scaffold.lock", Some("mine"), "file-changed");
    edited("app/main.py", None, "file-changed");
    edited("docs/guide/a.md", None, "file-changed");
    edited("app/extra.py", Some("mine"), "target-appeared");
    // A folder that should go has something in it, so it is in the way of the file that should come.
    edited("config/mine.ini", Some("mine"), "target-appeared");
}

#[test]
fn a_folder_where_a_file_was_is_left_alone() {
    let room = old_project();
    fs::remove_file(room.path().join("README.md")).unwrap();
    fs::create_dir(room.path().join("README.md")).unwrap();
    fs::write(room.path().join("README.md/mine"), "mine").unwrap();
    let before = snapshot(room.path());
    assert_eq!(code(&change(room.path(), &between(&old(), &new())).unwrap_err()), "file-changed");
    assert_eq!(snapshot(room.path()), before);
}

#[test]
fn scaffolds_own_folder_has_to_be_one() {
    let room = project(&old());
    fs::write(room.path().join(".scaffold"), "mine").unwrap();
    assert_eq!(code(&change(room.path(), &between(&old(), &new())).unwrap_err()), "staging-in-the-way");
    fs::remove_file(room.path().join(".scaffold")).unwrap();
    fs::create_dir(room.path().join(".scaffold")).unwrap();
    fs::write(room.path().join(".scaffold/change"), "mine").unwrap();
    assert_eq!(code(&change(room.path(), &between(&old(), &new())).unwrap_err()), "staging-in-the-way");
    assert_eq!(fs::read(room.path().join(".scaffold/change")).unwrap(), b"mine");
    assert_eq!(standing(room.path()), old());
}

#[test]
fn an_undo_that_was_tampered_with_is_not_believed() {
    let room = old_project();
    change(room.path(), &between(&old(), &new())).unwrap();
    let undo = room.path().join(".scaffold/undo");
    let broken = |what: &str| {
        let error = last_change(room.path()).unwrap_err();
        assert_eq!(code(&error), "journal-invalid");
        assert!(error.to_string().contains(what), "{error}");
    };
    fs::write(undo.join("0"), "other").unwrap();
    broken("it was changed");
    fs::remove_file(undo.join("0")).unwrap();
    broken("it does not exist");
    fs::write(undo.join("journal"), r#"{"format":9}"#).unwrap();
    broken("it has format 9");
    fs::remove_file(undo.join("journal")).unwrap();
    assert_eq!(last_change(room.path()).unwrap(), None);
}

#[test]
fn changes_that_start_at_once_are_made_one_by_one_or_refused() {
    for _ in 0..20 {
        let room = old_project();
        let (old, new) = (old(), new());
        let barrier = std::sync::Barrier::new(4);
        let run = || {
            barrier.wait();
            change(room.path(), &between(&old, &new))
        };
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(["target-busy", "file-changed", "target-appeared"].contains(&code(error)), "{error}");
        }
        assert!(assert_old_or_new(room.path(), &old, &new, "at once"));
    }
}

#[test]
fn a_change_at_work_is_not_disturbed() {
    let room = old_project();
    let refused = Cell::new(0);
    let intrude = |operation| {
        if matches!(operation, Operation::WriteFile | Operation::Move) {
            let second = change(room.path(), &between(&old(), &new()));
            for error in [second.unwrap_err(), recover(room.path()).unwrap_err()] {
                let report = crate::model::Diagnose::report(&error);
                assert_eq!(report.code, "target-busy");
                assert!(report.hint.unwrap().contains("change/lock` and"), "not the files that are kept there");
                refused.set(refused.get() + 1);
            }
        }
        Ok(())
    };
    change_on(Disk::watched(&intrude), room.path(), &between(&old(), &new())).unwrap();
    assert!(refused.get() > 20);
    assert_eq!(standing(room.path()), new());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn permissions_are_kept() {
        let (old, new) = (old(), new());
        let room = project(&old);
        let of = |path: &str| room.path().join(path);
        for (path, mode) in [("README.md", 0o600), ("app/main.py", 0o664), ("bin/run", 0o750)] {
            fs::set_permissions(of(path), fs::Permissions::from_mode(mode)).unwrap();
        }
        change(room.path(), &between(&old, &new)).unwrap();
        assert_eq!(mode(&of("README.md")), 0o600);
        assert_eq!(mode(&of("app/main.py")), 0o664);
        assert_eq!(mode(&of("bin/run")), 0o640);
        fs::write(of("plain"), "").unwrap();
        assert_eq!(mode(&of("app/extra.py")), mode(&of("plain")));
        let folder = mode(&of("app"));
        assert_eq!(mode(&of("bin/stop")), mode(&of("plain")) | (folder & 0o111));
        assert_eq!(mode(&of("deploy/k8s/base")), folder);
        assert!(last(room.path()).unwrap().0["bin/run"].1, "the old file's permissions are kept, too");
    }

    #[test]
    fn links_are_not_followed() {
        let outside = room();
        fs::create_dir_all(outside.path().join("k8s/base")).unwrap();
        fs::write(outside.path().join("main.py"), "app = 1\n").unwrap();
        let untouched = snapshot(outside.path());
        let refused = |path: &str, aim: &str, code_of: &str| {
            let room = old_project();
            let path = room.path().join(path);
            let _ = fs::remove_file(&path);
            let _ = fs::remove_dir_all(&path);
            symlink(outside.path().join(aim), &path).unwrap();
            let before = snapshot(room.path());
            let error = change(room.path(), &between(&old(), &new())).unwrap_err();
            assert_eq!(code(&error), code_of, "{error}");
            assert_eq!(snapshot(room.path()), before);
            assert_eq!(snapshot(outside.path()), untouched);
        };
        refused("app", "", "write-failed");
        refused("deploy", "", "write-failed");
        refused("docs", "", "file-changed");
        refused("app/main.py", "main.py", "file-changed");
        refused("app/extra.py", "main.py", "target-appeared");
        refused(".scaffold", "", "staging-in-the-way");
    }

    #[test]
    fn folders_that_can_not_be_written_are_refused() {
        if rustix::process::geteuid().is_root() {
            println!("skipped: the superuser may write everywhere");
            return;
        }
        for locked in ["", "app", "docs/guide", "bin"] {
            let room = old_project();
            let before = snapshot(room.path());
            fs::set_permissions(room.path().join(locked), fs::Permissions::from_mode(0o555)).unwrap();
            let error = change(room.path(), &between(&old(), &new())).unwrap_err();
            fs::set_permissions(room.path().join(locked), fs::Permissions::from_mode(0o755)).unwrap();
            assert_eq!(code(&error), "write-failed", "{locked}: {error}");
            assert!(error.to_string().ends_with("permission denied"), "{error}");
            assert_eq!(snapshot(room.path()), before);
        }
    }
}
