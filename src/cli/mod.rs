//! The command line: what is typed, what is printed, and nothing that another front end would need.
//!
//! One file a command. Data goes to standard output, everything else to standard error; [`Printer`] is the one place
//! that knows how a report looks.

mod access;
mod args;
mod cache;
mod change;
mod check;
mod clock;
mod completions;
mod diff;
mod difference;
mod explain;
mod info;
mod install;
mod key;
mod new;
mod outdated;
mod pack;
mod preview;
mod printer;
mod progress;
mod prompt;
mod publish;
mod registry;
mod report;
mod search;
mod standing;
mod tree;
mod typed;
mod undo;
mod watchdog;

use std::env::VarError;
use std::process::ExitCode;

use clap::Parser as _;

use crate::model::Report;
use crate::pipeline::{self, Failure};
use crate::store::Home;
use crate::threads;

pub use args::Arguments;
use args::{Command, Global};
use printer::Printer;

/// It could not be done.
const FAILED: u8 = 1;
/// It was done, and there is a difference, drift or an open conflict.
const DIFFERS: u8 = 3;
/// The user broke off.
const INTERRUPTED: u8 = 130;

/// Who runs a command, and how.
#[derive(Clone, Copy)]
struct Caller<'a> {
    global: &'a Global,
    home: &'a Home,
    printer: &'a Printer,
}

/// How a command that could be done ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// There is nothing left to say.
    Done,
    /// There is a difference, drift or an open conflict.
    Differs,
}

/// Runs the program: parses the process's arguments, does what they say, and tells how it went.
pub fn main() -> ExitCode {
    hide_guarded_panics();
    if args::seem_to_run_packs(std::env::args_os()) {
        pipeline::warm_up();
    }
    let arguments = Arguments::parse();
    let printer = Printer::new(&arguments.global);
    let done = if arguments.command.runs_packs() {
        // All of it, so that nothing changes threads for each template and each call of a pack.
        threads::run(|| run(arguments, &printer)).unwrap_or_else(|error| Err(error.into()))
    } else {
        run(arguments, &printer)
    };
    match done {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Differs) => ExitCode::from(DIFFERS),
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

/// A panic in strangers' code ends that piece of work with an error of its own, which says more.
fn hide_guarded_panics() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !threads::is_guarded() {
            hook(panic);
        }
    }));
}

fn run(arguments: Arguments, printer: &Printer) -> Result<Exit, Failure> {
    // A relative `SCAFFOLD_HOME` is meant from where the command was typed.
    let home = Home::find()?;
    if let Some(folder) = &arguments.global.directory {
        std::env::set_current_dir(folder).map_err(|error| {
            let message = format!("`{}` can't be entered", folder.display());
            Failure::from(
                Report::new("directory", message).detail(error.to_string()).hint("name a folder that exists with `-C`"),
            )
        })?;
    }
    let caller = Caller { global: &arguments.global, home: &home, printer };
    match arguments.command {
        Command::Init(init) => return change::init(&init, caller),
        Command::Add(add) => return change::add(&add, caller),
        Command::Remove(remove) => return change::remove(&remove, caller),
        Command::Set(set) => return change::set(&set, caller),
        Command::Update(update) => return change::update(&update, caller),
        Command::Apply(apply) => return change::apply(&apply, caller),
        Command::Undo(undo) => return undo::run(&undo, printer),
        Command::Diff(diff) => return diff::run(&diff, caller),
        Command::Check(check) => return check::run(&check, caller),
        Command::Tree => return tree::run(printer),
        Command::Outdated => return outdated::run(&arguments.global, &home, printer),
        Command::New(new) => new::run(new, &arguments.global, &home, printer),
        Command::Explain(explain) => explain::run(&explain, &arguments.global, &home, printer),
        Command::Install(install) => install::install(&install, &arguments.global, &home, printer),
        Command::Uninstall(uninstall) => install::uninstall(&uninstall, &arguments.global, &home, printer),
        Command::List => install::list(&home, printer),
        Command::Search(search) => search::run(&search, &arguments.global, &home, printer),
        Command::Info(info) => info::run(&info, &arguments.global, &home, printer),
        Command::Pack(pack) => pack::run(&pack.command, &arguments.global, &home, printer),
        Command::Publish(publish) => publish::publish(&publish, &arguments.global, &home, printer),
        Command::Yank(yank) => publish::yank(&yank, &home, printer),
        Command::Key(key) => key::run(&key.command, &home, printer),
        Command::Registry(registry) => registry::run(&registry.command, &arguments.global, &home, printer),
        Command::Cache(cache) => cache::run(&cache, &home, printer),
        Command::Completions(completions) => {
            completions::run(&completions, printer);
            Ok(())
        }
    }?;
    Ok(Exit::Done)
}

/// A variable of the environment; none when it is not set or empty.
fn variable(name: &str) -> Result<Option<String>, Report> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            let report = Report::new("environment", format!("the variable `{name}` is not UTF-8 text"));
            Err(report.hint("set it again, or unset it"))
        }
    }
}
