//! `scaffold outdated`.

use serde_json::{Value, json};

use super::access::in_workshop;
use super::args::Global;
use super::printer::Printer;
use super::{Caller, Exit, standing};
use crate::pipeline::{self, Failure, Standing};
use crate::project::{IntentFile, Lock};
use crate::store::Home;

pub fn run(global: &Global, home: &Home, printer: &Printer) -> Result<Exit, Failure> {
    let root = standing::open(&standing::here()?, printer)?;
    let file = IntentFile::read(&root)?;
    let intent = file.intent();
    let lock = Lock::read(&root)?;
    let packs = in_workshop(
        Caller { global, home, printer },
        |reach| reach.within(&root).anew(),
        |workshop| pipeline::outdated(workshop, &lock, &pipeline::wishes(intent, &root)?),
    )?;
    let outdated: Vec<&Standing> = packs.iter().filter(|pack| pack.is_outdated()).collect();
    if printer.is_json() {
        let packs: Vec<Value> = packs.iter().map(document).collect();
        printer.document("scaffold.outdated/1", json!({ "packs": packs }));
    } else if !outdated.is_empty() {
        printer.data(&table(&outdated));
    }
    if outdated.is_empty() {
        printer.note("Every pack has its newest version");
        return Ok(Exit::Done);
    }
    if outdated.iter().any(|pack| pack.allowed.as_ref().is_some_and(|allowed| *allowed != pack.current)) {
        printer.note("`scaffold update` takes what is allowed");
    }
    Ok(Exit::Differs)
}

fn table(packs: &[&Standing]) -> String {
    let mut text = line(["pack", "locked", "allowed", "newest", ""].map(str::to_owned));
    for pack in packs {
        let version = |version: &Option<semver::Version>| version.as_ref().map_or("-".to_owned(), ToString::to_string);
        let yanked = if pack.yanked { "(yanked)".to_owned() } else { String::new() };
        let cells =
            [pack.name.to_string(), pack.current.to_string(), version(&pack.allowed), version(&pack.newest), yanked];
        text.push_str(&line(cells));
    }
    text
}

fn line([pack, locked, allowed, newest, more]: [String; 5]) -> String {
    format!("{}\n", format!("{pack:<28} {locked:<12} {allowed:<12} {newest:<12} {more}").trim_end())
}

fn document(pack: &Standing) -> Value {
    json!({
        "name": pack.name,
        "instances": pack.instances,
        "current": pack.current,
        "allowed": pack.allowed,
        "newest": pack.newest,
        "yanked": pack.yanked,
        "outdated": pack.is_outdated(),
    })
}
