//! What was answered before a run: the user's answers stand in `scaffold.toml`, defaults that were taken in the lock.
//!
//! Both stick. A pack that moved to another version may have changed its questions; it is asked to carry the answers
//! over, which is the only time that one version of a pack sees what was said to another.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde_json::Value;

use super::{Failure, Member, Workshop, phases};
use crate::host::Pack;
use crate::model::{JsonObject, Name};
use crate::project::{Lock, LockedAnswers, SHARED, Standing};

/// An answer to a question that nobody asks any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Forgotten {
    /// The instance, or `shared`.
    pub whose: String,
    /// The question.
    pub key: String,
    /// What the user had answered.
    pub answer: Value,
}

/// What was answered before a run.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The user's answers, by instance and under `shared`.
    pub given: BTreeMap<String, JsonObject>,
    /// Defaults that were taken, by instance.
    pub defaults: Standing,
    /// The versions that were asked, and what each was told in all.
    locked: BTreeMap<Name, (Version, LockedAnswers)>,
}

impl Past {
    /// What a project's two files say.
    pub fn of(given: &BTreeMap<String, JsonObject>, lock: Option<&Lock>) -> Self {
        let packs = || lock.into_iter().flat_map(|lock| &lock.packs);
        let defaults = packs().map(|pack| (pack.instance.clone(), pack.answers.default.clone())).collect();
        let locked =
            packs().map(|pack| (pack.instance.clone(), (pack.version.clone(), pack.answers.clone()))).collect();
        Self { given: given.clone(), defaults, locked }
    }

    /// One pack that was told these answers when it was of another version.
    pub fn told(instance: Name, version: Version, answers: JsonObject) -> Self {
        let locked = LockedAnswers { given: answers.clone(), default: JsonObject::new() };
        Self {
            given: BTreeMap::from([(instance.to_string(), answers)]),
            defaults: Standing::new(),
            locked: BTreeMap::from([(instance, (version, locked))]),
        }
    }

    /// Has packs carry answers over that were given to another version of them; says whose were.
    pub(super) fn migrate(
        &mut self,
        workshop: &Workshop<'_>,
        members: &[Member],
        compiled: &mut Vec<Option<Pack>>,
    ) -> Result<Vec<Name>, Failure> {
        let moved = |member: &Member| {
            let (version, answers) = self.locked.get(&member.instance.name)?;
            (*version != member.instance.manifest.version).then(|| (version.clone(), answers.clone()))
        };
        let moved: Vec<Option<(Version, LockedAnswers)>> = members.iter().map(moved).collect();
        if moved.iter().all(Option::is_none) {
            return Ok(Vec::new());
        }
        let packs = phases::compile(workshop, members, std::mem::take(compiled))?;
        let mut migrated = Vec::new();
        for ((member, pack), moved) in members.iter().zip(&packs).zip(moved) {
            let Some((version, old)) = moved else { continue };
            let instance = &member.instance.name;
            let before = together(&old);
            let (answers, trace) = pack.migrate(&version, &before)?;
            trace.log.iter().for_each(|line| workshop.observer.log(&member.label(), line));
            // Most packs export the function and have nothing to say.
            if let Some(answers) = answers.filter(|answers| *answers != before) {
                self.replace(instance, &old, answers);
                migrated.push(instance.clone());
            }
        }
        *compiled = packs.into_iter().map(Some).collect();
        Ok(migrated)
    }

    /// Puts new answers in the place of old ones. What was a default stays one; what the user changed in `scaffold.toml`
    /// since is meant for the new version.
    fn replace(&mut self, instance: &Name, old: &LockedAnswers, new: JsonObject) {
        // A question under a new name keeps the answer of one whose name went: whose that was tells whose this is.
        let gone: Vec<Value> =
            old.given.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(_, value)| value.clone()).collect();
        let was_given = |key: &String, value: &Value| {
            old.given.contains_key(key) || gone.contains(value) && old.default.get(key) != Some(value)
        };
        let (mut given, defaults): (JsonObject, JsonObject) =
            new.into_iter().partition(|(key, value)| was_given(key, value));
        let shared = self.given.get(SHARED).cloned().unwrap_or_default();
        given.retain(|key, value| shared.get(key) != Some(value));
        for (key, value) in self.given.get(instance.as_str()).into_iter().flatten() {
            if old.given.get(key) != Some(value) {
                given.insert(key.clone(), value.clone());
            }
        }
        self.defaults.insert(instance.clone(), defaults);
        self.given.insert(instance.to_string(), given);
    }

    /// Takes out what the user answered to questions that nobody asks any more, because a pack left or moved on. What
    /// was never asked stays: it is a slip that the user wants to hear of.
    pub(super) fn forget_unasked(&mut self, members: &[Member]) -> Vec<Forgotten> {
        if self.given.is_empty() {
            return Vec::new();
        }
        let questions: BTreeMap<&str, BTreeSet<&String>> =
            members.iter().map(|member| (member.instance.name.as_str(), questions_of(member))).collect();
        let were_asked = |whose: &str, key: &String| {
            let locked = self.locked.iter().filter(|(instance, _)| whose == SHARED || instance.as_str() == whose);
            locked.into_iter().any(|(_, (_, old))| old.given.contains_key(key) || old.default.contains_key(key))
        };
        let is_asked = |whose: &str, key: &String| match questions.get(whose) {
            Some(questions) => questions.contains(key),
            None => whose == SHARED && questions.values().any(|questions| questions.contains(key)),
        };
        let mut forgotten = Vec::new();
        for (whose, answers) in &self.given {
            let gone = answers.iter().filter(|(key, _)| were_asked(whose, key) && !is_asked(whose, key));
            forgotten.extend(gone.map(|(key, value)| Forgotten {
                whose: whose.clone(),
                key: key.clone(),
                answer: value.clone(),
            }));
        }
        for Forgotten { whose, key, .. } in &forgotten {
            if let Some(answers) = self.given.get_mut(whose) {
                answers.shift_remove(key);
            }
        }
        forgotten
    }
}

/// The keys of a pack's questions.
fn questions_of(member: &Member) -> BTreeSet<&String> {
    let properties = member.instance.manifest.questions.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(JsonObject::keys).collect()
}

fn together(answers: &LockedAnswers) -> JsonObject {
    answers.given.iter().chain(&answers.default).map(|(key, value)| (key.clone(), value.clone())).collect()
}
