//! `scaffold tree`: what the lock says of packs, and how they belong together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::printer::Printer;
use super::{Exit, standing};
use crate::model::{Name, printable};
use crate::pipeline::Failure;
use crate::project::{IntentFile, Lock, LockedPack};

pub fn run(printer: &Printer) -> Result<Exit, Failure> {
    let root = standing::open(&standing::here()?, printer)?;
    let lock = Lock::read(&root)?;
    let intent = IntentFile::read(&root)?;
    if printer.is_json() {
        let packs: Vec<Value> = lock.packs.iter().map(|pack| pack_json(pack, &intent)).collect();
        printer.document("scaffold.tree/1", json!({ "name": lock.project.name, "packs": packs }));
        return Ok(Exit::Done);
    }
    let by_name: BTreeMap<&Name, &LockedPack> = lock.packs.iter().map(|pack| (&pack.instance, pack)).collect();
    let mut text = format!("{} ({})\n", lock.project.name, lock.project.year);
    let asked: Vec<&LockedPack> =
        lock.packs.iter().filter(|pack| intent.intent().packs.contains_key(&pack.instance)).collect();
    let mut drawn = BTreeSet::new();
    for (at, pack) in asked.iter().enumerate() {
        draw(pack, &by_name, "", at + 1 == asked.len(), &mut drawn, &mut text);
    }
    // The lock is a file: whoever made it may have written anything into it.
    printer.data(&printable(&text));
    Ok(Exit::Done)
}

/// How deep a tree is drawn. Packs depend on each other in no circle: resolving has seen to that; but a lock is a file.
const DEEPEST: usize = 64;

/// Draws a pack and what it depends on. What was drawn before is named again, with a `(*)` for what it depends on.
fn draw<'a>(
    pack: &'a LockedPack,
    packs: &BTreeMap<&Name, &'a LockedPack>,
    lead: &str,
    is_last: bool,
    drawn: &mut BTreeSet<&'a Name>,
    text: &mut String,
) {
    let (branch, below) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
    let needed: Vec<&&LockedPack> = pack.dependencies.iter().filter_map(|name| packs.get(name)).collect();
    let is_again = !drawn.insert(&pack.instance) && !needed.is_empty();
    text.push_str(&format!("{lead}{branch}{}{}\n", line_of(pack), if is_again { " (*)" } else { "" }));
    let lead = format!("{lead}{below}");
    if is_again || lead.chars().count() / 4 >= DEEPEST {
        return;
    }
    for (at, other) in needed.iter().enumerate() {
        draw(other, packs, &lead, at + 1 == needed.len(), drawn, text);
    }
}

fn line_of(pack: &LockedPack) -> String {
    let name =
        if pack.instance == pack.name { pack.name.to_string() } else { format!("{} ({})", pack.instance, pack.name) };
    let at = pack.at.as_ref().map(|at| format!(" in {at}")).unwrap_or_default();
    let offers =
        if pack.provides.is_empty() { String::new() } else { format!(", offers {}", pack.provides.join(", ")) };
    format!("{name} {}{at}{offers}", pack.version)
}

fn pack_json(pack: &LockedPack, intent: &IntentFile) -> Value {
    json!({
        "instance": pack.instance,
        "name": pack.name,
        "version": pack.version.to_string(),
        "source": pack.source,
        "sha256": pack.checksum.hex(),
        "at": pack.at,
        "requested": intent.intent().packs.contains_key(&pack.instance),
        "dependencies": pack.dependencies,
        "provides": pack.provides,
        "imports": pack.imports,
    })
}
