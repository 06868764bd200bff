//! A tree on its own, without a project around it: a pack's new folder, the tree that a test expects.

use std::fs;
use std::io;
use std::path::Path;

use super::ApplyError;
use crate::model::{Tree, TreeFile};

/// Writes a tree to `target`, which must not exist or be empty: whole, or not at all. Missing parents are made.
///
/// # Errors
/// A target that holds something, and files that can't be written.
pub fn export(target: &Path, tree: &Tree) -> Result<(), ApplyError> {
    let unwritable = |cause| ApplyError::Unwritable { path: target.to_owned(), cause };
    match fs::read_dir(target) {
        Ok(entries) => {
            let mut entries: Vec<_> =
                entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>().map_err(unwritable)?;
            if !entries.is_empty() {
                entries.sort();
                return Err(ApplyError::NotEmpty { target: target.to_owned(), entries });
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(ApplyError::NotAFolder { path: target.to_owned() });
        }
        Err(error) => return Err(unwritable(error)),
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(unwritable)?;
    let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(parent).map_err(unwritable)?;
    // The temporary folder itself is private to this user, and is not what is moved.
    let whole = staging.path().join("whole");
    fs::create_dir(&whole).map_err(unwritable)?;
    for (path, file) in &tree.files {
        let write = |cause| ApplyError::Write { path: target.join(path.as_str()), cause };
        put(&whole.join(path.as_str()), file).map_err(write)?;
    }
    if target.exists() {
        fs::remove_dir(target).map_err(unwritable)?;
    }
    fs::rename(&whole, target).map_err(unwritable)
}

fn put(path: &Path, file: &TreeFile) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, &file.contents)?;
    #[cfg(unix)]
    if file.executable {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path)?.permissions().mode();
        // Whoever may read it may run it.
        fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))?;
    }
    Ok(())
}
