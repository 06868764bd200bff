//! `scaffold.toml` as it is edited: in place, so that comments and layout stay the user's.

use std::path::Path;

use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::error::ProjectError;
use super::intent::{Intent, PackIntent};
use super::locate::read_text;
use super::toml_values::to_toml;
use crate::model::{INTENT_FILE, JsonObject, Name};

/// The file's text, and what it says.
#[derive(Clone, Debug)]
pub struct IntentFile {
    document: DocumentMut,
    intent: Intent,
}

impl IntentFile {
    /// Reads the file of the project in `root`.
    ///
    /// # Errors
    /// A file that is not there, can't be read, or is not of its form.
    pub fn read(root: &Path) -> Result<Self, ProjectError> {
        let text = read_text(root, INTENT_FILE)?;
        let text = text.ok_or_else(|| ProjectError::NoProject { from: root.to_owned() })?;
        Self::parse(&text)
    }

    /// Takes the file's text.
    ///
    /// # Errors
    /// Text that is not TOML, or not of the file's form.
    pub fn parse(text: &str) -> Result<Self, ProjectError> {
        let intent = Intent::parse(text)?;
        let broken = |error: toml_edit::TomlError| {
            let at = error.span().map_or(0, |span| span.start);
            ProjectError::syntax_at(INTENT_FILE, text, at, error.message())
        };
        Ok(Self { document: text.parse().map_err(broken)?, intent })
    }

    /// What it says.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        self.document.to_string()
    }

    /// Adds an instance, or replaces it.
    pub fn put_pack(&mut self, instance: &Name, pack: PackIntent) {
        let old = self.intent.packs.insert(instance.clone(), pack.clone());
        let packs = table(&mut self.document, "packs");
        let only_version = old.is_some_and(|old| PackIntent { version: pack.version.clone(), ..old } == pack);
        let mut entry = packs;
        // Of a table that says more, the rest stays as it is written.
        if let (true, Some(version)) = (only_version, &pack.version) {
            let section = entry.as_mut().and_then(|packs| packs.get_mut(instance.as_str()));
            if let Some(section) = section.and_then(Item::as_table_like_mut) {
                return put(Some(section), "version", toml_edit::value(version.to_string()));
            }
        }
        put(entry, instance.as_str(), pack.to_item());
    }

    /// Takes an instance out; its answers stay.
    pub fn drop_pack(&mut self, instance: &Name) {
        drop_key(&mut self.document, "packs", instance.as_str());
        self.intent.packs.remove(instance);
    }

    /// Names a registry.
    pub fn put_registry(&mut self, name: &Name, url: &str) {
        if !self.intent.registries.contains_key(name) {
            put(table(&mut self.document, "registries"), name.as_str(), toml_edit::value(url));
            self.intent.registries.insert(name.clone(), url.to_owned());
        }
    }

    /// Writes down an answer of an instance, or of `shared`.
    ///
    /// # Errors
    /// An answer that TOML can't hold.
    pub fn put_answer(&mut self, whose: &str, key: &str, answer: &Value) -> Result<(), ProjectError> {
        let answers = self.intent.answers.entry(whose.to_owned()).or_default();
        if answers.get(key) == Some(answer) {
            return Ok(());
        }
        if let Some(all) = table(&mut self.document, "answers") {
            if all.get(whose).is_none() {
                all.insert(whose, Item::Table(Table::new()));
            }
            let own = all.get_mut(whose).and_then(Item::as_table_like_mut);
            put(own, key, Item::Value(to_toml(key, answer)?));
        }
        answers.insert(key.to_owned(), answer.clone());
        Ok(())
    }

    /// Takes an answer out. False: there is none.
    pub fn drop_answer(&mut self, whose: &str, key: &str) -> bool {
        let Some(answers) = self.intent.answers.get_mut(whose) else { return false };
        if answers.shift_remove(key).is_none() {
            return false;
        }
        let is_last = answers.is_empty();
        let own = self.document.get_mut("answers").and_then(|all| all.get_mut(whose)).and_then(Item::as_table_like_mut);
        if let Some(own) = own {
            own.remove(key);
        }
        if is_last {
            self.drop_answers(whose);
        }
        true
    }

    /// Takes out all answers of an instance.
    pub fn drop_answers(&mut self, whose: &str) {
        drop_key(&mut self.document, "answers", whose);
        self.intent.answers.remove(whose);
    }

    /// Settles a conflict.
    ///
    /// # Errors
    /// A value that TOML can't hold.
    pub fn put_settlement(&mut self, place: &str, value: &Value) -> Result<(), ProjectError> {
        put(table(&mut self.document, "compose"), place, Item::Value(to_toml(place, value)?));
        self.intent.compose.insert(place.to_owned(), value.clone());
        Ok(())
    }

    /// Takes out the settlements by which this instance counts.
    pub fn drop_settlements_for(&mut self, instance: &Name) {
        let names_it = |value: &Value| *value == json!({ "owner": instance });
        let settled = self.intent.compose.iter().filter(|(_, value)| names_it(value));
        let places: Vec<String> = settled.map(|(place, _)| place.clone()).collect();
        places.iter().for_each(|place| self.drop_settlement(place));
    }

    /// Takes out a settlement.
    pub fn drop_settlement(&mut self, place: &str) {
        drop_key(&mut self.document, "compose", place);
        self.intent.compose.remove(place);
    }

    /// The answers that stand under this name.
    pub fn answers(&self, whose: &str) -> Option<&JsonObject> {
        self.intent.answers.get(whose)
    }
}

