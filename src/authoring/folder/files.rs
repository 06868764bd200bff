//! What lies in a pack's folder.

use std::fs;
use std::io::Read as _;
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
pub enum Contents {
    /// UTF-8 without NUL, with LF.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Contents {
    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    fn of(bytes: &[u8]) -> Self {
        match String::from_utf8(unix_newlines(bytes).into_owned()) {
            Ok(text) if !text.contains('\0') => Self::Text(text),
            _ => Self::Bytes(bytes.to_owned()),
        }
    }
}

/// A pack's folder.
#[derive(Clone, Copy, Debug)]
pub enum Sources<'a> {
    /// On disk.
    Disk(&'a Path),
    /// In this program: paths and contents, sorted by path.
    Embedded(&'a [(&'a str, &'a [u8])]),
}

impl Sources<'_> {
    /// Whether there is a file of this path.
    pub fn has(&self, file: &str) -> bool {
        match self {
            // What is there and is no file is for those to refuse who read it.
            Self::Disk(folder) => folder.join(file).symlink_metadata().is_ok(),
            Self::Embedded(files) => files.iter().any(|(path, _)| *path == file),
        }
    }

    /// A text that `pack.toml` names.
    ///
    /// # Errors
    /// A path that leads out of the folder, a file that is not there, and one that is no text.
    pub fn text(&self, file: &str) -> Result<String, FolderError> {
        if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
            let hint = "name a file inside the pack's folder, relative to it";
            return Err(FolderError::entry(format!("`{file}` leads out of the folder"), hint));
        }
        match self.read(file)? {
            Contents::Text(text) => Ok(text),
            Contents::Bytes(_) => {
                Err(FolderError::Template { file: file.to_owned(), problem: "it is not UTF-8 text".to_owned() })
            }
        }
    }

    /// The files below `part`, sorted by path: paths are relative to it, with `/` between names.
    ///
    /// # Errors
    /// Files that can't be read, names that are no text, symbolic links.
    pub fn below(&self, part: &str) -> Result<Vec<(String, Contents)>, FolderError> {
        let mut paths = Vec::new();
        match self {
            Self::Disk(folder) if folder.join(part).is_dir() => collect(folder, part, &mut paths)?,
            Self::Disk(_) => {}
            Self::Embedded(files) => paths.extend(files.iter().map(|(path, _)| (*path).to_owned())),
        }
        paths.sort();
        let inside = |path: &String| path.strip_prefix(part)?.strip_prefix('/').map(str::to_owned);
        paths
            .iter()
            .filter_map(|path| Some((inside(path)?, path)))
            .map(|(at, path)| Ok((at, self.read(path)?)))
            .collect()
    }

    fn read(&self, file: &str) -> Result<Contents, FolderError> {
        let path = match self {
            Self::Disk(folder) => folder.join(file),
            Self::Embedded(files) => {
                return match files.iter().find(|(path, _)| *path == file) {
                    Some((_, bytes)) => Ok(Contents::of(bytes)),
                    None => Err(FolderError::Unreadable { path: file.into(), error: fs_not_found() }),
                };
            }
        };
        let unreadable = |error| FolderError::Unreadable { path: path.clone(), error };
        let bytes = read_plain(self.folder(), file).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_FILE {
            let problem = format!("it has more than {MAX_FILE} bytes");
            return Err(FolderError::Template { file: file.to_owned(), problem });
        }
        Ok(Contents::of(&bytes))
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Disk(folder) => folder,
            Self::Embedded(_) => Path::new(""),
        }
    }
}

/// The bytes of a regular file in a folder, one more than [`MAX_FILE`] at the most. The folder may be a stranger's: a link
/// in it could lead to a file of the user, or to one that never ends.
fn read_plain(folder: &Path, file: &str) -> std::io::Result<Vec<u8>> {
    let mut path = folder.to_owned();
    for part in Path::new(file).components() {
        path.push(part);
        if fs::symlink_metadata(&path)?.is_symlink() {
            return Err(std::io::Error::other("it is, or leads through, a symbolic link"));
        }
    }
    if !fs::metadata(&path)?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(&path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn fs_not_found() -> std::io::Error {
    std::io::ErrorKind::NotFound.into()
}

/// Adds the paths of all files below a folder.
fn collect(root: &Path, below: &str, paths: &mut Vec<String>) -> Result<(), FolderError> {
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
            collect(root, &path, paths)?;
        } else if kind.is_file() {
            paths.push(path);
        } else {
            // A link gives other bytes on another machine, and might lead to any file of this one.
            return Err(FolderError::Template { file: path, problem: "it is no ordinary file".to_owned() });
        }
    }
    Ok(())
}
