//! Why a pack was not published.

use crate::component::{ComponentError, Interface};
use crate::model::{Diagnose, PackId, Report, printable};
use crate::registry::{IndexLine, Mismatch, RegistryError, TrustError};

/// Why a pack was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The registry can't be read or written.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The version can't be signed.
    #[error(transparent)]
    Key(#[from] TrustError),
    /// The file is not a pack.
    #[error("what was to be published is not a pack: {0}")]
    Component(#[from] ComponentError),
    /// The component carries no manifest.
    #[error("the component carries no manifest")]
    NoManifest,
    /// A version that a container registry's tag can't carry.
    #[error("{pack} has build metadata, which a pack's version may not have")]
    BuildMetadata {
        /// The pack.
        pack: PackId,
    },
    /// A name that is a device on Windows.
    #[error("`{name}` can't be published: Windows reads the name as a device")]
    ReservedName {
        /// The name.
        name: String,
    },
    /// Larger than the registry's `max-blob`.
    #[error("{pack} has {size} bytes, and the registry `{registry}` takes {limit}")]
    TooLarge {
        /// The pack.
        pack: PackId,
        /// The registry.
        registry: String,
        /// The component's size in bytes.
        size: u64,
        /// The most that the registry takes, in bytes.
        limit: u64,
    },
    /// The version is there with other bytes.
    #[error("{pack} is already in the registry `{registry}`, with other contents")]
    VersionExists {
        /// The pack.
        pack: PackId,
        /// The registry.
        registry: String,
        /// What is there, and what was to be published.
        digests: Box<Mismatch>,
    },
    /// A version that was to be taken back is not there.
    #[error("there is no {pack} in the registry `{registry}`")]
    VersionUnknown {
        /// The pack.
        pack: PackId,
        /// The registry.
        registry: String,
    },
    /// A newer version for an older contract.
    #[error("{} is built for the contract {}, and {} before it for {}", .line.id(), .line.contract, .predecessor.version, .predecessor.contract)]
    ContractDowngrade {
        /// What was to be published.
        line: Box<IndexLine>,
        /// The version before it.
        predecessor: Box<IndexLine>,
    },
    /// An import that no host grants.
    #[error("{pack} imports what scaffold does not grant")]
    ImportNotGranted {
        /// The pack.
        pack: PackId,
        /// Those imports.
        imports: Vec<Interface>,
    },
    /// A time of publication in another form.
    #[error("`{}` is not a time of the form `2026-01-31T12:00:00Z`", printable(.time))]
    Time {
        /// As it was given.
        time: String,
    },
}

impl Diagnose for PublishError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Registry(error) => error.report(),
            Self::Key(error) => error.report(),
            Self::Component(error) => Report { message: self.to_string(), ..error.report() },
            Self::NoManifest => report(
                "manifest-missing",
                "add it with `scaffold::component::with_manifest`, as `cargo xtask build` does",
            ),
            Self::BuildMetadata { .. } => report("version-metadata", "drop what follows the `+` in the version"),
            Self::ReservedName { .. } => report("name-reserved", "give the pack another name"),
            Self::TooLarge { .. } => report("blob-too-large", "strip the component, and keep large files out of it"),
            Self::VersionExists { digests, .. } => {
                report("version-exists", "raise the version: a published version never changes")
                    .details(digests.lines())
            }
            Self::VersionUnknown { pack, .. } => {
                report("version-unknown", &format!("`scaffold info {}` shows the versions that are there", pack.name))
            }
            Self::ContractDowngrade { .. } => {
                report("contract-downgrade", "build it against the contract of its predecessor, or a later one")
            }
            Self::ImportNotGranted { imports, .. } => report(
                "import-not-granted",
                "build it without these imports; `wit/README.md` lists what a pack may import",
            )
            .details(imports.iter().map(|import| format!("imports `{}`", printable(&import.to_string())))),
            Self::Time { .. } => report("publish-time", "give the time in UTC, to the second"),
        }
    }
}
