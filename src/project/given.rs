//! What the user answered, before any question is known: on the command line, in a file, in `scaffold.toml`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use super::error::GivenError;
use super::intent::SHARED;
use super::questions::Questions;
use crate::model::{JsonObject, Name};

/// The most bytes of an answers file.
const MAX_FILE: u64 = 1 << 20;

/// Answers from all sources, the weaker first.
#[derive(Clone, Debug, Default)]
pub struct Given {
    entries: Vec<Entry>,
}

/// One answer, as it was given.
#[derive(Clone, Debug)]
struct Entry {
    /// `KEY`, `PACK.KEY` or `KEY.MEMBER`: which of them shows once the packs are known.
    path: Vec<String>,
    value: Raw,
}

/// A value that has a type, or text that will get one from the schema.
#[derive(Clone, Debug)]
pub enum Raw {
    /// From a file.
    Value(Value),
    /// From the command line.
    Text(String),
}

/// Answers by the use of a pack that they go to.
#[derive(Debug, Default)]
pub struct Addressed {
    /// For one instance, by key.
    pub own: BTreeMap<Name, BTreeMap<String, Vec<Part>>>,
    /// For every instance that asks.
    pub shared: BTreeMap<String, Vec<Part>>,
}

/// A value for a key, or for a member inside of it.
#[derive(Clone, Debug)]
pub struct Part {
    /// The members that lead to the place; none for the whole value.
    pub inside: Vec<String>,
    /// What goes there.
    pub value: Raw,
    /// Its rank among all that was given: later wins.
    rank: usize,
}

impl Given {
    /// Reads the command line's answers and an answers file; the former win.
    ///
    /// # Errors
    /// A `--set` without `=`, a file that can't be read, or that is not of the form that its extension promises.
    pub fn read(set: &[String], file: Option<&Path>) -> Result<Self, GivenError> {
        let mut entries = Vec::new();
        if let Some(file) = file {
            for (key, value) in read_file(file)? {
                flatten(&key, value, &mut entries);
            }
        }
        for text in set {
            let (key, value) = text.split_once('=').ok_or_else(|| GivenError::NoEquals { text: text.clone() })?;
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            if path.iter().any(String::is_empty) {
                return Err(GivenError::EmptyKey { text: text.clone() });
            }
            entries.push(Entry { path, value: Raw::Text(value.to_owned()) });
        }
        Ok(Self { entries })
    }

    /// The answers of a file as they stand there, for one pack.
    ///
    /// # Errors
    /// As [`Given::read`].
    pub fn file(file: &Path) -> Result<JsonObject, GivenError> {
        read_file(file)
    }

    /// The same behind the answers that stand in `scaffold.toml`, which are the weaker ones.
    #[must_use]
    pub fn over(self, standing: &BTreeMap<String, JsonObject>) -> Self {
        let standing = standing.iter().flat_map(|(whose, answers)| {
            answers.iter().map(move |(key, value)| Entry {
                path: vec![whose.clone(), key.clone()],
                value: Raw::Value(value.clone()),
            })
        });
        Self { entries: standing.chain(self.entries).collect() }
    }

    /// The keys that were given, each as the words of its path.
    pub fn paths(&self) -> impl Iterator<Item = &[String]> {
        self.entries.iter().map(|entry| entry.path.as_slice())
    }

    /// Sorts the answers by whom they go to. A first word that is an instance's name names that instance.
    pub fn address(&self, instances: &[(&Name, &Questions)]) -> Addressed {
        let mut addressed = Addressed::default();
        for (rank, entry) in self.entries.iter().enumerate() {
            let mut path = entry.path.iter();
            let Some(first) = path.next() else { continue };
            let instance = instances.iter().find(|(name, _)| name.as_str() == first && entry.path.len() > 1);
            let part = |inside: Vec<String>| Part { inside, value: entry.value.clone(), rank };
            match (instance, path.next()) {
                (Some((name, _)), Some(key)) => {
                    let own = addressed.own.entry((*name).clone()).or_default();
                    own.entry(key.clone()).or_default().push(part(path.cloned().collect()));
                }
                (_, Some(key)) if first == SHARED => {
                    addressed.shared.entry(key.clone()).or_default().push(part(path.cloned().collect()));
                }
                (_, second) => {
                    let inside = second.into_iter().chain(path).cloned().collect();
                    addressed.shared.entry(first.clone()).or_default().push(part(inside));
                }
            }
        }
        addressed
    }
}

impl Addressed {
    /// What was given for a key of an instance, the weaker first, and whether all of it was for every pack that asks.
    pub fn find(&self, instance: &Name, key: &str) -> Option<(Vec<&Part>, bool)> {
        let own = self.own.get(instance).and_then(|own| own.get(key));
        let shared = self.shared.get(key);
        if own.is_none() && shared.is_none() {
            return None;
        }
        // An answer for one pack beats one for all, wherever either stands.
        let mut parts: Vec<&Part> = shared.into_iter().flatten().collect();
        parts.extend(own.into_iter().flatten());
        parts.sort_by_key(|part| (own.is_some_and(|own| own.iter().any(|mine| mine.rank == part.rank)), part.rank));
        Some((parts, own.is_none()))
    }
}

/// Tables of a file become paths two words deep at the most: `PACK.KEY`. What is deeper is a value.
fn flatten(key: &str, value: Value, entries: &mut Vec<Entry>) {
    let mut push = |path: Vec<String>, value: Value| {
        entries.push(Entry { path, value: Raw::Value(value) });
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                push(vec![key.to_owned(), member], value);
            }
        }
        value => push(vec![key.to_owned()], value),
    }
}

fn read_file(file: &Path) -> Result<JsonObject, GivenError> {
    let path = || file.to_owned();
    let unreadable = |reason: std::io::Error| GivenError::Unreadable { path: path(), reason };
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !["toml", "yaml", "yml", "json"].contains(&extension) {
        return Err(GivenError::Extension { path: path() });
    }
    // A pipe or a device might never end, or never begin.
    if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(unreadable(std::io::Error::other("it is not a file")));
    }
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    opened.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(GivenError::TooLarge { path: path(), limit: MAX_FILE });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let syntax = |reason: String| GivenError::Syntax { path: path(), reason };
    match extension {
        "toml" => toml::from_str::<toml::Table>(text)
            .map(|table| table.into_iter().map(|(key, value)| (key, from_toml(value))).collect())
            .map_err(|error| syntax(error.to_string().trim_end().to_owned())),
        "yaml" | "yml" => {
            serde_saphyr::from_str::<JsonObject>(text).map_err(|error| syntax(error.to_string().trim_end().to_owned()))
        }
        _ => serde_json::from_str(text).map_err(|error| syntax(error.to_string())),
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(integer) => integer.into(),
        toml::Value::Float(float) => float.into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(members) => {
            members.into_iter().map(|(key, value)| (key, from_toml(value))).collect::<JsonObject>().into()
        }
    }
}
