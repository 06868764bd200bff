//! The project that a command is typed in.

use std::path::{Path, PathBuf};

use super::printer::Printer;
use crate::apply::{self, Recovery};
use crate::model::{INTENT_FILE, Report};
use crate::pipeline::Failure;
use crate::project;

/// The folder that the command was typed in.
pub fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        let report = Report::new("directory", "the current folder can't be used");
        Failure::from(report.detail(error.to_string()).hint("enter another"))
    })
}

/// The project that `from` is in, once what a killed run left there is in order.
pub fn open(from: &Path, printer: &Printer) -> Result<PathBuf, Failure> {
    // In the middle of a change even the file that makes a folder a project may be missing.
    for folder in from.ancestors() {
        if apply::is_unfinished(folder) {
            recover(folder, printer)?;
        }
        if folder.join(INTENT_FILE).is_file() {
            break;
        }
    }
    Ok(project::find(from)?)
}

/// The same where the project may just have been undone: what made it one left its backup there, and that is nearer than
/// a project around it.
pub fn open_undone(from: &Path, printer: &Printer) -> Result<PathBuf, Failure> {
    let is_near = |folder: &&Path| folder.join(INTENT_FILE).is_file() || apply::is_changed(folder);
    match from.ancestors().find(is_near) {
        Some(root) => recover(root, printer).map(|_| root.to_owned()),
        None => Ok(from.to_owned()),
    }
}

/// Puts in order what a killed run left, and says so.
pub fn recover(root: &Path, printer: &Printer) -> Result<Recovery, Failure> {
    let recovery = apply::recover(root)?;
    tell_recovery(recovery, root, printer);
    Ok(recovery)
}

pub fn tell_recovery(recovery: Recovery, target: &Path, printer: &Printer) {
    match recovery {
        Recovery::Nothing => {}
        Recovery::Removed => printer.status("Removed", "what an interrupted run had left"),
        Recovery::Finished => {
            printer.status("Finished", &format!("what an interrupted run had begun in `{}`", target.display()));
        }
        Recovery::ChangeFinished => printer.status("Finished", "the change that an interrupted run had begun"),
        Recovery::ChangeRolledBack => printer.status("Undid", "the change that an interrupted run had begun"),
    }
}
