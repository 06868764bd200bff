//! Tools that are installed below `target/` once, and again when what pins them changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checklist::Made;
use crate::failure::{Failure, Outcome};
use crate::process;

/// What says that an installation is whole, and of which inputs.
const STAMP: &str = "installed";

/// Makes a virtual environment with exactly what a lock of Python's packages names.
///
/// `command` starts a program as its caller wants its tools to run.
pub fn python(venv: &Path, lock: &Path, command: impl Fn(&Path) -> Command) -> Outcome<Made<PathBuf>> {
    if !process::runs("python3", &["-c", "import ensurepip, venv"]) {
        return Ok(Made::Skipped("`python3` with `venv` is not installed".to_owned()));
    }
    once(venv, &[lock], || {
        process::quietly(command(Path::new("python3")).args(["-m", "venv"]).arg(venv))?;
        let mut pip = command(&venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--requirement"]).arg(lock);
        process::quietly(&mut pip)
    })?;
    Ok(Made::Done(venv.to_owned()))
}

/// Fills a folder, unless it was filled by the same inputs.
pub fn once(folder: &Path, inputs: &[impl AsRef<Path>], fill: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
    let mut wanted = String::new();
    for input in inputs {
        let input = input.as_ref();
        wanted.push_str(&fs::read_to_string(input).map_err(Failure::io(input))?);
    }
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Failure::io(folder))?;
    }
    fs::create_dir_all(folder).map_err(Failure::io(folder))?;
    fill()?;
    fs::write(&stamp, wanted).map_err(Failure::io(&stamp))
}
