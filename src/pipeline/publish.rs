//! Publishing a pack: what only those rooms can tell that run packs is checked here, the rest in `registry`.

use std::path::Path;

use super::Failure;
use crate::host;
use crate::model::{Capability, Manifest, Report, printable};
use crate::project::Questions;
use crate::registry::{self, IndexLine, Key, Oci};
use crate::schema::Schema;

/// Where a pack is published to.
#[derive(Clone, Copy)]
pub enum Destination<'a> {
    /// A registry in a folder.
    Folder(&'a Path),
    /// A registry of containers.
    Oci(&'a Oci<'a>),
}

/// Publishes the finished pack in a file, and gives its index line; `key` signs it.
///
/// # Errors
/// A file that is no pack, a manifest that nobody could use, and everything that [`registry::publish`] refuses.
pub fn publish(to: Destination<'_>, file: &Path, published: &str, key: Option<&Key>) -> Result<IndexLine, Failure> {
    let wasm = registry::read_pack(file)?;
    check(&registry::manifest_of(&wasm)?)?;
    Ok(match to {
        Destination::Folder(folder) => registry::publish_signed(folder, &wasm, published, &host::grants, key)?,
        Destination::Oci(oci) => registry::push_signed(oci, &wasm, published, &host::grants, key)?,
    })
}

/// The schemas of a manifest are sound: of the questions, and of the facts that are given and taken.
pub(super) fn check(manifest: &Manifest) -> Result<(), Failure> {
    Questions::parse(&manifest.id(), &manifest.questions)?;
    let given = manifest.provides.iter().map(|Capability { name, facts, .. }| (name.as_str(), facts));
    let taken = manifest.requires.iter().map(|requirement| (requirement.name.as_str(), &requirement.facts));
    let wrong = given.chain(taken).filter_map(|(capability, facts)| {
        let error = Schema::compile(facts).err()?;
        let message =
            format!("the schema of `{}` in the manifest of {} can't be used", printable(capability), manifest.id());
        let report = Report::new("facts-schema-invalid", message).detail(error.to_string());
        Some(report.hint("mend the schema, and build the pack again"))
    });
    let wrong: Vec<Report> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Reports(wrong)) }
}
