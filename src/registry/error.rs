//! What can be wrong with a registry.

use std::io;
use std::path::PathBuf;

use super::{FetchFailure, OciError};
use crate::model::{Diagnose, Digest, Name, PackId, Report, printable};

/// What can be wrong with a registry, whichever kind it is. `registry` is its address in each case.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The address is none that this version can read.
    #[error("`{}` is not the address of a registry: {problem}", printable(.address))]
    Address {
        /// As it was given.
        address: String,
        /// Why not.
        problem: &'static str,
    },
    /// A registry on a web server was to be changed.
    #[error("the registry `{}` is on a web server, and can only be read there", printable(.address))]
    ReadOnly {
        /// As it was given.
        address: String,
    },
    /// The name of a registry that nobody named.
    #[error("there is no registry called `{name}`")]
    Unknown {
        /// The name.
        name: Name,
        /// Names that it may have been meant to be.
        near: Vec<String>,
    },
    /// A name that stands for another registry.
    #[error("`{name}` already stands for the registry `{}`", printable(.address))]
    Named {
        /// The name.
        name: Name,
        /// The address that it stands for.
        address: String,
    },
    /// The user's configuration can't be used.
    #[error("the configuration in `{}` can't be used: {problem}", .file.display())]
    Settings {
        /// The file.
        file: PathBuf,
        /// Why not.
        problem: String,
    },
    /// Plain HTTP to another machine.
    #[error("the registry `{}` would be read over plain HTTP, which others can change on the way", printable(.address))]
    PlainHttp {
        /// As it was given.
        address: String,
    },
    /// The file of credentials can't be used.
    #[error("the credentials in `{}` can't be used: {problem}", .file.display())]
    Credentials {
        /// The file.
        file: PathBuf,
        /// Why not.
        problem: String,
    },
    /// A web server did not give what was asked for.
    #[error("{wanted} can't be fetched from the registry `{registry}`: {failure}")]
    Fetch {
        /// The registry.
        registry: String,
        /// What was asked for.
        wanted: String,
        /// Why not.
        failure: FetchFailure,
    },
    /// What only registries of containers can be wrong about.
    #[error(transparent)]
    Oci(#[from] OciError),
    /// The index lost a version that it had.
    #[error("the registry `{registry}` showed {pack} earlier, and does not have it any more")]
    VersionGone {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
    },
    /// The index changed a version that it had.
    #[error("the registry `{registry}` shows another component as {pack} than it did earlier")]
    VersionChanged {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// Then and now.
        digests: Box<Mismatch>,
    },
    /// A file could not be read or written.
    #[error("`{file}` of the registry `{registry}` can't be {action}: {error}")]
    Io {
        /// The registry.
        registry: String,
        /// The file in it.
        file: String,
        /// `read` or `written`.
        action: &'static str,
        /// The system's reason.
        error: io::Error,
    },
    /// A file that is larger than any that a registry needs.
    #[error("`{file}` of the registry `{registry}` has more than {limit} bytes")]
    TooLarge {
        /// The registry.
        registry: String,
        /// The file in it.
        file: String,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// `config.json` does not describe a registry.
    #[error("`config.json` of the registry `{registry}` is not valid: {problem}")]
    Config {
        /// The registry.
        registry: String,
        /// What is wrong.
        problem: String,
    },
    /// `catalog.json` is not a catalogue.
    #[error("`catalog.json` of the registry `{registry}` is not valid: {problem}")]
    Catalog {
        /// The registry.
        registry: String,
        /// What is wrong.
        problem: String,
    },
    /// An index file does not hold to its format.
    #[error("`{file}`{} of the registry `{registry}` is not valid: {problem}", at(*.line))]
    Index {
        /// The registry.
        registry: String,
        /// The index file.
        file: String,
        /// The line, from 1; none when the whole file is meant.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// The index names a blob that is not there.
    #[error("the registry `{registry}` does not hold the component of {pack}")]
    BlobMissing {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// The digest under which it was looked for.
        digest: Digest,
    },
    /// A blob of another size than the index says.
    #[error("the component of {pack} in the registry `{registry}` has {found} bytes, and its index says {expected}")]
    BlobSize {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// The size by the index, in bytes.
        expected: u64,
        /// The blob's size, in bytes.
        found: u64,
    },
    /// A blob with another digest than its name.
    #[error("the component of {pack} in the registry `{registry}` is not the one that was published")]
    BlobDigest {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// The digest by the index or the lockfile, and the blob's.
        digests: Box<Mismatch>,
    },
    /// A blob that is not what the index showed.
    #[error("the component of {pack} in the registry `{registry}` carries another {what} than its index shows")]
    Differs {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// What is another.
        what: &'static str,
    },
    /// A new registry was to be made where one is.
    #[error("`{registry}` already holds a registry")]
    Exists {
        /// The registry.
        registry: String,
    },
}

/// Two digests that should be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The one that was recorded earlier.
    pub expected: Digest,
    /// The one that is there.
    pub found: Digest,
}

impl Mismatch {
    /// The two as lines below a message.
    pub(super) fn lines(&self) -> [String; 2] {
        [format!("expected {}", self.expected), format!("found    {}", self.found)]
    }
}

/// What to do about an index that is not what it was.
const GONE_BACK: &str = "ask the registry's owner why; `scaffold cache clean` makes this machine forget what it saw";

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line},")).unwrap_or_default()
}

