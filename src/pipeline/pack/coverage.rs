//! What the cases of a pack touch: which templates are rendered, which answers are given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::cases::loose_value;
use crate::authoring::folder::Sources;
use crate::authoring::{Case, Language};
use crate::model::{Body, Content, Name, Output, Text};
use crate::pipeline::Rendered;
use crate::project::{Kind, Questions};

/// Where packs in any language keep their templates.
const TEMPLATES: &str = "templates";

/// What no case touched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// How many templates there are.
    pub templates: usize,
    /// Templates that no case rendered.
    pub unrendered: Vec<String>,
    /// How many answers can be told apart: each of a choice, both of a yes or no, any other question as one.
    pub answers: usize,
    /// Answers that no case gave, as `KEY=VALUE`, or `KEY` where any value would do.
    pub ungiven: Vec<String>,
}

/// What was seen while cases ran.
#[derive(Default)]
pub(super) struct Seen {
    /// Texts of templates by name.
    sources: BTreeMap<String, String>,
    rendered: BTreeSet<String>,
    /// Answers by key: the effective ones, and whether any was given.
    values: BTreeMap<String, Vec<Value>>,
    given: BTreeSet<String>,
}

impl Seen {
    /// Takes in what a run made.
    pub fn add(&mut self, pack: &Name, rendered: &Rendered) {
        for (member, output) in rendered.members.iter().zip(&rendered.outputs) {
            if member.instance.manifest.name != *pack {
                continue;
            }
            for source in &output.templates {
                self.sources.entry(source.name.clone()).or_insert_with(|| source.text.clone());
            }
            self.rendered.extend(templates_of(output).map(str::to_owned));
            for (key, answer) in &member.answers {
                self.values.entry(key.clone()).or_default().push(answer.value.clone());
                if answer.is_given() {
                    self.given.insert(key.clone());
                }
            }
        }
    }

    /// Takes in what was answered where the pack refused it.
    pub fn add_refused(&mut self, case: &Case, set: &[String]) {
        let file = case.answers.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let table: toml::Table = toml::from_str(&file).unwrap_or_default();
        let from_file = table.into_iter().filter_map(|(key, value)| Some((key, serde_json::to_value(value).ok()?)));
        let from_set = set.iter().filter_map(|set| set.split_once('='));
        let from_set = from_set.map(|(key, value)| (key.to_owned(), loose_value(value)));
        for (key, value) in from_file.chain(from_set) {
            self.given.insert(key.clone());
            self.values.entry(key).or_default().push(value);
        }
    }

    /// What no case touched.
    pub fn coverage(mut self, folder: &Path, language: Option<Language>, questions: &Questions) -> Coverage {
        // A pack in a language hands over what it uses; what it could use lies in its folder.
        if language != Some(Language::None) {
            for (path, _) in Sources::Disk(folder).below(TEMPLATES).unwrap_or_default() {
                self.sources.entry(path).or_default();
            }
        }
        let rendered = self.reached();
        let unrendered = self.sources.keys().filter(|name| !rendered.contains(*name)).cloned().collect();
        let mut coverage = Coverage { templates: self.sources.len(), unrendered, answers: 0, ungiven: Vec::new() };
        for question in &questions.list {
            let key = &question.key;
            let options = match &question.kind {
                Kind::Select(options) => options.clone(),
                Kind::Confirm => vec![true.into(), false.into()],
                _ => {
                    coverage.answers += 1;
                    if !self.given.contains(key) {
                        coverage.ungiven.push(key.clone());
                    }
                    continue;
                }
            };
            coverage.answers += options.len();
            let values = self.values.get(key).map(Vec::as_slice).unwrap_or_default();
            let missing = options.iter().filter(|option| !values.contains(option));
            coverage.ungiven.extend(missing.map(|option| format!("{key}={}", crate::project::plain(option))));
        }
        coverage
    }

    /// The templates that were rendered, and those that they include, import or extend: those whose names they quote.
    fn reached(&self) -> BTreeSet<String> {
        let mut reached = self.rendered.clone();
        let mut open: Vec<String> = reached.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let text = self.sources.get(&name).map(String::as_str).unwrap_or_default();
            for other in self.sources.keys() {
                let quoted = [format!("\"{other}\""), format!("'{other}'")].iter().any(|quoted| text.contains(quoted));
                if quoted && reached.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        reached
    }
}

/// The templates that contributions name.
fn templates_of(output: &Output) -> impl Iterator<Item = &str> {
    output.contributions.iter().filter_map(|contribution| {
        let text = match &contribution.body {
            Body::File(file) => match &file.contents {
                Content::Text(text) => text,
                Content::Bytes(_) => return None,
            },
            Body::Merge(merge) => &merge.text,
            Body::Slot(fill) => &fill.text,
            Body::Lines(_) => return None,
        };
        match text {
            Text::Template(rendering) => Some(rendering.template.as_str()),
            Text::Literal(_) => None,
        }
    })
}
