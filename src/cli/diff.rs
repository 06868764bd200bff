//! `scaffold diff`.

use serde_json::json;

use super::access::in_workshop;
use super::args::DiffArguments;
use super::{Caller, Exit, difference, report, standing};
use crate::pipeline::{self, Change, Conflicts, Edit, Failure};
use crate::project::{Given, Mode};
use crate::reconcile::Policy;

pub fn run(arguments: &DiffArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let Caller { global, printer, .. } = caller;
    let root = standing::open(&standing::here()?, printer)?;
    let change = Change {
        root: root.clone(),
        edit: Edit::Apply { restore: Default::default() },
        given: Given::default(),
        mode: Mode::Defaults,
        settlements: Default::default(),
        conflicts: Conflicts::All(Policy::Markers),
        allow_dirty: true,
        locked: global.locked,
        consent: &mut |_| Ok(true),
        dry_run: true,
    };
    let outcome = in_workshop(caller, |reach| reach.within(&root), |workshop| pipeline::change(workshop, change))?;
    let files = &outcome.decisions.files;
    if printer.is_json() {
        let files: Vec<_> = files.iter().map(|file| report::file_json(file, !arguments.stat)).collect();
        printer.document("scaffold.diff/1", json!({ "files": files }));
    } else if arguments.stat && !files.is_empty() {
        printer.data(&difference::statistics(files));
    } else {
        printer.data(&difference::all(files));
    }
    Ok(if outcome.decisions.files.is_empty() { Exit::Done } else { Exit::Differs })
}
