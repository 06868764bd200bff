//! From questions and what was given to the effective answers.
//!
//! Every problem of every pack is found before anything is said, so that a user mends a command line once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::error::{AnswersError, Trouble};
use super::given::{Addressed, Given, Part, Raw};
use super::questions::{Question, Questions};
use crate::model::{JsonObject, Name, Project, near, printable};
use crate::template;

/// An effective answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// Who it is from.
    pub origin: Origin,
}

/// Who an answer is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user gave it to this pack.
    Own,
    /// The user gave it to every pack that asks.
    Shared,
    /// The pack proposed it.
    Default,
}

impl Answer {
    /// Whether the user gave it.
    pub fn is_given(&self) -> bool {
        self.origin != Origin::Default
    }
}

/// The answers of one instance, in the order of its questions.
pub type Answers = Vec<(String, Answer)>;

/// Defaults that were taken earlier, by instance: they stick until the user changes them.
pub type Standing = BTreeMap<Name, JsonObject>;

/// What answering comes to.
#[derive(Debug, Default)]
pub struct Answered {
    /// The effective answers, by instance.
    pub answers: BTreeMap<Name, Answers>,
    /// Defaults that stuck although a pack would propose something else now.
    pub kept: Vec<KeptDefault>,
}

/// A default that was taken earlier, and what would be taken now.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDefault {
    /// The use of the pack.
    pub instance: Name,
    /// The question.
    pub key: String,
    /// What was taken, and is the answer still; none where it no longer serves.
    pub kept: Option<Value>,
    /// What was taken.
    pub was: Value,
    /// What would be taken now.
    pub now: Option<Value>,
}

/// What happens to a question that was not answered.
pub enum Mode<'a> {
    /// It is asked.
    Ask(&'a mut dyn Asker),
    /// Its default is taken; where there is none, that is a problem.
    Defaults,
}

/// Someone who can be asked: a terminal today.
pub trait Asker {
    /// Asks one question. `check` says what is wrong with an answer. None leaves a question that need not be answered
    /// without an answer.
    ///
    /// # Errors
    /// The user breaks off, or there is no reading or writing.
    fn ask(
        &mut self,
        instance: &Name,
        question: &Question,
        default: Option<&Value>,
        check: &dyn Fn(&Value) -> Result<(), String>,
    ) -> Result<Option<Value>, AskError>;
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The user broke off.
    #[error("interrupted")]
    Interrupted,
    /// The terminal failed.
    #[error("the terminal can't be used: {0}")]
    Terminal(String),
}

/// What is wrong with an answer to a question whose `x-when` does not hold.
const NOT_ASKED: &str = "is not asked with these answers";

/// Answers the questions of all instances.
///
/// # Errors
/// All that is missing, wrong or unknown, together; or a user who breaks off.
pub fn answer_all(
    instances: &[(&Name, &Questions)],
    given: &Given,
    standing: &Standing,
    project: &Project,
    mut mode: Mode<'_>,
) -> Result<Answered, AnswersError> {
    let addressed = given.address(instances);
    let mut troubles = unknown(instances, &addressed);
    let mut reached = BTreeSet::new();
    let mut all = Answered::default();
    for (instance, questions) in instances {
        let mut round = Round::new(instance, questions, &addressed, project);
        round.standing = standing.get(*instance);
        round.run(&mut mode)?;
        troubles.append(&mut round.troubles);
        reached.append(&mut round.reached);
        all.kept.append(&mut round.kept);
        all.answers.insert((*instance).clone(), round.answers);
    }
    let unreached =
        |key: &&String| instances.iter().any(|(_, questions)| questions.has(key)) && !reached.contains(*key);
    for key in addressed.shared.keys().filter(unreached) {
        troubles.push(Trouble::wrong(key.clone(), NOT_ASKED.to_owned()));
    }
    if troubles.is_empty() {
        Ok(all)
    } else {
        troubles.sort();
        Err(AnswersError::Troubles(troubles))
    }
}

