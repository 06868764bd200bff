//! The template that every tool gets: the same files in two versions.
//!
//! `tests/compare` has them with variables as `@name@`. What makes up the number, modules in Python, is written here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tree;

/// The variables and what they are in the project.
pub const ANSWERS: [(&str, &str); 5] = [
    ("service", "orders"),
    ("package", "orders_api"),
    ("title", "Orders"),
    ("owner", "platform-team"),
    ("port", "8080"),
];

/// What is in 1.0.0 and no longer in 1.1.0.
const DROPPED: [&str; 2] = ["docs/legacy.md", "docs/old-names.md"];
/// What stands somewhere else in 1.1.0: where it stood, and where it stands.
pub const MOVED: (&str, &str) = ("docs/operations.md", "docs/guide/operations.md");
/// How many modules differ between the versions of a template that only serves to measure times.
const CHANGED: usize = 3;

/// A version's files, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A template.
pub struct Template {
    /// 1.0.0.
    pub old: Files,
    /// 1.1.0.
    pub new: Files,
}

impl Template {
    /// One that moves on as templates do: it has 40 files, changes eight, adds two, drops two, moves one.
    pub fn moving(root: &Path) -> Outcome<Self> {
        let mut old = written(root, "1.0.0")?;
        fill(&mut old, 40);
        let mut new = old.clone();
        new.retain(|path, _| !DROPPED.contains(&path.as_str()) && path != MOVED.0);
        new.extend(written(root, "1.1.0")?);
        Ok(Self { old, new })
    }

    /// One of so many files, of which three modules change.
    pub fn steady(root: &Path, count: usize) -> Outcome<Self> {
        let mut old = written(root, "1.0.0")?;
        fill(&mut old, count);
        let mut new = old.clone();
        for number in 0..CHANGED {
            new.insert(module_path(number), module(number, "50").into_bytes());
        }
        Ok(Self { old, new })
    }
}

/// A text with its variables written in another way.
pub fn with_variables(text: &str, write: impl Fn(&str) -> String) -> String {
    ANSWERS.iter().fold(text.to_owned(), |text, (name, _)| text.replace(&format!("@{name}@"), &write(name)))
}

/// The files of the project that a version makes.
pub fn rendered(files: &Files) -> tree::Files {
    let answer =
        |name: &str| ANSWERS.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value).to_owned();
    let file = |(path, contents): (&String, &Vec<u8>)| {
        let contents = match std::str::from_utf8(contents) {
            Ok(text) => with_variables(text, answer).into_bytes(),
            Err(_) => contents.clone(),
        };
        (PathBuf::from(with_variables(path, answer)), contents)
    };
    files.iter().map(file).collect()
}

/// The files of one folder of `tests/compare`.
fn written(root: &Path, version: &str) -> Outcome<Files> {
    let folder = root.join("tests/compare").join(version);
    let mut files = Files::new();
    for (path, contents) in tree::files(&folder)? {
        let path = path.to_str().ok_or_else(|| Failure::new(format!("`{}` is no text", path.display())))?;
        files.insert(path.replace('\\', "/"), contents);
    }
    Ok(files)
}

/// Adds a file that is no text, and modules up to the number.
fn fill(files: &mut Files, count: usize) {
    files.insert("assets/logo.bin".to_owned(), (0..=255).cycle().take(2048).collect());
    let missing = count.saturating_sub(files.len());
    files.extend((0..missing).map(|number| (module_path(number), module(number, "20").into_bytes())));
}

fn module_path(number: usize) -> String {
    format!("src/@package@/handlers/items_{number:04}.py")
}

/// A module of a hundred lines, a third of them with a variable.
fn module(number: usize, page: &str) -> String {
    let head = format!(
        "\"\"\"Items of kind {number}, as @title@ has them.\"\"\"\n\
         \n\
         from dataclasses import dataclass\n\
         \n\
         from @package@.database import Database\n\
         from @package@.errors import Missing\n\
         \n\
         # How many items of kind {number} are answered at once.\n\
         PAGE = {page}\n\
         TABLE = \"@package@_items_{number}\"\n\
         \n\
         \n\
         @dataclass\n\
         class Item{number}:\n    \
             key: str\n    \
             note: str = \"kept by @owner@\"\n    \
             port: int = @port@\n"
    );
    let handlers = ["find", "list", "store", "remove", "count", "watch"].map(|verb| {
        format!(
            "\n\n\
             async def {verb}_item_{number}(database: Database, key: str) -> Item{number}:\n    \
                 \"\"\"What @service@ does to {verb} an item of kind {number}.\"\"\"\n    \
                 row = await database.{verb}(\"@package@_items_{number}\", key, limit=PAGE)\n    \
                 if row is None:\n        \
                     message = f\"@title@ can't {verb} the item: {{key}}\"\n        \
                     raise Missing(message, service=\"@service@\")\n    \
                 database.count(\"@package@_{verb}\", kind={number})\n    \
                 return Item{number}(\n        \
                     key=row.key,\n        \
                     note=row.note,\n    \
                 )\n"
        )
    });
    [head.as_str()].into_iter().chain(handlers.iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moving() -> Template {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Template::moving(&root).unwrap()
    }

    #[test]
    fn it_has_the_size_that_the_table_tells() {
        let template = moving();
        assert_eq!(template.old.len(), 40);
        let bytes: usize = template.old.values().map(Vec::len).sum();
        assert!((60 << 10..72 << 10).contains(&bytes), "{bytes}");
        let texts: Vec<_> = template.old.values().filter_map(|contents| std::str::from_utf8(contents).ok()).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        let with = lines.clone().filter(|line| ANSWERS.iter().any(|(name, _)| line.contains(&format!("@{name}@"))));
        let share = with.count() as f64 / lines.count() as f64;
        assert!((0.28..0.38).contains(&share), "{share}");
    }

    #[test]
    fn it_moves_on_as_the_table_tells() {
        let Template { old, new } = moving();
        let changed = old.iter().filter(|(path, contents)| new.get(*path).is_some_and(|now| now != *contents)).count();
        let added: Vec<_> = new.keys().filter(|path| !old.contains_key(*path)).collect();
        assert_eq!(changed, 8);
        assert_eq!(added, ["SECURITY.md", MOVED.1, "docs/releases.md"]);
    }

    #[test]
    fn variables_are_written_as_each_tool_wants() {
        assert_eq!(with_variables("@title@: @port@ @else@", |name| format!("<{name}>")), "<title>: <port> @else@");
    }
}
