//! What can be typed about a project that is there.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use semver::Version;

use crate::model::Name;

/// Answers, and the settling of conflicts between packs.
#[derive(Args, Debug)]
pub struct AnswerArguments {
    /// Answer a question
    #[arg(long, value_name = "[PACK.]KEY=VALUE")]
    pub set: Vec<String>,
    /// Answer questions from a TOML, YAML or JSON file
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Take the default of every question that is not answered
    #[arg(long)]
    pub defaults: bool,
    /// Settle a conflict between packs: whose counts at a place, or what is written there
    #[arg(long, value_name = "PATH[#/POINTER]=@INSTANCE|VALUE")]
    pub settle: Vec<String>,
}

/// What every command understands that changes a project.
#[derive(Args, Debug)]
pub struct ChangeArguments {
    #[command(flatten)]
    pub answers: AnswerArguments,
    #[command(flatten)]
    pub safety: SafetyArguments,
}

/// How careful a change is.
#[derive(Args, Debug)]
pub struct SafetyArguments {
    /// What happens where packs and your edits are in conflict
    #[arg(long, value_name = "HOW")]
    pub conflict: Option<ConflictChoice>,
    /// Change files with edits that are not committed, too
    #[arg(long)]
    pub allow_dirty: bool,
    /// Let packs import interfaces that they did not import before
    #[arg(long)]
    pub allow_imports: bool,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// How conflicts are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConflictChoice {
    /// Tell all of them and change nothing
    Fail,
    /// Write both versions with marks around them
    Markers,
    /// Keep yours
    Ours,
    /// Take the packs'
    Theirs,
}

/// What a project is made of, and its name.
#[derive(Args, Debug)]
pub struct CompositionArguments {
    /// A pack to compose: NAME, NAME@REQ, `oci://HOST/REPOSITORY:TAG`, a path to a `.wasm` or to a pack's folder, or
    /// INSTANCE=any of these
    #[arg(long = "pack", short, value_name = "SPEC", required = true)]
    pub packs: Vec<String>,
    /// The folder that an instance's files go below
    #[arg(long, value_name = "INSTANCE=DIR")]
    pub at: Vec<String>,
    /// The project's name; without it, the folder's
    #[arg(long)]
    pub name: Option<String>,
}

/// `scaffold init`.
#[derive(Args, Debug)]
pub struct InitArguments {
    #[command(flatten)]
    pub composition: CompositionArguments,
    #[command(flatten)]
    pub change: ChangeArguments,
}

/// `scaffold add`.
#[derive(Args, Debug)]
pub struct AddArguments {
    /// A pack: NAME, NAME@REQ, `oci://HOST/REPOSITORY:TAG`, a path to a `.wasm` or to a pack's folder, or INSTANCE=any of
    /// these
    #[arg(value_name = "SPEC", required = true)]
    pub packs: Vec<String>,
    /// The folder that an instance's files go below
    #[arg(long, value_name = "INSTANCE=DIR")]
    pub at: Vec<String>,
    #[command(flatten)]
    pub change: ChangeArguments,
}

/// `scaffold remove`.
#[derive(Args, Debug)]
pub struct RemoveArguments {
    /// A pack of the project, or the name of its instance
    #[arg(value_name = "PACK", required = true)]
    pub instances: Vec<Name>,
    #[command(flatten)]
    pub change: ChangeArguments,
}

/// `scaffold set`.
#[derive(Args, Debug)]
pub struct SetArguments {
    /// An answer; without PACK it goes to every pack that asks
    #[arg(value_name = "[PACK.]KEY=VALUE", required_unless_present = "unset")]
    pub set: Vec<String>,
    /// Take an answer back, so that the pack's default is taken
    #[arg(long, value_name = "[PACK.]KEY")]
    pub unset: Vec<String>,
    /// Take the default of every question that is not answered
    #[arg(long)]
    pub defaults: bool,
    #[command(flatten)]
    pub safety: SafetyArguments,
}

/// `scaffold update`.
#[derive(Args, Debug)]
pub struct UpdateArguments {
    /// Packs or instances; without any, all of them
    #[arg(value_name = "PACK")]
    pub packs: Vec<Name>,
    /// Exactly this version of the one pack that is named
    #[arg(long, value_name = "VERSION", requires = "packs")]
    pub precise: Option<Version>,
    #[command(flatten)]
    pub change: ChangeArguments,
}

/// `scaffold apply`.
#[derive(Args, Debug)]
pub struct ApplyArguments {
    /// Bring a file, or those of a folder, back as packs make them, whatever they are now
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub restore: Vec<String>,
    /// Have the project do without a file, or those of a folder, whatever packs say; noted in `scaffold.toml`
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub omit: Vec<String>,
    #[command(flatten)]
    pub change: ChangeArguments,
}

/// `scaffold undo`.
#[derive(Args, Debug)]
pub struct UndoArguments {
    /// What happens to files that were edited since
    #[arg(long, value_name = "HOW", value_parser = ["fail", "ours", "theirs"], default_value = "fail")]
    pub conflict: String,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `scaffold diff`.
#[derive(Args, Debug)]
pub struct DiffArguments {
    /// Count lines instead of showing them
    #[arg(long)]
    pub stat: bool,
}

/// `scaffold check`.
#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Count edited files, too
    #[arg(long)]
    pub strict: bool,
}
