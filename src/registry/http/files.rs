//! The small files of a registry: asked for with the copy at hand, kept once they were found sound.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use reqwest::Url;

use super::redirect::is_loopback;
use super::{Answer, Client, FetchFailure};
use crate::model::{Diagnose as _, Name, PackId};
use crate::registry::{Access, RegistryError};
use crate::store::{Mirror, Mirrored, StoreError};

/// What was to be fetched, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `config.json`.
    Config,
    /// `catalog.json`.
    Catalog,
    /// A pack's index file.
    Index(Name),
    /// Any version of a pack that is on this machine.
    AnyVersion(Name),
    /// A component.
    Blob(PackId),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config => f.write_str("`config.json`"),
            Self::Catalog => f.write_str("`catalog.json`"),
            Self::Index(name) => write!(f, "the index of `{name}`"),
            Self::AnyVersion(name) => write!(f, "a version of `{name}`"),
            Self::Blob(pack) => write!(f, "the component of {pack}"),
        }
    }
}

/// Reads a file's bytes; given the copy that was kept before, too, where there is one.
pub(super) type Parse<'p, T> = dyn Fn(&[u8], Option<&[u8]>) -> Result<T, RegistryError> + 'p;

/// The files of one registry.
pub(super) struct Files<'a> {
    address: String,
    root: Url,
    access: &'a Access<'a>,
    mirror: Mirror,
    client: OnceLock<Client>,
    /// Whether copies are no longer believed without asking.
    doubtful: AtomicBool,
    /// Whether a copy was believed without asking.
    believed: AtomicBool,
    /// The files that the server was asked for in this run: it is not asked again.
    asked: Mutex<BTreeSet<String>>,
}

