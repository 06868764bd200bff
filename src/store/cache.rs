//! The cache's folder as a whole.
//!
//! ```text
//! CACHEDIR.TAG                backup programs leave the folder out
//! blobs/sha256/<hex>.wasm     packs, by digest
//! registries-v1/<hex>/        registries' files as they were last read, by the digest of the registry's address
//! vouched/                    which manifests packs were found to carry
//! locks/                      what processes hold while they fetch
//! compiled-v1/                machine code made of them, laid out by `host`
//! ```

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Blobs, Mirror, StoreError};

/// The name by which backup programs know a cache: <https://bford.info/cachedir/>.
const TAG: &str = "CACHEDIR.TAG";

/// What is in the tag. The first line is the specification's; the second is how we know a folder as ours.
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # The cache of scaffold. It may be removed at any time: what was in it is fetched or made again.\n";

/// What can be made or fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    dir: PathBuf,
}

/// How much is in the cache, or was removed from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Files, without the tag.
    pub files: u64,
    /// Their lengths together, in bytes.
    pub bytes: u64,
}

impl Cache {
    /// The cache in the folder `dir`, which need not exist.
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The cache's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Packs by digest.
    pub fn blobs(&self) -> Blobs {
        Blobs::of(self.clone())
    }

    /// The copies of the files of the registry at this address.
    pub fn mirror(&self, registry: &str) -> Mirror {
        Mirror::of(self.clone(), registry)
    }

    /// Where compiled code is kept. Its layout is the host's, which also gives the version in the name; call
    /// [`Cache::prepare`] before anything is put there.
    pub fn compiled_dir(&self) -> PathBuf {
        self.dir.join("compiled-v1")
    }

    /// Removes all compiled code. It is made again of the components, and nothing says whether a disk has damaged it since it
    /// was: it is run as it is found.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn drop_compiled(&self) -> Result<(), StoreError> {
        let folder = self.compiled_dir();
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::unwritable(&folder)(error)),
            _ => Ok(()),
        }
    }

    /// Makes the cache's folder and its tag, where they are missing.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`].
    pub fn prepare(&self) -> Result<(), StoreError> {
        make_private(&self.dir)?;
        let tag = self.dir.join(TAG);
        if tag.exists() {
            return Ok(());
        }
        // By way of a draft: half a tag, as a full disk leaves, would be none.
        let written = NamedTempFile::new_in(&self.dir).and_then(|mut draft| {
            draft.write_all(TAG_TEXT.as_bytes())?;
            Ok(draft.persist(&tag)?)
        });
        written.map(drop).map_err(StoreError::unwritable(&tag))
    }

    /// How much is in the cache.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub fn size(&self) -> Result<Usage, StoreError> {
        let mut usage = Usage::default();
        self.visit(|_, found| {
            usage.count(found);
            Ok(())
        })?;
        Ok(usage)
    }

    /// Removes everything in the cache and says how much that was. The folder and its tag stay. A process that uses
    /// the cache at the same time goes on: what it has open stays open, what it misses it makes again.
    ///
    /// # Errors
    /// A folder that does not have our tag (it might be anything), and what can't be read or removed.
    pub fn clean(&self) -> Result<Usage, StoreError> {
        let mut usage = Usage::default();
        if !self.dir.exists() {
            return Ok(usage);
        }
        if !self.is_tagged() {
            return Err(StoreError::Untagged { path: self.dir.clone() });
        }
        self.visit(|path, found| {
            let removed = if found.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
            match removed {
                // Something was put there meanwhile, or somebody else is cleaning.
                Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
                removed => {
                    usage.count(found);
                    removed.map_err(StoreError::unwritable(path))
                }
            }
        })?;
        Ok(usage)
    }

    /// Calls `act` on all that is in the cache except the tag, on a folder after what is in it. Links are not followed.
    fn visit(&self, mut act: impl FnMut(&Path, &Metadata) -> Result<(), StoreError>) -> Result<(), StoreError> {
        enum Due {
            Enter(PathBuf),
            Leave(PathBuf, Metadata),
        }
        let mut due = vec![Due::Enter(self.dir.clone())];
        while let Some(next) = due.pop() {
            let folder = match next {
                Due::Leave(path, found) => {
                    act(&path, &found)?;
                    continue;
                }
                Due::Enter(folder) => folder,
            };
            for (path, found) in entries(&folder).map_err(StoreError::unreadable(&folder))? {
                if found.is_dir() {
                    due.push(Due::Leave(path.clone(), found));
                    due.push(Due::Enter(path));
                } else if path != self.dir.join(TAG) {
                    act(&path, &found)?;
                }
            }
        }
        Ok(())
    }

    fn is_tagged(&self) -> bool {
        let mut text = String::new();
        let limit = TAG_TEXT.len() as u64 + 1;
        let read = File::open(self.dir.join(TAG)).and_then(|file| file.take(limit).read_to_string(&mut text));
        read.is_ok() && text == TAG_TEXT
    }
}

