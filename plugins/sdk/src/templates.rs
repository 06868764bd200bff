//! The templates that a pack carries.

use std::collections::BTreeMap;

use include_dir::{Dir, DirEntry};

use crate::Syntax;
use crate::bindings::scaffold::pack::types::Source;

/// An embedded folder of templates, as [`templates!`](crate::templates) makes it.
pub type Templates = Dir<'static>;

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

impl From<Marks> for Syntax {
    fn from(marks: Marks) -> Self {
        let owned = |(open, close): (&str, &str)| (open.to_owned(), close.to_owned());
        Self { block: owned(marks.block), variable: owned(marks.variable), comment: owned(marks.comment) }
    }
}

/// The texts of a folder and its folders by name, `/` between the parts.
pub(crate) fn texts(folder: &Templates) -> BTreeMap<&'static str, &'static str> {
    let mut texts = BTreeMap::new();
    collect(folder, &mut texts);
    texts
}

fn collect(folder: &Templates, texts: &mut BTreeMap<&'static str, &'static str>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => collect(folder, texts),
            DirEntry::File(file) => {
                if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                    texts.insert(name, text);
                }
            }
        }
    }
}

/// Whether others may include it: one underscore at the start of the file's name, not two, as in `__init__.py`.
pub(crate) fn is_shared(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.starts_with('_') && !file.starts_with("__")
}

/// The template for the host, with the marks of the longest prefix that its name has.
pub(crate) fn source(name: &str, text: &str, syntaxes: &[(&'static str, Marks)]) -> Source {
    let marks = syntaxes.iter().filter(|(prefix, _)| name.starts_with(prefix)).max_by_key(|(prefix, _)| prefix.len());
    Source { name: name.to_owned(), text: text.to_owned(), syntax: marks.map(|(_, marks)| (*marks).into()) }
}
