//! `scaffold publish` and `scaffold yank`.

use std::path::PathBuf;

use serde_json::json;

use super::args::{PublishArguments, YankArguments};
use super::printer::Printer;
use super::{clock, key, one};
use crate::model::{Name, PackId, Report, printable};
use crate::pipeline::{self, Failure};
use crate::registry::{self, RegistryError, Settings};
use crate::store::Home;

pub fn publish(arguments: &PublishArguments, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let folder = folder_of(&arguments.registry, home)?;
    let published = clock::timestamp().map_err(one)?;
    let key = key::open(arguments.key.as_ref(), home)?;
    let line = pipeline::publish(&folder, &arguments.pack, &published, key.as_ref())?;
    if printer.is_json() {
        let document = json!({
            "name": line.name,
            "version": line.version,
            "sha256": line.digest.hex(),
            "bytes": line.size,
            "published": line.published,
            "signer": line.signer,
            "directory": folder.display().to_string(),
        });
        printer.document("scaffold.publish/1", document);
    }
    printer.status("Published", &format!("{} {} to `{}`", line.name, line.version, folder.display()));
    if line.signer.is_none() {
        printer.note("Nobody signed it; `scaffold key new` makes a key that does from then on");
    }
    Ok(())
}

pub fn yank(arguments: &YankArguments, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let pack = parse_version(&arguments.version).map_err(one)?;
    let folder = folder_of(&arguments.registry, home)?;
    registry::yank(&folder, &pack, !arguments.undo)?;
    if printer.is_json() {
        let document = json!({ "name": pack.name, "version": pack.version, "yanked": !arguments.undo });
        printer.document("scaffold.yank/1", document);
    }
    let verb = if arguments.undo { "Restored" } else { "Yanked" };
    printer.status(verb, &format!("{} {} in `{}`", pack.name, pack.version, folder.display()));
    Ok(())
}

/// The folder that `--registry` means: a name that the user gave a registry, or else a path.
fn folder_of(registry: &str, home: &Home) -> Result<PathBuf, Failure> {
    let Ok(name) = registry.parse::<Name>() else { return Ok(registry::folder_of(registry)?) };
    match Settings::read(home.config())?.registries().get(&name) {
        Some(address) => Ok(registry::folder_of(address)?),
        None if PathBuf::from(registry).is_dir() => Ok(registry.into()),
        None => Err(RegistryError::Unknown { name, near: Vec::new() }.into()),
    }
}

fn parse_version(text: &str) -> Result<PackId, Report> {
    let parse = || {
        let (name, version) = text.split_once('@')?;
        Some(PackId { name: name.parse().ok()?, version: version.parse().ok()? })
    };
    parse().ok_or_else(|| {
        let message = format!("`{}` does not name a version of a pack", printable(text));
        Report::new("spec-invalid", message).hint("write it as `NAME@1.2.3`")
    })
}
