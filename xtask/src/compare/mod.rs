//! The same upgrade of the same project by `scaffold`, copier and cruft.
//!
//! A template is written three times, and only the syntax of its variables differs; the projects that the tools make of
//! it are the same byte by byte. Each project then has the same life: the user edits it, the template moves on, the tool
//! brings the project along. What became of every edit is read off the files, not off what a tool says. Times are taken
//! of a project that nobody edited.
//!
//! This is no part of the checks: it needs the network once, for the other tools, and minutes. `docs/comparison.md` holds
//! the tables of one run.

mod account;
mod edits;
mod life;
mod place;
mod table;
mod template;
mod times;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use self::life::Life;
use self::template::Template;
use self::times::Times;
use self::tool::{Kind, Tool};
use crate::checklist::Made;
use crate::failure::{Failure, Outcome};
use crate::{installed, process};

const KINDS: [Kind; 3] = [Kind::Scaffold, Kind::Copier, Kind::Cruft];
/// What is measured: how many files, how many runs, and whether the user edited what changes. The largest takes copier a
/// minute each time.
const SIZES: [(usize, usize, bool); 3] = [(40, 15, false), (40, 15, true), (2000, 1, false)];

/// What is compared, and where.
struct Comparison {
    programs: [PathBuf; KINDS.len()],
    folder: TempDir,
}

/// Prints the tables; those of times are left out where they are not wanted.
pub fn run(root: &Path, with_times: bool) -> Outcome<()> {
    let venv = install(root)?;
    let comparison = Comparison {
        programs: [build(root)?, venv.join("bin/copier"), venv.join("bin/cruft")],
        folder: work_folder()?,
    };
    let lives = comparison.live(root)?;
    println!("{}\n{}", table::lives(&lives), table::checks(&lives));
    if with_times {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let times = comparison.measure(root)?;
        println!("{}", table::times(&KINDS, &times));
        println!("load before measuring: {}", load.split(' ').next().unwrap_or_default());
    }
    Ok(())
}

impl Comparison {
    fn tools(&self, folder: &str) -> Outcome<Vec<Tool>> {
        let new = |(kind, program): (Kind, &PathBuf)| {
            Tool::new(kind, program.clone(), self.folder.path().join(folder).join(kind.name()))
        };
        KINDS.into_iter().zip(&self.programs).map(new).collect()
    }

    /// Every tool's life, and what each said of its update in `target/compare`.
    fn live(&self, root: &Path) -> Outcome<Vec<Life>> {
        let template = Template::moving(root)?;
        let tools = self.tools("lives")?;
        let lives: Vec<Life> = tools.iter().map(|tool| life::live(tool, &template)).collect::<Outcome<_>>()?;
        let target = root.join("target/compare");
        fs::create_dir_all(&target).map_err(Failure::io(&target))?;
        for life in &lives {
            let said = target.join(format!("{}-update.txt", life.kind.name()));
            fs::write(&said, &life.update.said).map_err(Failure::io(&said))?;
        }
        Ok(lives)
    }

    fn measure(&self, root: &Path) -> Outcome<Vec<Times>> {
        let measure = |(at, (files, runs, is_edited)): (usize, (usize, usize, bool))| {
            let tools = self.tools(&format!("times-{at}"))?;
            times::measure(&tools, &Template::steady(root, files)?, runs, is_edited)
        };
        SIZES.into_iter().enumerate().map(measure).collect()
    }
}

/// Builds the program as users get it.
fn build(root: &Path) -> Outcome<PathBuf> {
    process::run(process::command("cargo", root).args(["build", "--release", "--bin", "scaffold", "--locked"]))?;
    let this = std::env::current_exe().map_err(|error| Failure::new(format!("where xtask is: {error}")))?;
    let target = this.parent().and_then(Path::parent).ok_or_else(|| Failure::new("xtask is in no target folder"))?;
    Ok(target.join("release").join(format!("scaffold{}", std::env::consts::EXE_SUFFIX)))
}

/// Installs the other tools to `target/compare-tools`, of the versions that `tests/compare` locks.
fn install(root: &Path) -> Outcome<PathBuf> {
    let venv = root.join("target/compare-tools");
    let command = |program: &Path| process::command(program, root);
    match installed::python(&venv, &root.join("tests/compare/requirements.txt"), command)? {
        Made::Done(venv) => Ok(venv),
        Made::Skipped(why) => Err(Failure::new(why)),
    }
}

/// A folder in memory, where there is a file system in it: a disk's moods are not the tools'.
fn work_folder() -> Outcome<TempDir> {
    let named = |parent: &Path| tempfile::Builder::new().prefix("scaffold-compare-").tempdir_in(parent);
    named(Path::new("/dev/shm"))
        .or_else(|_| named(&std::env::temp_dir()))
        .map_err(|error| Failure::new(format!("no temporary folder: {error}")))
}
