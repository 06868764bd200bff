//! The one place that decides what a path in a project may be.
//!
//! Packs propose paths, locks and journals carry them, and all of them are strangers. [`ProjectPath`] can be made in
//! one way only, by [`ProjectPath::parse`], and what it refuses is what some platform would read as a place outside
//! the project, as a device, as another path of the same tree, or as something that is not a pack's to write.

use std::collections::BTreeMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// A relative path inside a project, `/` between its names, that is safe on every platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectPath(String);

/// Why a text is not a path of a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path `{}` {}", super::printable(.path), .reason)]
pub struct PathError {
    /// The path as it was given, shortened.
    pub path: String,
    /// The rest of the sentence.
    pub reason: String,
}

/// The file that says what the user wants of a project.
pub const INTENT_FILE: &str = "scaffold.toml";
/// The file that says what that was resolved to.
pub const LOCK_FILE: &str = "scaffold.lock";

/// The longest path, in bytes: what fits Windows' limit with room for the folder that the project is in.
const MAX_PATH: usize = 200;
/// The longest name between two slashes, in bytes.
const MAX_NAME: usize = 120;

impl ProjectPath {
    /// Checks a path from outside.
    ///
    /// # Errors
    /// Everything that `docs/architecture.md`, "Paths", lists: absolute paths, `..`, backslashes, drive letters,
    /// control characters and characters without width, names that Windows reserves or cuts, `.git` in any spelling,
    /// and the files by which scaffold itself knows a project.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let wrong = |reason: &str| PathError { path: text.chars().take(120).collect(), reason: reason.to_owned() };
        if text.is_empty() {
            return Err(wrong("is empty"));
        }
        if text.len() > MAX_PATH {
            return Err(wrong(&format!("is longer than {MAX_PATH} bytes")));
        }
        if text.starts_with('/') {
            return Err(wrong("is absolute: paths are relative to the project"));
        }
        for name in text.split('/') {
            check_name(name).map_err(|reason| wrong(&reason))?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a file below this one.
    ///
    /// # Errors
    /// As [`ProjectPath::parse`] of the whole.
    pub fn join(&self, below: &str) -> Result<Self, PathError> {
        Self::parse(&format!("{}/{below}", self.0))
    }

    /// The names between the slashes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Whether it leads through a folder.
    pub fn is_below(&self, folder: &Self) -> bool {
        self.as_str().strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The folder that the file is in; none at the project's root.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(folder, _)| folder)
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for ProjectPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ProjectPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let refuse = |reason: &str| Err(reason.to_owned());
    match name {
        "" => return refuse("has an empty name in it"),
        "." | ".." => return Err(format!("has `{name}` in it, which would lead elsewhere")),
        _ => {}
    }
    if name.len() > MAX_NAME {
        return Err(format!("has a name of more than {MAX_NAME} bytes in it"));
    }
    if let Some(c) = name.chars().find(|&c| c.is_control() || is_ignorable(c)) {
        return Err(format!("has the character U+{:04X} in it, which can't be seen", u32::from(c)));
    }
    if let Some(c) = name.chars().find(|c| r#"\:*?"<>|"#.contains(*c)) {
        return Err(format!("has `{c}` in it, which Windows reads as something else"));
    }
    if name.ends_with(['.', ' ']) {
        return refuse("has a name in it that ends in a dot or a space, which Windows drops");
    }
    let folded = fold(name);
    let stem = folded.split('.').next().unwrap_or_default().trim_end();
    if is_device(stem) {
        return Err(format!("has `{name}` in it, which is a device on Windows"));
    }
    if folded == ".git" || is_short_name_of_git(&folded) {
        return refuse("leads into `.git`, whose contents can run programs");
    }
    if [INTENT_FILE, LOCK_FILE, ".scaffold"].contains(&folded.as_str()) {
        return Err(format!("has `{name}` in it, which is scaffold's own"));
    }
    Ok(())
}

/// Names that open a device whatever their extension.
/// Source: "Naming Files, Paths, and Namespaces" in Microsoft's documentation of the Win32 API.
fn is_device(stem: &str) -> bool {
    if matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") {
        return true;
    }
    // Folding has already turned the superscript digits, which Windows accepts too, into plain ones.
    ["com", "lpt"].iter().any(|port| {
        stem.strip_prefix(port).is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// `git~1` and the like: the names that NTFS makes for `.git` where short names are on.
fn is_short_name_of_git(folded: &str) -> bool {
    folded.strip_prefix("git~").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Characters that some file systems leave out when they compare names, and eyes always.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// What two names have in common where a file system takes them for one.
fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfkd().flat_map(char::to_lowercase).nfkc().collect()
}

/// A set of paths in which no two can be one on any file system.
#[derive(Debug, Default)]
pub struct PathSet {
    seen: BTreeMap<String, Entry>,
}

/// Why a path can't join a [`PathSet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathClash {
    /// The path, and what is wrong with it.
    pub error: PathError,
    /// What it clashes with: a path that was there, or a folder above some.
    pub earlier: String,
}

#[derive(Debug)]
struct Entry {
    spelling: String,
    is_file: bool,
}

impl PathSet {
    /// Adds the path of a file. Adding the same path again is no clash.
    ///
    /// # Errors
    /// A path that differs from an earlier one by case or normalisation only, or that makes a folder of a file.
    pub fn insert(&mut self, path: &ProjectPath) -> Result<(), PathClash> {
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(at, _)| at).chain([text.len()]);
        for end in ends {
            let is_file = end == text.len();
            let spelling = &text[..end];
            let Some(earlier) = self.seen.get(&fold(spelling)) else {
                self.seen.insert(fold(spelling), Entry { spelling: spelling.to_owned(), is_file });
                continue;
            };
            let clash = |reason: String| {
                let error = PathError { path: text.to_owned(), reason };
                Err(PathClash { error, earlier: earlier.spelling.clone() })
            };
            if earlier.spelling != spelling {
                let through = if is_file { String::new() } else { format!("goes through `{spelling}`, which ") };
                return clash(format!(
                    "{through}differs from `{}` by case or by Unicode normalisation only: some file systems can't tell \
                     them apart",
                    earlier.spelling
                ));
            }
            if earlier.is_file != is_file {
                return clash(format!("needs `{spelling}` to be a file and a folder at once"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for good in
            ["a", "app/main.py", ".github/workflows/ci.yml", ".gitignore", "a b/ü.txt", "...x", "com10", "git~x"]
        {
            assert!(ProjectPath::parse(good).is_ok(), "{good}: {:?}", ProjectPath::parse(good));
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let long = "a/".repeat(120);
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            r"a\b",
            r"\\host\share",
            "C:/x",
            "c:x",
            "a\0b",
            "a\u{1b}[2Jb",
            "CON",
            "con.txt",
            "nul .txt",
            "aux",
            "COM1",
            "com¹.log",
            "lpt9",
            "a.",
            "a ",
            "a./b",
            ".git",
            ".git/hooks/x",
            ".GIT/config",
            "x/.Git/y",
            "git~1",
            "GIT~12/x",
            ".g\u{200c}it/x",
            "ﬀ\u{feff}",
            ".ｇｉｔ",
            "scaffold.toml",
            "Scaffold.Lock",
            "sub/scaffold.toml",
            ".scaffold/x",
            "a?b",
            "a*",
            "a<b",
            "a\"",
            "a|b",
            &long,
            &"x".repeat(121),
        ] {
            assert!(ProjectPath::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn paths_that_are_one_somewhere_clash() {
        let clash = |first: &str, second: &str| {
            let mut set = PathSet::default();
            set.insert(&ProjectPath::parse(first).unwrap()).unwrap();
            set.insert(&ProjectPath::parse(second).unwrap()).is_err()
        };
        assert!(clash("README.md", "readme.md"));
        assert!(clash("\u{e9}.txt", "e\u{301}.txt"));
        assert!(clash("App/a", "app/b"));
        assert!(clash("a", "a/b"));
        assert!(clash("a/b", "a"));
        assert!(!clash("a/b", "a/c"));
        assert!(!clash("a", "a"));
    }
}
