//! The user's own files.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file in place of the one before, whole or not at all; only its owner may read it.
///
/// # Errors
/// What the system says.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(contents)?;
    draft.persist(path)?;
    Ok(())
}

/// Whether other users may read or write a file that holds a secret.
#[cfg(unix)]
pub fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
}

/// Windows gives a user's application data an access list of its own.
#[cfg(not(unix))]
pub fn is_exposed(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_and_stays_the_users() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        for contents in ["long contents", "short"] {
            replace(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
            assert!(!is_exposed(&path));
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
