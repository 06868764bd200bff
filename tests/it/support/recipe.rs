//! Packs that are described by a file and the files beside it.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Pack;
use super::memory::{Memory, Value};

/// What `pack.toml` says: members of the manifest, what `plan` offers, and the contributions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    #[serde(default = "one")]
    version: String,
    #[serde(default)]
    dependencies: Json,
    #[serde(default)]
    provides: Json,
    #[serde(default)]
    requires: Json,
    #[serde(default, rename = "offer")]
    offers: Vec<Offer>,
    /// A file of lines, one for the facts of each offer that `render` is given.
    taken_to: Option<String>,
    #[serde(default, rename = "file")]
    files: Vec<File>,
    #[serde(default, rename = "merge")]
    merges: Vec<Merge>,
    #[serde(default, rename = "lines")]
    lines: Vec<Lines>,
    #[serde(default, rename = "fill")]
    fills: Vec<Fill>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    capability: String,
    #[serde(default = "one")]
    version: String,
    facts: Json,
}

/// A file; without `text` and `hex` its contents are those of the file at that path beside `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    text: Option<String>,
    hex: Option<String>,
    #[serde(default)]
    executable: bool,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    slots: Vec<Slot>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    name: String,
    marker: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    sorted: bool,
}

/// A fragment; without `text` it is the file at that path beside `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    path: String,
    format: String,
    text: Option<String>,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    lists: Vec<ListRule>,
}

/// How lists meet: a policy, or the member by which elements are one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ListRule {
    pointer: String,
    policy: Option<Policy>,
    by_key: Option<String>,
}

/// The policies without a member, as the contract numbers them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Policy {
    Unite,
    Sorted,
    Append,
    Replace,
}

const BY_KEY: u32 = 4;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    path: String,
    lines: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fill {
    path: String,
    slot: String,
    text: String,
    #[serde(default)]
    order: i32,
}

fn one() -> String {
    "1.0.0".to_owned()
}

impl Recipe {
    /// Makes the pack that a folder describes; it is called as the folder is.
    pub fn pack(folder: &Path) -> Pack {
        let text = std::fs::read_to_string(folder.join("pack.toml")).unwrap();
        let recipe: Self = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap();
        let list = |list: &Json| if list.is_null() { json!([]) } else { list.clone() };
        let pack = Pack::new(name)
            .manifest("version", json!(recipe.version))
            .manifest("dependencies", list(&recipe.dependencies))
            .manifest("provides", list(&recipe.provides))
            .manifest("requires", list(&recipe.requires))
            .plans(|memory| recipe.planned(memory))
            .renders(|memory| recipe.rendered(memory, folder));
        if recipe.taken_to.is_some() { pack.lists_what_it_takes() } else { pack }
    }

    fn planned(&self, memory: &mut Memory) -> u32 {
        let offer = |offer: &Offer| memory.offer(&offer.capability, &offer.version, &offer.facts.to_string());
        let offers: Vec<Value> = self.offers.iter().map(offer).collect();
        memory.planned(&offers)
    }

    fn rendered(&self, memory: &mut Memory, folder: &Path) -> u32 {
        let mut all: Vec<Value> = self.files.iter().map(|file| file.contribution(memory, folder)).collect();
        all.extend(self.merges.iter().map(|merge| merge.contribution(memory, folder)));
        for Lines { path, lines } in &self.lines {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            all.push(memory.lines(path, &lines));
        }
        for Fill { path, slot, text, order } in &self.fills {
            let text = memory.literal(text);
            all.push(memory.fill(path, slot, text, *order));
        }
        // The pack counts on it to be the last one.
        all.extend(self.taken_to.iter().map(|path| memory.lines(path, &[])));
        memory.output(&[], &all)
    }
}

impl File {
    fn contribution(&self, memory: &mut Memory, folder: &Path) -> Value {
        let slot = |slot: &Slot| memory.opening(&slot.name, &slot.marker, [slot.required, slot.unique, slot.sorted]);
        let slots: Vec<Value> = self.slots.iter().map(slot).collect();
        let bytes = match (&self.text, &self.hex) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(hex)) => hex_bytes(hex),
            (None, None) => beside(folder, &self.path),
        };
        let content = memory.bytes(&bytes);
        memory.file_with(&self.path, content, [self.executable, self.once], &slots)
    }
}

impl Merge {
    fn contribution(&self, memory: &mut Memory, folder: &Path) -> Value {
        let rule = |rule: &ListRule| match (rule.policy, &rule.by_key) {
            (Some(policy), None) => memory.list_rule(&rule.pointer, policy as u32, ""),
            (None, Some(member)) => memory.list_rule(&rule.pointer, BY_KEY, member),
            _ => panic!("a rule for lists has a policy or a key: {rule:?}"),
        };
        let lists: Vec<Value> = self.lists.iter().map(rule).collect();
        let text = match &self.text {
            Some(text) => text.clone(),
            None => String::from_utf8(beside(folder, &self.path)).unwrap(),
        };
        let text = memory.literal(&text);
        memory.merge(&self.path, &self.format, text, self.weak, &lists)
    }
}

fn beside(folder: &Path, path: &str) -> Vec<u8> {
    let path = folder.join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hex_bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
