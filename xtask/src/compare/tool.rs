//! What is compared: three tools, each with the template in its own syntax.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::place::{PROJECT, Place};
use super::template::{ANSWERS, Files, MOVED, with_variables};
use crate::failure::{Failure, Outcome};
use crate::{process, tree};

/// Where each tool's template is written.
const TEMPLATE: &str = "template";

/// Which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// This repository's.
    Scaffold,
    /// copier.
    Copier,
    /// cruft, with cookiecutter.
    Cruft,
}

/// A tool in a place of its own.
pub struct Tool {
    /// Which.
    pub kind: Kind,
    /// Where it works.
    pub place: Place,
    /// What is run.
    pub program: PathBuf,
}

impl Kind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scaffold => "scaffold",
            Self::Copier => "copier",
            Self::Cruft => "cruft",
        }
    }

    /// What brings a project to the newest version, and asks nothing.
    pub fn update(self) -> &'static [&'static str] {
        match self {
            Self::Scaffold => &["update"],
            Self::Copier => &["update", "--defaults"],
            Self::Cruft => &["update", "--skip-apply-ask"],
        }
    }

    /// What tells whether a project is as it should be.
    pub fn checks(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Scaffold => &[&["check"], &["check", "--strict"]],
            Self::Copier => &[&["check-update"]],
            Self::Cruft => &[&["check"], &["diff", "--exit-code"]],
        }
    }

    /// What of a project is the tool's own.
    pub fn own(self) -> &'static [&'static str] {
        match self {
            Self::Scaffold => &["scaffold.toml", "scaffold.lock", ".scaffold"],
            Self::Copier => &[".copier-answers.yml"],
            Self::Cruft => &[".cruft.json"],
        }
    }
}

impl Tool {
    /// A tool with nothing published yet.
    pub fn new(kind: Kind, program: PathBuf, folder: PathBuf) -> Outcome<Self> {
        let tool = Self { kind, place: Place::new(folder)?, program };
        let template = tool.place.join(TEMPLATE);
        fs::create_dir_all(&template).map_err(Failure::io(&template))?;
        match kind {
            Kind::Scaffold => {
                tool.quietly(&["registry", "init", "registry"])?;
                tool.quietly(&["registry", "add", "compared", "./registry"])?;
                tool.quietly(&["key", "new"])?;
            }
            Kind::Copier | Kind::Cruft => tool.place.git(&template, &["init", "--quiet"])?,
        }
        Ok(tool)
    }

    /// Publishes a version of the template.
    pub fn publish(&self, version: &str, files: &Files) -> Outcome<()> {
        let template = self.place.join(TEMPLATE);
        let inside = template.join(match self.kind {
            Kind::Scaffold => "templates",
            Kind::Copier => "template",
            Kind::Cruft => "{{cookiecutter.service}}",
        });
        if inside.exists() {
            fs::remove_dir_all(&inside).map_err(Failure::io(&inside))?;
        }
        for (path, contents) in files {
            let (path, contents) = self.written(path, contents);
            write(&inside.join(path), &contents)?;
        }
        match self.kind {
            Kind::Scaffold => self.publish_pack(&template, version, files),
            Kind::Copier => {
                write(&template.join("copier.yml"), copier_questions().as_bytes())?;
                let answers = "{{ _copier_conf.answers_file }}.jinja";
                write(&inside.join(answers), b"{{ _copier_answers|to_nice_yaml }}")?;
                self.place.commit(&template, version)?;
                self.place.git(&template, &["tag", &format!("v{version}")])
            }
            Kind::Cruft => {
                write(&template.join("cookiecutter.json"), answers().to_string().as_bytes())?;
                self.place.commit(&template, version)
            }
        }
    }

