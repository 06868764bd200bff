//! Packs without code: a folder becomes a pack, with no compiler on the machine.
//!
//! The folder holds `pack.toml`, `templates/` and, where some text is no file by itself, `partials/`. What it says is
//! checked and turned into a blueprint here; the generic pack, which is compiled once and is a part of this program, does
//! what the blueprint says. Files are read in order of their paths, text with LF, and nothing of the file system but
//! names and contents counts, so that one folder gives one pack on every machine.

mod error;
mod expressions;
mod files;
mod manifest;
mod migrations;
mod ordered;
mod pack_file;
mod shares;
mod text;

use std::collections::BTreeMap;

use scaffold_blueprint::{Blueprint, Code as _};

pub use error::FolderError;
pub use files::{Contents, Sources};

use self::files::{PARTIALS, TEMPLATES};
use self::pack_file::PackFile;
use self::shares::Shares;
use super::{AuthoringError, componentize, join};
use crate::model::{Manifest, Source, Syntax};
use crate::template::{Templates, check_references};

/// The file that makes a folder a pack without code.
pub const PACK_FILE: &str = "pack.toml";

/// The core module that every pack without code has; `cargo xtask generic` makes it of `plugins/generic`.
const GENERIC: &[u8] = include_bytes!("generic.wasm");

/// A pack that was made of a folder.
#[derive(Clone, Debug)]
pub struct FolderPack {
    /// The component, without its manifest's section.
    pub component: Vec<u8>,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The texts of its templates, by name.
    pub templates: BTreeMap<String, String>,
}

/// Makes a pack of a folder.
///
/// # Errors
/// A `pack.toml` that can't be read or says what can't be, and templates that can't be used.
pub fn build(folder: Sources<'_>) -> Result<FolderPack, AuthoringError> {
    let (pack, ordered) = PackFile::read(folder)?;
    let manifest = manifest::of(folder, &pack, &ordered)?;
    let Shares { sources, shares } = shares::of(&pack, folder.below(TEMPLATES)?, folder.below(PARTIALS)?)?;
    check_templates(&sources)?;
    let mut blueprint = Blueprint {
        manifest: manifest::coded(&manifest),
        sources,
        computed: manifest::computed(&ordered),
        checks: pack.check.iter().map(manifest::check).collect::<Result<_, FolderError>>()?,
        offers: manifest::offers(&pack, &ordered),
        shares,
        steps: pack.step.iter().map(manifest::step).collect(),
        migrations: migrations::of(&pack, &manifest)?,
    };
    expressions::read(&mut blueprint)?;
    let component = componentize(&join::with_data(GENERIC, &blueprint.to_bytes())?)?;
    let templates = blueprint.sources.into_iter().map(|source| (source.name, source.text)).collect();
    Ok(FolderPack { component, manifest, templates })
}

/// Templates are parsed as the host will parse them, and have to find each other.
fn check_templates(sources: &[scaffold_blueprint::Source]) -> Result<(), FolderError> {
    let source = |source: &scaffold_blueprint::Source| Source {
        name: source.name.clone(),
        text: source.text.clone(),
        syntax: source.marks.clone().map(|marks| Syntax {
            block: marks.block,
            variable: marks.variable,
            comment: marks.comment,
        }),
    };
    let sources: Vec<Source> = sources.iter().map(source).collect();
    Templates::parse(&sources).and_then(|_| check_references(&sources)).map_err(|error| {
        let (problem, place) = error.describe();
        FolderError::Jinja { problem, place }
    })
}
