//! What a pack without code consists of.
//!
//! `scaffold pack build` reads a folder, checks it and makes a [`Blueprint`] of it; the generic pack of
//! `plugins/generic` carries the blueprint in its memory and does what it says. Both are of one commit, always, so the
//! form in which it travels has no version: it is this crate's own, without names, and never stored on its own.
//!
//! Everything that can be decided without answers is decided before: which text holds Jinja, which template makes
//! which file, in what order.
#![no_std]

extern crate alloc;

mod code;
mod manifest;

use alloc::string::String;
use alloc::vec::Vec;

pub use code::{Code, Input};
use code::{choice, record};
pub use manifest::{Capability, Cardinality, Dependency, Manifest, Requirement};

record! {
    /// A whole pack.
    pub struct Blueprint {
        /// What `describe` answers.
        pub manifest: Manifest,
        /// Every template, those too that only others include.
        pub sources: Vec<Source>,
        /// Values that are made of the answers, in order: each may use those before it.
        pub computed: Vec<Computed>,
        /// What must hold beyond the questions' schema.
        pub checks: Vec<Check>,
        /// Facts for other packs.
        pub offers: Vec<Offer>,
        /// Shares of files.
        pub shares: Vec<Share>,
        /// What the user can do next.
        pub steps: Vec<Step>,
        /// What becomes of answers to older versions, in order.
        pub migrations: Vec<Migration>,
    }
}

record! {
    /// A template.
    pub struct Source {
        /// What others include it as.
        pub name: String,
        /// The template.
        pub text: String,
        /// Its marks, if not Jinja's own.
        pub marks: Option<Marks>,
    }
}

record! {
    /// The marks of a template, each opening and closing.
    pub struct Marks {
        /// `{%` and `%}`.
        pub block: (String, String),
        /// `{{` and `}}`.
        pub variable: (String, String),
        /// `{#` and `#}`.
        pub comment: (String, String),
    }
}

choice! {
    /// A short text.
    pub enum Text {
        /// As it is.
        Plain(String),
        /// A short template.
        Jinja(String),
    }
}

choice! {
    /// A part of a JSON text.
    pub enum Piece {
        /// As it is.
        Json(String),
        /// The value of an expression.
        Expression(String),
        /// What a short template gives, as a JSON string.
        Jinja(String),
    }
}

record! {
    /// A value that is made of the answers.
    pub struct Computed {
        /// Under which name templates have it.
        pub name: String,
        /// The value: its JSON text.
        pub value: Vec<Piece>,
        /// Whether it needs other packs' facts, which are all there in the second phase only.
        pub in_render: bool,
    }
}

record! {
    /// Something that must hold.
    pub struct Check {
        /// The expression.
        pub holds: String,
        /// What is said where it does not.
        pub message: Text,
        /// The JSON Pointer of the answer that it is about.
        pub answer: Option<String>,
        /// What the user can do.
        pub help: Option<Text>,
        /// How grave it is.
        pub severity: Severity,
    }
}

choice! {
    /// How grave a message is.
    #[derive(Copy)]
    pub enum Severity {
        /// Nothing is made.
        Error,
        /// Something is likely not as the user wants it.
        Warning,
        /// Good to know.
        Note,
    }
}

record! {
    /// Facts for other packs.
    pub struct Offer {
        /// The capability's name.
        pub capability: String,
        /// The capability's version.
        pub version: String,
        /// Where it is offered.
        pub when: Option<String>,
        /// The facts: their JSON text.
        pub facts: Vec<Piece>,
    }
}

record! {
    /// A share of a file, or of several: one for each turn of its loops.
    pub struct Share {
        /// Loops and conditions, the outer ones first.
        pub scopes: Vec<Scope>,
        /// The path. Where a name in it comes out empty, there is no share.
        pub path: Text,
        /// What is shared.
        pub body: Body,
    }
}

choice! {
    /// What a share depends on.
    pub enum Scope {
        /// The expression is true.
        When(String),
        /// Once for each element of a list.
        Each(Loop),
    }
}

record! {
    /// A loop.
    pub struct Loop {
        /// What an element is called.
        pub variable: String,
        /// The list: an expression.
        pub list: String,
    }
}

choice! {
    /// The kinds of shares.
    pub enum Body {
        /// A whole file.
        File(File),
        /// A fragment of a structured file.
        Merge(Merge),
        /// Lines, each once; empty ones are left out.
        Lines(Vec<Text>),
        /// Text for another pack's slot.
        Slot(Slot),
    }
}

record! {
    /// A whole file.
    pub struct File {
        /// What is in it.
        pub contents: Contents,
        /// Whether it may be run.
        pub executable: bool,
        /// Whether it is the user's once it is written.
        pub once: bool,
        /// Slots that it opens.
        pub opens: Vec<Opening>,
        /// Where older versions of the pack put it.
        pub moved_from: Vec<Text>,
    }
}

choice! {
    /// What is in a file, or a part of one.
    pub enum Contents {
        /// Bytes that are no text.
        Bytes(Vec<u8>),
        /// Text as it is.
        Literal(String),
        /// What the template of this name gives.
        Template(String),
    }
}

record! {
    /// A slot that a file opens.
    pub struct Opening {
        /// What fills name.
        pub name: String,
        /// The line without its indentation.
        pub marker: String,
        /// Whether leaving it empty is an error.
        pub required: bool,
        /// Whether fills of the same text appear once.
        pub unique: bool,
        /// Whether fills are sorted by text.
        pub sorted: bool,
    }
}

record! {
    /// A fragment of a structured file.
    pub struct Merge {
        /// The format.
        pub format: String,
        /// The fragment.
        pub text: Contents,
        /// Whether it yields to other packs' values.
        pub weak: bool,
        /// How lists meet.
        pub lists: Vec<ListRule>,
    }
}

record! {
    /// How the lists at some places meet.
    pub struct ListRule {
        /// A JSON Pointer pattern.
        pub pointer: String,
        /// What to do there.
        pub policy: ListPolicy,
    }
}

choice! {
    /// How two lists become one.
    pub enum ListPolicy {
        /// Each element once.
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
}

record! {
    /// Text for another pack's slot.
    pub struct Slot {
        /// The slot's name.
        pub name: String,
        /// What goes there.
        pub text: Contents,
        /// Lower comes first.
        pub order: i32,
    }
}

record! {
    /// What becomes of answers to older versions.
    pub struct Migration {
        /// The first version whose answers stay as they are.
        pub before: String,
        /// Where it applies.
        pub when: Option<String>,
        /// Questions' old names and new ones.
        pub rename: Vec<(String, String)>,
        /// Questions that are not asked any more.
        pub remove: Vec<String>,
        /// Answers that are made anew: their JSON text.
        pub set: Vec<(String, Vec<Piece>)>,
    }
}

record! {
    /// Something for the user to run.
    pub struct Step {
        /// Where it is of use.
        pub when: Option<String>,
        /// What it does.
        pub title: Text,
        /// A program and its arguments.
        pub command: Vec<Text>,
    }
}
