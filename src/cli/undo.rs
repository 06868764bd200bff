//! `scaffold undo`.

use serde_json::json;

use super::args::UndoArguments;
use super::printer::Printer;
use super::{Exit, difference, report, standing};
use crate::pipeline::{self, Failure};
use crate::reconcile::Policy;

pub fn run(arguments: &UndoArguments, printer: &Printer) -> Result<Exit, Failure> {
    let root = standing::open_undone(&standing::here()?, printer)?;
    let policy = match arguments.conflict.as_str() {
        "ours" => Some(Policy::Ours),
        "theirs" => Some(Policy::Theirs),
        _ => None,
    };
    let files = pipeline::undo(&root, policy, arguments.dry_run)?;
    if printer.is_json() {
        let files: Vec<_> = files.iter().map(|file| report::file_json(file, arguments.dry_run)).collect();
        printer.document("scaffold.undo/1", json!({ "written": !arguments.dry_run, "files": files }));
        return Ok(Exit::Done);
    }
    if arguments.dry_run {
        printer.data(&difference::listing(&files));
        printer.data(&difference::all(&files));
    }
    let verb = if files.is_empty() { "Unchanged" } else { "Undone" };
    printer.status(verb, &format!("{} in `{}`", report::summary(&files), root.display()));
    if arguments.dry_run {
        printer.note("Nothing was written");
    }
    Ok(Exit::Done)
}
