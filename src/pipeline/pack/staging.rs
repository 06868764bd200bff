//! The packs of a check or of cases, each in a file: what is run many times is built and written once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{of_folder, unwritable};
use crate::model::Report;
use crate::pipeline::{Failure, Inputs, Rendered, Workshop, run};
use crate::registry::{PackSpec, Spec};

/// What a run ended with: a project, or the reports of why there is none.
pub(super) type Outcome = Result<Rendered, Vec<Report>>;

/// A pack that is in no file yet, and others that are run beside it.
pub(super) struct Staging {
    folder: TempDir,
    /// The pack's own file.
    own: PathBuf,
    /// By the paths that were named, the files that stand for them.
    others: BTreeMap<PathBuf, PathBuf>,
}

impl Staging {
    /// Puts the pack into a file.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn new(bytes: &[u8]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| unwritable(&error))?;
        let own = folder.path().join("pack.wasm");
        fs::write(&own, bytes).map_err(|error| unwritable(&error))?;
        Ok(Self { folder, own, others: BTreeMap::new() })
    }

    /// Another pack, where a path is a folder, or the pack's own: the file that was made of it. Paths are relative to `base`.
    ///
    /// # Errors
    /// A folder that makes no pack.
    pub fn beside(&mut self, base: &Path, mut spec: Spec) -> Result<Spec, Failure> {
        if let PackSpec::Path(path) = &mut spec.pack {
            let place = std::path::absolute(base.join(&*path)).map_err(|error| unwritable(&error))?;
            *path = self.file_of(place)?;
        }
        Ok(spec)
    }

    fn file_of(&mut self, place: PathBuf) -> Result<PathBuf, Failure> {
        if let Some(file) = self.others.get(&place) {
            return Ok(file.clone());
        }
        let file = match of_folder(&place) {
            Some(bytes) => {
                let file = self.folder.path().join(format!("other-{}.wasm", self.others.len()));
                fs::write(&file, bytes?).map_err(|error| unwritable(&error))?;
                file
            }
            None => place.clone(),
        };
        self.others.insert(place, file.clone());
        Ok(file)
    }

    /// Runs the pack beside those that the inputs want.
    ///
    /// # Errors
    /// The user broke off.
    pub fn run(&self, workshop: &Workshop<'_>, mut inputs: Inputs<'_>) -> Result<Outcome, Failure> {
        inputs.wanted.push(Spec { instance: None, pack: PackSpec::Path(self.own.clone()) });
        match run(workshop, inputs) {
            Ok(rendered) => Ok(Ok(rendered)),
            Err(Failure::Reports(reports)) => Ok(Err(reports)),
            Err(interrupted) => Err(interrupted),
        }
    }
}
