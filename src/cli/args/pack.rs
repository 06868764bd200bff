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
    /// Start a pack: small, complete and tested
    New(NewPackArguments),
    /// Build the pack in a folder, whatever it is written in
    Build(BuildArguments),
    /// Check whether others can use the pack, whatever they answer
    Check(CheckPackArguments),
    /// Run the pack's cases: folders of `tests/` with answers and what comes of them
    Test(TestArguments),
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

/// `scaffold pack new`.
#[derive(Args, Debug)]
pub struct NewPackArguments {
    /// Where the pack's folder goes: one that does not exist yet, or an empty one
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What it is written in
    #[arg(long, value_name = "LANGUAGE", default_value = "none", value_parser = ["none", "rust", "python", "javascript", "c"])]
    pub lang: String,
    /// The pack's name; without it, the folder's
    #[arg(long)]
    pub name: Option<String>,
    /// Answer a question: `summary`, `license`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Take the default of every question that is not answered
    #[arg(long)]
    pub defaults: bool,
}

/// `scaffold pack test`.
#[derive(Args, Debug)]
pub struct TestArguments {
    /// The pack's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A case to run; without it, all
    #[arg(long = "case", value_name = "NAME")]
    pub cases: Vec<String>,
    /// Write what comes out as what is expected
    #[arg(long)]
    pub bless: bool,
}

/// `scaffold pack check`.
#[derive(Args, Debug)]
pub struct CheckPackArguments {
    /// The pack's folder, or a finished `.wasm`
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A pack to compose it with: one that offers what it requires
    #[arg(long = "pack", short, value_name = "SPEC")]
    pub packs: Vec<String>,
}
