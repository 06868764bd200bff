//! Folders, as what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Files with their bytes, by their paths in a folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Every file below a folder, with its bytes.
pub fn files(folder: &Path) -> Outcome<Files> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).map_err(Failure::io(&at))? {
            let path = entry.map_err(Failure::io(&at))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).map_err(Failure::io(&path))?;
            files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), bytes);
        }
    }
    Ok(files)
}

/// The paths at which two folders differ, in order.
pub fn differences<'a>(expected: &'a Files, found: &'a Files) -> Vec<&'a Path> {
    let mut paths: Vec<_> = expected.keys().chain(found.keys()).map(PathBuf::as_path).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| expected.get(*path) != found.get(*path));
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_more_is_a_difference() {
        let one = BTreeMap::from([(PathBuf::from("a"), Vec::new())]);
        let two = BTreeMap::from([(PathBuf::from("a"), Vec::new()), (PathBuf::from("b"), Vec::new())]);
        assert!(differences(&one, &one).is_empty());
        assert_eq!(differences(&one, &two), [Path::new("b")]);
        assert_eq!(differences(&two, &one), [Path::new("b")]);
    }
}
