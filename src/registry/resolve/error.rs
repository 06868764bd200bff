//! Why no set of versions serves.

use std::io;
use std::path::PathBuf;

use semver::Version;

use super::demand::{Demand, Requirer};
use crate::component::ComponentError;
use crate::model::{Diagnose, Name, PackId, Report, printable};
use crate::registry::{Mismatch, RegistryError, TrustError};

/// The most versions that a message lists.
const MAX_LISTED: usize = 10;

/// A pack of which no version is one that all are content with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The pack.
    pub name: Name,
    /// The file that it comes from.
    pub file: Option<PathBuf>,
    /// What there is of it, ascending; whether it is yanked.
    pub available: Vec<(Version, bool)>,
}

/// Why no set of versions serves.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The registry is broken.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A version that is not trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A kind of source that later versions bring.
    #[error("`{}`, which {requirer} asks for, comes from a registry that this version of scaffold can't read", printable(.spec))]
    Unsupported {
        /// The spec.
        spec: String,
        /// Who asks.
        requirer: Requirer,
    },
    /// The registry has no pack of that name.
    #[error("there is no pack `{name}` in the registry `{registry}`")]
    UnknownPack {
        /// The name.
        name: Name,
        /// The registry's address.
        registry: String,
        /// The registry's name; none for the default one.
        place: Option<Name>,
        /// Who asks.
        requirer: Box<Requirer>,
        /// Names in that registry that it may have been meant to be.
        near: Vec<Name>,
    },
    /// One requirement that no version fits.
    #[error("no version of `{name}` in the registry `{registry}` fits `{}`, which {} asks for", .demand.requirement, .demand.requirer)]
    NoVersion {
        /// The pack.
        name: Name,
        /// The registry's address.
        registry: String,
        /// The requirement.
        demand: Box<Demand>,
        /// Who else asks for what is not there.
        others: Vec<String>,
        /// What there is, ascending; whether it is yanked.
        available: Vec<(Version, bool)>,
    },
    /// Requirements that no versions fit.
    #[error("{}", misfit(.packs))]
    Conflict {
        /// The packs that it is about.
        packs: Vec<Disputed>,
        /// Who asks for what.
        sentences: Vec<String>,
    },
    /// A version was named of a pack that the project does not have.
    #[error("the project has no pack `{name}`, so no version of it can be chosen")]
    PreciseUnused {
        /// The pack.
        name: Name,
    },
    /// One name from two places.
    #[error("`{name}` is to come both from {first} and from {second}")]
    TwoSources {
        /// The pack.
        name: Name,
        /// One place.
        first: String,
        /// The other.
        second: String,
    },
    /// Two packs under one name of use.
    #[error("two packs are called `{instance}` in this project: {first} and {second}")]
    InstanceTwice {
        /// The name of use.
        instance: Name,
        /// The pack that has it.
        first: String,
        /// The one that wants it too.
        second: String,
    },
    /// The lockfile names a version that the registry does not have.
    #[error("{pack}, which the lockfile names, is not in the registry `{registry}`")]
    LockedGone {
        /// The locked pack.
        pack: PackId,
        /// The registry's address.
        registry: String,
    },
    /// The registry shows another digest than the lockfile.
    #[error("the registry `{registry}` changed {pack} after it was locked")]
    LockedChanged {
        /// The locked pack.
        pack: PackId,
        /// The registry's address.
        registry: String,
        /// By the lockfile and by the index.
        digests: Box<Mismatch>,
    },
    /// The lockfile names a registry that is not at hand.
    #[error("{pack} was locked from the registry `{}`, which is not among those of this machine", printable(.locked))]
    OtherRegistry {
        /// The locked pack.
        pack: PackId,
        /// The id of its registry.
        locked: String,
    },
    /// A path pack whose locked bytes are not here any more.
    #[error("the locked bytes of {pack} are gone: `{}` was rebuilt, and this machine keeps no copy", .path.display())]
    PinnedGone {
        /// The locked pack.
        pack: PackId,
        /// Its file.
        path: PathBuf,
    },
    /// A path pack's file can't be read.
    #[error("the pack `{}` can't be read: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A path pack that is a folder of sources.
    #[error("`{}` is a folder, and a pack is a built `.wasm` file", .path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A path pack's file is not a pack.
    #[error("`{}` is not a pack: {error}", .path.display())]
    Component {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: ComponentError,
    },
    /// The host could not ask a path pack for its manifest.
    #[error("{}", .report.message)]
    Describe {
        /// The file.
        path: PathBuf,
        /// The host's explanation.
        report: Box<Report>,
    },
    /// A name that `scaffold.toml` uses for something else.
    #[error("no use of a pack can be called `{instance}`: `[answers.{instance}]` holds what goes to all packs")]
    ReservedInstance {
        /// The name.
        instance: Name,
    },
    /// More packs than a project may have.
    #[error("this project has more than {limit} packs, with those that they depend on")]
    TooManyPacks {
        /// The most.
        limit: usize,
    },
    /// A search that would take too long.
    #[error("the versions of this project's packs could not be chosen in {steps} steps")]
    TooHard {
        /// The steps that were taken.
        steps: usize,
    },
}

