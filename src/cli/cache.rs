//! `scaffold cache`.

use serde_json::json;

use super::args::{CacheArguments, CacheCommand};
use super::failure;
use super::printer::Printer;
use crate::pipeline::Failure;
use crate::store::Home;

pub fn run(arguments: &CacheArguments, printer: &Printer) -> Result<(), Failure> {
    let home = Home::find().map_err(|error| failure(&error))?;
    match arguments.command {
        CacheCommand::Dir => {
            let folder = home.cache().display().to_string();
            if printer.is_json() {
                printer.document("scaffold.cache-dir/1", json!({ "directory": folder }));
            } else {
                printer.data(&format!("{folder}\n"));
            }
        }
        CacheCommand::Size => {
            let bytes = home.size().map_err(|error| failure(&error))?;
            if printer.is_json() {
                printer.document("scaffold.cache-size/1", json!({ "bytes": bytes }));
            } else {
                printer.data(&format!("{bytes}\n"));
            }
        }
        CacheCommand::Clean => {
            home.clean().map_err(|error| failure(&error))?;
            printer.status("Cleaned", &format!("`{}`", home.cache().display()));
        }
    }
    Ok(())
}
