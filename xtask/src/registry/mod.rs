//! Whether the committed registry is sound, and is what the sources make.
//!
//! What was published stays: projects name it in their locks. So the registry may only grow, and a source that renders
//! otherwise than its published version needs a new one.

mod history;
mod odometer;
mod sources;

use std::fs;
use std::path::Path;

use crate::checklist::Checklist;
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;

/// The most bytes of a blob in the repository: every clone carries it for ever.
const MAX_BLOB: u64 = 128 << 10;
/// The most bytes of the whole folder.
const MAX_FOLDER: u64 = 6 << 20;

/// Checks `registry/`.
pub fn check(root: &Path) -> Outcome<Verdict> {
    let folder = root.join("registry");
    let mut list = Checklist::default();
    list.check("the registry is sound", || sound(&folder));
    list.check("its size is within bounds", || bounded(&folder));
    list.check("nothing published was changed or removed", || history::check(root));
    list.check("it holds what plugins/ makes", || sources::check(root, &folder));
    list.verdict()
}

fn sound(folder: &Path) -> Outcome<Verdict> {
    scaffold::registry::verify(folder).map_err(|problems| {
        let lines = problems.iter().map(|problem| format!("    registry/{problem}")).collect::<Vec<_>>();
        Failure::new(lines.join("\n"))
    })?;
    Ok(Verdict::Passed)
}

fn bounded(folder: &Path) -> Outcome<Verdict> {
    let mut total = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).map_err(Failure::io(&at))? {
            let path = entry.map_err(Failure::io(&at))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let size = fs::metadata(&path).map_err(Failure::io(&path))?.len();
            total += size;
            if size > MAX_BLOB && path.extension().is_some_and(|extension| extension == "wasm") {
                return Err(Failure::new(format!(
                    "`{}` has {size} bytes; a published pack may have {MAX_BLOB}",
                    path.display()
                )));
            }
        }
    }
    if total > MAX_FOLDER {
        return Err(Failure::new(format!("`registry/` has {total} bytes; it may have {MAX_FOLDER}")));
    }
    Ok(Verdict::Passed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_blob_and_a_folder_may_be_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let verdict = || bounded(folder.path()).map(drop).map_err(|failure| failure.to_string());
        let blob = fs::File::create(folder.path().join("a.wasm")).unwrap();
        blob.set_len(MAX_BLOB).unwrap();
        assert_eq!(verdict(), Ok(()));
        blob.set_len(MAX_BLOB + 1).unwrap();
        assert!(verdict().unwrap_err().contains("a.wasm"));
        fs::rename(folder.path().join("a.wasm"), folder.path().join("a")).unwrap();
        assert_eq!(verdict(), Ok(()));
        blob.set_len(MAX_FOLDER + 1).unwrap();
        assert!(verdict().unwrap_err().contains("`registry/` has"));
    }
}
