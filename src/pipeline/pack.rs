//! Making packs: what an author's source becomes.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Failure, Workshop, members, publish};
use crate::authoring::folder::{PACK_FILE, Sources};
use crate::authoring::{self, Language};
use crate::component::{self, Inspection};
use crate::model::{Diagnose as _, Manifest, Report, io_cause};

/// The folder below the pack's own that finished packs go to.
const OUTPUT: &str = "dist";

/// A finished pack.
#[derive(Debug)]
pub struct BuiltPack {
    /// What it was written in.
    pub language: Language,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The component, with its manifest.
    pub bytes: Vec<u8>,
    /// Its contract and imports.
    pub inspection: Inspection,
}

/// Builds the pack in `folder` as its language is built, runs its `describe` once, and puts the answer into it.
///
/// # Errors
/// Tools that are missing or fail, sources that make no pack, and a manifest that nobody could use.
pub fn build_pack(workshop: &Workshop<'_>, folder: &Path) -> Result<BuiltPack, Failure> {
    let language = Language::of(folder)?;
    let component = language.build(folder)?;
    let manifest = members::describe(workshop, folder, &component).map_err(|report| Failure::Reports(vec![report]))?;
    publish::check(&manifest)?;
    let bytes = component::with_manifest(&component, &manifest)?;
    let inspection = component::inspect(&bytes)?;
    Ok(BuiltPack { language, manifest, bytes, inspection })
}

impl BuiltPack {
    /// Writes the pack: to `output`, or to `dist/NAME-VERSION.wasm` in its folder. Gives the file's path.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn write(&self, folder: &Path, output: Option<&Path>) -> Result<PathBuf, Failure> {
        let file = format!("{}-{}.wasm", self.manifest.name, self.manifest.version);
        let path = output.map_or_else(|| folder.join(OUTPUT).join(file), Path::to_owned);
        let write = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, &self.bytes)
        };
        write().map_err(|error| {
            let message = format!("`{}` can't be written: {}", path.display(), io_cause(&error));
            Failure::Reports(vec![Report::new("pack-unwritable", message).hint("name another file with `--output`")])
        })?;
        Ok(path)
    }
}

/// The finished pack that a folder of source makes, where that takes no compiler: what `--pack DIR` stands for.
pub(super) fn of_folder(folder: &Path) -> Option<Result<Vec<u8>, Report>> {
    let pack = || {
        let pack = authoring::folder::build(Sources::Disk(folder)).map_err(|error| error.report())?;
        component::with_manifest(&pack.component, &pack.manifest).map_err(|error| error.report())
    };
    folder.join(PACK_FILE).is_file().then(pack)
}
