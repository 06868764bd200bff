//! The folders on the way to a path, each opened once.

use std::io;
use std::path::Path;

use cap_std::fs::Dir;

use super::ApplyError;

/// One stack of open folders, as deep as the tree. In the order of their paths, or its reverse, the files of a folder
/// stand together, so whoever goes in that order opens each folder once, and never has more of them open than the
/// longest path has names.
pub(super) struct Folders<'a> {
    root: &'a Dir,
    open: Vec<(String, Dir)>,
}

/// A folder that could not be entered.
#[derive(Debug)]
pub(super) struct Barrier {
    /// Its path below the root.
    pub folder: String,
    pub cause: io::Error,
}

impl Barrier {
    /// The error of a file that would have been written behind it. `root` is where the root will be, for messages.
    pub fn not_written(self, root: &Path) -> ApplyError {
        ApplyError::Write { path: root.join(self.folder), cause: self.cause }
    }
}

impl<'a> Folders<'a> {
    pub fn new(root: &'a Dir) -> Self {
        Self { root, open: Vec::new() }
    }

    /// Leaves the folders that `path` is not in, and enters those that are not open yet by `open`, which is given a
    /// folder and a name in it. The empty path is the root.
    pub fn enter(&mut self, path: &str, mut open: impl FnMut(&Dir, &Path) -> io::Result<Dir>) -> Result<&Dir, Barrier> {
        let mut wanted = path.split('/').filter(|name| !name.is_empty()).peekable();
        let mut shared = 0;
        while let (Some((open, _)), Some(name)) = (self.open.get(shared), wanted.peek())
            && open == name
        {
            wanted.next();
            shared += 1;
        }
        self.open.truncate(shared);
        for name in wanted {
            match open(self.here(), name.as_ref()) {
                Ok(dir) => self.open.push((name.to_owned(), dir)),
                Err(cause) => {
                    let above = self.open.iter().map(|(name, _)| name.as_str());
                    let folder = above.chain([name]).collect::<Vec<_>>().join("/");
                    return Err(Barrier { folder, cause });
                }
            }
        }
        Ok(self.here())
    }

    /// The folder that was entered last.
    pub fn here(&self) -> &Dir {
        self.open.last().map_or(self.root, |(_, dir)| dir)
    }
}

/// The folder that the file at `path` is in, and its name there.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