/// A section, made where there is none.
fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut dyn TableLike> {
    let item = document.entry(name).or_insert(Item::None);
    if !item.is_table_like() {
        let mut section = Table::new();
        // Sections below it show that it is there.
        section.set_implicit(name == "answers");
        *item = Item::Table(section);
    }
    item.as_table_like_mut()
}

/// Puts a value at a key, where one stands with what stands around it; new ones keep sorted keys sorted.
fn put(section: Option<&mut dyn TableLike>, key: &str, item: Item) {
    let Some(section) = section else { return };
    if let Some(old) = section.get_mut(key) {
        match (old.as_value_mut(), item.into_value()) {
            (Some(old), Ok(mut value)) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            (_, Ok(value)) => *old = Item::Value(value),
            (_, Err(item)) => *old = item,
        }
        return;
    }
    let was_sorted = section.iter().map(|(key, _)| key).is_sorted();
    section.insert(key, item);
    if was_sorted {
        section.sort_values();
    }
}

fn drop_key(document: &mut DocumentMut, section: &str, key: &str) {
    let Some(table) = document.get_mut(section).and_then(Item::as_table_like_mut) else { return };
    // A section without answers is worth its comment. Elsewhere an empty one would say something else than none.
    if section == "answers" && table.get(key).is_some_and(has_comment) {
        if let Some(own) = table.get_mut(key).and_then(Item::as_table_like_mut) {
            own.clear();
        }
        return;
    }
    table.remove(key);
    if table.is_empty() && section != "packs" && !document.get(section).is_some_and(has_comment) {
        document.remove(section);
    }
}

/// Whether a section has a comment above it.
fn has_comment(item: &Item) -> bool {
    let prefix = item.as_table().and_then(|table| table.decor().prefix()).and_then(|prefix| prefix.as_str());
    prefix.is_some_and(|prefix| prefix.contains('#'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const FILE: &str = "\
# Our shop.
[project]
name = \"shop\"
year = 2026

[packs]
base = \"^1\" # the base
users = { pack = \"fastapi-users\", version = \"^1\" }

[answers.users]
port = 8000 # as the proxy has it

[compose]
Makefile = { owner = \"users\" }
";

    fn edited(edit: impl FnOnce(&mut IntentFile)) -> String {
        let mut file = IntentFile::parse(FILE).unwrap();
        edit(&mut file);
        let text = file.to_text();
        assert_eq!(Intent::parse(&text).unwrap(), *file.intent(), "{text}");
        text
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_put_joins_what_is_there() {
        let text = edited(|file| {
            let version = Some("^2".parse().unwrap());
            file.put_pack(
                &name("orders"),
                PackIntent { version, registry: Some(name("acme")), ..PackIntent::default() },
            );
            file.put_registry(&name("acme"), "https://packs.acme.example/");
            file.put_answer("users", "port", &json!(9000)).unwrap();
            file.put_answer("shared", "team", &json!("blue")).unwrap();
            file.put_settlement("a.json#/tab", &json!(2)).unwrap();
        });
        assert_eq!(
            text,
            "\
# Our shop.
[project]
name = \"shop\"
year = 2026

[packs]
base = \"^1\" # the base
orders = { version = \"^2\", registry = \"acme\" }
users = { pack = \"fastapi-users\", version = \"^1\" }

[answers.users]
port = 9000 # as the proxy has it

[answers.shared]
team = \"blue\"

[compose]
Makefile = { owner = \"users\" }
\"a.json#/tab\" = 2

[registries]
acme = \"https://packs.acme.example/\"
"
        );
    }

    #[test]
    fn what_is_dropped_leaves_no_empty_section() {
        let text = edited(|file| {
            file.drop_pack(&name("users"));
            assert!(file.drop_answer("users", "port"));
            assert!(!file.drop_answer("users", "port"));
            file.drop_settlements_for(&name("users"));
        });
        assert_eq!(text, "# Our shop.\n[project]\nname = \"shop\"\nyear = 2026\n\n[packs]\nbase = \"^1\" # the base\n");
    }

    #[test]
    fn sections_written_inline_are_edited_inline() {
        let mut file =
            IntentFile::parse("packs = { base = \"^1\" }\nproject = { name = \"x\", year = 2026 }\n").unwrap();
        file.put_pack(&name("users"), PackIntent { version: Some("^1".parse().unwrap()), ..PackIntent::default() });
        assert_eq!(Intent::parse(&file.to_text()).unwrap(), *file.intent());
        assert!(file.to_text().starts_with("packs = { base = \"^1\""), "{}", file.to_text());
    }

    /// What is left of it would be a wish of its own.
    #[test]
    fn an_entry_with_a_comment_above_goes_whole() {
        let text = "[project]\nname = \"x\"\nyear = 2026\n\n[packs]\nbase = \"^1\"\n\n# People.\n[packs.users]\n\
                    version = \"^1\"\n\n# ADR 7\n[compose.Makefile]\nowner = \"users\"\n";
        let mut file = IntentFile::parse(text).unwrap();
        file.drop_pack(&name("users"));
        file.drop_settlements_for(&name("users"));
        let again = IntentFile::parse(&file.to_text()).unwrap();
        assert_eq!(again.intent(), file.intent());
        assert_eq!((again.intent().packs.len(), again.intent().compose.len()), (1, 0));
    }

    /// `{ owner = …, … }` with more in it is a value.
    #[test]
    fn a_value_is_no_owner() {
        let value = json!({ "owner": "users", "mail": "x" });
        let mut file = IntentFile::parse(FILE).unwrap();
        file.put_settlement("a.json#/people", &value).unwrap();
        file.drop_settlements_for(&name("users"));
        assert_eq!(file.intent().compose.get("a.json#/people"), Some(&value));
    }
}
