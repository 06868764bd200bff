//! Shares of files: what a file's contents are, and how a fragment meets what is there.

use serde::Serialize;

use crate::context::to_json;
use crate::{Content, File, ListPolicy, ListRule, Merge, Opening, Ownership, Rendering, Text};

/// Text as it is.
pub fn literal(text: impl Into<String>) -> Text {
    Text::Literal(text.into())
}

/// Text that the host makes of one of the pack's templates. `values` must become a JSON object.
pub fn template(name: &str, values: &impl Serialize) -> Text {
    Text::Template(Rendering { template: name.to_owned(), values: to_json(values) })
}

/// A file that is no text: an image, an archive.
pub fn bytes(contents: impl Into<Vec<u8>>) -> File {
    file(Content::Bytes(contents.into()))
}

fn file(contents: Content) -> File {
    File { contents, executable: false, ownership: Ownership::Managed, slots: Vec::new(), moved_from: Vec::new() }
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

impl<T: Into<Text>> From<T> for File {
    fn from(text: T) -> Self {
        file(Content::Text(text.into()))
    }
}

/// A file of this text; the same words stand at [`File`].
impl Text {
    /// See [`File::executable`].
    pub fn executable(self) -> File {
        File::from(self).executable()
    }

    /// See [`File::once`].
    pub fn once(self) -> File {
        File::from(self).once()
    }

    /// See [`File::opens`].
    pub fn opens(self, slot: Opening) -> File {
        File::from(self).opens(slot)
    }

    /// See [`File::moved_from`].
    pub fn moved_from(self, path: &str) -> File {
        File::from(self).moved_from(path)
    }
}

impl File {
    /// May be run.
    #[must_use]
    pub fn executable(mut self) -> Self {
        self.executable = true;
        self
    }

    /// Written once, the user's from then on.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.ownership = Ownership::Once;
        self
    }

    /// Opens a slot for other packs.
    #[must_use]
    pub fn opens(mut self, slot: Opening) -> Self {
        self.slots.push(slot);
        self
    }

    /// Where an older version of the pack put the same file.
    #[must_use]
    pub fn moved_from(mut self, path: &str) -> Self {
        self.moved_from.push(path.to_owned());
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

impl Merge {
    /// A fragment in any format that the host knows.
    pub fn new(format: &str, text: impl Into<Text>) -> Self {
        Self { format: format.to_owned(), text: text.into(), weak: false, lists: Vec::new() }
    }

    /// A JSON fragment.
    pub fn json(text: impl Into<Text>) -> Self {
        Self::new("json", text)
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
        self.weak = true;
        self
    }

    /// How lists meet where the JSON Pointer pattern matches; the last that matches wins.
    #[must_use]
    pub fn list(mut self, pointer: &str, policy: ListPolicy) -> Self {
        self.lists.push(ListRule { pointer: pointer.to_owned(), policy });
        self
    }
}
