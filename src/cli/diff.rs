//! `scaffold diff`.

use serde_json::json;

use super::access::Reach;
use super::args::DiffArguments;
use super::change::Caller;
use super::progress::Progress;
use super::watchdog::Watchdog;
use super::{Exit, difference, report, standing};
use crate::pipeline::{self, Change, Conflicts, Edit, Failure, Workshop};
use crate::project::{Given, Mode};
use crate::reconcile::Policy;

pub fn run(arguments: &DiffArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let Caller { global, home, printer } = caller;
    let root = standing::open(&standing::here()?, printer)?;
    let progress = Progress::new(printer);
    let reach = Reach::new(global, home, &progress)?.within(&root, &standing::registries(&root));
    let workshop = Workshop::new(home, reach.registries(), global.pack_timeout, &progress);
    let watchdog = Watchdog::start(printer, progress.compiling());
    let change = Change {
        root,
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
    let outcome = pipeline::change(&workshop, change)?;
    drop(watchdog);
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
