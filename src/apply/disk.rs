//! The operations that change the disk, and the seam through which tests watch them.
//!
//! Each takes one open folder and one name in it, so there is no path to resolve. Before each the watcher is asked,
//! who in tests stands for the rest of the world: it ends the run there, makes the operation fail, or puts something
//! in its way.

use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use cap_std::fs::{Dir, File, OpenOptions};

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    MakeFolder,
    CreateFile,
    WriteFile,
    Move,
    Exchange,
    Remove,
    #[cfg(unix)]
    SetMode,
}

/// The disk, as this room changes it.
#[derive(Clone, Copy)]
pub(super) struct Disk<'a> {
    before: &'a dyn Fn(Operation) -> io::Result<()>,
}

/// Who may use a new folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Whom the umask lets.
    Usual,
    /// Its owner.
    Private,
}

impl Disk<'static> {
    /// The disk with nobody watching.
    pub fn real() -> Self {
        Self { before: &|_| Ok(()) }
    }
}

impl<'a> Disk<'a> {
    /// The disk, with a call before each operation.
    #[cfg(test)]
    pub fn watched(before: &'a dyn Fn(Operation) -> io::Result<()>) -> Self {
        Self { before }
    }

    pub fn make_folder(self, parent: &Dir, name: &Path, access: Access) -> io::Result<()> {
        (self.before)(Operation::MakeFolder)?;
        #[cfg(unix)]
        if access == Access::Private {
            use cap_std::fs::{DirBuilder, DirBuilderExt as _};
            return parent.create_dir_with(name, DirBuilder::new().mode(0o700));
        }
        #[cfg(not(unix))]
        let _ = access;
        parent.create_dir(name)
    }

    /// Makes a folder outside of any folder that is open yet.
    pub fn make_outer_folder(self, path: &Path) -> io::Result<()> {
        (self.before)(Operation::MakeFolder)?;
        std::fs::create_dir(path)
    }

    /// Makes a file that did not exist.
    pub fn create_file(self, parent: &Dir, name: &Path, executable: bool) -> io::Result<File> {
        (self.before)(Operation::CreateFile)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt as _;
            options.mode(if executable { 0o777 } else { 0o666 });
        }
        #[cfg(not(unix))]
        let _ = executable;
        parent.open_with(name, &options)
    }

    /// Makes a file with all its contents.
    pub fn write_file(self, parent: &Dir, name: &Path, contents: &[u8], executable: bool) -> io::Result<()> {
        let mut file = self.create_file(parent, name, executable)?;
        (self.before)(Operation::WriteFile)?;
        file.write_all(contents)
    }

    /// Renames `name` in `from` to `new` in `to`, where nothing may be.
    pub fn move_entry(self, from: &Dir, name: &Path, to: &Dir, new: &Path) -> io::Result<()> {
        (self.before)(Operation::Move)?;
        rename_new(from, name, to, new)
    }

    /// Exchanges `name` in `one` with `second` in `other`, in one moment. False: it can't be done here.
    pub fn exchange(self, one: &Dir, name: &Path, other: &Dir, second: &Path) -> io::Result<bool> {
        match (self.before)(Operation::Exchange).and_then(|()| exchange(one, name, other, second)) {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(false),
            exchanged => exchanged.map(|()| true),
        }
    }

    /// Sets the permission bits of a file.
    #[cfg(unix)]
    pub fn set_mode(self, parent: &Dir, name: &Path, mode: u32) -> io::Result<()> {
        use cap_std::fs::{Permissions, PermissionsExt as _};
        (self.before)(Operation::SetMode)?;
        open_file(parent, name, OpenOptions::new().read(true))?.set_permissions(Permissions::from_mode(mode))
    }

    pub fn remove_file(self, parent: &Dir, name: &Path) -> io::Result<()> {
        (self.before)(Operation::Remove)?;
        parent.remove_file(name)
    }

    /// Removes an empty folder.
    pub fn remove_folder(self, parent: &Dir, name: &Path) -> io::Result<()> {
        (self.before)(Operation::Remove)?;
        parent.remove_dir(name)
    }

    /// Removes an empty folder that was made by [`Disk::make_outer_folder`].
    pub fn remove_outer_folder(self, path: &Path) -> io::Result<()> {
        (self.before)(Operation::Remove)?;
        std::fs::remove_dir(path)
    }

    /// Removes a folder and all that is in it, links as links. It counts as one operation: half of it leaves what any
    /// half-written staging folder looks like.
    pub fn remove_tree(self, parent: &Dir, name: &Path) -> io::Result<()> {
        (self.before)(Operation::Remove)?;
        parent.remove_dir_all(name)
    }
}

