//! Packs by the digest of their bytes.
//!
//! A blob's name is the digest that its bytes must have, and they are checked whenever they are read. So it does not
//! matter who put a file there, whether a disk spoilt it, or whether a machine lost power while it was written: it is
//! the blob that was asked for, or there is none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::cache::make_private;
use super::{Cache, StoreError};
use crate::model::Digest;

/// The packs that the cache holds.
#[derive(Clone, Debug)]
pub struct Blobs {
    cache: Cache,
    dir: PathBuf,
}

impl Blobs {
    pub(super) fn of(cache: Cache) -> Self {
        let dir = cache.dir().join("blobs").join("sha256");
        Self { cache, dir }
    }

    /// Where the blob is or would be.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(format!("{}.wasm", digest.hex()))
    }

    /// The bytes with this digest, if they are here. A file whose bytes have another digest is removed, and counts as
    /// not being here.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], for a file that is there and can't be read.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(digest);
        match fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == *digest => Ok(Some(bytes)),
            Ok(_) => {
                // Where it can't be removed, it is not believed the next time either.
                let _ = fs::remove_file(&path);
                Ok(None)
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(cause) => Err(StoreError::Unreadable { path, cause }),
        }
    }

    /// Keeps the bytes and returns their digest. Whoever reads meanwhile, whatever ends the process: the blob is there
    /// whole or not at all. One that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(digest);
        }
        self.cache.prepare()?;
        make_private(&self.dir)?;
        let written = self.write_draft(bytes).and_then(|draft| Ok(draft.persist(&path)?));
        written.map_err(StoreError::unwritable(&path))?;
        Ok(digest)
    }

    /// Whether there is a file for this digest. Its bytes may still turn out to be others.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// The digests of the blobs that are here by their names, sorted.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn list(&self) -> Result<Vec<Digest>, StoreError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(StoreError::Unreadable { path: self.dir.clone(), cause }),
        };
        let name = |entry: fs::DirEntry| entry.file_name().into_string().ok();
        let digest = |name: String| Digest::from_hex(name.strip_suffix(".wasm")?).ok();
        let mut digests: Vec<Digest> = entries.flatten().filter_map(name).filter_map(digest).collect();
        digests.sort();
        Ok(digests)
    }

    /// Removes a blob, if it is here.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::unwritable(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Whether the blob was found to be what a description with this digest says.
    pub fn is_vouched(&self, digest: &Digest, description: &Digest) -> bool {
        self.voucher(digest, description).is_file()
    }

    /// Notes that the blob is what a description says, so that it need not be read for that again: code that was compiled of it
    /// is run without looking at it.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn vouch(&self, digest: &Digest, description: &Digest) -> Result<(), StoreError> {
        let path = self.voucher(digest, description);
        self.cache.prepare()?;
        make_private(path.parent().unwrap_or(&self.dir))?;
        File::create(&path).map(drop).map_err(StoreError::unwritable(&path))
    }

    fn voucher(&self, digest: &Digest, description: &Digest) -> PathBuf {
        self.cache.dir().join("vouched").join(format!("{}-{}", digest.hex(), description.hex()))
    }

    /// Waits until no other process fetches this blob, and keeps others waiting until the file that is returned is
    /// dropped: then one downloads it, and the others find it here.
    ///
    /// Blobs whose digests start alike share a lock, so that there are few of them; none is ever removed, because two
    /// processes could then hold two locks of one name. Hold one at a time.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn lock(&self, digest: &Digest) -> Result<File, StoreError> {
        let folder = self.cache.dir().join("locks");
        self.cache.prepare()?;
        make_private(&folder)?;
        let path = folder.join(&digest.hex()[..2]);
        let lock = || {
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(StoreError::unwritable(&path))
    }

    /// Writes the bytes to a file that is removed again unless it is given a name.
    fn write_draft(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut draft = NamedTempFile::new_in(&self.dir)?;
        draft.write_all(bytes)?;
        Ok(draft)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Diagnose as _;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let room = tempfile::tempdir().unwrap();
        let blobs = Cache::at(&room.path().join("cache")).blobs();
        (room, blobs)
    }

    #[test]
    fn what_is_put_is_got() {
        let (room, blobs) = blobs();
        let digest = Digest::of(b"pack");
        assert_eq!(blobs.get(&digest).unwrap(), None);
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0, "reading makes nothing");
        assert_eq!(blobs.put(b"pack").unwrap(), digest);
        assert_eq!(blobs.get(&digest).unwrap().unwrap(), b"pack");
        assert_eq!(blobs.list().unwrap(), [digest]);
        assert!(room.path().join("cache/CACHEDIR.TAG").exists());
        let names: Vec<_> = fs::read_dir(&blobs.dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [format!("{}.wasm", digest.hex()).as_str()], "no draft is left");
    }

    #[test]
    fn a_broken_blob_is_removed_and_can_be_put_again() {
        let (_room, blobs) = blobs();
        let digest = blobs.put(b"pack").unwrap();
        for broken in [&b"pac"[..], b"", b"other"] {
            fs::write(blobs.path(&digest), broken).unwrap();
            assert_eq!(blobs.get(&digest).unwrap(), None);
            assert!(!blobs.path(&digest).exists());
            fs::write(blobs.path(&digest), broken).unwrap();
            blobs.put(b"pack").unwrap();
            assert_eq!(blobs.get(&digest).unwrap().unwrap(), b"pack");
        }
    }

    #[test]
    fn one_fetches_at_a_time() {
        let (_room, blobs) = blobs();
        let digest = Digest::of(b"pack");
        let held = blobs.lock(&digest).unwrap();
        let path = blobs.cache.dir().join("locks").join(&digest.hex()[..2]);
        let other = File::options().write(true).open(path).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        other.try_lock().unwrap();
    }

    #[test]
    fn a_blob_is_vouched_for_with_one_manifest() {
        let (_room, blobs) = blobs();
        let [blob, manifest, other] = [b"blob", b"mine", b"else"].map(|bytes| Digest::of(bytes));
        assert!(!blobs.is_vouched(&blob, &manifest));
        blobs.vouch(&blob, &manifest).unwrap();
        assert!(blobs.is_vouched(&blob, &manifest));
        assert!(!blobs.is_vouched(&blob, &other) && !blobs.is_vouched(&other, &manifest));
    }

    #[test]
    fn what_is_removed_is_gone() {
        let (_room, blobs) = blobs();
        assert_eq!(blobs.list().unwrap(), []);
        let digest = blobs.put(b"pack").unwrap();
        blobs.remove(&digest).unwrap();
        blobs.remove(&digest).unwrap();
        assert!(!blobs.contains(&digest) && blobs.list().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_good_blob_is_kept() {
        use std::os::unix::fs::MetadataExt as _;
        let (_room, blobs) = blobs();
        let digest = blobs.put(b"pack").unwrap();
        let inode = || fs::metadata(blobs.path(&digest)).unwrap().ino();
        let first = inode();
        blobs.put(b"pack").unwrap();
        assert_eq!(inode(), first);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_a_clear_error() {
        let room = tempfile::tempdir().unwrap();
        fs::write(room.path().join("file"), "").unwrap();
        let error = Cache::at(&room.path().join("file/cache")).blobs().put(b"pack").unwrap_err();
        assert!(error.is_about_the_cache());
        let report = error.report();
        assert_eq!(report.code, "cache-unwritable");
        assert!(report.message.ends_with("/cache`: a part of the path is not a folder"), "{}", report.message);
    }

    #[cfg(unix)]
    #[test]
    fn a_blob_that_cannot_be_read_is_a_clear_error() {
        let (_room, blobs) = blobs();
        let digest = blobs.put(b"pack").unwrap();
        fs::remove_file(blobs.path(&digest)).unwrap();
        fs::create_dir(blobs.path(&digest)).unwrap();
        let error = blobs.get(&digest).unwrap_err();
        assert_eq!(error.report().code, "cache-unreadable");
    }
}
