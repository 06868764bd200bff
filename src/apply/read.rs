//! Reading a project's files as they stand.

use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::model::ProjectPath;

/// The bytes of a file of the project in `root`; none where there is no such file.
///
/// Links are followed within the project; none leads out of it, and what is no regular file is not opened, because it
/// might never end, or never begin.
///
/// # Errors
/// A link that leads outside, what is no file, more than `limit` bytes, and the system's own.
pub fn read(root: &Path, path: &ProjectPath, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let dir = Dir::open_ambient_dir(root, ambient_authority())?;
    let file = match dir.metadata(path.as_str()) {
        Ok(metadata) if metadata.is_file() => dir.open(path.as_str())?,
        Ok(_) => return Err(io::Error::other("it is not a file")),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(io::Error::other("it is too large")) } else { Ok(Some(bytes)) }
}
