//! `scaffold.lock`: every input of the run that made the tree.
//!
//! From the lock alone, and the blobs that it names, the same tree can be made again; updates start from that. It is
//! written by the tool, sorted, a line a file, so that two branches that change different things merge; and it is the
//! last thing that a change renames into place, which makes it the commit point.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use semver::Version;
use serde::Deserialize;
use serde_json::Value;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};
use toml_writer::{ToTomlKey as _, ToTomlValue as _};

use super::error::ProjectError;
use super::source::PackSource;
use super::toml_values::to_table;
use crate::model::{Digest, JsonObject, LOCK_FILE, Name, Ownership, Project, ProjectPath, Tree};

/// The form of the file that this version writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// The edition by which this version renders. It is raised whenever the same packs and answers give other bytes.
pub const RENDER_EDITION: u32 = 2;

const HEADER: &str = "\
# Written by scaffold: every input of the run that made this project, and the files that came of it.
# Keep it in version control. To change something, edit `scaffold.toml`.
";

/// What stands in `scaffold.lock`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// By which edition the tree was rendered.
    pub edition: u32,
    /// Name and year.
    pub project: super::intent::ProjectIntent,
    /// The packs, by join order.
    #[serde(rename = "pack")]
    pub packs: Vec<LockedPack>,
    /// The settlements that were in force.
    #[serde(default)]
    pub compose: BTreeMap<String, Value>,
    /// Files into which conflict marks were written.
    #[serde(default)]
    pub conflicts: Vec<ProjectPath>,
    /// Every generated file.
    #[serde(default)]
    pub files: BTreeMap<ProjectPath, LockedFile>,
}

/// One use of a pack, as it was resolved.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPack {
    /// The instance.
    pub instance: Name,
    /// The pack.
    pub name: Name,
    /// Its version.
    pub version: Version,
    /// `registry+URL`, `path+FILE` or `oci+REFERENCE`.
    pub source: String,
    /// The address of the registry, where that is not the default one.
    pub url: Option<String>,
    /// The digest of the component.
    pub checksum: Digest,
    /// The key that signed it.
    pub signer: Option<String>,
    /// The contract that it was built for.
    pub contract: Version,
    /// The interfaces that it imports, and was granted.
    #[serde(default)]
    pub imports: Vec<String>,
    /// The folder that its files go below.
    pub at: Option<ProjectPath>,
    /// The capabilities that it offers, with their versions.
    #[serde(default)]
    pub provides: Vec<String>,
    /// Instances that it needs.
    #[serde(default)]
    pub dependencies: Vec<Name>,
    /// The effective answers.
    #[serde(default)]
    pub answers: LockedAnswers,
}

/// The effective answers of one instance.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedAnswers {
    /// Those that the user gave.
    #[serde(default)]
    pub given: JsonObject,
    /// Defaults that were taken. They stick until the user changes them.
    #[serde(default)]
    pub default: JsonObject,
}

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Of the contents with LF.
    pub checksum: Digest,
    /// The instances that have a share in it, its owner first.
    pub packs: Vec<Name>,
    /// Whether it may be run.
    #[serde(default)]
    pub executable: bool,
    /// Whether it has been the user's since it was written.
    #[serde(default)]
    pub once: bool,
}

