//! A new user's machine, as far as `scaffold` sees one: an empty home and an empty folder.

mod containers;
mod draft;
mod memory;
mod pack;
mod page;
mod recipe;
mod registry;
mod server;
#[cfg(target_os = "linux")]
mod terminal;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use tempfile::TempDir;

pub use containers::{Containers, Guard};
pub use draft::Draft;
pub use pack::{CONTRACT, Pack};
pub use page::{Reader, page};
pub use recipe::Recipe;
pub use registry::Registry;
pub use server::{Body, Reply, Request, Server, gzip};
#[cfg(target_os = "linux")]
pub use terminal::Terminal;

/// A folder to work in, and a home of its own.
pub struct Machine {
    folder: TempDir,
}

/// What a run of the program left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Machine {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("scaffold-it-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder }
    }

    /// A file or folder in the folder that commands run in.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("work").join(below)
    }

    /// `SCAFFOLD_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a pack to `NAME.wasm`.
    pub fn pack(&self, file: &str, pack: &Pack) -> &Self {
        pack.write(&self.path(file));
        self
    }

    pub fn write(&self, file: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
        self
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// The program with nothing of this process's environment but what finding programs takes.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SCAFFOLD_HOME", self.home())
            .env("SOURCE_DATE_EPOCH", "1767225600")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(&mut self.command(arguments))
    }

    pub fn finish(&self, command: &mut Command) -> Run {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| {
            let folder = self.path("");
            let folder = folder.to_str().unwrap().trim_end_matches('/').to_owned();
            String::from_utf8(bytes)
                .unwrap()
                .replace(&folder, "[WORK]")
                .replace(self.home().to_str().unwrap(), "[HOME]")
        };
        Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Everything below a folder, as paths with their contents, sorted.
    pub fn tree(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.path(folder), "", &mut files);
        files.sort();
        files
    }

    /// Makes what this machine has of registries' files older than anything that is believed without asking.
    pub fn age(&self) {
        let mut folders = vec![self.home().join("cache/registries-v1")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let file = std::fs::File::options().write(true).open(path).unwrap();
                    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
                }
            }
        }
    }

    /// Names of everything in the folder that commands run in, but for packs.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.ends_with(".wasm")).collect();
        names.sort();
        names
    }
}

impl Run {
    /// Asserts success and gives the run back.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that it failed as errors do, and gives what it said.
    #[track_caller]
    pub fn fails(self) -> String {
        assert_eq!(self.code, 1, "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.stderr
    }
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &path, files);
        } else {
            files.push((path, std::fs::read(entry.path()).unwrap()));
        }
    }
}
