//! `scaffold undo`.

use serde_json::json;

use super::args::UndoArguments;
use super::printer::Printer;
use super::{Exit, difference, report, standing};
use crate::pipeline::{self, Failure};
use crate::reconcile::Policy;

pub fn run(arguments: &UndoArguments, printer: &Printer) -> Result<Exit, Failure> {
    // A change that made the project a project leaves its backup where the project was.
    let here = standing::here()?;
    let root = crate::project::find(&here).unwrap_or(here);
    standing::recover(&root, printer)?;
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
    printer.status(if files.is_empty() { "Unchanged" } else { "Undone" }, &report::summary(&files));
    if arguments.dry_run {
        printer.note("Nothing was written");
    }
    Ok(Exit::Done)
}
