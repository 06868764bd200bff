//! What `render` returns, contribution by contribution.

use crate::bindings::scaffold::pack::types::{self, Body, Contribution, Slot, Step};
use crate::prelude::*;
use crate::{Asset, Diagnostic, File, Marks, Merge, Object, Template, Text};

/// The contributions of one [`render`](crate::Pack::render), and the templates that they name.
#[derive(Clone, Debug)]
pub struct Output(types::Output);

impl Output {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(types::Output {
            templates: Vec::new(),
            contributions: Vec::new(),
            diagnostics: Vec::new(),
            next_steps: Vec::new(),
        })
    }

    /// A whole file: text, a [`template!`](crate::template), [`bytes`](crate::bytes).
    #[must_use]
    pub fn file(self, path: &str, file: impl Into<File>) -> Self {
        let File { file, template } = file.into();
        self.add(path, Body::File(file), template)
    }

    /// Files that are each made of one template, whose name is the file's path and `.j2`.
    #[must_use]
    pub fn templated(self, values: &Object, templates: impl IntoIterator<Item = Template>) -> Self {
        self.templated_from("", values, templates)
    }

    /// The same from a folder of `templates/` whose name, `docker/`, is no part of the files' paths.
    #[must_use]
    pub fn templated_from(
        mut self,
        folder: &str,
        values: &Object,
        templates: impl IntoIterator<Item = Template>,
    ) -> Self {
        for template in templates {
            let path = template.name.strip_prefix(folder).unwrap_or(template.name);
            let path = path.strip_suffix(".j2").unwrap_or(path);
            self = self.file(path, Text::rendered(template, values));
        }
        self
    }

    /// Files as they are: all of a folder, with [`files!`](crate::files).
    #[must_use]
    pub fn files(mut self, files: impl IntoIterator<Item = Asset>) -> Self {
        for asset in files {
            self = self.file(asset.path, asset);
        }
        self
    }

    /// Files without contents: `__init__.py`.
    #[must_use]
    pub fn empty<'a>(mut self, paths: impl IntoIterator<Item = &'a str>) -> Self {
        for path in paths {
            self = self.file(path, "");
        }
        self
    }

    /// A fragment of a structured file: `.merge("pyproject.toml", Merge::toml("..."))`.
    #[must_use]
    pub fn merge(self, path: &str, merge: Merge) -> Self {
        self.add(path, Body::Merge(merge.merge), merge.template)
    }

    /// Lines that the file must hold, each once.
    #[must_use]
    pub fn lines<'a>(self, path: &str, lines: impl IntoIterator<Item = &'a str>) -> Self {
        self.add(path, Body::Lines(lines.into_iter().map(str::to_owned).collect()), None)
    }

    /// Text for a slot that another pack's file opens.
    #[must_use]
    pub fn fill(self, path: &str, slot: &str, text: impl Into<Text>) -> Self {
        self.fill_at(path, slot, 0, text)
    }

    /// Text for a slot, with its place among the fills: lower comes first.
    #[must_use]
    pub fn fill_at(self, path: &str, slot: &str, order: i32, text: impl Into<Text>) -> Self {
        let Text { text, template } = text.into();
        self.add(path, Body::Slot(Slot { name: slot.to_owned(), text, order }), template)
    }

    /// A template that others include, import or extend.
    #[must_use]
    pub fn shares(mut self, template: Template) -> Self {
        self.bring(template, None);
        self
    }

    /// What the user can do next: a program and its arguments, never a shell line.
    #[must_use]
    pub fn step<'a>(mut self, title: &str, command: impl IntoIterator<Item = &'a str>) -> Self {
        let command = command.into_iter().map(str::to_owned).collect();
        self.0.next_steps.push(Step { title: title.to_owned(), command });
        self
    }

    /// Adds a warning or a note.
    #[must_use]
    pub fn say(mut self, diagnostic: Diagnostic) -> Self {
        self.0.diagnostics.push(diagnostic);
        self
    }

    /// Goes on with `then` where the condition holds.
    #[must_use]
    pub fn when(self, condition: bool, then: impl FnOnce(Self) -> Self) -> Self {
        if condition { then(self) } else { self }
    }

    // Not inlined: a pack calls it once a file.
    #[inline(never)]
    fn add(mut self, path: &str, body: Body, template: Option<(Template, Option<Marks>)>) -> Self {
        self.0.contributions.push(Contribution { path: path.to_owned(), body });
        if let Some((template, marks)) = template {
            self.bring(template, marks);
        }
        self
    }

    fn bring(&mut self, template: Template, marks: Option<Marks>) {
        if !self.0.templates.iter().any(|source| source.name == template.name) {
            self.0.templates.push(template.source(marks));
        }
    }

    /// The contract's form.
    pub(crate) fn finish(self) -> types::Output {
        self.0
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new()
    }
}