impl<'a> Files<'a> {
    pub(super) fn at(address: &str, access: &'a Access<'a>) -> Result<Self, RegistryError> {
        let root = root(address, access.plain_http)?;
        let address = root.to_string();
        let mirror = access.cache.mirror(&address);
        let (doubtful, believed) = (AtomicBool::new(false), AtomicBool::new(false));
        let (client, asked) = (OnceLock::new(), Mutex::default());
        Ok(Self { address, root, access, mirror, client, doubtful, believed, asked })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn is_on_this_machine(&self) -> bool {
        is_loopback(&self.root)
    }

    pub(super) fn access(&self) -> &'a Access<'a> {
        self.access
    }

    /// Stops believing copies; tells whether one was believed.
    pub(super) fn refresh(&self) -> bool {
        self.doubtful.store(true, Ordering::Relaxed);
        self.believed.swap(false, Ordering::Relaxed)
    }

    /// The error of a failed request.
    pub(super) fn failed(&self, wanted: &Wanted, failure: FetchFailure) -> RegistryError {
        RegistryError::Fetch { registry: self.address.clone(), wanted: wanted.to_string(), failure }
    }

    /// The client, made for the first request.
    pub(super) fn client(&self, wanted: &Wanted) -> Result<&Client, RegistryError> {
        if self.access.offline {
            return Err(self.failed(wanted, FetchFailure::Offline));
        }
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let credential = self.access.credentials.of(&self.address)?;
        let client = Client::new(self.root.clone(), self.access.timeout, self.access.retries, credential);
        let client = client.map_err(|failure| self.failed(wanted, failure))?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Reads a file; none where the registry has no such file. `parse` decides whether it is sound.
    pub(super) fn read<T>(
        &self,
        wanted: &Wanted,
        file: &str,
        limit: u64,
        parse: &Parse<'_, T>,
    ) -> Result<Option<T>, RegistryError> {
        let copy = self.note(self.mirror.get(file)).flatten();
        let sound = |copy: &Mirrored| parse(&copy.body, None).ok();
        if self.access.offline {
            let value = copy.as_ref().and_then(sound);
            return value.map(Some).ok_or_else(|| self.failed(wanted, FetchFailure::Offline));
        }
        let is_news = self.is_asked(file);
        if let Some(value) = copy.as_ref().filter(|copy| is_news || self.believes(copy)).and_then(sound) {
            self.believed.fetch_or(!is_news, Ordering::Relaxed);
            return Ok(Some(value));
        }
        let client = self.client(wanted)?;
        let validator = copy.as_ref().filter(|copy| sound(copy).is_some()).and_then(|copy| copy.validator.as_deref());
        let answer = client.get(file, validator, limit, &|_| {}).map_err(|failure| self.failed(wanted, failure))?;
        self.note_asked(file);
        match (answer, copy) {
            (Answer::Body { bytes, validator }, copy) => {
                let value = parse(&bytes, copy.as_ref().map(|copy| copy.body.as_slice()))?;
                self.note(self.mirror.put(file, validator.as_deref(), &bytes));
                Ok(Some(value))
            }
            (Answer::Unchanged, Some(copy)) => {
                self.note(self.mirror.touch(file));
                parse(&copy.body, None).map(Some)
            }
            (Answer::Unchanged, None) => Err(self.failed(wanted, FetchFailure::Status(304))),
            // Gone as a whole is the shortest history there is.
            (Answer::Absent, Some(copy)) => parse(b"", Some(&copy.body)).map(|_| None),
            (Answer::Absent, None) => Ok(None),
        }
    }

    /// Removes the copy of a file.
    pub(super) fn forget(&self, file: &str) {
        self.note(self.mirror.remove(file));
    }

    fn believes(&self, copy: &Mirrored) -> bool {
        copy.age < self.access.fresh && !self.doubtful.load(Ordering::Relaxed)
    }

    /// Whether the copy of a file, where there is one, is of this run.
    fn is_asked(&self, file: &str) -> bool {
        self.asked.lock().is_ok_and(|asked| asked.contains(file))
    }

    fn note_asked(&self, file: &str) {
        if let Ok(mut asked) = self.asked.lock() {
            asked.insert(file.to_owned());
        }
    }

    /// Copies save time; a run goes on without them.
    fn note<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        result.map_err(|error| self.access.listener.warning(&error.report())).ok()
    }
}

/// An address on the web as it is recorded: in one spelling, with a `/` at its end.
///
/// # Errors
/// An address that is no URL or may not be asked.
pub fn web_address(address: &str, plain_http: bool) -> Result<String, RegistryError> {
    root(address, plain_http).map(String::from)
}

/// The URL below which a registry's files are.
fn root(address: &str, plain_http: bool) -> Result<Url, RegistryError> {
    let wrong = |problem| RegistryError::Address { address: without_userinfo(address), problem };
    let mut root = Url::parse(address).map_err(|_| wrong("it is no URL"))?;
    if !root.username().is_empty() || root.password().is_some() {
        return Err(wrong("it holds a name or a password, which would end up in files that are shared"));
    }
    if root.query().is_some() || root.fragment().is_some() {
        return Err(wrong("it has a `?` or a `#`"));
    }
    if root.scheme() == "http" && !plain_http && !is_loopback(&root) {
        return Err(RegistryError::PlainHttp { address: address.to_owned() });
    }
    if !root.path().ends_with('/') {
        root.set_path(&format!("{}/", root.path()));
    }
    Ok(root)
}

/// An address as it may be shown.
fn without_userinfo(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_a_folder() {
        for (address, becomes) in [
            ("https://packs.acme.example", "https://packs.acme.example/"),
            ("https://acme.example/packs", "https://acme.example/packs/"),
            ("HTTPS://Acme.example:443/packs/", "https://acme.example/packs/"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
            ("http://localhost/x/../y", "http://localhost/y/"),
        ] {
            assert_eq!(root(address, false).unwrap().as_str(), becomes);
        }
        assert_eq!(root("http://acme.example/", true).unwrap().as_str(), "http://acme.example/");
    }

    #[test]
    fn other_addresses_are_refused() {
        for (address, code) in [
            ("https://", "registry-address"),
            ("https://a.example/?x", "registry-address"),
            ("https://a.example/#x", "registry-address"),
            ("https://me:s3cret@a.example/", "registry-address"),
            ("https://s3cret@a.example/", "registry-address"),
            ("http://a.example/", "registry-plain-http"),
            ("http://127.0.0.1.example/", "registry-plain-http"),
        ] {
            let report = root(address, false).unwrap_err().report();
            assert_eq!(report.code, code, "{address}");
            assert!(!report.message.contains("s3cret"), "{}", report.message);
        }
    }
}
