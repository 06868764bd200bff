//! What can be typed about registries and the packs in them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::model::Name;

/// `scaffold registry`.
#[derive(Args, Debug)]
pub struct RegistryArguments {
    #[command(subcommand)]
    pub command: RegistryCommand,
}

/// What can be done with registries.
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Give a registry a name, so that its packs can be named NAME/PACK
    Add {
        /// The name
        name: Name,
        /// An `https://` address, `oci://HOST/PREFIX`, or the path of a folder
        #[arg(value_name = "URL")]
        address: String,
    },
    /// List the registries
    List,
    /// Forget a registry
    Remove {
        /// Its name
        name: Name,
    },
    /// Make an empty registry in a folder, which any web server can serve
    Init {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Its stable id, a URI: lockfiles hold it, whichever mirror served a pack. Without it, the folder's address
        #[arg(long, value_name = "URI")]
        id: Option<String>,
    },
}

/// `scaffold install`.
#[derive(Args, Debug)]
pub struct InstallArguments {
    /// A pack: NAME, NAME@REQ, REGISTRY/NAME, `oci://HOST/REPOSITORY:TAG` or a path to a `.wasm`
    #[arg(value_name = "SPEC", required = true)]
    pub packs: Vec<String>,
}

/// `scaffold uninstall`.
#[derive(Args, Debug)]
pub struct UninstallArguments {
    /// A pack: NAME or NAME@REQ
    #[arg(value_name = "SPEC", required = true)]
    pub packs: Vec<String>,
}

/// `scaffold search`.
#[derive(Args, Debug)]
pub struct SearchArguments {
    /// What names, summaries, keywords or capabilities must contain; nothing lists every pack
    pub words: Vec<String>,
}

/// `scaffold info`.
#[derive(Args, Debug)]
pub struct InfoArguments {
    /// A pack: NAME, NAME@REQ, REGISTRY/NAME, `oci://HOST/REPOSITORY:TAG` or a path to a `.wasm`
    #[arg(value_name = "SPEC")]
    pub pack: String,
}

/// `scaffold publish`.
#[derive(Args, Debug)]
pub struct PublishArguments {
    /// The finished pack
    #[arg(value_name = "PACK.wasm")]
    pub pack: PathBuf,
    /// The registry: a folder, a registry of containers, or the name of a configured one
    #[arg(long, value_name = "NAME|DIR|oci://HOST/PREFIX")]
    pub registry: String,
    /// The key that signs it; without it the one called `default`, where there is one
    #[arg(long, value_name = "NAME")]
    pub key: Option<Name>,
}

/// `scaffold key`.
#[derive(Args, Debug)]
pub struct KeyArguments {
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key
    New {
        /// Its name; the key called `default` signs what is published without `--key`
        #[arg(default_value = "default")]
        name: Name,
        /// Protect it by a passphrase: `SCAFFOLD_KEY_PASSPHRASE`, or typed at the terminal
        #[arg(long)]
        passphrase: bool,
    },
    /// List the keys
    List,
}

/// `scaffold yank`.
#[derive(Args, Debug)]
pub struct YankArguments {
    /// The version, as NAME@VERSION
    #[arg(value_name = "NAME@VERSION")]
    pub version: String,
    /// The registry: a folder, or the name of a configured registry that is in one
    #[arg(long, value_name = "NAME|DIR")]
    pub registry: String,
    /// Let the version serve again
    #[arg(long)]
    pub undo: bool,
}
