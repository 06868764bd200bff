//! `scaffold registry`.

use std::path::Path;

use serde_json::{Value, json};

use super::access::{Reach, default_address};
use super::args::{Global, RegistryCommand};
use super::printer::Printer;
use super::progress::Progress;
use super::typed::{absolute_path, shell_word};
use crate::model::{Name, printable};
use crate::pipeline::Failure;
use crate::registry::{self, Settings, Source as _};
use crate::store::Home;

pub fn run(command: &RegistryCommand, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    match command {
        RegistryCommand::Add { name, address } => add(name, address, global, home, printer),
        RegistryCommand::List => list(home, printer),
        RegistryCommand::Remove { name } => {
            let address = Settings::read(home.config())?.remove(name)?;
            if printer.is_json() {
                printer.document("scaffold.registry-remove/1", json!({ "name": name, "address": address }));
            }
            printer.status("Removed", &format!("`{name}`, which was {}", printable(&address)));
            Ok(())
        }
        RegistryCommand::Init { folder, id } => init(folder, id.as_deref(), printer),
    }
}

/// Names a registry, once it was seen to be one; without the network it can't be seen.
fn add(name: &Name, address: &str, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let progress = Progress::new(printer);
    let reach = Reach::new(global, home, &progress)?;
    let mut settings = Settings::read(home.config())?;
    let (address, id) = if registry::is_web(address) && global.offline {
        (registry::web_address(address, global.allow_http)?, None)
    } else {
        // A folder's address is the folder, however it was named.
        let folder = if address.contains("://") { None } else { Some(absolute_path(Path::new(address))?) };
        let address =
            folder.and_then(|folder| folder.to_str().map(str::to_owned)).unwrap_or_else(|| address.to_owned());
        let source = registry::open(Some(&address), reach.access())?;
        // Opening one of these asks for nothing.
        if let Some(oci) = source.oci().filter(|_| !global.offline) {
            oci.check()?;
        }
        (source.url().to_owned(), Some(source.id().to_owned()))
    };
    settings.add(name, &address)?;
    if printer.is_json() {
        printer.document("scaffold.registry-add/1", json!({ "name": name, "address": address, "id": id }));
    }
    printer.status("Added", &format!("`{name}`: {}", printable(&address)));
    Ok(())
}

fn list(home: &Home, printer: &Printer) -> Result<(), Failure> {
    let settings = Settings::read(home.config())?;
    let default = default_address()?;
    if printer.is_json() {
        let named: Vec<Value> =
            settings.registries().iter().map(|(name, address)| json!({ "name": name, "address": address })).collect();
        printer.document("scaffold.registry-list/1", json!({ "default": default, "registries": named }));
        return Ok(());
    }
    let default = default.unwrap_or_else(|| "in this program".to_owned());
    let mut text = format!("{:<20}  {}\n", "(default)", printable(&default));
    for (name, address) in settings.registries() {
        text.push_str(&format!("{:<20}  {}\n", name.as_str(), printable(address)));
    }
    printer.data(&text);
    Ok(())
}

fn init(folder: &Path, id: Option<&str>, printer: &Printer) -> Result<(), Failure> {
    let absolute = absolute_path(folder)?;
    let registry = registry::init(&absolute, id.unwrap_or(&registry::file_url(&absolute)))?;
    if printer.is_json() {
        let document = json!({ "directory": absolute.display().to_string(), "id": registry.id() });
        printer.document("scaffold.registry-init/1", document);
    }
    printer.status("Created", &format!("an empty registry in `{}`", folder.display()));
    if id.is_none() {
        let id = printable(registry.id());
        printer
            .note(&format!("note: lockfiles will know it as `{id}`; one for others to use has an address: `--id URL`"));
    }
    printer.note("\nNext steps:");
    printer.note(&format!("  scaffold publish PACK.wasm --registry {}", shell_word(&folder.display().to_string())));
    Ok(())
}
