//! Plain types that the rooms share.
//!
//! Nothing here opens a file, talks to a terminal or knows wasmtime. A value that comes from outside (a pack, a
//! registry, a file on disk) becomes one of these types by a checked conversion, and from then on can be trusted to
//! have the form that its type promises: a [`ProjectPath`] never leads out of a project, a [`Name`] is never `../x`.

mod capability;
mod cause;
mod contribution;
mod diagnostic;
mod digest;
mod manifest;
mod name;
mod path;
mod report;
mod text;
mod time;
mod tree;

pub use capability::{Capability, Cardinality, Offer, Phase, Requirement, Taken};
pub use cause::io_cause;
pub use contribution::{
    Body, Content, Contribution, File, ListPolicy, ListRule, Merge, Opening, Output, Ownership, Planned, Rendering,
    SlotFill, Source, Step, Syntax, Text,
};
pub use diagnostic::{Diagnostic, Severity};
pub use digest::{Digest, DigestError};
pub use manifest::{Dependency, Manifest};
pub use name::{Name, NameError};
pub use path::{INTENT_FILE, LOCK_FILE, PathClash, PathError, PathSet, ProjectPath};
pub use report::{Diagnose, Report};
pub use text::{as_text, near, printable, unix_newlines};
pub use time::{rfc3339, year_of};
pub use tree::{Origin, Tree, TreeFile};

/// A JSON object with its members in the order in which they were written.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// What a pack is given in both phases.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The project that is made.
    pub project: Project,
    /// The name of this use of the pack.
    pub instance: Name,
    /// The folder that its files go below; none means the project's root.
    pub at: Option<ProjectPath>,
    /// The effective answers, defaults filled in.
    pub answers: JsonObject,
}

/// Facts about the project that every pack and every template may read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Project {
    /// As the user typed it.
    pub name: String,
    /// For copyright lines; fixed when the project is made.
    pub year: u16,
}

/// What stands under `[compose]` behind the path of a file that the project does without.
pub fn omission() -> serde_json::Value {
    serde_json::json!({ "omit": true })
}

impl Project {
    /// The most bytes of a name.
    pub const LONGEST_NAME: usize = 100;

    /// Checks a project's name: templates put it into lines, comments and addresses.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn check_name(name: &str) -> Result<(), &'static str> {
        if name.chars().any(char::is_control) || *name != *printable(name) {
            return Err("the project's name has characters in it that can't be seen");
        }
        if !name.chars().any(char::is_alphanumeric) || name.len() > Self::LONGEST_NAME {
            return Err("a project's name has a letter or digit, and at most 100 bytes");
        }
        Ok(())
    }
}

/// Which pack at which version, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId {
    /// The pack's own name.
    pub name: Name,
    /// Its exact version.
    pub version: semver::Version,
}

impl std::fmt::Display for PackId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}", self.name, self.version)
    }
}

/// One use of a pack in a project.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The pack's name, or what the user called this use of it.
    pub name: Name,
    /// The folder that its paths go below; none for the project's root.
    pub at: Option<ProjectPath>,
    /// The pack's manifest.
    pub manifest: std::sync::Arc<Manifest>,
}

impl Instance {
    /// The pack and its version.
    pub fn pack(&self) -> PackId {
        self.manifest.id()
    }
}
