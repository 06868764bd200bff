//! `scaffold key`, and opening keys for those who sign.

use std::io::IsTerminal as _;

use inquire::{InquireError, Password, PasswordDisplayMode};
use serde_json::{Value, json};

use super::args::KeyCommand;
use super::printer::Printer;
use super::variable;
use crate::model::{Name, Report};
use crate::pipeline::Failure;
use crate::registry::{Key, KeyEntry, Keys};
use crate::store::Home;

/// The variable with a key's passphrase.
const PASSPHRASE: &str = "SCAFFOLD_KEY_PASSPHRASE";
/// The name of the key that signs where none is named.
const DEFAULT: &str = "default";

pub fn run(command: &KeyCommand, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let keys = Keys::at(home.keys());
    match command {
        KeyCommand::New { name, passphrase } => {
            let passphrase = if *passphrase { Some(ask(name, true)?) } else { None };
            let entry = keys.create(name, passphrase)?;
            if printer.is_json() {
                printer.document("scaffold.key-new/1", document(&entry));
            }
            printer.status("Created", &format!("the key `{name}` in `{}`", home.keys().display()));
            printer.note(&format!("\nIts public part, for those who use your packs:\n  {}", entry.public));
        }
        KeyCommand::List => {
            let entries = keys.list()?;
            if printer.is_json() {
                let entries: Vec<Value> = entries.iter().map(document).collect();
                printer.document("scaffold.key-list/1", json!({ "keys": entries }));
                return Ok(());
            }
            let line = |entry: &KeyEntry| {
                let protected = if entry.encrypted { "  (with a passphrase)" } else { "" };
                format!("{:<20} {}{protected}\n", entry.name.as_str(), entry.public)
            };
            printer.data(&entries.iter().map(line).collect::<String>());
        }
    }
    Ok(())
}

/// The key that is to sign: the one of that name, or else the default one, if there is one.
pub fn open(name: Option<&Name>, home: &Home) -> Result<Option<Key>, Failure> {
    let keys = Keys::at(home.keys());
    let default = DEFAULT.parse::<Name>().ok().filter(|default| keys.contains(default));
    let Some(name) = name.cloned().or(default) else { return Ok(None) };
    let passphrase = if keys.entry(&name)?.encrypted { Some(ask(&name, false)?) } else { None };
    Ok(Some(keys.open(&name, passphrase)?))
}

/// A key's passphrase, from the environment or the terminal; a new one is typed twice.
fn ask(name: &Name, is_new: bool) -> Result<String, Failure> {
    if let Some(passphrase) = variable(PASSPHRASE)? {
        return Ok(passphrase);
    }
    let missing = |why: String| {
        let report = Report::new("passphrase", format!("the passphrase of the key `{name}` can't be asked for: {why}"));
        Failure::from(report.hint(format!("give it in `{PASSPHRASE}`")))
    };
    if !std::io::stdin().is_terminal() {
        return Err(missing("there is no terminal".to_owned()));
    }
    let prompt = format!("Passphrase of the key `{name}`:");
    let password = Password::new(&prompt).with_display_mode(PasswordDisplayMode::Masked);
    let password = if is_new { password } else { password.without_confirmation() };
    password.prompt().map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Failure::Interrupted,
        error => missing(error.to_string()),
    })
}

fn document(entry: &KeyEntry) -> Value {
    json!({ "name": entry.name, "public": entry.public, "passphrase": entry.encrypted })
}
