//! Targets that are taken, odd or hostile.

use std::cell::Cell;

use super::disk::Operation;
use super::*;

#[test]
fn a_project_is_written_whole() {
    let room = room();
    for target in ["shop", "größe 项目", "missing/parents/shop"] {
        let target = room.path().join(target);
        check_target(&target).unwrap();
        create_sample(&target).unwrap();
        assert_eq!(snapshot(&target), whole(&sample(), &Snapshot::new()));
    }
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 3);
}

#[test]
fn nothing_is_left_where_its_own_files_have_no_form() {
    let room = room();
    let target = room.path().join("parent/shop");
    let error = create(&target, &sample(), &|| Err(Report::new("answer-unwritable", "no form"))).unwrap_err();
    assert_eq!(code(&error), "answer-unwritable");
    assert!(snapshot(room.path()).is_empty());
}

#[test]
fn an_empty_folder_is_filled() {
    let room = room();
    fs::create_dir(room.path().join(".git")).unwrap();
    let before = snapshot(room.path());
    check_target(room.path()).unwrap();
    create_sample(room.path()).unwrap();
    assert_eq!(snapshot(room.path()), whole(&sample(), &before));
}

#[test]
fn five_thousand_files_in_as_many_folders_are_written() {
    let room = room();
    let files: Vec<_> = (0..5000).map(|n| (format!("d{}/e{}/f{n}", n % 7, n % 1250), file("x", false))).collect();
    let tree = tree(&files.iter().map(|(path, file)| (path.as_str(), file.clone())).collect::<Vec<_>>());
    let target = room.path().join("shop");
    create(&target, &tree, &own).unwrap();
    assert_eq!(snapshot(&target), whole(&tree, &Snapshot::new()));
}

#[cfg(unix)]
#[test]
fn modes_are_what_the_umask_makes_of_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = room();
    let mode = |path: &str| fs::metadata(room.path().join(path)).unwrap().permissions().mode() & 0o777;
    fs::write(room.path().join("file"), "").unwrap();
    fs::create_dir(room.path().join("folder")).unwrap();
    create_sample(&room.path().join("shop")).unwrap();
    assert_eq!(mode("shop/README.md"), mode("file"));
    assert_eq!(mode("shop/bin/run"), mode("file") | (mode("folder") & 0o111));
    for folder in ["shop", "shop/app", "shop/app/api"] {
        assert_eq!(mode(folder), mode("folder"), "{folder}");
    }
}

#[test]
fn a_target_that_holds_something_is_refused_and_left_alone() {
    let room = room();
    fs::write(room.path().join("notes.txt"), "mine").unwrap();
    let before = snapshot(room.path());
    for error in [check_target(room.path()).unwrap_err(), create_sample(room.path()).unwrap_err()] {
        let report = crate::model::Diagnose::report(&error);
        assert_eq!(report.code, "target-not-empty");
        assert_eq!(report.details, ["it holds `notes.txt`"]);
    }
    assert_eq!(snapshot(room.path()), before);
}

#[test]
fn files_are_no_targets() {
    let room = room();
    let taken = room.path().join("file");
    fs::write(&taken, "mine").unwrap();
    for target in [taken.clone(), taken.join("shop"), taken.join("deep/shop")] {
        for error in [check_target(&target).unwrap_err(), create_sample(&target).unwrap_err()] {
            assert!(matches!(&error, ApplyError::NotAFolder { path } if *path == taken), "{error:?}");
        }
    }
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
    for nothing in ["", "missing/.."] {
        assert_eq!(code(&check_target(Path::new(nothing)).unwrap_err()), "target-not-a-folder", "{nothing:?}");
    }
}

#[test]
fn names_that_are_too_long_are_refused() {
    let room = room();
    for length in [250, 300] {
        let error = create_sample(&room.path().join("x".repeat(length))).unwrap_err();
        assert_eq!(code(&error), "target-unwritable");
        assert!(error.to_string().ends_with("the name is too long or not allowed here"), "{error}");
    }
    assert_eq!(snapshot(room.path()), Snapshot::new());
}