impl Diagnose for RegistryError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Address { .. } => report(
                "registry-address",
                "give an `https://` address, or the path of a folder that holds a `config.json`",
            ),
            Self::ReadOnly { .. } => {
                report("registry-read-only", "change the folder that the server serves, or a copy of it")
            }
            Self::Unknown { near, .. } => match near.as_slice() {
                [] => report(
                    "registry-unknown",
                    "`scaffold registry list` shows those there are, `add NAME URL` adds one",
                ),
                [near, ..] => report("registry-unknown", &format!("did you mean `{near}`?")),
            },
            Self::Named { name, .. } => {
                report("registry-named", &format!("run `scaffold registry remove {name}` first, or take another name"))
            }
            Self::Settings { .. } => report("config-invalid", "`docs/registry.md` shows what may stand in it"),
            Self::PlainHttp { .. } => {
                report("registry-plain-http", "use its `https://` address, or allow it with `--allow-http`")
            }
            Self::Credentials { .. } => {
                report("credentials", "make it yours alone (`chmod 600`), with tables as `docs/registry.md` shows them")
            }
            Self::Oci(error) => error.report(),
            Self::Fetch { failure, .. } => {
                let (code, hint) = failure.advice();
                report(code, hint)
            }
            Self::VersionGone { .. } => report("version-gone", GONE_BACK),
            Self::VersionChanged { digests, .. } => report("version-changed", GONE_BACK).details(digests.lines()),
            Self::Io { .. } => report("registry-io", "check that the folder is there, and its permissions"),
            Self::TooLarge { .. } => report("registry-too-large", "ask the registry's owner to publish it again"),
            Self::Config { .. } => report("registry-config", "check that the address is that of a registry"),
            Self::Catalog { .. } => report("registry-catalog", "ask the registry's owner to publish it again"),
            Self::Index { .. } => report("registry-index", "ask the registry's owner to publish the pack again"),
            Self::BlobMissing { digest, .. } => {
                report("blob-missing", "ask the registry's owner to publish the version again")
                    .detail(format!("looked for {digest}"))
            }
            Self::BlobSize { .. } => report("blob-size", "do not use the pack before its publisher has looked at it"),
            Self::BlobDigest { digests, .. } => {
                report("blob-digest", "do not use the pack before its publisher has looked at it")
                    .details(digests.lines())
            }
            Self::Differs { .. } => {
                report("blob-manifest", "do not use the pack before its publisher has looked at it")
            }
            Self::Exists { .. } => report("registry-exists", "publish to it, or name another folder"),
        }
    }
}
