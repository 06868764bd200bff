//! The packs of a check or of cases, each in a file: what is run many times is built and written once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

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
    /// What stands for the files of this folder in messages: the folders that they were made of, as they were named.
    named: BTreeMap<PathBuf, PathBuf>,
}

/// What an author does about a fault of the pack.
const MEND: &str = "mend the pack";

/// A path as it is written where a pack may also be a name.
fn as_pack(path: &Path) -> PathBuf {
    let is_plain = matches!(path.components().next(), Some(Component::Normal(_)));
    if is_plain { Path::new(".").join(path) } else { path.to_owned() }
}

impl Staging {
    /// Puts the pack into a file. It was made of `source`.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn new(source: &Path, bytes: &[u8]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| unwritable(&error))?;
        let own = folder.path().join("pack.wasm");
        fs::write(&own, bytes).map_err(|error| unwritable(&error))?;
        let named = BTreeMap::from([(own.clone(), as_pack(source))]);
        Ok(Self { folder, own, others: BTreeMap::new(), named })
    }

    /// Another pack, where a path is a folder, or the pack's own: the file that was made of it. Paths are relative to `base`.
    ///
    /// # Errors
    /// A folder that makes no pack.
    pub fn beside(&mut self, base: &Path, mut spec: Spec) -> Result<Spec, Failure> {
        if let PackSpec::Path(path) = &mut spec.pack {
            let place = std::path::absolute(base.join(&*path)).map_err(|error| unwritable(&error))?;
            let file = self.file_of(place)?;
            self.named.entry(file.clone()).or_insert_with(|| path.clone());
            *path = file;
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
            Err(Failure::Reports(reports)) => Ok(Err(reports.into_iter().map(|report| self.tell(report)).collect())),
            Err(interrupted) => Err(interrupted),
        }
    }

    /// A report that names folders where it named the files of this one, which nobody knows and which are soon gone.
    fn tell(&self, report: Report) -> Report {
        let tell = |text: String| {
            let files = self.named.iter().filter(|(file, _)| file.starts_with(self.folder.path()));
            files.fold(text, |text, (file, named)| {
                text.replace(&file.display().to_string(), &named.display().to_string())
            })
        };
        Report {
            code: report.code,
            message: tell(report.message),
            details: report.details.into_iter().map(tell).collect(),
            // Whoever reads this is the author.
            hint: report.hint.map(|hint| if hint.contains("to the author of") { MEND.to_owned() } else { tell(hint) }),
        }
    }
}
