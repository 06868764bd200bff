//! What the cases of a pack touch: which templates are rendered, which answers are given.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{Body, Content, Name, Output, Text};
use crate::pipeline::{Inputs, Rendered};
use crate::project::{Answers, Mode, Questions, Standing, answer_all, plain};

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
    /// Takes in what a case answers, whether a project comes of it or not.
    pub fn give(&mut self, pack: &Name, questions: &Questions, inputs: &Inputs<'_>) {
        let asked = [(pack, questions)];
        let answered = answer_all(&asked, &inputs.given, &Standing::default(), &inputs.project, Mode::Defaults);
        // Answers that are wrong, or another pack's, are told by the run itself.
        let Some(answers) = answered.ok().and_then(|mut answered| answered.answers.remove(pack)) else { return };
        self.note(&answers);
    }

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
            self.note(&member.answers);
        }
    }

    fn note(&mut self, answers: &Answers) {
        for (key, answer) in answers {
            self.values.entry(key.clone()).or_default().push(answer.value.clone());
            if answer.is_given() {
                self.given.insert(key.clone());
            }
        }
    }

    /// What no case touched.
    ///
    /// A pack hands over what it uses; what it could use is in `templates`.
    pub fn coverage(mut self, templates: &BTreeMap<String, String>, questions: &Questions) -> Coverage {
        for (name, text) in templates {
            self.sources.entry(name.clone()).or_insert_with(|| text.clone());
        }
        let rendered = self.reached();
        let unrendered = self.sources.keys().filter(|name| !rendered.contains(*name)).cloned().collect();
        let mut coverage = Coverage { templates: self.sources.len(), unrendered, answers: 0, ungiven: Vec::new() };
        for question in &questions.list {
            let key = &question.key;
            let Some(choices) = question.choices() else {
                coverage.answers += 1;
                if !self.given.contains(key) {
                    coverage.ungiven.push(key.clone());
                }
                continue;
            };
            coverage.answers += choices.len();
            let values = self.values.get(key).map(Vec::as_slice).unwrap_or_default();
            let missing = choices.iter().filter(|choice| !values.contains(choice));
            coverage.ungiven.extend(missing.map(|choice| format!("{key}={}", plain(choice))));
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
