//! The Rust toolchain that builds the first-party packs: the one that `scaffold pack build` finds, without what an outer
//! cargo left in the environment.

use std::path::Path;
use std::process::Command;

use scaffold::authoring::rust;
pub use scaffold::authoring::rust::{DEBIAN_PACKAGES, TARGET};

use crate::failure::{Failure, Outcome};
use crate::process;

/// A compiler that can build packs.
#[derive(Debug)]
pub struct Toolchain(rust::Toolchain);

/// The first toolchain that will do: the one that builds the host, or else the system's.
pub fn find() -> Outcome<Toolchain> {
    rust::Toolchain::find().map(Toolchain).map_err(|error| Failure::from_report("packs", &error))
}

impl Toolchain {
    /// Which one it is, for a person.
    pub fn describe(&self) -> Outcome<String> {
        self.0.describe().map_err(|error| Failure::from_report("packs", &error))
    }

    /// This toolchain's cargo, in a folder.
    pub fn cargo(&self, folder: &Path) -> Command {
        own(self.0.cargo(folder))
    }

    /// `cargo build` of modules for release. The first-party packs do without the standard library.
    pub fn build(&self, folder: &Path) -> Outcome<Command> {
        let command = self.0.build(folder, "core,alloc").map_err(|error| Failure::from_report("packs", &error))?;
        let mut command = own(command);
        command.arg("--locked");
        Ok(command)
    }
}

/// The command without what an outer cargo left; what was set for it on purpose stays.
fn own(mut command: Command) -> Command {
    let set: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    process::forget_cargo(&mut command);
    command.envs(set);
    command
}