impl Diagnose for ResolveError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Registry(error) => error.report(),
            Self::Trust(error) => error.report(),
            Self::Unsupported { .. } => report(
                "registry-unsupported",
                "name the registry with `scaffold registry add NAME URL`, or use the path of the pack's `.wasm`",
            ),
            Self::UnknownPack { requirer, near, .. } => unknown(self.to_string(), requirer, near),
            Self::NoVersion { name, available, others, .. } => {
                let report = Report::new("no-version", self.to_string()).details(others.iter().cloned());
                let report = report.detail(list(available));
                match newest(available) {
                    Some(version) => report.hint(format!("ask for one that is there: `{name}@={version}`")),
                    None => report.hint("every version was taken back by its publisher: choose another pack"),
                }
            }
            Self::Conflict { packs, sentences } => {
                report("version-conflict", "relax one of these requirements, or leave one of the packs out")
                    .details(sentences.iter().cloned())
                    .details(packs.iter().map(there_is))
            }
            Self::PreciseUnused { .. } => report("precise-unused", "see `scaffold.lock` for the packs that it has"),
            Self::TwoSources { .. } => {
                report("two-sources", "name the pack once: a name stands for one pack in a project")
            }
            Self::InstanceTwice { instance, .. } => {
                report("instance-twice", &format!("give one of them another name: `{instance}-2=SPEC`"))
            }
            Self::LockedGone { pack, .. } => report(
                "locked-version-gone",
                &format!("take the lock's entry of `{}` out to resolve it anew", pack.name),
            ),
            Self::LockedChanged { pack, digests, .. } => report(
                "locked-digest-changed",
                &format!("ask the publisher of `{}` why: a version never changes", pack.name),
            )
            .details(digests.lines()),
            Self::OtherRegistry { locked, .. } => report(
                "locked-registry-unknown",
                &format!("name it: `scaffold registry add NAME {}`", printable(locked)),
            ),
            Self::PinnedGone { pack, .. } => report(
                "locked-pack-gone",
                &format!("build `{}` {} again, or bring its `.wasm` back", pack.name, pack.version),
            ),
            Self::Unreadable { .. } => report("pack-unreadable", "check the path and that you may read the file"),
            Self::IsFolder { .. } => {
                report("pack-is-folder", "build it with `scaffold pack build`, and name the `.wasm` that this makes")
            }
            Self::Component { error, .. } => Report { message: self.to_string(), ..error.report() },
            Self::Describe { path, report } => report.as_ref().clone().detail(format!("in `{}`", path.display())),
            Self::ReservedInstance { .. } => {
                report("instance-reserved", "give this use of the pack another name: `NAME=SPEC`")
            }
            Self::TooManyPacks { .. } => report("too-many-packs", "divide it into several projects"),
            Self::TooHard { .. } => report("resolution-limit", "ask for exact versions of some packs: `NAME@=1.2.3`"),
        }
    }
}

fn unknown(message: String, requirer: &Requirer, near: &[Name]) -> Report {
    let mut report = Report::new("pack-unknown", message);
    if *requirer != Requirer::Project {
        report = report.detail(format!("{requirer} depends on it"));
    }
    let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => report.hint("check the name; a pack in a file or a folder is named by its path, such as `./NAME`"),
        near => report.hint(format!("did you mean {}?", near.join(" or "))),
    }
}

fn newest(available: &[(Version, bool)]) -> Option<&Version> {
    available
        .iter()
        .filter(|(_, yanked)| !yanked)
        .map(|(version, _)| version)
        .max_by_key(|version| (version.pre.is_empty(), *version))
}

fn misfit(packs: &[Disputed]) -> String {
    let names: Vec<String> = packs.iter().map(|pack| format!("`{}`", pack.name)).collect();
    match names.as_slice() {
        [] => "no versions of this project's packs fit each other".to_owned(),
        [name] => format!("no version of {name} fits all who ask for it"),
        [names @ .., last] => format!("no versions of {} and {last} fit all who ask for them", names.join(", ")),
    }
}

/// What there is of a pack that is in dispute.
fn there_is(Disputed { name, file, available }: &Disputed) -> String {
    match (file, available.as_slice()) {
        (Some(file), [(version, _)]) => format!("`{name}` is `{}`, which is {version}", file.display()),
        _ => format!("of `{name}` {}", list(available)),
    }
}

fn list(available: &[(Version, bool)]) -> String {
    let mut words: Vec<_> = available
        .iter()
        .rev()
        .take(MAX_LISTED)
        .map(|(version, yanked)| format!("{version}{}", if *yanked { " (yanked)" } else { "" }))
        .collect();
    if let Some(more) = available.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        words.push(format!("and {more} older"));
    }
    format!("there are: {}", words.join(", "))
}
