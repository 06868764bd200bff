//! Structured merges: several packs' shares of one JSON, JSONC, TOML, YAML or dotenv file become one text.
//!
//! Two steps, kept apart. First [`model`] merges plain values, the same way for every format; that is where packs agree
//! or conflict. Then the format's own writer changes the first text (the owner's file, or the first merger's fragment)
//! as little as it can until it says the merged value: comments, order and formatting of that text stay, new members
//! go behind those that are there. What a writer made is read again and compared with the merged value, so that a
//! writer that goes wrong ends in an error and never in a wrong file.
//!
//! Merging a fragment that is merged already changes nothing, with one exception that its name announces: lists under
//! the policy `append` grow each time. Composition starts from the packs' own texts on every run, so they grow once.

mod changes;
mod dotenv;
mod json;
mod model;
mod node;
mod places;
mod rules;
#[cfg(test)]
mod tests;
mod three_way;
mod toml;
mod trace;
mod yaml;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::model::{ListRule, ProjectPath, printable};
use json::Dialect;
use model::{Clash, ClashKind, Layer};

pub(super) use dotenv::{identity_of, key_of, line_of};
pub(super) use model::{Decision, Decisions};
pub(super) use places::place_lines;
pub(super) use rules::pointer;
pub use three_way::{ByKey, merge_by_key};
pub(super) use trace::{Origin, Trace, trace};

/// A format that the host can merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Jsonc,
    Toml,
    Yaml,
    Dotenv,
}

/// The formats' names, for messages.
pub(super) const FORMATS: [&str; 5] = ["dotenv", "json", "jsonc", "toml", "yaml"];

/// One pack's share of a structured file: the file itself, or a fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    pub(super) text: &'a str,
    pub(super) weak: bool,
    pub(super) lists: &'a [ListRule],
}

/// Why fragments do not become one text. Layers are places in the slice of fragments.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MergeError {
    /// A text that is not of the format.
    Unreadable { layer: usize, message: String },
    /// A list rule whose pointer is none.
    Pointer { layer: usize, pointer: String },
    /// Two packs that can't both have it their way: who, and what each wants.
    Clash { pointer: String, about_rules: bool, first: (usize, String), second: (usize, String) },
    /// A decision for layers that say nothing at its place, and those that do.
    NoSay { pointer: String, speakers: Vec<usize> },
    /// The merged text would not say what was merged.
    Unfaithful { message: String },
}

impl Format {
    /// The format of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "jsonc" => Some(Self::Jsonc),
            "toml" => Some(Self::Toml),
            "yaml" => Some(Self::Yaml),
            "dotenv" => Some(Self::Dotenv),
            _ => None,
        }
    }

    /// The name that packs give it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonc => "jsonc",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Dotenv => "dotenv",
        }
    }

    /// The format that a file has by its name, where its text is of it.
    pub(super) fn of_file(path: &ProjectPath, text: &str) -> Option<Self> {
        let name = path.names().last().unwrap_or_default();
        let formats: &[Self] = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("json" | "jsonc") => &[Self::Json, Self::Jsonc],
            Some("toml") => &[Self::Toml],
            Some("yaml" | "yml") => &[Self::Yaml],
            _ if super::lines::is_dotenv(path) => &[Self::Dotenv],
            _ => &[],
        };
        formats.iter().copied().find(|format| format.read(text).is_ok())
    }

    /// Whether the format can hold a value at a place.
    pub(super) fn holds(self, pointer: &str, value: &Value) -> bool {
        let value = self.adopt(value);
        let key = pointer.strip_prefix('/').unwrap_or(pointer);
        self != Self::Dotenv || value.as_str().is_some_and(|value| dotenv::line_of(key, value).is_some())
    }

    /// A value that the user wrote, as the format's own reader would have it.
    pub(super) fn adopt(self, value: &Value) -> Cow<'_, Value> {
        match value {
            Value::Bool(_) | Value::Number(_) if self == Self::Dotenv => Cow::Owned(value.to_string().into()),
            value => Cow::Borrowed(value),
        }
    }

    fn read(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Json => json::read(Dialect::Strict, text),
            Self::Jsonc => json::read(Dialect::Commented, text),
            Self::Toml => toml::read(text),
            Self::Yaml => yaml::read(text),
            Self::Dotenv => dotenv::read(text),
        }
    }

    /// Makes `texts[0]`, which says `old`, say `new`; the other texts lend their formatting to what they bring.
    fn write(self, texts: &[&str], old: &Value, new: &Value) -> Result<String, String> {
        match self {
            Self::Json => json::write(Dialect::Strict, texts, new),
            Self::Jsonc => json::write(Dialect::Commented, texts, new),
            Self::Toml => toml::write(texts, new),
            Self::Yaml => yaml::write(texts, old, new),
            Self::Dotenv => dotenv::write(texts, new),
        }
    }
}

