//! Packs whose files are templates over their answers: what a life after `new` needs.

use serde_json::{Value as Json, json};

use super::Pack;
use super::memory::{Memory, Value};

/// A version of a pack.
#[derive(Clone, Debug)]
pub struct Draft {
    name: String,
    version: String,
    questions: Json,
    dependencies: Json,
    files: Vec<File>,
    lines: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    text: Vec<u8>,
    executable: bool,
    once: bool,
    moved_from: Vec<String>,
}

impl Draft {
    pub fn new(name: &str, version: &str) -> Self {
        let (questions, dependencies) = (json!({}), json!([]));
        let (files, lines) = (Vec::new(), Vec::new());
        Self { name: name.to_owned(), version: version.to_owned(), questions, dependencies, files, lines }
    }

    /// A question with a default.
    pub fn asks(mut self, key: &str, default: impl Into<Json>) -> Self {
        let default = default.into();
        let kind = match &default {
            Json::String(_) => "string",
            Json::Bool(_) => "boolean",
            Json::Object(_) => "object",
            _ => "integer",
        };
        self.questions[key] = json!({ "type": kind, "default": default });
        self
    }

    pub fn needs(mut self, name: &str, version: &str) -> Self {
        let dependencies = self.dependencies.as_array_mut().unwrap();
        dependencies.push(json!({ "name": name, "version": version }));
        self
    }

    /// A file of a template.
    pub fn file(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref().to_vec();
        self.files.push(File { path: path.to_owned(), text, executable: false, once: false, moved_from: Vec::new() });
        self
    }

    /// A line of a file that others have lines in, too.
    pub fn line(mut self, path: &str, line: &str) -> Self {
        self.lines.push((path.to_owned(), line.to_owned()));
        self
    }

    /// The last file may be run.
    pub fn executable(mut self) -> Self {
        self.last().executable = true;
        self
    }

    /// The last file is written once.
    pub fn once(mut self) -> Self {
        self.last().once = true;
        self
    }

    /// The last file was at another path.
    pub fn moved_from(mut self, path: &str) -> Self {
        self.last().moved_from.push(path.to_owned());
        self
    }

    fn last(&mut self) -> &mut File {
        self.files.last_mut().unwrap()
    }

    pub fn pack(&self) -> Pack {
        Pack::new(&self.name)
            .manifest("version", json!(self.version))
            .manifest("dependencies", self.dependencies.clone())
            .questions(self.questions.clone())
            .renders(|memory| self.rendered(memory))
            .renders_answers()
    }

    fn rendered(&self, memory: &mut Memory) -> u32 {
        let (mut templates, mut files) = (Vec::new(), Vec::new());
        for (at, file) in self.files.iter().enumerate() {
            let content = match std::str::from_utf8(&file.text) {
                Ok(text) if !text.contains('\0') => {
                    let name = format!("{at}.j2");
                    templates.push(memory.template(&name, text));
                    let rendering: Value = memory.rendering(&name, "{}");
                    [vec![1, 0, 0, 0], rendering].concat()
                }
                _ => memory.bytes(&file.text),
            };
            let moved_from: Vec<&str> = file.moved_from.iter().map(String::as_str).collect();
            files.push(memory.file_from(&file.path, content, [file.executable, file.once], &[], &moved_from));
        }
        files.extend(self.lines.iter().map(|(path, line)| memory.lines(path, &[line])));
        memory.output(&templates, &files)
    }
}