#[test]
fn checking_changes_nothing() {
    let room = room();
    check_target(&room.path().join("missing/parents/shop")).unwrap();
    check_target(room.path()).unwrap();
    assert_eq!(snapshot(room.path()), Snapshot::new());
}

#[cfg(unix)]
#[test]
fn places_without_permission_are_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    if rustix::process::geteuid().is_root() {
        println!("skipped: the superuser may write everywhere");
        return;
    }
    let room = room();
    let locked = room.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    for target in [locked.clone(), locked.join("shop"), locked.join("missing/shop")] {
        for error in [check_target(&target).unwrap_err(), create_sample(&target).unwrap_err()] {
            assert_eq!(code(&error), "target-unwritable");
            assert!(error.to_string().ends_with("locked`: permission denied"), "{error}");
        }
    }
    assert_eq!(snapshot(&locked), Snapshot::new());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_live_process_is_not_disturbed() {
    for exists in [false, true] {
        let room = room();
        let target = room.path().join("shop");
        if exists {
            fs::create_dir(&target).unwrap();
        }
        let refused = Cell::new(0);
        let intrude = |operation| {
            if operation == Operation::WriteFile {
                for error in [create_sample(&target).unwrap_err(), check_target(&target).unwrap_err()] {
                    assert_eq!(code(&error), "target-busy");
                    refused.set(refused.get() + 1);
                }
            }
            Ok(())
        };
        create_watched(&target, &intrude, &sample()).unwrap();
        assert!(refused.get() > 10);
        assert_eq!(snapshot(&target), whole(&sample(), &Snapshot::new()));
    }
}

#[test]
fn processes_that_start_at_once_make_one_project() {
    for exists in [false, true] {
        for _ in 0..20 {
            let room = room();
            let target = room.path().join("shop");
            if exists {
                fs::create_dir(&target).unwrap();
            }
            let barrier = std::sync::Barrier::new(4);
            let run = || {
                barrier.wait();
                create_sample(&target)
            };
            let outcomes: Vec<_> = std::thread::scope(|scope| {
                let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
                runs.into_iter().map(|run| run.join().unwrap()).collect()
            });
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
            assert_eq!(snapshot(&target), whole(&sample(), &Snapshot::new()));
            assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1, "{outcomes:?}");
        }
    }
}

#[test]
fn what_appears_meanwhile_is_not_replaced() {
    type Plant = fn(&Path);
    let plants: [Plant; 3] = [
        |target| fs::write(target, "mine").unwrap(),
        |target| fs::create_dir(target).unwrap(),
        |target| {
            fs::create_dir(target).unwrap();
            fs::write(target.join("x"), "mine").unwrap();
        },
    ];
    for plant in plants {
        let room = room();
        let target = room.path().join("shop");
        let after = Cell::new(None);
        let intrude = |operation| {
            if operation == Operation::Move {
                plant(&target);
                let mut planted = snapshot(room.path());
                planted.retain(|path, _| path.starts_with("shop"));
                after.set(Some(planted));
            }
            Ok(())
        };
        let error = create_watched(&target, &intrude, &sample()).unwrap_err();
        assert!(matches!(&error, ApplyError::Appeared { path } if *path == target), "{error:?}");
        assert_eq!(Some(snapshot(room.path())), after.take());
    }
}

#[test]
fn what_appears_in_a_folder_meanwhile_is_not_replaced() {
    let room = room();
    let taken = room.path().join("bin");
    let intrude = |operation| {
        if operation == Operation::Move && room.path().join("app").exists() && !taken.exists() {
            fs::write(&taken, "mine").unwrap();
        }
        Ok(())
    };
    let error = create_watched(room.path(), &intrude, &sample()).unwrap_err();
    assert!(matches!(&error, ApplyError::Appeared { path } if *path == taken), "{error:?}");
    assert_eq!(snapshot(room.path()), Snapshot::from([("bin".into(), Some(b"mine".to_vec()))]));
}

