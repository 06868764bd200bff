//! Writing a registry in a folder.
//!
//! One publisher at a time holds the folder's lock file. Every file is written beside its place and renamed into it, in
//! the order blob, index, catalogue: a reader, and a web server over the folder, never sees an index line without its
//! blob, and a publisher that is killed leaves at worst a blob that nothing names or a catalogue that is behind, which
//! publishing again puts right. The bytes depend on what was published and on nothing else, but for signatures.

mod error;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::Path;

pub use error::PublishError;

use super::index::{insert_line, set_yanked};
use super::layout::{self, CATALOG, CONFIG, Config};
use super::{
    Catalog, CatalogEntry, Folder, IndexLine, Key, Mismatch, Oci, RegistryError, Source as _, address, oci, parse_index,
};
use crate::component::{self, Inspection, Interface};
use crate::model::{Digest, Manifest, PackId};
use crate::store;

/// The file that a publisher locks. It stays: removing a lock file lets two publishers hold two of them.
const LOCK: &str = ".lock";

/// Names that Windows reads as devices whatever folder they stand in; an index file can't have them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Makes an empty registry with this id in `folder`.
///
/// # Errors
/// A folder that holds one, an id that is no URI, or files that can't be written.
pub fn init(folder: &Path, id: &str) -> Result<Folder, RegistryError> {
    let registry = address::file_url(folder);
    let config = Config::new(id);
    config.check().map_err(|problem| RegistryError::Config { registry: registry.clone(), problem })?;
    fs::create_dir_all(folder).map_err(|error| unwritten(&registry, CONFIG, error))?;
    let _lock = lock(folder, &registry)?;
    if folder.join(CONFIG).exists() {
        return Err(RegistryError::Exists { registry });
    }
    // The configuration comes last: it is what makes a folder a registry.
    put(folder, &registry, CATALOG, json(&registry, CATALOG, Catalog::default().write())?.as_bytes())?;
    put(folder, &registry, CONFIG, config.write().as_bytes())?;
    Folder::open(folder)
}

/// Publishes a finished pack to the registry in `folder`, and gives its index line.
///
/// `published` is the time to record, RFC 3339 in UTC to the second; `granted` says which imports hosts serve. A
/// version that is already there with the same bytes is left as it is: publishing again is no error.
///
/// # Errors
/// Everything that [`PublishError`] lists.
pub fn publish(
    folder: &Path,
    wasm: &[u8],
    published: &str,
    granted: &dyn Fn(&Interface) -> bool,
) -> Result<IndexLine, PublishError> {
    publish_signed(folder, wasm, published, granted, None)
}

/// Publishes a finished pack as [`publish`] does, and signs its statement with `key`.
///
/// # Errors
/// Everything that [`PublishError`] lists.
pub fn publish_signed(
    folder: &Path,
    wasm: &[u8],
    published: &str,
    granted: &dyn Fn(&Interface) -> bool,
    key: Option<&Key>,
) -> Result<IndexLine, PublishError> {
    let line = signed_line(wasm, published, granted, key)?;
    let registry = Folder::open(folder)?;
    // Everything that depends on what is there is asked under the lock.
    let _lock = lock(folder, registry.url())?;
    let before = registry.index_file(&line.name)?.unwrap_or_default();
    let lines = parse_index(registry.url(), &line.name, &before)?;
    if let Some(same) = lines.iter().find(|other| other.version == line.version) {
        let same = same.clone();
        if same.digest != line.digest {
            return Err(PublishError::VersionExists {
                pack: line.id(),
                registry: registry.url().to_owned(),
                digests: Box::new(Mismatch { expected: same.digest, found: line.digest }),
            });
        }
        write_catalog(&registry, &lines)?;
        return Ok(same);
    }
    check_release(&registry, &line, &lines)?;
    let index = layout::index_path(&line.name);
    let after = json(registry.url(), &index, insert_line(&String::from_utf8_lossy(&before), &line))?;
    // What no reader would take, because a bound is passed, is not written.
    let lines = parse_index(registry.url(), &line.name, after.as_bytes())?;
    put(folder, registry.url(), &layout::blob_path(&line.digest), wasm)?;
    put(folder, registry.url(), &index, after.as_bytes())?;
    write_catalog(&registry, &lines)?;
    Ok(line)
}

