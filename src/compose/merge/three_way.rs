//! A structured file that both sides changed, merged by key.
//!
//! Where a merge by lines sees two changes in one place, the values may still fit: one side added a member, the other
//! one beside it. The values are merged first; then the writers change the user's text until it says the result, as
//! they do in composition. What they make counts only if it says exactly that, and if every word that the user wrote is
//! still there, comments too.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};

use super::Format;
use super::node::canonical;
use crate::model::ProjectPath;

/// What a file says after both sides' changes.
#[derive(Debug)]
pub enum ByKey {
    /// It is in no format that is known, or one side can't be read.
    Unknown,
    /// Both changed the same place, each in its way.
    Clash(Readable),
    /// Both sides' changes fit.
    Fits(Fit),
}

/// A file whose text can be checked.
#[derive(Debug)]
pub struct Readable(Format);

/// What a file should say.
#[derive(Debug)]
pub struct Fit {
    format: Format,
    ours: Value,
    merged: Value,
}

impl Readable {
    /// Whether a text is of the file's format.
    pub fn reads(&self, text: &str) -> bool {
        guarded(|| self.0.read(text).ok()).is_some()
    }
}

impl Fit {
    /// Whether a text says what it should.
    pub fn agrees(&self, text: &str) -> bool {
        guarded(|| self.format.read(text).ok()).is_some_and(|value| value == self.merged)
    }

    /// The user's text, changed until it says what it should; none where that would cost the user a word.
    pub fn write(&self, base: &str, ours: &str, theirs: &str) -> Option<String> {
        let text = guarded(|| self.format.write(&[ours, theirs], &self.ours, &self.merged).ok())?;
        (self.agrees(&text) && keeps_words(base, ours, &text)).then_some(text)
    }
}

/// Merges what `ours` and `theirs` made of `base` by key.
pub fn merge_by_key(path: &ProjectPath, base: &str, ours: &str, theirs: &str) -> ByKey {
    let read = || {
        let format = Format::of_file(path, ours)?;
        Some((format, format.read(base).ok()?, format.read(ours).ok()?, format.read(theirs).ok()?))
    };
    let Some((format, base, ours, theirs)) = guarded(read) else { return ByKey::Unknown };
    match merge(Some(&base), Some(&ours), Some(&theirs)) {
        Ok(Some(merged)) => ByKey::Fits(Fit { format, ours, merged }),
        Ok(None) | Err(Clash) => ByKey::Clash(Readable(format)),
    }
}

/// The parsers are large, and the texts anybody's: a fault in one is no reason to lose the whole run.
fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}

/// Both sides changed a place, each in its way.
struct Clash;

/// None stands for a member that is not there.
fn merge(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Result<Option<Value>, Clash> {
    if ours == theirs || base == theirs {
        return Ok(ours.cloned());
    }
    if base == ours {
        return Ok(theirs.cloned());
    }
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let none = Map::new();
            let base = base.and_then(Value::as_object).unwrap_or(&none);
            merge_members(base, ours, theirs).map(|merged| Some(merged.into()))
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            let base = base.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            merge_elements(base, ours, theirs).map(|merged| Some(merged.into()))
        }
        _ => Err(Clash),
    }
}