#[test]
fn what_is_in_the_way_of_staging_is_kept() {
    let room = room();
    let taken = room.path().join(".shop.scaffold-new");
    let target = room.path().join("shop");
    for keep in ["", "lock"] {
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("mine"), "mine").unwrap();
        if !keep.is_empty() {
            fs::write(taken.join(keep), "").unwrap();
        }
        let error = create_sample(&target).unwrap_err();
        assert!(matches!(&error, ApplyError::InTheWay { path } if *path == taken), "{error:?}");
        assert_eq!(fs::read(taken.join("mine")).unwrap(), b"mine");
        fs::remove_dir_all(&taken).unwrap();
    }
    fs::write(&taken, "mine").unwrap();
    assert_eq!(code(&create_sample(&target).unwrap_err()), "staging-in-the-way");
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
}

#[test]
fn a_journal_of_another_format_is_left_alone() {
    let room = room();
    fs::create_dir_all(room.path().join(".scaffold/staging")).unwrap();
    fs::write(room.path().join(".scaffold/lock"), "").unwrap();
    fs::write(room.path().join(".scaffold/journal"), r#"{"format":9}"#).unwrap();
    let before = snapshot(room.path());
    assert_eq!(code(&create_sample(room.path()).unwrap_err()), "journal-invalid");
    assert_eq!(snapshot(room.path()), before);
}

/// A journal as one is written in this folder.
fn plant(folder: &Path, members: &str) {
    #[cfg(unix)]
    let place = {
        use std::os::unix::fs::MetadataExt as _;
        let found = fs::metadata(folder).unwrap();
        let told = match found.created().map(|born| born.duration_since(std::time::UNIX_EPOCH).unwrap()) {
            Ok(born) => format!(r#""born":[{},{}]"#, born.as_secs(), born.subsec_nanos()),
            Err(_) => format!(r#""device":{}"#, found.dev()),
        };
        format!(r#","place":{{"folder":{},{told}}}"#, found.ino())
    };
    #[cfg(not(unix))]
    let place = "";
    fs::write(folder.join("journal"), format!("{{{members}{place}}}")).unwrap();
}

#[test]
fn a_journal_does_not_replace_what_the_user_put_there_since() {
    let room = room();
    let own = room.path().join(".scaffold");
    fs::create_dir_all(own.join("staging")).unwrap();
    fs::write(own.join("lock"), "").unwrap();
    plant(&own, r#""format":1,"entries":["a","b","scaffold.lock"]"#);
    fs::write(own.join("staging/b"), "staged").unwrap();
    fs::write(own.join("staging/scaffold.lock"), "staged").unwrap();
    fs::write(room.path().join("b"), "mine").unwrap();
    assert_eq!(code(&recover(room.path()).unwrap_err()), "target-appeared");
    assert_eq!(fs::read(room.path().join("b")).unwrap(), b"mine");
    fs::remove_file(room.path().join("b")).unwrap();
    assert_eq!(recover(room.path()).unwrap(), Recovery::Finished);
    assert_eq!(fs::read(room.path().join("b")).unwrap(), b"staged");
    assert!(!own.exists());
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A room with a folder `outside` that looks like one of scaffold's own.
    fn trap() -> (TempDir, PathBuf, Snapshot) {
        let room = room();
        let outside = room.path().join("outside");
        fs::create_dir_all(outside.join("staging")).unwrap();
        fs::write(outside.join("staging/x"), "outside").unwrap();
        fs::write(outside.join("lock"), "outside").unwrap();
        plant(&outside, r#""format":1,"entries":["x"]"#);
        let before = snapshot(&outside);
        (room, outside, before)
    }

    #[test]
    fn a_parent_may_be_a_link() {
        let room = room();
        fs::create_dir(room.path().join("real")).unwrap();
        symlink("real", room.path().join("link")).unwrap();
        create_sample(&room.path().join("link/shop")).unwrap();
        assert_eq!(snapshot(&room.path().join("real/shop")), whole(&sample(), &Snapshot::new()));
    }

    #[test]
    fn a_target_may_not_be_a_link() {
        let room = room();
        fs::create_dir(room.path().join("empty")).unwrap();
        symlink("empty", room.path().join("link")).unwrap();
        symlink("nowhere", room.path().join("dangling")).unwrap();
        for target in ["link", "link/", "dangling"] {
            for error in [
                check_target(&room.path().join(target)).unwrap_err(),
                create_sample(&room.path().join(target)).unwrap_err(),
            ] {
                assert!(matches!(error, ApplyError::Link { .. }), "{target}: {error:?}");
            }
        }
        assert_eq!(snapshot(&room.path().join("empty")), Snapshot::new());
    }

    #[test]
    fn a_staging_folder_is_never_a_link() {
        let (room, outside, before) = trap();
        let target = room.path().join("shop");
        symlink(&outside, room.path().join(".shop.scaffold-new")).unwrap();
        assert_eq!(code(&create_sample(&target).unwrap_err()), "staging-in-the-way");
        fs::create_dir(&target).unwrap();
        symlink(&outside, target.join(".scaffold")).unwrap();
        assert_eq!(recover(&target).unwrap(), Recovery::Nothing);
        assert_eq!(code(&create_sample(&target).unwrap_err()), "target-not-empty");
        assert_eq!(snapshot(&outside), before);
    }

    #[test]
    fn links_inside_a_staging_folder_lead_nowhere() {
        let (room, outside, before) = trap();
        let target = room.path().join("shop");
        let own = target.join(".scaffold");
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("lock"), "").unwrap();
        symlink(outside.join("staging"), own.join("staging")).unwrap();
        fs::copy(outside.join("journal"), own.join("journal")).unwrap();
        assert_eq!(code(&recover(&target).unwrap_err()), "journal-invalid", "a journal of another folder");
        plant(&own, r#""format":1,"entries":["x"]"#);
        assert_eq!(code(&recover(&target).unwrap_err()), "write-failed", "with a journal");

        fs::remove_file(own.join("journal")).unwrap();
        symlink(outside.join("journal"), own.join("journal")).unwrap();
        assert_eq!(code(&recover(&target).unwrap_err()), "journal-invalid", "the journal is a link");

        fs::remove_file(own.join("journal")).unwrap();
        assert_eq!(recover(&target).unwrap(), Recovery::Removed, "without one");
        assert_eq!(snapshot(&target), Snapshot::new());

        fs::create_dir(&own).unwrap();
        symlink(outside.join("lock"), own.join("lock")).unwrap();
        assert_eq!(code(&create_sample(&target).unwrap_err()), "target-not-empty", "the lock is a link");
        assert_eq!(snapshot(&outside), before);
    }

    #[test]
    fn links_planted_while_writing_are_not_followed() {
        for (planted, exists) in [("README.md", false), ("app", false), ("README.md", true), ("app", true)] {
            let (room, outside, before) = trap();
            let target = room.path().join("shop");
            if exists {
                fs::create_dir(&target).unwrap();
            }
            let staged = room.path().join(if exists { "shop/.scaffold/staging" } else { ".shop.scaffold-new/staging" });
            let aim = if planted == "app" { outside.clone() } else { outside.join("lock") };
            let intrude = |_| {
                if staged.exists() && !staged.join(planted).exists() {
                    symlink(&aim, staged.join(planted)).unwrap();
                }
                Ok(())
            };
            let error = create_watched(&target, &intrude, &sample()).unwrap_err();
            assert_eq!(code(&error), "write-failed");
            assert_eq!(snapshot(&outside), before);
            assert_eq!(target.exists(), exists);
        }
    }
}