/// Opens the folder `name`, unless it is a link.
pub(super) fn open_folder(parent: &Dir, name: &Path) -> io::Result<Dir> {
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        use rustix::fs::OFlags;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags((OFlags::DIRECTORY | OFlags::NOFOLLOW).bits().cast_signed());
        Ok(Dir::from_std_file(parent.open_with(name, &options)?.into_std()))
    }
    #[cfg(not(unix))]
    {
        if !parent.symlink_metadata(name)?.is_dir() {
            return Err(ErrorKind::NotADirectory.into());
        }
        parent.open_dir(name)
    }
}

/// Opens the file `name`, unless it is a link.
pub(super) fn open_file(parent: &Dir, name: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        // Without NONBLOCK a pipe that someone put there would keep us waiting.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = parent.open_with(name, options)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// No error where what was to be taken is not there.
pub(super) fn unless_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Whether there is anything of that name.
pub(super) fn is_there(parent: &Dir, name: &Path) -> bool {
    !parent.symlink_metadata(name).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Whether we may make entries in the folder `path`.
#[cfg(unix)]
pub(super) fn check_access(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(path, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Nothing that is known before trying.
#[cfg(not(unix))]
pub(super) fn check_access(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(from: &Dir, name: &Path, to: &Dir, new: &Path) -> io::Result<()> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(from, name, to, new, RenameFlags::NOREPLACE) {
        // Network file systems and old kernels do not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_checked(from, name, to, new),
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(from: &Dir, name: &Path, to: &Dir, new: &Path) -> io::Result<()> {
    rename_checked(from, name, to, new)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Dir, name: &Path, other: &Dir, second: &Path) -> io::Result<()> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(one, name, other, second, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Err(ErrorKind::Unsupported.into()),
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Dir, _: &Path, _: &Dir, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// A look, then a rename. What appears between the two is lost only if it is a file where a file is moved to; of
/// folders a rename replaces none but empty ones.
fn rename_checked(from: &Dir, name: &Path, to: &Dir, new: &Path) -> io::Result<()> {
    match to.symlink_metadata(new) {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => from.rename(name, to, new),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use cap_std::ambient_authority;

    use super::*;

    #[test]
    fn a_rename_replaces_nothing() {
        let room = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(room.path(), ambient_authority()).unwrap();
        for rename in [rename_new, rename_checked] {
            dir.write("from", "new").unwrap();
            dir.write("file", "old").unwrap();
            dir.create_dir_all("folder").unwrap();
            for taken in ["file", "folder"] {
                let error = rename(&dir, "from".as_ref(), &dir, taken.as_ref()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{taken}");
            }
            assert_eq!(dir.read("file").unwrap(), b"old");
            rename(&dir, "from".as_ref(), &dir, "free".as_ref()).unwrap();
            dir.remove_file("free").unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let room = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(room.path(), ambient_authority()).unwrap();
        dir.create_dir("folder").unwrap();
        dir.write("file", "").unwrap();
        dir.symlink("folder", "to-folder").unwrap();
        dir.symlink("file", "to-file").unwrap();
        assert!(open_folder(&dir, "folder".as_ref()).is_ok());
        assert!(open_folder(&dir, "to-folder".as_ref()).is_err());
        assert!(open_folder(&dir, "file".as_ref()).is_err());
        assert!(open_file(&dir, "file".as_ref(), OpenOptions::new().read(true)).is_ok());
        assert!(open_file(&dir, "to-file".as_ref(), OpenOptions::new().read(true)).is_err());
        assert!(open_file(&dir, "folder".as_ref(), OpenOptions::new().read(true)).is_err());
    }
}