/// Publishes a finished pack as [`publish_signed`] does, to a registry of containers.
///
/// # Errors
/// Everything that [`PublishError`] lists.
pub fn push_signed(
    registry: &Oci<'_>,
    wasm: &[u8],
    published: &str,
    granted: &dyn Fn(&Interface) -> bool,
    key: Option<&Key>,
) -> Result<IndexLine, PublishError> {
    oci::publish(registry, wasm, signed_line(wasm, published, granted, key)?)
}

/// The index line of a pack that could be published somewhere.
fn signed_line(
    wasm: &[u8],
    published: &str,
    granted: &dyn Fn(&Interface) -> bool,
    key: Option<&Key>,
) -> Result<IndexLine, PublishError> {
    if !is_utc_time(published) {
        return Err(PublishError::Time { time: published.to_owned() });
    }
    let mut inspection = component::inspect(wasm)?;
    let manifest = inspection.manifest.take().ok_or(PublishError::NoManifest)?;
    check_component(&manifest, &inspection, granted)?;
    let mut line = line_of(manifest, &inspection, wasm, published);
    if let Some(key) = key {
        key.sign(&mut line)?;
    }
    Ok(line)
}

/// The manifest that a finished pack carries.
///
/// # Errors
/// Bytes that are no pack, and one without a manifest.
pub fn manifest_of(wasm: &[u8]) -> Result<Manifest, PublishError> {
    component::inspect(wasm)?.manifest.ok_or(PublishError::NoManifest)
}

/// Takes a published version back, or lets it serve again. Nothing else of the registry changes, and nothing at all when
/// the version is so already.
///
/// # Errors
/// A version that the registry does not have, and a registry that can't be read or written.
pub fn yank(folder: &Path, pack: &PackId, yanked: bool) -> Result<(), PublishError> {
    let registry = Folder::open(folder)?;
    let _lock = lock(folder, registry.url())?;
    let before = registry.index_file(&pack.name)?.unwrap_or_default();
    let lines = parse_index(registry.url(), &pack.name, &before)?;
    if !lines.iter().any(|line| line.version == pack.version) {
        let registry = registry.url().to_owned();
        return Err(PublishError::VersionUnknown { pack: pack.clone(), registry });
    }
    let index = layout::index_path(&pack.name);
    let after = json(registry.url(), &index, set_yanked(&String::from_utf8_lossy(&before), pack, yanked))?;
    let lines = parse_index(registry.url(), &pack.name, after.as_bytes())?;
    if after.as_bytes() != before {
        put(folder, registry.url(), &index, after.as_bytes())?;
    }
    Ok(write_catalog(&registry, &lines)?)
}

fn line_of(manifest: Manifest, inspection: &Inspection, wasm: &[u8], published: &str) -> IndexLine {
    IndexLine {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: Digest::of(wasm),
        size: wasm.len() as u64,
        contract: inspection.contract.clone(),
        imports: inspection.imports.iter().map(ToString::to_string).collect(),
        manifest,
        published: published.to_owned(),
        yanked: false,
        signer: None,
        signature: None,
        artifact: None,
    }
}