impl Lock {
    /// The lock of a tree that was just composed.
    pub fn new(project: &Project, packs: Vec<LockedPack>, compose: BTreeMap<String, Value>, tree: &Tree) -> Self {
        let file = |(path, file): (&ProjectPath, &crate::model::TreeFile)| {
            let locked = LockedFile {
                checksum: Digest::of_text(&file.contents),
                packs: file.origins.iter().map(|origin| origin.instance.clone()).collect(),
                executable: file.executable,
                once: file.ownership == Ownership::Once,
            };
            (path.clone(), locked)
        };
        Self {
            version: FORMAT,
            edition: RENDER_EDITION,
            project: project.into(),
            packs,
            compose,
            conflicts: Vec::new(),
            files: tree.files.par_iter().map(file).collect(),
        }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// Text that is not a lock, or one that a newer scaffold wrote.
    pub fn parse(text: &str) -> Result<Self, ProjectError> {
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        let syntax = |error: toml::de::Error| ProjectError::syntax(LOCK_FILE, text, &error);
        let form: Form = toml::from_str(text).map_err(syntax)?;
        if form.version > FORMAT {
            return Err(ProjectError::NewerLock { found: form.version, known: FORMAT });
        }
        let lock: Self = toml::from_str(text).map_err(syntax)?;
        let mut instances = BTreeSet::new();
        match lock.packs.iter().find(|pack| !instances.insert(&pack.instance)) {
            Some(pack) => Err(ProjectError::LockedTwice { instance: pack.instance.clone() }),
            None => Ok(lock),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// An answer that TOML can't hold.
    pub fn to_text(&self) -> Result<String, ProjectError> {
        let mut document = DocumentMut::new();
        document["version"] = toml_edit::value(i64::from(self.version));
        document["edition"] = toml_edit::value(i64::from(self.edition));
        if !self.conflicts.is_empty() {
            document["conflicts"] = list(self.conflicts.iter().map(ProjectPath::as_str));
        }
        let mut project = Table::new();
        project["name"] = toml_edit::value(&self.project.name);
        project["year"] = toml_edit::value(i64::from(self.project.year));
        document["project"] = Item::Table(project);
        let packs = self.packs.iter().map(LockedPack::to_table).collect::<Result<ArrayOfTables, _>>()?;
        document["pack"] = Item::ArrayOfTables(packs);
        if !self.compose.is_empty() {
            document["compose"] = Item::Table(to_table(&self.compose)?);
        }
        // A document's tables hold far more than the many files need.
        let line = |(path, file): (&ProjectPath, &LockedFile)| {
            format!("{} = {}\n", path.as_str().to_toml_key(), file.to_toml())
        };
        let files: String = self.files.iter().map(line).collect();
        Ok(format!("{HEADER}{document}\n[files]\n{files}"))
    }
}

impl LockedPack {
    /// Where it comes from; none where the lock says what is no source.
    pub fn place(&self) -> Option<PackSource<'_>> {
        PackSource::parse(&self.source)
    }

    fn to_table(&self) -> Result<Table, ProjectError> {
        let mut table = Table::new();
        table["instance"] = toml_edit::value(self.instance.as_str());
        table["name"] = toml_edit::value(self.name.as_str());
        table["version"] = toml_edit::value(self.version.to_string());
        table["source"] = toml_edit::value(&self.source);
        if let Some(url) = &self.url {
            table["url"] = toml_edit::value(url);
        }
        table["checksum"] = toml_edit::value(self.checksum.to_string());
        if let Some(signer) = &self.signer {
            table["signer"] = toml_edit::value(signer);
        }
        table["contract"] = toml_edit::value(self.contract.to_string());
        table["imports"] = list(self.imports.iter().map(String::as_str));
        if let Some(at) = &self.at {
            table["at"] = toml_edit::value(at.as_str());
        }
        table["provides"] = list(self.provides.iter().map(String::as_str));
        table["dependencies"] = list(self.dependencies.iter().map(Name::as_str));
        let answers = [("given", &self.answers.given), ("default", &self.answers.default)];
        let mut tables = Table::new();
        tables.set_implicit(true);
        for (origin, answers) in answers.into_iter().filter(|(_, answers)| !answers.is_empty()) {
            tables[origin] = Item::Table(to_table(answers)?);
        }
        table["answers"] = Item::Table(tables);
        Ok(table)
    }
}

impl LockedFile {
    /// As an inline table.
    fn to_toml(&self) -> String {
        let packs: Vec<&str> = self.packs.iter().map(Name::as_str).collect();
        let executable = if self.executable { ", executable = true" } else { "" };
        let once = if self.once { ", once = true" } else { "" };
        format!("{{ checksum = \"{}\", packs = {}{executable}{once} }}", self.checksum, packs.to_toml_value())
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Item {
    toml_edit::value(items.collect::<toml_edit::Array>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::{Origin, TreeFile};

    fn lock() -> Lock {
        let origin = |name: &str| Origin { instance: name.parse().unwrap(), template: None };
        let file = TreeFile {
            contents: b"a\r\n".to_vec(),
            executable: true,
            ownership: Ownership::Once,
            origins: vec![origin("b"), origin("a")],
            moved_from: Vec::new(),
        };
        let tree = Tree { files: [(ProjectPath::parse("x/y.sh").unwrap(), file)].into() };
        let pack = LockedPack {
            instance: "users".parse().unwrap(),
            name: "fastapi-users".parse().unwrap(),
            version: Version::new(1, 2, 3),
            source: "registry+https://packs.example/".to_owned(),
            url: Some("https://mirror.example/packs/".to_owned()),
            checksum: Digest::of(b"wasm"),
            signer: None,
            contract: Version::new(0, 1, 0),
            imports: vec!["wasi:io/poll@0.2.9".to_owned()],
            at: Some(ProjectPath::parse("services/users").unwrap()),
            provides: vec!["http-service@1.0.0".to_owned()],
            dependencies: vec!["base".parse().unwrap()],
            answers: LockedAnswers {
                given: serde_json::from_str(r#"{"port": 8000}"#).unwrap(),
                default: serde_json::from_str(r#"{"z": ["a", {"b": 1.5}], "a": "x\ny"}"#).unwrap(),
            },
        };
        let project = Project { name: "My \"shop\"".to_owned(), year: 2026 };
        Lock::new(&project, vec![pack], BTreeMap::new(), &tree)
    }

    #[test]
    fn a_lock_survives_being_written_and_read() {
        let text = lock().to_text().unwrap();
        assert_eq!(Lock::parse(&text).unwrap(), lock());
        assert_eq!(Lock::parse(&text).unwrap().to_text().unwrap(), text);
    }

    #[test]
    fn files_are_hashed_with_unix_newlines() {
        let path = ProjectPath::parse("x/y.sh").unwrap();
        assert_eq!(lock().files[&path].checksum, Digest::of(b"a\n"));
    }

    #[test]
    fn a_newer_form_is_not_read() {
        let text = lock().to_text().unwrap().replace("version = 1\n", "version = 2\n");
        assert!(matches!(Lock::parse(&text), Err(ProjectError::NewerLock { found: 2, known: 1 })));
    }

    #[test]
    fn a_lock_can_not_name_a_path_outside() {
        let text = lock().to_text().unwrap().replace("x/y.sh", "../y.sh");
        assert!(Lock::parse(&text).is_err());
    }
}
