//! What lies in a pack's folder.

use std::fs;
use std::path::{Component, Path};

use super::FolderError;
use crate::model::unix_newlines;

/// Each of these files is a file of the project.
pub(super) const TEMPLATES: &str = "templates";
/// Each of these is there for others: to be included, imported, merged, put into a slot.
pub(super) const PARTIALS: &str = "partials";

/// The most bytes of one file: the host takes no larger ones.
const MAX_FILE: u64 = 16 << 20;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Contents {
    /// UTF-8 without NUL, with LF.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// The files of `templates/` and of `partials/`, each sorted by path. Paths are relative to the two folders, with `/`.
#[derive(Debug)]
pub(super) struct Files {
    pub templates: Vec<(String, Contents)>,
    pub partials: Vec<(String, Contents)>,
}

impl Files {
    /// Reads both.
    ///
    /// # Errors
    /// Files that can't be read, names that are no text, symbolic links.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let read = |part: &str| {
            let mut files = Vec::new();
            if folder.join(part).is_dir() {
                collect(folder, part, part, &mut files)?;
            }
            files.sort_by(|(a, _), (b, _)| a.cmp(b));
            Ok(files)
        };
        Ok(Self { templates: read(TEMPLATES)?, partials: read(PARTIALS)? })
    }
}

fn collect(
    root: &Path,
    part: &str,
    below: &str,
    files: &mut Vec<(String, Contents)>,
) -> Result<(), FolderError> {
    let at = root.join(below);
    let unreadable = |error| FolderError::Unreadable { path: at.clone(), error };
    for entry in fs::read_dir(&at).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().into_string().map_err(|name| FolderError::Template {
            file: format!("{below}/{}", name.to_string_lossy()),
            problem: "its name is not UTF-8 text".to_owned(),
        })?;
        // What the Finder leaves in every folder that it was looked at with.
        if name == ".DS_Store" {
            continue;
        }
        let path = format!("{below}/{name}");
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            collect(root, part, &path, files)?;
        } else if kind.is_file() {
            let inside = path.get(part.len() + 1..).unwrap_or(&path).to_owned();
            files.push((inside, read(root, &path)?));
        } else {
            // A link gives other bytes on another machine, and might lead to any file of this one.
            return Err(FolderError::Template { file: path, problem: "it is no ordinary file".to_owned() });
        }
    }
    Ok(())
}

/// A file of the pack's folder.
pub(super) fn read(folder: &Path, file: &str) -> Result<Contents, FolderError> {
    let path = folder.join(file);
    let unreadable = |error| FolderError::Unreadable { path: path.clone(), error };
    let size = fs::metadata(&path).map_err(unreadable)?.len();
    if size > MAX_FILE {
        let problem = format!("it has {size} bytes, and {MAX_FILE} is the most");
        return Err(FolderError::Template { file: file.to_owned(), problem });
    }
    let bytes = fs::read(&path).map_err(unreadable)?;
    Ok(match String::from_utf8(unix_newlines(&bytes).into_owned()) {
        Ok(text) if !text.contains('\0') => Contents::Text(text),
        _ => Contents::Bytes(bytes),
    })
}

/// A text of the pack's folder that `pack.toml` names.
///
/// # Errors
/// A path that leads out of the folder, and a file that is no text.
pub(super) fn read_text(folder: &Path, file: &str) -> Result<String, FolderError> {
    if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
        let hint = "name a file inside the pack's folder, relative to it";
        return Err(FolderError::entry(format!("`{file}` leads out of the folder"), hint));
    }
    match read(folder, file)? {
        Contents::Text(text) => Ok(text),
        Contents::Bytes(_) => {
            Err(FolderError::Template { file: file.to_owned(), problem: "it is not UTF-8 text".to_owned() })
        }
    }
}