/// What can be said of a pack wherever it is published.
fn check_component(
    manifest: &Manifest,
    inspection: &Inspection,
    granted: &dyn Fn(&Interface) -> bool,
) -> Result<(), PublishError> {
    let pack = manifest.id();
    if !pack.version.build.is_empty() {
        return Err(PublishError::BuildMetadata { pack });
    }
    let name = pack.name.as_str();
    let numbered = ["com", "lpt"]
        .iter()
        .filter_map(|port| name.strip_prefix(port))
        .any(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    if numbered || DEVICES.contains(&name) {
        return Err(PublishError::ReservedName { name: name.to_owned() });
    }
    let imports: Vec<_> = inspection.imports.iter().filter(|import| !granted(import)).cloned().collect();
    if imports.is_empty() { Ok(()) } else { Err(PublishError::ImportNotGranted { pack, imports }) }
}

/// What this registry and the versions in it say of a new one.
fn check_release(registry: &Folder, line: &IndexLine, lines: &[IndexLine]) -> Result<(), PublishError> {
    if let Some(limit) = registry.config().max_blob.filter(|limit| line.size > *limit) {
        let registry = registry.url().to_owned();
        return Err(PublishError::TooLarge { pack: line.id(), registry, size: line.size, limit });
    }
    check_successor(line, lines)
}

/// A version is built for no older contract than the versions before it.
pub(super) fn check_successor(line: &IndexLine, lines: &[IndexLine]) -> Result<(), PublishError> {
    let predecessors = lines.iter().filter(|other| other.version < line.version);
    match predecessors.max_by_key(|other| &other.contract).filter(|other| other.contract > line.contract) {
        None => Ok(()),
        Some(other) => {
            Err(PublishError::ContractDowngrade { line: Box::new(line.clone()), predecessor: Box::new(other.clone()) })
        }
    }
}

/// Brings the catalogue up to a pack's lines.
fn write_catalog(registry: &Folder, lines: &[IndexLine]) -> Result<(), RegistryError> {
    let Some(name) = lines.first().map(|line| &line.name) else { return Ok(()) };
    let mut catalog = registry.catalog()?;
    let before = catalog.clone();
    catalog.set(name, CatalogEntry::of(lines));
    if catalog == before {
        return Ok(());
    }
    let text = json(registry.url(), CATALOG, catalog.write())?;
    put(registry.root(), registry.url(), CATALOG, text.as_bytes())
}

/// `2026-01-31T12:00:00Z`, with each part in its range.
fn is_utc_time(text: &str) -> bool {
    let form = "0000-00-00T00:00:00Z";
    let formed = text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form });
    let part = |from: usize| text.get(from..from + 2).and_then(|digits| digits.parse::<u8>().ok());
    let within = |from, low, high| part(from).is_some_and(|value| (low..=high).contains(&value));
    formed && within(5, 1, 12) && within(8, 1, 31) && within(11, 0, 23) && within(14, 0, 59) && within(17, 0, 60)
}

fn unwritten(registry: &str, file: &str, error: io::Error) -> RegistryError {
    RegistryError::Io { registry: registry.to_owned(), file: file.to_owned(), action: "written", error }
}

fn json(registry: &str, file: &str, text: Result<String, serde_json::Error>) -> Result<String, RegistryError> {
    text.map_err(|error| unwritten(registry, file, error.into()))
}

/// Waits for the folder's other publishers. The lock ends with the file.
fn lock(folder: &Path, registry: &str) -> Result<File, RegistryError> {
    let lock = || {
        check_inside(folder, LOCK)?;
        if folder.join(LOCK).exists() && !folder.join(LOCK).is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let file = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(|error| unwritten(registry, LOCK, error))
}

/// Writes one file whole or not at all. The folder may be a repository that others write to, too: links in it are not
/// followed out of it.
fn put(folder: &Path, registry: &str, file: &str, bytes: &[u8]) -> Result<(), RegistryError> {
    let write = || {
        check_inside(folder, file)?;
        store::publish(&folder.join(file), bytes)
    };
    write().map_err(|error| unwritten(registry, file, error))
}

fn check_inside(folder: &Path, file: &str) -> io::Result<()> {
    let mut path = folder.to_owned();
    for name in Path::new(file).components() {
        path.push(name);
        if path.is_symlink() {
            return Err(io::Error::other("it is, or leads through, a symbolic link"));
        }
    }
    Ok(())
}
