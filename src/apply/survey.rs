//! What stands at the paths of a working copy.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use rayon::prelude::*;

use super::ApplyError;
use super::disk::{open_file, open_folder};
use super::folders::{Barrier, Folders, split};
use crate::model::ProjectPath;

/// The most bytes that are read of a file.
pub(super) const MAX_FILE: u64 = 64 << 20;

/// How many files one thread reads in a row. Fewer, and starting threads would cost more than they save.
const RUN: usize = 256;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// A regular file.
    File {
        /// Its bytes.
        contents: Vec<u8>,
        /// Whether its owner may run it. Never where the system does not know such a thing.
        executable: bool,
    },
    /// Something that no file of a project can be read from or written over.
    Other(Obstacle),
}

/// What stands where a file might.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Special,
    /// This path above it, which should be a folder, is a file, a link or something special.
    Above(String),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("it is a folder"),
            Self::Link => f.write_str("it is a symbolic link"),
            Self::Special => f.write_str("it is neither a file nor a folder"),
            Self::Above(path) => write!(f, "`{path}` is not a folder"),
        }
    }
}

/// Reads what stands at each of the paths in the project `root`. No link is followed.
///
/// # Errors
/// A file of more than 64 MiB, and what the system does not let us read.
pub fn survey<'p>(
    root: &Path,
    paths: impl IntoIterator<Item = &'p ProjectPath>,
) -> Result<BTreeMap<ProjectPath, Found>, ApplyError> {
    let mut paths: Vec<_> = paths.into_iter().collect();
    paths.sort_unstable();
    paths.dedup();
    let dir = Dir::open_ambient_dir(root, ambient_authority()).map_err(ApplyError::read(root))?;
    let look = |run: &[&ProjectPath]| look_at(&dir, run);
    let runs: Vec<_> = if paths.len() > RUN {
        paths.par_chunks(RUN).map(look).collect()
    } else {
        paths.chunks(RUN).map(look).collect()
    };
    let mut found = BTreeMap::new();
    for run in runs {
        found.extend(run?);
    }
    Ok(found)
}

/// Looks at paths, which are sorted.
fn look_at(root: &Dir, paths: &[&ProjectPath]) -> Result<Vec<(ProjectPath, Found)>, ApplyError> {
    let mut folders = Folders::new(root);
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        let (folder, name) = split(path.as_str());
        let stands = match folders.enter(folder, open_folder) {
            Ok(folder) => look(folder, name.as_ref()).map_err(ApplyError::read(path.as_str())),
            Err(barrier) => behind(folders.here(), barrier),
        };
        found.push(((*path).clone(), stands?));
    }
    Ok(found)
}

fn look(folder: &Dir, name: &Path) -> io::Result<Found> {
    let refused = match open_file(folder, name, OpenOptions::new().read(true)) {
        Ok(file) => {
            let executable = is_executable(&file.metadata()?);
            return Ok(Found::File { contents: read_bounded(file)?, executable });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Absent),
        Err(error) => error,
    };
    match folder.symlink_metadata(name)? {
        stands if stands.is_file() => Err(refused),
        stands if stands.is_symlink() => Ok(Found::Other(Obstacle::Link)),
        stands if stands.is_dir() => Ok(Found::Other(Obstacle::Folder)),
        _ => Ok(Found::Other(Obstacle::Special)),
    }
}

/// What stands behind a folder that could not be entered from `above`.
fn behind(above: &Dir, barrier: Barrier) -> Result<Found, ApplyError> {
    let Barrier { folder, cause } = barrier;
    if cause.kind() == ErrorKind::NotFound {
        return Ok(Found::Absent);
    }
    match above.symlink_metadata(split(&folder).1) {
        Ok(stands) if !stands.is_dir() => Ok(Found::Other(Obstacle::Above(folder))),
        _ => Err(ApplyError::read(folder)(cause)),
    }
}

/// All bytes of a file, unless there are too many.
pub(super) fn read_bounded(file: File) -> io::Result<Vec<u8>> {
    let expected = file.metadata()?.len().min(MAX_FILE);
    let mut contents = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    file.take(MAX_FILE + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > MAX_FILE {
        return Err(io::Error::other(format!("it is larger than {} MiB", MAX_FILE >> 20)));
    }
    Ok(contents)
}

/// Whether the owner of a file may run it, which is what git keeps too.
pub(super) fn is_executable(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use cap_std::fs::MetadataExt as _;
        metadata.mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}
