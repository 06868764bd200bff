//! What can be typed about packs that one writes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `scaffold pack`.
#[derive(Args, Debug)]
pub struct PackArguments {
    #[command(subcommand)]
    pub command: PackCommand,
}

/// What can be done with a pack that one writes.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Build the pack in a folder, whatever it is written in
    Build(BuildArguments),
}

/// `scaffold pack build`.
#[derive(Args, Debug)]
pub struct BuildArguments {
    /// The pack's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Where the pack goes; without it, to `dist/NAME-VERSION.wasm` in its folder
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
