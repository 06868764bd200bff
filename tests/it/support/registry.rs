//! A registry in a folder of its own.

use std::path::{Path, PathBuf};

use scaffold::model::Name;
use scaffold::registry::{Folder, IndexLine, Source as _, blob_path, index_path, init, publish};
use tempfile::TempDir;

use super::Pack;

/// When everything in a test is published.
const PUBLISHED: &str = "2026-01-02T03:04:05Z";

/// A registry, until it is dropped.
pub struct Registry {
    folder: TempDir,
}

impl Registry {
    pub fn new(packs: &[Pack]) -> Self {
        Self::with_id("https://packs.test.example/", packs)
    }

    pub fn with_id(id: &str, packs: &[Pack]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), id).unwrap();
        let registry = Self { folder };
        packs.iter().for_each(|pack| registry.publish(pack));
        registry
    }

    pub fn publish(&self, pack: &Pack) {
        publish(self.path(), &pack.wasm(), PUBLISHED, &|_| true).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The versions of a pack.
    pub fn lines(&self, name: &str) -> Vec<IndexLine> {
        Folder::open(self.path()).unwrap().versions(&name.parse().unwrap()).unwrap()
    }

    /// Where the index of a pack is.
    pub fn index(&self, name: &str) -> PathBuf {
        self.path().join(index_path(&name.parse::<Name>().unwrap()))
    }

    /// Where a server has the index of a pack, and the components of it.
    pub fn urls(&self, name: &str) -> (String, Vec<String>) {
        let blobs = self.lines(name).iter().map(|line| format!("/{}", blob_path(&line.digest))).collect();
        (format!("/{}", index_path(&name.parse::<Name>().unwrap())), blobs)
    }
}
