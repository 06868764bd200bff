//! A registry of containers: CNCF Distribution, Harbor, zot, GHCR and the like.
//!
//! A pack is a repository, a version is a tag, and a version's [artifact](artifact) has the component as its one layer,
//! so that tools for WebAssembly in such registries (`wkg`, `oras`) read what is published here, and the other way
//! round. There is no index and no catalogue: the versions of a pack are its tags, each of which is read once. What was
//! read is kept as an index file would be, and a tag that was seen is not asked about again, so that a tag that is moved
//! moves nothing on this machine.
//!
//! As with a registry on a web server, nothing of what comes is trusted: artifacts are held to their digests and bounds,
//! tokens are fetched over TLS, redirects are those that are followed there. Requests go through the same connection.
//! `docs/dependencies.md` says why that is not a client of somebody else's.

mod api;
mod artifact;
mod auth;
mod copies;
mod docker;
mod error;
mod pins;
mod publish;
mod reference;
mod versions;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use self::api::{Api, Repository};
use self::auth::Proof;
pub use self::error::{OciError, Undescribed};
pub(super) use self::publish::publish;
pub use self::reference::{OciAddress, OciReference, OciVersion, SCHEME, exactly};
use super::at_once::at_once;
use super::http::is_loopback;
use super::{Access, BlobId, Catalog, FetchFailure, IndexLine, RegistryError, Source};
use crate::model::{Diagnose as _, Digest, Manifest, Name};
use crate::store::{Mirror, StoreError};

/// A registry of containers.
pub struct Oci<'a> {
    address: OciAddress,
    url: String,
    access: &'a Access<'a>,
    mirror: Mirror,
    api: OnceLock<Api>,
    seen: Mutex<Seen>,
    /// Whether copies are no longer believed without asking.
    doubtful: AtomicBool,
    /// Whether a copy was believed without asking.
    believed: AtomicBool,
}

/// What this run knows of the registry.
#[derive(Default)]
struct Seen {
    /// Packs of which single artifacts were asked for, and those.
    pinned: BTreeMap<Name, Vec<IndexLine>>,
    /// What components said that carry no manifest, by their digest.
    described: BTreeMap<Digest, Manifest>,
}

