//! Checking a registry in a folder from end to end: what CI does before it lets a change of one in.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use super::layout::{self, CATALOG, CONFIG, INDEX};
use super::source::difference;
use super::{Catalog, CatalogEntry, Folder, IndexLine, RegistryError, Source as _, fetch, trust};
use crate::model::{Name, printable};

/// Something that is wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the registry.
    pub file: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.file, self.message)
    }
}

/// Reads everything in the registry in `folder`: each index file stands where its name says, each line's blob is there
/// and is what the line says, and the catalogue repeats the index.
///
/// # Errors
/// All the problems, sorted by file.
pub fn verify(folder: &Path) -> Result<(), Vec<Problem>> {
    let registry = Folder::open(folder).map_err(|error| vec![problem(CONFIG, &error)])?;
    let mut problems = Vec::new();
    let mut catalog = Catalog::default();
    for name in names(&registry, &mut problems) {
        let file = layout::index_path(&name);
        match registry.versions(&name) {
            Ok(lines) => {
                let wrong = lines.iter().filter_map(|line| check(&registry, line).err());
                problems.extend(wrong.map(|message| Problem { file: file.clone(), message }));
                catalog.set(&name, CatalogEntry::of(&lines));
            }
            Err(error) => problems.push(problem(&file, &error)),
        }
    }
    match registry.catalog() {
        Ok(found) if problems.is_empty() && found != catalog => {
            problems
                .push(Problem { file: CATALOG.to_owned(), message: "it does not say what the index says".to_owned() });
        }
        Ok(_) => {}
        Err(error) => problems.push(problem(CATALOG, &error)),
    }
    problems.sort();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn problem(file: &str, error: &RegistryError) -> Problem {
    Problem { file: file.to_owned(), message: error.to_string() }
}

/// What is wrong with the blob of a line.
fn check(registry: &Folder, line: &IndexLine) -> Result<(), String> {
    trust::check_signature(registry.url(), line).map_err(|error| error.to_string())?;
    let bytes = fetch(registry, &line.blob()).map_err(|error| error.to_string())?;
    match difference(&bytes, (&line.manifest, &line.contract, &line.imports), || false) {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(format!("the component of {} has another {what} than its line", line.id())),
        Err(error) => Err(format!("the component of {}: {error}", line.id())),
    }
}

/// The packs that have an index file, by the names of the files.
fn names(registry: &Folder, problems: &mut Vec<Problem>) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    let mut folders = vec![INDEX.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = registry.root().join(&folder);
        if folder == INDEX && !path.exists() {
            break; // A new registry.
        }
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(Problem { file: folder, message: format!("it can't be read: {error}") });
                continue;
            }
        };
        for entry in entries.flatten() {
            let text = entry.file_name().to_string_lossy().into_owned();
            let file = format!("{folder}/{text}");
            if entry.path().is_dir() {
                folders.push(file);
                continue;
            }
            match text.parse::<Name>() {
                Ok(name) if layout::index_path(&name) == file => {
                    names.insert(name);
                }
                _ => {
                    let file = printable(&file).into_owned();
                    problems.push(Problem { file, message: "no index file stands here".to_owned() });
                }
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fixture::{Pack, registry};
    use super::super::{blob_path, index_path};
    use super::*;

    /// What `verify` says after the file was changed from the first to the second text.
    fn after(file: &str, from: &str, to: &str) -> String {
        let folder =
            registry(&[Pack::new("orders", "1.0.0"), Pack::new("orders", "1.1.0"), Pack::new("base", "2.0.0")]);
        assert_eq!(verify(folder.path()), Ok(()));
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let problems = verify(folder.path()).unwrap_err();
        problems.iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn a_new_registry_is_sound() {
        assert_eq!(verify(registry(&[]).path()), Ok(()));
    }

    #[test]
    fn each_kind_of_damage_is_found() {
        let index = index_path(&"orders".parse().unwrap());
        for (file, from, to, says) in [
            (index.as_str(), "\"size\":", "\"size\":1", "its index says"),
            (&index, "The pack orders", "Another pack", "another manifest than its line"),
            (&index, "\"contract\":\"0.1.0\"", "\"contract\":\"0.2.0\"", "another contract than its line"),
            (&index, "\"imports\":[]", "\"imports\":[\"a:b/c\"]", "another list of imports than its line"),
            (&index, "{\"v\":1", "{\"v\":", "line 1"),
            (&index, "\"yanked\":false", "\"yanked\":0", "invalid type"),
            ("catalog.json", "1.1.0", "1.0.0", "does not say what the index says"),
            ("catalog.json", "orders", "Orders", "not a name"),
            ("config.json", "\"format\":1", "\"format\":3", "format is 3"),
        ] {
            let found = after(file, from, to);
            assert!(found.contains(says) && found.contains(file), "{file}: {found}");
        }
    }

    #[test]
    fn a_lost_blob_and_a_stray_file_are_found() {
        let folder = registry(&[Pack::new("orders", "1.0.0")]);
        let line = Folder::open(folder.path()).unwrap().versions(&"orders".parse().unwrap()).unwrap().remove(0);
        fs::remove_file(folder.path().join(blob_path(&line.digest))).unwrap();
        fs::write(folder.path().join("index/or/orders"), "").unwrap();
        let problems = verify(folder.path()).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(problems[0].file, "index/or/de/orders");
        assert!(problems[0].message.contains("does not hold the component of `orders` 1.0.0"));
        assert_eq!(problems[1].file, "index/or/orders");
    }
}
