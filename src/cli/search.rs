//! `scaffold search`.

use serde_json::{Value, json};

use super::access::Reach;
use super::args::{Global, SearchArguments};
use super::printer::Printer;
use super::progress::Progress;
use crate::model::{Diagnose as _, Name, printable};
use crate::pipeline::Failure;
use crate::registry::CatalogEntry;
use crate::store::Home;

/// A pack, and the name of the registry that it is in; none for the default one.
type Found<'a> = (Option<&'a Name>, &'a CatalogEntry);

pub fn run(arguments: &SearchArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let progress = Progress::new(printer);
    let reach = Reach::new(global, home, &progress)?;
    let registries = reach.registries();
    let mut answers: Vec<(Option<&Name>, Vec<CatalogEntry>)> = Vec::new();
    let mut errors = Vec::new();
    for name in registries.names() {
        match registries.get(name).and_then(|source| source.search(&arguments.words)) {
            Ok(found) => answers.push((name, found)),
            Err(error) => errors.push(error.report()),
        }
    }
    // One registry that is down hides nothing of the others.
    if answers.is_empty() {
        return Err(Failure::Reports(errors));
    }
    errors.iter().for_each(|report| printer.warning(report));
    let found: Vec<Found<'_>> =
        answers.iter().flat_map(|(name, found)| found.iter().map(|entry| (*name, entry))).collect();
    if printer.is_json() {
        let packs: Vec<Value> = found.iter().map(document).collect();
        printer.document("scaffold.search/1", json!({ "packs": packs }));
        return Ok(());
    }
    printer.data(&found.iter().map(line).collect::<String>());
    if found.is_empty() {
        printer.note("No pack was found");
    }
    Ok(())
}

/// What to type after `--pack`, the version, and what it is.
fn line((registry, entry): &Found<'_>) -> String {
    let spec = registry.map_or_else(|| entry.name.to_string(), |registry| format!("{registry}/{}", entry.name));
    format!("{spec:<28} {:<12} {}\n", entry.version.to_string(), printable(&entry.summary))
}

fn document((registry, entry): &Found<'_>) -> Value {
    json!({
        "registry": registry,
        "name": entry.name,
        "version": entry.version,
        "summary": entry.summary,
        "keywords": entry.keywords,
        "provides": entry.provides,
    })
}
