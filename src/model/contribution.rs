//! What a pack returns: data that the host may or may not turn into files.
//!
//! The types mirror `wit/v0.1.0/pack.wit`, with paths still unchecked text: composition checks them once an instance's
//! prefix is known, so that one place decides what a path may be.

use std::sync::Arc;

use super::{Diagnostic, JsonObject, Offer};

/// What `plan` returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Facts for other packs.
    pub offers: Vec<Offer>,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

/// What `render` returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The templates that contributions name.
    pub templates: Vec<Source>,
    /// Shares of files.
    pub contributions: Vec<Contribution>,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
    /// What the user can do next.
    pub next_steps: Vec<Step>,
}

/// A Jinja template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Shown in errors, named by renderings and includes.
    pub name: String,
    /// The template's text.
    pub text: String,
    /// None: Jinja's own marks.
    pub syntax: Option<Syntax>,
}

/// The marks of a template whose text uses Jinja's own for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// `{%` and `%}`.
    pub block: (String, String),
    /// `{{` and `}}`.
    pub variable: (String, String),
    /// `{#` and `#}`.
    pub comment: (String, String),
}

/// One pack's share of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// As the pack gave it: not checked.
    pub path: String,
    /// What it brings.
    pub body: Body,
}

/// The kinds of shares.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// The whole file.
    File(File),
    /// A fragment that is merged into a structured file.
    Merge(Merge),
    /// Lines that the file holds, each once.
    Lines(Vec<String>),
    /// Text for a slot of another pack's file.
    Slot(SlotFill),
}

/// A whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// What is in it.
    pub contents: Content,
    /// Whether it may be run.
    pub executable: bool,
    /// Who keeps it up to date.
    pub ownership: Ownership,
    /// Slots that it opens.
    pub slots: Vec<Opening>,
    /// Where older versions of the pack put it.
    pub moved_from: Vec<String>,
}

/// A file's contents.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// Text, which may be a template's.
    Text(Text),
}

/// Text, or the template that makes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    /// As it is.
    Literal(String),
    /// Rendered by the host.
    Template(Rendering),
}

/// A template and what it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// The name of one of [`Output::templates`].
    pub template: String,
    /// The variables; shared by the renderings that were given the same.
    pub values: Arc<JsonObject>,
}

/// A line of a file where other packs may put text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What fills name.
    pub name: String,
    /// The line without its indentation.
    pub marker: String,
    /// Whether leaving it empty is an error.
    pub required: bool,
    /// Whether fills of the same text appear once.
    pub unique: bool,
    /// Whether fills are sorted by text rather than by order and pack.
    pub sorted: bool,
}

/// Who keeps a file up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// `scaffold update`.
    Managed,
    /// The user, from the moment it is written.
    Once,
}

/// A fragment of a structured file.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// `json`, `jsonc`, `yaml`, `toml`, `dotenv`.
    pub format: String,
    /// The fragment in that format.
    pub text: Text,
    /// Whether it yields to other packs' values.
    pub weak: bool,
    /// How lists meet.
    pub lists: Vec<ListRule>,
}

/// How the lists at some places meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRule {
    /// A JSON Pointer, where `*` stands for any one member.
    pub pointer: String,
    /// What to do there.
    pub policy: ListPolicy,
}

/// How two lists become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListPolicy {
    /// Each element once, in order of first appearance.
    Unite,
    /// Each element once, sorted.
    Sorted,
    /// One after the other.
    Append,
    /// The later one.
    Replace,
    /// Objects with the same value of this member are merged.
    ByKey(String),
}

/// Text for a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotFill {
    /// The slot's name.
    pub name: String,
    /// What goes there.
    pub text: Text,
    /// Lower comes first; ties are broken by instance name.
    pub order: i32,
}

/// Something for the user to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub title: String,
    /// A program and its arguments.
    pub command: Vec<String>,
}
