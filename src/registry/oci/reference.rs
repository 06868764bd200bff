//! How a registry of containers and the artifacts in it are named.
//!
//! A registry is a host and the first parts of a repository's name; the last part is the pack's name. So what a pack
//! depends on has a place too: the repository beside it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use semver::{Comparator, Op, Version, VersionReq};

use crate::model::{Digest, Name};
use crate::registry::http::is_loopback;

/// How an address of such a registry begins.
pub const SCHEME: &str = "oci://";

/// What Docker calls its registry, and the host that answers for it.
const DOCKER: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// A registry: `ghcr.io/acme`, `localhost:5000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciAddress {
    host: String,
    prefix: String,
}

/// A pack in a container registry: `ghcr.io/acme/metrics:1.2.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciReference {
    /// The registry.
    pub registry: OciAddress,
    /// The pack, whose name is the last part of the repository's.
    pub name: Name,
    /// Which of its versions.
    pub version: OciVersion,
}

/// Which artifact of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OciVersion {
    /// The newest.
    Newest,
    /// The newest that fits.
    Matching(VersionReq),
    /// The one with this tag.
    Tag(String),
    /// The one with this digest.
    Digest(Digest),
}

impl OciAddress {
    /// The host, with its port where one is given.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository of a pack.
    pub fn repository(&self, name: &Name) -> String {
        if self.prefix.is_empty() { name.to_string() } else { format!("{}/{name}", self.prefix) }
    }

    /// The root of the registry's API. On this machine registries have no certificates, elsewhere they need them.
    pub(super) fn api(&self) -> Result<Url, &'static str> {
        let (docker, host) = DOCKER;
        let host = if self.host == docker { host } else { &self.host };
        let url = |scheme: &str| Url::parse(&format!("{scheme}://{host}/v2/")).map_err(|_| "its host is not one");
        let plain = url("http")?;
        if is_loopback(&plain) { Ok(plain) } else { url("https") }
    }

    /// The addresses under which a credential for this registry may stand, the nearest first: its own, those of the
    /// parts of its prefix, and the host's.
    pub(super) fn and_above(&self) -> impl Iterator<Item = String> {
        std::iter::successors(Some(self.to_string()), |address| {
            let (above, _) = address.strip_prefix(SCHEME)?.rsplit_once('/')?;
            Some(format!("{SCHEME}{above}"))
        })
    }
}

impl FromStr for OciAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (host, prefix) = text.split_once('/').unwrap_or((text, ""));
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        if host.is_empty() || !host.bytes().all(is_plain) {
            return Err("its host is not one");
        }
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_plain) && !part.starts_with('.');
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err("its repository is not lower-case words between slashes");
        }
        let address = Self { host: host.to_ascii_lowercase(), prefix: prefix.to_owned() };
        address.api()?;
        Ok(address)
    }
}

impl fmt::Display for OciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.host)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl OciReference {
    /// The reference that an entry of `scaffold.toml` makes: its `oci`, and its `version` where it has one.
    ///
    /// # Errors
    /// An address that is none, or that says which version itself.
    pub fn of_entry(oci: &str, version: Option<&VersionReq>) -> Result<Self, &'static str> {
        let reference: Self = oci.parse()?;
        match (&reference.version, version) {
            (_, None) => Ok(reference),
            (OciVersion::Newest, Some(requirement)) => {
                Ok(Self { version: OciVersion::Matching(requirement.clone()), ..reference })
            }
            _ => Err("it says which version, and so does the `version` beside it"),
        }
    }

    /// The `oci` of its entry in `scaffold.toml`: what [`OciReference::requirement`] gives stands beside it.
    pub fn entry(&self) -> String {
        if self.requirement().is_some() { self.repository() } else { self.place() }
    }

    /// How a lockfile has it: without `oci://`.
    pub fn place(&self) -> String {
        let repository = self.repository();
        match &self.version {
            OciVersion::Newest => repository,
            OciVersion::Matching(requirement) => format!("{repository}@{requirement}"),
            OciVersion::Tag(tag) => format!("{repository}:{tag}"),
            OciVersion::Digest(digest) => format!("{repository}@{digest}"),
        }
    }

    fn repository(&self) -> String {
        format!("{}/{}", self.registry.host, self.registry.repository(&self.name))
    }

    /// The requirement that its version makes; none where that is a tag that is no version, or a digest.
    pub fn requirement(&self) -> Option<VersionReq> {
        match &self.version {
            OciVersion::Newest => Some(VersionReq::STAR),
            OciVersion::Matching(requirement) => Some(requirement.clone()),
            OciVersion::Tag(tag) => version_of(tag).map(|version| exactly(&version)),
            OciVersion::Digest(_) => None,
        }
    }
}

