//! The registries that a run may read.
//!
//! The default one has no name; the others are named by the user's configuration or by the project. Each is opened when
//! the first of its packs is asked for, and a name belongs to one registry: nothing here looks elsewhere for what is not
//! found.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Access, IndexLine, RegistryError, ResolveError, Source, address};
use crate::model::{Name, near};

/// The default registry, and those that have a name.
pub struct Registries<'a> {
    default: Entry<'a>,
    named: BTreeMap<Name, Entry<'a>>,
}

/// A registry that is opened when it is needed.
struct Entry<'a> {
    /// None for the one in this program.
    address: Option<String>,
    access: Option<&'a Access<'a>>,
    opened: OnceLock<Opened<'a>>,
}

enum Opened<'a> {
    Own(Box<dyn Source + 'a>),
    Given(&'a dyn Source),
}

impl<'a> Registries<'a> {
    /// The default registry at `default`, the embedded one where that is none, and those that `named` gives addresses.
    pub fn new(default: Option<String>, named: BTreeMap<Name, String>, access: &'a Access<'a>) -> Self {
        let entry = |address| Entry { address, access: Some(access), opened: OnceLock::new() };
        let named = named.into_iter().map(|(name, address)| (name, entry(Some(address)))).collect();
        Self { default: entry(default), named }
    }

    /// One registry alone, as the default.
    pub fn only(source: &'a dyn Source) -> Self {
        let default = Entry { address: None, access: None, opened: OnceLock::from(Opened::Given(source)) };
        Self { default, named: BTreeMap::new() }
    }

    /// The registry of this name, or the default one.
    ///
    /// # Errors
    /// A name that no registry has, and what keeps one from being opened.
    pub fn get(&self, name: Option<&Name>) -> Result<&(dyn Source + 'a), RegistryError> {
        match name {
            None => self.default.open(),
            Some(name) => match self.named.get(name) {
                Some(entry) => entry.open(),
                None => {
                    let near = near(name.as_str(), self.named.keys().map(Name::as_str));
                    let near = near.into_iter().map(str::to_owned).collect();
                    Err(RegistryError::Unknown { name: name.clone(), near })
                }
            },
        }
    }

    /// The names; the default registry, which has none, comes first.
    pub fn names(&self) -> impl Iterator<Item = Option<&Name>> {
        std::iter::once(None).chain(self.named.keys().map(Some))
    }

    /// The default registry, and those of the others that were asked for something.
    pub fn in_use(&self) -> impl Iterator<Item = &(dyn Source + 'a)> {
        let others = self.named.values().filter_map(|entry| entry.opened.get()).map(Opened::source);
        self.default.open().ok().into_iter().chain(others)
    }

    /// The registry that has this id or address, among those that are open or whose address it is.
    pub(super) fn find(&self, place: &str) -> Option<Option<&Name>> {
        let is_it = |entry: &Entry<'_>| {
            let opened = entry.opened.get().map(Opened::source);
            entry.address.as_deref() == Some(place)
                || opened.is_some_and(|source| source.id() == place || source.url() == place)
        };
        if is_it(&self.default) {
            return Some(None);
        }
        self.named.iter().find(|(_, entry)| is_it(entry)).map(|(name, _)| Some(name))
    }

    /// Whether two names stand for one registry: two mirrors of it, say.
    pub(super) fn are_same(&self, one: Option<&Name>, other: Option<&Name>) -> Result<bool, RegistryError> {
        Ok(one == other || self.get(one)?.id() == self.get(other)?.id())
    }

    /// Judges a version of a registry by whom the user trusts, and gives the key that signed it.
    pub(super) fn judge(&self, name: Option<&Name>, line: &IndexLine) -> Result<Option<String>, ResolveError> {
        let source = self.get(name)?;
        let entry = name.and_then(|name| self.named.get(name)).unwrap_or(&self.default);
        match entry.access {
            Some(access) => Ok(access.trust.judge(source, line, access.listener)?),
            None => Ok(line.signer.clone()),
        }
    }

    /// Has every registry ask anew; see [`Source::refresh`].
    pub(super) fn refresh(&self) -> bool {
        let entries = std::iter::once(&self.default).chain(self.named.values());
        let opened = entries.filter_map(|entry| entry.opened.get());
        // Every one of them, not only the first that had copies.
        opened.fold(false, |any, opened| opened.source().refresh() | any)
    }
}

impl<'a> Entry<'a> {
    fn open(&self) -> Result<&(dyn Source + 'a), RegistryError> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened.source());
        }
        // Only one that was given needs no access, and that one is open from the start.
        let Some(access) = self.access else { return Ok(&super::embedded::EMBEDDED) };
        let source = address::open(self.address.as_deref(), access)?;
        Ok(self.opened.get_or_init(|| Opened::Own(source)).source())
    }
}

impl<'a> Opened<'a> {
    fn source(&self) -> &(dyn Source + 'a) {
        match self {
            Self::Own(source) => source.as_ref(),
            Self::Given(source) => *source,
        }
    }
}