/// Keys that nobody asks.
fn unknown(instances: &[(&Name, &Questions)], addressed: &Addressed) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for (instance, own) in &addressed.own {
        let Some((_, questions)) = instances.iter().find(|(name, _)| *name == instance) else { continue };
        for key in own.keys().filter(|key| !questions.has(key)) {
            let known = questions.list.iter().map(|question| question.key.as_str());
            troubles.push(Trouble::unknown(&format!("{instance}.{key}"), key, known));
        }
    }
    let known: BTreeSet<&str> = instances
        .iter()
        .flat_map(|(_, questions)| questions.list.iter().map(|question| question.key.as_str()))
        .collect();
    for (key, parts) in addressed.shared.iter().filter(|(key, _)| !known.contains(key.as_str())) {
        troubles.push(match near(key, known.iter().copied()).first() {
            // `PACK.KEY=VALUE`, most likely.
            None if parts.iter().any(|part| !part.inside.is_empty()) => {
                Trouble::no_instance(key, instances.iter().map(|(name, _)| name.as_str()))
            }
            _ => Trouble::unknown(key, key, known.iter().copied()),
        });
    }
    troubles
}

/// The questions of one instance, being answered.
struct Round<'a> {
    instance: &'a Name,
    questions: &'a Questions,
    addressed: &'a Addressed,
    project: &'a Project,
    standing: Option<&'a JsonObject>,
    answers: Answers,
    kept: Vec<KeptDefault>,
    troubles: Vec<Trouble>,
    /// Keys of questions that were asked.
    reached: BTreeSet<String>,
}

impl<'a> Round<'a> {
    fn new(instance: &'a Name, questions: &'a Questions, addressed: &'a Addressed, project: &'a Project) -> Self {
        Self {
            instance,
            questions,
            addressed,
            project,
            standing: None,
            answers: Vec::new(),
            kept: Vec::new(),
            troubles: Vec::new(),
            reached: BTreeSet::new(),
        }
    }

    fn run(&mut self, mode: &mut Mode<'_>) -> Result<(), AnswersError> {
        for question in &self.questions.list {
            let found = self.addressed.find(self.instance, &question.key);
            if question.when.as_ref().is_some_and(|when| !when.accepts(&self.so_far().into())) {
                // An answer for all packs may still be meant for another one.
                if let Some((_, false)) = found {
                    self.trouble(&question.key, NOT_ASKED.to_owned());
                }
                continue;
            }
            self.reached.insert(question.key.clone());
            match found {
                Some((parts, shared)) => self.take(question, &parts, shared),
                None => self.ask(question, mode)?,
            }
        }
        let told: BTreeSet<String> = self.troubles.iter().map(|trouble| trouble.key.clone()).collect();
        for problem in self.questions.problems(&self.so_far()) {
            let key = problem.pointer.split('/').nth(1).unwrap_or_default().to_owned();
            if !told.contains(&self.name_of(&key)) {
                self.trouble(&key, problem.message);
            }
        }
        Ok(())
    }

    /// Takes what the user gave.
    fn take(&mut self, question: &Question, parts: &[&Part], shared: bool) {
        let mut value: Option<Value> = None;
        // Parts of an answer change what would be the answer without them.
        if parts.iter().all(|part| !part.inside.is_empty()) {
            let standing = self.standing.and_then(|standing| standing.get(&question.key)).cloned();
            value = standing.or_else(|| self.default_of(question).ok().flatten()).filter(Value::is_object);
        }
        for part in parts {
            let read = match &part.value {
                Raw::Value(value) => Ok(value.clone()),
                Raw::Text(text) => self.questions.read_text(&question.key, &part.inside, text),
            };
            match read {
                Ok(read) => put(&mut value, &part.inside, read),
                Err(reason) => return self.trouble(&dotted(&question.key, &part.inside), reason),
            }
        }
        let Some(value) = value.map(sorted) else { return };
        let problems = self.questions.problems_of(&question.key, &value);
        for problem in &problems {
            let inside: Vec<String> = problem.pointer.split('/').skip(2).map(str::to_owned).collect();
            self.trouble(&dotted(&question.key, &inside), problem.message.clone());
        }
        if problems.is_empty() {
            let origin = if shared { Origin::Shared } else { Origin::Own };
            self.answers.push((question.key.clone(), Answer { value, origin }));
        }
    }

