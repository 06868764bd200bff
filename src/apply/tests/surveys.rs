//! What stands at paths.

use super::*;

fn look(root: &Path, paths: &[&str]) -> Result<Vec<Found>, ApplyError> {
    let paths: Vec<_> = paths.iter().map(|path| ProjectPath::parse(path).unwrap()).collect();
    let mut found = survey(root, &paths)?;
    Ok(paths.iter().map(|path| found.remove(path).unwrap()).collect())
}

fn text(contents: &str) -> Found {
    Found::File { contents: contents.into(), executable: false }
}

#[test]
fn files_and_gaps_are_found() {
    let room = room();
    create_sample(&room.path().join("shop")).unwrap();
    let root = room.path().join("shop");
    let paths =
        ["bin/run", "missing", "app/missing/x", "app/main.py", "app", "README.md/x", "README.md", "app/__init__.py"];
    let run = Found::File { contents: b"#!/bin/sh\n".to_vec(), executable: cfg!(unix) };
    assert_eq!(
        look(&root, &paths).unwrap(),
        [
            run,
            Found::Absent,
            Found::Absent,
            text("app = 1\n"),
            Found::Other(Obstacle::Folder),
            Found::Other(Obstacle::Above("README.md".into())),
            text("# shop\n"),
            text(""),
        ]
    );
    assert_eq!(survey(&root, []).unwrap(), BTreeMap::new());
}

#[test]
fn many_files_are_read_on_many_threads() {
    let room = room();
    let paths: Vec<_> = (0..2000).map(|n| ProjectPath::parse(&format!("d{}/e{n}/f", n % 7)).unwrap()).collect();
    for path in paths.iter().step_by(2) {
        let path = room.path().join(path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, path.to_str().unwrap()).unwrap();
    }
    let found = survey(room.path(), paths.iter().chain(&paths)).unwrap();
    assert_eq!(found.len(), 2000);
    for (number, path) in paths.iter().enumerate() {
        let full = room.path().join(path.as_str());
        let expected = if number % 2 == 0 { text(full.to_str().unwrap()) } else { Found::Absent };
        assert_eq!(found[path], expected, "{path}");
    }
}

#[test]
fn a_file_that_is_too_large_is_named() {
    let room = room();
    fs::File::create(room.path().join("large")).unwrap().set_len((64 << 20) + 1).unwrap();
    let error = look(room.path(), &["large"]).unwrap_err();
    assert_eq!(code(&error), "project-unreadable");
    assert_eq!(error.to_string(), "can't read `large`: it is larger than 64 MiB");
}

#[test]
fn a_project_that_is_not_there_is_an_error() {
    let room = room();
    assert_eq!(code(&look(&room.path().join("missing"), &["a"]).unwrap_err()), "project-unreadable");
}

#[cfg(unix)]
#[test]
fn nothing_is_read_through_links_or_from_what_is_no_file() {
    use std::os::unix::fs::symlink;
    let room = room();
    fs::create_dir(room.path().join("real")).unwrap();
    fs::write(room.path().join("real/file"), "x").unwrap();
    symlink("real", room.path().join("folder")).unwrap();
    symlink("real/file", room.path().join("link")).unwrap();
    symlink("nowhere", room.path().join("dangling")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(room.path().join("socket")).unwrap();
    let pipe = room.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let found = look(room.path(), &["folder/file", "link", "dangling", "socket", "pipe", "pipe/x"]).unwrap();
    let other = |obstacle| Found::Other(obstacle);
    assert_eq!(
        found,
        [
            other(Obstacle::Above("folder".into())),
            other(Obstacle::Link),
            other(Obstacle::Link),
            other(Obstacle::Special),
            other(Obstacle::Special),
            other(Obstacle::Above("pipe".into())),
        ]
    );
    assert_eq!(Obstacle::Above("folder".into()).to_string(), "`folder` is not a folder");
}
