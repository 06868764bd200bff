//! The user's own registries: `config.toml` in the configuration's folder.
//!
//! ```toml
//! [registries]
//! acme = "https://packs.acme.example/"
//! ```
//!
//! The file is the user's: what the commands change is changed in place, comments and order stay.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table};

use super::RegistryError;
use crate::model::{Name, io_cause, printable};
use crate::store;

/// The file's name.
const FILE: &str = "config.toml";
/// The table of registries.
const REGISTRIES: &str = "registries";

/// What stands in the file.
#[derive(Debug)]
pub struct Settings {
    file: PathBuf,
    document: DocumentMut,
    registries: BTreeMap<Name, String>,
}

impl Settings {
    /// Reads the file in `folder`. One that is not there is empty.
    ///
    /// # Errors
    /// A file that can't be read, or is not in this form.
    pub fn read(folder: &Path) -> Result<Self, RegistryError> {
        let file = folder.join(FILE);
        let wrong = |problem: String| RegistryError::Settings { file: file.clone(), problem };
        let text = match store::read_text(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(wrong(io_cause(&error))),
        };
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            wrong(format!("line {line}: {}", printable(error.message())))
        })?;
        let registries = registries(&document).map_err(wrong)?;
        Ok(Self { file, document, registries })
    }

    /// The addresses of the registries, by name.
    pub fn registries(&self) -> &BTreeMap<Name, String> {
        &self.registries
    }

    /// Gives an address a name, and writes the file.
    ///
    /// # Errors
    /// A name that stands for another address, and a file that can't be written.
    pub fn add(&mut self, name: &Name, address: &str) -> Result<(), RegistryError> {
        match self.registries.get(name) {
            Some(other) if other == address => return Ok(()),
            Some(other) => return Err(RegistryError::Named { name: name.clone(), address: other.clone() }),
            None => {}
        }
        let table = self.document.entry(REGISTRIES).or_insert_with(|| Item::Table(Table::new()));
        table[name.as_str()] = toml_edit::value(address);
        self.registries.insert(name.clone(), address.to_owned());
        self.write()
    }

    /// Takes a name out, and writes the file; gives the address that it had.
    ///
    /// # Errors
    /// A name that is not there, and a file that can't be written.
    pub fn remove(&mut self, name: &Name) -> Result<String, RegistryError> {
        let Some(address) = self.registries.remove(name) else {
            let near = crate::model::near(name.as_str(), self.registries.keys().map(Name::as_str));
            let near = near.into_iter().map(str::to_owned).collect();
            return Err(RegistryError::Unknown { name: name.clone(), near });
        };
        if let Some(table) = self.document.get_mut(REGISTRIES).and_then(Item::as_table_like_mut) {
            table.remove(name.as_str());
        }
        self.write()?;
        Ok(address)
    }

    fn write(&self) -> Result<(), RegistryError> {
        store::replace(&self.file, self.document.to_string().as_bytes()).map_err(|error| RegistryError::Settings {
            file: self.file.clone(),
            problem: format!("it can't be written: {}", io_cause(&error)),
        })
    }
}

fn registries(document: &DocumentMut) -> Result<BTreeMap<Name, String>, String> {
    if let Some((key, _)) = document.iter().find(|(key, _)| *key != REGISTRIES) {
        return Err(format!("`{}` is not known here", printable(key)));
    }
    let Some(item) = document.get(REGISTRIES) else { return Ok(BTreeMap::new()) };
    let table = item.as_table_like().ok_or_else(|| format!("`{REGISTRIES}` is not a table"))?;
    let entry = |(key, value): (&str, &Item)| {
        let name = key.parse::<Name>().map_err(|error| error.to_string())?;
        let address = value.as_str().ok_or_else(|| format!("the address of `{name}` is not a text"))?;
        Ok((name, address.to_owned()))
    };
    table.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn settings(text: &str) -> (tempfile::TempDir, Result<Settings, RegistryError>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        let settings = Settings::read(folder.path());
        (folder, settings)
    }

    #[test]
    fn comments_and_order_stay() {
        let text = "# mine\n[registries]\nzoo = \"https://zoo.example/\" # first\nacme = \"https://acme.example/\"\n";
        let (folder, settings) = settings(text);
        let mut settings = settings.unwrap();
        let new: Name = "new".parse().unwrap();
        settings.add(&new, "/packs").unwrap();
        let written = fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert_eq!(written, format!("{text}new = \"/packs\"\n"));
        assert_eq!(Settings::read(folder.path()).unwrap().registries()[&new], "/packs");
        assert_eq!(settings.remove(&new).unwrap(), "/packs");
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
    }

    #[test]
    fn a_name_stands_for_one_address() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::read(&folder.path().join("none/yet")).unwrap();
        let name: Name = "acme".parse().unwrap();
        settings.add(&name, "a").unwrap();
        settings.add(&name, "a").unwrap();
        assert!(matches!(settings.add(&name, "b"), Err(RegistryError::Named { .. })));
        settings.remove(&name).unwrap();
        assert!(matches!(settings.remove(&name), Err(RegistryError::Unknown { .. })));
    }

    #[test]
    fn mistakes_are_explained() {
        for (text, says) in [
            ("[registries]\na =", "line 2"),
            ("[registry]\n", "`registry` is not known here"),
            ("registries = 1", "not a table"),
            ("[registries]\nA = \"x\"", "`A` is not a name"),
            ("[registries]\na = 1", "the address of `a` is not a text"),
        ] {
            let error = settings(text).1.unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
