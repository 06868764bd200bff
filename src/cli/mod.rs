//! The command line: what is typed, what is printed, and nothing that another front end would need.
//!
//! One file a command. Data goes to standard output, everything else to standard error; [`Printer`] is the one place
//! that knows how a report looks.

mod args;
mod cache;
mod new;
mod printer;
mod progress;
mod prompt;
mod watchdog;
mod year;

use std::process::ExitCode;

use clap::Parser as _;

use crate::model::Report;
use crate::pipeline::Failure;

pub use args::Arguments;
use args::Command;
use printer::Printer;

/// It could not be done.
const FAILED: u8 = 1;
/// The user broke off.
const INTERRUPTED: u8 = 130;

/// Runs the program: parses the process's arguments, does what they say, and tells how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(&arguments.global);
    match run(arguments, &printer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => {
            printer.status("Interrupted", "nothing was written");
            ExitCode::from(INTERRUPTED)
        }
        Err(Failure::Reports(reports)) => {
            printer.errors(&reports);
            ExitCode::from(FAILED)
        }
    }
}

fn run(arguments: Arguments, printer: &Printer) -> Result<(), Failure> {
    if let Some(folder) = &arguments.global.directory {
        std::env::set_current_dir(folder).map_err(|error| {
            let message = format!("`{}` can't be entered", folder.display());
            one(Report::new("directory", message).detail(error.to_string()).hint("name a folder that exists with `-C`"))
        })?;
    }
    match arguments.command {
        Command::New(new) => new::run(new, &arguments.global, printer),
        Command::Cache(cache) => cache::run(&cache, printer),
    }
}

fn one(report: Report) -> Failure {
    Failure::Reports(vec![report])
}
