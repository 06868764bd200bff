//! Languages: which one a folder's pack is written in, and the tools that make a component of it.
//!
//! The tools are those that the language's people have anyway, called as they would call them. What is missing is said
//! with the command that gets it.

mod c;
mod error;
mod javascript;
mod process;
mod python;
pub mod rust;
mod workplace;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use error::ToolchainError;

use self::workplace::Workplace;
use super::AuthoringError;
use super::folder::{self, Contents, FolderError, FolderPack, PACK_FILE, Sources};
use crate::model::Manifest;

/// What a pack is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// No code: `pack.toml`.
    None,
    /// A crate: `Cargo.toml`.
    Rust,
    /// A project: `pyproject.toml`.
    Python,
    /// A package: `package.json`.
    JavaScript,
    /// Sources and a `Makefile`.
    C,
}

/// The worlds of the contract that a pack may be written for, the plain one first.
const WORLDS: [&str; 2] = ["pack", "pack-with-migration"];

/// The world that a pack's `file` names.
fn world(file: &str, named: Option<&str>) -> Result<&'static str, AuthoringError> {
    let named = named.unwrap_or(WORLDS[0]);
    WORLDS.into_iter().find(|world| *world == named).ok_or_else(|| {
        let message = format!("`{named}` is no world of the contract, which has `{}`", WORLDS.join("` and `"));
        AuthoringError::Folder(FolderError::Syntax { file: file.to_owned(), place: None, message })
    })
}

/// The file by which each language is known.
const KNOWN_BY: [(&str, Language); 5] = [
    (PACK_FILE, Language::None),
    ("Cargo.toml", Language::Rust),
    (python::MANIFEST, Language::Python),
    (javascript::MANIFEST, Language::JavaScript),
    (c::MANIFEST, Language::C),
];

/// What a language's tools make of a folder.
#[derive(Debug)]
pub struct Built {
    /// The component, without its manifest's section.
    pub component: Vec<u8>,
    /// What it says of itself, where that is known without running it.
    pub manifest: Option<Manifest>,
    /// The texts of its templates, by name, as far as they stand in files.
    pub templates: BTreeMap<String, String>,
}

/// Where packs in any language keep their templates.
const TEMPLATES: &str = "templates";

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no code",
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::C => "C",
        })
    }
}

impl Language {
    /// The language of the pack in a folder.
    ///
    /// # Errors
    /// A folder that holds no pack's source, or those of two.
    pub fn of(folder: &Path) -> Result<Self, AuthoringError> {
        let mut found = KNOWN_BY.into_iter().filter(|(file, _)| folder.join(file).is_file());
        match (found.next(), found.next()) {
            (Some((_, language)), None) => Ok(language),
            (None, _) => {
                let files = KNOWN_BY.map(|(file, _)| format!("`{file}`")).join(", ");
                let problem = format!("it has none of {files}");
                Err(AuthoringError::NoSource { folder: folder.to_owned(), problem })
            }
            (Some((first, _)), Some((second, _))) => {
                let problem = format!("it has `{first}` and `{second}`, and a pack is written in one language");
                Err(AuthoringError::NoSource { folder: folder.to_owned(), problem })
            }
        }
    }

    /// Makes a component of the pack in `folder`, without its manifest's section.
    ///
    /// # Errors
    /// Tools that are missing or fail, and sources that make no pack.
    pub fn build(self, folder: &Path) -> Result<Built, AuthoringError> {
        let component = match self {
            Self::None => {
                let FolderPack { component, manifest, templates } = folder::build(Sources::Disk(folder))?;
                return Ok(Built { component, manifest: Some(manifest), templates });
            }
            Self::Rust => rust::build(folder)?,
            Self::Python => python::build(folder)?,
            Self::JavaScript => javascript::build(folder)?,
            Self::C => c::build(folder)?,
        };
        // They are the pack's own business: what can't be read here need not be a mistake.
        let files = Sources::Disk(folder).below(TEMPLATES).unwrap_or_default();
        let text = |(name, contents): (String, Contents)| match contents {
            Contents::Text(text) => Some((name, text)),
            Contents::Bytes(_) => None,
        };
        Ok(Built { component, manifest: None, templates: files.into_iter().filter_map(text).collect() })
    }
}