/// A merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) text: String,
    /// The places of the decisions that were needed.
    pub(super) decided: BTreeSet<String>,
}

/// Merges fragments in canonical order into the text of the first. Where they clash, `decisions` count.
///
/// # Errors
/// Every fragment that can't be read, or else every conflict.
pub(super) fn merge(
    format: Format,
    fragments: &[Fragment<'_>],
    decisions: &Decisions<'_>,
) -> Result<Merged, Vec<MergeError>> {
    // The texts are strangers', and the parsers that read them are large: a fault in one is that file's problem.
    catch_unwind(AssertUnwindSafe(|| merge_texts(format, fragments, decisions)))
        .unwrap_or_else(|_| Err(vec![MergeError::Unfaithful { message: "the merge broke off".to_owned() }]))
}

fn merge_texts(
    format: Format,
    fragments: &[Fragment<'_>],
    decisions: &Decisions<'_>,
) -> Result<Merged, Vec<MergeError>> {
    let layers = read_all(format, fragments)?;
    let outcome = model::merge_layers(&layers, decisions);
    let merged = outcome.map_err(|clashes| clashes.into_iter().map(clash).collect::<Vec<_>>())?;
    let empty = merged.empty_decisions(&layers, decisions);
    if !empty.is_empty() {
        return Err(empty.into_iter().map(|(pointer, speakers)| MergeError::NoSay { pointer, speakers }).collect());
    }
    let text = write_merged(format, fragments, &layers, &merged.root.into_value())?;
    Ok(Merged { text, decided: merged.decided })
}

/// The text of the first fragment, changed so that it says `merged`.
fn write_merged(
    format: Format,
    fragments: &[Fragment<'_>],
    layers: &[Layer<'_>],
    merged: &Value,
) -> Result<String, Vec<MergeError>> {
    let (Some(base), Some(old)) = (fragments.first(), layers.first()) else { return Ok(String::new()) };
    if old.value == *merged {
        return Ok(base.text.to_owned());
    }
    let texts: Vec<&str> = fragments.iter().map(|fragment| fragment.text).collect();
    let unfaithful = |message: String| vec![MergeError::Unfaithful { message }];
    let text = format.write(&texts, &old.value, merged).map_err(unfaithful)?;
    match format.read(&text) {
        Ok(value) if value == *merged => Ok(text),
        Ok(value) => {
            let place = changes::difference(&value, merged);
            Err(unfaithful(format!("the merged text would say something else at `{place}`")))
        }
        Err(message) => Err(unfaithful(format!("the merged text can't be read back: {message}"))),
    }
}

fn read_all<'a>(format: Format, fragments: &[Fragment<'a>]) -> Result<Vec<Layer<'a>>, Vec<MergeError>> {
    let mut errors = Vec::new();
    let mut layers = Vec::new();
    for (layer, fragment) in fragments.iter().enumerate() {
        for rule in fragment.lists.iter().filter(|rule| !rules::is_pointer(&rule.pointer)) {
            errors.push(MergeError::Pointer { layer, pointer: rule.pointer.clone() });
        }
        match format.read(fragment.text) {
            Ok(value) => layers.push(Layer { value, weak: fragment.weak, lists: fragment.lists }),
            Err(message) => errors.push(MergeError::Unreadable { layer, message }),
        }
    }
    if errors.is_empty() { Ok(layers) } else { Err(errors) }
}

fn clash(clash: Clash) -> MergeError {
    let (about_rules, first, second) = match clash.kind {
        ClashKind::Values(first, second) => (false, first, second),
        ClashKind::Rules(first, second) => {
            (true, (first.0, rules::policy_name(&first.1)), (second.0, rules::policy_name(&second.1)))
        }
    };
    MergeError::Clash { pointer: clash.pointer, about_rules, first, second }
}

/// The most characters of a value that a message shows.
const SHOWN: usize = 80;

/// A value as messages show it: on one line, shortened.
fn shown(value: &Value) -> String {
    let text = match value.get(node::SCALAR).and_then(Value::as_str) {
        Some(scalar) => scalar.to_owned(),
        None => value.to_string(),
    };
    let text = printable(&text);
    if text.chars().count() <= SHOWN {
        return text.into_owned();
    }
    text.chars().take(SHOWN).chain("…".chars()).collect()
}