    /// Asks, or takes the default.
    fn ask(&mut self, question: &Question, mode: &mut Mode<'_>) -> Result<(), AnswersError> {
        let default = match self.default_of(question) {
            Ok(default) => default,
            Err(reason) => {
                self.trouble(&question.key, reason);
                return Ok(());
            }
        };
        if self.keep(question, default.as_ref()) {
            return Ok(());
        }
        let asked = match mode {
            Mode::Ask(asker) => {
                let check = |value: &Value| match self.questions.problems_of(&question.key, value).first() {
                    Some(problem) => Err(problem.message.clone()),
                    None => Ok(()),
                };
                asker.ask(self.instance, question, default.as_ref(), &check)?
            }
            Mode::Defaults => {
                let problems = default.as_ref().map(|value| self.questions.problems_of(&question.key, value));
                if let Some(problem) = problems.iter().flatten().next() {
                    let message =
                        format!("the pack's own default is wrong: {}; give another with `--set`", problem.message);
                    self.trouble(&question.key, message);
                    return Ok(());
                }
                default.clone()
            }
        };
        match asked {
            // Accepting what is proposed is no wish of one's own: a later version may propose better.
            Some(value) => {
                let origin = if Some(&value) == default.as_ref() { Origin::Default } else { Origin::Own };
                self.answers.push((question.key.clone(), Answer { value, origin }));
            }
            None if question.required => self.troubles.push(Trouble::missing(self.instance, question)),
            None => {}
        }
        Ok(())
    }

    /// Takes the default that was taken earlier, if there was one that still serves.
    fn keep(&mut self, question: &Question, default: Option<&Value>) -> bool {
        let key = &question.key;
        let Some(was) = self.standing.and_then(|standing| standing.get(key)) else { return false };
        let serves = self.questions.problems_of(key, was).is_empty();
        if default != Some(was) {
            let kept = serves.then(|| was.clone());
            let (instance, was, now) = (self.instance.clone(), was.clone(), default.cloned());
            self.kept.push(KeptDefault { instance, key: key.clone(), kept, was, now });
        }
        if serves {
            self.answers.push((key.clone(), Answer { value: was.clone(), origin: Origin::Default }));
        }
        serves
    }

    fn default_of(&self, question: &Question) -> Result<Option<Value>, String> {
        let Some(template) = &question.computed_default else { return Ok(question.default.clone()) };
        let mut values = self.so_far();
        values.insert("project".to_owned(), json!(self.project));
        let text = template::interpolate(template, &values)
            .map_err(|error| format!("its default can't be made: {}", printable(&error.to_string())))?;
        self.questions.read_text(&question.key, &[], &text).map(Some)
    }

    fn so_far(&self) -> JsonObject {
        self.answers.iter().map(|(key, answer)| (key.clone(), answer.value.clone())).collect()
    }

    fn trouble(&mut self, key: &str, message: String) {
        let key = self.name_of(key);
        self.troubles.push(Trouble::wrong(key, message));
    }

    fn name_of(&self, key: &str) -> String {
        if key.is_empty() { self.instance.to_string() } else { format!("{}.{key}", self.instance) }
    }
}

fn dotted(key: &str, inside: &[String]) -> String {
    inside.iter().fold(key.to_owned(), |path, member| format!("{path}.{member}"))
}

/// A value with its members in the order of their names: the order in which they were given leaves no trace.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        value => value,
    }
}

/// Puts a value at a place inside of another, making objects on the way.
fn put(value: &mut Option<Value>, inside: &[String], new: Value) {
    let mut place = value.get_or_insert_with(|| json!({}));
    for member in inside {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[member.as_str()];
    }
    *place = new;
}
