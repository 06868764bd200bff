//! Whether anything that was published was taken back.
//!
//! Every commit that touches the registry is held against each of its parents, and the files as they are now against
//! the last commit: blobs stay as they are, and so do index lines, but for `yanked`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::process;

/// Where published things lie in the repository.
const INDEX: &str = "registry/index";
const BLOBS: &str = "registry/blobs";

/// Checks as much of the history as this clone has.
pub fn check(root: &Path) -> Outcome<Verdict> {
    if process::output(git(root).args(["rev-parse", "--verify", "--quiet", "HEAD"])).is_err() {
        return Ok(Verdict::Skipped("there is no git history here".to_owned()));
    }
    let mut wrong = Vec::new();
    let commits = process::output(git(root).args(["rev-list", "--full-history", "HEAD", "--", "registry"]))?;
    for commit in commits.lines() {
        let parents = process::output(git(root).args(["rev-parse", &format!("{commit}^@")]))?;
        for parent in parents.lines() {
            wrong.extend(changes(root, parent, Some(commit))?);
        }
    }
    wrong.extend(changes(root, "HEAD", None)?);
    if !wrong.is_empty() {
        return Err(Failure::new(format!("{}\nhint: publish a new version instead", wrong.join("\n"))));
    }
    if process::output(git(root).args(["rev-parse", "--is-shallow-repository"]))?.trim() == "true" {
        // No part of the check was left out that could be made here, so this is a remark and not a skip.
        println!("this clone is shallow: the history was checked as far as it is here");
    }
    Ok(Verdict::Passed)
}

/// What is wrong with the step from one commit to another, or to the files as they are.
fn changes(root: &Path, from: &str, to: Option<&str>) -> Outcome<Vec<String>> {
    let mut diff = git(root);
    diff.args(["diff", "--name-status", "--no-renames", "-z", from]).args(to).args(["--", INDEX, BLOBS]);
    let names = process::output(&mut diff)?;
    let mut fields = names.split('\0');
    let mut wrong = Vec::new();
    let place = to.map_or_else(|| "here".to_owned(), |commit| format!("in {}", commit.get(..12).unwrap_or(commit)));
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        match status {
            "A" => {}
            "M" if path.starts_with(INDEX) => {
                let before = show(root, from, path)?;
                let after = match to {
                    Some(commit) => show(root, commit, path)?,
                    None => fs::read_to_string(root.join(path)).map_err(Failure::io(&root.join(path)))?,
                };
                let lost = lost_lines(&before, &after);
                wrong.extend(lost.iter().map(|line| format!("    `{path}`: {line} was changed or removed {place}")));
            }
            "D" => wrong.push(format!("    `{path}` was removed {place}")),
            _ => wrong.push(format!("    `{path}` was changed {place}")),
        }
    }
    Ok(wrong)
}

fn show(root: &Path, commit: &str, path: &str) -> Outcome<String> {
    process::output(git(root).args(["cat-file", "blob", &format!("{commit}:{path}")]))
}

/// The versions whose lines the later text lacks.
fn lost_lines(before: &str, after: &str) -> Vec<String> {
    let kept: Vec<String> = after.lines().map(lasting).collect();
    let lost = before.lines().filter(|line| !kept.contains(&lasting(line)));
    lost.map(|line| match serde_json::from_str::<Value>(line) {
        Ok(line) => format!("the line of {}", line["version"]),
        Err(_) => "a line".to_owned(),
    })
    .collect()
}

/// What of a line may never change.
fn lasting(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(mut members)) => {
            members.shift_remove("yanked");
            Value::Object(members).to_string()
        }
        _ => line.to_owned(),
    }
}

/// Git in this repository, whatever repository a hook that runs us works on.
fn git(root: &Path) -> Command {
    let mut command = process::command("git", root);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"] {
        command.env_remove(name);
    }
    command.args(["-c", "core.quotePath=false"]);
    command
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FIRST: &str = "{\"v\":1,\"version\":\"1.0.0\",\"sha256\":\"aa\",\"yanked\":false}\n";
    const SECOND: &str = "{\"v\":1,\"version\":\"1.1.0\",\"sha256\":\"bb\",\"yanked\":false}\n";

    /// A repository whose registry holds one version.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        process::output(git(folder.path()).args(["init", "--quiet"])).unwrap();
        put(folder.path(), "registry/index/or/de/orders", FIRST);
        put(folder.path(), "registry/blobs/sha256/aa.wasm", "aa");
        commit(folder.path());
        folder
    }

    fn put(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(root: &Path) {
        process::output(git(root).args(["add", "--all"])).unwrap();
        let who = ["-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"];
        process::output(git(root).args(who).args(["commit", "--quiet", "--no-verify", "--message=x"])).unwrap();
    }

    fn complaint(root: &Path) -> String {
        check(root).map(|_| String::new()).unwrap_or_else(|failure| failure.to_string())
    }

    #[test]
    fn a_registry_may_grow_and_versions_may_be_yanked() {
        let folder = repository();
        put(folder.path(), "registry/index/or/de/orders", &(FIRST.replace("false", "true") + SECOND));
        put(folder.path(), "registry/blobs/sha256/bb.wasm", "bb");
        assert_eq!(complaint(folder.path()), "");
        commit(folder.path());
        assert!(matches!(check(folder.path()), Ok(Verdict::Passed)));
    }

    #[test]
    fn what_was_taken_back_is_found_even_when_it_is_there_again() {
        let changed = FIRST.replace("aa", "cc");
        for (file, text, says) in [
            ("registry/index/or/de/orders", SECOND, "the line of \"1.0.0\" was changed or removed"),
            ("registry/index/or/de/orders", &changed, "the line of \"1.0.0\" was changed or removed"),
            ("registry/blobs/sha256/aa.wasm", "other", "`registry/blobs/sha256/aa.wasm` was changed"),
        ] {
            let folder = repository();
            let before = fs::read_to_string(folder.path().join(file)).unwrap();
            put(folder.path(), file, text);
            let now = complaint(folder.path());
            assert!(now.contains(says) && now.contains("here"), "{now}");
            commit(folder.path());
            put(folder.path(), file, &before);
            commit(folder.path());
            let later = complaint(folder.path());
            assert!(later.contains(says) && !later.contains("here"), "{later}");
        }
    }

    #[test]
    fn a_removed_blob_is_found() {
        let folder = repository();
        fs::remove_file(folder.path().join("registry/blobs/sha256/aa.wasm")).unwrap();
        assert!(complaint(folder.path()).contains("was removed here"));
    }

    #[test]
    fn without_a_history_the_check_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        process::output(git(folder.path()).args(["init", "--quiet"])).unwrap();
        assert!(matches!(check(folder.path()), Ok(Verdict::Skipped(_))));
    }
}
