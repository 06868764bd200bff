//! What can be wrong with a registry of containers, and with an artifact in one.

use std::path::PathBuf;

use crate::model::{Diagnose, PackId, Report, printable};
use crate::registry::{FetchFailure, Mismatch};

/// What can be wrong with a registry of containers. `registry` is its address in each case, and `artifact` a pack's name
/// with a tag or a digest.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// What Docker keeps of credentials can't be used.
    #[error("Docker's credentials in `{}` can't be used: {problem}", .file.display())]
    DockerCredentials {
        /// The file.
        file: PathBuf,
        /// Why not.
        problem: String,
    },
    /// It did not take a version.
    #[error("{pack} can't be pushed to the registry `{registry}`: {failure}")]
    Push {
        /// The registry.
        registry: String,
        /// The version.
        pack: PackId,
        /// Why not.
        failure: FetchFailure,
    },
    /// It was to be searched.
    #[error("the registry `{registry}` is one of containers, which has no catalogue to search")]
    NoCatalog {
        /// The registry.
        registry: String,
    },
    /// A version was to be taken back.
    #[error("the registry `{registry}` is one of containers, where no version can be taken back")]
    NoYank {
        /// The registry.
        registry: String,
    },
    /// An artifact that is not there.
    #[error("the registry `{registry}` has no `{}`", printable(.artifact))]
    Missing {
        /// The registry.
        registry: String,
        /// The artifact.
        artifact: String,
    },
    /// An artifact that is none of ours, or not as it should be.
    #[error("`{}` in the registry `{registry}` is not a pack: {problem}", printable(.artifact))]
    Invalid {
        /// The registry.
        registry: String,
        /// The artifact.
        artifact: String,
        /// What is wrong.
        problem: String,
    },
    /// An artifact, or its layer, with another digest than the one that it was asked for by.
    #[error("`{}` in the registry `{registry}` is not what its digest says", printable(.artifact))]
    Digest {
        /// The registry.
        registry: String,
        /// The artifact.
        artifact: String,
        /// What was asked for, and what came.
        digests: Box<Mismatch>,
    },
    /// A component that has to be asked for its manifest before anything can be said of it.
    #[error("`{}` in the registry `{}` carries no manifest", printable(&.0.artifact), .0.registry)]
    Undescribed(Box<Undescribed>),
}

/// A component that carries no manifest.
#[derive(Debug)]
pub struct Undescribed {
    /// The registry.
    pub registry: String,
    /// The artifact.
    pub artifact: String,
    /// The component.
    pub component: Vec<u8>,
}

impl Diagnose for OciError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::DockerCredentials { .. } => {
                report("credentials", "run `docker login` again, or put the credential into `credentials.toml`")
            }
            Self::Push { failure, .. } => {
                let (code, hint) = failure.advice();
                report(code, hint)
            }
            Self::NoCatalog { .. } => {
                report("registry-no-catalog", "ask for a pack by its name: `scaffold info NAME/PACK`")
            }
            Self::NoYank { .. } => report(
                "registry-no-yank",
                "publish a higher version; who has a lockfile with this one may need it, so leave its tag",
            ),
            Self::Missing { artifact, registry } => {
                let name = artifact.split([':', '@']).next().unwrap_or(artifact);
                let hint = format!("`scaffold info {registry}/{name}` shows the versions that are there");
                report("artifact-missing", &hint)
            }
            Self::Invalid { .. } => {
                report("artifact-invalid", "name another version, or ask the repository's owner what this one is")
            }
            Self::Digest { digests, .. } => {
                report("artifact-digest", "do not use the pack before its publisher has looked at it")
                    .details(digests.lines())
            }
            Self::Undescribed(_) => {
                report("manifest-missing", "build the pack with `scaffold pack build`, which adds the manifest")
            }
        }
    }
}
