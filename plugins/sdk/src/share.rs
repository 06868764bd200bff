//! Shares of files: what is in them, and how a fragment meets what is there.
//!
//! A [`Text`] that is a template carries the template's source along, so that [`Output`](crate::Output) can hand the
//! host what contributions name and nothing else.

use crate::bindings::scaffold::pack::types;
use crate::prelude::*;
use crate::{ListPolicy, Object, Opening};

/// A Jinja template, embedded by [`source!`](crate::source).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// What other templates and the host's messages call it: its path below `templates/`.
    pub name: &'static str,
    /// The template.
    pub text: &'static str,
}

/// The marks of a template's blocks, variables and comments, each opening and closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// `{%` and `%}`.
    pub block: (&'static str, &'static str),
    /// `{{` and `}}`.
    pub variable: (&'static str, &'static str),
    /// `{#` and `#}`.
    pub comment: (&'static str, &'static str),
}

/// Marks with square brackets, for files that use curly ones themselves: `[% if %]`, `[[ name ]]`, `[# note #]`.
pub const BRACKETS: Marks = Marks { block: ("[%", "%]"), variable: ("[[", "]]"), comment: ("[#", "#]") };

impl Template {
    /// The contract's form.
    pub(crate) fn source(self, marks: Option<Marks>) -> types::Source {
        let owned = |(open, close): (&str, &str)| (open.to_owned(), close.to_owned());
        types::Source {
            name: self.name.to_owned(),
            text: self.text.to_owned(),
            syntax: marks.map(|marks| types::Syntax {
                block: owned(marks.block),
                variable: owned(marks.variable),
                comment: owned(marks.comment),
            }),
        }
    }
}

/// Text, or the template that makes it.
#[derive(Clone, Debug)]
pub struct Text {
    pub(crate) text: types::Text,
    pub(crate) template: Option<(Template, Option<Marks>)>,
}

/// Text as it is.
pub fn literal(text: impl Into<String>) -> Text {
    Text { text: types::Text::Literal(text.into()), template: None }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        literal(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        literal(text)
    }
}

impl Text {
    /// Text that the host makes of a template; [`template!`](crate::template) is the short form.
    pub fn rendered(template: Template, values: &Object) -> Self {
        let rendering = types::Rendering { template: template.name.to_owned(), values: values.as_str().to_owned() };
        Self { text: types::Text::Template(rendering), template: Some((template, None)) }
    }

    /// The template's marks are these rather than Jinja's own.
    #[must_use]
    pub fn marks(mut self, marks: Marks) -> Self {
        self.template = self.template.map(|(template, _)| (template, Some(marks)));
        self
    }

    /// A file of this text that may be run.
    #[must_use]
    pub fn executable(self) -> File {
        File::from(self).executable()
    }

    /// A file of this text that is written once, the user's from then on.
    #[must_use]
    pub fn once(self) -> File {
        File::from(self).once()
    }

    /// A file of this text that opens a slot for other packs.
    #[must_use]
    pub fn opens(self, slot: Opening) -> File {
        File::from(self).opens(slot)
    }

    /// A file of this text that an older version of the pack put elsewhere.
    #[must_use]
    pub fn moved_from(self, path: &str) -> File {
        File::from(self).moved_from(path)
    }
}

/// A whole file.
#[derive(Clone, Debug)]
pub struct File {
    pub(crate) file: types::File,
    pub(crate) template: Option<(Template, Option<Marks>)>,
}

/// A file that is no text: an image, an archive.
pub fn bytes(contents: impl Into<Vec<u8>>) -> File {
    File::new(types::Content::Bytes(contents.into()), None)
}

impl From<Text> for File {
    fn from(text: Text) -> Self {
        Self::new(types::Content::Text(text.text), text.template)
    }
}

impl From<&str> for File {
    fn from(text: &str) -> Self {
        literal(text).into()
    }
}

impl From<String> for File {
    fn from(text: String) -> Self {
        literal(text).into()
    }
}

impl File {
    fn new(contents: types::Content, template: Option<(Template, Option<Marks>)>) -> Self {
        let file = types::File {
            contents,
            executable: false,
            ownership: types::Ownership::Managed,
            slots: Vec::new(),
            moved_from: Vec::new(),
        };
        Self { file, template }
    }

    /// May be run.
    #[must_use]
    pub fn executable(mut self) -> Self {
        self.file.executable = true;
        self
    }

    /// Written once, the user's from then on.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.file.ownership = types::Ownership::Once;
        self
    }

    /// Opens a slot for other packs.
    #[must_use]
    pub fn opens(mut self, slot: Opening) -> Self {
        self.file.slots.push(slot);
        self
    }

    /// Where an older version of the pack put the same file.
    #[must_use]
    pub fn moved_from(mut self, path: &str) -> Self {
        self.file.moved_from.push(path.to_owned());
        self
    }
}

impl Opening {
    /// A slot that may stay empty. The marker is a whole line of the rendered file, without its indentation.
    pub fn new(name: &str, marker: &str) -> Self {
        Self { name: name.to_owned(), marker: marker.to_owned(), required: false, unique: false, sorted: false }
    }

    /// Leaving it empty is an error.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Fills of the same text appear once.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Fills are sorted by text rather than by order and pack.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.sorted = true;
        self
    }
}

/// A fragment of a structured file.
#[derive(Clone, Debug)]
pub struct Merge {
    pub(crate) merge: types::Merge,
    pub(crate) template: Option<(Template, Option<Marks>)>,
}

impl Merge {
    /// A fragment in any format that the host knows.
    pub fn new(format: &str, text: impl Into<Text>) -> Self {
        let Text { text, template } = text.into();
        Self { merge: types::Merge { format: format.to_owned(), text, weak: false, lists: Vec::new() }, template }
    }

    /// A JSON fragment.
    pub fn json(text: impl Into<Text>) -> Self {
        Self::new("json", text)
    }

    /// A fragment of JSON with comments and trailing commas, such as a `tsconfig.json`.
    pub fn jsonc(text: impl Into<Text>) -> Self {
        Self::new("jsonc", text)
    }

    /// A YAML fragment.
    pub fn yaml(text: impl Into<Text>) -> Self {
        Self::new("yaml", text)
    }

    /// A TOML fragment.
    pub fn toml(text: impl Into<Text>) -> Self {
        Self::new("toml", text)
    }

    /// Assignments of a dotenv file.
    pub fn dotenv(text: impl Into<Text>) -> Self {
        Self::new("dotenv", text)
    }

    /// Yields to another pack's values instead of conflicting with them.
    #[must_use]
    pub fn weak(mut self) -> Self {
        self.merge.weak = true;
        self
    }

    /// How lists meet where the JSON Pointer pattern matches; the last that matches wins.
    #[must_use]
    pub fn list(mut self, pointer: &str, policy: ListPolicy) -> Self {
        self.merge.lists.push(types::ListRule { pointer: pointer.to_owned(), policy });
        self
    }
}
