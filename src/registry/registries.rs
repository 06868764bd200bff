//! The registries that a run may read.
//!
//! The default one has no name; the others are named by the user's configuration or by the project. Each is opened when
//! the first of its packs is asked for, and a name belongs to one registry: nothing here looks elsewhere for what is not
//! found.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use super::{Access, IndexLine, OciAddress, RegistryError, ResolveError, Source, Undescribed, address};
use crate::model::{Digest, Manifest, Name, Report, near};

/// The default registry, and those that have a name.
pub struct Registries<'a> {
    default: Entry<'a>,
    named: BTreeMap<Name, Entry<'a>>,
    read_folder: Option<ReadFolder>,
    nameless: Nameless<'a>,
}

/// Registries that something named by their address. They join while others are in use, so the list only grows.
#[derive(Default)]
struct Nameless<'a>(OnceLock<Box<Joined<'a>>>);

struct Joined<'a> {
    /// What stands for it in this run: nobody typed it, and it is written nowhere.
    name: Name,
    entry: Entry<'a>,
    next: Nameless<'a>,
}

/// Makes a finished pack of a folder of sources; none where the folder holds none for which that takes no compiler. Making
/// packs is no business of this room, so the caller brings it.
pub type ReadFolder = fn(&Path) -> Option<Result<Vec<u8>, Report>>;

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
        Self { default: entry(default), named, nameless: Nameless::default(), read_folder: None }
    }

    /// The same, where the path of a folder stands for the pack that it makes.
    #[must_use]
    pub fn reading_folders(self, read_folder: ReadFolder) -> Self {
        Self { read_folder: Some(read_folder), ..self }
    }

    /// The pack that a folder makes, if it makes one.
    pub(super) fn pack_of_folder(&self, folder: &Path) -> Option<Result<Vec<u8>, Report>> {
        self.read_folder.and_then(|read_folder| read_folder(folder))
    }

    /// One registry alone, as the default.
    pub fn only(source: &'a dyn Source) -> Self {
        let default = Entry { address: None, access: None, opened: OnceLock::from(Opened::Given(source)) };
        Self { default, named: BTreeMap::new(), nameless: Nameless::default(), read_folder: None }
    }

    /// The registry of this name, or the default one.
    ///
    /// # Errors
    /// A name that no registry has, and what keeps one from being opened.
    pub fn get(&self, name: Option<&Name>) -> Result<&(dyn Source + 'a), RegistryError> {
        match name {
            None => self.default.open(),
            Some(name) => match self.entry(name) {
                Some(entry) => entry.open(),
                None => {
                    let near = near(name.as_str(), self.named.keys().map(Name::as_str));
                    let near = near.into_iter().map(str::to_owned).collect();
                    Err(RegistryError::Unknown { name: name.clone(), near })
                }
            },
        }
    }

    /// What stands for the registry of containers at an address: its name, where it has one; none for the default one.
    ///
    /// # Errors
    /// Registries that were given and not opened by an address, which others can't join.
    pub fn at(&self, wanted: &OciAddress) -> Result<Option<Name>, RegistryError> {
        let is_it = |entry: &Entry<'_>| {
            let address = entry.address.as_deref().filter(|address| address::is_oci(address));
            address.is_some_and(|address| address::is_same_oci(address, wanted))
        };
        if is_it(&self.default) {
            return Ok(None);
        }
        if let Some((name, _)) = self.named.iter().find(|(_, entry)| is_it(entry)) {
            return Ok(Some(name.clone()));
        }
        let wanted = wanted.to_string();
        let wrong = |problem| RegistryError::Address { address: wanted.clone(), problem };
        let access = self.default.access.ok_or_else(|| wrong("no address can be looked up here"))?;
        // Long enough that no other has it, and that nobody means it.
        let name = format!("oci-{}", &Digest::of(wanted.as_bytes()).hex()[..40]);
        let name: Name = name.parse().map_err(|_| wrong("it has no name"))?;
        let entry = || Entry { address: Some(wanted.clone()), access: Some(access), opened: OnceLock::new() };
        self.nameless.join(&name, &entry);
        Ok(Some(name))
    }

    /// Takes the manifest of a component that carries none and was asked for it.
    pub fn describe(&self, component: &Undescribed, manifest: Manifest) {
        let digest = Digest::of(&component.component);
        let sources = self.entries().filter_map(|entry| entry.opened.get()).map(Opened::source);
        for oci in sources.filter_map(Source::oci).filter(|oci| oci.url() == component.registry) {
            oci.describe(digest, manifest.clone());
        }
    }

    fn entry(&self, name: &Name) -> Option<&Entry<'a>> {
        let joined = || self.nameless.iter().find(|joined| joined.name == *name).map(|joined| &joined.entry);
        self.named.get(name).or_else(joined)
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<'a>> {
        let nameless = self.nameless.iter().map(|joined| &joined.entry);
        std::iter::once(&self.default).chain(self.named.values()).chain(nameless)
    }

    /// The names; the default registry, which has none, comes first.
    pub fn names(&self) -> impl Iterator<Item = Option<&Name>> {
        std::iter::once(None).chain(self.named.keys().map(Some))
    }

    /// The default registry, and those of the others that were asked for something.
    pub fn in_use(&self) -> impl Iterator<Item = &(dyn Source + 'a)> {
        let others = self.entries().skip(1).filter_map(|entry| entry.opened.get()).map(Opened::source);
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
        let nameless = self.nameless.iter().map(|joined| (&joined.name, &joined.entry));
        self.named.iter().chain(nameless).find(|(_, entry)| is_it(entry)).map(|(name, _)| Some(name))
    }

    /// Whether two names stand for one registry: two mirrors of it, say.
    pub(super) fn are_same(&self, one: Option<&Name>, other: Option<&Name>) -> Result<bool, RegistryError> {
        Ok(one == other || self.get(one)?.id() == self.get(other)?.id())
    }

    /// Judges a version of a registry by whom the user trusts, and gives the key that signed it.
    pub(super) fn judge(&self, name: Option<&Name>, line: &IndexLine) -> Result<Option<String>, ResolveError> {
        let source = self.get(name)?;
        let entry = name.and_then(|name| self.entry(name)).unwrap_or(&self.default);
        match entry.access {
            Some(access) => Ok(access.trust.judge(source, line, access.listener)?),
            None => Ok(line.signer.clone()),
        }
    }

    /// Has every registry ask anew; see [`Source::refresh`].
    pub(super) fn refresh(&self) -> bool {
        let opened = self.entries().filter_map(|entry| entry.opened.get());
        // Every one of them, not only the first that had copies.
        opened.fold(false, |any, opened| opened.source().refresh() | any)
    }
}

impl<'a> Nameless<'a> {
    fn iter(&self) -> impl Iterator<Item = &Joined<'a>> {
        std::iter::successors(self.0.get(), |joined| joined.next.0.get()).map(Box::as_ref)
    }

    /// Adds one that is not there yet.
    fn join(&self, name: &Name, entry: &dyn Fn() -> Entry<'a>) {
        let mut place = self;
        loop {
            let make = || Box::new(Joined { name: name.clone(), entry: entry(), next: Nameless::default() });
            // Who comes second finds the place taken, and goes on behind it.
            let joined = place.0.get_or_init(make);
            if joined.name == *name {
                return;
            }
            place = &joined.next;
        }
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
