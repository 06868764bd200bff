//! A registry's files as they were last read.
//!
//! They serve without the network, save asking twice within a short time, let a server answer "unchanged", and show
//! whether an index lost something that it had. A file is one line of JSON, which says what the rest must be, and then
//! the file as the server sent it. Whoever calls [`Mirror::put`] has read the file and found it sound.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::cache::make_private;
use super::{Cache, StoreError};
use crate::model::Digest;

/// The copies of one registry's files.
#[derive(Clone, Debug)]
pub struct Mirror {
    cache: Cache,
    dir: PathBuf,
}

/// The copy of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// What the server can tell by whether the file changed; none where it gave nothing of the kind.
    pub validator: Option<String>,
    /// The file.
    pub body: Vec<u8>,
    /// How long ago the server was last asked.
    pub age: Duration,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    sha256: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validator: Option<String>,
}

impl Mirror {
    pub(super) fn of(cache: Cache, registry: &str) -> Self {
        let dir = cache.dir().join("registries-v1").join(Digest::of(registry.as_bytes()).hex());
        Self { cache, dir }
    }

    /// The copy of `file`, a path relative to the registry, if it is here and whole.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], for a copy that is there and can't be read.
    pub fn get(&self, file: &str) -> Result<Option<Mirrored>, StoreError> {
        let path = self.dir.join(file);
        match fs::read(&path) {
            Ok(bytes) => Ok(parse(&bytes).map(|(validator, body)| Mirrored { validator, body, age: age(&path) })),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(cause) => Err(StoreError::Unreadable { path, cause }),
        }
    }

    /// Keeps a copy in place of the one before.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn put(&self, file: &str, validator: Option<&str>, body: &[u8]) -> Result<(), StoreError> {
        let path = self.dir.join(file);
        self.cache.prepare()?;
        let folder = path.parent().unwrap_or(&self.dir);
        make_private(folder)?;
        let header = Header { sha256: Digest::of(body), validator: validator.map(str::to_owned) };
        let write = || {
            let mut draft = NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut draft, &header)?;
            draft.write_all(b"\n")?;
            draft.write_all(body)?;
            draft.persist(&path)?;
            Ok(())
        };
        write().map_err(StoreError::unwritable(&path))
    }

    /// Removes the copy, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn remove(&self, file: &str) -> Result<(), StoreError> {
        let path = self.dir.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::unwritable(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Removes the copies of all files in a folder.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn remove_folder(&self, folder: &str) -> Result<(), StoreError> {
        let path = self.dir.join(folder);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::unwritable(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Notes that the server was asked now, and has the file as it is here.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn touch(&self, file: &str) -> Result<(), StoreError> {
        let path = self.dir.join(file);
        let touched = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        touched.map_err(StoreError::unwritable(&path))
    }
}

/// The validator and the body; none of a copy that is damaged.
fn parse(bytes: &[u8]) -> Option<(Option<String>, Vec<u8>)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let header: Header = serde_json::from_slice(&bytes[..end]).ok()?;
    let body = &bytes[end + 1..];
    (Digest::of(body) == header.sha256).then(|| (header.validator, body.to_vec()))
}

/// A time in the future, as a clock that was set back leaves it, counts as long ago.
fn age(path: &std::path::Path) -> Duration {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|time| time.elapsed().ok()).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = "index/or/de/orders";

    fn mirror() -> (tempfile::TempDir, Mirror) {
        let room = tempfile::tempdir().unwrap();
        let mirror = Cache::at(&room.path().join("cache")).mirror("https://packs.test.example/");
        (room, mirror)
    }

    #[test]
    fn what_is_put_is_got() {
        let (room, mirror) = mirror();
        assert_eq!(mirror.get(FILE).unwrap(), None);
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0, "reading makes nothing");
        for (validator, body) in [(Some("\"1\""), &b"a\nb\n"[..]), (None, b"")] {
            mirror.put(FILE, validator, body).unwrap();
            let got = mirror.get(FILE).unwrap().unwrap();
            assert_eq!((got.validator.as_deref(), &*got.body), (validator, body));
            assert!(got.age < Duration::from_secs(60));
        }
        assert_eq!(mirror.get("index/or/de/order").unwrap(), None);
        mirror.remove(FILE).unwrap();
        mirror.remove(FILE).unwrap();
        assert_eq!(mirror.get(FILE).unwrap(), None);
    }

    #[test]
    fn registries_do_not_share() {
        let (room, mirror) = mirror();
        mirror.put(FILE, None, b"a").unwrap();
        let other = Cache::at(&room.path().join("cache")).mirror("https://other.example/");
        assert_eq!(other.get(FILE).unwrap(), None);
    }

    #[test]
    fn a_damaged_copy_is_none() {
        let (_room, mirror) = mirror();
        mirror.put(FILE, None, b"body").unwrap();
        let path = mirror.dir.join(FILE);
        let whole = fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() - 1], &whole[..10], b"", b"\n", b"{}\nbody"] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(mirror.get(FILE).unwrap(), None);
        }
    }

    #[test]
    fn touching_makes_young() {
        let (_room, mirror) = mirror();
        mirror.put(FILE, None, b"body").unwrap();
        let path = mirror.dir.join(FILE);
        let set = |time| File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        set(SystemTime::UNIX_EPOCH);
        assert!(mirror.get(FILE).unwrap().unwrap().age > Duration::from_secs(1 << 30));
        mirror.touch(FILE).unwrap();
        assert!(mirror.get(FILE).unwrap().unwrap().age < Duration::from_secs(60));
        set(SystemTime::now() + Duration::from_secs(1 << 20));
        assert_eq!(mirror.get(FILE).unwrap().unwrap().age, Duration::MAX);
    }
}
