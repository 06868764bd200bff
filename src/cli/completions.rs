//! `scaffold completions`.

use clap::CommandFactory as _;

use super::args::{Arguments, CompletionsArguments};
use super::printer::Printer;

/// Prints a script for the shell: what there is to complete follows from the definitions of the arguments.
pub fn run(arguments: &CompletionsArguments, printer: &Printer) {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "scaffold", &mut script);
    printer.data(&String::from_utf8_lossy(&script));
}
