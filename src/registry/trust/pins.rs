//! `trust.toml`: which keys are known, and of which registries packs without a signature are taken.
//!
//! ```toml
//! [keys."https://packs.acme.example/"]
//! eks = "RWQ…"
//! vpc = ["RWQ…", "RWT…"]     # either serves: its publisher has a new one
//! "*" = "RWR…"               # whatever else is there
//!
//! [unsigned]
//! "https://other.example/" = true
//! ```

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table};

use super::TrustError;
use crate::model::{Name, io_cause, printable};
use crate::store;

/// The table of keys, and that of registries without signatures.
const KEYS: &str = "keys";
const UNSIGNED: &str = "unsigned";
/// The key of every pack of a registry that has none of its own.
const EVERY: &str = "*";
const HEADER: &str = "# Whom to trust: a pack's key is written here when it is first used. Yours to edit.\n";

/// What stands in the file.
#[derive(Debug)]
pub(super) struct Pins {
    file: PathBuf,
    /// What stands above a file that is written for the first time.
    header: &'static str,
    document: DocumentMut,
}

impl Pins {
    /// Reads the file; one that is not there is empty.
    pub(super) fn read(file: &Path) -> Result<Self, TrustError> {
        let wrong = |problem: String| TrustError::File { file: file.to_owned(), problem };
        let (header, text) = match store::read_text(file) {
            Ok(text) => ("", text),
            Err(error) if error.kind() == ErrorKind::NotFound => (HEADER, String::new()),
            Err(error) => return Err(wrong(io_cause(&error))),
        };
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            wrong(format!("line {line}: {}", printable(error.message())))
        })?;
        check(&document).map_err(wrong)?;
        Ok(Self { file: file.to_owned(), header, document })
    }

    /// The keys that are known for a pack, each of which serves: its own, or the registry's.
    pub(super) fn keys(&self, registry: &str, pack: &Name) -> Vec<String> {
        let of_registry = self.document.get(KEYS).and_then(|keys| keys.get(registry));
        let keys = of_registry.and_then(|keys| keys.get(pack.as_str()).or_else(|| keys.get(EVERY)));
        keys.and_then(keys_of).unwrap_or_default()
    }

    /// Whether packs without a signature are taken from a registry.
    pub(super) fn allows_unsigned(&self, registry: &str) -> bool {
        let unsigned = self.document.get(UNSIGNED).and_then(|unsigned| unsigned.get(registry));
        unsigned.and_then(Item::as_bool).unwrap_or_default()
    }

    /// Remembers a pack's key.
    pub(super) fn pin(&mut self, registry: &str, pack: &Name, key: &str) -> Result<(), TrustError> {
        let mut keys = Table::new();
        keys.set_implicit(true);
        let keys = self.document.entry(KEYS).or_insert(Item::Table(keys));
        let keys = keys.as_table_like_mut().map(|keys| keys.entry(registry).or_insert(Item::Table(Table::new())));
        if let Some(keys) = keys {
            keys[pack.as_str()] = toml_edit::value(key);
        }
        self.write()
    }

    /// Remembers that packs without a signature are taken from a registry.
    pub(super) fn allow_unsigned(&mut self, registry: &str) -> Result<(), TrustError> {
        let unsigned = self.document.entry(UNSIGNED).or_insert(Item::Table(Table::new()));
        unsigned[registry] = toml_edit::value(true);
        self.write()
    }

    fn write(&self) -> Result<(), TrustError> {
        store::replace(&self.file, format!("{}{}", self.header, self.document).as_bytes()).map_err(|error| {
            TrustError::File { file: self.file.clone(), problem: format!("it can't be written: {}", io_cause(&error)) }
        })
    }
}

/// Nothing stands in the file that would be passed over: a pin with a slip in it protects nobody.
fn check(document: &DocumentMut) -> Result<(), String> {
    for (name, item) in document.iter() {
        let table = item.as_table_like().ok_or_else(|| format!("`{}` is not a table", printable(name)))?;
        for (registry, item) in table.iter() {
            let registry = printable(registry);
            match name {
                KEYS => {
                    let keys = item.as_table_like().ok_or_else(|| format!("the keys of `{registry}` are no table"))?;
                    let has_keys = |keys: &Item| keys_of(keys).is_some_and(|keys| keys.iter().all(|key| is_key(key)));
                    if let Some((pack, _)) = keys.iter().find(|(_, keys)| !has_keys(keys)) {
                        return Err(format!("`{}` of `{registry}` has no minisign key", printable(pack)));
                    }
                }
                UNSIGNED if item.as_bool().is_none() => return Err(format!("`{registry}` is neither true nor false")),
                UNSIGNED => {}
                _ => return Err(format!("`{}` is not known here", printable(name))),
            }
        }
    }
    Ok(())
}

/// The keys that an entry names: one, or a list that is not empty.
fn keys_of(entry: &Item) -> Option<Vec<String>> {
    if let Some(key) = entry.as_str() {
        return Some(vec![key.to_owned()]);
    }
    let keys = entry.as_array()?.iter().map(|key| key.as_str().map(str::to_owned));
    keys.collect::<Option<Vec<String>>>().filter(|keys| !keys.is_empty())
}

fn is_key(text: &str) -> bool {
    minisign_verify::PublicKey::from_base64(text).is_ok()
}