impl FromStr for OciReference {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (_, path) = text.split_once('/').ok_or("it has a host and no repository")?;
        let (repository, version) = if let Some((repository, version)) = path.split_once('@') {
            (repository, parse_version(version)?)
        } else if let Some((repository, tag)) = path.split_once(':') {
            (repository, OciVersion::Tag(tag.to_owned()))
        } else {
            (path, OciVersion::Newest)
        };
        if matches!(&version, OciVersion::Tag(tag) if !is_tag(tag)) {
            return Err("its tag is not one");
        }
        let place = &text[..text.len() - path.len() + repository.len()];
        let (registry, name) = place.rsplit_once('/').ok_or("it has a host and no repository")?;
        // The parts before the last decide first: they say where, and the last one only what.
        let registry: OciAddress = registry.parse()?;
        let name = name.parse().map_err(|_| "the last part of its repository is not a pack's name")?;
        Ok(Self { registry, name, version })
    }
}

fn parse_version(text: &str) -> Result<OciVersion, &'static str> {
    if text.starts_with("sha256:") {
        let digest = text.parse().map_err(|_| "what follows `@` is no `sha256:` digest")?;
        return Ok(OciVersion::Digest(digest));
    }
    let requirement = text.parse().map_err(|_| "what follows `@` is neither a digest nor a version requirement")?;
    Ok(OciVersion::Matching(requirement))
}

fn is_tag(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (1..=128).contains(&text.len()) && !text.starts_with(['.', '-']) && text.bytes().all(plain)
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.place())
    }
}

/// The version that a tag is, if it is one: tags hold no `+`.
pub(super) fn version_of(tag: &str) -> Option<Version> {
    tag.parse::<Version>().ok().filter(|version| version.build.is_empty())
}

/// `=1.2.3`.
pub fn exactly(version: &Version) -> VersionReq {
    let comparator = Comparator {
        op: Op::Exact,
        major: version.major,
        minor: Some(version.minor),
        patch: Some(version.patch),
        pre: version.pre.clone(),
    };
    VersionReq { comparators: vec![comparator] }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_repositorys_last_part_is_the_pack() {
        for (text, registry, name) in [
            ("ghcr.io/acme/packs/metrics", "oci://ghcr.io/acme/packs", "metrics"),
            ("LOCALHOST:5000/metrics:1.2.0", "oci://localhost:5000", "metrics"),
        ] {
            let reference: OciReference = text.parse().unwrap();
            assert_eq!((reference.registry.to_string().as_str(), reference.name.as_str()), (registry, name));
            assert_eq!(registry.strip_prefix(SCHEME).unwrap().parse(), Ok(reference.registry));
        }
        assert!("ghcr.io/acme/my_pack".parse::<OciReference>().unwrap_err().contains("pack's name"));
    }

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        let api = |address: &str| address.parse::<OciAddress>().unwrap().api().unwrap().to_string();
        assert_eq!(api("ghcr.io/acme"), "https://ghcr.io/v2/");
        assert_eq!(api("docker.io/acme"), "https://registry-1.docker.io/v2/");
        assert_eq!(api("127.0.0.1:5000"), "http://127.0.0.1:5000/v2/");
        assert_eq!(api("[::1]:5000/x"), "http://[::1]:5000/v2/");
        assert_eq!(api("localhost.example"), "https://localhost.example/v2/");
        assert!("a:b:c".parse::<OciAddress>().is_err());
    }

    #[test]
    fn credentials_are_looked_for_upward() {
        let address: OciAddress = "ghcr.io/acme/packs".parse().unwrap();
        let all: Vec<_> = address.and_above().collect();
        assert_eq!(all, ["oci://ghcr.io/acme/packs", "oci://ghcr.io/acme", "oci://ghcr.io"]);
    }

    #[test]
    fn entries_of_a_project_are_read_back() {
        for (typed, oci, version) in [
            ("ghcr.io/acme/x@^2", "ghcr.io/acme/x", Some("^2")),
            ("ghcr.io/acme/x:1.2.0", "ghcr.io/acme/x", Some("=1.2.0")),
            ("ghcr.io/acme/x:latest", "ghcr.io/acme/x:latest", None),
        ] {
            let reference: OciReference = typed.parse().unwrap();
            let requirement = reference.requirement();
            assert_eq!(reference.entry(), oci);
            assert_eq!(requirement, version.map(|version| version.parse().unwrap()));
            let read = OciReference::of_entry(oci, requirement.as_ref()).unwrap();
            assert_eq!(read.requirement(), reference.requirement());
        }
        assert!(OciReference::of_entry("ghcr.io/acme/x:1.2.0", Some(&VersionReq::STAR)).is_err());
    }

    #[test]
    fn a_version_is_a_requirement_or_an_artifact() {
        let requirement = |text: &str| format!("ghcr.io/acme/x{text}").parse::<OciReference>().unwrap().requirement();
        assert_eq!(requirement(""), Some(VersionReq::STAR));
        assert_eq!(requirement("@^2"), Some("^2".parse().unwrap()));
        assert_eq!(requirement(":1.2.0-rc.1"), Some("=1.2.0-rc.1".parse().unwrap()));
        assert_eq!(requirement(":latest"), None);
        assert_eq!(requirement(&format!("@{}", Digest::of(b"x"))), None);
    }
}
