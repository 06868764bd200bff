//! What `render` returns, contribution by contribution.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::bindings::scaffold::pack::types::{self, Body, Contribution, Slot};
use crate::templates::{is_shared, source, texts};
use crate::{Content, Diagnostic, File, Marks, Merge, Rendering, Step, Templates, Text, template};

/// The contributions of one [`render`](crate::Pack::render), and the templates that they name.
pub struct Output {
    folder: &'static Templates,
    syntaxes: Vec<(&'static str, Marks)>,
    contributions: Vec<Contribution>,
    diagnostics: Vec<Diagnostic>,
    next_steps: Vec<Step>,
}

impl Output {
    /// Nothing yet; contributions may name the templates of this folder.
    pub fn new(folder: &'static Templates) -> Self {
        Self {
            folder,
            syntaxes: Vec::new(),
            contributions: Vec::new(),
            diagnostics: Vec::new(),
            next_steps: Vec::new(),
        }
    }

    /// Gives other marks than Jinja's own to the templates whose names start so: `.syntax(".github/", BRACKETS)`, or
    /// `""` for all. Of several the longest prefix counts.
    #[must_use]
    pub fn syntax(mut self, prefix: &'static str, marks: Marks) -> Self {
        self.syntaxes.push((prefix, marks));
        self
    }

    /// A whole file: text, a [`template`](crate::template), [`bytes`](crate::bytes).
    #[must_use]
    pub fn file(self, path: impl Into<String>, file: impl Into<File>) -> Self {
        self.add(path.into(), Body::File(file.into()))
    }

    /// Files that are each made of the template of the same path with `.j2` at its end.
    #[must_use]
    pub fn templated<'a>(mut self, values: &impl Serialize, paths: impl IntoIterator<Item = &'a str>) -> Self {
        for path in paths {
            self = self.file(path, template(&format!("{path}.j2"), values));
        }
        self
    }

    /// A fragment of a structured file: `.merge("pyproject.toml", Merge::toml("..."))`.
    #[must_use]
    pub fn merge(self, path: impl Into<String>, merge: Merge) -> Self {
        self.add(path.into(), Body::Merge(merge))
    }

    /// Lines that the file must hold, each once.
    #[must_use]
    pub fn lines<'a>(self, path: impl Into<String>, lines: impl IntoIterator<Item = &'a str>) -> Self {
        self.add(path.into(), Body::Lines(lines.into_iter().map(str::to_owned).collect()))
    }

    /// Text for a slot that another pack's file opens.
    #[must_use]
    pub fn fill(self, path: impl Into<String>, slot: &str, text: impl Into<Text>) -> Self {
        self.fill_at(path, slot, 0, text)
    }

    /// Text for a slot, with its place among the fills: lower comes first.
    #[must_use]
    pub fn fill_at(self, path: impl Into<String>, slot: &str, order: i32, text: impl Into<Text>) -> Self {
        self.add(path.into(), Body::Slot(Slot { name: slot.to_owned(), text: text.into(), order }))
    }

    /// What the user can do next: a program and its arguments, never a shell line.
    #[must_use]
    pub fn step<'a>(mut self, title: &str, command: impl IntoIterator<Item = &'a str>) -> Self {
        let command = command.into_iter().map(str::to_owned).collect();
        self.next_steps.push(Step { title: title.to_owned(), command });
        self
    }

    /// Adds a warning or a note.
    #[must_use]
    pub fn say(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }

    /// Goes on with `then` where the condition holds.
    #[must_use]
    pub fn when(self, condition: bool, then: impl FnOnce(Self) -> Self) -> Self {
        if condition { then(self) } else { self }
    }

    fn add(mut self, path: String, body: Body) -> Self {
        self.contributions.push(Contribution { path, body });
        self
    }

    /// The contract's form: the templates that are named, and those that they may include.
    pub(crate) fn finish(self) -> Result<types::Output, Vec<Diagnostic>> {
        let texts = texts(self.folder);
        let mut named = BTreeSet::new();
        let mut mistakes = Vec::new();
        for Rendering { template, values } in self.contributions.iter().filter_map(rendering) {
            if !texts.contains_key(template.as_str()) {
                mistakes.push(Diagnostic::error(format!("the pack has no template `{template}`")));
            } else if !values.starts_with('{') {
                mistakes.push(Diagnostic::error(format!("the values for `{template}` are no JSON object")));
            }
            named.insert(template.as_str());
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let templates = texts
            .iter()
            .filter(|(name, _)| named.contains(*name) || (!named.is_empty() && is_shared(name)))
            .map(|(name, text)| source(name, text, &self.syntaxes))
            .collect();
        Ok(types::Output {
            templates,
            contributions: self.contributions,
            diagnostics: self.diagnostics,
            next_steps: self.next_steps,
        })
    }
}

/// The template that a contribution names.
pub(crate) fn rendering(contribution: &Contribution) -> Option<&Rendering> {
    let text = match &contribution.body {
        Body::File(File { contents: Content::Text(text), .. }) => text,
        Body::Merge(Merge { text, .. }) | Body::Slot(Slot { text, .. }) => text,
        Body::File(_) | Body::Lines(_) => return None,
    };
    match text {
        Text::Template(rendering) => Some(rendering),
        Text::Literal(_) => None,
    }
}
