//! What can be typed.

mod pack;
mod project;
mod registry;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use self::pack::{BuildArguments, CheckPackArguments, NewPackArguments, PackArguments, PackCommand, TestArguments};
pub use self::project::{
    AddArguments, AnswerArguments, ApplyArguments, ChangeArguments, CheckArguments, CompositionArguments,
    ConflictChoice, DiffArguments, InitArguments, RemoveArguments, SafetyArguments, SetArguments, UndoArguments,
    UpdateArguments,
};
pub use self::registry::{
    InfoArguments, InstallArguments, KeyArguments, KeyCommand, PublishArguments, RegistryArguments, RegistryCommand,
    SearchArguments, UninstallArguments, YankArguments,
};

/// Composes projects from template packs that run as WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "scaffold", version, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command understands.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Use no network: what this machine has must do
    #[arg(long, global = true, env = "SCAFFOLD_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    pub offline: bool,
    /// Let nothing change the versions in `scaffold.lock`
    #[arg(long, global = true)]
    pub locked: bool,
    /// Print errors and data only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print what packs log, too
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: Color,
    /// How long one call of a pack may take, in seconds
    #[arg(long, value_name = "SECONDS", global = true, default_value = "10", value_parser = seconds, hide_short_help = true)]
    pub pack_timeout: Duration,
    /// How long a registry may take to answer, in seconds
    #[arg(long, value_name = "SECONDS", global = true, default_value = "30", env = "SCAFFOLD_HTTP_TIMEOUT", value_parser = seconds, hide_short_help = true)]
    pub http_timeout: Duration,
    /// How often a request to a registry is repeated that may go better the next time
    #[arg(long, value_name = "COUNT", global = true, default_value = "3", env = "SCAFFOLD_HTTP_RETRIES", value_parser = clap::value_parser!(u8).range(..=10), hide_short_help = true)]
    pub http_retries: u8,
    /// Take packs that nobody signed, too; remembered for their registry
    #[arg(long, global = true, env = "SCAFFOLD_ALLOW_UNSIGNED", value_parser = clap::builder::FalseyValueParser::new(), hide_short_help = true)]
    pub allow_unsigned: bool,
    /// Allow registries to be read over plain HTTP
    #[arg(long, global = true, env = "SCAFFOLD_ALLOW_HTTP", value_parser = clap::builder::FalseyValueParser::new(), hide_short_help = true)]
    pub allow_http: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new project from packs
    New(NewArguments),
    /// Make a project of the folder that is here, files and all
    Init(InitArguments),
    /// Add packs to the project
    Add(AddArguments),
    /// Take packs out of the project
    Remove(RemoveArguments),
    /// Change answers
    Set(SetArguments),
    /// Take the newest versions that `scaffold.toml` allows
    Update(UpdateArguments),
    /// Do what `scaffold.toml` says, after it was edited by hand
    Apply(ApplyArguments),
    /// Take the last change back
    Undo(UndoArguments),
    /// Show what `apply` would change
    Diff(DiffArguments),
    /// Check that the project is as its lockfile says
    Check(CheckArguments),
    /// Show the project's packs, what they depend on and what they offer each other
    Tree,
    /// List the packs of the project that have newer versions
    Outdated,
    /// Tell where a file, a line or a value of a project comes from
    Explain(ExplainArguments),
    /// Fetch, verify and compile packs ahead of use
    Install(InstallArguments),
    /// Remove packs from this machine
    Uninstall(UninstallArguments),
    /// List the packs on this machine
    List,
    /// Search all registries for packs
    Search(SearchArguments),
    /// Show what there is to know about a pack
    Info(InfoArguments),
    /// Write, build and test packs
    Pack(PackArguments),
    /// Publish a finished pack to a registry in a folder, or to one of containers
    Publish(PublishArguments),
    /// Take a published version back: it serves only where a lockfile names it
    Yank(YankArguments),
    /// Make and list the keys that sign what you publish
    Key(KeyArguments),
    /// Name registries, and make them
    Registry(RegistryArguments),
    /// Look after what this machine keeps
    Cache(CacheArguments),
    /// Print what a shell needs to complete commands
    Completions(CompletionsArguments),
}

/// The commands that run packs in an ordinary project or folder.
const WITH_PACKS: [&str; 9] = ["new", "add", "remove", "set", "update", "apply", "diff", "check", "explain"];

/// Whether the process's arguments, the program's name first, look like a command that runs packs. Told before they are
/// parsed, so that what packs need can be made ready meanwhile; a wrong guess costs no more than that.
pub fn seem_to_run_packs(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let command = arguments.into_iter().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
    command.is_some_and(|command| WITH_PACKS.iter().any(|name| command == *name))
}

impl Command {
    /// Whether packs are compiled or run for it.
    pub(super) fn runs_packs(&self) -> bool {
        !matches!(
            self,
            Self::Undo(_)
                | Self::Tree
                | Self::Uninstall(_)
                | Self::List
                | Self::Search(_)
                | Self::Info(_)
                | Self::Yank(_)
                | Self::Key(_)
                | Self::Registry(_)
                | Self::Cache(_)
                | Self::Completions(_)
        )
    }
}

/// `scaffold new`.
#[derive(Args, Debug)]
pub struct NewArguments {
    /// Where the project goes: a folder that does not exist yet, or an empty one
    #[arg(value_name = "DIR")]
    pub target: PathBuf,
    #[command(flatten)]
    pub composition: CompositionArguments,
    #[command(flatten)]
    pub answers: AnswerArguments,
    /// Run `git init` in the new project
    #[arg(long)]
    pub git: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `scaffold explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A file of the project; a line of it; or a JSON Pointer into it, where it is JSON, YAML, TOML or dotenv
    #[arg(value_name = "PATH[:LINE]|PATH#/POINTER")]
    pub place: String,
}

/// `scaffold completions`.
#[derive(Args, Debug)]
pub struct CompletionsArguments {
    /// The shell that is to read it
    pub shell: Shell,
}

/// `scaffold cache`.
#[derive(Args, Debug)]
pub struct CacheArguments {
    #[command(subcommand)]
    pub command: CacheCommand,
}

/// What can be done with the cache.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum CacheCommand {
    /// Print where it is
    Dir,
    /// Print how many bytes it has
    Size,
    /// Check the components in it and remove those that are damaged, and compiled code, which is made anew
    Verify,
    /// Remove everything in it; it fills again by itself
    Clean,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is expected".to_owned())?;
    if (0.05..=3600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("from 0.05 to 3600 seconds can be given".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn commands_that_run_packs_are_told_before_they_are_parsed() {
        for name in WITH_PACKS {
            let lines = [&[name][..], &[name, "x"], &[name, "x=1"], &[name, "x", "--pack", "y"]];
            let parsed = lines.iter().find_map(|line| Arguments::try_parse_from([&["scaffold"], *line].concat()).ok());
            assert!(parsed.is_some_and(|arguments| arguments.command.runs_packs()), "{name}");
        }
        let seem = |line: &[&str]| seem_to_run_packs(line.iter().map(OsString::from));
        assert!(seem(&["scaffold", "--quiet", "new", "shop"]));
        for line in [&["scaffold"][..], &["scaffold", "--version"], &["scaffold", "list", "new"], &["new"]] {
            assert!(!seem(line), "{line:?}");
        }
    }
}