impl Usage {
    fn count(&mut self, found: &Metadata) {
        if !found.is_dir() {
            self.files += 1;
            self.bytes += found.len();
        }
    }
}

/// What is in a folder, which may vanish while it is read.
fn entries(folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let Some(listing) = unless_gone(fs::read_dir(folder))? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry?;
        if let Some(metadata) = unless_gone(entry.metadata())? {
            found.push((entry.path(), metadata));
        }
    }
    Ok(found)
}

fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// Makes a folder for the user alone, and those above it.
pub(super) fn make_private(folder: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(StoreError::unwritable(folder))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let room = tempfile::tempdir().unwrap();
        let cache = Cache::at(&room.path().join("home/cache"));
        (room, cache)
    }

    #[test]
    fn looking_makes_nothing() {
        let (room, cache) = cache();
        assert_eq!(cache.size().unwrap(), Usage::default());
        assert_eq!(cache.clean().unwrap(), Usage::default());
        let _ = (cache.compiled_dir(), cache.blobs());
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_folder_is_private_and_tagged() {
        let (_room, cache) = cache();
        cache.prepare().unwrap();
        cache.prepare().unwrap();
        let tag = fs::read_to_string(cache.dir().join("CACHEDIR.TAG")).unwrap();
        assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"), "{tag}");
        assert!(tag.lines().count() == 2 && !tag.contains("\n "), "{tag}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(cache.dir()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn cleaning_removes_all_but_the_tag() {
        let (_room, cache) = cache();
        cache.prepare().unwrap();
        fs::create_dir_all(cache.compiled_dir().join("a/b")).unwrap();
        fs::write(cache.compiled_dir().join("a/b/x"), "12345").unwrap();
        fs::write(cache.dir().join("y"), "678").unwrap();
        let expected = Usage { files: 2, bytes: 8 };
        assert_eq!(cache.size().unwrap(), expected);
        assert_eq!(cache.clean().unwrap(), expected);
        assert_eq!(cache.size().unwrap(), Usage::default());
        let left: Vec<_> = fs::read_dir(cache.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [TAG]);
    }

    #[test]
    fn a_folder_without_the_tag_is_not_emptied() {
        let (_room, cache) = cache();
        fs::create_dir_all(cache.dir()).unwrap();
        for tag in [None, Some("Signature: 8a477f597d28d172789f06886806bc55\n# of another program\n")] {
            if let Some(tag) = tag {
                fs::write(cache.dir().join(TAG), tag).unwrap();
            }
            fs::write(cache.dir().join("thesis.txt"), "years").unwrap();
            assert!(matches!(cache.clean().unwrap_err(), StoreError::Untagged { .. }));
            assert!(cache.dir().join("thesis.txt").exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_removed_and_not_followed() {
        let (room, cache) = cache();
        cache.prepare().unwrap();
        let outside = room.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("file"), "outside").unwrap();
        std::os::unix::fs::symlink(&outside, cache.dir().join("link")).unwrap();
        assert_eq!(cache.clean().unwrap().files, 1);
        assert!(outside.join("file").exists());
        assert!(fs::symlink_metadata(cache.dir().join("link")).is_err());
    }
}
