//! A registry on a web server.
//!
//! Any program that serves files will do; nothing is asked of it but the files of the [layout](super::index_path).
//! A reader asks for `config.json` once, for the index files of the packs in play, several at once, and for the
//! components that this machine lacks. What was read is kept (see `store::Mirror`), so most questions are answered
//! without the network or with "unchanged".
//!
//! The server is not trusted. Its files are held to their format and their bounds before they are kept, an index may
//! not lose what it once had, components are held to the digests of the index, and redirects lead neither to plain HTTP
//! nor into this machine. `reqwest` carries it all; its client, its runtime and its certificates are made when the first
//! request is, so that a run that needs no network pays for none.

mod client;
mod connection;
mod failure;
mod files;
mod pace;
mod redirect;

use std::borrow::Cow;

pub(super) use connection::{Connection, Said, header};
pub use failure::FetchFailure;
pub(super) use redirect::{is_followed, is_loopback};

use self::client::{Answer, Client};
pub use self::files::web_address;
use self::files::{Files, Wanted};
use super::at_once::at_once;
use super::catalog::MAX_CATALOG;
use super::index::MAX_INDEX;
use super::layout::{self, CATALOG, CONFIG, Config, MAX_CONFIG};
use super::{Access, BlobId, Catalog, CatalogEntry, IndexLine, RegistryError, Source, history, parse_index};
use crate::model::Name;

/// A registry on a web server.
pub struct Http<'a> {
    files: Files<'a>,
    config: Config,
}

impl<'a> Http<'a> {
    /// Opens the registry at `address`, a URL.
    ///
    /// # Errors
    /// An address that is none or may not be asked, and a `config.json` that can't be had or is not valid.
    pub fn open(address: &str, access: &'a Access<'a>) -> Result<Self, RegistryError> {
        let files = Files::at(address, access)?;
        let config =
            files.read(&Wanted::Config, CONFIG, MAX_CONFIG, &|json, _| Config::parse(files.address(), json))?;
        let config = config.ok_or_else(|| files.failed(&Wanted::Config, FetchFailure::Status(404)))?;
        Ok(Self { files, config })
    }

    /// The lines of which a component is on this machine.
    fn at_hand(&self, name: &Name, lines: Vec<IndexLine>) -> Result<Vec<IndexLine>, RegistryError> {
        let lines = self.files.access().at_hand(lines);
        if lines.is_empty() {
            return Err(self.files.failed(&Wanted::AnyVersion(name.clone()), FetchFailure::Offline));
        }
        Ok(lines)
    }
}

impl Source for Http<'_> {
    fn id(&self) -> &str {
        &self.config.id
    }

    fn url(&self) -> &str {
        self.files.address()
    }

    fn catalog(&self) -> Result<Catalog, RegistryError> {
        let parse = |json: &[u8], _: Option<&[u8]>| Catalog::parse(self.url(), json);
        let catalog = self.files.read(&Wanted::Catalog, CATALOG, MAX_CATALOG, &parse)?;
        catalog.ok_or_else(|| self.files.failed(&Wanted::Catalog, FetchFailure::Status(404)))
    }

    fn search(&self, words: &[String]) -> Result<Vec<CatalogEntry>, RegistryError> {
        // What is passed over here and is not sound is found so, and fetched again, when the whole is read.
        let search = |json: &[u8], _: Option<&[u8]>| Catalog::search_text(self.url(), json, words);
        let found = self.files.read(&Wanted::Catalog, CATALOG, MAX_CATALOG, &search)?;
        found.ok_or_else(|| self.files.failed(&Wanted::Catalog, FetchFailure::Status(404)))
    }

    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        let file = layout::index_path(name);
        let parse = |bytes: &[u8], before: Option<&[u8]>| {
            let lines = parse_index(self.url(), name, bytes)?;
            // A copy that can't be read any more has nothing to say.
            let before = before.and_then(|before| parse_index(self.url(), name, before).ok()).unwrap_or_default();
            history::check(self.url(), name, &before, &lines)?;
            Ok(lines)
        };
        let lines = self.files.read(&Wanted::Index(name.clone()), &file, MAX_INDEX, &parse)?;
        match lines {
            Some(lines) if self.files.access().offline && !lines.is_empty() => self.at_hand(name, lines),
            lines => Ok(lines.unwrap_or_default()),
        }
    }

    fn versions_of(&self, names: &[Name]) -> Vec<Result<Vec<IndexLine>, RegistryError>> {
        at_once(names, |name| self.versions(name))
    }

    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        let wanted = Wanted::Blob(blob.pack.clone());
        let access = self.files.access();
        let client = self.files.client(&wanted)?;
        let label = blob.pack.to_string();
        // One byte more than the index says is enough to see that the size is wrong.
        let limit = blob.limit().saturating_add(1);
        let file = layout::blob_path(&blob.digest);
        access.listener.fetching(&label, blob.size);
        let answer = client.get(&file, None, limit, &|bytes| access.listener.received(&label, bytes));
        access.listener.fetched(&label);
        match answer {
            Ok(Answer::Body { bytes, .. }) => Ok(Cow::Owned(bytes)),
            Ok(Answer::Absent) => Err(RegistryError::BlobMissing {
                registry: self.url().to_owned(),
                pack: blob.pack.clone(),
                digest: blob.digest,
            }),
            Ok(Answer::Unchanged) => Err(self.files.failed(&wanted, FetchFailure::Status(304))),
            Err(failure) => Err(self.files.failed(&wanted, failure)),
        }
    }

    fn forget(&self, name: &Name) {
        self.files.forget(&layout::index_path(name));
    }

    fn needs_signatures(&self) -> bool {
        !self.files.is_on_this_machine()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn refresh(&self) -> bool {
        self.files.refresh()
    }
}
