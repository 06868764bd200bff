//! A folder to work in, where no one has used any tool yet.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

/// The name of the project that every tool makes.
pub const PROJECT: &str = "orders";

/// A folder of one tool, with a home in it.
pub struct Place {
    folder: PathBuf,
}

/// How a command ended, and what it said.
pub struct Run {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Everything that it wrote to the terminal.
    pub said: String,
}

impl Place {
    /// Makes the folder and the home.
    pub fn new(folder: PathBuf) -> Outcome<Self> {
        let home = folder.join("home");
        fs::create_dir_all(&home).map_err(Failure::io(&home))?;
        let config = home.join(".gitconfig");
        let text = "[user]\nname = Someone\nemail = someone@orders.example\n[init]\ndefaultBranch = main\n";
        fs::write(&config, text).map_err(Failure::io(&config))?;
        Ok(Self { folder })
    }

    /// A path in the folder.
    pub fn join(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The project that was made in a folder of this place.
    pub fn project(&self, folder: &str) -> PathBuf {
        self.folder.join(folder).join(PROJECT)
    }

    /// A command that sees nothing of the developer's settings.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = process::command(program, folder);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let foreign = ["SCAFFOLD_", "XDG_", "LC_", "GIT_", "COPIER_", "COOKIECUTTER_", "PYTHON"];
            if foreign.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(&*name);
            }
        }
        command.env("HOME", self.folder.join("home")).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8");
        command
    }

    /// Runs a command to its end, however it ends.
    pub fn run(&self, program: &Path, arguments: &[&str], folder: &Path) -> Outcome<Run> {
        let mut command = self.command(program, folder);
        let output = command
            .args(arguments)
            .output()
            .map_err(|error| Failure::new(format!("`{}` can't be started: {error}", program.display())))?;
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        Ok(Run { code: output.status.code(), said })
    }

    /// Runs git.
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> Outcome<()> {
        process::quietly(self.command("git", folder).args(arguments))
    }

    /// Makes a repository of a folder.
    pub fn start_repository(&self, folder: &Path) -> Outcome<()> {
        self.git(folder, &["init", "--quiet"])?;
        self.commit(folder, "As it was generated")
    }

    /// Commits everything, also where there is nothing new.
    pub fn commit(&self, folder: &Path, message: &str) -> Outcome<()> {
        self.git(folder, &["add", "--all"])?;
        self.git(folder, &["commit", "--quiet", "--allow-empty", "--message", message])
    }
}
