//! `scaffold publish` and `scaffold yank`.

use std::path::Path;

use serde_json::{Value, json};

use super::access::Reach;
use super::args::{Global, PublishArguments, YankArguments};
use super::printer::Printer;
use super::progress::Progress;
use super::{clock, key};
use crate::model::{Name, PackId, Report, printable};
use crate::pipeline::{self, Destination, Failure};
use crate::registry::{self, IndexLine, Oci, OciError, RegistryError, Settings, Source as _};
use crate::store::Home;

pub fn publish(arguments: &PublishArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let address = address_of(&arguments.registry, home)?;
    if registry::is_oci(&address) {
        let progress = Progress::new(printer);
        let reach = Reach::new(global, home, &progress)?;
        let oci = Oci::open(&address, reach.access())?;
        let line = send(Destination::Oci(&oci), arguments, home)?;
        let place = [("registry", json!(oci.url())), ("artifact", json!(line.artifact))];
        tell(&line, oci.url(), place, printer);
    } else {
        let folder = registry::folder_of(&address)?;
        let line = send(Destination::Folder(&folder), arguments, home)?;
        let shown = folder.display().to_string();
        tell(&line, &shown, [("directory", json!(shown))], printer);
    }
    Ok(())
}

fn send(to: Destination<'_>, arguments: &PublishArguments, home: &Home) -> Result<IndexLine, Failure> {
    let published = clock::timestamp()?;
    let key = key::open(arguments.key.as_ref(), home)?;
    pipeline::publish(to, &arguments.pack, &published, key.as_ref())
}

/// Tells what was published; `place` is what the document says of where.
fn tell(line: &IndexLine, shown: &str, place: impl IntoIterator<Item = (&'static str, Value)>, printer: &Printer) {
    if printer.is_json() {
        let mut document = json!({
            "name": line.name,
            "version": line.version,
            "sha256": line.digest.hex(),
            "bytes": line.size,
            "published": line.published,
            "signer": line.signer,
        });
        for (member, value) in place {
            document[member] = value;
        }
        printer.document("scaffold.publish/1", document);
    }
    printer.status("Published", &format!("{} {} to `{shown}`", line.name, line.version));
    if line.signer.is_none() {
        printer.note("Nobody signed it; `scaffold key new` makes a key that does from then on");
    }
}

pub fn yank(arguments: &YankArguments, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let pack = parse_version(&arguments.version)?;
    let address = address_of(&arguments.registry, home)?;
    if registry::is_oci(&address) {
        return Err(OciError::NoYank { registry: address }.into());
    }
    let folder = registry::folder_of(&address)?;
    registry::yank(&folder, &pack, !arguments.undo)?;
    if printer.is_json() {
        let document = json!({ "name": pack.name, "version": pack.version, "yanked": !arguments.undo });
        printer.document("scaffold.yank/1", document);
    }
    let verb = if arguments.undo { "Restored" } else { "Yanked" };
    printer.status(verb, &format!("{} {} in `{}`", pack.name, pack.version, folder.display()));
    Ok(())
}

/// The address that `--registry` means: that of a name that the user gave a registry, or else what was typed.
fn address_of(registry: &str, home: &Home) -> Result<String, Failure> {
    let Ok(name) = registry.parse::<Name>() else { return Ok(registry.to_owned()) };
    match Settings::read(home.config())?.registries().get(&name) {
        Some(address) => Ok(address.clone()),
        None if Path::new(registry).is_dir() => Ok(registry.to_owned()),
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