/// The user's order; members that the other side brings come behind.
fn merge_members(
    base: &Map<String, Value>,
    ours: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Result<Map<String, Value>, Clash> {
    let new = theirs.keys().filter(|key| !ours.contains_key(*key));
    let mut merged = Map::new();
    for key in ours.keys().chain(new) {
        if let Some(value) = merge(base.get(key), ours.get(key), theirs.get(key))? {
            merged.insert(key.clone(), value);
        }
    }
    Ok(merged)
}

/// Lists of plain values are merged as sets. Where both sides took the same element out and put something in, they
/// mean the same place.
fn merge_elements(base: &[Value], ours: &[Value], theirs: &[Value]) -> Result<Vec<Value>, Clash> {
    let base = index(base).ok_or(Clash)?;
    let ours_by_text = index(ours).ok_or(Clash)?;
    let theirs_by_text = index(theirs).ok_or(Clash)?;
    let adds = |side: &BTreeMap<String, &Value>| side.keys().any(|key| !base.contains_key(key));
    let both_removed = base.keys().any(|key| !ours_by_text.contains_key(key) && !theirs_by_text.contains_key(key));
    if both_removed && adds(&ours_by_text) && adds(&theirs_by_text) {
        return Err(Clash);
    }
    let stays = |value: &&Value| {
        let key = canonical(value);
        theirs_by_text.contains_key(&key) || !base.contains_key(&key)
    };
    let is_new = |value: &&Value| {
        let key = canonical(value);
        !base.contains_key(&key) && !ours_by_text.contains_key(&key)
    };
    Ok(ours.iter().filter(stays).chain(theirs.iter().filter(is_new)).cloned().collect())
}

/// Plain elements by their text; none where one is no plain value, or there twice.
fn index(elements: &[Value]) -> Option<BTreeMap<String, &Value>> {
    let mut index = BTreeMap::new();
    for element in elements {
        if element.is_object() || element.is_array() || index.insert(canonical(element), element).is_some() {
            return None;
        }
    }
    Some(index)
}

/// Whether every word that `ours` has and `base` has not stands in `text` too, as often: values and comments.
fn keeps_words(base: &str, ours: &str, text: &str) -> bool {
    let count = |text: &str| {
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        let all = text.split(|c: char| c.is_whitespace() || ",:=[]{}\"'".contains(c));
        for word in all.filter(|word| !word.is_empty()) {
            *words.entry(word.to_owned()).or_default() += 1;
        }
        words
    };
    let (base, text) = (count(base), count(text));
    count(ours).iter().all(|(word, number)| {
        let own = number.saturating_sub(base.get(word).copied().unwrap_or_default());
        own == 0 || text.get(word).copied().unwrap_or_default() >= own
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The text that a merge by key makes; none where both changed one place.
    fn merged(path: &str, base: &str, ours: &str, theirs: &str) -> Option<String> {
        match merge_by_key(&ProjectPath::parse(path).unwrap(), base, ours, theirs) {
            ByKey::Fits(fit) => fit.write(base, ours, theirs),
            ByKey::Unknown | ByKey::Clash(_) => None,
        }
    }

    #[test]
    fn members_beside_each_other_fit() {
        let text = merged(
            "a.json",
            "{\n  \"a\": 1\n}\n",
            "{\n  \"a\": 1,\n  \"mine\": 2\n}\n",
            "{\n  \"a\": 1,\n  \"new\": 3\n}\n",
        );
        assert_eq!(text.unwrap(), "{\n  \"a\": 1,\n  \"mine\": 2,\n  \"new\": 3\n}\n");
    }

    #[test]
    fn one_place_changed_twice_does_not() {
        assert_eq!(merged("a.toml", "a = 1\n", "a = 2\n", "a = 3\n"), None);
        assert_eq!(merged("a.toml", "a = [1]\n", "a = [2]\n", "a = [3]\n"), None);
        assert_eq!(merged("a.toml", "a = 1\n", "", "a = 3\n"), None);
    }

    #[test]
    fn lists_of_plain_values_are_sets() {
        let merged = merged("a.toml", "a = [\"x\"]\n", "a = [\"x\", \"mine\"]\n", "a = [\"x\", \"new\"]\n");
        assert_eq!(merged.unwrap(), "a = [\"x\", \"mine\", \"new\"]\n");
    }

    #[test]
    fn the_users_comments_stay() {
        let ours = "a: 1\n# why\nmine: 2\n";
        assert_eq!(merged("a.yaml", "a: 1\n", ours, "a: 1\nnew: 3\n").unwrap(), "a: 1\n# why\nmine: 2\nnew: 3\n");
    }

    #[test]
    fn what_can_not_be_read_is_no_structure() {
        let path = ProjectPath::parse("a.json").unwrap();
        assert!(matches!(merge_by_key(&path, "{}", "{", "{}"), ByKey::Unknown));
        let path = ProjectPath::parse("a.txt").unwrap();
        assert!(matches!(merge_by_key(&path, "{}", "{}", "{}"), ByKey::Unknown));
    }
}