impl<'a> Oci<'a> {
    /// The registry at `address`, which is not asked for anything yet.
    ///
    /// # Errors
    /// An address that is none.
    pub fn open(address: &str, access: &'a Access<'a>) -> Result<Self, RegistryError> {
        let wrong = |problem| RegistryError::Address { address: address.to_owned(), problem };
        let address: OciAddress = address.strip_prefix(SCHEME).unwrap_or(address).parse().map_err(wrong)?;
        let url = address.to_string();
        let mirror = access.cache.mirror(&url);
        let (doubtful, believed) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { address, url, access, mirror, api: OnceLock::new(), seen: Mutex::default(), doubtful, believed })
    }

    /// Asks whether there is such a registry.
    ///
    /// # Errors
    /// What keeps it from answering.
    pub fn check(&self) -> Result<(), RegistryError> {
        let greeted = self.api().and_then(|api| Ok(api.check()?));
        greeted.map_err(|trouble| self.failed("its greeting", trouble))
    }

    /// The artifact that a version was read from.
    pub(super) fn reference(&self, line: &IndexLine) -> Option<OciReference> {
        let version = OciVersion::Digest(line.artifact?);
        Some(OciReference { registry: self.address.clone(), name: line.name.clone(), version })
    }

    /// Takes the manifest of a component that carries none.
    pub(super) fn describe(&self, component: Digest, manifest: Manifest) {
        // Later runs find the version in the copy of the list.
        self.note(self.access.cache.blobs().vouch(&component, &manifest.digest()));
        self.seen().described.insert(component, manifest);
    }

    /// Whether a component that carries no manifest said that this is its own, in this run or an earlier one.
    pub(super) fn is_described(&self, component: &Digest, manifest: &Manifest) -> bool {
        let is_vouched = || self.access.cache.blobs().is_vouched(component, &manifest.digest());
        self.seen().described.get(component) == Some(manifest) || is_vouched()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // What a panic on another thread left behind is whole: every change is one insertion.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The API, made for the first request.
    fn api(&self) -> Result<&Api, Trouble> {
        if self.access.offline {
            return Err(FetchFailure::Offline.into());
        }
        if let Some(api) = self.api.get() {
            return Ok(api);
        }
        let root =
            self.address.api().map_err(|problem| RegistryError::Address { address: self.url.clone(), problem })?;
        let api = Api::at(root, self.access.timeout, self.access.retries)?;
        Ok(self.api.get_or_init(|| api))
    }

    /// Reads from the repository of a pack; `wanted` is what messages call it that is read.
    fn ask<T>(
        &self,
        name: &Name,
        wanted: &str,
        question: impl FnOnce(&Repository<'_>) -> Result<T, FetchFailure>,
    ) -> Result<T, RegistryError> {
        self.with_repository(name, false, question).map_err(|trouble| self.failed(wanted, trouble))
    }

    fn with_repository<T>(
        &self,
        name: &Name,
        push: bool,
        question: impl FnOnce(&Repository<'_>) -> Result<T, FetchFailure>,
    ) -> Result<T, Trouble> {
        let api = self.api()?;
        // Credentials that can't be read are an error of their own, which the API knows nothing of.
        let unreadable = OnceLock::new();
        let prove = || {
            self.proof().map_err(|error| {
                let _ = unreadable.set(error);
                FetchFailure::Denied(401)
            })
        };
        let answer = question(&api.repository(self.address.repository(name), push, &prove));
        answer.map_err(|failure| unreadable.into_inner().map_or(Trouble::Failure(failure), Trouble::Registry))
    }

    /// Who the user is to this registry: by our own file or the environment, or else by Docker's.
    fn proof(&self) -> Result<Option<Proof>, RegistryError> {
        for address in self.address.and_above() {
            if let Some(credential) = self.access.credentials.of(&address)? {
                return Ok(Some(Proof::Credential(credential)));
            }
        }
        Ok(docker::proof(self.address.host())?)
    }

    fn failed(&self, wanted: &str, trouble: impl Into<Trouble>) -> RegistryError {
        match trouble.into() {
            Trouble::Registry(error) => error,
            Trouble::Failure(failure) => {
                RegistryError::Fetch { registry: self.url.clone(), wanted: wanted.to_owned(), failure }
            }
        }
    }

    /// Copies save time; a run goes on without them.
    fn note<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        result.map_err(|error| self.access.listener.warning(&error.report())).ok()
    }
}

/// What came in the way of a request.
enum Trouble {
    Registry(RegistryError),
    Failure(FetchFailure),
}

impl From<RegistryError> for Trouble {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl From<FetchFailure> for Trouble {
    fn from(failure: FetchFailure) -> Self {
        Self::Failure(failure)
    }
}

impl Source for Oci<'_> {
    fn id(&self) -> &str {
        &self.url
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn catalog(&self) -> Result<Catalog, RegistryError> {
        Err(OciError::NoCatalog { registry: self.url.clone() }.into())
    }

    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        let pinned = self.seen().pinned.get(name).cloned();
        pinned.map_or_else(|| self.listed(name), Ok)
    }

    fn versions_of(&self, names: &[Name]) -> Vec<Result<Vec<IndexLine>, RegistryError>> {
        at_once(names, |name| self.versions(name))
    }

    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        let label = blob.pack.to_string();
        let listener = self.access.listener;
        // One byte more than there may be is enough to see that the size is wrong.
        let limit = blob.limit().saturating_add(1);
        listener.fetching(&label, blob.size);
        let bytes = self.ask(&blob.pack.name, &format!("the component of {label}"), |repository| {
            repository.blob(&blob.digest, limit, &|bytes| listener.received(&label, bytes))
        });
        listener.fetched(&label);
        bytes?.map(Cow::Owned).ok_or_else(|| RegistryError::BlobMissing {
            registry: self.url.clone(),
            pack: blob.pack.clone(),
            digest: blob.digest,
        })
    }

    fn forget(&self, name: &Name) {
        self.remove_copies(name);
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn needs_signatures(&self) -> bool {
        !self.address.api().is_ok_and(|root| is_loopback(&root))
    }

    fn refresh(&self) -> bool {
        self.doubtful.store(true, Ordering::Relaxed);
        self.believed.swap(false, Ordering::Relaxed)
    }

    fn oci(&self) -> Option<&Oci<'_>> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Registries, fixture};
    use super::*;

    #[test]
    fn packs_from_elsewhere_need_a_signature() {
        let cache = tempfile::tempdir().unwrap();
        let access = fixture::access(cache.path());
        for (address, needed) in [
            ("oci://ghcr.io/acme", true),
            ("oci://localhost.example/acme", true),
            ("oci://localhost:5000/acme", false),
            ("oci://127.0.0.1:5000", false),
        ] {
            assert_eq!(Oci::open(address, &access).unwrap().needs_signatures(), needed, "{address}");
        }
    }

    #[test]
    fn an_address_stands_for_one_registry() {
        let cache = tempfile::tempdir().unwrap();
        let access = fixture::access(cache.path());
        let name: Name = "acme".parse().unwrap();
        let named = BTreeMap::from([(name.clone(), "oci://GHCR.io/acme/".to_owned())]);
        let registries = Registries::new(Some("oci://ghcr.io/default".to_owned()), named, &access);
        let at = |address: &str| registries.at(&address.parse().unwrap()).unwrap();
        assert_eq!(at("ghcr.io/acme"), Some(name));
        assert_eq!(at("ghcr.io/default"), None);
        let (one, other) = (at("ghcr.io/one"), at("ghcr.io/other"));
        assert!(one.is_some() && one != other && one == at("ghcr.io/one"));
        let url = |name: &Option<Name>| registries.get(name.as_ref()).unwrap().url().to_owned();
        assert_eq!((url(&one).as_str(), url(&other).as_str()), ("oci://ghcr.io/one", "oci://ghcr.io/other"));
        assert_eq!(registries.names().count(), 2, "what nobody named has no name");
    }
}
