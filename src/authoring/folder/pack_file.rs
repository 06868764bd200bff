//! `pack.toml`: what may stand in it.
//!
//! Unknown keys are errors, as a key that is read by nobody is a slip. Values that hold Jinja are kept as they are.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{FolderError, PACK_FILE, Sources, ordered};
use crate::model::{Cardinality, Name, Phase};

/// `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PackFile {
    pub name: Name,
    pub version: Version,
    pub summary: String,
    /// Without it, `description.md` is read where it is there.
    pub description: Option<String>,
    #[serde(default)]
    pub license: String,
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Read in the order of writing.
    #[serde(default, rename = "questions")]
    pub _questions: Option<IgnoredAny>,
    /// Read in the order of writing.
    #[serde(default, rename = "computed")]
    pub _computed: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    pub dependencies: BTreeMap<Name, Dependency>,
    #[serde(default)]
    pub provides: Vec<Provides>,
    #[serde(default)]
    pub requires: Vec<Requires>,
    #[serde(default)]
    pub check: Vec<Check>,
    #[serde(default)]
    pub file: Vec<File>,
    #[serde(default)]
    pub folder: Vec<Folder>,
    #[serde(default)]
    pub merge: Vec<Merge>,
    #[serde(default)]
    pub lines: Vec<Lines>,
    #[serde(default)]
    pub slot: Vec<Slot>,
    #[serde(default)]
    pub step: Vec<Step>,
    #[serde(default)]
    pub migration: Vec<Migration>,
}

/// An entry of `[dependencies]`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a version requirement such as `\"^1.2\"`, or a table with `version` and `source`")]
pub(super) enum Dependency {
    Short(VersionReq),
    Long(LongDependency),
}

/// A dependency that is looked up elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LongDependency {
    pub version: VersionReq,
    pub source: Option<String>,
}

/// A JSON Schema: where it stands, or itself.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "the path of a JSON Schema, or the schema as a table")]
pub(super) enum SchemaEntry {
    File(String),
    Inline(Map<String, Value>),
}

/// `[[provides]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provides {
    pub name: Name,
    pub version: Version,
    pub schema: Option<SchemaEntry>,
    /// Read in the order of writing.
    #[serde(default, rename = "facts")]
    pub _facts: Option<IgnoredAny>,
    pub when: Option<String>,
}

/// `[[requires]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Requires {
    pub name: String,
    pub version: VersionReq,
    #[serde(default = "exactly_one")]
    pub cardinality: Cardinality,
    pub schema: Option<SchemaEntry>,
    #[serde(default = "render")]
    pub needed_in: Phase,
}

fn exactly_one() -> Cardinality {
    Cardinality::ExactlyOne
}

fn render() -> Phase {
    Phase::Render
}

/// `[[check]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub holds: String,
    pub message: String,
    pub answer: Option<String>,
    pub help: Option<String>,
    #[serde(default)]
    pub severity: Severity,
}

/// How grave it is where a check does not hold.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severity {
    #[default]
    Error,
    Warning,
    Note,
}

/// `[[file]]`: more about a file of `templates/`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub template: String,
    pub path: Option<String>,
    pub when: Option<String>,
    pub each: Option<String>,
    #[serde(rename = "as")]
    pub variable: Option<String>,
    pub raw: Option<bool>,
    pub marks: Option<Marks>,
    pub executable: Option<bool>,
    pub once: Option<bool>,
    #[serde(default)]
    pub opens: Vec<Opening>,
    #[serde(default)]
    pub moved_from: Vec<String>,
}

/// `[[folder]]`: more about all files of a folder of `templates/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Folder {
    pub folder: String,
    /// The folder's path in the project; empty for the root.
    pub path: Option<String>,
    pub when: Option<String>,
    pub each: Option<String>,
    #[serde(rename = "as")]
    pub variable: Option<String>,
    pub raw: Option<bool>,
    pub marks: Option<Marks>,
    pub once: Option<bool>,
}

/// The marks of a template.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Marks {
    /// `{{ }}`, Jinja's own.
    Braces,
    /// `[[ ]]`, `[% %]`, `[# #]`: for files that use braces themselves.
    Brackets,
    /// `<< >>`, `<% %>`, `<# #>`: for TOML, whose tables have brackets.
    Angles,
}

/// A slot that a file opens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    pub name: String,
    pub marker: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub unique: bool,
    #[serde(default)]
    pub sorted: bool,
}

/// `[[merge]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Merge {
    pub path: String,
    pub format: Option<String>,
    pub template: Option<String>,
    pub text: Option<String>,
    pub marks: Option<Marks>,
    #[serde(default)]
    pub weak: bool,
    #[serde(default)]
    pub lists: Vec<ListRule>,
    pub when: Option<String>,
    pub each: Option<String>,
    #[serde(rename = "as")]
    pub variable: Option<String>,
}

/// How the lists at some places meet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListRule {
    pub pointer: String,
    pub policy: Policy,
    pub key: Option<String>,
}

/// How two lists become one.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Policy {
    Unite,
    Sorted,
    Append,
    Replace,
    ByKey,
}

/// `[[lines]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    pub path: String,
    pub lines: Vec<String>,
    pub when: Option<String>,
    pub each: Option<String>,
    #[serde(rename = "as")]
    pub variable: Option<String>,
}

/// `[[slot]]`: text for another pack's slot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub path: String,
    pub name: String,
    pub template: Option<String>,
    pub text: Option<String>,
    pub marks: Option<Marks>,
    #[serde(default)]
    pub order: i32,
    pub when: Option<String>,
    pub each: Option<String>,
    #[serde(rename = "as")]
    pub variable: Option<String>,
}

/// `[[step]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub title: String,
    pub command: Vec<String>,
    pub when: Option<String>,
}

/// `[[migration]]`: what becomes of answers to older versions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Migration {
    pub before: Version,
    pub when: Option<String>,
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    #[serde(default)]
    pub remove: Vec<String>,
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
}

impl PackFile {
    /// Reads `pack.toml`: as what it says, and as JSON in the order of writing.
    ///
    /// # Errors
    /// A file that is not there, a syntax error, a key or a value that may not stand there.
    pub fn read(folder: Sources<'_>) -> Result<(Self, Map<String, Value>), FolderError> {
        let text = folder.text(PACK_FILE)?;
        let pack = toml::from_str(&text).map_err(|error| FolderError::toml(PACK_FILE, &text, &error))?;
        Ok((pack, ordered::parse(PACK_FILE, &text)?))
    }
}
