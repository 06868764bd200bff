//! Compiled code on disk: the one module with `unsafe` in it.
//!
//! Machine code that wasmtime wrote earlier is mapped and run without being checked; whoever can change such a file
//! can do whatever the user can. So these rules hold here, and no other code of the crate deserialises:
//!
//! - A file is named by the digest of the WebAssembly that it was compiled from, in a folder named by wasmtime's
//!   compatibility hash, which covers its version, the settings and the processor.
//! - Folders are made with mode 0700. A folder or file that is not ours, that is a link, or that others may write, is
//!   not used; the pack is compiled in memory instead.
//! - A file appears by a rename, complete and on disk, and is never written again: it may be mapped by someone. One that
//!   has two names was compiled from components that have the same code.
//! - Whatever goes wrong, the answer is to compile again.
//! - Nothing that was fetched comes here: `component::inspect` refuses compiled code, and only [`CompiledCode::save`]
//!   makes these files; [`CompiledCode::share`] names them.
#![allow(unsafe_code)]

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::model::Digest;

/// A folder of compiled components, or none.
#[derive(Clone, Debug)]
pub struct CompiledCode {
    folder: Option<PathBuf>,
}

impl CompiledCode {
    /// Keeps compiled code below `folder`, which is made when something is first kept.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Keeps nothing.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// The same, below the folder for what `engine` compiles.
    pub(super) fn of_engine(self, engine: &Engine) -> Self {
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let name = format!("{:016x}", hasher.finish());
        Self { folder: self.folder.map(|folder| folder.join(name)) }
    }

    /// The component that was compiled from the WebAssembly with this digest, if it is kept and can be trusted.
    pub(super) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let folder = self.folder.as_deref()?;
        let file = file_for(folder, digest);
        if !is_ours(folder, fs::FileType::is_dir) || !is_ours(&file, fs::FileType::is_file) {
            return None;
        }
        // SAFETY: the file was written by `save`: it has the name that only `save` gives, in a folder that belongs to
        // this user and that no other may write, as just checked; and it is never changed after its rename.
        let component = unsafe { Component::deserialize_file(engine, &file) };
        if component.is_err() {
            // Written by a wasmtime that hashes alike but disagrees, or damaged. Compiling again makes a new one; that
            // the old one could not be removed does not matter to the caller.
            let _ = fs::remove_file(&file);
        }
        component.ok()
    }

    /// Removes what was compiled from the WebAssembly with this digest, whichever wasmtime did it.
    pub fn forget(&self, digest: &Digest) {
        let folders = self.folder.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        for folder in folders {
            // Code that nobody asks for any more does no harm.
            let _ = fs::remove_file(file_for(&folder.path(), digest));
        }
    }

    /// Gives code that is kept a second name.
    pub(super) fn share(&self, of: &Digest, with: &Digest) {
        if let Some(folder) = self.folder.as_deref().filter(|folder| is_ours(folder, fs::FileType::is_dir)) {
            // Whatever keeps it from having one, the code is compiled again.
            let _ = fs::hard_link(file_for(folder, of), file_for(folder, with));
        }
    }

    /// Keeps a compiled component.
    ///
    /// # Errors
    /// A folder that can't be written or is not this user's own. The component can be used all the same.
    pub(super) fn save(&self, digest: &Digest, component: &Component) -> io::Result<()> {
        let Some(folder) = self.folder.as_deref() else { return Ok(()) };
        create_private(folder)?;
        if !is_ours(folder, fs::FileType::is_dir) {
            let reason = format!("`{}` belongs to someone else, or others may write to it", folder.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
        }
        let code = component.serialize().map_err(io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&code)?;
        // After a power cut a renamed file may lack its contents, and half a program must not be run.
        file.as_file().sync_data()?;
        file.persist(file_for(folder, digest))?;
        Ok(())
    }
}

fn file_for(folder: &Path, digest: &Digest) -> PathBuf {
    folder.join(format!("{}.cwasm", digest.hex()))
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Whether a path is of the wanted kind, not a link, this user's own, and closed to others' writing.
#[cfg(unix)]
fn is_ours(path: &Path, kind: impl Fn(&fs::FileType) -> bool) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(path).is_ok_and(|metadata| {
        kind(&metadata.file_type())
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && metadata.mode() & 0o022 == 0
    })
}

/// Windows gives a user's local application data an access list of its own.
#[cfg(not(unix))]
fn is_ours(path: &Path, kind: impl Fn(&fs::FileType) -> bool) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| kind(&metadata.file_type()))
}
