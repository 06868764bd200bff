//! The user's own files.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
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

/// Writes a file in place of the one before, whole or not at all, for everyone to read whom the system lets.
///
/// # Errors
/// What the system says.
pub fn publish(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // A web server reads what its publisher wrote; without this the file would be private to the publisher.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut draft = builder.prefix(".new-").tempfile_in(folder)?;
    draft.write_all(contents)?;
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    Ok(())
}

/// The most bytes of a file that people write.
const MAX_TEXT: u64 = 4 << 20;

/// Opens a file to read it, if it is one: a pipe or a device might never end, or never begin.
///
/// # Errors
/// What the system says.
pub fn open_plain(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    File::open(path)
}

/// The text of a file that people write.
///
/// # Errors
/// What the system says; something that is no file, too large, or not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open_plain(path)?.take(MAX_TEXT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_TEXT {
        return Err(io::Error::other(format!("it has more than {} MiB", MAX_TEXT >> 20)));
    }
    Ok(text)
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