    /// Makes a project of the newest version in a folder of the place.
    pub fn create(&self, folder: &str) -> Outcome<PathBuf> {
        let parent = self.place.join(folder);
        fs::create_dir_all(&parent).map_err(Failure::io(&parent))?;
        let template = self.place.join(TEMPLATE).display().to_string();
        let mut command = self.place.command(&self.program, &parent);
        match self.kind {
            Kind::Scaffold => {
                command.args(["new", PROJECT, "--pack", "compared/service"]);
                command.args(ANSWERS.iter().flat_map(|(name, value)| ["--set".to_owned(), format!("{name}={value}")]));
            }
            Kind::Copier => {
                command.args(["copy", "--defaults"]);
                command.args(ANSWERS.iter().flat_map(|(name, value)| ["--data".to_owned(), format!("{name}={value}")]));
                command.args([&template, PROJECT]);
            }
            Kind::Cruft => {
                command.args(["create", "--no-input", "--extra-context", &answers().to_string(), &template]);
            }
        }
        process::quietly(&mut command)?;
        Ok(self.place.project(folder))
    }

    /// Fails where a project has other files than these, git's and the tool's own aside.
    pub fn expect(&self, project: &Path, expected: &tree::Files) -> Outcome<()> {
        let mut found = tree::files(project)?;
        let is_own = |path: &Path| self.kind.own().iter().any(|own| path.starts_with(own));
        found.retain(|path, _| !path.starts_with(".git") && !is_own(path));
        match tree::differences(expected, &found).first() {
            Some(path) => {
                Err(Failure::new(format!("{} makes something else of `{}`", self.kind.name(), path.display())))
            }
            None => Ok(()),
        }
    }

    /// A file of the template in the tool's syntax.
    fn written(&self, path: &str, contents: &[u8]) -> (String, Vec<u8>) {
        let variable = |name: &str| match self.kind {
            Kind::Scaffold => format!("{{{{ answers.{name} }}}}"),
            Kind::Copier => format!("{{{{ {name} }}}}"),
            Kind::Cruft => format!("{{{{ cookiecutter.{name} }}}}"),
        };
        let mut target = with_variables(path, variable);
        let Ok(text) = std::str::from_utf8(contents) else { return (target, contents.to_owned()) };
        let rendered = with_variables(text, variable);
        if self.kind == Kind::Copier && rendered != text {
            target.push_str(".jinja");
        }
        (target, rendered.into_bytes())
    }

    fn publish_pack(&self, template: &Path, version: &str, files: &Files) -> Outcome<()> {
        write(&template.join("pack.toml"), pack(version, files).as_bytes())?;
        let built = format!("service-{version}.wasm");
        self.quietly(&["pack", "build", TEMPLATE, "--output", &built])?;
        self.quietly(&["publish", &built, "--registry", "./registry"])
    }

    fn quietly(&self, arguments: &[&str]) -> Outcome<()> {
        process::quietly(self.place.command(&self.program, &self.place.join("")).args(arguments))
    }
}

fn write(path: &Path, contents: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::io(folder))?;
    }
    fs::write(path, contents).map_err(Failure::io(path))?;
    make_runnable(path, contents)
}

/// Makes scripts runnable: all three tools take the bit from the template, or from the first line.
#[cfg(unix)]
fn make_runnable(path: &Path, contents: &[u8]) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if !contents.starts_with(b"#!") {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Failure::io(path))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path, _: &[u8]) -> Outcome<()> {
    Ok(())
}

/// `pack.toml` of the pack without code.
fn pack(version: &str, files: &Files) -> String {
    let mut text = format!("name = \"service\"\nversion = \"{version}\"\nsummary = \"A service\"\n");
    for (name, _) in ANSWERS {
        text.push_str(&format!("\n[questions.{name}]\ntype = \"string\"\n"));
    }
    let (from, to) = MOVED;
    if files.contains_key(to) {
        text.push_str(&format!("\n[[file]]\ntemplate = \"{to}\"\nmoved-from = [\"{from}\"]\n"));
    }
    text
}

/// `copier.yml`.
fn copier_questions() -> String {
    let questions = ANSWERS.map(|(name, _)| format!("{name}:\n  type: str\n"));
    format!("_subdirectory: template\n{}", questions.concat())
}

/// The answers as cookiecutter takes them.
fn answers() -> Value {
    let answers = ANSWERS.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    Value::Object(answers.collect::<Map<_, _>>())
}
