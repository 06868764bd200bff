//! Making packs: what an author's source becomes, and whether that does what it should.

mod answers;
mod cases;
mod check;
mod coverage;
mod staging;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::staging::Staging;
use super::{Failure, Inputs, Rendered, Workshop, members, publish};
use crate::apply;
use crate::authoring::folder::{PACK_FILE, Sources};
use crate::authoring::{self, Built, Language};
use crate::component::{self, Inspection};
use crate::model::{Diagnose as _, Digest, Manifest, Project, Report, io_cause};
use crate::project::{Given, Mode};
use crate::registry;
use crate::store;

pub use cases::{TestOptions, Tested, test_pack};
pub use check::{Checked, check_pack};
pub use coverage::Coverage;

/// The folder below the pack's own that finished packs go to.
const OUTPUT: &str = "dist";

/// A finished pack.
#[derive(Debug)]
pub struct BuiltPack {
    /// What it was written in; none where it was built elsewhere.
    pub language: Option<Language>,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The component, with its manifest.
    pub bytes: Vec<u8>,
    /// Its contract and imports.
    pub inspection: Inspection,
    /// The texts of its templates, by name, as far as they stand in files.
    pub templates: BTreeMap<String, String>,
}

/// Builds the pack in `folder` as its language is built, runs its `describe` once, and puts the answer into it.
///
/// # Errors
/// Tools that are missing or fail, sources that make no pack, and a manifest that nobody could use.
pub fn build_pack(workshop: &Workshop<'_>, folder: &Path) -> Result<BuiltPack, Failure> {
    let language = Language::of(folder)?;
    let built = language.build(folder)?;
    finish(workshop, folder, built, Some(language))
}

/// The pack in a file that was built elsewhere, or the one that a folder makes.
fn build_or_read(workshop: &Workshop<'_>, path: &Path) -> Result<BuiltPack, Failure> {
    if !path.is_file() {
        return build_pack(workshop, path);
    }
    let bytes = registry::read_pack(path)?;
    let inspection = component::inspect(&bytes)?;
    match inspection.manifest.clone() {
        Some(manifest) => {
            publish::check(&manifest)?;
            Ok(BuiltPack { language: None, manifest, bytes, inspection, templates: BTreeMap::new() })
        }
        None => finish(workshop, path, Built { component: bytes, manifest: None, templates: BTreeMap::new() }, None),
    }
}

/// Puts its manifest into a component, which is asked for it where it is not known.
fn finish(
    workshop: &Workshop<'_>,
    path: &Path,
    built: Built,
    language: Option<Language>,
) -> Result<BuiltPack, Failure> {
    let Built { component, manifest, templates } = built;
    let is_asked = manifest.is_none();
    let manifest = manifest.map_or_else(|| members::describe(workshop, path, &component), Ok)?;
    publish::check(&manifest)?;
    let bytes = component::with_manifest(&component, &manifest)?;
    if is_asked {
        workshop.host()?.share_compiled(&Digest::of(&component), &Digest::of(&bytes));
    }
    let inspection = component::inspect(&bytes)?;
    Ok(BuiltPack { language, manifest, bytes, inspection, templates })
}

impl BuiltPack {
    /// Writes the pack: to `output`, or to `dist/NAME-VERSION.wasm` in its folder. Gives the file's path.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn write(&self, folder: &Path, output: Option<&Path>) -> Result<PathBuf, Failure> {
        let file = format!("{}-{}.wasm", self.manifest.name, self.manifest.version);
        let path = output.map_or_else(|| folder.join(OUTPUT).join(file), Path::to_owned);
        let unwritable = |cause: String| {
            let message = format!("`{}` can't be written: {cause}", path.display());
            Failure::from(Report::new("pack-unwritable", message).hint("name another file with `--output`"))
        };
        // The folder may be a stranger's: what it has in the way of the file is not followed elsewhere.
        let own = output.is_none().then(|| folder.join(OUTPUT));
        if [own.as_deref(), Some(&path)].into_iter().flatten().any(Path::is_symlink) {
            return Err(unwritable("it is, or leads through, a symbolic link".to_owned()));
        }
        store::publish(&path, &self.bytes).map_err(|error| unwritable(io_cause(&error)))?;
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

/// What `scaffold pack new` was asked for.
pub struct NewPack<'a> {
    /// Where the pack's folder goes.
    pub target: PathBuf,
    /// The pack's name, and the year.
    pub project: Project,
    /// What the user answered to the questions of the pack that makes new packs.
    pub given: Given,
    /// What happens to questions without an answer.
    pub mode: Mode<'a>,
}

/// Makes a pack's folder, whole or not at all, by the pack that makes new packs.
///
/// # Errors
/// Answers that are wrong, a folder that holds something, a failed write.
pub fn create_pack(workshop: &Workshop<'_>, new: NewPack<'_>) -> Result<Rendered, Failure> {
    apply::check_target(&new.target)?;
    let starter = authoring::starter()?;
    let bytes = component::with_manifest(&starter.component, &starter.manifest)?;
    let inputs = Inputs::new(new.project, new.given, new.mode);
    let rendered = Staging::new(&new.target, &bytes)?.run(workshop, inputs)?.map_err(Failure::Reports)?;
    apply::export(&new.target, &rendered.tree)?;
    Ok(rendered)
}

fn unwritable(error: &std::io::Error) -> Failure {
    let message = format!("a file of the pack can't be written: {}", io_cause(error));
    Failure::from(Report::new("pack-unwritable", message).hint("make room, and check who may write there"))
}
