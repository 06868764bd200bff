//! The cases of a pack: folders below `tests/` that say what the pack makes of which answers.
//!
//! A case is `answers.toml` (or `.yaml`, `.json`), and what comes of them: the tree in `expected/`, or the lines in
//! `message.txt` where the answers are refused. `case.toml` says the rest: the project's name, other packs beside this
//! one, further answers in all combinations, the version that was told the answers, commands that are run in the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;
use serde_json::Value;

use super::combine::product;
use super::folder::{Contents, FolderError, Sources};
use crate::model::near;

/// The folder of all cases.
const CASES: &str = "tests";
/// What a case may be called by its answers.
const ANSWERS: [&str; 3] = ["answers.toml", "answers.yaml", "answers.json"];
/// The expected tree.
pub const EXPECTED: &str = "expected";
/// The expected message.
pub const MESSAGE: &str = "message.txt";
/// What else a case says.
const SETTINGS: &str = "case.toml";

/// One case.
#[derive(Debug)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The file with its answers.
    pub answers: Option<PathBuf>,
    /// What else it says.
    pub settings: Settings,
    /// What is to come of it.
    pub expected: Expected,
}

/// What is to come of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Exactly these files.
    Tree(BTreeMap<String, ExpectedFile>),
    /// A refusal, in which each of these lines stands.
    Message(Vec<String>),
    /// A project, whatever is in it.
    Anything,
}

/// A file that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFile {
    /// What it holds.
    pub contents: Vec<u8>,
    /// Whether it may be run; none where the system does not say that of files.
    pub executable: Option<bool>,
}

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The project's name.
    pub name: String,
    /// The project's year.
    pub year: u16,
    /// Other packs of the project: paths are relative to the pack's folder.
    pub packs: Vec<String>,
    /// The folders of instances that don't go to the root.
    pub at: BTreeMap<String, String>,
    /// The older version of the pack that was told the answers: the pack carries them over, as when a project moves to it.
    pub from: Option<Version>,
    /// Answers that are given in all combinations.
    pub matrix: BTreeMap<String, Vec<Value>>,
    /// What is run in the project that was made.
    pub run: Vec<Run>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "shop".to_owned(),
            year: 2026,
            packs: Vec::new(),
            at: BTreeMap::new(),
            from: None,
            matrix: BTreeMap::new(),
            run: Vec::new(),
        }
    }
}

/// A command that has to succeed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// A program and its arguments.
    pub command: Vec<String>,
    /// What it has to print.
    pub prints: Option<String>,
}

/// Reads the cases of the pack in `folder`, sorted by name.
///
/// # Errors
/// Files that can't be read or understood.
pub fn cases(folder: &Path) -> Result<Vec<Case>, FolderError> {
    let at = folder.join(CASES);
    if !at.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error| FolderError::Unreadable { path: at.clone(), error };
    let mut cases = Vec::new();
    for entry in fs::read_dir(&at).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        // Tests in the pack's own language may stand beside the cases.
        let is_case = |path: &Path| {
            let has = |file: &str| path.join(file).exists();
            ANSWERS.iter().any(|file| has(file)) || has(SETTINGS) || has(EXPECTED) || has(MESSAGE)
        };
        if path.is_dir() && is_case(&path) {
            cases.push(case(name, path)?);
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn case(name: String, folder: PathBuf) -> Result<Case, FolderError> {
    check_names(&name, &folder)?;
    let sources = Sources::Disk(&folder);
    let settings = if sources.has(SETTINGS) {
        let text = sources.text(SETTINGS)?;
        let file = format!("{CASES}/{name}/{SETTINGS}");
        let settings = toml::from_str(&text).map_err(|error| FolderError::toml(&file, &text, &error))?;
        check(&settings).map_err(|message| FolderError::Syntax { file, place: None, message })?;
        settings
    } else {
        Settings::default()
    };
    let expected = if sources.has(MESSAGE) {
        let text = sources.text(MESSAGE)?;
        Expected::Message(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
    } else if folder.join(EXPECTED).is_dir() {
        let expected = |(path, contents): (String, Contents)| {
            let executable = is_executable(&folder.join(EXPECTED).join(&path))?;
            Ok((path, ExpectedFile { contents: contents.into_bytes(), executable }))
        };
        Expected::Tree(sources.below(EXPECTED)?.into_iter().map(expected).collect::<Result<_, FolderError>>()?)
    } else {
        Expected::Anything
    };
    let answers = ANSWERS.iter().map(|file| folder.join(file)).find(|path| path.exists());
    Ok(Case { name, folder, answers, settings, expected })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> Result<Option<bool>, FolderError> {
    use std::os::unix::fs::PermissionsExt as _;
    let unreadable = |error| FolderError::Unreadable { path: path.to_owned(), error };
    Ok(Some(fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o100 != 0))
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> Result<Option<bool>, FolderError> {
    Ok(None)
}

/// Refuses slips: a file that is read by nobody would make a case that checks less than its author thinks. An editor's
/// copy beside the file itself is none.
fn check_names(name: &str, folder: &Path) -> Result<(), FolderError> {
    let unreadable = |error| FolderError::Unreadable { path: folder.to_owned(), error };
    let known = || ANSWERS.into_iter().chain([SETTINGS, EXPECTED, MESSAGE]);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    entries.sort();
    for entry in entries.iter().filter(|entry| known().all(|known| known != **entry)) {
        if let Some(meant) = near(entry, known()).first().filter(|meant| entries.iter().all(|other| other != **meant)) {
            let message = format!("a case has no such file; `{meant}` is meant, perhaps");
            return Err(FolderError::Syntax { file: format!("{CASES}/{name}/{entry}"), place: None, message });
        }
    }
    Ok(())
}

/// What would make a case that runs nothing.
fn check(settings: &Settings) -> Result<(), String> {
    if let Some((key, _)) = settings.matrix.iter().find(|(_, values)| values.is_empty()) {
        return Err(format!("`{key}` of `[matrix]` has no values"));
    }
    if settings.run.iter().any(|run| run.command.is_empty()) {
        return Err("`command` of `[[run]]` names no program".to_owned());
    }
    Ok(())
}

impl Case {
    /// Whether it says nothing of what is to come of it: it was just begun.
    pub fn expects_nothing(&self) -> bool {
        self.expected == Expected::Anything && self.settings.run.is_empty() && self.settings.matrix.is_empty()
    }

    /// What is given beside `answers.toml`: one list for each combination of the matrix, each as `--set` takes it.
    pub fn combinations(&self) -> Vec<Vec<String>> {
        let matrix = &self.settings.matrix;
        let sizes: Vec<usize> = matrix.values().map(Vec::len).collect();
        let given = |combination: Vec<usize>| {
            let chosen = matrix.iter().zip(combination).filter_map(|((key, values), at)| Some((key, values.get(at)?)));
            chosen
                .map(|(key, value)| {
                    format!("{key}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect()
        };
        product(&sizes).into_iter().map(given).collect()
    }
}
