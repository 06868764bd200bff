//! `scaffold pack`: for those who write packs.

mod build;
mod check;
mod new;
mod test;

use super::args::{Global, PackCommand};
use super::printer::Printer;
use crate::pipeline::Failure;
use crate::store::Home;

pub fn run(command: &PackCommand, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    match command {
        PackCommand::New(new) => new::run(new, global, home, printer),
        PackCommand::Build(build) => build::run(build, global, home, printer),
        PackCommand::Check(check) => check::run(check, global, home, printer),
        PackCommand::Test(test) => test::run(test, global, home, printer),
    }
}
